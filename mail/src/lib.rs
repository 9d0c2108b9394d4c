//! Mail over SMTP: a message is made, sent once, and what became of it is one of four things.
//!
//! ```no_run
//! use mail::{Encryption, MailSettings, Mailer, Message, Outcome};
//!
//! # async fn tell() -> Result<(), Box<dyn std::error::Error>> {
//! let settings = MailSettings::new("mail.example.com", Encryption::StartTls, "Switchboard <numbers@example.com>".parse()?);
//! let mailer = Mailer::new(settings)?;
//! let message = Message::new("alert-7", "ops@example.com".parse()?, "Stock runs out", "12 numbers are left.");
//! match mailer.send(&message).await {
//!     Outcome::Sent => {}
//!     Outcome::Refused(why) => println!("never again: {why}"),
//!     Outcome::TryAgain(why) => println!("later: {why}"),
//!     Outcome::Unclear(why) => println!("perhaps it was sent: {why}"),
//! }
//! # Ok(())
//! # }
//! ```

mod mailer;
mod message;
mod outcome;
mod settings;
#[cfg(feature = "testing")]
pub mod testing;

/// An address (`ops@example.com`), and one with a name (`Operations <ops@example.com>`); both are parsed from text.
pub use lettre::{Address, message::Mailbox};
pub use mailer::Mailer;
pub use message::{Attachment, Html, InlineImage, Message};
pub use outcome::{Outcome, Reason};
pub use settings::{Encryption, MailSettings, SettingsError};
