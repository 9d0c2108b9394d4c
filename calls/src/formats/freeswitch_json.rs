//! FreeSWITCH's `mod_json_cdr`: one document a line, compact as it writes them.
//!
//! Names as in FreeSWITCH's `switch_ivr_generate_json_cdr`. Values may be percent-encoded (`encode-values`, which is
//! on unless it was turned off). Each leg that is logged is a document of its own.

use std::borrow::Cow;

use jiff::Timestamp;
use percent_encoding::percent_decode_str;
use serde::Deserialize;
use serde_json::{Map, Value};

use super::{
    cells::{Reason, id, party, seconds},
    freeswitch::disposition,
};
use crate::record::{Called, Leg};

#[derive(Deserialize)]
struct Document<'a> {
    variables: Map<String, Value>,
    /// The newest part of the call's way first.
    #[serde(default, borrow)]
    callflow: Vec<Flow<'a>>,
}

#[derive(Deserialize)]
struct Flow<'a> {
    #[serde(default, borrow)]
    caller_profile: Profile<'a>,
}

#[derive(Deserialize, Default)]
struct Profile<'a> {
    #[serde(default, borrow)]
    caller_id_number: Cow<'a, str>,
    #[serde(default, borrow)]
    destination_number: Cow<'a, str>,
}

impl Document<'_> {
    /// A variable in plain text; empty where it isn't there.
    fn variable(&self, name: &str) -> Result<String, Reason> {
        match self.variables.get(name) {
            None | Some(Value::Null) => Ok(String::new()),
            Some(Value::String(text)) => plain(name, text),
            Some(Value::Number(number)) => Ok(number.to_string()),
            Some(_) => Err(format!("variables.{name} is not text")),
        }
    }

    /// The first of some variables that is there.
    fn first(&self, names: &[&str]) -> Result<String, Reason> {
        for name in names {
            let value = self.variable(name)?;
            if !value.is_empty() {
                return Ok(value);
            }
        }
        Ok(String::new())
    }

    /// An instant: microseconds where they are there, else seconds since the epoch; 0 is never.
    fn instant(&self, name: &str) -> Result<Option<Timestamp>, Reason> {
        let (micro, second) = (format!("{name}_uepoch"), format!("{name}_epoch"));
        let fault = |name: &str| format!("variables.{name} is not a time in the epoch");
        let micros = self.variable(&micro)?;
        let instant = if micros.is_empty() || micros == "0" {
            let seconds = self.variable(&second)?;
            if seconds.is_empty() || seconds == "0" {
                return Ok(None);
            }
            let seconds: i64 = seconds.parse().map_err(|_| fault(&second))?;
            Timestamp::from_second(seconds)
        } else {
            let micros: i64 = micros.parse().map_err(|_| fault(&micro))?;
            // Milliseconds are kept.
            Timestamp::from_millisecond(micros.div_euclid(1000))
        };
        instant.map(Some).map_err(|_| fault(&second))
    }
}

/// The leg of a document, and the id of its call.
pub(super) fn row(line: &[u8]) -> Result<(String, Leg), Reason> {
    let document: Document<'_> = serde_json::from_slice(line)
        .map_err(|error| format!("is not a document of mod_json_cdr: {error}"))?;
    let uuid = id("variables.uuid", &document.variable("uuid")?)?;
    let call = document.first(&["call_uuid", "originating_leg_uuid"])?;
    let call = if call.is_empty() {
        uuid.clone()
    } else {
        id("variables.call_uuid", &call)?
    };
    let start = document
        .instant("start")?
        .ok_or("variables.start_epoch is not there")?;
    let answer = document.instant("answer")?;
    let end = document.instant("end")?.or(answer).unwrap_or(start);
    if end < start {
        return Err("variables.end_epoch is before start_epoch".to_owned());
    }
    let profile = document.callflow.first().map(|flow| &flow.caller_profile);
    let (caller, dialed) = match profile {
        Some(profile) => (
            plain("caller_id_number", &profile.caller_id_number)?,
            plain("destination_number", &profile.destination_number)?,
        ),
        None => (
            document.first(&["caller_id_number", "sip_from_user"])?,
            document.first(&["destination_number", "sip_to_user"])?,
        ),
    };
    let caller = party("caller_id_number", &caller)?;
    let dialed = party("destination_number", &dialed)?;
    let is_second = document.variable("direction")? == "outbound" && call != uuid;
    let mut calling: Vec<String> = Vec::new();
    for name in [document.variable("accountcode")?, document.variable("user_name")?]
        .iter()
        .chain(&caller)
    {
        // Those of a second leg are the telephone's that it rang.
        if !is_second && !name.is_empty() && !calling.contains(name) {
            calling.push(name.clone());
        }
    }
    let mut names: Vec<String> = Vec::new();
    let user = party("dialed_user", &document.variable("dialed_user")?)?;
    for name in user.iter().chain(&dialed) {
        if !names.contains(name) {
            names.push(name.clone());
        }
    }
    let bridged = document.first(&["bridge_uuid", "last_bridge_to", "bridge_channel"])?;
    let leg = Leg {
        id: uuid.clone(),
        ended_at: end,
        started_at: start,
        answered_at: answer,
        talk_seconds: seconds("variables.billsec", &document.variable("billsec")?)?,
        disposition: disposition(answer.is_some(), &document.variable("hangup_cause")?)?,
        caller,
        calling,
        dialed,
        called: if is_second {
            Called::Endpoint {
                channel: uuid,
                names,
                among: Vec::new(),
            }
        } else if answer.is_some() && bridged.is_empty() {
            Called::Application
        } else {
            Called::Through { key: uuid, names }
        },
        via: is_second.then(|| call.clone()),
    };
    Ok((call, leg))
}

fn plain(name: &str, text: &str) -> Result<String, Reason> {
    let decoded = percent_decode_str(text).decode_utf8();
    let decoded = decoded.map_err(|_| format!("{name} is not UTF-8 text"))?;
    Ok(decoded.trim().to_owned())
}
