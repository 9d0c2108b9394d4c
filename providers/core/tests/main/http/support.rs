//! An upstream made of bytes: a real socket, and a script of what happens on it. And clients for it.

use std::io::Write;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use provider_core::call::{ActorRef, CallContext, Operation, TenantRef};
use provider_core::config::{ConfigFault, read_section};
use provider_core::http::{Auth, BaseUrl, HttpSettings, RestClient};
use serde::Deserialize;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

pub(super) const READ: Operation = Operation::read("inventory.list");
pub(super) const IDEMPOTENT: Operation = Operation::idempotent("pools.retire");
pub(super) const UNSAFE: Operation = Operation::by_token("orders.place", false);

/// What stands wherever a configuration of these tests says SECRET.
pub(super) const SECRET: &str = "hunter2/with+odd=characters";

/// The bearer key of most clients of these tests.
pub(super) const BEARER: &str = "{ bearer = SECRET }";

/// What an upstream does when it has read a request.
#[derive(Debug, Clone)]
pub(super) enum Act {
    /// Sends these bytes, and waits for the next request.
    Send(Vec<u8>),
    /// Sends these bytes, and closes the connection.
    SendAndClose(Vec<u8>),
    /// Closes the connection without a word.
    Close,
    /// Ends the connection as if the machine had gone.
    Reset,
    /// Says nothing as long as the other side waits.
    Silence,
    /// Sends these bytes, and then nothing as long as the other side waits.
    SendAndHang(Vec<u8>),
}

/// A request as it came.
#[derive(Debug, Clone)]
pub(super) struct Received {
    /// On which connection, counted from 0.
    pub(super) connection: usize,
    /// `GET /path?query HTTP/1.1`.
    pub(super) line: String,
    headers: Vec<(String, String)>,
    pub(super) body: String,
}

impl Received {
    pub(super) fn target(&self) -> &str {
        self.line.split(' ').nth(1).unwrap()
    }

    pub(super) fn header(&self, name: &str) -> Option<&str> {
        let found = self.headers.iter().find(|(header, _)| header == name);
        found.map(|(_, value)| value.as_str())
    }
}

/// A server on this machine that does what its script says. Stops when dropped.
pub(super) struct Upstream {
    address: SocketAddr,
    received: Arc<Mutex<Vec<Received>>>,
    server: JoinHandle<()>,
}

impl Upstream {
    pub(super) async fn always(act: Act) -> Self {
        Self::doing(move |_| act.clone()).await
    }

    pub(super) async fn doing(script: impl Fn(&Received) -> Act + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let received = Arc::new(Mutex::new(Vec::new()));
        let (script, seen) = (Arc::new(script), Arc::clone(&received));
        let server = tokio::spawn(async move {
            for connection in 0.. {
                let (stream, _) = listener.accept().await.unwrap();
                tokio::spawn(serve(stream, connection, Arc::clone(&script), Arc::clone(&seen)));
            }
        });
        Self {
            address,
            received,
            server,
        }
    }

    pub(super) fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    pub(super) fn received(&self) -> Vec<Received> {
        self.received.lock().unwrap().clone()
    }

    /// The only request that came.
    pub(super) fn only(&self) -> Received {
        let [only] = <[Received; 1]>::try_from(self.received()).unwrap();
        only
    }
}

impl Drop for Upstream {
    fn drop(&mut self) {
        self.server.abort();
    }
}

async fn serve(
    mut stream: TcpStream,
    connection: usize,
    script: Arc<impl Fn(&Received) -> Act>,
    seen: Arc<Mutex<Vec<Received>>>,
) {
    while let Some(request) = read(&mut stream, connection).await {
        let act = script(&request);
        seen.lock().unwrap().push(request);
        match act {
            Act::Send(bytes) => stream.write_all(&bytes).await.unwrap(),
            Act::SendAndClose(bytes) => return stream.write_all(&bytes).await.unwrap(),
            Act::Close => return,
            Act::Reset => return stream.set_zero_linger().unwrap(),
            Act::Silence => return wait_for_the_end(stream).await,
            Act::SendAndHang(bytes) => {
                stream.write_all(&bytes).await.unwrap();
                return wait_for_the_end(stream).await;
            }
        }
    }
}

