use async_graphql::{Context, ID, InputObject, Object, OneofObject};
use provider_core::domain::ProviderId;
use service::{NumberBy as By, NumberFilter as Filter, NumberOrderBy};

use super::{
    Number, NumberStatus, NumberType, relations,
    relations::of_page,
    words::{NumberOrderField, OrderDirection},
};
use crate::graphql::{
    access,
    error::{ApiError, Result},
    input,
    node::NodeKind,
    pagination::{Counted, List, PageArguments, Paged, connect},
    scalars::{Country, PhoneNumber},
    switchboard,
};

/// How one number is named.
#[derive(OneofObject)]
enum NumberBy {
    /// Global id of a Number.
    Id(ID),
    /// The number itself.
    E164(PhoneNumber),
}

/// Which numbers to list. All given conditions must hold; a list lets through what has one of its values.
#[derive(InputObject, Default)]
pub(crate) struct NumberFilter {
    /// In one of these statuses.
    status: Option<Vec<NumberStatus>>,
    /// Of one of these types.
    #[graphql(name = "type")]
    number_type: Option<Vec<NumberType>>,
    /// In this country.
    country: Option<Country>,
    /// In this state, province or nation, by code: `GA`.
    region: Option<String>,
    /// In this area code, without trunk prefix: `905`, `24`.
    area_code: Option<String>,
    /// Whose E.164 text begins with this: `+1289`.
    e164_prefix: Option<String>,
    /// Whose name contains this, in whatever case.
    name_contains: Option<String>,
    /// With this label.
    tag: Option<String>,
    /// Global id of the provider that they come from.
    provider_id: Option<ID>,
    /// Global id of the dealer that sold them; excludes `withoutDealer`.
    dealer_id: Option<ID>,
    /// True: only numbers that no dealer sold.
    #[graphql(default)]
    without_dealer: bool,
    /// Global id of the customer that has them.
    customer_id: Option<ID>,
    /// Global id of the group that has them.
    group_id: Option<ID>,
    /// Global id of the pool that they work in; excludes `withoutPool`.
    pool_id: Option<ID>,
    /// True: only numbers that work in no pool.
    #[graphql(default)]
    without_pool: bool,
}

impl NumberFilter {
    pub(crate) fn read(self) -> Result<Filter> {
        let row = |id: &Option<ID>, kind, argument| input::optional_row(id.as_ref(), kind, argument);
        Ok(Filter {
            statuses: self
                .status
                .map(|statuses| statuses.into_iter().map(Into::into).collect()),
            types: self
                .number_type
                .map(|types| types.into_iter().map(Into::into).collect()),
            country: self
                .country
                .map(|country| country.argument("filter.country"))
                .transpose()?,
            region: input::text(self.region, "filter.region")?,
            area_code: input::text(self.area_code, "filter.areaCode")?,
            e164_prefix: self.e164_prefix.map(e164_prefix).transpose()?,
            name_contains: input::text(self.name_contains, "filter.nameContains")?,
            tag: input::text(self.tag, "filter.tag")?,
            provider: input::optional_provider(self.provider_id.as_ref(), "filter.providerId")?
                .map(ProviderId::into),
            dealer_id: or_none(
                row(&self.dealer_id, NodeKind::Dealer, "filter.dealerId")?,
                self.without_dealer,
                "filter.withoutDealer",
            )?,
            customer_id: row(&self.customer_id, NodeKind::Customer, "filter.customerId")?,
            group_id: row(&self.group_id, NodeKind::Group, "filter.groupId")?,
            pool_id: or_none(
                row(&self.pool_id, NodeKind::NumberPool, "filter.poolId")?,
                self.without_pool,
                "filter.withoutPool",
            )?,
        })
    }
}

fn e164_prefix(prefix: String) -> Result<String> {
    let digits = prefix.strip_prefix('+').unwrap_or_default();
    if (1..=15).contains(&digits.len()) && digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return Ok(prefix);
    }
    Err(ApiError::bad_input(
        "filter.e164Prefix",
        "write + and the first 1 to 15 digits, such as +1289",
    ))
}

/// One row, no row, or whatever row.
fn or_none(row: Option<i64>, none: bool, argument: &str) -> Result<Option<Option<i64>>> {
    match (row, none) {
        (Some(_), true) => Err(ApiError::bad_input(
            argument,
            "this excludes the id beside it: give one of them",
        )),
        (None, true) => Ok(Some(None)),
        (row, false) => Ok(row.map(Some)),
    }
}

/// In what order numbers are listed.
#[derive(InputObject, Default, Clone, Copy)]
pub(crate) struct NumberOrder {
    /// By what.
    #[graphql(default)]
    field: NumberOrderField,
    /// Which way.
    #[graphql(default)]
    direction: OrderDirection,
}

#[derive(Default)]
pub(crate) struct NumberQueries;

#[Object]
impl NumberQueries {
    /// One number of the inventory. Null when there is none, or none that this key may see.
    async fn number(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which one.")] by: NumberBy,
    ) -> Option<Result<Number>> {
        one(ctx, by).await.transpose()
    }

    /// Numbers of the inventory. Group, customer, dealer and pool of each come with the page.
    #[allow(clippy::too_many_arguments, reason = "they are the field's in the schema")]
    async fn numbers(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which ones; all when absent.")] filter: Option<NumberFilter>,
        #[graphql(desc = "In what order.", default)] order_by: NumberOrder,
        #[graphql(
            desc = "Size of the page from its start, 0 to 100; 20 when neither first nor last is given."
        )]
        first: Option<i32>,
        #[graphql(desc = "Only what stands behind this cursor.")] after: Option<String>,
        #[graphql(desc = "Size of the page from its end, 0 to 100.")] last: Option<i32>,
        #[graphql(desc = "Only what stands before this cursor.")] before: Option<String>,
    ) -> Result<Paged<Number>> {
        access::principal(ctx)?;
        let filter = filter.unwrap_or_default().read()?;
        page(
            ctx,
            filter,
            order_by,
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

async fn one(ctx: &Context<'_>, by: NumberBy) -> Result<Option<Number>> {
    let who = access::principal(ctx)?;
    let by = match by {
        NumberBy::Id(id) => By::Id(input::row(&id, NodeKind::Number, "by.id")?),
        NumberBy::E164(number) => By::E164(number.argument("by.e164")?),
    };
    let relations = relations(&[ctx.look_ahead()]);
    let number = switchboard(ctx)?.number(&who, &by, relations).await?;
    Ok(number.map(|record| Number::new(record, relations)))
}

/// A page of numbers for the field that is being resolved, with the relations that are asked for below it.
pub(crate) async fn page(
    ctx: &Context<'_>,
    filter: Filter,
    order: NumberOrder,
    arguments: PageArguments,
) -> Result<Paged<Number>> {
    let relations = of_page(&ctx.look_ahead());
    let (by, descending) = (
        NumberOrderBy::from(order.field),
        order.direction == OrderDirection::Desc,
    );
    let list = List::new("numbers", &(&filter, by, descending)).by_text(by == NumberOrderBy::E164);
    let request = arguments.read(&list)?;
    let who = access::viewer(ctx)?;
    let page = switchboard(ctx)?
        .numbers(who, &filter, (by, descending), &request, relations)
        .await?;
    Ok(connect(page, &list, Counted::Numbers(filter), |record| {
        Number::new(record, relations)
    }))
}
