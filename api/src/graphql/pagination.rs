//! Connections (<https://relay.dev/graphql/connections.htm>): the one implementation of pages.
//!
//! Cursors name a place in a list by the value that it is ordered by and the row's id, so that a page neither
//! skips nor repeats rows when others come and go. They are bound to their list, its filter and its order.

use std::{borrow::Cow, fmt::Debug};

use async_graphql::{
    ComplexObject, Context, ObjectType, OutputType, SimpleObject, TypeName,
    connection::{CursorType, Edge, EmptyFields, PageInfo},
};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use serde::{Deserialize, Serialize};
use service::{Key, NumberFilter, Page, PageRequest, Position};
use sha2::{Digest, Sha256};

use super::{
    access,
    error::{ApiError, Result},
    switchboard,
};

/// Rows on a page when neither `first` nor `last` is given.
const DEFAULT_SIZE: u32 = 20;
/// Most rows on a page.
pub(crate) const LARGEST_SIZE: u32 = 100;
/// The form of cursors.
const VERSION: u8 = 1;
/// Longest text that a list is ordered by, in bytes: a name, or a provider's own mark of a page.
const LONGEST_KEY: usize = 1024;

/// The paging arguments of a connection field.
#[derive(Debug, Clone, Default)]
pub(crate) struct PageArguments {
    pub(crate) first: Option<i32>,
    pub(crate) after: Option<String>,
    pub(crate) last: Option<i32>,
    pub(crate) before: Option<String>,
}

/// What a cursor is good for: one list with one filter in one order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct List {
    binding: String,
    ordered_by_text: bool,
}

impl List {
    /// A list ordered by numbers, such as ids or instants.
    pub(crate) fn new(name: &str, filter_and_order: &impl Debug) -> Self {
        let digest = Sha256::digest(format!("{name} {filter_and_order:?}"));
        Self {
            binding: URL_SAFE_NO_PAD.encode(&digest[..9]),
            ordered_by_text: false,
        }
    }

    /// The same list, if it is ordered by text.
    pub(crate) fn by_text(self, ordered_by_text: bool) -> Self {
        Self {
            ordered_by_text,
            ..self
        }
    }
}

/// A place in a list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Cursor {
    v: u8,
    k: Key,
    id: i64,
    f: String,
}

impl Cursor {
    fn new(position: Position, list: &List) -> Self {
        Self {
            v: VERSION,
            k: position.key,
            id: position.id,
            f: list.binding.clone(),
        }
    }

    fn read(text: &str, list: &List, argument: &str) -> Result<Position> {
        let broken = || ApiError::bad_input(argument, "this is no cursor: take one from pageInfo or an edge");
        let cursor = Self::decode_cursor(text).map_err(|_| broken())?;
        if cursor.f != list.binding {
            let message = "this cursor is of another list, filter or order: begin without it";
            return Err(ApiError::bad_input(argument, message));
        }
        let sound = match &cursor.k {
            Key::Int(_) => !list.ordered_by_text,
            Key::Text(text) => {
                list.ordered_by_text && text.len() <= LONGEST_KEY && !text.contains(char::is_control)
            }
        };
        if cursor.v == VERSION && sound {
            Ok(Position {
                key: cursor.k,
                id: cursor.id,
            })
        } else {
            Err(broken())
        }
    }
}

impl CursorType for Cursor {
    type Error = &'static str;

    fn decode_cursor(text: &str) -> Result<Self, Self::Error> {
        let bytes = URL_SAFE_NO_PAD.decode(text).map_err(|_| "not base64url")?;
        serde_json::from_slice(&bytes).map_err(|_| "not a cursor")
    }

    fn encode_cursor(&self) -> String {
        URL_SAFE_NO_PAD.encode(serde_json::json!(self).to_string())
    }
}

impl PageArguments {
    /// Which part of `list` is asked for.
    pub(crate) fn read(&self, list: &List) -> Result<PageRequest> {
        let (limit, backward) = match (self.first, self.last) {
            (Some(_), Some(_)) => {
                return Err(ApiError::bad_input("last", "give either first or last, not both"));
            }
            (None, Some(last)) => (size(last, "last")?, true),
            (Some(first), None) => (size(first, "first")?, false),
            (None, None) => (DEFAULT_SIZE, false),
        };
        let position = |cursor: &Option<String>, argument| {
            cursor
                .as_deref()
                .map(|text| Cursor::read(text, list, argument))
                .transpose()
        };
        let (after, before) = (position(&self.after, "after")?, position(&self.before, "before")?);
        Ok(PageRequest {
            limit,
            backward,
            after,
            before,
        })
    }
}

/// The size of a page.
pub(crate) fn size(given: i32, argument: &str) -> Result<u32> {
    u32::try_from(given)
        .ok()
        .filter(|size| *size <= LARGEST_SIZE)
        .ok_or_else(|| ApiError::bad_input(argument, format!("must be 0 to {LARGEST_SIZE}; it is {given}")))
}

/// A part of a list (<https://relay.dev/graphql/connections.htm>): its objects, where it stands in the list, and
/// how to go on.
#[derive(SimpleObject)]
#[graphql(complex, name_type)]
pub(crate) struct Paged<N: OutputType, X: ObjectType = EmptyFields> {
    /// The objects, each with its cursor.
    edges: Vec<Edge<Cursor, N, EmptyFields>>,
    /// Whether there is more on either side, and the cursors to go on with.
    page_info: PageInfo,
    #[graphql(flatten)]
    more: X,
    #[graphql(skip)]
    counted: Counted,
}

