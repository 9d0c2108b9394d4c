//! What must not be told, and not at length.

use std::error::Error;

use provider_core::error::ProviderError;

use crate::conformance::bench::{Bench, Manner};
use crate::conformance::capture;
use crate::conformance::probe::Ended;
use crate::conformance::stage::{Stage, Struck};
use crate::conformance::{Subject, Verdict, ensure};
use crate::twin::{Body, Fault};

/// Neither by errors, whatever the upstream repeats, nor by the log at its most talkative.
pub(super) async fn no_secret_is_told(subject: &Subject) -> Verdict {
    let bench = Bench::open(subject).await?;
    ensure(capture::listen(), || {
        "the log of this process is not ours to read".to_owned()
    })?;
    let stage = Stage::on(&bench, Manner::PATIENT)?;
    let secret = bench.twin.secret().to_owned();
    for reach in stage.reaching().await? {
        for fault in faults_with(&secret) {
            let what = format!("{}: after {}", reach.probe.label, shown(&fault));
            let struck = stage.strike(reach.probe, fault).await?;
            ensure(!told(&struck).contains(&secret), || {
                format!("{what} the key is told")
            })?;
        }
    }
    let refused = Stage::with(&bench, bench.with_wrong_key()?)?;
    for probe in refused.probes() {
        // What it needs can be had with the right key.
        let struck = refused.run(probe, |_| {}).await?;
        ensure(!told(&struck).contains("wrong-key-of-conformance"), || {
            format!("{}: a wrong key is told", probe.label)
        })?;
    }
    let log = capture::log();
    ensure(log.contains("conformance"), || {
        "nothing was written to the log".to_owned()
    })?;
    let leaking = log
        .lines()
        .find(|line| line.contains(&secret) || line.contains("wrong-key-of-conformance"));
    ensure(leaking.is_none(), || {
        let line = leaking.unwrap_or_default().replace(&secret, "[secret]");
        format!("the key is in the log: {line}")
    })
}

/// Bodies and headers that repeat the key, as helpful upstreams do.
fn faults_with(secret: &str) -> Vec<Fault> {
    let header = |name: &str| (name.to_owned(), secret.to_owned());
    let said = format!("the key {secret} is not allowed to do this");
    let body = serde_json::json!({
        "message": said, "error": said, "code": secret, "error_code": secret, "detail": [said], "title": said,
        "errors": [{ "code": secret, "message": said, "field": secret }],
    });
    let page = format!("<html><body>{said}</body></html>");
    let mut faults: Vec<Fault> = [400, 401, 403, 404, 409, 422, 500, 503]
        .map(|status| Fault::Status {
            status,
            headers: vec![
                header("X-Request-Id"),
                header("WWW-Authenticate"),
                header("X-Correlation-Id"),
            ],
            body: Body::json(&body),
        })
        .into();
    faults.push(Fault::Body(Body::json(&body)));
    faults.push(Fault::Body(Body::json(&secret)));
    faults.push(Fault::Body(Body::html(page)));
    faults.push(Fault::Redirect(format!("http://127.0.0.1:9/?key={secret}")));
    faults.push(Fault::ResetBefore);
    faults.push(Fault::CutBody);
    faults
}

/// An upstream's text is kept short and on one line, wherever it ends.
pub(super) async fn foreign_text_is_cut_and_cleaned(subject: &Subject) -> Verdict {
    const LONGEST: usize = 4000;
    let bench = Bench::open(subject).await?;
    let stage = Stage::on(&bench, Manner::PATIENT)?;
    let text = format!(
        "\u{1b}[31mred\r\nX-Injected: yes\u{0}\u{202e}{}",
        "long ".repeat(20_000)
    );
    let body = serde_json::json!({
        "message": text, "error": text, "code": text, "detail": text, "title": text,
        "errors": [{ "code": text, "message": text, "field": text }],
    });
    for reach in stage.reaching().await? {
        for status in [400, 403, 404, 409, 422, 500] {
            let fault = Fault::Status {
                status,
                headers: vec![("X-Request-Id".to_owned(), "r".repeat(3000))],
                body: Body::json(&body),
            };
            let told = told(&stage.strike(reach.probe, fault).await?);
            ensure(told.len() < LONGEST, || {
                format!(
                    "{}: status {status} is told at length: {} bytes",
                    reach.probe.label,
                    told.len()
                )
            })?;
            let odd = |c: &char| c.is_control() && *c != '\n';
            ensure(
                !told.chars().any(|c| odd(&c)) && !told.contains("\nX-Injected"),
                || {
                    format!(
                        "{}: the upstream's text is told as it came: {told:?}",
                        reach.probe.label
                    )
                },
            )?;
        }
    }
    Ok(())
}

/// Everything that is told of the end of a call.
fn told(struck: &Struck) -> String {
    match &struck.answer {
        Ok(Ended::Refused(refusal)) => format!("{} {:?} {}", refusal.code, refusal.field, refusal.message),
        Ok(_) => String::new(),
        Err(error) => all_of(error),
    }
}

fn all_of(error: &ProviderError) -> String {
    let mut told = format!("{error}\n{error:?}\n{error:#?}");
    let mut cause = error.source();
    while let Some(inner) = cause {
        told.push_str(&format!("\n{inner}\n{inner:?}"));
        cause = inner.source();
    }
    told
}

fn shown(fault: &Fault) -> String {
    match fault {
        Fault::Status { status, .. } => format!("status {status}"),
        Fault::Body(_) => "another body".to_owned(),
        Fault::Redirect(_) => "a redirect".to_owned(),
        other => format!("{other:?}"),
    }
}
