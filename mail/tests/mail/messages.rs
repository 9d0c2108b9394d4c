use mail::{Attachment, Html, InlineImage, Mailer, Outcome, testing::MailServer};
use mail_parser::{Message, MessageParser, MimeHeaders, PartType};

use crate::{mailer, message};

fn parse(bytes: &[u8]) -> Message<'_> {
    MessageParser::default().parse(bytes).unwrap()
}

#[tokio::test]
async fn a_message_arrives_with_its_sender_subject_and_text() {
    let server = MailServer::start().await;
    assert_eq!(mailer(&server).send(&message()).await, Outcome::Sent);
    let received = server.received();
    assert_eq!(received.len(), 1);
    assert_eq!(received[0].from, "switchboard@example.com");
    assert_eq!(received[0].to, ["ops@example.org"]);
    let read = parse(&received[0].bytes);
    assert_eq!(read.subject(), Some("Stock runs out"));
    assert_eq!(read.from().unwrap().first().unwrap().name(), Some("Switchboard"));
    assert_eq!(read.message_id(), Some("alert-7@example.com"));
    assert_eq!(
        read.header_raw("Auto-Submitted").map(str::trim),
        Some("auto-generated")
    );
    assert_eq!(
        read.body_text(0).unwrap().trim_end(),
        "12 numbers are left in 416."
    );
    assert!(read.date().is_some());
}

#[tokio::test]
async fn html_with_an_image_and_files_arrive_as_they_were() {
    let server = MailServer::start().await;
    let image: Vec<u8> = (0..=255).cycle().take(5_000).collect();
    let file: Vec<u8> = (0..=255).rev().cycle().take(9_000).collect();
    let message = message()
        .with_html(Html {
            html: "<p>Größe <img src=\"cid:chart\"></p>".to_owned(),
            images: vec![InlineImage {
                id: "chart".to_owned(),
                media_type: "image/png".to_owned(),
                bytes: image.clone(),
            }],
        })
        .with_attachment(Attachment {
            file_name: "Übersicht.xlsx".to_owned(),
            media_type: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet".to_owned(),
            bytes: file.clone(),
        });
    assert_eq!(mailer(&server).send(&message).await, Outcome::Sent);
    let received = server.received();
    let read = parse(&received[0].bytes);
    assert_eq!(
        read.body_html(0).unwrap().trim_end(),
        "<p>Größe <img src=\"cid:chart\"></p>"
    );
    assert_eq!(
        read.body_text(0).unwrap().trim_end(),
        "12 numbers are left in 416."
    );
    let inline = read
        .parts
        .iter()
        .find(|part| part.content_id() == Some("chart"))
        .unwrap();
    let bytes = match &inline.body {
        PartType::Binary(bytes) | PartType::InlineBinary(bytes) => bytes.to_vec(),
        other => panic!("{other:?}"),
    };
    assert_eq!(bytes, image);
    let attached = read
        .attachments()
        .find(|part| part.attachment_name() == Some("Übersicht.xlsx"))
        .unwrap();
    assert_eq!(attached.contents(), file);
}

#[tokio::test]
async fn no_text_becomes_a_header_or_ends_the_message() {
    let server = MailServer::start().await;
    let mut message = message();
    message.subject = "a\r\nBcc: all@example.org\r\n\r\nb".to_owned();
    message.id = "x>\r\nBcc: all@example.org".to_owned();
    message.text = "first\r\n.\r\nMAIL FROM:<evil@example.org>\r\n.dots\r\n".to_owned();
    assert_eq!(mailer(&server).send(&message).await, Outcome::Sent);
    let received = server.received();
    assert_eq!(received.len(), 1);
    assert_eq!(received[0].to, ["ops@example.org"]);
    let read = parse(&received[0].bytes);
    assert!(read.bcc().is_none());
    assert!(read.subject().unwrap().contains("Bcc: all@example.org"));
    let text = read.body_text(0).unwrap().replace("\r\n", "\n");
    assert_eq!(text.trim_end(), "first\n.\nMAIL FROM:<evil@example.org>\n.dots");
}

#[tokio::test]
async fn a_message_that_is_sent_again_has_the_same_id() {
    let server = MailServer::start().await;
    for _ in 0..2 {
        let again = Mailer::new(server.settings()).unwrap();
        assert_eq!(again.send(&message()).await, Outcome::Sent);
    }
    let received = server.received();
    let ids: Vec<_> = received
        .iter()
        .map(|mail| parse(&mail.bytes).message_id().map(str::to_owned))
        .collect();
    assert_eq!(ids[0], ids[1]);
}
