//! Which numbers of a web page a pool replaces, and for which visitors (document
//! `telmetrics-number-pools`, `replacement_configuration`).

use std::collections::HashSet;
use std::fmt;
use std::str::FromStr;

use numbering::replaceable::ReplaceableNumber;
use serde::{Deserialize, Serialize};
use strum::{Display, EnumIter, EnumString, IntoEnumIterator, IntoStaticStr};
use url::Host;

/// The longest parameter name or value of a trigger, in characters.
const LONGEST_TRIGGER_PART: usize = 255;

/// A replacement configuration as people write it, in the shape of the document. Not yet checked.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ReplacementInput {
    /// Whether every number of the page is replaced. Excludes `numbers_to_replace`.
    #[serde(default)]
    pub replace_all_numbers: bool,
    /// The numbers to replace, each 7 to 20 letters and digits.
    #[serde(default)]
    pub numbers_to_replace: Vec<String>,
    /// Where visitors must come from; at least one.
    pub tracking_sources: Vec<TrackingSourceInput>,
}

/// A tracking source as people write it. Not yet checked.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct TrackingSourceInput {
    /// `Any`, the name of a search engine, or a domain.
    pub referrer_domain: String,
    /// `parameter=value` or `parameter=*`; may be empty.
    #[serde(default)]
    pub url_triggers: Vec<String>,
    /// Whether visits from unpaid results count.
    #[serde(default)]
    pub track_organic: bool,
}

/// Which numbers of a page are replaced, and for which visitors. Keeps every rule of the document.
///
/// Serialized as [`ReplacementInput`], and checked again when read back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "ReplacementInput", into = "ReplacementInput")]
pub struct ReplacementConfiguration {
    rule: ReplacementRule,
    sources: Vec<TrackingSource>,
}

/// Which numbers of a page are replaced: one or the other, never both.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ReplacementRule {
    /// Every number.
    All,
    /// These; never empty, and no two that match the same number of a page.
    Numbers(Vec<ReplaceableNumber>),
}

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

/// One thing that is wrong with an input.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FieldFault {
    /// Where, from the configuration down, in the words of the API: `trackingSources`, `0`, `urlTriggers`, `1`.
    pub path: Vec<String>,
    /// What, for programs.
    pub code: ReplacementFaultCode,
    /// What, for people, with what to do.
    pub message: String,
}

/// What can be wrong with a replacement configuration.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Display, EnumIter, IntoStaticStr)]
#[strum(serialize_all = "SCREAMING_SNAKE_CASE")]
pub enum ReplacementFaultCode {
    /// Both `replaceAllNumbers` and `numbersToReplace` are given.
    ReplaceAllExcludesNumbers,
    /// Neither `replaceAllNumbers` nor `numbersToReplace` is given.
    NothingToReplace,
    /// An entry of `numbersToReplace` is not 7 to 20 letters and digits.
    InvalidNumberToReplace,
    /// There is no tracking source.
    NoTrackingSource,
    /// The referrer is neither `Any`, nor a search engine, nor a domain.
    InvalidReferrerDomain,
    /// A trigger is not `parameter=value` or `parameter=*`.
    InvalidUrlTrigger,
    /// The same was given before.
    Duplicate,
}

/// All that is wrong with a replacement configuration; never empty.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReplacementFaults(pub Vec<FieldFault>);

impl fmt::Display for ReplacementFaults {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, fault) in self.0.iter().enumerate() {
            let separator = if at == 0 { "" } else { "; " };
            write!(f, "{separator}{}: {}", fault.path.join("."), fault.message)?;
        }
        Ok(())
    }
}

impl std::error::Error for ReplacementFaults {}

impl ReplacementConfiguration {
    /// Checks an input against every rule of the document.
    ///
    /// # Errors
    /// All faults at once, each with the path of its field.
    pub fn new(input: &ReplacementInput) -> Result<Self, ReplacementFaults> {
        let mut faults = Faults::default();
        let rule = read_rule(input, &mut faults);
        let sources = read_sources(&input.tracking_sources, &mut faults);
        match rule {
            Some(rule) if faults.0.is_empty() => Ok(Self { rule, sources }),
            _ => Err(ReplacementFaults(faults.0)),
        }
    }

    /// Which numbers of a page are replaced.
    #[must_use]
    pub const fn rule(&self) -> &ReplacementRule {
        &self.rule
    }

    /// Where visitors must come from; never empty.
    #[must_use]
    pub fn sources(&self) -> &[TrackingSource] {
        &self.sources
    }
}

impl TryFrom<ReplacementInput> for ReplacementConfiguration {
    type Error = ReplacementFaults;
    fn try_from(input: ReplacementInput) -> Result<Self, ReplacementFaults> {
        Self::new(&input)
    }
}

