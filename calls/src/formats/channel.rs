//! Names of Asterisk's channels, and the dial strings that make them.

/// A channel: `PJSIP/301-0000002a`, `Local/301@sales-00000001;2`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Channel<'a> {
    /// `SIP`, `PJSIP`, `IAX2`, `Local`...
    pub(super) technology: &'a str,
    /// The device or trunk: the name without the number that tells its channels apart.
    pub(super) peer: &'a str,
    /// The whole name without the half of a Local channel.
    pub(super) name: &'a str,
    /// Which half of a Local channel it is: `1` faces the caller, `2` runs the dial plan.
    pub(super) half: Option<&'a str>,
}

impl<'a> Channel<'a> {
    /// Reads a name; absent for an empty one.
    pub(super) fn parse(text: &'a str) -> Option<Self> {
        let (name, half) = match text.rsplit_once(';') {
            Some((name, half)) => (name, Some(half)),
            None => (text, None),
        };
        let (technology, rest) = name.split_once('/')?;
        let peer = rest.rsplit_once('-').map_or(rest, |(peer, _)| peer);
        (!peer.is_empty()).then_some(Self {
            technology,
            peer,
            name,
            half,
        })
    }

    pub(super) fn is_local(&self) -> bool {
        self.technology.eq_ignore_ascii_case("Local")
    }

    /// The extension that a Local channel was made for.
    pub(super) fn local_extension(&self) -> &'a str {
        self.peer
            .split_once('@')
            .map_or(self.peer, |(extension, _)| extension)
    }

    /// Whether the peer is a device, so that an extension may be found by its name. Lines of telephony cards are
    /// numbered, and are not.
    pub(super) fn names_a_device(&self) -> bool {
        ["SIP", "PJSIP", "IAX2", "SCCP", "Skinny", "WebSocket"]
            .iter()
            .any(|technology| self.technology.eq_ignore_ascii_case(technology))
    }
}

/// One destination of `Dial(SIP/301&SIP/200@branch,30)`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Destination<'a> {
    pub(super) peer: &'a str,
    /// What is dialed at the peer, where it is a trunk.
    pub(super) extension: Option<&'a str>,
}

/// The destinations of a dial string, in its order.
pub(super) fn destinations(data: &str) -> Vec<Destination<'_>> {
    // Versions before 1.6 separate arguments by |.
    let list = data.split([',', '|']).next().unwrap_or_default();
    list.split('&').filter_map(destination).collect()
}

fn destination(text: &str) -> Option<Destination<'_>> {
    let (_, rest) = text.trim().split_once('/')?;
    let (first, second) = match rest.split_once('/') {
        Some((first, second)) => (first, Some(second)),
        None => (rest, None),
    };
    let found = match first.split_once('@') {
        Some((extension, peer)) => Destination {
            peer,
            extension: Some(extension),
        },
        // `PJSIP/301/sip:301@10.0.0.7` names an address, not an extension.
        None => Destination {
            peer: first,
            extension: second.filter(|second| !second.contains(':') && !second.is_empty()),
        },
    };
    (!found.peer.is_empty()).then_some(found)
}
