//! Alert rules: when they fire and clear, and who is told of it.

use std::time::Duration;

use futures_util::StreamExt;
use jiff::Timestamp;
use mail::{
    Mailer,
    testing::{MailServer, Manner},
};
use service::{
    AccessLevel, AlertBreakdown, AlertComparison, AlertEventKind, AlertFilter, AlertMetric, AlertRecord,
    AlertRuleInput, DeliveryState, PageRequest, Principal, Scope, ServiceError, Settings, Switchboard,
    WebhookSettings,
};
use store::{Database, testing::on_both};

use crate::{
    receiver::Receiver,
    world::{AtOnce, World, admin, customer_scope, fault, key, refusal, refusals},
};

const NUMBERS: [&str; 5] = [
    "+14043411261",
    "+14043411262",
    "+14043411263",
    "+14043411264",
    "+14043411265",
];

/// A replica that looks whenever it is told to and tries again at once, twice.
fn replica(db: &Database, mailer: Option<Mailer>) -> Switchboard {
    let settings = Settings {
        mailer,
        webhooks: WebhookSettings {
            allow_private_addresses: true,
        },
        watch_stock_every: Duration::ZERO,
        delivery_waits: vec![Duration::ZERO; 2],
        ..Settings::new("given")
    };
    Switchboard::over(db.clone(), settings).unwrap()
}

fn rule(below: f64, clear: f64) -> AlertRuleInput {
    AlertRuleInput {
        name: "Atlanta runs out".to_owned(),
        metric: AlertMetric::AvailableNumbers,
        comparison: AlertComparison::Below,
        threshold: below,
        clear_threshold: Some(clear),
        breakdown: AlertBreakdown::Total,
        number_type: None,
        country: Some("US".parse().unwrap()),
        area_code: Some("404".to_owned()),
        emails: Vec::new(),
        webhook_id: None,
        enabled: true,
    }
}

async fn alerts_of(switchboard: &Switchboard, who: &Principal) -> Vec<AlertRecord> {
    let page = switchboard
        .alerts(who, &AlertFilter::default(), &PageRequest::first(50))
        .await;
    page.unwrap().items.into_iter().map(|(_, alert)| alert).collect()
}

/// Values of the alerts, newest first: what fired it, and what cleared it.
async fn values(switchboard: &Switchboard) -> Vec<(Option<i64>, Option<i64>)> {
    let alerts = alerts_of(switchboard, &admin()).await;
    alerts
        .iter()
        .map(|alert| (alert.fired_value, alert.cleared_value))
        .collect()
}

#[tokio::test]
async fn a_rule_fires_once_clears_with_hysteresis_and_fires_again() {
    on_both(async |db| {
        let world = World::on(db).await;
        let switchboard = replica(db, None);
        world.stock(&NUMBERS[..1]).await;
        switchboard
            .create_alert_rule(&admin(), rule(2.0, 3.0))
            .await
            .unwrap();
        for _ in 0..3 {
            switchboard.look_after_alerts().await.unwrap();
            assert_eq!(values(&switchboard).await, [(Some(1_000), None)]);
        }
        world.stock(&NUMBERS[1..2]).await;
        switchboard.look_after_alerts().await.unwrap();
        assert_eq!(
            values(&switchboard).await,
            [(Some(1_000), None)],
            "between the two thresholds"
        );
        world.stock(&NUMBERS[2..3]).await;
        switchboard.look_after_alerts().await.unwrap();
        assert_eq!(values(&switchboard).await, [(Some(1_000), Some(3_000))]);
        world.give(NUMBERS[0], "one").await;
        switchboard.look_after_alerts().await.unwrap();
        assert_eq!(
            values(&switchboard).await.len(),
            1,
            "two are left: not below the threshold"
        );
        world.give(NUMBERS[1], "two").await;
        switchboard.look_after_alerts().await.unwrap();
        assert_eq!(
            values(&switchboard).await,
            [(Some(1_000), None), (Some(1_000), Some(3_000))]
        );
    })
    .await;
}

