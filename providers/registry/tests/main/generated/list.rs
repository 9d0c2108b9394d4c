//! The list of adapters, the list of twins, and the dependencies of this crate.

use std::fmt::Write as _;

use super::folders::{Folder, folders};
use super::{check, replaced};

#[test]
fn the_lists_name_every_folder() {
    let folders = folders();
    let dependencies = folders.iter().fold(String::new(), |mut text, folder| {
        let Folder {
            kind,
            package,
            twin_package,
            ..
        } = folder;
        writeln!(text, "{package} = {{ path = \"../adapters/{kind}\" }}").unwrap();
        writeln!(text, "{twin_package} = {{ path = \"../adapters/{kind}/twin\" }}").unwrap();
        text
    });
    let manifest = "providers/registry/Cargo.toml";
    check(
        manifest,
        &replaced(manifest, "# <adapters>", "# </adapters>", &dependencies),
    );
    check("providers/registry/src/adapters.rs", &adapters(&folders));
    check("providers/registry/src/twins.rs", &twins(&folders));
}

/// The comment inside keeps rustfmt from joining the lines.
fn adapters(folders: &[Folder]) -> String {
    let mut text = "\
//! The list of adapters. Written by `scripts/adapters`.

use crate::Adapters;

/// Every adapter of this program.
#[must_use]
pub fn all() -> Adapters {
    Adapters::default()
        // One line for each folder of providers/adapters.
"
    .to_owned();
    for folder in folders {
        writeln!(text, "        .with::<{}>()", folder.adapter).unwrap();
    }
    text + "}\n"
}

fn twins(folders: &[Folder]) -> String {
    let mut text = "\
//! The list of twins. Written by `scripts/adapters`.

use crate::TwinKind;

/// The twin of every adapter of this program, by kind.
#[must_use]
pub fn twins() -> Vec<TwinKind> {
    vec![
        // One line for each folder of providers/adapters.
"
    .to_owned();
    for folder in folders {
        let Folder { kind, twin, .. } = folder;
        writeln!(text, "        TwinKind::of::<{twin}>(\"{kind}\"),").unwrap();
    }
    text + "    ]\n}\n"
}
