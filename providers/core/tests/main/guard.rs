//! Guarded ports: terms, policies, checks of answers.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use provider_core::call::CallContext;
use provider_core::config::PolicySettings;
use provider_core::domain::*;
use provider_core::error::{Effect, ErrorKind, ProviderError, Result};
use provider_core::policy::{Answer, Call, Next, Policy, Stack, Timeout};
use provider_core::port::{MatchTerms, NumberSearch, SearchTerms};
use provider_core::provider::{Capability, Health, HealthState, Instance, Ports, Provider};
use strum::IntoEnumIterator;
use tokio::time::Instant;

use crate::support::{Empty, Lie, Shelf, context, number, order, pool_order, query, toll_free};

fn instance(shelf: &Arc<Shelf>) -> Instance {
    Instance::new(shelf.clone(), &PolicySettings::local(), &[].into())
}

#[test]
fn capabilities_are_derived_from_the_ports() {
    use Capability::{Holds, Inventory, Orders, Pools, Search};
    let shelf = Shelf::new(None);
    assert_eq!(
        shelf.ports().capabilities(),
        [Search, Holds, Orders, Inventory, Pools].into()
    );
    assert!(Arc::new(Empty::default()).ports().capabilities().is_empty());
}

#[test]
fn a_denied_port_is_gone_and_the_others_stay() {
    for denied in Capability::iter() {
        let before = Shelf::new(None).ports().capabilities();
        let after = Shelf::new(None).ports().without(&[denied].into()).capabilities();
        assert!(!after.contains(&denied));
        assert_eq!(
            after.len() + usize::from(before.contains(&denied)),
            before.len(),
            "{denied}"
        );
    }
}

#[tokio::test]
async fn requests_outside_the_terms_are_refused_without_reaching_the_provider() {
    let shelf = Shelf::new(None);
    let instance = instance(&shelf);
    let ports = instance.ports();
    let cx = context();
    let search = ports.search.as_ref().unwrap();
    let orders = ports.orders.as_ref().unwrap();
    let pools = ports.pools.as_ref().unwrap();
    let american = NumberMatch::TollFree {
        country: CountryCode::US,
        prefix: None,
    };
    let filtered = NumberMatch::TollFree {
        country: CountryCode::GB,
        prefix: "833".parse().ok(),
    };
    let national = NumberMatch::National {
        country: CountryCode::GB,
    };
    let page = PageRequest::first(11);
    let unlisted = PageRequest::first(1);
    let resize = PoolResize {
        token: "token-01".parse().unwrap(),
        pool: UpstreamRef::parse("x").unwrap(),
        quantity: 2,
        leftover: Leftover::Keep,
        allow_partial: false,
    };
    let hold = UpstreamRef::parse("h").ok();
    let errors: Vec<(ErrorKind, ProviderError)> = vec![
        (
            ErrorKind::Unsupported,
            search.search(&cx, &query(national.clone(), 1)).await.unwrap_err(),
        ),
        (
            ErrorKind::Unsupported,
            search.search(&cx, &query(american, 1)).await.unwrap_err(),
        ),
        (
            ErrorKind::Unsupported,
            search.search(&cx, &query(filtered, 1)).await.unwrap_err(),
        ),
        (
            ErrorKind::InvalidRequest,
            search.search(&cx, &query(toll_free(), 0)).await.unwrap_err(),
        ),
        (
            ErrorKind::InvalidRequest,
            search.search(&cx, &query(toll_free(), 11)).await.unwrap_err(),
        ),
        (ErrorKind::Unsupported, {
            let order = NumberOrder {
                matching: national,
                ..order("token-01")
            };
            orders.place(&cx, &order).await.unwrap_err()
        }),
        (ErrorKind::Unsupported, {
            orders
                .place(
                    &cx,
                    &NumberOrder {
                        hold,
                        ..order("token-01")
                    },
                )
                .await
                .unwrap_err()
        }),
        (ErrorKind::InvalidRequest, {
            orders
                .place(
                    &cx,
                    &NumberOrder {
                        name: " ".to_owned(),
                        ..order("token-01")
                    },
                )
                .await
                .unwrap_err()
        }),
        (
            ErrorKind::InvalidRequest,
            ports
                .inventory
                .as_ref()
                .unwrap()
                .list(&cx, &page)
                .await
                .unwrap_err(),
        ),
        (
            ErrorKind::InvalidRequest,
            pools.create(&cx, &pool_order("token-01", 0)).await.unwrap_err(),
        ),
        (
            ErrorKind::InvalidRequest,
            pools.create(&cx, &pool_order("token-01", 11)).await.unwrap_err(),
        ),
        (ErrorKind::InvalidRequest, {
            let order = PoolOrder {
                match_period_minutes: 61,
                ..pool_order("token-01", 1)
            };
            pools.create(&cx, &order).await.unwrap_err()
        }),
        (
            ErrorKind::Unsupported,
            pools.list(&cx, &unlisted).await.unwrap_err(),
        ),
        (
            ErrorKind::Unsupported,
            pools.resize(&cx, &resize).await.unwrap_err(),
        ),
    ];
    for (kind, error) in &errors {
        assert_eq!(error.kind(), *kind, "{error}");
        assert_eq!(error.effect(), Effect::None, "{error}");
        assert_eq!(error.provider().map(ProviderId::as_str), Some("shelf"), "{error}");
        assert!(error.field().is_some(), "{error}");
    }
    assert_eq!(shelf.hits.load(Ordering::SeqCst), 0);
}

