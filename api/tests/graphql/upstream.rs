//! A provider of figures that answers as the documents' examples do, and notes what it was asked.

use std::{
    collections::{BTreeSet, HashMap},
    num::NonZeroU32,
    sync::{Arc, Mutex},
    time::Duration,
};

use async_trait::async_trait;
use jiff::{Timestamp, tz::TimeZone};
use provider_core::{
    call::CallContext,
    config::PolicySettings,
    domain::*,
    error::{Effect, ErrorKind, ProviderError, Result},
    outcome::Outcome,
    port::{CallCenterTerms, CallCenters, CallStatistics, CallStatisticsTerms, KpiTerms, NumberKpis},
    provider::{Health, HealthState, Instance, Ports, Provider, ProviderInfo},
};
use strum::IntoEnumIterator;

/// How a provider behaves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Manner {
    /// As its document says.
    Sound,
    /// It never answers.
    Silent,
    /// It is down, and says when to come back.
    Down,
    /// Its figures contradict each other.
    Lying,
}

/// A provider of figures.
#[derive(Debug)]
pub(crate) struct Upstream {
    info: ProviderInfo,
    ports: BTreeSet<&'static str>,
    manner: Manner,
    kpis: KpiTerms,
    calls: CallStatisticsTerms,
    centers: CallCenterTerms,
    asked: Mutex<Vec<String>>,
    broken: Mutex<HashMap<String, Manner>>,
    settings: Mutex<ReportingSettings>,
}

impl Upstream {
    /// A provider with these ports: `kpis`, `calls`, `centers`.
    pub(crate) fn new(id: &str, ports: &[&'static str]) -> Self {
        Self {
            info: ProviderInfo {
                id: id.parse().expect("a provider id"),
                kind: "figures",
                title: "Figures",
            },
            ports: ports.iter().copied().collect(),
            manner: Manner::Sound,
            kpis: KpiTerms {
                groupings: KpiGrouping::iter().collect(),
                statuses: KpiStatusFilter::iter().collect(),
                filters_dealers: true,
                number_types: NumberCategory::iter().map(KpiType::Category).collect(),
            },
            calls: CallStatisticsTerms {
                intervals: GroupingInterval::iter().collect(),
                formats: [ExportFormat::Csv, ExportFormat::Json].into(),
                any_customer: true,
                zone: Some(TimeZone::get("Europe/Copenhagen").expect("a zone")),
                ignores_unanswered: false,
                includes_empty: false,
            },
            centers: CallCenterTerms {
                largest_page: 3,
                collection_periods: [15, 30, 60].into(),
            },
            asked: Mutex::default(),
            broken: Mutex::default(),
            settings: Mutex::new(ReportingSettings {
                generate_daily_report: false,
                collection_period_minutes: 30,
                reporting_email_address_1: None,
                reporting_email_address_2: None,
                statistics_source: Some("CallCenter".to_owned()),
            }),
        }
    }

    pub(crate) fn behaving(self, manner: Manner) -> Self {
        Self { manner, ..self }
    }

    /// Call centers can't be listed, as in the document.
    pub(crate) fn without_lists(mut self) -> Self {
        self.centers.largest_page = 0;
        self
    }

    /// As the rest of the program uses it: without policies that would ask twice or not at all.
    pub(crate) fn plain(self: &Arc<Self>) -> Instance {
        Instance::new(self.clone(), &PolicySettings::local(), &BTreeSet::new())
    }

    /// With the policies of the configuration's defaults.
    pub(crate) fn with_policies(self: &Arc<Self>) -> Instance {
        let settings = PolicySettings {
            attempts: NonZeroU32::MIN,
            ..PolicySettings::default()
        };
        Instance::new(self.clone(), &settings, &BTreeSet::new())
    }

    /// From now on it fails at what begins like this.
    pub(crate) fn break_at(&self, asked: &str, manner: Manner) {
        self.broken
            .lock()
            .expect("a lock")
            .insert(asked.to_owned(), manner);
    }

    /// What it was asked since the last time.
    pub(crate) fn take_asked(&self) -> Vec<String> {
        std::mem::take(&mut self.asked.lock().expect("a lock"))
    }

    /// Notes a question and says how to answer it.
    async fn asked(&self, operation: &'static str, what: String) -> Result<Manner> {
        let question = format!("{operation} {what}").trim_end().to_owned();
        let broken = self.broken.lock().expect("a lock").clone();
        let broken = broken.into_iter().find(|(start, _)| question.starts_with(start));
        self.asked.lock().expect("a lock").push(question);
        match broken.map_or(self.manner, |(_, manner)| manner) {
            Manner::Silent => std::future::pending().await,
            Manner::Down => Err(
                ProviderError::new(ErrorKind::Unavailable, operation, "it is down")
                    .with_effect(Effect::None)
                    .with_retry_after(Duration::from_secs(7)),
            ),
            manner @ (Manner::Sound | Manner::Lying) => Ok(manner),
        }
    }
}

#[async_trait]
impl Provider for Upstream {
    fn info(&self) -> &ProviderInfo {
        &self.info
    }

