//! The table of error kinds.

use std::time::Duration;

use provider_core::call::Safety;
use provider_core::error::{Effect, ErrorKind, Fault, ProviderError, UpstreamAnswer};
use provider_core::outcome::{Refusal, RefusalCode};
use strum::IntoEnumIterator;

#[test]
fn every_kind_has_a_stable_code_and_refusals_have_no_effect() {
    for kind in ErrorKind::iter() {
        let facts = kind.facts();
        assert!(
            facts.code.chars().all(|c| c.is_ascii_uppercase() || c == '_'),
            "{kind}"
        );
        if facts.fault == Fault::Caller {
            assert_eq!(facts.effect, Effect::None, "{kind}");
            assert!(!facts.retryable, "{kind}");
        }
    }
}

#[test]
fn our_credentials_at_an_upstream_are_not_the_callers_fault() {
    for kind in [ErrorKind::Unauthenticated, ErrorKind::Forbidden] {
        assert_eq!(kind.facts().fault, Fault::Operator);
        assert!(!["UNAUTHENTICATED", "FORBIDDEN"].contains(&kind.facts().code));
    }
}

#[test]
fn an_unsafe_operation_is_retried_only_if_it_surely_had_no_effect() {
    for kind in ErrorKind::iter() {
        for effect in [Effect::None, Effect::Unknown] {
            let error = ProviderError::new(kind, "orders.place", "x").with_effect(effect);
            let retryable = kind.facts().retryable;
            assert_eq!(error.may_retry(Safety::Read), retryable, "{kind}");
            assert_eq!(error.may_retry(Safety::Idempotent), retryable, "{kind}");
            assert_eq!(
                error.may_retry(Safety::Unsafe),
                retryable && effect == Effect::None,
                "{kind}"
            );
        }
    }
}

#[test]
fn a_lost_answer_counts_as_a_possible_effect_unless_said_otherwise() {
    for kind in [
        ErrorKind::Timeout,
        ErrorKind::Unavailable,
        ErrorKind::BadResponse,
        ErrorKind::ContractViolated,
    ] {
        assert_eq!(
            ProviderError::new(kind, "orders.place", "x").effect(),
            Effect::Unknown,
            "{kind}"
        );
    }
}

#[test]
fn every_refusal_has_a_kind_and_no_effect() {
    for code in RefusalCode::iter() {
        let error = ProviderError::refused(code, "search.search", "x");
        assert_eq!(error.kind(), code.kind());
        assert_eq!(error.effect(), Effect::None);
        assert_eq!(error.refusal(), Some(code));
        assert_ne!(error.kind().facts().fault, Fault::Program, "{code}");
    }
}

#[test]
fn every_reason_of_an_unanswerable_match_has_a_refusal_of_its_own() {
    use provider_core::domain::{CountryCode, MatchError, NumberMatch, Places};
    let error = "12".parse::<provider_core::domain::Prefix>().unwrap_err();
    let refusal = Refusal::from(&error);
    assert_eq!(
        (refusal.code, refusal.field.as_deref()),
        (RefusalCode::BadFilter, Some("matching.prefix"))
    );
    let text = String::new;
    let errors = [
        MatchError::UnknownCity {
            city: text(),
            place: text(),
            suggestions: Vec::new(),
        },
        MatchError::NoLocalArea {
            place: text(),
            why: text(),
            field: "city",
        },
        MatchError::UnknownAreaCode {
            area_code: text(),
            place: text(),
            why: text(),
            field: "areaCode",
        },
        MatchError::AmbiguousCity {
            city: text(),
            country: CountryCode::US,
            candidates: Vec::new(),
            more: Default::default(),
        },
        MatchError::BadFilter {
            prefix: text(),
            why: text(),
        },
        MatchError::InvalidNumber { why: text() },
        MatchError::UnknownRegion {
            region: text(),
            country: CountryCode::US,
            why: text(),
        },
        MatchError::UnsupportedCountry {
            country: CountryCode::US,
            what: text(),
            why: text(),
        },
    ];
    for error in errors {
        assert_eq!(Refusal::from(&error).code.to_string(), error.code());
    }
    let unknown = NumberMatch::LocalToCity {
        city: "Xyzzyville".to_owned(),
        region: None,
        country: CountryCode::US,
        prefix: None,
    };
    let error = Places::shared().unwrap().plan(&unknown, false).unwrap_err();
    assert!(Refusal::from(&error).field.unwrap().starts_with("matching."));
}

#[test]
fn display_is_one_line_and_debug_tells_everything() {
    let cause = std::io::Error::other("connection reset");
    let error = ProviderError::new(
        ErrorKind::Unavailable,
        "kpis.count",
        "the counts could not be read",
    )
    .with_provider("callstats".parse().unwrap())
    .with_retry_after(Duration::from_secs(7))
    .with_upstream(
        UpstreamAnswer::status(503)
            .code("E1")
            .message("down\r\nfor now")
            .request_id("r-1"),
    )
    .with_source(cause);
    let line = error.to_string();
    assert_eq!(line.lines().count(), 1);
    for part in ["callstats", "kpis.count", "UNAVAILABLE", "503"] {
        assert!(line.contains(part), "{part} is missing in {line}");
    }
    let all = format!("{error:?}");
    assert!(all.lines().count() > 3);
    for part in ["connection reset", "r-1", "7s", "E1"] {
        assert!(all.contains(part), "{part} is missing in {all}");
    }
}

#[test]
fn an_upstreams_text_is_cut_and_kept_on_one_line() {
    let answer = UpstreamAnswer::default().message(&format!("a\nb{}", "x".repeat(10_000)));
    let message = answer.message.unwrap();
    assert!(message.len() <= 200);
    assert!(!message.contains('\n'));
}

#[test]
fn the_specification_shows_the_table_as_it_is() {
    let page = include_str!("../../../README.md");
    for kind in ErrorKind::iter() {
        let facts = kind.facts();
        let retryable = if facts.retryable { "yes" } else { "no" };
        let (fault, effect) = (facts.fault.to_string(), facts.effect.to_string());
        let row = format!(
            "| `{kind:?}` | {retryable} | {} | `{}` | {} |",
            fault.to_lowercase(),
            facts.code,
            effect.to_lowercase()
        );
        assert!(page.contains(&row), "{row} is missing in providers/README.md");
    }
}
