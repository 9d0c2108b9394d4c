use mail::{Encryption, MailSettings, Mailer, Outcome, SettingsError, testing::MailServer};

use crate::message;

const LOGIN: (&str, &str) = ("numbers", "hunter2");

fn with_login(settings: MailSettings, password: &str) -> MailSettings {
    MailSettings {
        credentials: Some((LOGIN.0.to_owned(), password.into())),
        ..settings
    }
}

#[tokio::test]
async fn messages_go_over_tls_where_that_is_configured_and_the_password_with_them() {
    for encryption in [Encryption::Tls, Encryption::StartTls, Encryption::None] {
        let server = MailServer::with(encryption, Some(LOGIN)).await;
        let mailer = Mailer::new(with_login(server.settings(), LOGIN.1)).unwrap();
        assert_eq!(mailer.send(&message()).await, Outcome::Sent, "{encryption:?}");
        assert_eq!(server.received()[0].encrypted, encryption != Encryption::None);
    }
}

#[tokio::test]
async fn a_server_that_nobody_vouches_for_gets_nothing() {
    for encryption in [Encryption::Tls, Encryption::StartTls] {
        let server = MailServer::with(encryption, None).await;
        let settings = MailSettings {
            trusted_certificates: None,
            ..server.settings()
        };
        let outcome = Mailer::new(settings).unwrap().send(&message()).await;
        assert!(matches!(outcome, Outcome::TryAgain(_)), "{outcome:?}");
        assert_eq!(server.received(), []);
    }
}

#[tokio::test]
async fn a_server_without_starttls_gets_nothing_when_it_must_have_it() {
    let server = MailServer::start().await;
    let settings = MailSettings {
        encryption: Encryption::StartTls,
        ..server.settings()
    };
    let outcome = Mailer::new(settings).unwrap().send(&message()).await;
    assert!(matches!(outcome, Outcome::TryAgain(_)), "{outcome:?}");
    assert_eq!(server.received(), []);
}

#[tokio::test]
async fn a_wrong_password_is_tried_again_and_stands_in_no_message() {
    let server = MailServer::with(Encryption::Tls, Some(LOGIN)).await;
    let mailer = Mailer::new(with_login(server.settings(), "swordfish")).unwrap();
    let Outcome::TryAgain(reason) = mailer.send(&message()).await else {
        panic!("it may be mended in the configuration");
    };
    assert_eq!(reason.code, Some(535));
    // The server repeats what it was told: "\0numbers\0swordfish" in base64.
    for shown in [reason.to_string(), format!("{reason:?}"), format!("{mailer:?}")] {
        assert!(
            !shown.contains("swordfish") && !shown.contains("AG51bWJlcnMAc3dvcmRmaXNo"),
            "{shown}"
        );
    }
}

#[test]
fn a_password_is_never_sent_unprotected_to_another_machine() {
    let from: mail::Mailbox = "switchboard@example.com".parse().unwrap();
    for (host, allowed) in [
        ("localhost", true),
        ("127.0.0.1", true),
        ("[::1]", true),
        ("10.0.0.8", false),
    ] {
        let settings = MailSettings::new(host, Encryption::None, from.clone());
        assert!(Mailer::new(settings.clone()).is_ok(), "{host}");
        let refused = Mailer::new(with_login(settings, "x"));
        assert_eq!(refused.is_ok(), allowed, "{host}");
    }
}

#[test]
fn certificates_that_cannot_be_read_are_told() {
    let from: mail::Mailbox = "switchboard@example.com".parse().unwrap();
    let settings = MailSettings {
        trusted_certificates: Some("/nowhere/ca.pem".into()),
        ..MailSettings::new("mail.example.com", Encryption::Tls, from)
    };
    let Err(SettingsError::Certificates { path, .. }) = Mailer::new(settings) else {
        panic!("there is no such file");
    };
    assert_eq!(path, std::path::Path::new("/nowhere/ca.pem"));
}