    fn ports(self: Arc<Self>) -> Ports {
        let has = |port| self.ports.contains(port);
        Ports {
            kpis: has("kpis").then(|| self.clone() as _),
            call_stats: has("calls").then(|| self.clone() as _),
            call_centers: has("centers").then(|| self.clone() as _),
            ..Ports::default()
        }
    }

    async fn health(&self, _: &CallContext) -> Result<Health> {
        self.asked("health", String::new()).await?;
        Ok(Health {
            state: HealthState::Up,
            latency: Some(Duration::from_millis(3)),
            checked_at: Timestamp::now(),
            last_error: None,
        })
    }
}

fn row(key: KpiKey, customer_count: u64, number_count: u64) -> KpiRow {
    KpiRow {
        key,
        number_count,
        customer_count,
    }
}

#[async_trait]
impl NumberKpis for Upstream {
    fn terms(&self) -> &KpiTerms {
        &self.kpis
    }

    async fn count(&self, _: &CallContext, query: &KpiQuery) -> Result<KpiAnswer> {
        let manner = self.asked("kpis.count", query.grouping.to_string()).await?;
        let category = |category| KpiKey::Type(KpiType::Category(category));
        let dealer = |code: &str| KpiKey::Dealer(Some(code.to_owned()));
        let rows = match query.grouping {
            _ if manner == Manner::Lying => vec![row(KpiKey::All, 2, 1), row(KpiKey::All, 0, 0)],
            KpiGrouping::Summary => vec![row(KpiKey::All, 2150, 5847)],
            KpiGrouping::Status => vec![
                row(KpiKey::Status(NumberStatus::Active), 2050, 5234),
                row(KpiKey::Status(NumberStatus::Suspended), 45, 85),
                row(KpiKey::Unknown("Parked\u{7}".to_owned()), 0, 528),
            ],
            KpiGrouping::Dealer => vec![
                row(dealer("DEALER01"), 750, 1850),
                row(dealer("DEALER02"), 500, 1250),
                row(KpiKey::Dealer(None), 900, 2747),
            ],
            KpiGrouping::Type => vec![
                row(category(NumberCategory::Geographic), 1500, 3500),
                row(category(NumberCategory::NonGeographic), 850, 1847),
                row(category(NumberCategory::Mobile), 200, 500),
            ],
        };
        Ok(KpiAnswer { as_of: None, rows })
    }
}

/// A week of the document's example: its number, and calls and seconds out and in.
type Week = (&'static str, [u64; 10]);

const EMPLOYEES: [(&str, &str, &str, [Week; 2]); 3] = [
    (
        "5450f1834b75ff21032563a1",
        "Bo Madsen",
        "232",
        [
            ("2020-11-30", [80, 14276, 66, 14, 0, 111, 27041, 0, 9, 0]),
            ("2020-12-07", [106, 33521, 85, 21, 0, 159, 45536, 0, 3, 0]),
        ],
    ),
    (
        "53da4c7552b2dbf05521c09b",
        "Benny Andersen",
        "289",
        [
            ("2020-11-30", [71, 8685, 63, 8, 1, 63, 9269, 0, 11, 1]),
            ("2020-12-07", [114, 17523, 96, 18, 0, 83, 11317, 0, 20, 0]),
        ],
    ),
    (
        "534bf567221eb20000136767",
        "Hans Hansen",
        "302",
        [
            ("2020-11-30", [40, 9652, 36, 4, 0, 36, 9038, 0, 8, 3]),
            ("2020-12-07", [73, 31671, 66, 7, 0, 91, 17661, 0, 22, 8]),
        ],
    ),
];

fn interval(zone: &TimeZone, (monday, figures): &Week) -> CallInterval {
    let monday: jiff::civil::Date = monday.parse().expect("a date");
    let monday = monday.to_zoned(zone.clone()).expect("a day").timestamp();
    let week = GroupingInterval::Week.around(monday, zone).expect("a week");
    let [
        made,
        made_seconds,
        made_answered,
        made_unanswered,
        failed,
        got,
        got_seconds,
        got_answered,
        got_unanswered,
        busy,
    ] = figures.map(Some);
    CallInterval {
        start: week.start(),
        end: week.end(),
        counts: CallCounts {
            outbound_calls: made,
            outbound_seconds: made_seconds,
            outbound_answered: made_answered,
            outbound_unanswered: made_unanswered,
            outbound_failed: failed,
            inbound_calls: got,
            inbound_seconds: got_seconds,
            inbound_answered: got_answered,
            inbound_unanswered: got_unanswered,
            inbound_busy: busy,
            inbound_rung_elsewhere: None,
        },
    }
}

#[async_trait]
impl CallStatistics for Upstream {
    fn terms(&self) -> &CallStatisticsTerms {
        &self.calls
    }

    /// The document's first two weeks, whatever else is asked by week; nothing by anything else.
    async fn report(&self, _: &CallContext, query: &CallStatisticsQuery) -> Result<CallStatisticsReport> {
        let customer = query.customer.as_ref().map_or("-", |customer| &customer.code);
        self.asked("call_stats.report", customer.to_owned()).await?;
        let wanted = |id: &str| query.employees.is_empty() || query.employees.iter().any(|named| named == id);
        let weekly = query.interval == GroupingInterval::Week;
        let rows = EMPLOYEES.iter().filter(|(id, ..)| weekly && wanted(id));
        let rows = rows.map(|(id, name, extension, weeks)| EmployeeCalls {
            employee_id: Some((*id).to_owned()),
            employee_name: Some((*name).to_owned()),
            extension_id: Some(format!("extension-{extension}")),
            extension_number: Some((*extension).to_owned()),
            intervals: weeks.iter().map(|week| interval(&query.zone, week)).collect(),
        });
        Ok(CallStatisticsReport {
            rows: rows.collect(),
            caveats: vec![Caveat {
                field: CallField::InboundAnswered,
                message: "always 0 in the source's own example".to_owned(),
            }],
        })
    }

    async fn export(
        &self,
        _: &CallContext,
        query: &CallStatisticsQuery,
        format: ExportFormat,
    ) -> Result<ExportFile> {
        let customer = query.customer.as_ref().map_or("-", |customer| &customer.code);
        self.asked("call_stats.export", format!("{customer} {format}"))
            .await?;
        Ok(ExportFile {
            media_type: "text/csv; charset=utf-8".to_owned(),
            bytes: b"employeeName,inboundCalls\nBo Madsen,111\n".to_vec(),
        })
    }
}

/// The call centers of every group.
const CENTERS: [&str; 5] = ["A", "B", "C", "D", "E"];

#[async_trait]
impl CallCenters for Upstream {
    fn terms(&self) -> &CallCenterTerms {
        &self.centers
    }

    async fn list(
        &self,
        _: &CallContext,
        group: &GroupRef,
        page: &PageRequest,
    ) -> Result<Page<CallCenterRef>> {
        let start = page.after.as_ref().map_or("0", |after| after.0.as_str());
        self.asked(
            "call_centers.list",
            format!("{} {start} {}", group.name, page.limit),
        )
        .await?;
        let start: usize = start.parse().expect("a token of this provider");
        let limit = usize::try_from(page.limit).expect("a small page");
        let end = (start + limit).min(CENTERS.len());
        Ok(Page {
            items: CENTERS[start..end]
                .iter()
                .map(|name| CallCenterRef {
                    group: group.clone(),
                    name: (*name).to_owned(),
                })
                .collect(),
            next: (end < CENTERS.len()).then(|| PageToken(end.to_string())),
            total: Some(CENTERS.len() as u64),
        })
    }

    async fn reporting(&self, _: &CallContext, center: &CallCenterRef) -> Result<ReportingSettings> {
        let what = format!(
            "{} {} {}",
            center.group.customer.code, center.group.name, center.name
        );
        self.asked("call_centers.reporting", what).await?;
        if center.name == "absent" {
            return Err(ProviderError::new(
                ErrorKind::NotFound,
                "call_centers.reporting",
                "there is no such call center",
            ));
        }
        Ok(self.settings.lock().expect("a lock").clone())
    }

    async fn update_reporting(
        &self,
        _: &CallContext,
        center: &CallCenterRef,
        update: &ReportingUpdate,
    ) -> Result<Outcome<ReportingSettings>> {
        let what = format!("{} {update:?}", center.name);
        self.asked("call_centers.update_reporting", what).await?;
        let mut settings = self.settings.lock().expect("a lock");
        let address = |address: &mut Option<String>, change: &Option<AddressChange>| match change {
            None => {}
            Some(AddressChange::Delete) => *address = None,
            Some(AddressChange::Set(to)) => *address = Some(to.clone()),
        };
        address(
            &mut settings.reporting_email_address_1,
            &update.reporting_email_address_1,
        );
        address(
            &mut settings.reporting_email_address_2,
            &update.reporting_email_address_2,
        );
        if let Some(generate) = update.generate_daily_report {
            settings.generate_daily_report = generate;
        }
        if let Some(minutes) = update.collection_period_minutes {
            settings.collection_period_minutes = minutes;
        }
        Ok(Outcome::Done(settings.clone()))
    }

    async fn statistics(
        &self,
        _: &CallContext,
        center: &CallCenterRef,
        range: &Period,
    ) -> Result<CallCenterStatistics> {
        let what = format!("{} {}", center.name, range.start());
        let manner = self.asked("call_centers.statistics", what).await?;
        let agent = |number: u32| AgentStatistics {
            agent_user_id: format!("ApioUserTest{number}@sip.netaxis.be"),
            last_name: Some(format!("Test{number}")),
            first_name: None,
            available: Some(true),
            calls_handled: 12,
            calls_unanswered: 3,
            average_call_seconds: Some(61.5),
            total_talk_seconds: 738,
            total_staffed_seconds: 5_000_000_000,
        };
        Ok(CallCenterStatistics {
            range: *range,
            queue: QueueStatistics {
                busy_overflows: 1,
                calls_answered: 24,
                calls_abandoned: 2,
                calls_transferred: 3,
                calls_timed_out: 4,
                average_agents_talking: Some(0.5),
                average_agents_staffed: Some(1.25),
                average_wait_seconds: Some(if manner == Manner::Lying { -1.0 } else { 17.0 }),
                average_abandonment_seconds: None,
            },
            agents: vec![agent(1), agent(2)],
        })
    }
}
