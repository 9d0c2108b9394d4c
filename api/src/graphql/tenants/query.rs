use async_graphql::{Context, ID, InputObject, Object};
use service as records;

use super::{Customer, Dealer, Employee, Group};
use crate::graphql::{
    access,
    error::Result,
    input,
    node::NodeKind,
    pagination::{Counted, List, PageArguments, Paged, connect},
    switchboard,
};

/// Which groups to list. All given conditions must hold.
#[derive(InputObject, Default)]
struct GroupFilter {
    /// Global id of their customer.
    customer_id: Option<ID>,
    /// Their name contains this, in whatever case.
    search: Option<String>,
}

/// Which customers to list. All given conditions must hold.
#[derive(InputObject, Default)]
struct CustomerFilter {
    /// Global id of the dealer that brought them.
    dealer_id: Option<ID>,
    /// Their name or code contains this, in whatever case.
    search: Option<String>,
}

/// Which dealers to list. All given conditions must hold.
#[derive(InputObject, Default)]
struct DealerFilter {
    /// Their name or code contains this, in whatever case.
    search: Option<String>,
}

/// Which employees to list. All given conditions must hold.
#[derive(InputObject, Default)]
struct EmployeeFilter {
    /// Global id of their customer.
    customer_id: Option<ID>,
    /// Global id of their group.
    group_id: Option<ID>,
    /// Their name or e-mail address contains this, in whatever case.
    search: Option<String>,
}

#[derive(Default)]
pub(crate) struct TenantQueries;

#[Object]
impl TenantQueries {
    /// One group. Null when there is none with this id, or none that this key may see.
    async fn group(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Global id of a Group.")] id: ID,
    ) -> Option<Result<Group>> {
        group(ctx, &id).await.transpose()
    }

    /// Groups, the oldest first.
    async fn groups(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which ones; all when absent.")] filter: Option<GroupFilter>,
        #[graphql(
            desc = "Size of the page from its start, 0 to 100; 20 when neither first nor last is given."
        )]
        first: Option<i32>,
        #[graphql(desc = "Only what stands behind this cursor.")] after: Option<String>,
        #[graphql(desc = "Size of the page from its end, 0 to 100.")] last: Option<i32>,
        #[graphql(desc = "Only what stands before this cursor.")] before: Option<String>,
    ) -> Result<Paged<Group>> {
        access::principal(ctx)?;
        let filter = filter.unwrap_or_default();
        let filter = records::GroupFilter {
            customer_id: input::optional_row(
                filter.customer_id.as_ref(),
                NodeKind::Customer,
                "filter.customerId",
            )?,
            search: input::text(filter.search, "filter.search")?,
        };
        groups(
            ctx,
            filter,
            PageArguments {
                first,
                after,
                last,
                before,
            },
        )
        .await
    }

    /// One customer. Null when there is none with this id, or none that this key may see.
    async fn customer(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Global id of a Customer.")] id: ID,
    ) -> Option<Result<Customer>> {
        customer(ctx, &id).await.transpose()
    }

    /// Customers, the oldest first.
    async fn customers(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which ones; all when absent.")] filter: Option<CustomerFilter>,
        #[graphql(
            desc = "Size of the page from its start, 0 to 100; 20 when neither first nor last is given."
        )]
        first: Option<i32>,
        #[graphql(desc = "Only what stands behind this cursor.")] after: Option<String>,
        #[graphql(desc = "Size of the page from its end, 0 to 100.")] last: Option<i32>,
        #[graphql(desc = "Only what stands before this cursor.")] before: Option<String>,
    ) -> Result<Paged<Customer>> {
        access::principal(ctx)?;
        let filter = filter.unwrap_or_default();
        let filter = records::CustomerFilter {
            dealer_id: input::optional_row(filter.dealer_id.as_ref(), NodeKind::Dealer, "filter.dealerId")?,
            search: input::text(filter.search, "filter.search")?,
        };
        customers(
            ctx,
            filter,
            PageArguments {
                first,
                after,
                last,
                before,
            },
        )
        .await
    }

    /// One dealer. Null when there is none with this code, or none that this key may see.
    async fn dealer(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The dealer's code, in the case that it was entered in.")] code: String,
    ) -> Option<Result<Dealer>> {
        dealer(ctx, code).await.transpose()
    }

    /// Dealers, the oldest first.
    async fn dealers(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which ones; all when absent.")] filter: Option<DealerFilter>,
        #[graphql(
            desc = "Size of the page from its start, 0 to 100; 20 when neither first nor last is given."
        )]
        first: Option<i32>,
        #[graphql(desc = "Only what stands behind this cursor.")] after: Option<String>,
        #[graphql(desc = "Size of the page from its end, 0 to 100.")] last: Option<i32>,
        #[graphql(desc = "Only what stands before this cursor.")] before: Option<String>,
    ) -> Result<Paged<Dealer>> {
        let who = access::principal(ctx)?;
        let filter = filter.unwrap_or_default();
        let filter = records::DealerFilter {
            search: input::text(filter.search, "filter.search")?,
        };
        let list = List::new("dealers", &filter);
        let request = PageArguments {
            first,
            after,
            last,
            before,
        }
        .read(&list)?;
        let page = switchboard(ctx)?.dealers(&who, &filter, &request).await?;
        Ok(connect(page, &list, Counted::Dealers(filter), Dealer::from))
    }

    /// Employees, the ones entered first before the others.
    async fn employees(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which ones; all when absent.")] filter: Option<EmployeeFilter>,
        #[graphql(
            desc = "Size of the page from its start, 0 to 100; 20 when neither first nor last is given."
        )]
        first: Option<i32>,
        #[graphql(desc = "Only what stands behind this cursor.")] after: Option<String>,
        #[graphql(desc = "Size of the page from its end, 0 to 100.")] last: Option<i32>,
        #[graphql(desc = "Only what stands before this cursor.")] before: Option<String>,
    ) -> Result<Paged<Employee>> {
        access::principal(ctx)?;
        let filter = filter.unwrap_or_default();
        let filter = records::EmployeeFilter {
            customer_id: input::optional_row(
                filter.customer_id.as_ref(),
                NodeKind::Customer,
                "filter.customerId",
            )?,
            group_id: input::optional_row(filter.group_id.as_ref(), NodeKind::Group, "filter.groupId")?,
            search: input::text(filter.search, "filter.search")?,
        };
        employees(
            ctx,
            filter,
            PageArguments {
                first,
                after,
                last,
                before,
            },
        )
        .await
    }
}