#[tokio::test]
async fn every_metric_is_measured_on_its_side() {
    on_both(async |db| {
        let world = World::on(db).await;
        let switchboard = replica(db, None);
        world.stock(&NUMBERS[..4]).await;
        world.give(NUMBERS[0], "one").await;
        let utilization = AlertRuleInput {
            metric: AlertMetric::UtilizationPercent,
            comparison: AlertComparison::Above,
            threshold: 24.999,
            clear_threshold: Some(20.0),
            ..rule(0.0, 0.0)
        };
        let months = AlertRuleInput {
            metric: AlertMetric::MonthsOfStock,
            threshold: 9.001,
            clear_threshold: None,
            ..rule(0.0, 0.0)
        };
        switchboard
            .create_alert_rule(&admin(), utilization)
            .await
            .unwrap();
        switchboard.create_alert_rule(&admin(), months).await.unwrap();
        switchboard.look_after_alerts().await.unwrap();
        // One in four is in use; three are left, and one went in three months.
        assert_eq!(
            values(&switchboard).await,
            [(Some(9_000), None), (Some(25_000), None)]
        );
    })
    .await;
}

#[tokio::test]
async fn a_rule_that_looks_at_each_kind_by_itself_fires_for_each() {
    on_both(async |db| {
        let world = World::on(db).await;
        let switchboard = replica(db, None);
        world.stock(&[NUMBERS[0], "+12125550101", "+12125550102"]).await;
        let each = AlertRuleInput {
            breakdown: AlertBreakdown::Each,
            area_code: None,
            ..rule(2.0, 2.0)
        };
        switchboard.create_alert_rule(&admin(), each).await.unwrap();
        switchboard.look_after_alerts().await.unwrap();
        let fired = alerts_of(&switchboard, &admin()).await;
        let areas: Vec<_> = fired
            .iter()
            .map(|alert| alert.subject.area_code.as_deref())
            .collect();
        assert_eq!(areas, [Some("404")]);
        world.give("+12125550101", "one").await;
        switchboard.look_after_alerts().await.unwrap();
        assert_eq!(alerts_of(&switchboard, &admin()).await.len(), 2);
    })
    .await;
}

#[tokio::test]
async fn several_replicas_tell_of_an_alert_once() {
    on_both(async |db| {
        let server = MailServer::start().await;
        let mailer = Mailer::new(server.settings()).unwrap();
        World::on(db).await;
        let replicas: Vec<Switchboard> = (0..4).map(|_| replica(db, Some(mailer.clone()))).collect();
        let mut mailed = rule(1.0, 1.0);
        mailed.emails = vec!["ops@example.org".to_owned(), "ops@example.org".to_owned()];
        replicas[0].create_alert_rule(&admin(), mailed).await.unwrap();
        for _ in 0..3 {
            let rounds = replicas.iter().map(Switchboard::look_after_alerts);
            for round in futures_util::future::join_all(rounds).await {
                round.unwrap();
            }
        }
        let received = server.received();
        assert_eq!(received.len(), 1, "{received:?}");
        assert_eq!(received[0].to, ["ops@example.org"]);
        let text = String::from_utf8_lossy(&received[0].bytes).into_owned();
        assert!(
            text.contains("Subject: Alert: Atlanta runs out - 0 numbers are available, US"),
            "{text}"
        );
        assert_eq!(values(&replicas[1]).await, [(Some(0), None)]);
    })
    .await;
}

