//! Answers that can't be read, or not be meant.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, PoisonError};

use provider_core::error::ErrorKind;
use serde_json::Value;

use crate::conformance::bench::{Bench, Manner};
use crate::conformance::probe::Ended;
use crate::conformance::stage::{Reach, Stage, Struck, is_one_of};
use crate::conformance::{Broken, Subject, Verdict, ensure};
use crate::twin::{Body, Fault, Rewrite};

/// Where one thing is looked for, there may be none.
const NOTHING: &str = "null";

/// What is not valid, or not what anybody asked for, whatever that was.
fn unreadable() -> Vec<(&'static str, Fault)> {
    let page = "<!DOCTYPE html><html><head><title>Welcome</title></head><body>Please log in</body></html>";
    let cut = |body: &[u8]| body[..body.len() / 2].to_vec();
    let deep = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
    let with = |media_type: &str, bytes: &[u8]| Fault::Body(Body::bytes(media_type, bytes));
    vec![
        ("a page of HTML", Fault::Body(Body::html(page))),
        (
            "a page of HTML that calls itself JSON",
            Fault::Body(Body::json_text(page)),
        ),
        ("half of the answer", Fault::Rewrite(Rewrite::new(cut))),
        ("an empty answer", Fault::Body(Body::empty())),
        (
            "an empty answer that calls itself JSON",
            Fault::Body(Body::json_text("")),
        ),
        ("a number", Fault::Body(Body::json_text("42"))),
        (NOTHING, Fault::Body(Body::json_text("null"))),
        ("a list of texts", Fault::Body(Body::json_text("[\"a\", \"b\"]"))),
        (
            "an object of nothing that was asked for",
            Fault::Body(Body::json_text("{\"ok\": \"yes\"}")),
        ),
        ("an answer nested 100000 deep", Fault::Body(Body::json_text(deep))),
        (
            "an answer that is not UTF-8",
            with("application/json", b"{\"name\": \"\xff\xfe\x80\"}"),
        ),
        (
            "the answer twice",
            Fault::Rewrite(Rewrite::new(|body| [body, body].concat())),
        ),
    ]
}

pub(super) async fn an_unreadable_answer_to_a_read_is_an_error(subject: &Subject) -> Verdict {
    let bench = Bench::open(subject).await?;
    let stage = Stage::on(&bench, Manner::PATIENT)?;
    for reach in stage.reads().await? {
        let probe = reach.probe;
        for (what, fault) in unreadable() {
            let is_passed_on = is_a_file(&reach) && matches!(fault, Fault::Rewrite(_));
            if is_passed_on || (what == NOTHING && probe.may_be_nothing()) {
                continue;
            }
            let struck = stage.strike(probe, fault).await?;
            let error = struck.error(probe, what)?;
            let kinds = [ErrorKind::BadResponse, ErrorKind::ContractViolated];
            is_one_of(error, probe, what, &kinds)?;
        }
        let page = Fault::Status {
            status: 502,
            headers: Vec::new(),
            body: Body::html("<h1>Bad Gateway</h1>"),
        };
        let struck = stage.strike(probe, page).await?;
        let error = struck.error(probe, "a page of HTML with status 502")?;
        is_one_of(
            error,
            probe,
            "a page of HTML with status 502",
            &[ErrorKind::Unavailable],
        )?;
    }
    Ok(())
}

pub(super) async fn an_unreadable_answer_to_a_change_is_unknown(subject: &Subject) -> Verdict {
    let bench = Bench::open(subject).await?;
    let stage = Stage::on(&bench, Manner::PATIENT)?;
    for reach in stage.changes().await? {
        for (what, fault) in unreadable() {
            // What answers nothing when all is well may answer it in any form.
            if says_nothing(&reach) {
                continue;
            }
            stage
                .strike(reach.probe, fault)
                .await?
                .is_unknown(reach.probe, what)?;
        }
    }
    Ok(())
}

/// Whether its length is announced or not; what comes in the end is a valid answer.
pub(super) async fn a_body_without_end_is_given_up(subject: &Subject) -> Verdict {
    const KIB: usize = 16 * 1024;
    let bench = Bench::open(subject).await?;
    let stage = Stage::on(&bench, Manner::PATIENT)?;
    let announced = |body: &[u8]| [&vec![b' '; KIB * 1024], body].concat();
    for reach in stage.reaching().await? {
        for (what, fault) in [
            ("a body without end", Fault::Padded(KIB)),
            (
                "a body whose length says that it is too large",
                Fault::Rewrite(Rewrite::new(announced)),
            ),
        ] {
            let struck = stage.strike(reach.probe, fault).await?;
            if reach.probe.is_read() {
                let error = struck.error(reach.probe, what)?;
                is_one_of(error, reach.probe, what, &[ErrorKind::BadResponse])?;
            } else {
                struck.is_unknown(reach.probe, what)?;
            }
        }
    }
    Ok(())
}

