//! What a reader expected, without what it found.

/// The part of a reader's message that says what was expected. The rest repeats what was found, which may be a
/// secret at the wrong place, or somebody's name. Absent for messages that are not serde's own.
pub(crate) fn expected(message: &str) -> Option<&str> {
    const REPEATING: [&str; 5] = [
        "invalid type: ",
        "invalid value: ",
        "invalid length ",
        "unknown variant `",
        "unknown field `",
    ];
    const NAMING: [&str; 2] = ["missing field `", "duplicate field `"];
    let is = |starts: &[&str]| starts.iter().any(|start| message.starts_with(start));
    if is(&NAMING) {
        return Some(message);
    }
    // The last one: what was found comes first, and may hold these words too.
    let at = message.rfind(", expected ").filter(|_| is(&REPEATING))?;
    message.get(at + 2..)
}
