//! Small text helpers shared by the parsers and their errors.

/// Longest piece of caller input that an error message repeats, in characters.
const EXCERPT: usize = 40;

/// Caller input as an error may repeat it: short and without control characters.
pub(crate) fn excerpt(text: &str) -> String {
    let mut shown: String = text.chars().filter(|c| !c.is_control()).take(EXCERPT).collect();
    if text.chars().nth(EXCERPT).is_some() {
        shown.push('…');
    }
    shown
}

/// Whether every character is an ASCII digit; false for empty text.
pub(crate) fn is_digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}
