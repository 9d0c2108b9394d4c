//! Calls that are given up, and calls at once.

use std::collections::BTreeSet;
use std::time::Duration;

use futures_util::future::join_all;
use provider_core::call::Safety;
use provider_core::error::{Effect, ErrorKind};
use tokio::time::Instant;

use crate::conformance::bench::{Bench, Manner, context, in_time};
use crate::conformance::probe::Needs;
use crate::conformance::stage::{Stage, aim, is_one_of};
use crate::conformance::{Broken, Subject, Verdict, ensure};
use crate::twin::Fault;

/// Within its deadline, and not only when the adapter's own patience ends.
pub(super) async fn a_deadline_ends_a_call(subject: &Subject) -> Verdict {
    const DEADLINE: Duration = Duration::from_millis(250);
    const MUCH_LATER: Duration = Duration::from_secs(3);
    let bench = Bench::open(subject).await?;
    let stage = Stage::on(&bench, Manner::STUBBORN)?;
    for reach in stage.reaching().await? {
        let probe = reach.probe;
        let call = stage.ready(probe).await?;
        aim(stage.faults(), probe, Fault::Hang);
        let begun = Instant::now();
        let cx = context().with_deadline(begun + DEADLINE);
        let answer = in_time(&probe.label, call(cx)).await?;
        let took = begun.elapsed();
        ensure(took < MUCH_LATER, || {
            format!(
                "{}: a deadline of {DEADLINE:?} was kept after {took:?}",
                probe.label
            )
        })?;
        match answer {
            Err(error) => is_one_of(&error, probe, "a deadline", &[ErrorKind::Timeout])?,
            Ok(crate::conformance::probe::Ended::Unknown) => {}
            Ok(ended) => {
                return Err(Broken::new(format!(
                    "{}: nobody answered, and {ended:?}",
                    probe.label
                )));
            }
        }
    }
    Ok(())
}

pub(super) async fn a_call_whose_time_is_over_is_not_begun(subject: &Subject) -> Verdict {
    let bench = Bench::open(subject).await?;
    let stage = Stage::on(&bench, Manner::STUBBORN)?;
    for reach in stage.reaching().await? {
        let probe = reach.probe;
        let struck = stage
            .run_for(context().with_deadline(Instant::now()), probe, |_| {})
            .await?;
        let error = struck.error(probe, "a deadline that has passed")?;
        is_one_of(error, probe, "a deadline that has passed", &[ErrorKind::Timeout])?;
        ensure(struck.sent.is_empty() && error.effect() == Effect::None, || {
            format!(
                "{}: its time was over, and this was sent: {:#?}",
                probe.label, struck.sent
            )
        })?;
    }
    Ok(())
}

pub(super) async fn a_cancelled_call_is_not_sent_again_and_harms_no_other(subject: &Subject) -> Verdict {
    let bench = Bench::open(subject).await?;
    let stage = Stage::on(&bench, Manner::STUBBORN)?;
    for reach in stage.reaching().await? {
        let probe = reach.probe;
        let (call, next) = (stage.ready(probe).await?, stage.ready(probe).await?);
        let before = stage.sent();
        stage.faults().next(Fault::Hang);
        let mut pending = call(context());
        tokio::select! {
            ended = &mut pending => {
                return Err(Broken::new(format!("{}: nobody answered, and {ended:?}", probe.label)));
            }
            arrived = in_time(&probe.label, bench.twin.arrived(before + 1)) => arrived?,
        }
        drop(pending);
        let ended = in_time(&probe.label, next(context())).await?;
        ensure(ended.is_ok(), || {
            format!(
                "{}: after a cancelled call, the next one fails: {ended:?}",
                probe.label
            )
        })?;
        let sent = stage.sent() - before;
        ensure(sent == 1 + reach.requests, || {
            format!(
                "{}: a call was cancelled and another made, and {sent} requests came",
                probe.label
            )
        })?;
    }
    Ok(())
}

/// All operations, several times each and all at once: reads get their own answers, and every change is made.
pub(super) async fn calls_at_once_get_their_own_answers(subject: &Subject) -> Verdict {
    const TIMES: usize = 4;
    let bench = Bench::open(subject).await?;
    let stage = Stage::on(&bench, Manner::PATIENT)?;
    let reads = stage.reads().await?;
    let mut calls = Vec::new();
    // What is about a thing that was made for it is another question each time.
    for probe in reads
        .iter()
        .map(|reach| reach.probe)
        .filter(|probe| probe.needs == Needs::Nothing)
    {
        let alone = stage.run(probe, |_| {}).await?.answer?;
        for _ in 0..TIMES {
            calls.push((probe, alone.clone(), stage.ready(probe).await?));
        }
    }
    let made = calls
        .into_iter()
        .map(|(probe, alone, call)| async move { (probe, alone, call(context()).await) });
    for (probe, alone, answer) in in_time("reads at once", join_all(made)).await? {
        ensure(answer.as_ref().is_ok_and(|ended| *ended == alone), || {
            format!(
                "{}: among others it gave {answer:?}, alone {alone:?}",
                probe.label
            )
        })?;
    }
    for reach in stage.changes().await? {
        let mut calls = Vec::new();
        for _ in 0..TIMES {
            calls.push(stage.ready(reach.probe).await?);
        }
        let before = stage.sent();
        let answers = in_time(
            &reach.probe.label,
            join_all(calls.into_iter().map(|call| call(context()))),
        )
        .await?;
        let (failed, sent) = (
            answers.iter().find(|answer| answer.is_err()),
            stage.sent() - before,
        );
        ensure(failed.is_none() && sent == TIMES * reach.requests, || {
            format!(
                "{}: {TIMES} at once sent {sent} requests: {failed:?}",
                reach.probe.label
            )
        })?;
        let receipts: BTreeSet<_> = answers
            .iter()
            .flatten()
            .map(|ended| format!("{ended:?}"))
            .collect();
        ensure(
            reach.probe.safety != Safety::Unsafe || receipts.len() == TIMES,
            || {
                format!(
                    "{}: several orders gave one thing: {receipts:?}",
                    reach.probe.label
                )
            },
        )?;
    }
    Ok(())
}
