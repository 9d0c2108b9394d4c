//! A small tenant tree.

use std::collections::BTreeSet;

use store::{
    Database, NewCustomer, NewDealer, NewGroup, NewReseller, Owner, Page, Result, Scope, Transaction, Work,
    insert_customer, insert_dealer, insert_group, insert_reseller,
};

/// Two resellers; the first has two customers, the second one; a group each and a second one for the first.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Tree {
    pub(crate) north: i64,
    pub(crate) south: i64,
    /// Dealer of `north` that brought `acme`.
    pub(crate) north_dealer: i64,
    /// Dealer of `south` that brought nobody.
    pub(crate) south_dealer: i64,
    pub(crate) acme: i64,
    pub(crate) bolt: i64,
    pub(crate) cora: i64,
    pub(crate) acme_sales: Owner,
    pub(crate) acme_support: Owner,
    pub(crate) bolt_sales: Owner,
    pub(crate) cora_sales: Owner,
}

impl Tree {
    pub(crate) fn north_scope(&self) -> Scope {
        Scope::Reseller {
            reseller_id: self.north,
        }
    }

    pub(crate) fn south_scope(&self) -> Scope {
        Scope::Reseller {
            reseller_id: self.south,
        }
    }

    pub(crate) fn acme_scope(&self) -> Scope {
        Scope::Customer {
            reseller_id: self.north,
            customer_id: self.acme,
        }
    }

    pub(crate) fn bolt_scope(&self) -> Scope {
        Scope::Customer {
            reseller_id: self.north,
            customer_id: self.bolt,
        }
    }
}

pub(crate) fn group_scope(owner: Owner) -> Scope {
    let Owner {
        reseller_id,
        customer_id,
        group_id,
    } = owner;
    Scope::Group {
        reseller_id,
        customer_id,
        group_id,
    }
}

/// Runs `work` in a transaction that must succeed.
pub(crate) async fn write<T: Send + 'static>(
    db: &Database,
    work: impl for<'t> FnOnce(&'t Transaction) -> Work<'t, T, store::StoreError> + Send + 'static,
) -> T {
    db.write(work).await.expect("the transaction succeeds")
}

/// Runs a statement that stands for what time or a mistake would have done.
pub(crate) async fn run(db: &Database, statement: &str) {
    let sql = store::sql::Sql::new(statement);
    write(db, |tx| {
        Box::pin(async move { sql.execute(tx.connection()).await })
    })
    .await;
}

pub(crate) async fn plant(db: &Database) -> Tree {
    write(db, |tx| Box::pin(grow(tx))).await
}

async fn grow(tx: &Transaction) -> Result<Tree> {
    let north = reseller(tx, "NORTH").await?;
    let south = reseller(tx, "SOUTH").await?;
    let north_dealer = dealer(tx, north, "D-NORTH").await?;
    let south_dealer = dealer(tx, south, "D-SOUTH").await?;
    let acme = customer(tx, north, Some(north_dealer), "ACME").await?;
    let bolt = customer(tx, north, None, "BOLT").await?;
    let cora = customer(tx, south, None, "CORA").await?;
    Ok(Tree {
        north,
        south,
        north_dealer,
        south_dealer,
        acme,
        bolt,
        cora,
        acme_sales: group(tx, north, acme, "Sales").await?,
        acme_support: group(tx, north, acme, "Support").await?,
        bolt_sales: group(tx, north, bolt, "Sales").await?,
        cora_sales: group(tx, south, cora, "Sales").await?,
    })
}

async fn reseller(tx: &Transaction, code: &str) -> Result<i64> {
    insert_reseller(
        tx,
        &NewReseller {
            code: code.to_owned(),
            name: title(code),
        },
    )
    .await
}

async fn dealer(tx: &Transaction, reseller_id: i64, code: &str) -> Result<i64> {
    insert_dealer(
        tx,
        &NewDealer {
            reseller_id,
            code: code.to_owned(),
            name: title(code),
        },
    )
    .await
}

async fn customer(tx: &Transaction, reseller_id: i64, dealer_id: Option<i64>, code: &str) -> Result<i64> {
    let (code, name) = (code.to_owned(), title(code));
    insert_customer(
        tx,
        &NewCustomer {
            reseller_id,
            dealer_id,
            code,
            name,
        },
    )
    .await
}

async fn group(tx: &Transaction, reseller_id: i64, customer_id: i64, name: &str) -> Result<Owner> {
    let group = NewGroup {
        reseller_id,
        customer_id,
        name: name.to_owned(),
        external_id: None,
    };
    let group_id = insert_group(tx, &group).await?;
    Ok(Owner {
        reseller_id,
        customer_id,
        group_id,
    })
}

fn title(code: &str) -> String {
    format!("{code} Limited")
}

/// Row ids of a page.
pub(crate) fn ids<T>(page: &Page<T>) -> BTreeSet<i64> {
    page.items.iter().map(|(position, _)| position.id).collect()
}

/// Row ids in any order.
pub(crate) fn set(ids: &[i64]) -> BTreeSet<i64> {
    ids.iter().copied().collect()
}
