//! Figures of providers: for whom they are asked, and call centers whose reports are changed.

use std::{
    collections::{BTreeSet, VecDeque},
    sync::{Arc, Mutex},
};

use async_trait::async_trait;
use jiff::{Timestamp, tz::TimeZone};
use provider_core::{
    call::CallContext,
    config::PolicySettings,
    domain::{
        AddressChange, CallCenterRef, CallCenterStatistics, CallStatisticsQuery, CallStatisticsReport,
        ExportFile, ExportFormat, GroupRef, GroupingInterval, KpiAnswer, KpiFilter, KpiGrouping, KpiKey,
        KpiQuery, KpiRow, KpiStatusFilter, Page, PageRequest, Period, ProviderId, ReportingSettings,
        ReportingUpdate,
    },
    error::{Effect, ErrorKind, ProviderError, Result},
    outcome::{Outcome, Refusal, RefusalCode},
    port::{CallCenterTerms, CallCenters, CallStatistics, CallStatisticsTerms, KpiTerms, NumberKpis},
    provider::{Health, HealthState, Instance, Ports, Provider, ProviderInfo},
};
use service::{
    AccessLevel, CallCenterId, CallStatisticsRequest, KpiBreakdown, OperationKind, OperationState,
    OrderAnswer, Scope, ServiceError, ServiceResult, UpdateCallCenterReporting,
};
use store::{Owner, kpis::Within, testing::on_both};

use crate::world::{
    World, admin, count, customer_scope, fault, key, manager_of, problem, reference, refusal,
};

/// What happens to a change instead of its being made and told.
#[derive(Debug, Clone, Copy)]
enum Twist {
    /// It is made, and the answer is lost.
    Lost,
    /// It is not known whether it was made.
    Unclear,
    /// It was not reached at all.
    Unreached,
    /// A definite no, at a field.
    Refused(RefusalCode, Option<&'static str>),
}

fn provider() -> ProviderId {
    "source".parse().unwrap()
}

#[derive(Debug, Default)]
struct State {
    settings: Option<ReportingSettings>,
    twists: VecDeque<Twist>,
    /// For whom it was asked what.
    asked: Vec<(String, String)>,
    made: Vec<(CallCenterRef, ReportingUpdate)>,
}

/// A provider of figures and call centers.
#[derive(Debug)]
struct Source {
    info: ProviderInfo,
    kpis: KpiTerms,
    calls: CallStatisticsTerms,
    centers: CallCenterTerms,
    state: Mutex<State>,
}

impl Source {
    fn new() -> Arc<Self> {
        Arc::new(Self {
            info: ProviderInfo {
                id: "source".parse().unwrap(),
                kind: "source",
                title: "Source",
            },
            kpis: KpiTerms {
                groupings: [KpiGrouping::Summary].into(),
                statuses: [KpiStatusFilter::All].into(),
                filters_dealers: false,
                number_types: BTreeSet::new(),
            },
            calls: CallStatisticsTerms {
                intervals: [GroupingInterval::Day, GroupingInterval::Week].into(),
                formats: [ExportFormat::Csv].into(),
                any_customer: true,
                zone: None,
                ignores_unanswered: false,
                includes_empty: false,
            },
            centers: CallCenterTerms {
                largest_page: 10,
                collection_periods: [15, 30, 60].into(),
            },
            state: Mutex::default(),
        })
    }

    fn instance(self: &Arc<Self>) -> Instance {
        Instance::new(self.clone(), &PolicySettings::local(), &BTreeSet::new())
    }

    fn twist(&self, twists: impl IntoIterator<Item = Twist>) {
        self.state.lock().unwrap().twists.extend(twists);
    }

    fn asked(&self, cx: &CallContext, what: impl Into<String>) {
        assert!(cx.deadline.is_some(), "every call has a deadline");
        assert_eq!(cx.request_id, "request-1");
        let asked = (cx.tenant.0.clone(), what.into());
        self.state.lock().unwrap().asked.push(asked);
    }

    fn take_asked(&self) -> Vec<(String, String)> {
        std::mem::take(&mut self.state.lock().unwrap().asked)
    }

    /// The changes that reached it, one a call.
    fn made(&self) -> Vec<(CallCenterRef, ReportingUpdate)> {
        self.state.lock().unwrap().made.clone()
    }

