//! Tables on the terminal.

use comfy_table::{Table, presets};

/// An empty table that can be pasted into a document.
#[must_use]
pub fn table(header: &[&str]) -> Table {
    let mut table = Table::new();
    table.load_preset(presets::ASCII_MARKDOWN).set_header(header);
    table
}