#[tokio::test]
async fn an_answer_that_does_not_fit_the_request_is_a_violation() {
    for lie in [Lie::WrongNumber, Lie::Twice, Lie::TooMany] {
        let search = instance(&Shelf::new(Some(lie))).ports().search.clone().unwrap();
        let error = search
            .search(&context(), &query(toll_free(), 2))
            .await
            .unwrap_err();
        assert_eq!(error.kind(), ErrorKind::ContractViolated, "{lie:?}");
    }
}

#[tokio::test]
async fn a_wrong_number_that_was_bought_is_not_forgotten() {
    let orders = instance(&Shelf::new(Some(Lie::WrongNumber)))
        .ports()
        .orders
        .clone()
        .unwrap();
    let error = orders.place(&context(), &order("token-01")).await.unwrap_err();
    assert_eq!(
        (error.kind(), error.effect()),
        (ErrorKind::ContractViolated, Effect::Unknown)
    );
    assert_eq!(error.reference().map(UpstreamRef::as_str), Some("+441174090162"));
}

#[tokio::test]
async fn a_change_that_is_not_shown_is_a_violation() {
    let shelf = Shelf::new(Some(Lie::WrongRoute));
    let instance = instance(&shelf);
    let placed = shelf
        .clone()
        .ports()
        .orders
        .unwrap()
        .place(&context(), &order("token-01"))
        .await
        .unwrap();
    let receipt = placed.done().unwrap();
    let number = NumberRef {
        number: receipt.number,
        external_id: None,
    };
    let inventory = instance.ports().inventory.clone().unwrap();
    let error = inventory
        .set_route(&context(), &number, &crate::support::route())
        .await
        .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::ContractViolated);
}

#[tokio::test]
async fn numbers_of_a_plan_are_told_apart_by_the_guard() {
    let search = instance(&Shelf::new(None)).ports().search.clone().unwrap();
    let exact = query(NumberMatch::Exact(number("+448000885643")), 1);
    assert_eq!(search.search(&context(), &exact).await.unwrap().len(), 1);
    let found = search.search(&context(), &query(toll_free(), 10)).await.unwrap();
    assert_eq!(found.len(), 5);
}

#[tokio::test(start_paused = true)]
async fn a_provider_that_hangs_costs_at_most_the_timeout() {
    let shelf = Shelf::new(Some(Lie::Hangs));
    let ports = instance(&shelf).ports().clone();
    let begun = Instant::now();
    let error = ports
        .search
        .unwrap()
        .search(&context(), &query(toll_free(), 1))
        .await
        .unwrap_err();
    assert_eq!((error.kind(), error.effect()), (ErrorKind::Timeout, Effect::None));
    assert_eq!(begun.elapsed().as_secs(), 10);
    let error = ports
        .orders
        .unwrap()
        .place(&context(), &order("token-01"))
        .await
        .unwrap_err();
    assert_eq!(
        (error.kind(), error.effect()),
        (ErrorKind::Timeout, Effect::Unknown)
    );
}

