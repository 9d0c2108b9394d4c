//! A small tenant tree, stock, and a switchboard over them.

use std::{
    collections::BTreeMap,
    sync::atomic::{AtomicU64, Ordering},
    time::Duration,
};

use numbering::{Places, Prefix};
use provider_core::{
    domain::{
        CallRoute, CountryCode, E164, GeographicMatch, NumberMatch, NumberStatus, PoolMatch,
        ReplacementConfiguration, ReplacementInput, TrackingSourceInput,
    },
    provider::Instance,
};
use service::{
    AccessLevel, AssignNumber, ChangeAnswer, CreateNumberPool, EventKind, INVENTORY_ID, NumberBy,
    NumberRecord, NumberRelations, OrderAnswer, Owner, PoolRecord, Principal, ReleaseNumber, ResumeNumber,
    RetireNumberPool, Scope, ServiceError, ServiceResult, Settings, SuspendNumber, Switchboard, UpdateNumber,
    UpdateNumberPool, UserError,
};
use store::{
    Database, NewCustomer, NewDealer, NewEvent, NewGroup, NewNumber, NewReseller, StoreError, Transaction,
    sql::Sql,
};

/// Tenants and a switchboard. Reseller `north` has `acme` (two groups, a dealer) and `bolt`; `south` has `cora`.
#[derive(Debug, Clone)]
pub(crate) struct World {
    pub(crate) switchboard: Switchboard,
    pub(crate) tenants: Tenants,
}

#[derive(Debug, Clone, Copy)]
pub(crate) struct Tenants {
    pub(crate) dealer: i64,
    pub(crate) other_dealer: i64,
    pub(crate) sales: Owner,
    pub(crate) support: Owner,
    pub(crate) bolt: Owner,
    pub(crate) cora: Owner,
}

impl World {
    pub(crate) async fn on(db: &Database) -> Self {
        Self::with(db, Vec::new()).await
    }

    /// A world whose orders may go to these providers after the own inventory.
    pub(crate) async fn with(db: &Database, providers: Vec<Instance>) -> Self {
        let tenants = write(db, |tx| Box::pin(plant(tx))).await;
        Self {
            switchboard: replica(db, "first", providers),
            tenants,
        }
    }

    /// Another process over the same database.
    pub(crate) fn replica(&self, name: &str, providers: Vec<Instance>) -> Self {
        Self {
            switchboard: replica(self.switchboard.database(), name, providers),
            ..self.clone()
        }
    }

    pub(crate) fn db(&self) -> &Database {
        self.switchboard.database()
    }

    pub(crate) async fn stock(&self, numbers: &[&str]) {
        stock(self.db(), numbers.iter().map(|text| e164(text)).collect()).await;
    }

    /// Orders for the sales group, as an administrator.
    pub(crate) async fn assign(&self, name: &str, matching: NumberMatch) -> ServiceResult<OrderAnswer> {
        let request = assign(self.tenants.sales, name, matching);
        self.switchboard.assign_number(&admin(), request).await
    }

    /// Orders exactly this number for the sales group, which must succeed.
    pub(crate) async fn give(&self, number: &str, name: &str) -> NumberRecord {
        let answer = self.assign(name, exact(number)).await.unwrap();
        answer
            .number
            .unwrap_or_else(|| panic!("{number} was not given: {:?}", answer.operation))
    }

    pub(crate) async fn number(&self, number: &str) -> NumberRecord {
        self.switchboard
            .number(&admin(), &NumberBy::E164(e164(number)), NumberRelations::OWN)
            .await
            .unwrap()
            .unwrap_or_else(|| panic!("{number} is not in the inventory"))
    }

    pub(crate) async fn status(&self, number: &str) -> NumberStatus {
        self.number(number).await.status
    }

    /// The kinds of a number's events, oldest first.
    pub(crate) async fn history(&self, number: &str) -> Vec<EventKind> {
        let id = self.number(number).await.id;
        let page = service::PageRequest::first(100);
        let page = self
            .switchboard
            .number_history(&admin(), id, false, &page)
            .await
            .unwrap();
        page.items.into_iter().map(|(_, event)| event.kind).collect()
    }

    /// Lets every lease and every wait of operations end, then sweeps.
    pub(crate) async fn sweep(&self) {
        run(
            self.db(),
            "UPDATE operations SET lease_until = 0 WHERE finished_at IS NULL",
        )
        .await;
        self.switchboard.sweep().await.unwrap();
    }

