use std::time::SystemTime;

use lettre::{
    Address,
    message::{
        Attachment as Part, Mailbox, MultiPart, SinglePart,
        header::{ContentType, HeaderName, HeaderValue},
    },
};

/// A message to one address: text, and what may go with it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message {
    /// What stays the same when it is sent again: letters, digits and hyphens. Its `Message-ID` is made of it.
    pub id: String,
    /// Who gets it.
    pub to: Address,
    /// What it is about, in one line.
    pub subject: String,
    /// The message as plain text.
    pub text: String,
    /// The same as HTML.
    pub html: Option<Html>,
    /// Files.
    pub attachments: Vec<Attachment>,
}

/// The HTML form of a message.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Html {
    /// A whole document. An image stands in it as `<img src="cid:chart">`.
    pub html: String,
    /// Its images.
    pub images: Vec<InlineImage>,
}

/// An image inside the HTML form.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InlineImage {
    /// What the HTML calls it: `chart` of `cid:chart`.
    pub id: String,
    /// Its media type: `image/png`.
    pub media_type: String,
    /// Its bytes.
    pub bytes: Vec<u8>,
}

/// A file that goes with a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attachment {
    /// What it is called.
    pub file_name: String,
    /// Its media type; one that is none becomes `application/octet-stream`.
    pub media_type: String,
    /// Its bytes.
    pub bytes: Vec<u8>,
}

impl Message {
    /// A message of plain text.
    pub fn new(
        id: impl Into<String>,
        to: Address,
        subject: impl Into<String>,
        text: impl Into<String>,
    ) -> Self {
        Self {
            id: id.into(),
            to,
            subject: subject.into(),
            text: text.into(),
            html: None,
            attachments: Vec::new(),
        }
    }

    /// The same with a form in HTML.
    #[must_use]
    pub fn with_html(self, html: Html) -> Self {
        Self {
            html: Some(html),
            ..self
        }
    }

    /// The same with a file.
    #[must_use]
    pub fn with_attachment(mut self, attachment: Attachment) -> Self {
        self.attachments.push(attachment);
        self
    }

    /// The message as it is sent (RFC 5322), which fails if the sender can't be written.
    pub(crate) fn build(&self, from: &Mailbox) -> Result<lettre::Message, lettre::error::Error> {
        let builder = lettre::Message::builder()
            .from(from.clone())
            .to(Mailbox::new(None, self.to.clone()))
            .subject(one_line(&self.subject))
            .date(SystemTime::now())
            .message_id(Some(format!("<{}@{}>", plain(&self.id), from.email.domain())))
            // RFC 3834: so that no vacation notice answers it.
            .raw_header(HeaderValue::new(
                HeaderName::new_from_ascii_str("Auto-Submitted"),
                "auto-generated".to_owned(),
            ));
        if self.html.is_none() && self.attachments.is_empty() {
            return builder.singlepart(SinglePart::plain(self.text.clone()));
        }
        let body = self.body();
        if self.attachments.is_empty() {
            return builder.multipart(body);
        }
        let files = self.attachments.iter().map(|file| {
            Part::new(one_line(&file.file_name)).body(file.bytes.clone(), content_type(&file.media_type))
        });
        builder.multipart(files.fold(MultiPart::mixed().multipart(body), MultiPart::singlepart))
    }

    /// The text, and its HTML form with its images.
    fn body(&self) -> MultiPart {
        let text = MultiPart::alternative().singlepart(SinglePart::plain(self.text.clone()));
        let Some(html) = &self.html else { return text };
        let page = SinglePart::html(html.html.clone());
        if html.images.is_empty() {
            return text.singlepart(page);
        }
        let images = html.images.iter().map(|image| {
            Part::new_inline(plain(&image.id)).body(image.bytes.clone(), content_type(&image.media_type))
        });
        text.multipart(images.fold(MultiPart::related().singlepart(page), MultiPart::singlepart))
    }
}

/// Line ends in a header would begin another header.
fn one_line(text: &str) -> String {
    text.chars()
        .map(|c| if c.is_control() { ' ' } else { c })
        .collect()
}

/// What may stand in a `Message-ID` and a `Content-ID` as itself.
fn plain(id: &str) -> String {
    id.chars()
        .filter(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '.' | '_'))
        .collect()
}

fn content_type(media_type: &str) -> ContentType {
    let fallback = || ContentType::parse("application/octet-stream").unwrap_or(ContentType::TEXT_PLAIN);
    ContentType::parse(media_type).unwrap_or_else(|_| fallback())
}
