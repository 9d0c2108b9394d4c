//! Calls one by one.

use async_graphql::{ComplexObject, Context, Enum, ID, InputObject, Object, SimpleObject};
use jiff::Timestamp;
use service::{CallFilter, CallView, Disposition, PartyDisposition, PartyView, Side, UserErrorCode};
use strum::IntoEnumIterator;

use super::{filter::seconds, subject::optional, words::CallDirection};
use crate::graphql::{
    access,
    error::Result,
    input::Faults,
    loaders,
    node::{NodeId, NodeKind},
    numbers::Number,
    pagination::{Counted, List, PageArguments, Paged, connect_with},
    pools::NumberPool,
    scalars::{DateTime, Long},
    switchboard,
    tenants::{Customer, Employee, Group},
};

/// Most employees that one question can name.
const MOST_EMPLOYEES: usize = 100;

/// How a call ended for one of its parties.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "service::PartyDisposition")]
enum CallDisposition {
    /// Answered, if only for less than a second.
    Answered,
    /// Not answered.
    Unanswered,
    /// Not answered because the called party was busy.
    Busy,
    /// Not answered because the number is wrong or something broke.
    Failed,
    /// It rang here, and another member of the ring group answered.
    RungElsewhere,
}

/// Which way a call went, seen from the customer.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "service::Direction")]
enum CallWay {
    /// From outside to one of its numbers or extensions.
    Inbound,
    /// From one of its extensions or numbers to somebody outside.
    Outbound,
    /// From one of its extensions to another.
    Internal,
}

/// Which calls a list has. What is said of directions, dispositions and seconds is meant as statistics count: of the
/// part that an employee had in the call, one of `employeeIds` if there are any; with `numberId` or `poolId`, and
/// without employees, of the whole call.
#[derive(InputObject)]
struct CallsFilter {
    /// Only those of this customer, by global id.
    customer_id: Option<ID>,
    /// Only those that one of these employees, at most 100, took part in, by global id.
    employee_ids: Option<Vec<ID>>,
    /// Only those in which the employee was at this extension: the `extensionId` of call statistics.
    extension_id: Option<ID>,
    /// Only those to or from this number, by global id.
    number_id: Option<ID>,
    /// Only those of numbers while they worked in this pool, by global id.
    pool_id: Option<ID>,
    /// Only those that began at this second or later.
    from: Option<DateTime>,
    /// Only those that began at this second or earlier.
    to: Option<DateTime>,
    /// Which calls.
    #[graphql(default)]
    direction: CallDirection,
    /// Only those that ended in one of these ways.
    dispositions: Option<Vec<CallDisposition>>,
    /// Only those that were answered, or only those that were not; with `dispositions` both must hold.
    answered: Option<bool>,
    /// Leaves out answered calls with less talk than this many seconds.
    #[graphql(default)]
    ignore_below: i32,
    /// Leaves out unanswered calls that rang for less than this many seconds.
    #[graphql(default)]
    ignore_unanswered_below: i32,
    /// Leaves out calls between extensions.
    #[graphql(default)]
    ignore_local: bool,
}

impl CallsFilter {
    fn read(self) -> Result<CallFilter> {
        let mut faults = Faults::default();
        let filter = self.filter(&mut faults);
        Ok(faults.give(filter)?)
    }

    fn filter(self, faults: &mut Faults) -> Option<CallFilter> {
        let invalid = UserErrorCode::InvalidInput;
        let dispositions = self.dispositions();
        let mut row = |id: Option<ID>, kind, path| optional(id, |id| faults.row(&id, kind, path));
        let customer_id = row(self.customer_id, NodeKind::Customer, "input.filter.customerId");
        let number_id = row(self.number_id, NodeKind::Number, "input.filter.numberId");
        let pool_id = row(self.pool_id, NodeKind::NumberPool, "input.filter.poolId");
        let employees = employees(faults, self.employee_ids.unwrap_or_default());
        let extension_id = optional(self.extension_id, |id| extension(faults, &id));
        let from = optional(self.from, |from| from.field(faults, invalid, "input.filter.from"));
        let to = optional(self.to, |to| to.field(faults, invalid, "input.filter.to"));
        let answered = seconds(faults, self.ignore_below, "input.filter.ignoreBelow");
        let path = "input.filter.ignoreUnansweredBelow";
        let unanswered = seconds(faults, self.ignore_unanswered_below, path);
        Some(CallFilter {
            customer_id: customer_id?,
            employees: employees?,
            extension_id: extension_id?,
            number_id: number_id?,
            pool_id: pool_id?,
            from: from?.map(|from| second(from).saturating_mul(1000)),
            until: to?.map(|to| second(to).saturating_add(1).saturating_mul(1000)),
            side: match self.direction {
                CallDirection::In => Some(Side::In),
                CallDirection::Out => Some(Side::Out),
                CallDirection::Both => None,
            },
            dispositions,
            ignore_below_seconds: answered?,
            ignore_unanswered_below_seconds: unanswered?,
            ignore_local: self.ignore_local,
        })
    }

