//! Documents known by their SHA-256 hash: automatically persisted queries and trusted documents.
//!
//! The wire protocol is Apollo's: `extensions.persistedQuery {version sha256Hash}`, see
//! <https://www.apollographql.com/docs/apollo-server/performance/apq>.

use std::{
    collections::HashMap,
    num::NonZeroUsize,
    sync::{Arc, Mutex, PoisonError},
};

use lru::LruCache;
use sha2::{Digest, Sha256};

use crate::error::{FrontError, FrontErrorCode};

/// Documents agreed on beforehand, by hash.
#[derive(Debug, Clone, Default)]
pub struct TrustedDocuments {
    texts: HashMap<Sha256Hash, Arc<str>>,
    only: bool,
}

impl TrustedDocuments {
    /// Documents a client may name by hash, next to sending any text.
    pub fn new<T: Into<Arc<str>>>(texts: impl IntoIterator<Item = T>) -> Self {
        let texts = texts
            .into_iter()
            .map(Into::into)
            .map(|text| (Sha256Hash::of(&text), text))
            .collect();
        Self { texts, only: false }
    }

    /// Refuses every document that is not among these.
    #[must_use]
    pub fn only_trusted(mut self) -> Self {
        self.only = true;
        self
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct Sha256Hash([u8; 32]);

impl Sha256Hash {
    pub(crate) fn of(text: &str) -> Self {
        Self(Sha256::digest(text.as_bytes()).into())
    }

    /// 64 hexadecimal digits.
    pub(crate) fn parse(hex: &str) -> Option<Self> {
        let mut hash = [0; 32];
        if hex.len() != 2 * hash.len() || !hex.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            return None;
        }
        for (byte, digits) in hash.iter_mut().zip(hex.as_bytes().chunks(2)) {
            *byte = u8::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok()?;
        }
        Some(Self(hash))
    }
}

/// A document found for a request.
pub(crate) struct Found {
    pub(crate) text: Arc<str>,
    /// Keep the text under this hash once it has proved to be a valid document.
    pub(crate) to_keep: Option<Sha256Hash>,
}

pub(crate) struct PersistedDocuments {
    trusted: TrustedDocuments,
    /// `None` if automatically persisted queries are off.
    automatic: Option<Mutex<LruCache<Sha256Hash, Arc<str>>>>,
}

impl PersistedDocuments {
    pub(crate) fn new(trusted: TrustedDocuments, automatic: usize) -> Self {
        let capacity = NonZeroUsize::new(automatic).filter(|_| !trusted.only);
        Self {
            trusted,
            automatic: capacity.map(|capacity| Mutex::new(LruCache::new(capacity))),
        }
    }

    /// The text for what a request carries: a text, a hash, or both.
    pub(crate) fn find(&self, text: Option<&str>, hash: Option<Sha256Hash>) -> Result<Found, FrontError> {
        match (text, hash) {
            (None, None) => Err(FrontError::new(
                FrontErrorCode::BadRequest,
                "The request has no \"query\" and names no persisted one.",
            )),
            (None, Some(hash)) => Ok(Found {
                text: self.known(hash)?,
                to_keep: None,
            }),
            (Some(text), hash) => self.given(text, hash),
        }
    }

    fn known(&self, hash: Sha256Hash) -> Result<Arc<str>, FrontError> {
        if let Some(text) = self.trusted.texts.get(&hash) {
            return Ok(Arc::clone(text));
        }
        if let Some(automatic) = &self.automatic {
            let mut kept = automatic.lock().unwrap_or_else(PoisonError::into_inner);
            // Clients look for this very message.
            let missing =
                || FrontError::new(FrontErrorCode::PersistedQueryNotFound, "PersistedQueryNotFound");
            return kept.get(&hash).cloned().ok_or_else(missing);
        }
        Err(if self.trusted.only {
            FrontError::new(
                FrontErrorCode::DocumentNotTrusted,
                "No trusted document has this hash.",
            )
        } else {
            FrontError::new(
                FrontErrorCode::PersistedQueryNotSupported,
                "PersistedQueryNotSupported",
            )
        })
    }

    fn given(&self, text: &str, claimed: Option<Sha256Hash>) -> Result<Found, FrontError> {
        if claimed.is_some() || self.trusted.only {
            let hash = Sha256Hash::of(text);
            if claimed.is_some_and(|claimed| claimed != hash) {
                return Err(FrontError::new(
                    FrontErrorCode::BadRequest,
                    "\"sha256Hash\" is not the SHA-256 hash of \"query\".",
                ));
            }
            if self.trusted.only && !self.trusted.texts.contains_key(&hash) {
                return Err(FrontError::new(
                    FrontErrorCode::DocumentNotTrusted,
                    "This server runs documents agreed on beforehand only, and this is none of them.",
                ));
            }
        }
        Ok(Found {
            text: text.into(),
            to_keep: claimed,
        })
    }

    /// Keeps a document for later requests. Only valid documents are kept, so that nobody can fill the cache
    /// with others.
    pub(crate) fn keep(&self, hash: Sha256Hash, text: Arc<str>) {
        if let Some(automatic) = &self.automatic {
            automatic
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .put(hash, text);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const EMPTY_TEXT: &str = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

    fn code(result: Result<Found, FrontError>) -> Option<FrontErrorCode> {
        result.err().map(|error| error.code)
    }

    #[test]
    fn a_hash_is_read_in_either_case() {
        assert_eq!(Sha256Hash::parse(EMPTY_TEXT), Some(Sha256Hash::of("")));
        assert_eq!(
            Sha256Hash::parse(&EMPTY_TEXT.to_uppercase()),
            Some(Sha256Hash::of(""))
        );
        for text in ["", "e3b0", &"+f".repeat(32), &"é".repeat(32)] {
            assert_eq!(Sha256Hash::parse(text), None, "{text}");
        }
    }

    #[test]
    fn the_least_recently_used_document_is_dropped() {
        let documents = PersistedDocuments::new(TrustedDocuments::default(), 2);
        let [a, b, c] = ["a", "b", "c"].map(Sha256Hash::of);
        documents.keep(a, "a".into());
        documents.keep(b, "b".into());
        assert!(documents.find(None, Some(a)).is_ok());
        documents.keep(c, "c".into());
        assert_eq!(
            code(documents.find(None, Some(b))),
            Some(FrontErrorCode::PersistedQueryNotFound)
        );
        assert!(documents.find(None, Some(a)).is_ok() && documents.find(None, Some(c)).is_ok());
    }

    #[test]
    fn switched_off_means_not_supported() {
        let documents = PersistedDocuments::new(TrustedDocuments::default(), 0);
        let found = documents.find(None, Some(Sha256Hash::of("a")));
        assert_eq!(code(found), Some(FrontErrorCode::PersistedQueryNotSupported));
    }

    #[test]
    fn only_trusted_documents_run_when_asked_so() {
        let trusted = TrustedDocuments::new(["{ a }"]).only_trusted();
        let documents = PersistedDocuments::new(trusted, 10);
        assert!(documents.find(Some("{ a }"), None).is_ok());
        assert!(documents.find(None, Some(Sha256Hash::of("{ a }"))).is_ok());
        assert_eq!(
            code(documents.find(Some("{ b }"), None)),
            Some(FrontErrorCode::DocumentNotTrusted)
        );
        let unknown = documents.find(None, Some(Sha256Hash::of("{ b }")));
        assert_eq!(code(unknown), Some(FrontErrorCode::DocumentNotTrusted));
    }
}
