//! Encrypted upstreams, with certificates that vouch for themselves.

use std::path::Path;
use std::sync::Arc;

use provider_core::call::CallContext;
use provider_core::error::{Effect, ErrorKind, ProviderError};
use provider_core::http::{Method, Reply, RestClient};
use rcgen::{CertifiedKey, KeyPair, generate_simple_self_signed};
use rustls::ServerConfig;
use rustls::pki_types::PrivatePkcs8KeyDer;
use tempfile::TempDir;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;

use super::support::{Act, BEARER, UNSAFE, answer, configured, cx, json};

/// Who a server says it is, and the file by which a client knows it.
struct Identity {
    signed: CertifiedKey<KeyPair>,
    folder: TempDir,
}

impl Identity {
    fn new() -> Self {
        let signed = generate_simple_self_signed(["localhost".to_owned()]).unwrap();
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("certificate.pem"), signed.cert.pem()).unwrap();
        std::fs::write(folder.path().join("key.pem"), signed.signing_key.serialize_pem()).unwrap();
        Self { signed, folder }
    }

    /// The setting that trusts the certificate.
    fn trusted(&self) -> String {
        trusting(&self.folder.path().join("certificate.pem"))
    }
}

fn trusting(path: &Path) -> String {
    format!("trusted_certificates = {path:?}")
}

/// A server without TLS: it does this as soon as anything comes.
async fn plain(act: Act) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        let read = stream.read(&mut [0; 4096]).await.unwrap();
        assert!(read > 0, "the handshake begins");
        match act {
            Act::SendAndClose(bytes) => stream.write_all(&bytes).await.unwrap(),
            Act::Silence => drop(stream.read(&mut [0; 4096]).await),
            _ => {}
        }
    });
    format!("https://localhost:{}", address.port())
}

/// A server that speaks TLS and answers one request.
async fn encrypted(identity: &Identity) -> String {
    let certificate = identity.signed.cert.der().clone();
    let key = PrivatePkcs8KeyDer::from(identity.signed.signing_key.serialize_der()).into();
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![certificate], key)
        .unwrap();
    let acceptor = TlsAcceptor::from(Arc::new(config));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        let (stream, _) = listener.accept().await.unwrap();
        if let Ok(mut stream) = acceptor.accept(stream).await {
            let read = stream.read(&mut [0; 4096]).await.unwrap();
            assert!(read > 0);
            stream.write_all(&json("{}")).await.unwrap();
            stream.shutdown().await.unwrap();
        }
    });
    format!("https://localhost:{}", address.port())
}

async fn call(client: &RestClient, cx: &CallContext) -> Result<Reply, ProviderError> {
    client.request(UNSAFE, Method::POST).json(&1).send(cx).await
}

#[tokio::test]
async fn an_upstream_whose_certificate_is_trusted_answers() {
    let identity = Identity::new();
    let client = configured(&encrypted(&identity).await, BEARER, &identity.trusted()).unwrap();
    assert!(call(&client, &cx()).await.unwrap().is_success());
}

#[tokio::test]
async fn an_upstream_with_a_certificate_of_nobody_we_trust_gets_nothing() {
    let client = configured(&encrypted(&Identity::new()).await, BEARER, "").unwrap();
    let error = call(&client, &cx()).await.unwrap_err();
    assert_eq!(
        (error.kind(), error.effect()),
        (ErrorKind::Unavailable, Effect::None)
    );
    assert!(
        format!("{error:?}").contains("certificate"),
        "the cause is told: {error:?}"
    );
}

#[tokio::test]
async fn an_upstream_that_does_not_speak_tls_gets_nothing() {
    let identity = Identity::new();
    for act in [Act::Close, Act::SendAndClose(answer(400, "", "")), Act::Silence] {
        let upstream = plain(act).await;
        let http = format!("connect_timeout_ms = 100, {}", identity.trusted());
        let client = configured(&upstream, BEARER, &http).unwrap();
        let error = call(&client, &cx()).await.unwrap_err();
        assert_eq!(
            (error.kind(), error.effect()),
            (ErrorKind::Unavailable, Effect::None),
            "{error:?}"
        );
    }
}

#[test]
fn a_file_without_certificates_is_a_fault_at_its_key() {
    let identity = Identity::new();
    let key = identity.folder.path().join("key.pem");
    for path in [key.as_path(), Path::new("/nowhere/at/all.pem")] {
        let faults = configured("https://localhost:1", BEARER, &trusting(path)).unwrap_err();
        let keys: Vec<&str> = faults.iter().map(|fault| fault.key()).collect();
        assert_eq!(keys, ["config.http.trusted_certificates"]);
        assert!(
            faults[0].message().contains(path.to_str().unwrap()),
            "{}",
            faults[0]
        );
    }
}
