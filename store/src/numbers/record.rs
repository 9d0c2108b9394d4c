use jiff::Timestamp;
use provider_core::domain::{CountryCode, E164, NumberStatus, NumberType};

use crate::{
    Customer, Dealer, Group, Owner, PoolRecord, Result, StoreError, database::timestamp, error, sql::Columns,
};

/// A number as the database has it.
#[derive(Debug, Clone, PartialEq)]
pub struct NumberRecord {
    /// Row id.
    pub id: i64,
    /// The number.
    pub e164: E164,
    /// What the numbering plan says it is for.
    pub number_type: NumberType,
    /// Where it is in its life.
    pub status: NumberStatus,
    /// Its country; none for numbers of several countries.
    pub country: Option<CountryCode>,
    /// National destination code without trunk prefix.
    pub area_code: Option<String>,
    /// NXX, in the North American plan.
    pub exchange: Option<String>,
    /// State, province or nation.
    pub region: Option<String>,
    /// Name of the place it is in.
    pub locality: Option<String>,
    /// Rate center, where known.
    pub rate_center: Option<String>,
    /// Id of the configured provider it comes from.
    pub provider: String,
    /// The provider's own id of it.
    pub external_id: Option<String>,
    /// Name, unique in its group.
    pub name: Option<String>,
    /// The group that has it (or had it, while it rests in quarantine).
    pub owner: Option<Owner>,
    /// Who sold it on.
    pub dealer_id: Option<i64>,
    /// The pool it works in.
    pub pool_id: Option<i64>,
    /// Where its calls go.
    pub termination_number: Option<E164>,
    /// Recurring cost in minor units, with its ISO 4217 code.
    pub monthly_cost: Option<(i64, String)>,
    /// The order that claimed it and has not finished.
    pub order_token: Option<String>,
    /// When its hold ends by itself.
    pub hold_until: Option<Timestamp>,
    /// When it leaves quarantine.
    pub quarantine_until: Option<Timestamp>,
    /// When it got its present owner.
    pub assigned_at: Option<Timestamp>,
    /// Since when it is suspended.
    pub suspended_at: Option<Timestamp>,
    /// When it was released.
    pub dropped_at: Option<Timestamp>,
    /// When the inventory got it.
    pub created_at: Timestamp,
    /// Last change.
    pub updated_at: Timestamp,
    /// Labels, sorted; empty unless asked for.
    pub tags: Vec<String>,
    /// Its group, when asked for.
    pub group: Option<Group>,
    /// Its customer, when asked for.
    pub customer: Option<Customer>,
    /// Its dealer, when asked for.
    pub dealer: Option<Dealer>,
    /// Its pool, when asked for.
    pub pool: Option<PoolRecord>,
}

/// Which relations to read with a number: all of them come in the same statement.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct NumberRelations {
    /// The place's name.
    pub locality: bool,
    /// The labels.
    pub tags: bool,
    /// The group.
    pub group: bool,
    /// The customer.
    pub customer: bool,
    /// The dealer.
    pub dealer: bool,
    /// The pool.
    pub pool: bool,
}

impl NumberRelations {
    /// The number's own facts and labels, without its neighbors.
    pub const OWN: Self = Self {
        locality: true,
        tags: true,
        group: false,
        customer: false,
        dealer: false,
        pool: false,
    };
}

pub(super) const COLUMNS: &str = "n.id, n.e164, n.number_type, n.status, n.country, n.area_code, n.exchange, \
     n.region, n.rate_center, n.provider, n.external_id, n.name, n.reseller_id, n.customer_id, n.group_id, \
     n.dealer_id, n.pool_id, n.termination_number, n.monthly_cost_minor, n.monthly_cost_currency, \
     n.order_token, n.hold_until, n.quarantine_until, n.assigned_at, n.suspended_at, n.dropped_at, \
     n.created_at, n.updated_at";

const TABLE: &str = "numbers";

/// Reads [`COLUMNS`].
pub(super) fn read_own(columns: &mut Columns<'_>) -> Result<NumberRecord> {
    let id = columns.get()?;
    let e164: String = columns.get()?;
    let number_type: String = columns.get()?;
    let status: String = columns.get()?;
    let country: Option<String> = columns.get()?;
    Ok(NumberRecord {
        id,
        e164: error::e164(TABLE, "e164", &e164)?,
        number_type: error::word(TABLE, "number_type", &number_type)?,
        status: error::word(TABLE, "status", &status)?,
        country: country
            .map(|code| error::word(TABLE, "country", &code))
            .transpose()?,
        area_code: columns.get()?,
        exchange: columns.get()?,
        region: columns.get()?,
        locality: None,
        rate_center: columns.get()?,
        provider: columns.get()?,
        external_id: columns.get()?,
        name: columns.get()?,
        owner: read_owner(columns)?,
        dealer_id: columns.get()?,
        pool_id: columns.get()?,
        termination_number: columns
            .get::<Option<String>>()?
            .map(|text| error::e164(TABLE, "termination_number", &text))
            .transpose()?,
        monthly_cost: columns
            .get::<Option<i64>>()?
            .zip(columns.get::<Option<String>>()?),
        order_token: columns.get()?,
        hold_until: instant(columns)?,
        quarantine_until: instant(columns)?,
        assigned_at: instant(columns)?,
        suspended_at: instant(columns)?,
        dropped_at: instant(columns)?,
        created_at: timestamp(columns.get()?),
        updated_at: timestamp(columns.get()?),
        tags: Vec::new(),
        group: None,
        customer: None,
        dealer: None,
        pool: None,
    })
}

fn instant(columns: &mut Columns<'_>) -> Result<Option<Timestamp>> {
    Ok(columns.get::<Option<i64>>()?.map(timestamp))
}

fn read_owner(columns: &mut Columns<'_>) -> Result<Option<Owner>> {
    let reseller: Option<i64> = columns.get()?;
    let customer: Option<i64> = columns.get()?;
    let group: Option<i64> = columns.get()?;
    match (reseller, customer, group) {
        (Some(reseller_id), Some(customer_id), Some(group_id)) => Ok(Some(Owner {
            reseller_id,
            customer_id,
            group_id,
        })),
        (None, None, None) => Ok(None),
        _ => Err(StoreError::Corrupt {
            table: TABLE,
            column: "group_id",
            value: "half an owner".to_owned(),
        }),
    }
}
