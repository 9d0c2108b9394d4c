use std::borrow::Cow;

/// A value of a column.
#[derive(Debug, Clone, PartialEq)]
pub enum Cell {
    /// NULL.
    Null,
    /// A whole number: an id, a count or an instant.
    Int(i64),
    /// Text.
    Text(Cow<'static, str>),
    /// A truth value.
    Bool(bool),
    /// Bytes.
    Bytes(Vec<u8>),
}

impl From<i64> for Cell {
    fn from(value: i64) -> Self {
        Self::Int(value)
    }
}

impl From<bool> for Cell {
    fn from(value: bool) -> Self {
        Self::Bool(value)
    }
}

impl From<&'static str> for Cell {
    fn from(value: &'static str) -> Self {
        Self::Text(Cow::Borrowed(value))
    }
}

impl From<String> for Cell {
    fn from(value: String) -> Self {
        Self::Text(Cow::Owned(value))
    }
}

impl<T: Into<Self>> From<Option<T>> for Cell {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Null, Into::into)
    }
}

/// A table and those of its columns that are written.
#[derive(Debug, PartialEq, Eq)]
pub struct Table {
    /// Its name.
    pub name: &'static str,
    /// The columns, in the order of a row's cells.
    pub columns: &'static [&'static str],
    /// Whether the first column is an id that the database would otherwise assign.
    pub has_id: bool,
}

/// Rows of one table.
#[derive(Debug)]
pub struct Batch {
    /// Where they go.
    pub table: &'static Table,
    /// The rows.
    pub rows: Vec<Vec<Cell>>,
}

/// A row of cells from values of different types.
macro_rules! row {
    ($($value:expr),* $(,)?) => { vec![$($crate::inventory::Cell::from($value)),*] };
}
pub(super) use row;

pub(super) static RESELLERS: Table = Table {
    name: "resellers",
    columns: &["id", "code", "name", "created_at"],
    has_id: true,
};
pub(super) static DEALERS: Table = Table {
    name: "dealers",
    columns: &["id", "reseller_id", "code", "name", "created_at"],
    has_id: true,
};
pub(super) static CUSTOMERS: Table = Table {
    name: "customers",
    columns: &["id", "reseller_id", "dealer_id", "code", "name", "created_at"],
    has_id: true,
};
pub(super) static GROUPS: Table = Table {
    name: "groups",
    columns: &["id", "reseller_id", "customer_id", "name", "created_at"],
    has_id: true,
};
pub(super) static PLACES: Table = Table {
    name: "places",
    columns: &["id", "country", "region", "name", "name_key"],
    has_id: true,
};
pub(super) static POOLS: Table = Table {
    name: "pools",
    columns: &[
        "id",
        "reseller_id",
        "customer_id",
        "group_id",
        "name",
        "name_key",
        "status",
        "provider",
        "external_id",
        "matching",
        "match_period_minutes",
        "quantity",
        "replace_all_numbers",
        "termination_number",
        "created_at",
        "updated_at",
    ],
    has_id: true,
};
pub(super) static SOURCES: Table = Table {
    name: "pool_tracking_sources",
    columns: &["pool_id", "position", "referrer_domain", "track_organic"],
    has_id: false,
};
pub(super) static NUMBERS: Table = Table {
    name: "numbers",
    columns: &[
        "id",
        "e164",
        "country",
        "number_type",
        "status",
        "area_code",
        "exchange",
        "region",
        "place_id",
        "provider",
        "name",
        "name_key",
        "reseller_id",
        "dealer_id",
        "customer_id",
        "group_id",
        "pool_id",
        "termination_number",
        "monthly_cost_minor",
        "monthly_cost_currency",
        "quarantine_until",
        "assigned_at",
        "suspended_at",
        "dropped_at",
        "created_at",
        "updated_at",
    ],
    has_id: true,
};
pub(super) static TAGS: Table = Table {
    name: "number_tags",
    columns: &["number_id", "tag"],
    has_id: false,
};
pub(super) static ASSIGNMENTS: Table = Table {
    name: "assignments",
    columns: &[
        "number_id",
        "reseller_id",
        "customer_id",
        "group_id",
        "pool_id",
        "name",
        "assigned_at",
        "released_at",
    ],
    has_id: false,
};
pub(super) static MEMBERS: Table = Table {
    name: "pool_members",
    columns: &["pool_id", "number_id", "added_at"],
    has_id: false,
};
pub(super) static EVENTS: Table = Table {
    name: "number_events",
    columns: &[
        "number_id",
        "kind",
        "at",
        "actor",
        "cause",
        "reseller_id",
        "customer_id",
        "group_id",
        "before",
        "after",
    ],
    has_id: false,
};

/// All tables that an inventory fills.
pub static TABLES: [&Table; 12] = [
    &RESELLERS,
    &DEALERS,
    &CUSTOMERS,
    &GROUPS,
    &PLACES,
    &POOLS,
    &SOURCES,
    &NUMBERS,
    &TAGS,
    &ASSIGNMENTS,
    &MEMBERS,
    &EVENTS,
];
