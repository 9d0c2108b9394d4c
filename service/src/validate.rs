//! What can be said about input without asking the database. Paths are those of the API's input fields.

use crate::{Refusals, ServiceError, ServiceResult, UserError, UserErrorCode};

/// Longest name of a number or pool, in characters.
pub(crate) const LONGEST_NAME: usize = 200;
/// Longest label, in characters.
const LONGEST_TAG: usize = 50;
/// Most labels of one number.
const MOST_TAGS: usize = 20;

/// Gathers every fault, so that a form can show them all at once.
#[derive(Debug, Default)]
pub(crate) struct Faults(Refusals);

impl Faults {
    pub(crate) fn add(&mut self, code: UserErrorCode, path: &str, message: impl Into<String>) {
        self.0.push(UserError::new(code, path, message));
    }

    pub(crate) fn into_result(self) -> ServiceResult<()> {
        if self.0.is_empty() {
            Ok(())
        } else {
            Err(ServiceError::Refused(self.0))
        }
    }

    /// Idempotency keys are 16 to 255 characters, so that callers use something random.
    pub(crate) fn client_reference(&mut self, reference: &str) {
        let length = reference.chars().count();
        if !(16..=255).contains(&length) || reference.chars().any(char::is_control) {
            self.add(
                UserErrorCode::InvalidInput,
                "input.clientReference",
                format!(
                    "clientReference must be 16 to 255 characters without control characters; it has {length}"
                ),
            );
        }
    }

    /// The name without space around it.
    pub(crate) fn name(&mut self, name: &str) -> String {
        let name = name.trim();
        let length = name.chars().count();
        if length == 0 || length > LONGEST_NAME || name.chars().any(char::is_control) {
            self.add(
                UserErrorCode::InvalidInput,
                "input.name",
                format!("name must be 1 to {LONGEST_NAME} characters without control characters"),
            );
        }
        name.to_owned()
    }

    /// Labels without repetitions, sorted.
    pub(crate) fn tags(&mut self, tags: &[String]) -> Vec<String> {
        let mut clean: Vec<String> = tags.iter().map(|tag| tag.trim().to_owned()).collect();
        clean.sort();
        clean.dedup();
        if clean.len() > MOST_TAGS {
            self.add(
                UserErrorCode::InvalidInput,
                "input.tags",
                format!("a number has at most {MOST_TAGS} tags"),
            );
        }
        let bad = |tag: &String| {
            tag.is_empty() || tag.chars().count() > LONGEST_TAG || tag.chars().any(char::is_control)
        };
        if clean.iter().any(bad) {
            self.add(
                UserErrorCode::InvalidInput,
                "input.tags",
                format!("a tag must be 1 to {LONGEST_TAG} characters without control characters"),
            );
        }
        clean
    }

    pub(crate) fn range(&mut self, path: &str, value: u32, range: std::ops::RangeInclusive<u32>) {
        if !range.contains(&value) {
            let field = path.rsplit('.').next().unwrap_or(path);
            let (low, high) = (range.start(), range.end());
            self.add(
                UserErrorCode::InvalidInput,
                path,
                format!("{field} must be {low} to {high}; it is {value}"),
            );
        }
    }
}

/// A provider's field path in the words of the API's input: `matching.city` is said of the match, whichever
/// member of it was given.
pub(crate) fn input_path(field: &str) -> String {
    let (first, rest) = field.split_at(field.find('.').unwrap_or(field.len()));
    let first = match first {
        "matching" => "match",
        "route" => "callRoute",
        "group" => "groupId",
        "hold" => "holdId",
        "number" => "numberId",
        "pool" => "poolId",
        other => other,
    };
    format!("input.{first}{rest}")
}