#[tokio::test]
async fn mail_is_tried_again_until_the_server_has_it_or_never_will() {
    on_both(async |db| {
        let server = MailServer::start().await;
        let switchboard = replica(db, Some(Mailer::new(server.settings()).unwrap()));
        World::on(db).await;
        server.next([Manner::RefuseRecipient(450), Manner::HangUp]);
        let mut mailed = rule(1.0, 1.0);
        mailed.emails = vec!["ops@example.org".to_owned()];
        switchboard
            .create_alert_rule(&admin(), mailed.clone())
            .await
            .unwrap();
        switchboard.look_after_alerts().await.unwrap();
        assert_eq!(deliveries(&switchboard).await, [(DeliveryState::Delivered, 3)]);
        server.next([Manner::RefuseRecipient(550)]);
        switchboard.create_alert_rule(&admin(), mailed).await.unwrap();
        switchboard.look_after_alerts().await.unwrap();
        assert_eq!(
            deliveries(&switchboard).await,
            [(DeliveryState::Refused, 1)],
            "of the newest alert"
        );
        assert_eq!(server.received().len(), 1);
    })
    .await;
}

/// States and attempts of the newest alert's deliveries.
async fn deliveries(switchboard: &Switchboard) -> Vec<(DeliveryState, i64)> {
    let newest = alerts_of(switchboard, &admin()).await.remove(0).id;
    let mut found = switchboard
        .deliveries_of_alerts(&admin(), &[newest])
        .await
        .unwrap();
    let found = found.remove(&newest).unwrap_or_default();
    found
        .iter()
        .map(|delivery| (delivery.state, delivery.attempts))
        .collect()
}

/// A rule that calls a webhook at a receiver; gives the webhook's secret.
async fn called(switchboard: &Switchboard, receiver: &Receiver) -> String {
    use secrecy::ExposeSecret;
    let made = switchboard
        .create_webhook(&admin(), "Hook", &receiver.url())
        .await
        .unwrap();
    let mut rule = rule(1.0, 1.0);
    rule.webhook_id = Some(made.webhook.id);
    switchboard.create_alert_rule(&admin(), rule).await.unwrap();
    made.secret.expose_secret().to_owned()
}

#[tokio::test]
async fn a_webhook_is_signed_so_that_another_librarys_verifier_takes_it() {
    on_both(async |db| {
        let receiver = Receiver::start([200]).await;
        let switchboard = replica(db, None);
        World::on(db).await;
        let secret = called(&switchboard, &receiver).await;
        assert!(secret.starts_with("whsec_"));
        switchboard.look_after_alerts().await.unwrap();
        let received = receiver.received();
        assert_eq!(received.len(), 1);
        let verifier = standardwebhooks::Webhook::new(&secret).unwrap();
        verifier
            .verify(received[0].body.as_bytes(), &received[0].headers())
            .unwrap();
        let forged = received[0].body.replace("fired", "cleared");
        assert!(
            verifier
                .verify(forged.as_bytes(), &received[0].headers())
                .is_err()
        );
        let message: service::AlertMessage = serde_json::from_str(&received[0].body).unwrap();
        assert_eq!(message.kind, "alert.fired");
        assert_eq!(message.data.metric, "AVAILABLE_NUMBERS");
        assert_eq!((message.data.value, message.data.threshold), (Some(0.0), 1.0));
        assert_eq!(message.data.area_code.as_deref(), Some("404"));
        assert_eq!(deliveries(&switchboard).await, [(DeliveryState::Delivered, 1)]);
    })
    .await;
}

#[tokio::test]
async fn a_receiver_that_fails_and_recovers_gets_the_same_id_again() {
    on_both(async |db| {
        let receiver = Receiver::start([500, 302, 204]).await;
        let switchboard = replica(db, None);
        World::on(db).await;
        called(&switchboard, &receiver).await;
        switchboard.look_after_alerts().await.unwrap();
        let received = receiver.received();
        let ids: Vec<_> = received
            .iter()
            .map(|call| call.header("webhook-id").to_owned())
            .collect();
        assert_eq!(ids, vec![ids[0].clone(); 3], "a redirect is not followed");
        assert!(received.iter().all(|call| call.body == received[0].body));
        assert_eq!(deliveries(&switchboard).await, [(DeliveryState::Delivered, 3)]);
    })
    .await;
}