#[tokio::test(start_paused = true)]
async fn the_deadline_wins_over_a_longer_timeout() {
    let shelf = Shelf::new(Some(Lie::Hangs));
    let begun = Instant::now();
    let cx = context().with_deadline(begun + Duration::from_millis(300));
    let error = instance(&shelf).health(&cx).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Timeout);
    assert_eq!(begun.elapsed().as_millis(), 300);
}

#[tokio::test(start_paused = true)]
async fn a_call_after_its_deadline_is_not_begun() {
    let shelf = Shelf::new(None);
    let cx = context().with_deadline(Instant::now());
    let orders = instance(&shelf).ports().orders.clone().unwrap();
    let error = orders.place(&cx, &order("token-01")).await.unwrap_err();
    assert_eq!((error.kind(), error.effect()), (ErrorKind::Timeout, Effect::None));
    assert_eq!(shelf.hits.load(Ordering::SeqCst), 0);
}

#[tokio::test(start_paused = true)]
async fn the_earlier_of_two_deadlines_counts() {
    let now = Instant::now();
    let (early, late) = (now + Duration::from_secs(1), now + Duration::from_secs(2));
    assert_eq!(
        context().with_deadline(early).with_deadline(late).remaining(),
        Some(Duration::from_secs(1))
    );
    assert_eq!(context().remaining(), None);
}

#[tokio::test]
async fn a_stack_without_time_for_an_answer_still_names_the_provider() {
    let stack = Stack::new(
        Empty::default().info().clone(),
        vec![Arc::new(Timeout::new(Duration::ZERO))],
    );
    let ports = Shelf::new(Some(Lie::Hangs)).ports().guarded(&stack);
    let error = ports
        .search
        .unwrap()
        .search(&context(), &query(toll_free(), 1))
        .await
        .unwrap_err();
    assert_eq!(error.provider().map(ProviderId::as_str), Some("empty"));
}

/// Fails every call that reaches it, and counts them.
#[derive(Debug)]
struct Fails {
    effect: Effect,
    calls: AtomicU32,
}

#[async_trait]
impl Policy for Fails {
    async fn around(&self, call: &Call<'_>, _: Next<'_>) -> Result<Answer> {
        self.calls.fetch_add(1, Ordering::SeqCst);
        let error = ProviderError::new(ErrorKind::Unavailable, call.operation.name, "reset");
        Err(error.with_effect(self.effect))
    }
}

/// Tries once more after a failure that may be tried again.
#[derive(Debug)]
struct Again;

#[async_trait]
impl Policy for Again {
    async fn around(&self, call: &Call<'_>, next: Next<'_>) -> Result<Answer> {
        match next.run(call).await {
            Err(error) if error.may_retry(call.operation.safety) => next.run(call).await,
            answer => answer,
        }
    }
}

#[tokio::test]
async fn an_order_may_be_sent_again_only_with_an_honored_token_or_a_certain_failure() {
    for (honors_tokens, effect, expected) in [
        (true, Effect::Unknown, 2),
        (true, Effect::None, 2),
        (false, Effect::None, 2),
        (false, Effect::Unknown, 1),
    ] {
        let shelf = Shelf::honoring_tokens(honors_tokens);
        let fails = Arc::new(Fails {
            effect,
            calls: AtomicU32::new(0),
        });
        let stack = Stack::new(shelf.info().clone(), vec![Arc::new(Again), fails.clone()]);
        let orders = shelf.ports().guarded(&stack).orders.unwrap();
        assert!(orders.place(&context(), &order("token-01")).await.is_err());
        assert_eq!(
            fails.calls.load(Ordering::SeqCst),
            expected,
            "{honors_tokens} {effect}"
        );
    }
}

/// Answers every search with one number.
#[derive(Debug)]
struct Echo(E164, SearchTerms);

