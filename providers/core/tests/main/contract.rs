//! The contract checks pass for an honest provider and catch every lie.

use std::sync::Arc;

use jiff::SignedDuration;
use provider_core::contract::{self, Verdict, holds, orders, pools, search};
use provider_core::domain::{HoldRequest, NumberMatch, NumberOrder, NumberQuery};
use provider_core::provider::Provider;

use crate::support::{Empty, Lie, Shelf, context, group, number, order, pool_order, toll_free};

fn query() -> NumberQuery {
    NumberQuery {
        matching: toll_free(),
        widen: false,
        limit: 3,
    }
}

fn exact(token: &str, text: &str) -> NumberOrder {
    NumberOrder {
        matching: NumberMatch::Exact(number(text)),
        ..order(token)
    }
}

fn hold(token: &str) -> HoldRequest {
    HoldRequest {
        token: token.parse().unwrap(),
        number: number("+448000885641"),
        group: group(),
        duration: SignedDuration::from_secs(60),
    }
}

/// Runs every check, each on a provider of its own, and gives the names of those that are broken.
async fn broken(lie: Option<Lie>) -> Vec<&'static str> {
    let cx = context();
    let shelf = || Shelf::new(lie) as Arc<dyn Provider>;
    let verdicts: [(&'static str, Verdict); 14] = [
        ("stable", contract::capabilities_are_stable(&shelf())),
        (
            "match",
            search::answers_satisfy_the_match(&shelf(), &cx, &query()).await,
        ),
        ("nothing", {
            let matching = NumberMatch::Exact(number("+448000885699"));
            search::nothing_is_an_empty_list(&shelf(), &cx, &NumberQuery { matching, ..query() }).await
        }),
        (
            "terms",
            search::undeclared_terms_are_refused(&shelf(), &cx, &query()).await,
        ),
        (
            "token",
            orders::same_token_gives_same_number(&shelf(), &cx, &order("token-01")).await,
        ),
        ("conflict", {
            let other = exact("token-01", "+448000885644");
            orders::a_used_token_is_refused_for_another_order(&shelf(), &cx, &order("token-01"), &other).await
        }),
        ("no stock", {
            orders::an_empty_stock_is_a_refusal(&shelf(), &cx, &exact("token-01", "+448000885699")).await
        }),
        (
            "found",
            orders::an_order_is_found_by_its_token(&shelf(), &cx, &order("token-01")).await,
        ),
        (
            "ours",
            orders::a_number_is_ours_until_it_is_released(&shelf(), &cx, &order("token-01")).await,
        ),
        (
            "hold",
            holds::a_held_number_is_exclusive(&shelf(), &cx, &hold("token-01"), &hold("token-02")).await,
        ),
        (
            "pool token",
            pools::same_token_gives_same_pool(&shelf(), &cx, &pool_order("token-01", 3)).await,
        ),
        ("pool whole", {
            let (too_large, all) = (pool_order("token-01", 6), pool_order("token-02", 5));
            pools::a_pool_is_all_or_nothing(&shelf(), &cx, &too_large, &all).await
        }),
        ("retired", {
            pools::a_retired_pool_accounts_for_its_numbers(&shelf(), &cx, &pool_order("token-01", 2)).await
        }),
        ("missing port", {
            // A provider without the port must not pass by not running.
            let without = Arc::new(Empty::default()) as Arc<dyn Provider>;
            match orders::same_token_gives_same_number(&without, &cx, &order("token-01")).await {
                Err(_) => Ok(()),
                Ok(()) => panic!("passed without a port"),
            }
        }),
    ];
    verdicts
        .into_iter()
        .filter_map(|(name, verdict)| verdict.is_err().then_some(name))
        .collect()
}

#[tokio::test]
async fn an_honest_provider_passes_every_check() {
    assert_eq!(broken(None).await, [] as [&str; 0]);
}

#[tokio::test]
async fn every_lie_is_caught_by_the_check_that_is_about_it() {
    for (lie, check) in [
        (Lie::WrongNumber, "match"),
        (Lie::WrongNumber, "token"),
        (Lie::Twice, "match"),
        (Lie::TooMany, "match"),
        (Lie::WrongRoute, "token"),
        (Lie::ForgetsTokens, "token"),
        (Lie::ForgetsTokens, "conflict"),
        (Lie::OffersHeld, "hold"),
        (Lie::KeepsReleased, "ours"),
        (Lie::SmallPool, "pool token"),
        (Lie::SmallPool, "pool whole"),
        (Lie::LosesNumbers, "retired"),
    ] {
        let caught = broken(Some(lie)).await;
        assert!(caught.contains(&check), "{lie:?} was caught by {caught:?}");
    }
}
