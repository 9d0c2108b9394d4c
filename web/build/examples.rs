//! Reads the example operations that the page offers.

use crate::npm::files;
use std::error::Error;
use std::fmt::Write as _;
use std::fs;
use std::path::Path;

/// The table of examples as Rust source, from `NN-some-name.graphql` and, beside it, `NN-some-name.variables.json`.
pub(crate) fn generate(folder: &Path) -> Result<String, Box<dyn Error>> {
    let mut source = String::from("static EXAMPLES: &[Example] = &[\n");
    for file in files(folder)?
        .iter()
        .filter(|file| file.extension().is_some_and(|kind| kind == "graphql"))
    {
        let text = fs::read_to_string(file)?;
        let variables = file.with_extension("variables.json");
        let variables = if variables.exists() {
            fs::read_to_string(variables)?
        } else {
            String::new()
        };
        let stem = file.file_stem().unwrap_or_default().to_string_lossy();
        writeln!(
            source,
            "    Example {{ name: {:?}, about: {:?}, query: {:?}, variables: {:?} }},",
            title(&stem),
            about(&text),
            text.trim_end(),
            variables.trim_end(),
        )?;
    }
    source.push_str("];\n");
    Ok(source)
}

/// `04-assign-number` is shown as "Assign number".
fn title(stem: &str) -> String {
    let words = stem
        .trim_start_matches(|c: char| c.is_ascii_digit() || c == '-')
        .replace('-', " ");
    let mut letters = words.chars();
    letters
        .next()
        .map(|first| first.to_uppercase().chain(letters).collect())
        .unwrap_or_default()
}

/// The comment that an example opens with.
fn about(text: &str) -> String {
    let lines = text
        .lines()
        .map_while(|line| line.strip_prefix('#'))
        .map(str::trim);
    lines.collect::<Vec<_>>().join(" ")
}