async fn group(ctx: &Context<'_>, id: &ID) -> Result<Option<Group>> {
    let who = access::principal(ctx)?;
    let row = input::row(id, NodeKind::Group, "id")?;
    Ok(switchboard(ctx)?.group(&who, row).await?.map(Group::from))
}

async fn customer(ctx: &Context<'_>, id: &ID) -> Result<Option<Customer>> {
    let who = access::principal(ctx)?;
    let row = input::row(id, NodeKind::Customer, "id")?;
    Ok(switchboard(ctx)?.customer(&who, row).await?.map(Customer::from))
}

async fn dealer(ctx: &Context<'_>, code: String) -> Result<Option<Dealer>> {
    let who = access::principal(ctx)?;
    let Some(code) = input::text(Some(code), "code")? else {
        return Ok(None);
    };
    Ok(switchboard(ctx)?
        .dealer_by_code(&who, &code)
        .await?
        .map(Dealer::from))
}

/// A page of groups.
pub(super) async fn groups(
    ctx: &Context<'_>,
    filter: records::GroupFilter,
    arguments: PageArguments,
) -> Result<Paged<Group>> {
    let list = List::new("groups", &filter);
    let request = arguments.read(&list)?;
    let page = switchboard(ctx)?
        .groups(access::viewer(ctx)?, &filter, &request)
        .await?;
    Ok(connect(page, &list, Counted::Groups(filter), Group::from))
}

/// A page of customers.
pub(super) async fn customers(
    ctx: &Context<'_>,
    filter: records::CustomerFilter,
    arguments: PageArguments,
) -> Result<Paged<Customer>> {
    let list = List::new("customers", &filter);
    let request = arguments.read(&list)?;
    let page = switchboard(ctx)?
        .customers(access::viewer(ctx)?, &filter, &request)
        .await?;
    Ok(connect(page, &list, Counted::Customers(filter), Customer::from))
}

/// A page of employees.
pub(super) async fn employees(
    ctx: &Context<'_>,
    filter: records::EmployeeFilter,
    arguments: PageArguments,
) -> Result<Paged<Employee>> {
    let list = List::new("employees", &filter);
    let request = arguments.read(&list)?;
    let page = switchboard(ctx)?
        .employees(access::viewer(ctx)?, &filter, &request)
        .await?;
    Ok(connect(page, &list, Counted::Employees(filter), Employee::from))
}
