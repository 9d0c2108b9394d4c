use std::time::Duration;

use mail::{
    MailSettings, Mailer, Outcome, Reason,
    testing::{MailServer, Manner},
};

use crate::{mailer, message};

fn code(outcome: &Outcome) -> (&'static str, Option<u16>) {
    match outcome {
        Outcome::Sent => ("sent", None),
        Outcome::Refused(Reason { code, .. }) => ("refused", *code),
        Outcome::TryAgain(Reason { code, .. }) => ("try again", *code),
        Outcome::Unclear(Reason { code, .. }) => ("unclear", *code),
    }
}

#[tokio::test]
async fn what_became_of_a_message_follows_from_what_the_server_said_and_when() {
    let server = MailServer::start().await;
    for (manner, expected, kept) in [
        (Manner::Take, ("sent", None), 1),
        (Manner::HangUp, ("try again", None), 0),
        (Manner::RefuseSender(550), ("refused", Some(550)), 0),
        (Manner::RefuseSender(451), ("try again", Some(451)), 0),
        (Manner::RefuseRecipient(550), ("refused", Some(550)), 0),
        (Manner::RefuseRecipient(450), ("try again", Some(450)), 0),
        (Manner::RefuseMessage(554), ("refused", Some(554)), 0),
        (Manner::RefuseMessage(452), ("try again", Some(452)), 0),
        (Manner::KeepAndHangUp, ("unclear", None), 1),
        (Manner::Take, ("sent", None), 1),
    ] {
        let before = server.received().len();
        server.next([manner]);
        let outcome = mailer(&server).send(&message()).await;
        assert_eq!(code(&outcome), expected, "{manner:?}: {outcome:?}");
        assert_eq!(server.received().len() - before, kept, "{manner:?}");
    }
}

#[tokio::test]
async fn a_server_that_falls_silent_leaves_it_unclear_only_after_it_had_the_message() {
    let server = MailServer::start().await;
    server.next([Manner::KeepAndSayNothing]);
    let settings = MailSettings {
        timeout: Duration::from_millis(400),
        ..server.settings()
    };
    let outcome = Mailer::new(settings.clone()).unwrap().send(&message()).await;
    assert_eq!(code(&outcome), ("unclear", None), "{outcome:?}");
    // Connections wait in the listener's queue, and nobody answers them.
    let listener = std::net::TcpListener::bind(("127.0.0.1", 0)).unwrap();
    let silent = MailSettings {
        port: listener.local_addr().unwrap().port(),
        ..settings
    };
    let outcome = Mailer::new(silent).unwrap().send(&message()).await;
    assert_eq!(code(&outcome), ("try again", None), "{outcome:?}");
}

#[tokio::test]
async fn a_server_that_is_not_there_is_tried_again() {
    let listener = std::net::TcpListener::bind(("127.0.0.1", 0)).unwrap();
    let server = MailServer::start().await;
    let settings = MailSettings {
        port: listener.local_addr().unwrap().port(),
        ..server.settings()
    };
    drop(listener);
    let outcome = Mailer::new(settings).unwrap().send(&message()).await;
    assert_eq!(code(&outcome), ("try again", None), "{outcome:?}");
}
