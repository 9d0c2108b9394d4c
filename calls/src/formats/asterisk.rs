//! `Master.csv` of Asterisk: `cdr_csv` and `cdr_custom`.
//!
//! Columns as in Asterisk's `cdr/cdr_csv.c` and `configs/samples/cdr_custom.conf.sample`; meanings as in its CDR
//! specification (wiki "Asterisk 12 CDR Specification").

use jiff::Timestamp;

use super::{
    cells::{Cells, Clock, Reason, excerpt, id, party, seconds},
    channel::{Channel, Destination, destinations},
};
use crate::record::{Called, Disposition, Leg};

/// Which column is where.
#[derive(Debug, Clone, Copy)]
pub(super) enum Columns {
    /// `cdr_csv`: accountcode first.
    Csv,
    /// `cdr_custom` as its sample has it: clid first, accountcode behind amaflags.
    Custom,
}

/// Where the columns are that two formats have in common.
struct Common {
    source: usize,
    destination: usize,
    channel: usize,
}

/// Where the columns are that tell rows apart; absent where an installation does not write them.
struct Ids {
    unique: Option<usize>,
    linked: Option<usize>,
    sequence: Option<usize>,
}

impl Columns {
    fn common(self) -> Common {
        match self {
            Self::Csv => Common {
                source: 1,
                destination: 2,
                channel: 5,
            },
            Self::Custom => Common {
                source: 1,
                destination: 2,
                channel: 4,
            },
        }
    }

    /// `cdr_csv` writes uniqueid, userfield and the newer columns (peeraccount, linkedid, sequence) as cdr.conf says,
    /// so that how many cells there are tells which.
    fn ids(self, cells: usize) -> Result<Ids, Reason> {
        let ids = |unique, linked, sequence| Ids {
            unique,
            linked,
            sequence,
        };
        match (self, cells) {
            (Self::Csv, 16) => Ok(ids(None, None, None)),
            (Self::Csv, 17 | 18) => Ok(ids(Some(16), None, None)),
            (Self::Csv, 19) => Ok(ids(None, Some(17), Some(18))),
            (Self::Csv, 20) => Ok(ids(Some(16), Some(18), Some(19))),
            (Self::Csv, 21) => Ok(ids(Some(16), Some(19), Some(20))),
            (Self::Custom, 17 | 18) => Ok(ids(Some(16), None, None)),
            (Self::Custom, 19) => Ok(ids(Some(16), None, Some(18))),
            (Self::Custom, 20) => Ok(ids(Some(16), Some(19), Some(18))),
            (Self::Csv, other) => Err(format!("has {other} cells, and rows of cdr_csv have 16 to 21")),
            (Self::Custom, other) => Err(format!(
                "has {other} cells, and rows of cdr_custom have 17 to 20: those of its sample configuration, and linkedid behind them"
            )),
        }
    }

    /// Whether the first line of a file is one of column names, as spreadsheets and exports write it.
    pub(super) fn are_names(self, cells: Cells<'_>) -> bool {
        let start = cells.text(self.common().channel + 4, "start");
        start.is_ok_and(|start| matches!(start.to_ascii_lowercase().as_str(), "start" | "calldate"))
    }

    /// The leg of a row, and the id of its call.
    pub(super) fn row(self, cells: Cells<'_>, clock: &Clock) -> Result<(String, Leg), Reason> {
        let Common {
            source,
            destination,
            channel,
        } = self.common();
        let ids = self.ids(cells.len())?;
        let optional = |index: Option<usize>, name| index.map_or(Ok(""), |index| cells.text(index, name));
        let unique = optional(ids.unique, "uniqueid")?;
        let linked = optional(ids.linked, "linkedid")?;
        let sequence = optional(ids.sequence, "sequence")?;
        let calling = cells.text(channel, "channel")?;
        let called = cells.text(channel + 1, "dstchannel")?;
        let start = cells.text(channel + 4, "start")?;
        let times = Times::read(cells, channel + 4, clock, epoch(unique).or(epoch(linked)))?;
        let disposition = disposition(cells.text(channel + 9, "disposition")?)?;
        let dialed = party("dst", cells.text(destination, "dst")?)?;
        let application = cells.text(channel + 2, "lastapp")?;
        let data = cells.text(channel + 3, "lastdata")?;
        let talk = seconds("billsec", cells.text(channel + 8, "billsec")?)?;
        let caller = party("src", cells.text(source, "src")?)?;
        let own = if unique.is_empty() {
            format!("{calling}@{start}")
        } else {
            unique.to_owned()
        };
        // Without a sequence number, what was rung tells the legs of one channel apart.
        let leg = match sequence {
            "" => format!("{own}/{called}@{start}"),
            sequence => format!("{own}/{sequence}"),
        };
        let call_id = if linked.is_empty() { &own } else { linked };
        let calling = Channel::parse(calling);
        Ok((
            id("linkedid", call_id)?,
            Leg {
                id: id("uniqueid", &leg)?,
                ended_at: times.end,
                started_at: times.start,
                answered_at: times.answer,
                talk_seconds: talk,
                disposition,
                via: calling.as_ref().and_then(via),
                calling: calling_names(calling.as_ref(), caller.as_deref()),
                called: called_end(called, application, data, dialed.as_deref()),
                caller,
                dialed,
            },
        ))
    }
}

