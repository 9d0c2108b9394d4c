//! Cells of CSV files that spreadsheets open: text that looks like a formula is guarded.

use std::borrow::Cow;

use provider_core::domain::E164;

/// What stands before a guarded cell.
const GUARD: char = '\'';
/// Spreadsheets take what begins with one of these for a formula (OWASP, "CSV Injection", full-width forms included);
/// the guard itself is among them, so that taking it off gives back what was there.
const GUARDED: [char; 12] = [
    '=', '+', '-', '@', '\t', '\r', '\n', '\u{ff1d}', '\u{ff0b}', '\u{ff0d}', '\u{ff20}', GUARD,
];

/// The cell as it is written; numbers in E.164 form are no danger and stay as they are.
#[must_use]
pub fn guarded(cell: &str) -> Cow<'_, str> {
    if cell.starts_with(GUARDED) && E164::parse_strict(cell).is_err() {
        Cow::Owned(format!("{GUARD}{cell}"))
    } else {
        Cow::Borrowed(cell)
    }
}

/// The cell as it was before [`guarded`].
#[must_use]
pub fn unguarded(cell: &str) -> &str {
    match cell.strip_prefix(GUARD) {
        Some(rest) if rest.starts_with(GUARDED) => rest,
        _ => cell,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_looks_like_a_formula_is_guarded() {
        for cell in [
            "=1+1", "+1+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "＝1+1", "'=1",
        ] {
            assert_eq!(guarded(cell), format!("'{cell}"));
        }
    }

    #[test]
    fn numbers_and_plain_text_are_not_guarded() {
        for cell in ["+441174960001", "Main line", "O'Neil", "", "a=b"] {
            assert_eq!(guarded(cell), cell);
        }
    }

    #[test]
    fn taking_the_guard_off_gives_back_every_cell() {
        for cell in [
            "=1",
            "'=1",
            "''=1",
            "'",
            "'quoted'",
            "+441174960001",
            "- 1",
            "text",
            "",
        ] {
            assert_eq!(unguarded(&guarded(cell)), cell);
        }
    }

    #[test]
    fn a_quote_before_plain_text_is_part_of_it() {
        assert_eq!(unguarded("'tis"), "'tis");
    }
}