#[tokio::test]
async fn a_receiver_that_stays_down_is_given_up_and_one_that_is_gone_at_once() {
    on_both(async |db| {
        for (answers, state, attempts) in [
            (vec![503, 503, 503, 200], DeliveryState::GivenUp, 3),
            (vec![410, 200], DeliveryState::Refused, 1),
        ] {
            let receiver = Receiver::start(answers).await;
            let switchboard = replica(db, None);
            called(&switchboard, &receiver).await;
            for _ in 0..3 {
                switchboard.look_after_alerts().await.unwrap();
            }
            assert_eq!(deliveries(&switchboard).await, [(state, attempts)]);
            assert_eq!(receiver.received().len() as i64, attempts);
        }
    })
    .await;
}

#[tokio::test]
async fn webhooks_lead_into_this_network_only_where_that_is_allowed() {
    on_both(async |db| {
        let careful = Switchboard::over(db.database(), Settings::new("given")).unwrap();
        for url in [
            "http://example.com/",
            "https://127.0.0.1/",
            "https://10.0.0.1/",
            "nonsense",
        ] {
            let refused = careful.create_webhook(&admin(), "Hook", url).await;
            assert_eq!(refusal(refused), fault("INVALID_INPUT", "input.url"), "{url}");
        }
        let made = careful
            .create_webhook(&admin(), "Hook", "https://example.com/hook")
            .await;
        assert_eq!(made.unwrap().webhook.url, "https://example.com/hook");
    })
    .await;
}

#[tokio::test]
async fn a_webhook_that_a_rule_uses_stays() {
    on_both(async |db| {
        let receiver = Receiver::start([200]).await;
        let switchboard = replica(db, None);
        called(&switchboard, &receiver).await;
        let hook = switchboard.webhooks(&admin()).await.unwrap().remove(0);
        let used = switchboard.delete_webhook(&admin(), hook.id).await;
        assert_eq!(refusal(used), fault("INVALID_INPUT", "input.webhookId"));
        let rules = switchboard
            .alert_rules(&admin(), &PageRequest::first(10))
            .await
            .unwrap();
        switchboard
            .delete_alert_rule(&admin(), rules.items[0].1.id)
            .await
            .unwrap();
        assert!(switchboard.delete_webhook(&admin(), hook.id).await.unwrap());
        assert!(!switchboard.delete_webhook(&admin(), hook.id).await.unwrap());
    })
    .await;
}

#[tokio::test]
async fn customers_have_no_rules_and_resellers_their_own_alone() {
    on_both(async |db| {
        let world = World::on(db).await;
        let switchboard = replica(db, None);
        let sales = world.tenants.sales;
        let platform = switchboard
            .create_alert_rule(&admin(), rule(1.0, 1.0))
            .await
            .unwrap();
        switchboard.look_after_alerts().await.unwrap();
        for (level, scope) in [
            (AccessLevel::Owner, customer_scope(sales)),
            (AccessLevel::Admin, customer_scope(sales)),
            (AccessLevel::Manage, Scope::Platform),
            (AccessLevel::Kpi, Scope::Platform),
        ] {
            let who = key(level, scope);
            let made = switchboard.create_alert_rule(&who, rule(1.0, 1.0)).await;
            assert!(
                matches!(made, Err(ServiceError::AccessDenied)),
                "{level} {scope:?}"
            );
            assert_eq!(switchboard.alert_rule(&who, platform.id).await.unwrap(), None);
            let page = switchboard.alert_rules(&who, &PageRequest::first(1)).await;
            assert!(matches!(page, Err(ServiceError::AccessDenied)));
        }
        let reseller = |reseller_id| key(AccessLevel::Reseller, Scope::Reseller { reseller_id });
        let (north, south) = (
            reseller(sales.reseller_id),
            reseller(world.tenants.cora.reseller_id),
        );
        let stock = switchboard.create_alert_rule(&north, rule(1.0, 1.0)).await;
        assert_eq!(refusal(stock), fault("INVALID_INPUT", "input.rule.metric"));
        let own = AlertRuleInput {
            metric: AlertMetric::UtilizationPercent,
            comparison: AlertComparison::Above,
            threshold: 50.0,
            clear_threshold: None,
            ..rule(0.0, 0.0)
        };
        let own = switchboard.create_alert_rule(&north, own).await.unwrap();
        assert_eq!(switchboard.count_alert_rules(&north).await.unwrap(), 1);
        assert_eq!(switchboard.count_alert_rules(&south).await.unwrap(), 0);
        assert_eq!(switchboard.count_alert_rules(&admin()).await.unwrap(), 2);
        assert_eq!(switchboard.alert_rule(&south, own.id).await.unwrap(), None);
        assert_eq!(
            refusal(switchboard.delete_alert_rule(&south, own.id).await),
            fault("NOT_FOUND", "input.alertRuleId")
        );
        assert_eq!(alerts_of(&switchboard, &north).await, []);
        world.stock(&NUMBERS[..1]).await;
        world.give(NUMBERS[0], "one").await;
        switchboard.look_after_alerts().await.unwrap();
        assert_eq!(alerts_of(&switchboard, &north).await.len(), 1);
        assert_eq!(alerts_of(&switchboard, &south).await, []);
    })
    .await;
}