struct Times {
    start: Timestamp,
    answer: Option<Timestamp>,
    end: Timestamp,
}

impl Times {
    fn read(cells: Cells<'_>, first: usize, clock: &Clock, near: Option<i64>) -> Result<Self, Reason> {
        let start = clock.instant("start", cells.text(first, "start")?, near)?;
        let near = Some(start.as_second());
        let answer = clock.optional("answer", cells.text(first + 1, "answer")?, near)?;
        let end = clock.optional("end", cells.text(first + 2, "end")?, near)?;
        let end = end.or(answer).unwrap_or(start);
        if end < start {
            return Err("end is before start".to_owned());
        }
        Ok(Self { start, answer, end })
    }
}

/// The second at which the channel of an id was made: ids are `1706368044.0` or `system-1706368044.0`.
fn epoch(id: &str) -> Option<i64> {
    let (second, _) = id.rsplit('-').next()?.split_once('.')?;
    second.parse().ok()
}

fn disposition(text: &str) -> Result<Disposition, Reason> {
    match text.to_ascii_uppercase().as_str() {
        "ANSWERED" => Ok(Disposition::Answered),
        "NO ANSWER" => Ok(Disposition::Unanswered),
        "BUSY" => Ok(Disposition::Busy),
        "FAILED" | "CONGESTION" => Ok(Disposition::Failed),
        _ => Err(format!(
            "disposition \"{}\" is none of ANSWERED, NO ANSWER, BUSY, FAILED, CONGESTION",
            excerpt(text)
        )),
    }
}

/// The half of a Local channel that runs the dial plan goes on from the other half.
fn via(calling: &Channel<'_>) -> Option<String> {
    (calling.is_local() && calling.half == Some("2")).then(|| calling.name.to_owned())
}

fn calling_names(calling: Option<&Channel<'_>>, caller: Option<&str>) -> Vec<String> {
    let peer = calling
        .filter(|channel| channel.names_a_device())
        .map(|channel| channel.peer);
    let mut names: Vec<String> = peer.into_iter().chain(caller).map(str::to_owned).collect();
    names.dedup();
    names
}

/// What a row's other end is: a channel that was rung, or the application that the dial plan ended in.
fn called_end(channel: &str, application: &str, data: &str, dialed: Option<&str>) -> Called {
    let Some(rung) = Channel::parse(channel) else {
        return Called::Application;
    };
    let all = if application.eq_ignore_ascii_case("Dial") {
        destinations(data)
    } else {
        Vec::new()
    };
    // Where one device was dialed, what the caller dialed is another name of it.
    let alone = dialed.filter(|_| all.len() == 1);
    if rung.is_local() {
        return Called::Through {
            key: rung.name.to_owned(),
            names: names([Some(rung.local_extension()), alone]),
        };
    }
    let at_peer = |destination: &&Destination<'_>| destination.peer == rung.peer;
    let extensions: Vec<&str> = all.iter().filter(at_peer).filter_map(|d| d.extension).collect();
    let device = Some(rung.peer).filter(|_| rung.names_a_device());
    let (certain, among) = match extensions.as_slice() {
        [one] => (Some(*one), Vec::new()),
        several => (None, several.iter().map(|&one| one.to_owned()).collect()),
    };
    Called::Endpoint {
        channel: channel.to_owned(),
        names: names([certain, device.filter(|_| among.is_empty()), alone]),
        among,
    }
}

fn names<const N: usize>(candidates: [Option<&str>; N]) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    for candidate in candidates.into_iter().flatten() {
        if !names.iter().any(|name| name == candidate) {
            names.push(candidate.to_owned());
        }
    }
    names
}
