//! "Request": the body, read strictly.

use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp, ToSpan};
use provider_testkit::twin::{TwinRequest, Unexpected};
use serde::Deserialize;

use crate::calls::Direction;

/// The fields that tell who it is.
pub(crate) const IDENTITY: [&str; 4] = ["employeeId", "employeeName", "extensionId", "extensionNumber"];

/// The counts.
pub(crate) const COUNTS: [&str; 10] = [
    "outboundCalls",
    "outboundSeconds",
    "outboundAnswered",
    "outboundUnanswered",
    "outboundFailed",
    "inboundCalls",
    "inboundSeconds",
    "inboundAnswered",
    "inboundUnanswered",
    "inboundBusy",
];

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Body {
    customer: Option<String>,
    employee: Option<String>,
    employees: Option<Vec<String>>,
    from: Option<String>,
    to: Option<String>,
    ignore_below: Option<u64>,
    ignore_local: Option<bool>,
    direction: Option<String>,
    grouping_interval: Option<String>,
    fields: Option<Vec<String>>,
    sort: Option<String>,
    format: Option<String>,
}

/// What is asked.
#[derive(Debug)]
pub(crate) struct Question {
    pub(crate) customer: Option<String>,
    /// Absent for all.
    pub(crate) employees: Option<Vec<String>>,
    pub(crate) from: Timestamp,
    /// The last instant inside.
    pub(crate) to: Timestamp,
    pub(crate) ignore_below: u64,
    pub(crate) ignore_local: bool,
    /// Absent for both.
    pub(crate) direction: Option<Direction>,
    pub(crate) grouping: Grouping,
    pub(crate) fields: Vec<String>,
    pub(crate) sort: Option<String>,
    pub(crate) format: Format,
}

/// `groupingInterval`.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Grouping {
    Month,
    Week,
    Day,
    Hour,
}

/// `format`.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Format {
    Json,
    Csv,
    Excel,
}

/// Why a question is not answered.
#[derive(Debug)]
pub(crate) enum No {
    /// 422 with the message of "Errors".
    Invalid(&'static str),
    /// 403 `access_denied`.
    Denied,
    /// The document does not describe it.
    Unexpected(Unexpected),
}

impl From<Unexpected> for No {
    fn from(unexpected: Unexpected) -> Self {
        Self::Unexpected(unexpected)
    }
}

impl Question {
    pub(crate) fn read(request: &TwinRequest, zone: &TimeZone) -> Result<Self, No> {
        if (request.method(), request.segments().as_slice()) != ("POST", &["pbx", "cdrstats"]) {
            return Err(request.not_described().into());
        }
        request.only_query(&[])?;
        let body: Body = request.json()?;
        let (from, to) = period(&body, zone).ok_or(No::Invalid("from"))?;
        let fields = fields(body.fields)?;
        if let Some(sort) = &body.sort {
            let known = ["employeeName", "extensionNumber"].contains(&sort.as_str());
            if !known || !fields.contains(sort) {
                return Err(unexpected("sort", sort));
            }
        }
        Ok(Self {
            employees: employees(body.employee, body.employees)?,
            customer: body.customer,
            from,
            to,
            ignore_below: body.ignore_below.unwrap_or(0),
            ignore_local: body.ignore_local.unwrap_or(false),
            direction: direction(body.direction.as_deref())?,
            grouping: grouping(body.grouping_interval.as_deref())?,
            fields,
            sort: body.sort,
            format: format(body.format.as_deref())?,
        })
    }

    pub(crate) fn wants(&self, field: &str) -> bool {
        self.fields.iter().any(|wanted| wanted == field)
    }
}

fn unexpected(field: &str, value: &str) -> No {
    let reason = format!("POST /pbx/cdrstats: not described: {field}: {value:?}");
    No::Unexpected(Unexpected::new(reason))
}

/// "Default from today at 00:00", "until today at 23:59:59". What is counted includes the last second.
fn period(body: &Body, zone: &TimeZone) -> Option<(Timestamp, Timestamp)> {
    let today = Timestamp::now().to_zoned(zone.clone()).start_of_day().ok()?;
    let from = match &body.from {
        Some(text) => text.parse().ok()?,
        None => today.timestamp(),
    };
    let to: Timestamp = match &body.to {
        Some(text) => text.parse().ok()?,
        None => today.tomorrow().ok()?.checked_sub(1.second()).ok()?.timestamp(),
    };
    let last = to.checked_add(SignedDuration::from_millis(999)).ok()?;
    (from <= to).then_some((from, last))
}

fn employees(one: Option<String>, several: Option<Vec<String>>) -> Result<Option<Vec<String>>, No> {
    match (one, several) {
        (None, several) => Ok(several),
        (Some(one), None) => Ok(Some(vec![one])),
        (Some(one), Some(_)) => Err(unexpected("employee beside employees", &one)),
    }
}

fn fields(asked: Option<Vec<String>>) -> Result<Vec<String>, No> {
    let known = || IDENTITY.into_iter().chain(COUNTS);
    let Some(asked) = asked else {
        return Ok(known().map(str::to_owned).collect());
    };
    match asked.iter().find(|field| !known().any(|known| known == **field)) {
        Some(unknown) => Err(unexpected("fields", unknown)),
        None => Ok(asked),
    }
}

fn direction(word: Option<&str>) -> Result<Option<Direction>, No> {
    match word {
        None | Some("BOTH") => Ok(None),
        Some("IN") => Ok(Some(Direction::In)),
        Some("OUT") => Ok(Some(Direction::Out)),
        Some(other) => Err(unexpected("direction", other)),
    }
}

fn grouping(word: Option<&str>) -> Result<Grouping, No> {
    match word {
        Some("MONTH") => Ok(Grouping::Month),
        Some("WEEK") => Ok(Grouping::Week),
        None | Some("DAY") => Ok(Grouping::Day),
        Some("HOUR") => Ok(Grouping::Hour),
        Some(_) => Err(No::Invalid("groupingInterval")),
    }
}

fn format(word: Option<&str>) -> Result<Format, No> {
    match word {
        None | Some("JSON") => Ok(Format::Json),
        Some("CSV") => Ok(Format::Csv),
        Some("EXCEL") => Ok(Format::Excel),
        Some(_) => Err(No::Invalid("format")),
    }
}
