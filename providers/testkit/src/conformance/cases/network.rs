//! What networks do.

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use provider_core::error::{Effect, ErrorKind};
use tokio::net::TcpListener;
use tokio::time::Instant;

use crate::conformance::bench::{Bench, Manner, context, in_time};
use crate::conformance::stage::{Stage, is_one_of, well_formed};
use crate::conformance::{Broken, Subject, Verdict, ensure};
use crate::twin::{Exchange, Fault};

/// Longer than a hasty call takes on a machine that is busy, and less than the patience of the policies.
const MUCH_LATER: Duration = Duration::from_secs(4);

pub(super) async fn a_silent_upstream_is_a_timeout(subject: &Subject) -> Verdict {
    let bench = Bench::open(subject).await?;
    let patient = Stage::on(&bench, Manner::PATIENT)?;
    let hasty = Stage::on(&bench, Manner::HASTY)?;
    for reach in patient.reaching().await? {
        let probe = hasty.named(&reach.probe.label)?;
        for (what, fault) in [("silence", Fault::Hang), ("an answer that stalls", Fault::Stall)] {
            let begun = Instant::now();
            let struck = hasty.strike(probe, fault).await?;
            let took = begun.elapsed();
            ensure(took < MUCH_LATER, || {
                format!(
                    "{}: {what} was waited for {took:?}, and http.read_timeout_ms is much less",
                    probe.label
                )
            })?;
            if !probe.is_read() {
                struck.is_unknown(probe, what)?;
            }
            if probe.is_read() || struck.answer.is_err() {
                let error = struck.error(probe, what)?;
                is_one_of(error, probe, what, &[ErrorKind::Timeout])?;
            }
        }
    }
    Ok(())
}

pub(super) async fn a_broken_connection_is_told(subject: &Subject) -> Verdict {
    let bench = Bench::open(subject).await?;
    let stage = Stage::on(&bench, Manner::PATIENT)?;
    for reach in stage.reaching().await? {
        let probe = reach.probe;
        for (what, fault) in [
            ("a reset before the deed", Fault::ResetBefore),
            ("a reset after the deed", Fault::ResetAfter),
            ("an answer that is cut", Fault::CutBody),
        ] {
            let struck = stage.strike(probe, fault).await?;
            if !probe.is_read() {
                struck.is_unknown(probe, what)?;
            }
            if probe.is_read() || struck.answer.is_err() {
                let error = struck.error(probe, what)?;
                is_one_of(
                    error,
                    probe,
                    what,
                    &[ErrorKind::Unavailable, ErrorKind::BadResponse],
                )?;
            }
        }
    }
    Ok(())
}

/// Where a redirect leads, nobody is asked, whoever that is.
pub(super) async fn redirects_are_not_followed(subject: &Subject) -> Verdict {
    let bench = Bench::open(subject).await?;
    let stage = Stage::on(&bench, Manner::PATIENT)?;
    let elsewhere = Elsewhere::open()
        .await
        .map_err(|error| Broken::new(error.to_string()))?;
    let here = format!("{}/conformance-elsewhere", bench.twin.base_url());
    for reach in stage.reaching().await? {
        let probe = reach.probe;
        for target in [format!("http://{}/", elsewhere.address), here.clone()] {
            let what = format!("a redirect to {target}");
            let struck = stage.strike(probe, Fault::Redirect(target)).await?;
            let followed = |exchange: &Exchange| exchange.target.ends_with("/conformance-elsewhere");
            ensure(
                elsewhere.visitors() == 0 && !struck.sent.iter().any(followed),
                || format!("{}: {what} was followed", probe.label),
            )?;
            if probe.is_read() || struck.answer.is_err() {
                let error = struck.error(probe, &what)?;
                is_one_of(error, probe, &what, &[ErrorKind::BadResponse])?;
            }
            if !probe.is_read() {
                struck.is_unknown(probe, &what)?;
            }
        }
    }
    Ok(())
}

/// A place that counts who comes there, and sends them away.
struct Elsewhere {
    address: SocketAddr,
    visitors: Arc<AtomicUsize>,
}

impl Elsewhere {
    async fn open() -> std::io::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let address = listener.local_addr()?;
        let visitors = Arc::new(AtomicUsize::new(0));
        let counter = Arc::clone(&visitors);
        tokio::spawn(async move {
            while listener.accept().await.is_ok() {
                counter.fetch_add(1, Ordering::SeqCst);
            }
        });
        Ok(Self { address, visitors })
    }

    fn visitors(&self) -> usize {
        self.visitors.load(Ordering::SeqCst)
    }
}

pub(super) async fn a_refused_connection_had_no_effect(subject: &Subject) -> Verdict {
    let bench = Bench::open(subject).await?;
    let instance = bench.instance(Manner::STUBBORN)?;
    let stage = Stage::with(&bench, instance)?;
    let mut ready = Vec::new();
    for reach in stage.reaching().await? {
        ready.push((reach.probe, stage.ready(reach.probe).await?));
    }
    let address = bench.twin.base_url();
    bench.twin.stop_listening().await;
    for (probe, call) in ready {
        let answer = in_time(&probe.label, call(context())).await?;
        let Err(error) = answer else {
            return Err(Broken::new(format!(
                "{}: nobody is at {address}, and {answer:?}",
                probe.label
            )));
        };
        well_formed(&error, probe)?;
        is_one_of(&error, probe, "a refused connection", &[ErrorKind::Unavailable])?;
        ensure(error.effect() == Effect::None, || {
            format!(
                "{}: nothing was sent, so nothing can have happened: {error:?}",
                probe.label
            )
        })?;
    }
    Ok(())
}
