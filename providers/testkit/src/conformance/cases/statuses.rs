//! Statuses that are not a yes: the table of `providers/README.md`.

use std::ops::RangeInclusive;
use std::time::{Duration, SystemTime};

use provider_core::error::{Effect, ErrorKind, ProviderError};

use crate::conformance::bench::{Bench, Manner};
use crate::conformance::probe::{Ended, Probe};
use crate::conformance::stage::{Stage, Struck, is_one_of};
use crate::conformance::{Broken, Subject, Verdict, ensure};
use crate::twin::{Body, Fault};

/// Each status, what it is, and whether the upstream can't have acted.
const STATUSES: [(u16, ErrorKind, Effect); 12] = [
    (400, ErrorKind::InvalidRequest, Effect::None),
    (401, ErrorKind::Unauthenticated, Effect::None),
    (403, ErrorKind::Forbidden, Effect::None),
    (404, ErrorKind::NotFound, Effect::None),
    (408, ErrorKind::Timeout, Effect::Unknown),
    (409, ErrorKind::Conflict, Effect::None),
    (422, ErrorKind::InvalidRequest, Effect::None),
    (429, ErrorKind::RateLimited, Effect::None),
    (500, ErrorKind::Unavailable, Effect::Unknown),
    (502, ErrorKind::Unavailable, Effect::Unknown),
    (503, ErrorKind::Unavailable, Effect::Unknown),
    (504, ErrorKind::Unavailable, Effect::Unknown),
];

/// Whether a read that changes nothing may have had an effect is of no interest.
pub(super) async fn reads_take_each_status_for_what_it_is(subject: &Subject) -> Verdict {
    let bench = Bench::open(subject).await?;
    let stage = Stage::on(&bench, Manner::PATIENT)?;
    for reach in stage.reads().await? {
        let probe = reach.probe;
        for (status, kind, _) in STATUSES {
            let struck = stage.strike(probe, fault(status)).await?;
            if is_nothing(probe, status, &struck) {
                continue;
            }
            let what = format!("status {status}");
            let error = struck.error(probe, &what)?;
            is_one_of(error, probe, &what, &[kind])?;
            says(error, probe, status)?;
        }
    }
    Ok(())
}

pub(super) async fn changes_take_each_status_for_what_it_is(subject: &Subject) -> Verdict {
    let bench = Bench::open(subject).await?;
    let stage = Stage::on(&bench, Manner::PATIENT)?;
    for reach in stage.changes().await? {
        let probe = reach.probe;
        for (status, kind, effect) in STATUSES {
            let struck = stage.strike(probe, fault(status)).await?;
            if is_a_no(probe, status, &struck) {
                continue;
            }
            let what = format!("status {status}");
            if effect == Effect::Unknown && matches!(struck.answer, Ok(Ended::Unknown)) {
                continue;
            }
            let error = struck.error(probe, &what)?;
            match status {
                // What the state of things does not allow may be said more exactly.
                409 => is_one_of(
                    error,
                    probe,
                    &what,
                    &[kind, ErrorKind::NumberTaken, ErrorKind::NoStock],
                )?,
                _ => is_one_of(error, probe, &what, &[kind])?,
            }
            ensure(error.effect() == effect, || {
                format!("{}: {what} has effect {effect}: {error:?}", probe.label)
            })?;
            says(error, probe, status)?;
        }
    }
    Ok(())
}

pub(super) async fn a_wrong_key_is_told_for_what_it_is(subject: &Subject) -> Verdict {
    let bench = Bench::open(subject).await?;
    let well = Stage::on(&bench, Manner::PATIENT)?;
    let stage = Stage::with(&bench, bench.with_wrong_key()?)?;
    let reaching: Vec<String> = well
        .reaching()
        .await?
        .iter()
        .map(|reach| reach.probe.label.clone())
        .collect();
    for probe in stage.probes().filter(|probe| reaching.contains(&probe.label)) {
        let struck = stage.run(probe, |_| {}).await?;
        let error = struck.error(probe, "a wrong key")?;
        is_one_of(error, probe, "a wrong key", &[ErrorKind::Unauthenticated])?;
        ensure(error.effect() == Effect::None, || {
            format!("{}: a wrong key has no effect: {error:?}", probe.label)
        })?;
    }
    Ok(())
}

