//! Mail, given to a real SMTP server and read back with another library than the one that wrote it.

#![allow(clippy::unwrap_used, reason = "only tests are here, their helpers included")]

mod messages;
mod outcomes;
mod protection;

use mail::{Mailer, Message, testing::MailServer};

fn mailer(server: &MailServer) -> Mailer {
    Mailer::new(server.settings()).unwrap()
}

fn message() -> Message {
    let to = "ops@example.org".parse().unwrap();
    Message::new("alert-7", to, "Stock runs out", "12 numbers are left in 416.\n")
}
