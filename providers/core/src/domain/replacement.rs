//! Which numbers of a web page a pool replaces, and for which visitors (document
//! `telmetrics-number-pools`, `replacement_configuration`).

use std::collections::HashSet;
use std::fmt;

use numbering::replaceable::ReplaceableNumber;
use serde::{Deserialize, Serialize};
use strum::{Display, EnumIter, IntoStaticStr};

use super::source::{Referrer, TrackingSource, UrlTrigger};

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
        faults.add(
            &path,
            ReplacementFaultCode::InvalidReferrerDomain,
            message.to_string(),
        );
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
            Err(message) => faults.add(
                &path,
                ReplacementFaultCode::InvalidUrlTrigger,
                message.to_string(),
            ),
        }
    }
    Some(TrackingSource {
        referrer: referrer.ok()?,
        url_triggers,
        track_organic: input.track_organic,
    })
}