impl<N: OutputType, X: ObjectType> TypeName for Paged<N, X> {
    fn type_name() -> Cow<'static, str> {
        format!("{}Connection", N::type_name()).into()
    }
}

#[ComplexObject]
impl<N: OutputType, X: ObjectType> Paged<N, X> {
    /// The objects, without their cursors.
    async fn nodes(&self) -> Vec<&N> {
        self.edges.iter().map(|edge| &edge.node).collect()
    }

    /// How many objects the whole list has. Counted only when asked for, which can be slow on large lists. Null
    /// past 2,147,483,647, where a provider does not say, and with an error when they can't be counted.
    async fn total_count(&self, ctx: &Context<'_>) -> Option<Result<i32>> {
        match count(ctx, &self.counted).await {
            Ok(count) => i32::try_from(count?).ok().map(Ok),
            Err(error) => Some(Err(error)),
        }
    }
}

/// Wraps a page that was read.
pub(crate) fn connect<R, N: OutputType>(
    page: Page<R>,
    list: &List,
    counted: Counted,
    wrap: impl Fn(R) -> N,
) -> Paged<N> {
    connect_with(page, list, counted, wrap, EmptyFields)
}

/// [`connect`] for a connection with fields of its own.
pub(crate) fn connect_with<R, N: OutputType, X: ObjectType>(
    page: Page<R>,
    list: &List,
    counted: Counted,
    wrap: impl Fn(R) -> N,
    more: X,
) -> Paged<N, X> {
    let rows = page.items.into_iter();
    let edges: Vec<_> = rows
        .map(|(position, row)| Edge::new(Cursor::new(position, list), wrap(row)))
        .collect();
    let cursor = |edge: Option<&Edge<Cursor, N, EmptyFields>>| edge.map(|edge| edge.cursor.encode_cursor());
    let page_info = PageInfo {
        has_previous_page: page.has_previous,
        has_next_page: page.has_next,
        start_cursor: cursor(edges.first()),
        end_cursor: cursor(edges.last()),
    };
    Paged {
        edges,
        page_info,
        more,
        counted,
    }
}

/// A page of a list that is all there. A row is found again by its key; where it is gone the page begins or ends where
/// it stood.
pub(crate) fn cut<R>(rows: Vec<R>, request: &PageRequest, key: impl Fn(&R) -> String) -> Page<R> {
    let keyed: Vec<_> = rows
        .into_iter()
        .zip(0_i64..)
        .map(|(row, id)| {
            let key = Key::Text(key(&row));
            (Position { key, id }, row)
        })
        .collect();
    let stands = |cursor: &Position| keyed.iter().position(|(position, _)| position.key == cursor.key);
    let stood = |cursor: &Position| usize::try_from(cursor.id).unwrap_or(0).min(keyed.len());
    let start = request
        .after
        .as_ref()
        .map_or(0, |after| stands(after).map_or_else(|| stood(after), |at| at + 1));
    let end = request.before.as_ref().map_or(keyed.len(), |before| {
        stands(before).unwrap_or_else(|| stood(before))
    });
    let end = end.max(start);
    let size = usize::try_from(request.limit).unwrap_or(usize::MAX);
    let (start, end) = if request.backward {
        (start.max(end.saturating_sub(size)), end)
    } else {
        (start, end.min(start.saturating_add(size)))
    };
    Page {
        has_previous: start > 0,
        has_next: end < keyed.len(),
        items: keyed.into_iter().skip(start).take(end - start).collect(),
    }
}

/// What to count for `totalCount`.
#[derive(Debug, Clone)]
pub(crate) enum Counted {
    Numbers(NumberFilter),
    Pools(service::PoolFilter),
    Groups(service::GroupFilter),
    Customers(service::CustomerFilter),
    Dealers(service::DealerFilter),
    Employees(service::EmployeeFilter),
    Operations(service::OperationFilter),
    History(i64),
    Calls(service::CallFilter),
    CallImports(service::CallImportFilter),
    AlertRules,
    Alerts(service::AlertFilter),
    /// What is known already, or will not be told.
    Known(Option<i64>),
}

async fn count(ctx: &Context<'_>, counted: &Counted) -> Result<Option<i64>> {
    let (who, switchboard) = (access::viewer(ctx)?, switchboard(ctx)?);
    Ok(Some(match counted {
        Counted::Numbers(filter) => switchboard.count_numbers(who, filter).await?,
        Counted::Pools(filter) => switchboard.count_pools(who, filter).await?,
        Counted::Groups(filter) => switchboard.count_groups(who, filter).await?,
        Counted::Customers(filter) => switchboard.count_customers(who, filter).await?,
        Counted::Dealers(filter) => switchboard.count_dealers(who, filter).await?,
        Counted::Employees(filter) => switchboard.count_employees(who, filter).await?,
        Counted::Operations(filter) => switchboard.count_operations(who, filter).await?,
        Counted::History(number_id) => switchboard.count_number_history(who, *number_id).await?,
        Counted::Calls(filter) => switchboard.count_calls(who, filter).await?,
        Counted::CallImports(filter) => switchboard.count_call_imports(who, filter).await?,
        Counted::AlertRules => switchboard.count_alert_rules(who).await?,
        Counted::Alerts(filter) => switchboard.count_alerts(who, filter).await?,
        Counted::Known(count) => return Ok(*count),
    }))
}

#[cfg(test)]
mod tests;
