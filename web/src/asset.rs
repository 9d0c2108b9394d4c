//! The files that the page loads.

use flate2::read::GzDecoder;
use std::io::{self, Read};

/// One embedded file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Asset {
    /// Path relative to the page's own address, without a leading slash, such as `assets/index-Bu0S_Cfs.js`.
    pub path: &'static str,
    /// The content, compressed with gzip: to be sent with `Content-Encoding: gzip` where the client accepts that.
    pub gzip: &'static [u8],
    /// Value for `Content-Type`.
    pub content_type: &'static str,
    /// Value for `ETag`: weak, the same for the compressed and the plain form.
    pub etag: &'static str,
    /// Whether the path changes with the content, so that a client may keep the file for good.
    pub immutable: bool,
}

impl Asset {
    /// The content as it was before compression, for a client that does not accept gzip.
    ///
    /// # Errors
    /// When the embedded bytes are not gzip, which would be a fault of the build.
    pub fn decompressed(&self) -> io::Result<Vec<u8>> {
        let mut content = Vec::new();
        GzDecoder::new(self.gzip).read_to_end(&mut content)?;
        Ok(content)
    }
}

/// The embedded file at `path`, given relative to the page's address, with or without a leading slash.
#[must_use]
pub fn asset(path: &str) -> Option<&'static Asset> {
    let path = path.strip_prefix('/').unwrap_or(path);
    crate::ASSETS.iter().find(|asset| asset.path == path)
}

/// All embedded files.
#[must_use]
pub fn assets() -> &'static [Asset] {
    crate::ASSETS
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_asset_is_found_with_and_without_a_leading_slash() {
        let first = assets().first().expect("a page without assets");
        assert_eq!(asset(first.path), Some(first));
        assert_eq!(asset(&format!("/{}", first.path)), Some(first));
    }

    #[test]
    fn a_path_that_is_not_embedded_has_no_asset() {
        assert_eq!(asset("assets/../Cargo.toml"), None);
        assert_eq!(asset("index.html"), None);
        assert_eq!(asset(""), None);
    }

    #[test]
    fn every_asset_decompresses_and_has_its_own_tag() {
        let mut tags = std::collections::HashSet::new();
        for asset in assets() {
            assert!(
                !asset.decompressed().expect(asset.path).is_empty(),
                "{} is empty",
                asset.path
            );
            assert!(tags.insert(asset.etag), "{} shares its tag", asset.path);
            assert_ne!(asset.content_type, "application/octet-stream", "{}", asset.path);
        }
    }

    #[test]
    fn only_names_that_change_with_the_content_are_immutable() {
        assert_eq!(assets().iter().any(|asset| asset.immutable), crate::is_full());
        let fixed = assets()
            .iter()
            .filter(|asset| asset.path.contains("licenses") || !crate::is_full());
        for asset in fixed {
            assert!(!asset.immutable, "{}", asset.path);
        }
    }
}