#[tokio::test]
async fn what_is_wrong_with_a_rule_is_told_with_its_fields() {
    on_both(async |db| {
        let switchboard = replica(db, None);
        let wrong = AlertRuleInput {
            name: " ".to_owned(),
            metric: AlertMetric::UtilizationPercent,
            threshold: 100.5,
            clear_threshold: Some(f64::NAN),
            country: None,
            emails: vec!["ops@example.org".to_owned(), "nobody".to_owned()],
            webhook_id: Some(99),
            ..rule(1.0, 1.0)
        };
        let told = refusals(switchboard.create_alert_rule(&admin(), wrong).await);
        let paths: Vec<String> = told.iter().map(|error| error.path.join(".")).collect();
        assert_eq!(
            paths,
            [
                "input.rule.name",
                "input.rule.threshold",
                "input.rule.clearThreshold",
                "input.rule.country",
                "input.rule.emails.1",
                "input.rule.emails",
                "input.rule.webhookId",
            ]
        );
        for (rule, path) in [
            (rule(5.0, 4.0), "input.rule.clearThreshold"),
            (rule(0.0001, 1.0), "input.rule.threshold"),
            (rule(-1.0, 1.0), "input.rule.threshold"),
        ] {
            let refused = switchboard.create_alert_rule(&admin(), rule).await;
            assert_eq!(refusal(refused), fault("INVALID_INPUT", path));
        }
    })
    .await;
}

#[tokio::test]
async fn a_rule_that_ends_or_watches_something_else_closes_its_alerts() {
    on_both(async |db| {
        World::on(db).await;
        let switchboard = replica(db, None);
        let made = switchboard
            .create_alert_rule(&admin(), rule(1.0, 1.0))
            .await
            .unwrap();
        switchboard.look_after_alerts().await.unwrap();
        let renamed = AlertRuleInput {
            name: "Renamed".to_owned(),
            ..rule(1.0, 1.0)
        };
        let renamed = switchboard
            .update_alert_rule(&admin(), made.id, renamed)
            .await
            .unwrap();
        assert_eq!(renamed.spec.name, "Renamed");
        switchboard.look_after_alerts().await.unwrap();
        assert_eq!(
            values(&switchboard).await,
            [(Some(0), None)],
            "it is the same alert"
        );
        let elsewhere = AlertRuleInput {
            area_code: Some("212".to_owned()),
            ..rule(1.0, 1.0)
        };
        switchboard
            .update_alert_rule(&admin(), made.id, elsewhere)
            .await
            .unwrap();
        switchboard.look_after_alerts().await.unwrap();
        let alerts = alerts_of(&switchboard, &admin()).await;
        assert_eq!(alerts.len(), 2);
        assert!(alerts[0].cleared_at.is_none() && alerts[1].cleared_at.is_some());
        switchboard.delete_alert_rule(&admin(), made.id).await.unwrap();
        switchboard.look_after_alerts().await.unwrap();
        let alerts = alerts_of(&switchboard, &admin()).await;
        assert!(alerts.iter().all(|alert| alert.cleared_at.is_some()));
    })
    .await;
}