    fn settings(&self) -> ReportingSettings {
        self.state
            .lock()
            .unwrap()
            .settings
            .clone()
            .unwrap_or(ReportingSettings {
                generate_daily_report: false,
                collection_period_minutes: 30,
                reporting_email_address_1: Some("first@example.com".to_owned()),
                reporting_email_address_2: None,
                statistics_source: None,
            })
    }
}

#[async_trait]
impl Provider for Source {
    fn info(&self) -> &ProviderInfo {
        &self.info
    }

    fn ports(self: Arc<Self>) -> Ports {
        Ports {
            kpis: Some(self.clone()),
            call_stats: Some(self.clone()),
            call_centers: Some(self),
            ..Ports::default()
        }
    }

    async fn health(&self, _: &CallContext) -> Result<Health> {
        Ok(Health {
            state: HealthState::Up,
            latency: None,
            checked_at: Timestamp::now(),
            last_error: None,
        })
    }
}

#[async_trait]
impl NumberKpis for Source {
    fn terms(&self) -> &KpiTerms {
        &self.kpis
    }

    async fn count(&self, cx: &CallContext, query: &KpiQuery) -> Result<KpiAnswer> {
        self.asked(cx, query.grouping.to_string());
        let row = KpiRow {
            key: KpiKey::All,
            number_count: 5847,
            customer_count: 2150,
        };
        Ok(KpiAnswer {
            as_of: None,
            rows: vec![row],
        })
    }
}

#[async_trait]
impl CallStatistics for Source {
    fn terms(&self) -> &CallStatisticsTerms {
        &self.calls
    }

    async fn report(&self, cx: &CallContext, query: &CallStatisticsQuery) -> Result<CallStatisticsReport> {
        let customer = query.customer.as_ref().map_or("-", |customer| &customer.code);
        self.asked(cx, format!("calls of {customer}"));
        Ok(CallStatisticsReport {
            rows: Vec::new(),
            caveats: Vec::new(),
        })
    }

    async fn export(
        &self,
        cx: &CallContext,
        query: &CallStatisticsQuery,
        format: ExportFormat,
    ) -> Result<ExportFile> {
        self.asked(cx, format!("{format} from {}", query.period.start()));
        Ok(ExportFile {
            media_type: "text/csv".to_owned(),
            bytes: Vec::new(),
        })
    }
}

#[async_trait]
impl CallCenters for Source {
    fn terms(&self) -> &CallCenterTerms {
        &self.centers
    }

    async fn list(&self, _: &CallContext, _: &GroupRef, _: &PageRequest) -> Result<Page<CallCenterRef>> {
        panic!("nothing here lists call centers")
    }

    async fn reporting(&self, cx: &CallContext, center: &CallCenterRef) -> Result<ReportingSettings> {
        self.asked(cx, format!("reporting of {}", center.name));
        Ok(self.settings())
    }

    async fn update_reporting(
        &self,
        cx: &CallContext,
        center: &CallCenterRef,
        update: &ReportingUpdate,
    ) -> Result<Outcome<ReportingSettings>> {
        const UPDATE: &str = "call_centers.update_reporting";
        self.asked(cx, format!("change of {}", center.name));
        let mut state = self.state.lock().unwrap();
        state.made.push((center.clone(), update.clone()));
        let twist = state.twists.pop_front();
        drop(state);
        match twist {
            None => Ok(Outcome::Done(self.apply(update))),
            Some(Twist::Lost) => {
                self.apply(update);
                Err(ProviderError::new(ErrorKind::Timeout, UPDATE, "no answer"))
            }
            Some(Twist::Unclear) => Ok(Outcome::Unknown { reference: None }),
            Some(Twist::Unreached) => {
                Err(ProviderError::new(ErrorKind::Unavailable, UPDATE, "it is down")
                    .with_effect(Effect::None))
            }
            Some(Twist::Refused(code, field)) => {
                let refusal = Refusal::new(code, "it says no");
                Ok(Outcome::Refused(match field {
                    Some(field) => refusal.at(field),
                    None => refusal,
                }))
            }
        }
    }