/// How long to wait is kept, in seconds or as a date; what can't be meant is not made up.
pub(super) async fn retry_after_is_kept(subject: &Subject) -> Verdict {
    let bench = Bench::open(subject).await?;
    let stage = Stage::on(&bench, Manner::PATIENT)?;
    let reaching = stage.reaching().await?;
    let first = |reads| reaching.iter().find(|reach| reach.probe.is_read() == reads);
    for reach in [first(true), first(false)].into_iter().flatten() {
        for (said, shortest, longest) in waits() {
            keeps_wait(&bench, &reach.probe.label, said.as_deref(), shortest..=longest).await?;
        }
    }
    for reach in &reaching {
        keeps_wait(&bench, &reach.probe.label, Some("7"), 7..=7).await?;
    }
    Ok(())
}

/// What upstreams say, and how many seconds can be meant by it.
fn waits() -> [(Option<String>, u32, u32); 8] {
    let now = SystemTime::now();
    let date = httpdate::fmt_http_date(now + Duration::from_secs(60));
    let past = httpdate::fmt_http_date(now - Duration::from_secs(3600));
    let said = |text: &str| Some(text.to_owned());
    [
        (said("7"), 7, 7),
        (said(&date), 20, 60),
        (said(&past), 0, 0),
        (None, 0, 0),
        (said("soon"), 0, 0),
        (said("-5"), 0, 0),
        (said("99999999999999999999999"), 0, 86_400),
        (said("4000000000"), 0, 86_400),
    ]
}

async fn keeps_wait(
    bench: &Bench<'_>,
    label: &str,
    said: Option<&str>,
    meant: RangeInclusive<u32>,
) -> Verdict {
    for status in [429, 503] {
        // Another instance each time: one that was asked to wait waits.
        let stage = Stage::on(bench, Manner::PATIENT)?;
        let probe = stage.named(label)?;
        let struck = stage.strike(probe, asking_to_wait(status, said)).await?;
        if status == 503 && matches!(struck.answer, Ok(Ended::Unknown)) {
            continue;
        }
        let what = format!("status {status} with Retry-After {said:?}");
        let error = struck.error(probe, &what)?;
        let wait = error.retry_after().unwrap_or_default().as_secs_f64().ceil();
        ensure(
            (f64::from(*meant.start())..=f64::from(*meant.end())).contains(&wait),
            || format!("{label}: {what} means {meant:?} s: {error:?}"),
        )?;
    }
    Ok(())
}

fn fault(status: u16) -> Fault {
    Fault::Status {
        status,
        headers: vec![("X-Request-Id".to_owned(), "conformance-upstream-1".to_owned())],
        body: Body::html("<html><body>no</body></html>"),
    }
}

fn asking_to_wait(status: u16, said: Option<&str>) -> Fault {
    Fault::Status {
        status,
        headers: said
            .map(|said| ("Retry-After".to_owned(), said.to_owned()))
            .into_iter()
            .collect(),
        body: Body::empty(),
    }
}

/// Whether a 404 says that one thing that was looked for is not there.
fn is_nothing(probe: &Probe, status: u16, struck: &Struck) -> bool {
    status == 404
        && probe.may_be_nothing()
        && matches!(&struck.answer, Ok(Ended::Read(nothing)) if nothing == "None")
}

/// Whether a 4xx was read as the definite no that it is. Ending what is not there is done.
fn is_a_no(probe: &Probe, status: u16, struck: &Struck) -> bool {
    let ends = ["inventory.release", "pools.retire", "holds.release_hold"].contains(&probe.operation);
    match &struck.answer {
        Ok(Ended::Refused(_)) => [400, 403, 404, 409, 422].contains(&status),
        Ok(Ended::Done(_)) => status == 404 && ends,
        _ => false,
    }
}

/// Checks that an error keeps what the upstream said.
fn says(error: &ProviderError, probe: &Probe, status: u16) -> Result<(), Broken> {
    let said = error.upstream().and_then(|answer| answer.status);
    ensure(said == Some(status), || {
        format!(
            "{}: the error of status {status} does not keep it: {error:?}",
            probe.label
        )
    })
}