    /// Those that `dispositions` and `answered` both let through.
    fn dispositions(&self) -> Option<Vec<PartyDisposition>> {
        if self.dispositions.is_none() && self.answered.is_none() {
            return None;
        }
        let named = self.dispositions.as_ref();
        let fits = |disposition: &PartyDisposition| {
            let answered = *disposition == PartyDisposition::Answered;
            self.answered.is_none_or(|wanted| wanted == answered)
                && named.is_none_or(|named| named.contains(&(*disposition).into()))
        };
        Some(PartyDisposition::iter().filter(fits).collect())
    }
}

fn employees(faults: &mut Faults, ids: Vec<ID>) -> Option<Vec<i64>> {
    let path = "input.filter.employeeIds";
    if ids.len() > MOST_EMPLOYEES {
        let message = format!("name at most {MOST_EMPLOYEES} employees; there are {}", ids.len());
        faults.add(UserErrorCode::InvalidInput, path, message);
        return None;
    }
    let rows: Vec<Option<i64>> = ids
        .iter()
        .map(|id| faults.row(id, NodeKind::Employee, path))
        .collect();
    rows.into_iter().collect()
}

/// Extensions have no global ids: statistics tell their rows.
fn extension(faults: &mut Faults, id: &ID) -> Option<i64> {
    let row = id.parse().ok().filter(|row: &i64| *row > 0);
    if row.is_none() {
        let message = "this is no id of an extension: take it from extensionId of call statistics";
        faults.add(UserErrorCode::NotFound, "input.filter.extensionId", message);
    }
    row
}

/// The second that an instant is in.
fn second(instant: Timestamp) -> i64 {
    let second = instant.as_nanosecond().div_euclid(1_000_000_000);
    i64::try_from(second).unwrap_or(i64::MAX)
}

/// A call that was recorded, whatever number of legs it had.
#[derive(SimpleObject)]
#[graphql(complex)]
pub(crate) struct Call {
    /// Global id.
    #[graphql(owned)]
    pub(crate) id: NodeId,
    /// What the telephone system that recorded it calls it; unique in its customer.
    call_id: String,
    /// When it started.
    started_at: DateTime,
    /// When an endpoint answered; null when none did.
    answered_at: Option<DateTime>,
    /// When it ended.
    ended_at: DateTime,
    /// Seconds until it was answered, or ended.
    ring_seconds: Long,
    /// Seconds of talk; 0 when it was not answered.
    talk_seconds: Long,
    /// How the whole call ended.
    disposition: CallDisposition,
    /// Who called: E.164 where it is a number, else as the telephone system writes it. Null where it does not say.
    caller: Option<String>,
    /// Who was called, written likewise. Null where the telephone system does not say.
    callee: Option<String>,
    /// Which way it went.
    direction: CallWay,
    /// Whether both ends are extensions of the customer.
    local: bool,
    #[graphql(skip)]
    record: CallView,
}

impl From<CallView> for Call {
    fn from(record: CallView) -> Self {
        Self {
            id: NodeId::new(NodeKind::Call, record.id),
            call_id: record.call_id.clone(),
            started_at: record.started_at.into(),
            answered_at: record.answered_at.map(DateTime::from),
            ended_at: record.ended_at.into(),
            ring_seconds: record.ring_seconds.into(),
            talk_seconds: record.talk_seconds.into(),
            disposition: match record.disposition {
                Disposition::Answered => CallDisposition::Answered,
                Disposition::Unanswered => CallDisposition::Unanswered,
                Disposition::Busy => CallDisposition::Busy,
                Disposition::Failed => CallDisposition::Failed,
            },
            caller: record.caller.clone(),
            callee: record.callee.clone(),
            direction: record.direction.into(),
            local: record.local,
            record,
        }
    }
}

#[ComplexObject]
impl Call {
    /// The customer whose telephone system recorded it. Null with an error when it can't be read.
    async fn customer(&self, ctx: &Context<'_>) -> Option<Result<Customer>> {
        let customer = loaders::customer(ctx, self.record.customer_id).await;
        customer.transpose().map(|customer| customer.map(Customer::from))
    }

    /// The customer's number that was called, or that it was made from. Null when it was none of Switchboard's, or is
    /// another's now; null with an error when it can't be read.
    async fn number(&self, ctx: &Context<'_>) -> Option<Result<Number>> {
        let number = loaders::number(ctx, self.record.number_id?).await;
        number.transpose().map(|number| number.map(Number::bare))
    }

