//! A receiver of webhooks, which answers as it is told and keeps what it gets.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex},
};

use tokio::{
    io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader},
    net::{TcpListener, TcpStream},
    task::JoinHandle,
};

/// A call as it came.
#[derive(Debug, Clone)]
pub(crate) struct Call {
    headers: BTreeMap<String, String>,
    pub(crate) body: String,
}

impl Call {
    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", String::as_str)
    }

    /// The headers as the verifier takes them.
    pub(crate) fn headers(&self) -> http::HeaderMap {
        let pairs = self.headers.iter().map(|(name, value)| {
            let name: http::HeaderName = name.parse().expect("a name");
            (name, value.parse().expect("a value"))
        });
        pairs.collect()
    }
}

/// A server on this machine that exists as long as this value.
pub(crate) struct Receiver {
    port: u16,
    calls: Arc<Mutex<Vec<Call>>>,
    task: JoinHandle<()>,
}

impl Drop for Receiver {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Receiver {
    /// Starts one that answers with these statuses, one after the other, and then with 200.
    pub(crate) async fn start(answers: impl IntoIterator<Item = u16>) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.expect("a free port");
        let port = listener.local_addr().expect("an address").port();
        let calls = Arc::new(Mutex::new(Vec::new()));
        let mut answers: Vec<u16> = answers.into_iter().collect();
        answers.reverse();
        let kept = calls.clone();
        let task = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let status = answers.pop().unwrap_or(200);
                if let Ok(call) = answer(stream, status, port).await {
                    kept.lock().expect("no panic").push(call);
                }
            }
        });
        Self { port, calls, task }
    }

    pub(crate) fn url(&self) -> String {
        format!("http://127.0.0.1:{}/hook?key=1", self.port)
    }

    pub(crate) fn received(&self) -> Vec<Call> {
        self.calls.lock().expect("no panic").clone()
    }
}

async fn answer(stream: TcpStream, status: u16, port: u16) -> std::io::Result<Call> {
    let mut stream = BufReader::new(stream);
    let mut headers = BTreeMap::new();
    let mut line = String::new();
    stream.read_line(&mut line).await?;
    loop {
        line.clear();
        stream.read_line(&mut line).await?;
        match line.trim_end().split_once(':') {
            Some((name, value)) => headers.insert(name.to_lowercase(), value.trim().to_owned()),
            None => break,
        };
    }
    let length = headers
        .get("content-length")
        .and_then(|length| length.parse().ok());
    let mut body = vec![0; length.unwrap_or(0)];
    stream.read_exact(&mut body).await?;
    // The redirect leads back here: whoever follows it makes another call.
    let head = format!(
        "HTTP/1.1 {status} Answer\r\nlocation: http://127.0.0.1:{port}/\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"
    );
    stream.get_mut().write_all(head.as_bytes()).await?;
    let body = String::from_utf8(body).map_err(std::io::Error::other)?;
    Ok(Call { headers, body })
}
