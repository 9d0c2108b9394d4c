//! Builds the playground with npm, or takes the plain console instead, and writes what `src/lib.rs` embeds.
//!
//! `SWITCHBOARD_WEB` decides: `full` fails the build when the playground cannot be built, `plain` takes the plain
//! console without asking for Node.js, and anything else (or nothing) tries the first and falls back to the second.

mod embed;
mod examples;
mod npm;

use std::error::Error;
use std::path::{Path, PathBuf};
use std::{env, fs};

/// Everything that the output depends on. Only what changes the playground's bundle makes npm run again.
const BUNDLE_INPUTS: [&str; 6] = [
    "app",
    "index.html",
    "package.json",
    "package-lock.json",
    ".npmrc",
    "vite.config.js",
];
const OTHER_INPUTS: [&str; 2] = ["examples", "plain"];

fn main() -> Result<(), Box<dyn Error>> {
    let source = PathBuf::from(env::var_os("CARGO_MANIFEST_DIR").ok_or("CARGO_MANIFEST_DIR is not set")?);
    let out = PathBuf::from(env::var_os("OUT_DIR").ok_or("OUT_DIR is not set")?);
    for input in BUNDLE_INPUTS.iter().chain(&OTHER_INPUTS) {
        println!("cargo:rerun-if-changed={}", source.join(input).display());
    }
    println!("cargo:rerun-if-env-changed=SWITCHBOARD_WEB");

    let (page, full) = choose(&source, &out)?;
    let embedded = embed::generate(&page, &out, full)?;
    let examples = examples::generate(&source.join("examples"))?;
    fs::write(out.join("embedded.rs"), embedded + &examples)?;
    Ok(())
}

/// The folder to embed, and whether it is the full playground.
fn choose(source: &Path, out: &Path) -> Result<(PathBuf, bool), Box<dyn Error>> {
    let plain = source.join("plain");
    let wanted = env::var("SWITCHBOARD_WEB").unwrap_or_default();
    if wanted == "plain" {
        return Ok((plain, false));
    }
    match npm::build(source, &BUNDLE_INPUTS, out) {
        Ok(bundle) => Ok((bundle, true)),
        Err(problem) if wanted == "full" => {
            Err(format!("SWITCHBOARD_WEB=full, but the playground was not built: {problem}").into())
        }
        Err(problem) => {
            println!(
                "cargo:warning=the playground was not built ({problem}); embedding the plain console. \
                 For the full one install Node.js 20.19 or newer with npm and build with SWITCHBOARD_WEB=full"
            );
            Ok((plain, false))
        }
    }
}
