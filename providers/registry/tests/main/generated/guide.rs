//! The excerpts and figures of CONTRIBUTING.md: they stand in the code as they stand there.

use std::fs;
use std::path::Path;

use super::matrix::instances;
use super::{check, read, root};

const GUIDE: &str = "CONTRIBUTING.md";

/// The most lines of code that an adapter with one port needs, as the guide promises.
const SMALL: usize = 250;

#[test]
fn the_excerpts_of_the_guide_are_what_the_code_says() {
    check(GUIDE, &with_excerpts(&read(GUIDE), read));
}

#[test]
fn an_adapter_with_one_port_can_be_as_small_as_the_guide_says() {
    let promise = format!("under {SMALL} lines");
    assert!(read(GUIDE).contains(&promise), "{GUIDE} says {promise:?}");
    let one_port = instances()
        .into_iter()
        .filter(|(_, instance)| instance.ports().capabilities().len() == 1);
    let sizes =
        one_port.map(|(kind, _)| code_lines(&root().join("providers/adapters").join(kind).join("src")));
    let smallest = sizes.min();
    assert!(
        smallest.is_some_and(|lines| lines < SMALL),
        "the smallest has {smallest:?} lines"
    );
}

#[test]
fn what_the_guide_points_to_is_there() {
    let guide = read(GUIDE);
    let links: Vec<&str> = guide
        .split("](")
        .skip(1)
        .filter_map(|rest| rest.split_once(')'))
        .map(|(link, _)| link)
        .collect();
    assert!(!links.is_empty());
    for link in links {
        assert!(root().join(link).exists(), "{GUIDE}: {link} is not there");
    }
}

/// Lines that are neither blank nor only a comment.
fn code_lines(folder: &Path) -> usize {
    let code = |line: &&str| !line.trim().is_empty() && !line.trim_start().starts_with("//");
    let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    entries
        .map(|path| match path.is_dir() {
            true => code_lines(&path),
            false => fs::read_to_string(&path).unwrap().lines().filter(code).count(),
        })
        .sum()
}

/// Fills each `<!-- excerpt FILE: FIRST LINE -->` of a text with what begins so in the file.
fn with_excerpts(text: &str, read: impl Fn(&str) -> String) -> String {
    let mut written = String::new();
    let mut lines = text.lines().peekable();
    while let Some(line) = lines.next() {
        written.extend([line, "\n"]);
        let Some((file, first)) = marker(line) else {
            continue;
        };
        if lines.peek().is_some_and(|next| next.starts_with("```")) {
            lines.next();
            lines.by_ref().find(|next| next.starts_with("```"));
        }
        let language = if file.ends_with(".rs") { "rust" } else { "toml" };
        let item = item(file, &read(file), first)
            .unwrap_or_else(|| panic!("{GUIDE}: nothing in {file} begins {first:?}"));
        written.push_str(&format!("```{language}\n{item}```\n"));
    }
    written
}

fn marker(line: &str) -> Option<(&str, &str)> {
    let inside = line.trim().strip_prefix("<!-- excerpt ")?.strip_suffix(" -->")?;
    inside.split_once(": ")
}

/// The lines from the one that begins so, with the attributes above, to where the item of Rust or the section ends.
fn item(file: &str, text: &str, first: &str) -> Option<String> {
    let lines: Vec<&str> = text.lines().collect();
    let at = lines
        .iter()
        .position(|line| line.trim_start().starts_with(first))?;
    let indent = lines[at].len() - lines[at].trim_start().len();
    let inside = |line: &str| line.get(indent..).unwrap_or_default().to_owned();
    let attribute = |line: &&&str| line.trim_start().starts_with("#[");
    let above = lines[..at].iter().rev().take_while(attribute).count();
    let length = if file.ends_with(".rs") {
        let last =
            |line: &&str| inside(line).starts_with('}') || inside(line).ends_with(';') && line == &lines[at];
        lines[at..].iter().position(last)? + 1
    } else {
        lines[at..].iter().take_while(|line| !line.is_empty()).count()
    };
    let item = &lines[at - above..at + length];
    Some(item.iter().map(|line| inside(line) + "\n").collect())
}

#[test]
fn an_excerpt_is_an_item_with_its_attributes_or_a_section() {
    let code = "use x;\n\nmod a {\n    #[derive(Debug)]\n    struct B {\n        c: u8,\n\n        d: u8,\n    }\n}\n";
    let expected = "#[derive(Debug)]\nstruct B {\n    c: u8,\n\n    d: u8,\n}\n";
    assert_eq!(item("x.rs", code, "struct B").as_deref(), Some(expected));
    let manifest = "[a]\nb = 1\n\n[c]\nd = 2\n";
    assert_eq!(item("x.toml", manifest, "[a]").as_deref(), Some("[a]\nb = 1\n"));
    assert_eq!(
        item("x.rs", "const A: u8 = 1;\nfn b() {\n}\n", "const A").as_deref(),
        Some("const A: u8 = 1;\n")
    );
    assert_eq!(item("x.rs", code, "struct D"), None);
}

#[test]
fn an_excerpt_that_is_out_of_date_is_replaced_and_a_missing_one_is_put_in() {
    let guide =
        "Text\n<!-- excerpt x.rs: fn a -->\n```rust\nold\n```\nMore\n<!-- excerpt x.rs: fn b -->\nEnd\n";
    let code = |_: &str| "fn a() {\n}\n\nfn b() {\n}\n".to_owned();
    assert_eq!(
        with_excerpts(guide, code),
        "Text\n<!-- excerpt x.rs: fn a -->\n```rust\nfn a() {\n}\n```\nMore\n<!-- excerpt x.rs: fn b -->\n\
         ```rust\nfn b() {\n}\n```\nEnd\n"
    );
}