#[async_trait]
impl NumberSearch for Echo {
    fn terms(&self) -> &SearchTerms {
        &self.1
    }

    async fn search(&self, _: &CallContext, _: &NumberQuery) -> Result<Vec<StockNumber>> {
        Ok(vec![StockNumber {
            number: self.0.clone(),
            external_id: None,
            matched: None,
            monthly_cost: None,
        }])
    }
}

async fn answers(matching: &NumberMatch, text: &str) -> bool {
    let terms = SearchTerms {
        matches: MatchTerms::everything(),
        largest_limit: 1,
    };
    let ports = Ports {
        search: Some(Arc::new(Echo(number(text), terms))),
        ..Ports::default()
    };
    let stack = Stack::new(Empty::default().info().clone(), Vec::new());
    let answer = ports
        .guarded(&stack)
        .search
        .unwrap()
        .search(&context(), &query(matching.clone(), 1))
        .await;
    match answer {
        Ok(_) => true,
        Err(error) => {
            assert_eq!(error.kind(), ErrorKind::ContractViolated, "{error}");
            false
        }
    }
}

#[tokio::test]
async fn the_numbers_of_the_documents_answer_their_requests_and_others_do_not() {
    let (us, ca, gb) = (CountryCode::US, CountryCode::CA, CountryCode::GB);
    let prefix = |text: &str| text.parse().ok();
    let local = NumberMatch::LocalToNumber {
        number: number("+19056372046"),
        prefix: prefix("289"),
    };
    let atlanta = NumberMatch::LocalToCity {
        city: "atlanta".to_owned(),
        region: Some("ga".to_owned()),
        country: us,
        prefix: prefix("404"),
    };
    let bristol = GeographicMatch::City {
        country: gb,
        city: "Bristol".to_owned(),
        region: None,
    };
    let coventry = GeographicMatch::AreaCode {
        country: gb,
        area_code: "024".to_owned(),
    };
    for (matching, fits, does_not) in [
        (local, "+12898122093", "+19058122093"),
        (atlanta, "+14043411266", "+16783411266"),
        (
            NumberMatch::TollFree {
                country: us,
                prefix: prefix("833"),
            },
            "+18332018273",
            "+18442018273",
        ),
        (
            NumberMatch::TollFree {
                country: ca,
                prefix: None,
            },
            "+18332018273",
            "+14163411266",
        ),
        (
            NumberMatch::TollFree {
                country: gb,
                prefix: None,
            },
            "+448000885644",
            "+443308180609",
        ),
        (
            NumberMatch::National { country: gb },
            "+443308180609",
            "+448000885644",
        ),
        (NumberMatch::Geographic(bristol), "+441174090162", "+14043411266"),
        (
            NumberMatch::Geographic(coventry),
            "+442477180193",
            "+441174090162",
        ),
        (
            NumberMatch::Exact(number("+448000885644")),
            "+448000885644",
            "+448000885645",
        ),
    ] {
        assert!(
            answers(&matching, fits).await,
            "{fits} does not answer {matching:?}"
        );
        assert!(
            !answers(&matching, does_not).await,
            "{does_not} answers {matching:?}"
        );
    }
}

#[tokio::test(start_paused = true)]
async fn the_health_of_an_upstream_is_told_by_a_read() {
    let healthy = async {
        tokio::time::sleep(Duration::from_millis(40)).await;
        Ok(())
    };
    let health = Health::of(healthy).await;
    assert_eq!(health.state, HealthState::Up);
    assert_eq!(
        (health.latency, health.last_error),
        (Some(Duration::from_millis(40)), None)
    );
    for (kind, state) in [
        (ErrorKind::RateLimited, HealthState::Degraded),
        (ErrorKind::Unavailable, HealthState::Down),
        (ErrorKind::Unauthenticated, HealthState::Down),
    ] {
        let error = ProviderError::new(kind, "kpis.count", "no");
        let health = Health::of::<()>(std::future::ready(Err(error))).await;
        assert_eq!(health.state, state);
        assert!(
            health
                .last_error
                .is_some_and(|said| said.starts_with("kpis.count: no"))
        );
    }
}
