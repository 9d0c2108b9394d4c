//! FreeSWITCH's `mod_cdr_csv`, in the order of the template `example` of its `cdr_csv.conf.xml`.

use super::cells::{Cells, Clock, Reason, excerpt, id, party, seconds};
use crate::record::{Called, Disposition, Leg};

const CALLER: usize = 1;
const DESTINATION: usize = 2;
const START: usize = 4;
const ANSWER: usize = 5;
const END: usize = 6;
const BILLSEC: usize = 8;
const CAUSE: usize = 9;
const UUID: usize = 10;
const ACCOUNT: usize = 12;
const CELLS: std::ops::RangeInclusive<usize> = 13..=15;

/// Whether the first line of a file is one of column names.
pub(super) fn are_names(cells: Cells<'_>) -> bool {
    cells
        .text(START, "start_stamp")
        .is_ok_and(|start| start == "start_stamp")
}

/// The leg of a row, and the id of its call: a row is a whole call here, the a-leg.
pub(super) fn row(cells: Cells<'_>, clock: &Clock) -> Result<(String, Leg), Reason> {
    if !CELLS.contains(&cells.len()) {
        return Err(format!(
            "has {} cells, and rows of the template \"example\" have 15",
            cells.len()
        ));
    }
    let uuid = id("uuid", cells.text(UUID, "uuid")?)?;
    let start = clock.instant("start_stamp", cells.text(START, "start_stamp")?, None)?;
    let near = Some(start.as_second());
    let answer = clock.optional("answer_stamp", cells.text(ANSWER, "answer_stamp")?, near)?;
    let end = clock.optional("end_stamp", cells.text(END, "end_stamp")?, near)?;
    let end = end.or(answer).unwrap_or(start);
    if end < start {
        return Err("end_stamp is before start_stamp".to_owned());
    }
    let caller = party("caller_id_number", cells.text(CALLER, "caller_id_number")?)?;
    let account = party("accountcode", cells.text(ACCOUNT, "accountcode")?)?;
    let dialed = party(
        "destination_number",
        cells.text(DESTINATION, "destination_number")?,
    )?;
    let mut calling: Vec<String> = account.into_iter().chain(caller.clone()).collect();
    calling.dedup();
    let cause = cells.text(CAUSE, "hangup_cause")?;
    let leg = Leg {
        id: uuid.clone(),
        ended_at: end,
        started_at: start,
        answered_at: answer,
        talk_seconds: seconds("billsec", cells.text(BILLSEC, "billsec")?)?,
        disposition: disposition(answer.is_some(), cause)?,
        caller,
        calling,
        // The columns don't say what was reached, so what answers is an endpoint.
        called: Called::Endpoint {
            channel: uuid.clone(),
            names: dialed.iter().cloned().collect(),
            among: Vec::new(),
        },
        dialed,
        via: None,
    };
    Ok((uuid, leg))
}

/// How a call ended, by its answer and the cause it was hung up for (`switch_types.h` and its table of causes).
pub(super) fn disposition(answered: bool, cause: &str) -> Result<Disposition, Reason> {
    if answered {
        return Ok(Disposition::Answered);
    }
    match cause {
        "USER_BUSY" | "BUSY_EVERYWHERE" => Ok(Disposition::Busy),
        "NONE"
        | "NORMAL_CLEARING"
        | "NO_USER_RESPONSE"
        | "NO_ANSWER"
        | "CALL_REJECTED"
        | "ORIGINATOR_CANCEL"
        | "ALLOTTED_TIMEOUT"
        | "LOSE_RACE"
        | "PICKED_OFF"
        | "BLIND_TRANSFER"
        | "ATTENDED_TRANSFER"
        | "NORMAL_UNSPECIFIED"
        | "SUBSCRIBER_ABSENT"
        | "CALL_AWARDED_DELIVERED"
        | "PRE_EMPTED"
        | "MANAGER_REQUEST"
        | "REQUEST_TERMINATED"
        | "DECLINE"
        | "USER_CHALLENGE"
        | "MEDIA_TIMEOUT" => Ok(Disposition::Unanswered),
        "UNALLOCATED_NUMBER"
        | "NO_ROUTE_TRANSIT_NET"
        | "NO_ROUTE_DESTINATION"
        | "CHANNEL_UNACCEPTABLE"
        | "NUMBER_CHANGED"
        | "REDIRECTION_TO_NEW_DESTINATION"
        | "EXCHANGE_ROUTING_ERROR"
        | "DESTINATION_OUT_OF_ORDER"
        | "INVALID_NUMBER_FORMAT"
        | "FACILITY_REJECTED"
        | "RESPONSE_TO_STATUS_ENQUIRY"
        | "NORMAL_CIRCUIT_CONGESTION"
        | "NETWORK_OUT_OF_ORDER"
        | "NORMAL_TEMPORARY_FAILURE"
        | "SWITCH_CONGESTION"
        | "ACCESS_INFO_DISCARDED"
        | "REQUESTED_CHAN_UNAVAIL"
        | "FACILITY_NOT_SUBSCRIBED"
        | "OUTGOING_CALL_BARRED"
        | "INCOMING_CALL_BARRED"
        | "BEARERCAPABILITY_NOTAUTH"
        | "BEARERCAPABILITY_NOTAVAIL"
        | "SERVICE_UNAVAILABLE"
        | "BEARERCAPABILITY_NOTIMPL"
        | "CHAN_NOT_IMPLEMENTED"
        | "FACILITY_NOT_IMPLEMENTED"
        | "SERVICE_NOT_IMPLEMENTED"
        | "INVALID_CALL_REFERENCE"
        | "INCOMPATIBLE_DESTINATION"
        | "INVALID_MSG_UNSPECIFIED"
        | "MANDATORY_IE_MISSING"
        | "MESSAGE_TYPE_NONEXIST"
        | "WRONG_MESSAGE"
        | "IE_NONEXIST"
        | "INVALID_IE_CONTENTS"
        | "WRONG_CALL_STATE"
        | "RECOVERY_ON_TIMER_EXPIRE"
        | "MANDATORY_IE_LENGTH_ERROR"
        | "PROTOCOL_ERROR"
        | "INTERWORKING"
        | "SUCCESS"
        | "CRASH"
        | "SYSTEM_SHUTDOWN"
        | "USER_NOT_REGISTERED"
        | "PROGRESS_TIMEOUT"
        | "INVALID_GATEWAY"
        | "GATEWAY_DOWN"
        | "INVALID_URL"
        | "INVALID_PROFILE"
        | "NO_PICKUP"
        | "SRTP_READ_ERROR"
        | "BOWOUT"
        | "DOES_NOT_EXIST_ANYWHERE"
        | "NOT_ACCEPTABLE"
        | "UNWANTED"
        | "NO_IDENTITY"
        | "BAD_IDENTITY_INFO"
        | "UNSUPPORTED_CERTIFICATE"
        | "INVALID_IDENTITY"
        | "STALE_DATE"
        | "REJECT_ALL" => Ok(Disposition::Failed),
        other => Err(format!("hangup_cause \"{}\" is not known", excerpt(other))),
    }
}
