//! Trying again is the policies' work; the adapter gives them what they need to know.

use std::time::Duration;

use tokio::time::Instant;

use crate::conformance::bench::{Bench, Manner};
use crate::conformance::probe::Ended;
use crate::conformance::stage::{Stage, aim, there};
use crate::conformance::{Subject, Verdict, ensure};
use crate::twin::{Body, Fault};

pub(super) async fn a_read_is_repeated_until_the_upstream_is_back(subject: &Subject) -> Verdict {
    let bench = Bench::open(subject).await?;
    let once = Stage::on(&bench, Manner::PATIENT)?;
    for reach in once.reads().await? {
        // A budget of its own for each.
        let stage = Stage::on(&bench, Manner::STUBBORN)?;
        let probe = stage.named(&reach.probe.label)?;
        let struck = stage
            .run(probe, |faults| faults.next_n(2, Fault::status(503)))
            .await?;
        ensure(
            struck.answer.is_ok() && struck.sent.len() == reach.requests + 2,
            || {
                format!(
                    "{}: the upstream was back at the third attempt: {struck:#?}",
                    probe.label
                )
            },
        )?;
        let struck = once
            .run(reach.probe, |faults| faults.next(Fault::status(503)))
            .await?;
        ensure(struck.answer.is_err() && struck.sent.len() == 1, || {
            format!(
                "{}: with one attempt, it was made again: {struck:#?}",
                probe.label
            )
        })?;
    }
    Ok(())
}

/// Being told that it was too much means that nothing was done.
pub(super) async fn a_change_is_repeated_only_when_it_had_no_effect(subject: &Subject) -> Verdict {
    let bench = Bench::open(subject).await?;
    let once = Stage::on(&bench, Manner::PATIENT)?;
    for reach in once.changes().await? {
        let stage = Stage::on(&bench, Manner::STUBBORN)?;
        let probe = stage.named(&reach.probe.label)?;
        let struck = stage
            .run(probe, |faults| aim(faults, probe, Fault::status(429)))
            .await?;
        let done = matches!(struck.answer, Ok(Ended::Done(_) | Ended::Pending));
        ensure(done && struck.changes().count() == reach.changes + 1, || {
            format!(
                "{}: after 429 it can be made again, once: {struck:#?}",
                probe.label
            )
        })?;
        let struck = once
            .run(reach.probe, |faults| aim(faults, reach.probe, Fault::status(429)))
            .await?;
        ensure(struck.answer.is_err() && struck.changes().count() == 1, || {
            format!(
                "{}: with one attempt, it was made again: {struck:#?}",
                probe.label
            )
        })?;
    }
    Ok(())
}

pub(super) async fn a_wait_that_was_asked_for_is_kept(subject: &Subject) -> Verdict {
    let bench = Bench::open(subject).await?;
    let stage = Stage::on(&bench, Manner::STUBBORN)?;
    let reaching = stage.reaching().await?;
    let reach = there(reaching.first(), "an operation that asks the upstream")?;
    let fault = Fault::Status {
        status: 429,
        headers: vec![("Retry-After".to_owned(), "1".to_owned())],
        body: Body::empty(),
    };
    let begun = Instant::now();
    let struck = stage.strike(reach.probe, fault).await?;
    let took = begun.elapsed();
    ensure(
        struck.answer.is_ok() && struck.sent.len() > reach.requests,
        || format!("{}: it was not made again: {struck:#?}", reach.probe.label),
    )?;
    ensure(took >= Duration::from_secs(1), || {
        format!("{}: asked to wait a second, it took {took:?}", reach.probe.label)
    })
}