#[tokio::test]
async fn subscribers_of_any_replica_are_told_of_what_another_one_fired() {
    on_both(async |db| {
        World::on(db).await;
        let (one, other) = (replica(db, None), replica(db, None));
        let listener = other.alert_events(&admin()).await.unwrap();
        let mut listener = std::pin::pin!(listener);
        one.create_alert_rule(&admin(), rule(1.0, 1.0)).await.unwrap();
        one.look_after_alerts().await.unwrap();
        other.look_after_alerts().await.unwrap();
        let told = listener.next().await.unwrap();
        assert_eq!(told.kind, AlertEventKind::Fired);
        assert_eq!(told.alert.fired_value, Some(0));
    })
    .await;
}

#[tokio::test]
async fn a_dry_run_tells_what_the_rule_would_have_fired_and_changes_nothing() {
    on_both(async |db| {
        let world = World::on(db).await;
        let switchboard = replica(db, None);
        let begin = Timestamp::now();
        // Real time passes between the steps, by the database's clock.
        let mut expected = Vec::new();
        switchboard
            .create_alert_rule(&admin(), rule(2.0, 3.0))
            .await
            .unwrap();
        let look = async || switchboard.look_after_alerts().await.unwrap();
        world.stock(&NUMBERS[..3]).await;
        look().await;
        for (at, number) in NUMBERS[..2].iter().enumerate() {
            world.give(number, &format!("number {at}")).await;
            look().await;
        }
        let back = world.number(NUMBERS[0]).await.id;
        world.switchboard.release_now(&admin(), back, None).await.unwrap();
        world.stock(&NUMBERS[3..]).await;
        look().await;
        let mut real = alerts_of(&switchboard, &admin()).await;
        real.reverse();
        for alert in &real {
            expected.push((alert.fired_value, alert.cleared_value));
        }
        // The rule was made before there was any stock, and fired in the first look only if that saw none.
        let to = Timestamp::now();
        let run = switchboard
            .dry_run_alert_rule(&admin(), rule(2.0, 3.0), begin, to)
            .await
            .unwrap();
        assert!(!run.cut);
        let found: Vec<_> = run
            .fired
            .iter()
            .skip_while(|fired| fired.fired_at <= begin)
            .map(|fired| (fired.fired_value, fired.cleared_value))
            .collect();
        assert_eq!(found, expected);
        assert_eq!(found, [(Some(1_000), Some(3_000))]);
        assert_eq!(
            run.fired[0].fired_value,
            Some(0),
            "there was no stock at the beginning"
        );
        assert_eq!(
            alerts_of(&switchboard, &admin()).await.len(),
            real.len(),
            "nothing was fired"
        );
    })
    .await;
}

#[tokio::test]
async fn a_dry_run_is_the_platforms_and_has_a_time_that_makes_sense() {
    on_both(async |db| {
        let world = World::on(db).await;
        let switchboard = replica(db, None);
        let now = Timestamp::now();
        let hours = |hours| jiff::SignedDuration::from_hours(hours);
        let reseller_id = world.tenants.sales.reseller_id;
        let reseller = key(AccessLevel::Reseller, Scope::Reseller { reseller_id });
        let denied = switchboard
            .dry_run_alert_rule(&reseller, rule(1.0, 1.0), now - hours(1), now)
            .await;
        assert!(matches!(denied, Err(ServiceError::Denied(_))));
        for (from, to, path) in [
            (now + hours(1), now + hours(2), "input.from"),
            (now - hours(1), now - hours(2), "input.to"),
            (now - hours(24 * 400), now, "input.to"),
        ] {
            let refused = switchboard
                .dry_run_alert_rule(&admin(), rule(1.0, 1.0), from, to)
                .await;
            assert_eq!(refusal(refused), fault("INVALID_INPUT", path));
        }
    })
    .await;
}