async fn wait_for_the_end(mut stream: TcpStream) {
    while stream.read(&mut [0; 1024]).await.is_ok_and(|read| read > 0) {}
}

/// A whole request, or nothing when the other side is done.
async fn read(stream: &mut TcpStream, connection: usize) -> Option<Received> {
    let mut bytes = Vec::new();
    let head_end = loop {
        if let Some(at) = bytes.windows(4).position(|four| four == b"\r\n\r\n") {
            break at;
        }
        fill(stream, &mut bytes).await?;
    };
    let head = String::from_utf8(bytes[..head_end].to_vec()).unwrap();
    let mut lines = head.lines();
    let line = lines.next().unwrap().to_owned();
    let headers: Vec<(String, String)> = lines
        .filter_map(|line| line.split_once(": "))
        .map(|(name, value)| (name.to_ascii_lowercase(), value.to_owned()))
        .collect();
    let length = headers.iter().find(|(name, _)| name == "content-length");
    let end = head_end + 4 + length.map_or(0, |(_, length)| length.parse().unwrap());
    while bytes.len() < end {
        fill(stream, &mut bytes).await?;
    }
    Some(Received {
        connection,
        line,
        headers,
        body: String::from_utf8(bytes[head_end + 4..end].to_vec()).unwrap(),
    })
}

async fn fill(stream: &mut TcpStream, bytes: &mut Vec<u8>) -> Option<()> {
    let mut part = [0; 4096];
    match stream.read(&mut part).await {
        Ok(0) | Err(_) => None,
        Ok(read) => {
            bytes.extend_from_slice(&part[..read]);
            Some(())
        }
    }
}

/// An answer with a status, headers (each with its line end) and a body of known length.
pub(super) fn answer(status: u16, headers: &str, body: &str) -> Vec<u8> {
    let length = body.len();
    format!("HTTP/1.1 {status} Said\r\n{headers}Content-Length: {length}\r\n\r\n{body}").into_bytes()
}

pub(super) const JSON: &str = "Content-Type: application/json\r\n";

pub(super) fn json(body: &str) -> Vec<u8> {
    answer(200, JSON, body)
}

pub(super) fn cx() -> CallContext {
    CallContext::new(
        "request-1",
        TenantRef("acme".to_owned()),
        ActorRef("test".to_owned()),
    )
}

/// The settings of an adapter without any of its own.
#[derive(Deserialize)]
struct Settings {
    base_url: BaseUrl,
    auth: Auth,
    #[serde(default)]
    http: HttpSettings,
}

/// A client as the configuration of a provider makes it.
pub(super) fn configured(base_url: &str, auth: &str, http: &str) -> Result<RestClient, Vec<ConfigFault>> {
    let mut file = tempfile::NamedTempFile::new().unwrap();
    write!(file, "{SECRET}").unwrap();
    let secret = format!("{{ file = {:?} }}", file.path());
    let auth = auth.replace("SECRET", &secret);
    let text = format!("base_url = {base_url:?}\nauth = {auth}\nhttp = {{ {http} }}");
    let settings: Settings = read_section(text.parse::<toml::Table>().unwrap().into(), "config")?;
    RestClient::new(settings.base_url, settings.auth, settings.http)
}

pub(super) fn client(upstream: &Upstream) -> RestClient {
    configured(&upstream.url(), BEARER, "").unwrap()
}

/// A client that does not wait long.
pub(super) fn hasty(upstream: &Upstream) -> RestClient {
    configured(&upstream.url(), BEARER, "read_timeout_ms = 500").unwrap()
}

/// A port where nobody listens.
pub(super) async fn deserted() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    format!("http://{}", listener.local_addr().unwrap())
}