    pub(crate) async fn reread(&self, answer: &OrderAnswer) -> service::OperationRecord {
        self.switchboard
            .operation(&admin(), answer.operation.id)
            .await
            .unwrap()
            .unwrap()
    }

    /// How many rows of each table a refused request might have written.
    pub(crate) async fn footprint(&self) -> BTreeMap<&'static str, i64> {
        let mut rows = BTreeMap::new();
        for table in [
            "operations",
            "number_events",
            "assignments",
            "pools",
            "pool_members",
            "holds",
        ] {
            rows.insert(
                table,
                count(self.db(), &format!("SELECT COUNT(*) FROM {table}")).await,
            );
        }
        rows.insert(
            "in stock",
            count(
                self.db(),
                "SELECT COUNT(*) FROM numbers WHERE status = 'AVAILABLE'",
            )
            .await,
        );
        rows
    }
}

pub(crate) fn replica(db: &Database, name: &str, providers: Vec<Instance>) -> Switchboard {
    let settings = Settings {
        providers,
        replica: name.to_owned(),
        // Long enough that an answer is never cut short by a busy machine.
        answer_within: Duration::from_secs(60),
        ..Settings::new("given")
    };
    Switchboard::over(db.clone(), settings).unwrap()
}

pub(crate) async fn write<T: Send + 'static>(
    db: &Database,
    work: impl for<'t> FnOnce(&'t Transaction) -> store::Work<'t, T, StoreError> + Send + 'static,
) -> T {
    db.write(work).await.expect("the transaction succeeds")
}

/// Runs a statement that stands for what time or a crash would have done.
pub(crate) async fn run(db: &Database, statement: &str) {
    let sql = Sql::new(statement);
    write(db, |tx| {
        Box::pin(async move { sql.execute(tx.connection()).await })
    })
    .await;
}

pub(crate) async fn count(db: &Database, statement: &str) -> i64 {
    Sql::new(statement).one_i64(db.reader()).await.unwrap()
}

async fn plant(tx: &Transaction) -> Result<Tenants, StoreError> {
    let reseller = async |code: &str| {
        let (code, name) = (code.to_owned(), format!("{code} Limited"));
        store::insert_reseller(tx, &NewReseller { code, name }).await
    };
    let dealer = async |reseller_id, code: &str| {
        let (code, name) = (code.to_owned(), format!("{code} Limited"));
        let dealer = NewDealer {
            reseller_id,
            code,
            name,
        };
        store::insert_dealer(tx, &dealer).await
    };
    let customer = async |reseller_id, dealer_id, code: &str| {
        let (code, name) = (code.to_owned(), format!("{code} Limited"));
        let customer = NewCustomer {
            reseller_id,
            dealer_id,
            code,
            name,
        };
        store::insert_customer(tx, &customer).await
    };
    let group = async |reseller_id, customer_id, name: &str| {
        let group = NewGroup {
            reseller_id,
            customer_id,
            name: name.to_owned(),
            external_id: None,
        };
        let group_id = store::insert_group(tx, &group).await?;
        Ok::<_, StoreError>(Owner {
            reseller_id,
            customer_id,
            group_id,
        })
    };
    let (north, south) = (reseller("NORTH").await?, reseller("SOUTH").await?);
    let north_dealer = dealer(north, "D-NORTH").await?;
    let other_dealer = dealer(north, "D-OTHER").await?;
    let acme = customer(north, Some(north_dealer), "ACME").await?;
    let bolt = customer(north, Some(other_dealer), "BOLT").await?;
    let cora = customer(south, None, "CORA").await?;
    Ok(Tenants {
        dealer: north_dealer,
        other_dealer,
        sales: group(north, acme, "Sales").await?,
        support: group(north, acme, "Support").await?,
        bolt: group(north, bolt, "Sales").await?,
        cora: group(south, cora, "Sales").await?,
    })
}

