//! What an upstream said, made safe to keep.

/// What the upstream itself said.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct UpstreamAnswer {
    /// The HTTP status.
    pub status: Option<u16>,
    /// The upstream's own code.
    pub code: Option<String>,
    /// The upstream's own words.
    pub message: Option<String>,
    /// What the upstream calls the request, for a ticket with its support.
    pub request_id: Option<String>,
}

impl UpstreamAnswer {
    /// An answer with this HTTP status.
    #[must_use]
    pub fn status(status: u16) -> Self {
        Self {
            status: Some(status),
            ..Self::default()
        }
    }

    /// Adds the upstream's own code, cut and cleaned.
    #[must_use]
    pub fn code(mut self, code: &str) -> Self {
        self.code = Some(clean(code));
        self
    }

    /// Adds the upstream's own words, cut and cleaned: an upstream's text is hostile input.
    #[must_use]
    pub fn message(mut self, message: &str) -> Self {
        self.message = Some(clean(message));
        self
    }

    /// Adds what the upstream calls the request, cut and cleaned.
    #[must_use]
    pub fn request_id(mut self, id: &str) -> Self {
        self.request_id = Some(clean(id));
        self
    }
}

/// As much of a foreign text as is worth keeping, on one line.
const FOREIGN_TEXT: usize = 200;

fn clean(text: &str) -> String {
    text.chars()
        .map(|c| if c.is_control() { ' ' } else { c })
        .take(FOREIGN_TEXT)
        .collect()
}
