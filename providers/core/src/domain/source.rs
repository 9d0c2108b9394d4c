//! Where a visitor must come from to see a number of a pool (document `telmetrics-number-pools`,
//! `tracking_sources`).

use std::fmt;
use std::str::FromStr;

use strum::{Display, EnumIter, EnumString, IntoEnumIterator, IntoStaticStr};
use url::Host;

use super::replacement::TrackingSourceInput;

/// The longest parameter name or value of a trigger, in characters.
const LONGEST_TRIGGER_PART: usize = 255;

/// Where a visitor must come from to see a number of the pool.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct TrackingSource {
    /// The site before.
    pub referrer: Referrer,
    /// What the landing page's URL must carry: all of them. May be empty.
    pub url_triggers: Vec<UrlTrigger>,
    /// Whether visits from unpaid results count.
    pub track_organic: bool,
}

/// The site that a visitor comes from.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Referrer {
    /// Whatever site, or none.
    Any,
    /// One of the search engines, on any of its domains.
    SearchEngine(SearchEngine),
    /// A site, by its domain in ASCII and lower case: `partner.example.com`.
    Domain(String),
}

/// The search engines that a referrer can name.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Display, EnumString, EnumIter, IntoStaticStr,
)]
#[strum(ascii_case_insensitive)]
#[allow(missing_docs)] // their names say it
pub enum SearchEngine {
    Google,
    Bing,
    Yahoo,
    DuckDuckGo,
    Baidu,
    Yandex,
    Ecosia,
    Brave,
    Ask,
    Aol,
}

/// A parameter that the landing page's URL must carry.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct UrlTrigger {
    /// Its name.
    pub parameter: String,
    /// Its value.
    pub value: TriggerValue,
}

/// What a parameter's value must be.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum TriggerValue {
    /// Anything (`*`).
    Any,
    /// This text.
    Exact(String),
}

impl From<&TrackingSource> for TrackingSourceInput {
    fn from(source: &TrackingSource) -> Self {
        Self {
            referrer_domain: source.referrer.to_string(),
            url_triggers: source.url_triggers.iter().map(UrlTrigger::to_string).collect(),
            track_organic: source.track_organic,
        }
    }
}

/// A text of a tracking source that can't be read; says what to write instead.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct SourceTextError(String);

impl fmt::Display for Referrer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Any => f.write_str("Any"),
            Self::SearchEngine(engine) => engine.fmt(f),
            Self::Domain(domain) => f.write_str(domain),
        }
    }
}

impl FromStr for Referrer {
    type Err = SourceTextError;

    fn from_str(text: &str) -> Result<Self, SourceTextError> {
        let text = text.trim();
        if text.eq_ignore_ascii_case("any") {
            return Ok(Self::Any);
        }
        if let Ok(engine) = text.parse() {
            return Ok(Self::SearchEngine(engine));
        }
        domain(text).map(Self::Domain).ok_or_else(|| {
            let engines: Vec<&str> = SearchEngine::iter().map(<&str>::from).collect();
            SourceTextError(format!(
                "write Any, a domain such as example.com without scheme and path, or one of {}",
                engines.join(", ")
            ))
        })
    }
}

/// A domain of at least two labels, in ASCII and lower case.
fn domain(text: &str) -> Option<String> {
    let Ok(Host::Domain(ascii)) = Host::parse(text) else {
        return None;
    };
    let labels: Vec<&str> = ascii.split('.').collect();
    let valid = ascii.len() <= 253
        && labels.len() >= 2
        && labels.iter().all(|label| {
            (1..=63).contains(&label.len())
                && !label.starts_with('-')
                && !label.ends_with('-')
                && label.chars().all(|c| c.is_ascii_alphanumeric() || c == '-')
        });
    valid.then_some(ascii)
}

impl fmt::Display for UrlTrigger {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.value {
            TriggerValue::Any => write!(f, "{}=*", self.parameter),
            TriggerValue::Exact(value) => write!(f, "{}={value}", self.parameter),
        }
    }
}

impl FromStr for UrlTrigger {
    type Err = SourceTextError;

    fn from_str(text: &str) -> Result<Self, SourceTextError> {
        let (parameter, value) = text.trim().split_once('=').unwrap_or_default();
        let sound = |part: &str| {
            (1..=LONGEST_TRIGGER_PART).contains(&part.chars().count())
                && !part.contains(|c: char| c.is_control() || matches!(c, '&' | '#'))
        };
        let sound_parameter =
            sound(parameter) && !parameter.contains(|c: char| c.is_whitespace() || matches!(c, '?' | '*'));
        if !sound_parameter || !sound(value) || (value != "*" && value.contains('*')) {
            return Err(SourceTextError(
                "write parameter=value, such as utm_campaign=wintertires, or parameter=* for any value; \
                 * stands alone"
                    .to_owned(),
            ));
        }
        let value = if value == "*" {
            TriggerValue::Any
        } else {
            TriggerValue::Exact(value.to_owned())
        };
        Ok(Self {
            parameter: parameter.to_owned(),
            value,
        })
    }
}