/// Every value of an answer in turn becomes one of another type: that is an error, or a value that nobody reads.
pub(super) async fn values_of_a_wrong_type_are_not_taken_for_others(subject: &Subject) -> Verdict {
    let bench = Bench::open(subject).await?;
    let stage = Stage::on(&bench, Manner::PATIENT)?;
    for reach in stage.reaching().await? {
        let Some(answer) = json_of(&stage, &reach).await? else {
            continue;
        };
        for place in places(&answer, |_| true) {
            let odd = serde_json::json!({ "of a wrong type": [] });
            let struck = altered(&stage, &reach, &place, odd).await?;
            let what = format!("a value of a wrong type at {place}");
            if reach.probe.is_read() {
                is_an_error_or_the_same(&reach, &struck, &what)?;
            } else {
                is_done_or_unknown(&reach, &struck, &what)?;
            }
        }
    }
    Ok(())
}

/// A text that is one of a few words becomes another: an error, an answer that shows the word, or one that does not
/// depend on it.
pub(super) async fn unknown_words_are_not_taken_for_known_ones(subject: &Subject) -> Verdict {
    const WORD: &str = "Zzyzx-unheard-of";
    let bench = Bench::open(subject).await?;
    let stage = Stage::on(&bench, Manner::PATIENT)?;
    let reaching = stage.reaching().await?;
    for reach in reaching.iter().filter(|reach| reach.probe.is_read()) {
        let Some(answer) = json_of(&stage, reach).await? else {
            continue;
        };
        for place in places(&answer, Value::is_string) {
            let struck = altered(&stage, reach, &place, WORD.into()).await?;
            let what = format!("an unknown word at {place}");
            if !shows(&struck, WORD) {
                is_an_error_or_the_same(reach, &struck, &what)?;
            }
            alone(&stage, reach, &place, WORD, &what).await?;
        }
    }
    for unknown in &bench.known().unknown_words {
        let mut asked = 0;
        for reach in reaching
            .iter()
            .filter(|reach| [reach.probe.operation, &reach.probe.label].contains(&unknown.operation))
        {
            asked += 1;
            let struck = stage
                .strike(reach.probe, Fault::Body(Body::json(&unknown.body)))
                .await?;
            let what = format!("the unknown word {:?}", unknown.word);
            if shows(&struck, unknown.word) {
                continue;
            }
            if reach.probe.is_read() {
                let error = struck.error(reach.probe, &what)?;
                is_one_of(
                    error,
                    reach.probe,
                    &what,
                    &[ErrorKind::BadResponse, ErrorKind::ContractViolated],
                )?;
            } else {
                struck.is_unknown(reach.probe, &what)?;
            }
        }
        ensure(asked > 0, || {
            format!("nothing was asked by {}, of `unknown_words`", unknown.operation)
        })?;
    }
    Ok(())
}

/// The same with all other entries of its lists left out: beside them a default might be taken for an entry that is
/// there twice.
async fn alone(stage: &Stage<'_>, reach: &Reach<'_>, place: &str, word: &'static str, what: &str) -> Verdict {
    let cut = |by: Option<&'static str>| {
        let place = place.to_owned();
        rewriting(move |answer| {
            let at = leave_alone(answer, &place);
            if let (Some(by), Some(value)) = (by, answer.pointer_mut(&at)) {
                *value = by.into();
            }
        })
    };
    let known = stage.strike(reach.probe, Fault::Rewrite(cut(None))).await?;
    let Ok(known) = known.answer else {
        return Ok(());
    };
    let struck = stage.strike(reach.probe, Fault::Rewrite(cut(Some(word)))).await?;
    match &struck.answer {
        Ok(ended) => ensure(*ended == known || shows(&struck, word), || {
            format!(
                "{}: {what} was taken for something else: {ended:?}",
                reach.probe.label
            )
        }),
        Err(_) => Ok(()),
    }
}