    /// The pool that the number worked in. Null when it was in none; null with an error when it can't be read.
    async fn pool(&self, ctx: &Context<'_>) -> Option<Result<NumberPool>> {
        let pool = loaders::pool(ctx, self.record.pool_id?).await;
        pool.transpose().map(|pool| pool.map(NumberPool::from))
    }

    /// The group that had the number. Null where there is no number; null with an error when it can't be read.
    async fn group(&self, ctx: &Context<'_>) -> Option<Result<Group>> {
        let group = loaders::group(ctx, self.record.group_id?).await;
        group.transpose().map(|group| group.map(Group::from))
    }

    /// The employees who took part, the caller first. Null with an error when they can't be read.
    async fn parties(&self, ctx: &Context<'_>) -> Option<Result<Vec<CallParty>>> {
        let parties = loaders::call_parties(ctx, self.record.id).await;
        let wrap = |parties: Vec<PartyView>| parties.into_iter().map(CallParty::from).collect();
        parties.transpose().map(|parties| parties.map(wrap))
    }
}

/// The part of an employee in a call: what statistics count.
#[derive(SimpleObject)]
#[graphql(complex)]
struct CallParty {
    /// The extension's number. Null when the extension is gone.
    extension: Option<String>,
    /// IN for somebody who was called, OUT for the caller.
    side: CallDirection,
    /// How the call ended here.
    disposition: CallDisposition,
    /// Talk in seconds if it was answered, else the seconds that it rang.
    seconds: Long,
    #[graphql(skip)]
    employee_row: i64,
}

impl From<PartyView> for CallParty {
    fn from(view: PartyView) -> Self {
        Self {
            extension: view.extension,
            side: match view.party.side {
                Side::Out => CallDirection::Out,
                Side::In => CallDirection::In,
            },
            disposition: view.party.disposition.into(),
            seconds: view.party.seconds.into(),
            employee_row: view.party.employee_id,
        }
    }
}

#[ComplexObject]
impl CallParty {
    /// The employee. Null with an error when it can't be read.
    async fn employee(&self, ctx: &Context<'_>) -> Option<Result<Employee>> {
        let employee = loaders::employee(ctx, self.employee_row).await;
        employee.transpose().map(|employee| employee.map(Employee::from))
    }
}

/// What holds for a whole list of calls.
pub(crate) struct CallFacts {
    filter: CallFilter,
}

#[Object]
impl CallFacts {
    /// How many the call statistics count for the same filter: each employee's part in a call is one, so that a call
    /// that rang at three employees counts three times; with `numberId` or `poolId`, and without employees, each call
    /// is one. Counted only when asked for. Null past 2,147,483,647, and with an error when they can't be counted.
    async fn statistics_count(&self, ctx: &Context<'_>) -> Option<Result<i32>> {
        match counted_parts(ctx, &self.filter).await {
            Ok(count) => i32::try_from(count).ok().map(Ok),
            Err(error) => Some(Err(error)),
        }
    }
}

async fn counted_parts(ctx: &Context<'_>, filter: &CallFilter) -> Result<i64> {
    let who = access::viewer(ctx)?;
    Ok(switchboard(ctx)?.count_call_parts(who, filter).await?)
}

#[derive(Default)]
pub(crate) struct CallQueries;

#[Object]
impl CallQueries {
    /// The calls that were recorded, the latest first: what stands behind every figure of `callStatistics` of our own
    /// records. Asked with the same filter, `statisticsCount` is the figure. Null with an error when an argument can't
    /// be used. Keys of a group see the calls of their group's numbers.
    async fn calls(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which calls; all when absent.")] filter: Option<CallsFilter>,
        #[graphql(desc = "Size of the page from its beginning, 0 to 100; 20 when absent.")] first: Option<
            i32,
        >,
        #[graphql(desc = "Only what stands behind this cursor.")] after: Option<String>,
        #[graphql(desc = "Size of the page from its end, 0 to 100.")] last: Option<i32>,
        #[graphql(desc = "Only what stands before this cursor.")] before: Option<String>,
    ) -> Option<Result<Paged<Call, CallFacts>>> {
        let page = PageArguments {
            first,
            after,
            last,
            before,
        };
        Some(list(ctx, filter, page).await)
    }
}

async fn list(
    ctx: &Context<'_>,
    filter: Option<CallsFilter>,
    page: PageArguments,
) -> Result<Paged<Call, CallFacts>> {
    let who = access::principal(ctx)?;
    let filter = match filter {
        Some(filter) => filter.read()?,
        None => CallFilter::default(),
    };
    let list = List::new("calls", &filter);
    let request = page.read(&list)?;
    let page = switchboard(ctx)?.calls(&who, &filter, &request).await?;
    let counted = Counted::Calls(filter.clone());
    Ok(connect_with(
        page,
        &list,
        counted,
        Call::from,
        CallFacts { filter },
    ))
}