/// Puts numbers into the own stock.
pub(crate) async fn stock(db: &Database, numbers: Vec<E164>) {
    write(db, move |tx| {
        Box::pin(async move {
            for number in numbers {
                let facts = places().describe(&number);
                let new = NewNumber {
                    place_id: store::ensure_place(tx, &facts).await?,
                    e164: number,
                    facts,
                    status: NumberStatus::Available,
                    provider: INVENTORY_ID.to_owned(),
                    external_id: None,
                    monthly_cost: None,
                    tags: Vec::new(),
                };
                let event = NewEvent {
                    kind: EventKind::Added,
                    actor: "test",
                    cause: None,
                    operation_id: None,
                };
                store::insert_number(tx, &new, event)
                    .await?
                    .expect("each number once");
            }
            Ok(())
        })
    })
    .await;
}

pub(crate) fn places() -> &'static Places {
    Places::shared().expect("the tables are sound")
}

/// An administrator of everything.
pub(crate) fn admin() -> Principal {
    key(AccessLevel::Admin, Scope::Platform)
}

pub(crate) fn key(level: AccessLevel, scope: Scope) -> Principal {
    Principal {
        key_id: 7,
        name: "test".to_owned(),
        level,
        scope,
        request_id: Some("request-1".to_owned()),
    }
}

/// A key of the owner's customer that may change things.
pub(crate) fn manager_of(owner: Owner) -> Principal {
    key(AccessLevel::Manage, customer_scope(owner))
}

pub(crate) fn customer_scope(owner: Owner) -> Scope {
    Scope::Customer {
        reseller_id: owner.reseller_id,
        customer_id: owner.customer_id,
    }
}

pub(crate) fn e164(text: &str) -> E164 {
    text.parse().expect("a number in E.164 form")
}

pub(crate) fn exact(number: &str) -> NumberMatch {
    NumberMatch::Exact(e164(number))
}

pub(crate) fn near(number: &str, prefix: Option<&str>) -> NumberMatch {
    NumberMatch::LocalToNumber {
        number: e164(number),
        prefix: prefix.map(filter),
    }
}

pub(crate) fn in_city(city: &str, region: Option<&str>, prefix: Option<&str>) -> NumberMatch {
    NumberMatch::LocalToCity {
        city: city.to_owned(),
        region: region.map(str::to_owned),
        country: CountryCode::US,
        prefix: prefix.map(filter),
    }
}

pub(crate) fn filter(digits: &str) -> Prefix {
    digits.parse().expect("3 or 6 digits")
}

pub(crate) fn toll_free(country: CountryCode, prefix: Option<&str>) -> NumberMatch {
    NumberMatch::TollFree {
        country,
        prefix: prefix.map(filter),
    }
}

pub(crate) fn british_area(area_code: &str) -> PoolMatch {
    PoolMatch::Geographic(GeographicMatch::AreaCode {
        country: CountryCode::GB,
        area_code: area_code.to_owned(),
    })
}

/// Where calls go.
pub(crate) const TERMINATION: &str = "+441274792823";

pub(crate) fn route() -> CallRoute {
    route_to(TERMINATION)
}

pub(crate) fn route_to(number: &str) -> CallRoute {
    CallRoute::Basic {
        termination_number: e164(number),
    }
}

/// A client reference that no other request of the test has.
pub(crate) fn reference() -> String {
    static NEXT: AtomicU64 = AtomicU64::new(0);
    format!("reference-{:012}", NEXT.fetch_add(1, Ordering::Relaxed))
}

pub(crate) fn assign(owner: Owner, name: &str, matching: NumberMatch) -> AssignNumber {
    AssignNumber {
        client_reference: reference(),
        group_id: owner.group_id,
        name: name.to_owned(),
        matching,
        widen: false,
        provider: None,
        route: route(),
        hold_id: None,
        tags: Vec::new(),
    }
}

pub(crate) fn pool(owner: Owner, name: &str, matching: PoolMatch, quantity: u32) -> CreateNumberPool {
    CreateNumberPool {
        client_reference: reference(),
        group_id: owner.group_id,
        name: name.to_owned(),
        match_period_minutes: 30,
        quantity,
        matching,
        replacement: replace_all(),
        route: route(),
        allow_partial: false,
        provider: None,
    }
}

pub(crate) fn replace_all() -> ReplacementConfiguration {
    ReplacementConfiguration::new(&ReplacementInput {
        replace_all_numbers: true,
        tracking_sources: vec![TrackingSourceInput {
            referrer_domain: "Any".to_owned(),
            ..TrackingSourceInput::default()
        }],
        ..ReplacementInput::default()
    })
    .unwrap()
}