/// Leaves of each list on the way to a place only the entry that leads there, and says where the place is then.
fn leave_alone(answer: &mut Value, place: &str) -> String {
    let (mut value, mut at) = (answer, String::new());
    for step in place.split('/').skip(1) {
        let step = match value {
            Value::Array(items) => {
                let index = step.parse().ok().filter(|index: &usize| *index < items.len());
                let kept = index.map(|index| items.swap_remove(index));
                *items = kept.into_iter().collect();
                "0"
            }
            _ => step,
        };
        at = format!("{at}/{step}");
        let next = format!("/{step}");
        match value.pointer_mut(&next) {
            Some(inner) => value = inner,
            None => break,
        }
    }
    at
}

/// Files are passed on as they come.
fn is_a_file(reach: &Reach<'_>) -> bool {
    reach.probe.operation == "call_stats.export"
}

fn says_nothing(reach: &Reach<'_>) -> bool {
    reach.ended == Ended::Done("()".to_owned())
}

/// The JSON that the twin answers; absent where it is none.
async fn json_of(stage: &Stage<'_>, reach: &Reach<'_>) -> Result<Option<Value>, Broken> {
    let seen = Arc::new(Mutex::new(None));
    let keep = Arc::clone(&seen);
    let look = Rewrite::new(move |body| {
        *keep.lock().unwrap_or_else(PoisonError::into_inner) = serde_json::from_slice(body).ok();
        body.to_vec()
    });
    stage.strike(reach.probe, Fault::Rewrite(look)).await?;
    let mut seen = seen.lock().unwrap_or_else(PoisonError::into_inner);
    Ok(seen.take().filter(|_| !is_a_file(reach)))
}

/// So many values of an answer are tried.
const MOST_PLACES: usize = 60;

/// JSON pointers to the values of an answer, each field once: not every row of a long list is tried, but some of its
/// first are, since one alone may be what a default is.
fn places(answer: &Value, wanted: impl Fn(&Value) -> bool) -> Vec<String> {
    const ROWS: usize = 3;
    let mut found = BTreeSet::new();
    let mut open = vec![(String::new(), answer)];
    while let Some((at, value)) = open.pop() {
        match value {
            Value::Array(items) => {
                open.extend(
                    items
                        .iter()
                        .take(ROWS)
                        .enumerate()
                        .map(|(n, item)| (format!("{at}/{n}"), item)),
                );
            }
            Value::Object(fields) => open.extend(fields.iter().map(|(name, field)| {
                let name = name.replace('~', "~0").replace('/', "~1");
                (format!("{at}/{name}"), field)
            })),
            leaf if wanted(leaf) => {
                found.insert(at);
            }
            _ => {}
        }
    }
    found.into_iter().take(MOST_PLACES).collect()
}

async fn altered(stage: &Stage<'_>, reach: &Reach<'_>, place: &str, by: Value) -> Result<Struck, Broken> {
    let place = place.to_owned();
    let alter = rewriting(move |answer| {
        if let Some(value) = answer.pointer_mut(&place) {
            *value = by.clone();
        }
    });
    stage.strike(reach.probe, Fault::Rewrite(alter)).await
}

/// Rewrites an answer of JSON; any other is left as it is.
fn rewriting(change: impl Fn(&mut Value) + Send + Sync + 'static) -> Rewrite {
    Rewrite::new(move |body| match serde_json::from_slice::<Value>(body) {
        Ok(mut answer) => {
            change(&mut answer);
            serde_json::to_vec(&answer).unwrap_or_default()
        }
        Err(_) => body.to_vec(),
    })
}

fn shows(struck: &Struck, word: &str) -> bool {
    match &struck.answer {
        Ok(Ended::Read(answer) | Ended::Done(answer)) => answer.contains(word),
        _ => false,
    }
}

fn is_an_error_or_the_same(reach: &Reach<'_>, struck: &Struck, what: &str) -> Verdict {
    match &struck.answer {
        Ok(ended) => ensure(*ended == reach.ended, || {
            format!(
                "{}: {what} was taken for something else: {ended:?} instead of {:?}",
                reach.probe.label, reach.ended
            )
        }),
        Err(_) => {
            let error = struck.error(reach.probe, what)?;
            is_one_of(
                error,
                reach.probe,
                what,
                &[ErrorKind::BadResponse, ErrorKind::ContractViolated],
            )
        }
    }
}

/// The upstream has made the change: nobody may say that it has not.
fn is_done_or_unknown(reach: &Reach<'_>, struck: &Struck, what: &str) -> Verdict {
    match &struck.answer {
        Ok(Ended::Done(_) | Ended::Pending) => Ok(()),
        _ => struck.is_unknown(reach.probe, what),
    }
}
