//! What the made-up carrier counts.

use std::collections::BTreeSet;

use jiff::Timestamp;
use provider_core::domain::*;
use provider_testkit::twin::{TwinReply, Unexpected};
use serde_json::json;

type Counted = (NumberStatus, Option<&'static str>, NumberCategory, u32);

const NUMBERS: [Counted; 7] = {
    use NumberCategory::{Geographic, Mobile, NonGeographic};
    use NumberStatus::{Active, Dropped, Suspended};
    [
        (Active, Some("D1"), Geographic, 1),
        (Active, Some("D1"), Geographic, 1),
        (Active, Some("D2"), Mobile, 2),
        (Active, None, NonGeographic, 3),
        (Suspended, Some("D2"), Geographic, 2),
        (Dropped, None, Mobile, 3),
        (Dropped, Some("D1"), Geographic, 4),
    ]
};

pub(crate) fn count(query: &KpiQuery) -> KpiAnswer {
    let KpiFilter {
        status,
        dealer,
        number_type,
    } = &query.filter;
    let wanted = |(number_status, code, category, _): &&Counted| {
        let dropped = *number_status == NumberStatus::Dropped;
        let by_status = match status {
            KpiStatusFilter::All => true,
            KpiStatusFilter::NotDropped => !dropped,
            KpiStatusFilter::Dropped => dropped,
        };
        let by_dealer = match dealer {
            None => true,
            Some(DealerFilter::Unassigned) => code.is_none(),
            Some(DealerFilter::Code(wanted)) => *code == Some(wanted),
        };
        by_status && by_dealer && number_type.is_none_or(|wanted| wanted == KpiType::Category(*category))
    };
    let numbers: Vec<&Counted> = NUMBERS.iter().filter(wanted).collect();
    let key = |(status, code, category, _): &Counted| match query.grouping {
        KpiGrouping::Summary => KpiKey::All,
        KpiGrouping::Status => KpiKey::Status(*status),
        KpiGrouping::Dealer => KpiKey::Dealer(code.map(str::to_owned)),
        KpiGrouping::Type => KpiKey::Type(KpiType::Category(*category)),
    };
    let mut keys: BTreeSet<KpiKey> = numbers.iter().map(|number| key(number)).collect();
    if query.grouping == KpiGrouping::Summary {
        keys.insert(KpiKey::All);
    }
    let row = |wanted: KpiKey| {
        let of_key: Vec<_> = numbers.iter().filter(|number| key(number) == wanted).collect();
        let customers: BTreeSet<u32> = of_key.iter().map(|(.., customer)| *customer).collect();
        KpiRow {
            key: wanted,
            number_count: of_key.len() as u64,
            customer_count: customers.len() as u64,
        }
    };
    KpiAnswer {
        as_of: None,
        rows: keys.into_iter().map(row).collect(),
    }
}

/// Employee, start of the call, whether it came in, and its seconds.
const CALLS: [(&str, &str, bool, u64); 6] = [
    ("e1", "2024-03-01T09:00:00Z", true, 60),
    ("e1", "2024-03-01T10:00:00Z", false, 5),
    ("e1", "2024-03-04T09:30:00Z", true, 30),
    ("e2", "2024-03-02T23:59:59Z", false, 600),
    ("e2", "2024-03-10T00:00:00Z", true, 20),
    ("e2", "2024-03-10T12:00:00Z", true, 9),
];

pub(crate) fn report(query: &CallStatisticsQuery) -> CallStatisticsReport {
    let named = &query.employees;
    let wanted = |employee: &&str| {
        let has_calls = CALLS.iter().any(|(caller, ..)| caller == employee);
        if named.is_empty() {
            has_calls
        } else {
            named.iter().any(|name| name == employee)
        }
    };
    let rows = ["e1", "e2", "e3"]
        .into_iter()
        .filter(wanted)
        .map(|employee| row(employee, query));
    CallStatisticsReport {
        rows: rows.collect(),
        caveats: Vec::new(),
    }
}

fn row(employee: &str, query: &CallStatisticsQuery) -> EmployeeCalls {
    let shows = |field| query.fields.is_empty() || query.fields.contains(&field);
    let text = |field, text: &str| shows(field).then(|| text.to_owned());
    let mut intervals: Vec<CallInterval> = Vec::new();
    for (caller, at, inbound, seconds) in CALLS {
        let at: Timestamp = at.parse().unwrap();
        let inside = (query.period.start()..query.period.end()).contains(&at);
        if caller != employee || !inside || seconds < u64::from(query.ignore_below_seconds) {
            continue;
        }
        let around = query.interval.around(at, &query.zone).unwrap();
        let found = intervals
            .iter()
            .position(|interval| interval.start == around.start());
        let at = found.unwrap_or_else(|| {
            intervals.push(CallInterval {
                start: around.start(),
                end: around.end(),
                counts: CallCounts::default(),
            });
            intervals.len() - 1
        });
        add(&mut intervals[at].counts, inbound, seconds, query);
    }
    EmployeeCalls {
        employee_id: text(CallField::EmployeeId, employee),
        employee_name: text(CallField::EmployeeName, &format!("Employee {employee}")),
        extension_id: None,
        extension_number: None,
        intervals,
    }
}

fn add(counts: &mut CallCounts, inbound: bool, seconds: u64, query: &CallStatisticsQuery) {
    let (calls, talk, side) = if inbound {
        (
            CallField::InboundCalls,
            CallField::InboundSeconds,
            CallDirection::In,
        )
    } else {
        (
            CallField::OutboundCalls,
            CallField::OutboundSeconds,
            CallDirection::Out,
        )
    };
    if ![side, CallDirection::Both].contains(&query.direction) {
        return;
    }
    for (field, more) in [(calls, 1), (talk, seconds)] {
        if query.fields.is_empty() || query.fields.contains(&field) {
            let count = counts.get_mut(field).unwrap();
            *count = Some(count.unwrap_or(0) + more);
        }
    }
}

pub(crate) fn centers(group: &GroupRef) -> Vec<CallCenterRef> {
    let center = |name: &str| CallCenterRef {
        group: group.clone(),
        name: name.to_owned(),
    };
    CENTERS.into_iter().map(center).collect()
}

const CENTERS: [&str; 5] = [
    "a@example.com",
    "b@example.com",
    "c@example.com",
    "d@example.com",
    "e@example.com",
];

/// The answer about a call center that nobody knows.
pub(crate) fn knows(name: &str) -> Option<TwinReply> {
    (!CENTERS.contains(&name)).then(|| TwinReply::json(404, &json!({ "error": "no such call center" })))
}

pub(crate) fn reporting() -> ReportingSettings {
    ReportingSettings {
        generate_daily_report: false,
        collection_period_minutes: 30,
        reporting_email_address_1: None,
        reporting_email_address_2: None,
        statistics_source: Some("External Reporting".to_owned()),
    }
}

pub(crate) fn update(settings: &mut ReportingSettings, update: &ReportingUpdate) {
    let change = |address: &mut Option<String>, change: &Option<AddressChange>| match change {
        None => {}
        Some(AddressChange::Delete) => *address = None,
        Some(AddressChange::Set(new)) => *address = Some(new.clone()),
    };
    settings.generate_daily_report = update
        .generate_daily_report
        .unwrap_or(settings.generate_daily_report);
    settings.collection_period_minutes = update
        .collection_period_minutes
        .unwrap_or(settings.collection_period_minutes);
    change(
        &mut settings.reporting_email_address_1,
        &update.reporting_email_address_1,
    );
    change(
        &mut settings.reporting_email_address_2,
        &update.reporting_email_address_2,
    );
}

pub(crate) fn statistics(range: Period) -> Result<TwinReply, Unexpected> {
    if range.end() > Timestamp::now() {
        return Ok(TwinReply::json(
            400,
            &json!({ "error": "the end is in the future" }),
        ));
    }
    let agent = |id: &str| AgentStatistics {
        agent_user_id: id.to_owned(),
        last_name: Some("Test".to_owned()),
        first_name: None,
        available: Some(true),
        calls_handled: 3,
        calls_unanswered: 1,
        average_call_seconds: Some(20.5),
        total_talk_seconds: 62,
        total_staffed_seconds: 3600,
    };
    Ok(TwinReply::json(
        200,
        &CallCenterStatistics {
            range,
            queue: QueueStatistics {
                calls_answered: 6,
                average_wait_seconds: Some(3.0),
                ..QueueStatistics::default()
            },
            agents: vec![agent("a1@example.com"), agent("a2@example.com")],
        },
    ))
}
