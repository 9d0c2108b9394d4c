//! A mail server for tests, which does as it is told and keeps what it gets. Needs the feature `testing`.

#![allow(
    clippy::expect_used,
    clippy::unwrap_used,
    reason = "only tests call this, and a test whose server fails has failed"
)]

use std::{
    collections::VecDeque,
    sync::{Arc, Mutex, PoisonError},
};

use base64::{Engine, engine::general_purpose::STANDARD};
use rcgen::{CertifiedKey, generate_simple_self_signed};
use rustls::pki_types::PrivateKeyDer;
use tokio::{
    io::{AsyncBufReadExt, AsyncRead, AsyncWrite, AsyncWriteExt, BufReader},
    net::TcpListener,
    sync::watch,
    task::JoinHandle,
};
use tokio_rustls::TlsAcceptor;

use crate::{Encryption, MailSettings};

/// A message as the server got it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Received {
    /// Who it is from, by the envelope.
    pub from: String,
    /// Who it is for, by the envelope.
    pub to: Vec<String>,
    /// Its bytes, dots unstuffed.
    pub bytes: Vec<u8>,
    /// Whether it came over TLS.
    pub encrypted: bool,
}

/// What the server does with the next message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Manner {
    /// Takes it.
    Take,
    /// Closes the connection before it says anything.
    HangUp,
    /// Refuses the sender with this code.
    RefuseSender(u16),
    /// Refuses the recipient with this code.
    RefuseRecipient(u16),
    /// Answers the whole message with this code.
    RefuseMessage(u16),
    /// Takes the whole message, keeps it, and closes the connection without a word.
    KeepAndHangUp,
    /// Takes the whole message, keeps it, and says nothing more.
    KeepAndSayNothing,
}

/// A mail server that exists as long as this value.
#[derive(Debug)]
pub struct MailServer {
    port: u16,
    state: Arc<State>,
    certificate: tempfile::NamedTempFile,
    task: JoinHandle<()>,
}

#[derive(Debug)]
struct State {
    encryption: Encryption,
    login: Option<(String, String)>,
    manners: Mutex<VecDeque<Manner>>,
    received: watch::Sender<Vec<Received>>,
}

impl Drop for MailServer {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl MailServer {
    /// Starts a server on a free port of this machine, that takes every message from everybody.
    pub async fn start() -> Self {
        Self::with(Encryption::None, None).await
    }

    /// Starts a server that protects the way so, and wants these credentials if there are any.
    ///
    /// # Panics
    /// If the server can't be started.
    pub async fn with(encryption: Encryption, login: Option<(&str, &str)>) -> Self {
        let CertifiedKey { cert, signing_key } =
            generate_simple_self_signed(["localhost".to_owned()]).expect("a certificate");
        let mut certificate = tempfile::NamedTempFile::new().expect("a file");
        std::io::Write::write_all(&mut certificate, cert.pem().as_bytes()).expect("written");
        let key = PrivateKeyDer::try_from(signing_key.serialize_der()).expect("a key");
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let config = rustls::ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .expect("versions")
            .with_no_client_auth()
            .with_single_cert(vec![cert.der().clone()], key)
            .expect("the certificate fits the key");
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.expect("a free port");
        let port = listener.local_addr().expect("an address").port();
        let state = Arc::new(State {
            encryption,
            login: login.map(|(user, password)| (user.to_owned(), password.to_owned())),
            manners: Mutex::default(),
            received: watch::Sender::default(),
        });
        let task = tokio::spawn(serve(
            listener,
            TlsAcceptor::from(Arc::new(config)),
            state.clone(),
        ));
        Self {
            port,
            state,
            certificate,
            task,
        }
    }

    /// Settings for a [`Mailer`](crate::Mailer) that trusts this server, without credentials.
    ///
    /// # Panics
    /// Never: the address is a good one.
    #[must_use]
    pub fn settings(&self) -> MailSettings {
        MailSettings {
            port: self.port,
            trusted_certificates: Some(self.certificate.path().to_owned()),
            ..MailSettings::new(
                "localhost",
                self.state.encryption,
                "Switchboard <switchboard@example.com>"
                    .parse()
                    .expect("an address"),
            )
        }
    }

    /// The port that it listens on.
    #[must_use]
    pub fn port(&self) -> u16 {
        self.port
    }

    /// What it does with the next messages; it takes those after them.
    pub fn next(&self, manners: impl IntoIterator<Item = Manner>) {
        let mut next = self.state.manners.lock().unwrap_or_else(PoisonError::into_inner);
        next.extend(manners);
    }

    /// Every message so far.
    #[must_use]
    pub fn received(&self) -> Vec<Received> {
        self.state.received.borrow().clone()
    }

    /// Waits for so many messages, and gives all that there are.
    ///
    /// # Panics
    /// If the server has ended.
    pub async fn wait_for(&self, count: usize) -> Vec<Received> {
        let mut receiver = self.state.received.subscribe();
        let received = receiver.wait_for(|received| received.len() >= count).await;
        received.expect("the server runs").clone()
    }
}

impl State {
    fn manner(&self) -> Manner {
        let mut manners = self.manners.lock().unwrap_or_else(PoisonError::into_inner);
        manners.pop_front().unwrap_or(Manner::Take)
    }
}

async fn serve(listener: TcpListener, acceptor: TlsAcceptor, state: Arc<State>) {
    while let Ok((stream, _)) = listener.accept().await {
        let (acceptor, state) = (acceptor.clone(), state.clone());
        tokio::spawn(async move {
            let manner = state.manner();
            if manner == Manner::HangUp {
                return Ok(());
            }
            let mut session = Session::new(&state, manner);
            if state.encryption == Encryption::Tls {
                session.encrypted = true;
                let stream = acceptor.accept(stream).await?;
                session.greet_and_talk(BufReader::new(stream)).await?;
                return Ok(());
            }
            let plain = session.greet_and_talk(BufReader::new(stream)).await?;
            if let Some(stream) = plain {
                session.encrypted = true;
                let stream = acceptor.accept(stream.into_inner()).await?;
                session.talk(BufReader::new(stream)).await?;
            }
            std::io::Result::Ok(())
        });
    }
}

/// One connection.
struct Session<'s> {
    state: &'s State,
    manner: Manner,
    encrypted: bool,
    known: bool,
    from: String,
    to: Vec<String>,
}

