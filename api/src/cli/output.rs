//! What people read. Logs are elsewhere (see `telemetry`).

use std::io::{IsTerminal, Write};

use indicatif::{ProgressBar, ProgressStyle};

/// A line on standard output. A reader that went away, as `head` does, is no failure.
pub(super) fn say(text: &str) {
    let mut out = std::io::stdout().lock();
    let _ = writeln!(out, "{text}").and_then(|()| out.flush());
}

/// A line on standard error.
pub(super) fn complain(text: &str) {
    let _ = writeln!(std::io::stderr().lock(), "{text}");
}

/// A bar on a terminal, nothing elsewhere.
pub(super) fn progress(length: u64, template: &str) -> ProgressBar {
    if !std::io::stdout().is_terminal() {
        return ProgressBar::hidden();
    }
    let style = ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar());
    ProgressBar::new(length).with_style(style)
}

/// `1 number`, `2 numbers`, `1,000 numbers`.
pub(super) fn count(count: u64, thing: &str) -> String {
    let plural = if count == 1 { "" } else { "s" };
    format!("{} {thing}{plural}", indicatif::HumanCount(count))
}