/// The refusals that a use case gave.
pub(crate) fn refusals<T: std::fmt::Debug>(result: ServiceResult<T>) -> Vec<UserError> {
    match result {
        Err(ServiceError::Refused(errors)) => errors,
        other => panic!("expected a refusal, got {other:?}"),
    }
}

/// Code and dotted path of the only refusal.
pub(crate) fn refusal<T: std::fmt::Debug>(result: ServiceResult<T>) -> (String, String) {
    match refusals(result).as_slice() {
        [one] => (one.code.to_string(), one.path.join(".")),
        others => panic!("expected one refusal, got {others:?}"),
    }
}

/// Code and dotted path of what an operation ended with.
pub(crate) fn problem(answer: &OrderAnswer) -> (String, String) {
    let operation = &answer.operation;
    let problem = operation
        .problem
        .as_ref()
        .unwrap_or_else(|| panic!("expected a problem: {operation:?}"));
    (problem.code.clone(), problem.path.join("."))
}

/// A code and a path to compare with.
pub(crate) fn fault(code: &str, path: &str) -> (String, String) {
    (code.to_owned(), path.to_owned())
}

/// Changes of what is our own: they are made at once, and the answer is the thing after the change.
pub(crate) trait AtOnce {
    async fn suspend_now(
        &self,
        who: &Principal,
        id: i64,
        reason: Option<String>,
    ) -> ServiceResult<NumberRecord>;
    async fn resume_now(&self, who: &Principal, id: i64) -> ServiceResult<NumberRecord>;
    async fn release_now(
        &self,
        who: &Principal,
        id: i64,
        reason: Option<String>,
    ) -> ServiceResult<NumberRecord>;
    async fn update_now(&self, who: &Principal, request: UpdateNumber) -> ServiceResult<NumberRecord>;
    async fn update_pool_now(&self, who: &Principal, request: UpdateNumberPool) -> ServiceResult<PoolRecord>;
    async fn retire_pool_now(&self, who: &Principal, request: RetireNumberPool) -> ServiceResult<PoolRecord>;
}

impl AtOnce for Switchboard {
    async fn suspend_now(
        &self,
        who: &Principal,
        number_id: i64,
        reason: Option<String>,
    ) -> ServiceResult<NumberRecord> {
        let request = SuspendNumber {
            number_id,
            reason,
            ..SuspendNumber::default()
        };
        self.suspend_number(who, request).await.map(number_at_once)
    }

    async fn resume_now(&self, who: &Principal, number_id: i64) -> ServiceResult<NumberRecord> {
        let request = ResumeNumber {
            number_id,
            ..ResumeNumber::default()
        };
        self.resume_number(who, request).await.map(number_at_once)
    }

    async fn release_now(
        &self,
        who: &Principal,
        number_id: i64,
        reason: Option<String>,
    ) -> ServiceResult<NumberRecord> {
        let request = ReleaseNumber {
            number_id,
            reason,
            ..ReleaseNumber::default()
        };
        self.release_number(who, request).await.map(number_at_once)
    }

    async fn update_now(&self, who: &Principal, request: UpdateNumber) -> ServiceResult<NumberRecord> {
        self.update_number(who, request).await.map(number_at_once)
    }

    async fn update_pool_now(&self, who: &Principal, request: UpdateNumberPool) -> ServiceResult<PoolRecord> {
        self.update_number_pool(who, request).await.map(pool_at_once)
    }

    async fn retire_pool_now(&self, who: &Principal, request: RetireNumberPool) -> ServiceResult<PoolRecord> {
        self.retire_number_pool(who, request).await.map(pool_at_once)
    }
}

fn number_at_once(answer: ChangeAnswer) -> NumberRecord {
    assert_eq!(answer.operation, None, "a change of our own needs no operation");
    answer.number.expect("it is made at once")
}

fn pool_at_once(answer: ChangeAnswer) -> PoolRecord {
    assert_eq!(answer.operation, None, "a change of our own needs no operation");
    answer.pool.expect("it is made at once")
}

/// A number that was ended at its carrier by other means.
pub(crate) fn only_here(number_id: i64) -> ReleaseNumber {
    ReleaseNumber {
        number_id,
        only_here: true,
        ..ReleaseNumber::default()
    }
}
