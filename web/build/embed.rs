//! Compresses the chosen page's files and writes the Rust tables that name them.

use crate::npm::files;
use flate2::{Compression, write::GzEncoder};
use sha2::{Digest, Sha256};
use std::error::Error;
use std::fmt::Write as _;
use std::fs;
use std::io::Write as _;
use std::path::Path;

/// Writes one compressed file per asset of `page` below `out`, and returns the tables as Rust source.
pub(crate) fn generate(page: &Path, out: &Path, full: bool) -> Result<String, Box<dyn Error>> {
    let compressed = out.join("compressed");
    if compressed.exists() {
        fs::remove_dir_all(&compressed)?;
    }
    fs::create_dir_all(&compressed)?;
    let html = fs::read_to_string(page.join("index.html"))?;
    let (before_title, before_config, rest) = split_page(&html)?;
    let mut source = String::new();
    writeln!(source, "const FULL: bool = {full};")?;
    writeln!(
        source,
        "const PAGE: [&str; 3] = [{before_title:?}, {before_config:?}, {rest:?}];"
    )?;
    writeln!(source, "static ASSETS: &[Asset] = &[")?;
    for file in files(page)? {
        let path = file.strip_prefix(page)?.to_string_lossy().replace('\\', "/");
        if path != "index.html" {
            let stored = compressed.join(path.replace('/', "_"));
            source.push_str(&asset(&path, &fs::read(&file)?, &stored, full)?);
        }
    }
    writeln!(source, "];")?;
    Ok(source)
}

fn asset(path: &str, content: &[u8], stored: &Path, full: bool) -> Result<String, Box<dyn Error>> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(content)?;
    fs::write(stored, encoder.finish()?)?;
    let digest = format!("{:x}", Sha256::digest(content));
    // Weak, because the compressed and the plain form of an asset share it.
    let etag = format!("W/\"{}\"", &digest[..32]);
    Ok(format!(
        "    Asset {{ path: {path:?}, gzip: include_bytes!({:?}), content_type: {:?}, etag: {etag:?}, immutable: {} }},\n",
        stored.display().to_string(),
        content_type(path),
        full && has_content_hash(path),
    ))
}

fn content_type(path: &str) -> &'static str {
    match path.rsplit('.').next() {
        Some("js") => "text/javascript; charset=utf-8",
        Some("css") => "text/css; charset=utf-8",
        Some("json") => "application/json",
        Some("md" | "txt") => "text/plain; charset=utf-8",
        Some("svg") => "image/svg+xml",
        Some("png") => "image/png",
        Some("ttf") => "font/ttf",
        Some("woff2") => "font/woff2",
        _ => "application/octet-stream",
    }
}

/// Vite names what it bundles `stem-HASH.ext` with eight characters of hash, and copies other files as they are.
fn has_content_hash(path: &str) -> bool {
    let Some((stem, _)) = path.rsplit_once('.') else {
        return false;
    };
    let bytes = stem.as_bytes();
    bytes.len() > 9
        && bytes[bytes.len() - 9] == b'-'
        && bytes[bytes.len() - 8..]
            .iter()
            .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-'))
        && !path.contains("licenses")
}

fn split_page(html: &str) -> Result<(&str, &str, &str), Box<dyn Error>> {
    html.split_once("{{title}}")
        .and_then(|(head, rest)| {
            rest.split_once("{{config}}")
                .map(|(middle, tail)| (head, middle, tail))
        })
        .ok_or_else(|| "index.html must hold {{title}} and then {{config}}".into())
}
