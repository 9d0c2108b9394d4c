//! Checks of [`NumberHolds`](crate::port::NumberHolds).

use std::sync::Arc;

use super::{Broken, Verdict, done, ensure, port, ports};
use crate::call::CallContext;
use crate::domain::{HoldRequest, NumberMatch, NumberQuery};
use crate::outcome::{Outcome, RefusalCode};
use crate::provider::Provider;

/// A held number is offered to nobody and held by nobody else, until the hold is released; releasing it
/// again is done too. `rival` asks for the same number with another token.
///
/// # Errors
/// [`Broken`] when it isn't.
pub async fn a_held_number_is_exclusive(
    provider: &Arc<dyn Provider>,
    cx: &CallContext,
    request: &HoldRequest,
    rival: &HoldRequest,
) -> Verdict {
    ensure(
        request.number == rival.number && request.token != rival.token,
        || "the rival needs another token and the same number".to_owned(),
    )?;
    let ports = ports(provider);
    let holds = port(ports.holds.as_ref(), "holds")?;
    let search = port(ports.search.as_ref(), "search")?;
    let query = NumberQuery {
        matching: NumberMatch::Exact(request.number.clone()),
        widen: false,
        limit: 1,
    };
    let held = done(holds.hold(cx, request).await?)?;
    let offered = search.search(cx, &query).await?;
    ensure(offered.is_empty(), || {
        format!("a held number was offered: {offered:?}")
    })?;
    match holds.hold(cx, rival).await? {
        Outcome::Refused(refusal) if refusal.code == RefusalCode::NumberTaken => {}
        other => return Err(Broken(format!("a held number was held again: {other:?}"))),
    }
    done(holds.release_hold(cx, &held.hold).await?)?;
    let offered = search.search(cx, &query).await?;
    ensure(offered.len() == 1, || {
        "the number was not offered after its hold ended".to_owned()
    })?;
    done(holds.release_hold(cx, &held.hold).await?)
}
