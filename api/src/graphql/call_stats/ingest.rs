//! Bringing in the records of a few calls.

use async_graphql::{Context, Enum, ID, InputObject, Object, SimpleObject};
use service::{
    CallCustomer, CallImportReport, CallImportRequest, CallLine, CallRow, CallSettings, CallSource,
    Principal, UserErrorCode,
};
use strum::IntoStaticStr;

use crate::graphql::{
    access,
    error::{Result, UserError, user_errors},
    input::{Faults, Parsed},
    node::NodeKind,
    payload::expected,
    scalars::{Country, DateTime},
    switchboard,
};

/// Most legs of one mutation.
const MOST: usize = 500;

/// How a leg of a call ended.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq, IntoStaticStr)]
#[strum(serialize_all = "SCREAMING_SNAKE_CASE")]
enum CallLegDisposition {
    /// Answered, if only for less than a second.
    Answered,
    /// Not answered.
    Unanswered,
    /// Not answered because the called party was busy.
    Busy,
    /// Not answered because the number is wrong or something broke.
    Failed,
}

/// A leg of a call: one try to reach one telephone. Most calls have one; legs with the same `callId` are one call.
#[derive(InputObject)]
struct CallLegInput {
    /// What the source calls the whole call: at most 200 bytes, unique in the customer.
    call_id: String,
    /// What tells the leg from the other legs of its call; its start and callee when absent.
    leg_id: Option<String>,
    /// When it began.
    start: DateTime,
    /// When it was answered; follows from the other times when absent.
    answer: Option<DateTime>,
    /// When it ended; follows from the other times when absent.
    end: Option<DateTime>,
    /// Seconds that it rang; follows from the times when absent.
    ring_seconds: Option<u32>,
    /// Seconds of talk; follows from the times when absent.
    talk_seconds: Option<u32>,
    /// How it ended; ANSWERED where there is an answer, else UNANSWERED, when absent.
    disposition: Option<CallLegDisposition>,
    /// The caller's number or extension; absent when it was withheld.
    caller: Option<String>,
    /// Number or extension of the telephone that rang; what was dialed when absent.
    callee: Option<String>,
    /// What the caller dialed; the callee when absent.
    dialed: Option<String>,
    /// Whether a program answered (an announcement, a menu, a mailbox), so that the call counts as not answered.
    #[graphql(default)]
    application: bool,
}

impl CallLegInput {
    /// The row at `position`, or nothing where something of it can't be used.
    fn read(self, faults: &mut Faults, position: u64) -> Option<CallRow> {
        let path = format!("input.calls.{position}");
        let mut instant = |field: &str, instant: DateTime| {
            instant
                .field(faults, UserErrorCode::InvalidInput, &format!("{path}.{field}"))
                .map(|instant| instant.to_string())
        };
        let start = instant("start", self.start);
        let answer = self.answer.map(|answer| instant("answer", answer));
        let end = self.end.map(|end| instant("end", end));
        let disposition: Option<&'static str> = self.disposition.map(Into::into);
        let line = CallLine {
            call_id: self.call_id,
            leg_id: self.leg_id,
            start: start?,
            answer: transposed(answer)?,
            end: transposed(end)?,
            ring_seconds: self.ring_seconds,
            talk_seconds: self.talk_seconds,
            disposition: disposition.map(str::to_owned),
            caller: self.caller,
            callee: self.callee,
            dialed: self.dialed,
            application: Some(self.application),
        };
        line.read(position, &CallSettings::default())
            .map_err(|fault| faults.add(UserErrorCode::InvalidInput, &path, fault.reason))
            .ok()
    }
}

/// Nothing where something was given that can't be used.
fn transposed<T>(given: Option<Option<T>>) -> Option<Option<T>> {
    match given {
        Some(None) => None,
        Some(read) => Some(read),
        None => Some(None),
    }
}

/// Brings in the records of a few calls. Files are sent to `POST /imports/calls` instead.
#[derive(InputObject)]
struct IngestCallsInput {
    /// Global id of the customer whose telephone system made the records.
    customer_id: ID,
    /// The legs: 1 to 500.
    calls: Vec<CallLegInput>,
    /// Country of numbers without a country code. Without it, only numbers with one are taken for numbers.
    country: Option<Country>,
}

impl IngestCallsInput {
    fn read(self) -> Parsed<(CallImportRequest, Vec<CallRow>)> {
        let mut faults = Faults::default();
        let customer = faults.row(&self.customer_id, NodeKind::Customer, "input.customerId");
        if self.calls.is_empty() || self.calls.len() > MOST {
            let message = format!("calls must have 1 to {MOST} legs; it has {}", self.calls.len());
            faults.add(UserErrorCode::InvalidInput, "input.calls", message);
        }
        let country = match self.country {
            None => Some(None),
            Some(country) => country
                .field(&mut faults, UserErrorCode::InvalidInput, "input.country")
                .map(Some),
        };
        let rows: Vec<CallRow> = (0_u64..)
            .zip(self.calls)
            .filter_map(|(position, leg)| leg.read(&mut faults, position))
            .collect();
        let request = customer
            .zip(country)
            .map(|(customer, country)| CallImportRequest {
                customer: CallCustomer::Row(customer),
                source: CallSource::Graphql,
                file: None,
                format: "graphql".to_owned(),
                country,
            });
        faults.give(request.map(|request| (request, rows)))
    }
}

/// What became of an `ingestCalls`.
#[derive(SimpleObject, Default)]
struct IngestCallsPayload {
    /// Calls that were not there before.
    new_calls: u32,
    /// Calls that got legs, or whose parties are known better than before.
    changed_calls: u32,
    /// Calls that were there as they are.
    unchanged_calls: u32,
    /// Why nothing was changed; for a leg that can't be used, the path says which.
    user_errors: Vec<UserError>,
}

#[derive(Default)]
pub(crate) struct IngestMutations;

#[Object]
impl IngestMutations {
    /// Brings in the records of a few calls of a customer's telephone system. Statistics count them at once. The same
    /// records again change nothing, so that a request without an answer can be repeated; legs that come later are put
    /// to their calls. Only keys for a whole customer or more may.
    async fn ingest_calls(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Whose calls, and their legs.")] input: IngestCallsInput,
    ) -> Option<Result<IngestCallsPayload>> {
        Some(ingest(ctx, input).await)
    }
}

async fn ingest(ctx: &Context<'_>, input: IngestCallsInput) -> Result<IngestCallsPayload> {
    let who = access::principal(ctx)?;
    let answer = match input.read() {
        Ok((request, rows)) => import(ctx, &who, request, rows).await?,
        Err(refusals) => Err(refusals),
    };
    let count = |count: u64| u32::try_from(count).unwrap_or(u32::MAX);
    Ok(match answer {
        Ok(report) => IngestCallsPayload {
            new_calls: count(report.new_calls),
            changed_calls: count(report.changed_calls),
            unchanged_calls: count(report.unchanged_calls),
            user_errors: Vec::new(),
        },
        Err(refusals) => IngestCallsPayload {
            user_errors: user_errors(refusals),
            ..IngestCallsPayload::default()
        },
    })
}

async fn import(
    ctx: &Context<'_>,
    who: &Principal,
    request: CallImportRequest,
    rows: Vec<CallRow>,
) -> Result<Parsed<CallImportReport>> {
    expected(switchboard(ctx)?.import_calls(who, request, rows).await)
}