impl From<ReplacementConfiguration> for ReplacementInput {
    fn from(configuration: ReplacementConfiguration) -> Self {
        let (replace_all_numbers, numbers_to_replace) = match configuration.rule {
            ReplacementRule::All => (true, Vec::new()),
            ReplacementRule::Numbers(numbers) => (false, numbers.into_iter().map(String::from).collect()),
        };
        let tracking_sources = configuration
            .sources
            .iter()
            .map(TrackingSourceInput::from)
            .collect();
        Self {
            replace_all_numbers,
            numbers_to_replace,
            tracking_sources,
        }
    }
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

#[derive(Default)]
struct Faults(Vec<FieldFault>);

impl Faults {
    fn add(&mut self, path: &[&dyn fmt::Display], code: ReplacementFaultCode, message: impl Into<String>) {
        let path = path.iter().map(ToString::to_string).collect();
        self.0.push(FieldFault {
            path,
            code,
            message: message.into(),
        });
    }
}

fn read_rule(input: &ReplacementInput, faults: &mut Faults) -> Option<ReplacementRule> {
    let field: &dyn fmt::Display = &"numbersToReplace";
    let numbers = read_numbers(&input.numbers_to_replace, faults);
    match (input.replace_all_numbers, input.numbers_to_replace.is_empty()) {
        (true, true) => Some(ReplacementRule::All),
        (false, false) => Some(ReplacementRule::Numbers(numbers)),
        (true, false) => {
            let message = "replaceAllNumbers replaces every number: leave this list out, or set it to false";
            faults.add(&[field], ReplacementFaultCode::ReplaceAllExcludesNumbers, message);
            None
        }
        (false, true) => {
            let message = "give at least one number to replace, or set replaceAllNumbers";
            faults.add(&[field], ReplacementFaultCode::NothingToReplace, message);
            None
        }
    }
}

fn read_numbers(entries: &[String], faults: &mut Faults) -> Vec<ReplaceableNumber> {
    let mut seen = HashSet::new();
    let mut numbers = Vec::with_capacity(entries.len());
    for (at, entry) in entries.iter().enumerate() {
        match ReplaceableNumber::parse(entry) {
            // Letters match as their keypad digits, so two spellings of one number are one entry twice.
            Ok(number) if !seen.insert(number.digits()) => {
                let message = format!("\"{number}\" stands for a number that is in the list already");
                faults.add(
                    &[&"numbersToReplace", &at],
                    ReplacementFaultCode::Duplicate,
                    message,
                );
            }
            Ok(number) => numbers.push(number),
            Err(error) => {
                let code = ReplacementFaultCode::InvalidNumberToReplace;
                faults.add(&[&"numbersToReplace", &at], code, error.to_string());
            }
        }
    }
    numbers
}

fn read_sources(inputs: &[TrackingSourceInput], faults: &mut Faults) -> Vec<TrackingSource> {
    if inputs.is_empty() {
        let message = "give at least one tracking source; {\"referrerDomain\": \"Any\"} takes every visitor";
        faults.add(
            &[&"trackingSources"],
            ReplacementFaultCode::NoTrackingSource,
            message,
        );
    }
    let mut sources: Vec<TrackingSource> = Vec::with_capacity(inputs.len());
    for (at, input) in inputs.iter().enumerate() {
        let Some(source) = read_source(at, input, faults) else {
            continue;
        };
        if sources.contains(&source) {
            let message = "this tracking source is in the list already";
            faults.add(
                &[&"trackingSources", &at],
                ReplacementFaultCode::Duplicate,
                message,
            );
        }
        sources.push(source);
    }
    sources
}

fn read_source(at: usize, input: &TrackingSourceInput, faults: &mut Faults) -> Option<TrackingSource> {
    let referrer = input.referrer_domain.parse::<Referrer>().map_err(|message| {
        let path: [&dyn fmt::Display; 3] = [&"trackingSources", &at, &"referrerDomain"];
        faults.add(&path, ReplacementFaultCode::InvalidReferrerDomain, message.0);
    });
    let mut url_triggers: Vec<UrlTrigger> = Vec::with_capacity(input.url_triggers.len());
    for (index, text) in input.url_triggers.iter().enumerate() {
        let path: [&dyn fmt::Display; 4] = [&"trackingSources", &at, &"urlTriggers", &index];
        match text.parse::<UrlTrigger>() {
            Ok(trigger) if url_triggers.contains(&trigger) => {
                let message = format!("the trigger {trigger} is in the list already");
                faults.add(&path, ReplacementFaultCode::Duplicate, message);
            }
            Ok(trigger) => url_triggers.push(trigger),
            Err(message) => faults.add(&path, ReplacementFaultCode::InvalidUrlTrigger, message.0),
        }
    }
    Some(TrackingSource {
        referrer: referrer.ok()?,
        url_triggers,
        track_organic: input.track_organic,
    })
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