impl<'s> Session<'s> {
    fn new(state: &'s State, manner: Manner) -> Self {
        Self {
            state,
            manner,
            encrypted: false,
            known: state.login.is_none(),
            from: String::new(),
            to: Vec::new(),
        }
    }

    async fn greet_and_talk<S: AsyncRead + AsyncWrite + Unpin>(
        &mut self,
        mut stream: BufReader<S>,
    ) -> std::io::Result<Option<BufReader<S>>> {
        say(&mut stream, "220 localhost ESMTP").await?;
        self.talk(stream).await
    }

    /// Answers commands; gives the stream back for STARTTLS.
    async fn talk<S: AsyncRead + AsyncWrite + Unpin>(
        &mut self,
        mut stream: BufReader<S>,
    ) -> std::io::Result<Option<BufReader<S>>> {
        loop {
            let line = line(&mut stream).await?;
            let command = line.to_ascii_uppercase();
            if command.starts_with("EHLO") {
                let starttls = self.state.encryption == Encryption::StartTls && !self.encrypted;
                let offer = if starttls { "250-STARTTLS\r\n" } else { "" };
                let login = if self.known {
                    ""
                } else {
                    "250-AUTH PLAIN LOGIN\r\n"
                };
                let hello = format!("250-localhost\r\n{offer}{login}250-8BITMIME\r\n250 SMTPUTF8");
                say(&mut stream, &hello).await?;
            } else if command == "STARTTLS" {
                say(&mut stream, "220 go ahead").await?;
                return Ok(Some(stream));
            } else if let Some(token) = line.strip_prefix("AUTH PLAIN ") {
                self.known = self.is_login(token);
                let answer = if self.known {
                    "235 welcome".to_owned()
                } else {
                    format!("535 not {token}")
                };
                say(&mut stream, &answer).await?;
            } else if command.starts_with("MAIL FROM:") {
                self.from = path(&line);
                let answer = match self.manner {
                    Manner::RefuseSender(code) => format!("{code} not from there"),
                    _ if !self.known => "530 log in first".to_owned(),
                    _ => "250 ok".to_owned(),
                };
                say(&mut stream, &answer).await?;
            } else if command.starts_with("RCPT TO:") {
                self.to.push(path(&line));
                let answer = match self.manner {
                    Manner::RefuseRecipient(code) => format!("{code} no such mailbox"),
                    _ => "250 ok".to_owned(),
                };
                say(&mut stream, &answer).await?;
            } else if command == "DATA" {
                say(&mut stream, "354 go on").await?;
                if !self.data(&mut stream).await? {
                    return Ok(None);
                }
            } else if command == "QUIT" {
                say(&mut stream, "221 bye").await?;
                return Ok(None);
            } else {
                say(&mut stream, "502 not here").await?;
            }
        }
    }

    /// Takes a message; says whether the conversation goes on.
    async fn data<S: AsyncRead + AsyncWrite + Unpin>(
        &mut self,
        stream: &mut BufReader<S>,
    ) -> std::io::Result<bool> {
        let mut bytes = Vec::new();
        loop {
            let mut line = Vec::new();
            if stream.read_until(b'\n', &mut line).await? == 0 {
                return Ok(false);
            }
            if line == b".\r\n" {
                break;
            }
            bytes.extend_from_slice(line.strip_prefix(b".").unwrap_or(&line));
        }
        if let Manner::RefuseMessage(code) = self.manner {
            say(stream, &format!("{code} not this one")).await?;
            return Ok(true);
        }
        let received = Received {
            from: self.from.clone(),
            to: std::mem::take(&mut self.to),
            bytes,
            encrypted: self.encrypted,
        };
        self.state.received.send_modify(|all| all.push(received));
        match self.manner {
            Manner::KeepAndHangUp => Ok(false),
            Manner::KeepAndSayNothing => {
                // Until the client goes away.
                line(stream).await?;
                Ok(false)
            }
            _ => {
                say(stream, "250 taken").await?;
                Ok(true)
            }
        }
    }

    fn is_login(&self, token: &str) -> bool {
        let given = STANDARD.decode(token).unwrap_or_default();
        let wanted = self.state.login.as_ref();
        wanted.is_some_and(|(user, password)| given == format!("\0{user}\0{password}").into_bytes())
    }
}

async fn line<S: AsyncRead + Unpin>(stream: &mut BufReader<S>) -> std::io::Result<String> {
    let mut line = String::new();
    if stream.read_line(&mut line).await? == 0 {
        return Err(std::io::ErrorKind::UnexpectedEof.into());
    }
    Ok(line.trim_end().to_owned())
}

async fn say<S: AsyncRead + AsyncWrite + Unpin>(
    stream: &mut BufReader<S>,
    text: &str,
) -> std::io::Result<()> {
    stream
        .get_mut()
        .write_all(format!("{text}\r\n").as_bytes())
        .await?;
    stream.get_mut().flush().await
}

/// The address between `<` and `>`.
fn path(command: &str) -> String {
    let inside = command.split_once('<').and_then(|(_, rest)| rest.split_once('>'));
    inside.map_or_else(String::new, |(address, _)| address.to_owned())
}
