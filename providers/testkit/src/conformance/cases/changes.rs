//! Changes cost money: what is not certain is not said, and what may have happened is not sent again.

use provider_core::call::Safety;
use provider_core::outcome::{Outcome, RefusalCode};
use provider_core::provider::Capability;

use crate::conformance::bench::{Bench, Manner, context};
use crate::conformance::probe::Ended;
use crate::conformance::samples::{Samples, needed};
use crate::conformance::stage::{Stage, there};
use crate::conformance::{Broken, Subject, Verdict, ensure};
use crate::twin::{Body, Fault};

/// With retries on. What may be made twice may also be made again, and then be done.
pub(super) async fn a_change_whose_answer_is_lost_is_unknown_and_sent_once(subject: &Subject) -> Verdict {
    let bench = Bench::open(subject).await?;
    let patient = Stage::on(&bench, Manner::STUBBORN)?;
    let hasty = Stage::on(
        &bench,
        Manner {
            attempts: 3,
            ..Manner::HASTY
        },
    )?;
    for reach in patient.changes().await? {
        for (what, fault) in [
            ("a reset before the deed", Fault::ResetBefore),
            ("a reset after the deed", Fault::ResetAfter),
            ("status 500 after the deed", Fault::status_after(500)),
            ("status 503 after the deed", Fault::status_after(503)),
            ("an answer that is cut", Fault::CutBody),
            ("an empty answer", Fault::Body(Body::empty())),
            ("silence", Fault::Hang),
        ] {
            let stage = if matches!(fault, Fault::Hang) {
                &hasty
            } else {
                &patient
            };
            let probe = stage.named(&reach.probe.label)?;
            let struck = stage.strike(probe, fault).await?;
            let changes = struck.changes().count();
            if probe.safety == Safety::Unsafe {
                struck.is_unknown(probe, what)?;
                ensure(changes == reach.changes, || {
                    format!(
                        "{}: after {what} it was sent {changes} times: {:#?}",
                        probe.label, struck.sent
                    )
                })?;
            } else if !matches!(struck.answer, Ok(Ended::Done(_) | Ended::Pending)) {
                struck.is_unknown(probe, what)?;
            }
        }
    }
    Ok(())
}

pub(super) async fn an_empty_stock_is_a_refusal(subject: &Subject) -> Verdict {
    let bench = Bench::open(subject).await?;
    let (instance, samples) = (bench.instance(Manner::STUBBORN)?, Samples::new(bench.known()));
    if bench.has(Capability::Orders)? {
        let orders = there(instance.ports().orders.as_ref(), "orders")?;
        let matching = needed(bench.known().sold_out.clone(), "match `sold_out`")?;
        let outcome = orders.place(&context(), &samples.order_of(matching)?).await?;
        is_no_stock(&outcome)?;
    }
    if bench.has(Capability::Pools)? {
        let pools = there(instance.ports().pools.as_ref(), "pools")?;
        let matching = needed(bench.known().pool_sold_out.clone(), "match `pool_sold_out`")?;
        let outcome = pools
            .create(&context(), &samples.pool_of(pools.terms(), matching)?)
            .await?;
        is_no_stock(&outcome)?;
    }
    bench.nothing_unexpected()
}

fn is_no_stock<T: std::fmt::Debug>(outcome: &Outcome<T>) -> Verdict {
    match outcome {
        Outcome::Refused(refusal) if refusal.code == RefusalCode::NoStock && refusal.retryable => Ok(()),
        other => Err(Broken::new(format!(
            "an empty stock must be refused as NO_STOCK: {other:?}"
        ))),
    }
}

pub(super) async fn a_refused_change_is_not_tried_again(subject: &Subject) -> Verdict {
    let bench = Bench::open(subject).await?;
    let stage = Stage::on(&bench, Manner::STUBBORN)?;
    for reach in stage.changes().await? {
        for status in [400, 403, 409, 422] {
            let struck = stage.strike(reach.probe, Fault::status(status)).await?;
            ensure(struck.changes().count() == 1, || {
                format!(
                    "{}: after status {status} it went on: {:#?}",
                    reach.probe.label, struck.sent
                )
            })?;
        }
    }
    Ok(())
}
