use std::fmt;

use lettre::transport::smtp::{Error, response::Response};

/// What became of a message that was given to a mail server once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// The server has it, and has taken on to deliver it.
    Sent,
    /// The server will never take it: it was not sent, and sending it again is of no use.
    Refused(Reason),
    /// It was not sent; it may be sent again later.
    TryAgain(Reason),
    /// The connection ended after the whole message had gone out and before the server said anything: it may have
    /// been sent. A message that is sent again has the same `Message-ID`, by which receivers tell that it is the same.
    Unclear(Reason),
}

/// Why, for people. What a server said is cut short and printable, and no secret is in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reason {
    /// The reply code of the server (RFC 5321 section 4.2), if it gave one.
    pub code: Option<u16>,
    /// What happened.
    pub text: String,
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

/// Characters of a server's words that are kept.
const KEPT: usize = 200;

impl Reason {
    pub(crate) fn new(text: impl Into<String>) -> Self {
        Self {
            code: None,
            text: text.into(),
        }
    }

    /// What went wrong at a step: with the server's words.
    pub(crate) fn of(step: Step, error: &Error) -> Self {
        let code = error.status().map(u16::from);
        let said = match step {
            // A server may repeat what it was told, and that was the password.
            Step::Authenticate => String::new(),
            _ => format!(": {}", printable(&deepest(error))),
        };
        let text = match code {
            Some(code) => format!("{step} was answered {code}{said}"),
            None => format!("{step} failed{said}"),
        };
        Self { code, text }
    }
}

/// The innermost cause: what the server said, or the operating system.
fn deepest(error: &Error) -> String {
    let mut cause: &dyn std::error::Error = error;
    while let Some(inner) = cause.source() {
        cause = inner;
    }
    cause.to_string()
}

fn printable(text: &str) -> String {
    let clean = text.chars().map(|c| if c.is_control() { ' ' } else { c });
    clean.take(KEPT).collect()
}

/// A step of sending a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Step {
    Connect,
    Encrypt,
    Authenticate,
    Sender,
    Recipient,
    Data,
    Message,
}

impl fmt::Display for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Connect => "connecting to the mail server",
            Self::Encrypt => "STARTTLS",
            Self::Authenticate => "logging in to the mail server",
            Self::Sender => "the sender",
            Self::Recipient => "the recipient",
            Self::Data => "DATA",
            Self::Message => "the message",
        })
    }
}

impl Step {
    /// What became of the message when the step ended so.
    pub(crate) fn outcome(self, error: &Error) -> Outcome {
        let reason = Reason::of(self, error);
        let permanent = error.is_permanent();
        match self {
            // About the server, and not about the message: it may be mended there, or in our configuration.
            Self::Connect | Self::Encrypt | Self::Authenticate => Outcome::TryAgain(reason),
            Self::Sender | Self::Recipient | Self::Data | Self::Message if permanent => {
                Outcome::Refused(reason)
            }
            Self::Message if !error.is_transient() => Outcome::Unclear(reason),
            Self::Sender | Self::Recipient | Self::Data | Self::Message => Outcome::TryAgain(reason),
        }
    }

    /// What became of the message when the time was over at this step.
    pub(crate) fn too_late(self) -> Outcome {
        let reason = Reason::new(format!("{self} took too long"));
        match self {
            Self::Message => Outcome::Unclear(reason),
            _ => Outcome::TryAgain(reason),
        }
    }
}

/// Keeps the compiler from calling the reply unused: that it is positive is all that counts.
pub(crate) fn accepted(_: Response) {}
