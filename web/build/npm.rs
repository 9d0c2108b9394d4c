//! Runs npm, and only when something that the bundle is made of has changed.

use sha2::{Digest, Sha256};
use std::error::Error;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::Command;

const NPM: &str = if cfg!(windows) { "npm.cmd" } else { "npm" };
/// What Vite asks for.
const OLDEST_NODE: (u32, u32) = (20, 19);

/// Builds the playground into a folder below `out` and returns that folder.
pub(crate) fn build(source: &Path, inputs: &[&str], out: &Path) -> Result<PathBuf, Box<dyn Error>> {
    let bundle = out.join("bundle");
    let stamp = out.join("bundle.stamp");
    let fingerprint = fingerprint(source, inputs)?;
    if bundle.is_dir() && fs::read_to_string(&stamp).is_ok_and(|built| built == fingerprint) {
        return Ok(bundle);
    }
    check_node()?;
    // Builds with other target directories share node_modules, and npm must not run twice in it at once.
    let guard = File::open(source.join("build").join("npm.rs"))?;
    guard.lock()?;
    install(source)?;
    // A build that is cut short must not leave a half bundle that looks finished.
    if stamp.exists() {
        fs::remove_file(&stamp)?;
    }
    let target = bundle.to_str().ok_or("the build directory's name is not UTF-8")?;
    run(
        source,
        &["run", "build", "--", "--outDir", target, "--emptyOutDir"],
    )?;
    fs::write(stamp, fingerprint)?;
    Ok(bundle)
}

fn check_node() -> Result<(), Box<dyn Error>> {
    let found = Command::new("node")
        .arg("--version")
        .output()
        .map_err(|_| "Node.js was not found")?;
    let text = String::from_utf8_lossy(&found.stdout);
    let mut parts = text
        .trim()
        .trim_start_matches('v')
        .split('.')
        .map(str::parse::<u32>);
    match (parts.next(), parts.next()) {
        (Some(Ok(major)), Some(Ok(minor))) if (major, minor) >= OLDEST_NODE => Ok(()),
        _ => Err(format!("Node.js {} is too old", text.trim()).into()),
    }
}

/// Installs the locked packages unless exactly these are there already.
fn install(source: &Path) -> Result<(), Box<dyn Error>> {
    let stamp = source.join("node_modules").join(".installed-lock");
    let lock = fingerprint(source, &["package-lock.json"])?;
    if fs::read_to_string(&stamp).is_ok_and(|installed| installed == lock) {
        return Ok(());
    }
    run(source, &["ci", "--no-audit", "--no-fund"])?;
    fs::write(stamp, lock)?;
    Ok(())
}

fn run(source: &Path, arguments: &[&str]) -> Result<(), Box<dyn Error>> {
    let output = Command::new(NPM)
        .args(arguments)
        .current_dir(source)
        .output()
        .map_err(|_| "npm was not found")?;
    if output.status.success() {
        return Ok(());
    }
    let text = String::from_utf8_lossy(&output.stderr);
    let reason = text
        .lines()
        .map(str::trim)
        .find(|line| line.to_lowercase().contains("error"))
        .unwrap_or("no reason given");
    Err(format!(
        "`npm {}` failed: {reason}",
        arguments[..arguments.len().min(2)].join(" ")
    )
    .into())
}

/// A digest of the names and contents of files and folders.
fn fingerprint(source: &Path, inputs: &[&str]) -> Result<String, Box<dyn Error>> {
    let mut digest = Sha256::new();
    for input in inputs {
        for file in files(&source.join(input))? {
            let content = fs::read(&file)?;
            digest.update(file.strip_prefix(source)?.to_string_lossy().as_bytes());
            digest.update(content.len().to_le_bytes());
            digest.update(content);
        }
    }
    Ok(format!("{:x}", digest.finalize()))
}

/// All files at or below `path`, in a stable order.
pub(crate) fn files(path: &Path) -> Result<Vec<PathBuf>, std::io::Error> {
    if !path.is_dir() {
        return Ok(vec![path.to_owned()]);
    }
    let mut entries = fs::read_dir(path)?
        .map(|entry| Ok(entry?.path()))
        .collect::<Result<Vec<_>, std::io::Error>>()?;
    entries.sort();
    let mut found = Vec::new();
    for entry in entries {
        found.extend(files(&entry)?);
    }
    Ok(found)
}
