//! How the upstream is.

use provider_core::provider::{Health, HealthState, Instance};

use crate::conformance::bench::{Bench, Manner, context, in_time};
use crate::conformance::{Broken, Subject, Verdict, ensure};
use crate::twin::{Exchange, Fault};

/// Up rests on an answer that needed the key; where the document has nothing to be read, it is unknown at most.
pub(super) async fn health_tells_whether_the_upstream_answers_and_knows_us(subject: &Subject) -> Verdict {
    let bench = Bench::open(subject).await?;
    let (well, sent) = health(&bench, &bench.instance(Manner::PATIENT)?).await?;
    let answered = |exchange: &Exchange| exchange.status.is_some_and(|status| (200..300).contains(&status));
    let expected = if sent.iter().any(answered) {
        HealthState::Up
    } else {
        HealthState::Unknown
    };
    is(&well, "while the upstream is well", &[expected])?;
    bench.nothing_unexpected()?;
    if expected == HealthState::Up {
        is_not_up_when_it_is_not(&bench).await?;
    }
    let instance = bench.instance(Manner::PATIENT)?;
    bench.twin.stop().await;
    let gone = in_time("the health", instance.health(&context())).await??;
    is(&gone, "when the upstream is gone", &[HealthState::Down])?;
    ensure(gone.last_error.is_some(), || {
        format!("nothing is said of why: {gone:?}")
    })
}

async fn is_not_up_when_it_is_not(bench: &Bench<'_>) -> Verdict {
    for (fault, states) in [
        (Fault::status(503), [HealthState::Down, HealthState::Degraded]),
        (Fault::status(429), [HealthState::Degraded, HealthState::Degraded]),
        (Fault::ResetBefore, [HealthState::Down, HealthState::Down]),
    ] {
        let what = format!("after {fault:?}");
        bench.twin.faults().always(fault);
        let (health, _) = health(bench, &bench.instance(Manner::PATIENT)?).await?;
        bench.twin.faults().clear();
        is(&health, &what, &states)?;
    }
    let (health, _) = health(bench, &bench.with_wrong_key()?).await?;
    is(&health, "with a wrong key", &[HealthState::Down])
}

async fn health(bench: &Bench<'_>, instance: &Instance) -> Result<(Health, Vec<Exchange>), Broken> {
    let before = bench.twin.exchanges().len();
    let health = in_time("the health", instance.health(&context())).await??;
    Ok((health, bench.twin.exchanges().split_off(before)))
}

fn is(health: &Health, when: &str, states: &[HealthState]) -> Verdict {
    ensure(states.contains(&health.state), || {
        format!("{when} the health must be {states:?}: {health:?}")
    })
}