    async fn statistics(
        &self,
        _: &CallContext,
        _: &CallCenterRef,
        _: &Period,
    ) -> Result<CallCenterStatistics> {
        panic!("nothing here asks for statistics")
    }
}

impl Source {
    fn apply(&self, update: &ReportingUpdate) -> ReportingSettings {
        let mut settings = self.settings();
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
        self.state.lock().unwrap().settings = Some(settings.clone());
        settings
    }
}

/// The change that the document's example makes, and which deletes an address.
fn change() -> ReportingUpdate {
    ReportingUpdate {
        generate_daily_report: Some(true),
        collection_period_minutes: Some(60),
        reporting_email_address_1: Some(AddressChange::Delete),
        reporting_email_address_2: Some(AddressChange::Set("apio_test_2@netaxis.be".to_owned())),
    }
}

fn center(owner: Owner, name: &str) -> CallCenterId {
    CallCenterId {
        provider: "source".parse().unwrap(),
        group_id: owner.group_id,
        name: name.to_owned(),
    }
}

fn updating(world: &World, name: &str) -> UpdateCallCenterReporting {
    UpdateCallCenterReporting {
        client_reference: reference(),
        call_center: center(world.tenants.sales, name),
        update: change(),
    }
}

async fn update(world: &World, request: UpdateCallCenterReporting) -> ServiceResult<OrderAnswer> {
    world
        .switchboard
        .update_call_center_reporting(&admin(), request)
        .await
}

#[tokio::test]
async fn a_change_of_reports_is_made_at_the_provider_and_written_down() {
    on_both(async |db| {
        let source = Source::new();
        let world = World::with(db, vec![source.instance()]).await;
        let manager = manager_of(world.tenants.sales);
        let request = updating(&world, "center");
        let answer = world
            .switchboard
            .update_call_center_reporting(&manager, request.clone())
            .await
            .unwrap();
        let operation = &answer.operation;
        assert_eq!(operation.state, OperationState::Succeeded);
        assert_eq!(operation.kind, OperationKind::UpdateCallCenterReporting);
        assert_eq!(
            (operation.attempts, operation.provider.as_deref()),
            (1, Some("source"))
        );
        assert_eq!(service::call_center_of(operation), Some(request.call_center));
        let [(told, made)] = source.made().try_into().unwrap();
        assert_eq!(made, change());
        assert_eq!(
            (told.name.as_str(), told.group.customer.code.as_str()),
            ("center", "ACME")
        );
        assert_eq!(source.settings().reporting_email_address_1, None, "deleted");
        assert_eq!(source.take_asked()[0].0, world.tenants.sales.tenant());
    })
    .await;
}

#[tokio::test]
async fn the_same_reference_changes_once_and_other_input_is_a_conflict() {
    on_both(async |db| {
        let source = Source::new();
        let world = World::with(db, vec![source.instance()]).await;
        let request = updating(&world, "center");
        let first = update(&world, request.clone()).await.unwrap();
        let again = update(&world, request.clone()).await.unwrap();
        assert_eq!(first, again);
        let other = UpdateCallCenterReporting {
            call_center: center(world.tenants.sales, "another"),
            ..request
        };
        let refused = refusal(update(&world, other).await);
        assert_eq!(refused, fault("IDEMPOTENCY_CONFLICT", "input.clientReference"));
        assert_eq!(source.made().len(), 1);
    })
    .await;
}

#[tokio::test]
async fn a_change_whose_answer_was_lost_is_made_again_by_recovery() {
    on_both(async |db| {
        let source = Source::new();
        let world = World::with(db, vec![source.instance()]).await;
        source.twist([Twist::Lost, Twist::Unclear]);
        let request = updating(&world, "center");
        let answer = update(&world, request).await.unwrap();
        assert_eq!(answer.operation.state, OperationState::Unconfirmed);
        world.sweep().await;
        assert_eq!(world.reread(&answer).await.state, OperationState::Unconfirmed);
        world.sweep().await;
        assert_eq!(world.reread(&answer).await.state, OperationState::Succeeded);
        let made = source.made();
        assert_eq!(made.len(), 3);
        assert!(made.iter().all(|(_, update)| *update == change()));
    })
    .await;
}

#[tokio::test]
async fn a_refusal_of_the_second_call_says_nothing_of_the_first_but_the_settings_do() {
    on_both(async |db| {
        let source = Source::new();
        let world = World::with(db, vec![source.instance()]).await;
        for (first, ended) in [
            (Twist::Lost, OperationState::Succeeded),
            (Twist::Unclear, OperationState::Refused),
        ] {
            source.state.lock().unwrap().settings = None;
            source.twist([first, Twist::Refused(RefusalCode::Forbidden, None)]);
            let answer = update(&world, updating(&world, "center")).await.unwrap();
            world.sweep().await;
            assert_eq!(world.reread(&answer).await.state, ended, "{first:?}");
        }
    })
    .await;
}

#[tokio::test]
async fn a_call_center_has_one_change_at_a_time_and_others_have_their_own() {
    on_both(async |db| {
        let source = Source::new();
        let world = World::with(db, vec![source.instance()]).await;
        source.twist([Twist::Unclear]);
        let lost = update(&world, updating(&world, "center")).await.unwrap();
        let second = updating(&world, "center");
        let refused = refusal(update(&world, second.clone()).await);
        assert_eq!(refused, fault("BUSY", "input.callCenterId"));
        let another = update(&world, updating(&world, "another")).await.unwrap();
        assert_eq!(another.operation.state, OperationState::Succeeded);
        world.sweep().await;
        assert_eq!(world.reread(&lost).await.state, OperationState::Succeeded);
        let second = update(&world, second).await.unwrap();
        assert_eq!(
            second.operation.state,
            OperationState::Succeeded,
            "nothing was written before"
        );
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn of_many_changes_at_once_none_overtakes_another() {
    for db in store::testing::databases().await {
        let source = Source::new();
        let world = World::with(&db, vec![source.instance()]).await;
        source.twist([Twist::Unclear]);
        let changes = (0..8).map(|_| update(&world, updating(&world, "center")));
        let answers = futures_util::future::join_all(changes).await;
        let begun = answers.iter().filter(|answer| answer.is_ok()).count();
        let open = "SELECT COUNT(*) FROM operations WHERE finished_at IS NULL";
        assert_eq!(count(&db, open).await, 1, "the lost one is open until recovery");
        assert_eq!(source.made().len(), begun, "and a refused one was never sent");
    }
}

#[tokio::test]
async fn what_a_provider_refuses_ends_the_operation_with_the_field() {
    on_both(async |db| {
        let source = Source::new();
        let world = World::with(db, vec![source.instance()]).await;
        for (twist, code, path) in [
            (
                Twist::Refused(RefusalCode::NotFound, None),
                "NOT_FOUND",
                "input.callCenterId",
            ),
            (
                Twist::Refused(RefusalCode::InvalidRequest, Some("reportingEmailAddress1")),
                "INVALID_INPUT",
                "input.reportingEmailAddress1",
            ),
            (
                Twist::Refused(RefusalCode::Forbidden, None),
                "PROVIDER_REFUSED",
                "",
            ),
            (Twist::Unreached, "PROVIDER_UNAVAILABLE", ""),
        ] {
            source.twist([twist]);
            let answer = update(&world, updating(&world, "center")).await.unwrap();
            assert_eq!(answer.operation.state, OperationState::Refused, "{twist:?}");
            assert_eq!(problem(&answer), fault(code, path), "{twist:?}");
        }
    })
    .await;
}

#[tokio::test]
async fn what_cannot_be_changed_is_refused_before_anything_is_written() {
    on_both(async |db| {
        let source = Source::new();
        let world = World::with(db, vec![source.instance()]).await;
        let good = updating(&world, "center");
        let with = |update: ReportingUpdate| UpdateCallCenterReporting {
            update,
            ..good.clone()
        };
        let address = |text: &str| Some(AddressChange::Set(text.to_owned()));
        for (request, code, path) in [
            (with(ReportingUpdate::default()), "INVALID_INPUT", "input"),
            (
                with(ReportingUpdate {
                    collection_period_minutes: Some(20),
                    ..ReportingUpdate::default()
                }),
                "INVALID_INPUT",
                "input.collectionPeriodMinutes",
            ),
            (
                with(ReportingUpdate {
                    reporting_email_address_2: address("reports"),
                    ..ReportingUpdate::default()
                }),
                "INVALID_INPUT",
                "input.reportingEmailAddress2",
            ),
            (
                UpdateCallCenterReporting {
                    client_reference: "short".to_owned(),
                    ..good.clone()
                },
                "INVALID_INPUT",
                "input.clientReference",
            ),
            (
                UpdateCallCenterReporting {
                    call_center: CallCenterId {
                        provider: "nobody".parse().unwrap(),
                        ..good.call_center.clone()
                    },
                    ..good.clone()
                },
                "NOT_FOUND",
                "input.callCenterId",
            ),
        ] {
            let answer = update(&world, request.clone()).await;
            assert_eq!(refusal(answer), fault(code, path), "{request:?}");
        }
        let foreign = manager_of(world.tenants.cora);
        let answer = world
            .switchboard
            .update_call_center_reporting(&foreign, good.clone())
            .await;
        assert_eq!(refusal(answer), fault("NOT_FOUND", "input.callCenterId"));
        for level in [AccessLevel::Viewer, AccessLevel::Kpi] {
            let who = key(level, customer_scope(world.tenants.sales));
            let answer = world
                .switchboard
                .update_call_center_reporting(&who, good.clone())
                .await;
            assert!(matches!(answer, Err(ServiceError::AccessDenied)), "{answer:?}");
        }
        assert_eq!(world.footprint().await["operations"], 0);
        assert_eq!(source.made().len(), 0);
    })
    .await;
}

#[tokio::test]
async fn figures_of_an_account_are_asked_for_the_platform_and_a_customers_for_the_customer() {
    on_both(async |db| {
        let source = Source::new();
        let world = World::with(db, vec![source.instance()]).await;
        let switchboard = &world.switchboard;
        let id = "source".parse().unwrap();
        let (summary, all) = (KpiBreakdown::Grouping(KpiGrouping::Summary), KpiFilter::default());
        for level in [AccessLevel::Kpi, AccessLevel::Viewer, AccessLevel::Admin] {
            let who = key(level, Scope::Platform);
            switchboard
                .number_kpis(&who, &id, summary, &all, &Within::default())
                .await
                .unwrap();
            let answer = switchboard
                .number_kpis(
                    &key(level, customer_scope(world.tenants.sales)),
                    &id,
                    summary,
                    &all,
                    &Within::default(),
                )
                .await;
            assert!(matches!(answer, Err(ServiceError::Denied(_))), "{answer:?}");
        }
        let platform = ("platform".to_owned(), "SUMMARY".to_owned());
        assert_eq!(
            source.take_asked(),
            [platform.clone(), platform.clone(), platform]
        );

        let calls = async |who, customer_id| {
            let request = CallStatisticsRequest {
                customer_id,
                ..CallStatisticsRequest::default()
            };
            let planned = switchboard
                .plan_call_statistics(&who, Some(&provider()), request)
                .await?;
            switchboard.call_statistics(&who, &planned).await
        };
        let acme = world.tenants.sales;
        calls(admin(), None).await.unwrap();
        calls(admin(), Some(acme.customer_id)).await.unwrap();
        calls(key(AccessLevel::Viewer, customer_scope(acme)), None)
            .await
            .unwrap();
        let asked = |tenant: String, customer: &str| (tenant, format!("calls of {customer}"));
        let expected = [
            asked("platform".to_owned(), "-"),
            asked(acme.tenant(), "ACME"),
            asked(acme.tenant(), "ACME"),
        ];
        assert_eq!(source.take_asked(), expected);
    })
    .await;
}

#[tokio::test]
async fn a_plan_does_not_open_what_another_key_may_not_see() {
    on_both(async |db| {
        let source = Source::new();
        let world = World::with(db, vec![source.instance()]).await;
        let switchboard = &world.switchboard;
        let request = CallStatisticsRequest {
            customer_id: Some(world.tenants.sales.customer_id),
            zone: TimeZone::get("Europe/Copenhagen").ok(),
            ..CallStatisticsRequest::default()
        };
        let planned = switchboard
            .plan_call_statistics(&admin(), Some(&provider()), request)
            .await
            .unwrap();
        let foreign = key(AccessLevel::Owner, customer_scope(world.tenants.cora));
        let answer = switchboard.call_statistics(&foreign, &planned).await;
        assert_eq!(
            refusal(answer.map(drop)),
            fault("NOT_FOUND", "input.filter.customerId")
        );
        let link = switchboard
            .link_call_statistics(&foreign, planned, ExportFormat::Csv)
            .await;
        assert_eq!(refusal(link), fault("NOT_FOUND", "input.filter.customerId"));
        assert_eq!(source.take_asked(), []);
    })
    .await;
}
