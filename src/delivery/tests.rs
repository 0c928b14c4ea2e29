//! Single attempts against receivers in this process: what is sent, which addresses are called, and what is kept of a response.

use std::io;
use std::net::SocketAddr;

use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::pem::PemObject as _;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio_rustls::rustls::{RootCertStore, ServerConfig};

use super::resolve::Resolve;
use super::*;
use crate::services::webhooks::Targets;

const TIMEOUT: Duration = Duration::from_secs(30);
const OK: &str = "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\ndone";
const AUTHORITY: &[u8] = include_bytes!("../../tests/fixtures/tls/authority.pem");
const CERTIFICATE: &[u8] = include_bytes!("../../tests/fixtures/tls/receiver.pem");
const KEY: &[u8] = include_bytes!("../../tests/fixtures/tls/receiver.key");

/// Returns the next list of addresses each time, whatever the name.
struct Script(Mutex<Vec<Vec<SocketAddr>>>);

#[async_trait::async_trait]
impl Resolve for Script {
    async fn resolve(&self, _name: &str, _port: u16) -> io::Result<Vec<SocketAddr>> {
        let mut script = self.0.lock();
        if script.is_empty() {
            return Err(io::ErrorKind::NotFound.into());
        }
        Ok(script.remove(0))
    }
}

fn sender(networks: &str, script: Vec<Vec<SocketAddr>>, roots: RootCertStore) -> Sender {
    let targets = Targets {
        allows_http: true,
        networks: networks.parse().unwrap(),
    };
    let resolver = Box::new(Script(Mutex::new(script)));
    Sender::with(targets, resolver, roots, TIMEOUT).unwrap()
}

fn local(script: Vec<Vec<SocketAddr>>) -> Sender {
    sender("127.0.0.0/8", script, RootCertStore::empty())
}

fn message(url: String) -> Message {
    Message {
        url,
        id: "msg_1".to_owned(),
        timestamp: 1_700_000_000,
        signature: "v1,abc".to_owned(),
        payload: "{}".to_owned(),
    }
}

async fn listen(address: &str) -> (SocketAddr, TcpListener) {
    let listener = TcpListener::bind((address, 0)).await.unwrap();
    (listener.local_addr().unwrap(), listener)
}

/// Reads a request up to its body `{}`, and sends a response.
async fn answer(mut stream: impl AsyncRead + AsyncWrite + Unpin, response: &str) -> String {
    let mut request = Vec::new();
    while !request.ends_with(b"\r\n\r\n{}") {
        if stream.read_buf(&mut request).await.unwrap_or(0) == 0 {
            break;
        }
    }
    // Fails if the sender has read enough and is gone.
    let _ = stream.write_all(response.as_bytes()).await;
    let _ = stream.flush().await;
    String::from_utf8(request).unwrap()
}

/// Answers one request; returns it.
async fn receiver(response: impl Into<String>) -> (SocketAddr, JoinHandle<String>) {
    let (address, listener) = listen("127.0.0.1").await;
    let response = response.into();
    let answered = tokio::spawn(async move {
        let (stream, _) = listener.accept().await.unwrap();
        answer(stream, &response).await
    });
    (address, answered)
}

async fn send(url: String) -> Attempted {
    local(Vec::new()).send(message(url)).await
}

fn error_of(attempted: &Attempted) -> DeliveryError {
    attempted.result.clone().unwrap_err()
}

#[tokio::test]
async fn a_message_is_posted_with_its_headers() {
    let (address, answered) = receiver(OK).await;
    let attempted = send(format!("http://{address}/events?a=b")).await;
    assert_eq!(attempted.result, Ok((200, "done".to_owned())));
    assert!(attempted.is_success());
    let request = answered.await.unwrap();
    assert!(
        request.starts_with("POST /events?a=b HTTP/1.1\r\n"),
        "{request}"
    );
    let request = request.to_ascii_lowercase();
    for header in [
        format!("host: {address}"),
        "content-type: application/json".to_owned(),
        "content-length: 2".to_owned(),
        "webhook-id: msg_1".to_owned(),
        "webhook-timestamp: 1700000000".to_owned(),
        "webhook-signature: v1,abc".to_owned(),
    ] {
        assert!(
            request.contains(&format!("\r\n{header}\r\n")),
            "{header}: {request}"
        );
    }
}

#[tokio::test]
async fn a_redirect_is_a_failure_and_not_followed() {
    let (target, listener) = listen("127.0.0.1").await;
    let response =
        format!("HTTP/1.1 307 x\r\nLocation: http://{target}/\r\nContent-Length: 0\r\n\r\n");
    let (address, _answered) = receiver(response).await;
    let attempted = send(format!("http://{address}/")).await;
    assert_eq!(attempted.result, Ok((307, String::new())));
    assert!(!attempted.is_success());
    let nobody = tokio::time::timeout(Duration::from_millis(50), listener.accept()).await;
    assert!(nobody.is_err(), "the redirect was followed");
}

#[tokio::test]
async fn a_name_that_moves_to_a_refused_address_is_not_called_there() {
    let (allowed, listening) = listen("127.0.0.1").await;
    let (refused, listener) = listen("127.0.0.2").await;
    let refused = SocketAddr::new([127, 0, 0, 2].into(), refused.port());
    let answered = tokio::spawn(async move {
        let (stream, _) = listening.accept().await.unwrap();
        answer(stream, OK).await
    });
    let script = vec![vec![allowed], vec![refused], vec![refused, refused]];
    let sender = sender("127.0.0.1", script, RootCertStore::empty());
    let url = || message(format!("http://receiver.test:{}/", allowed.port()));
    assert!(sender.send(url()).await.is_success());
    answered.await.unwrap();
    for _ in 0..2 {
        let attempted = sender.send(url()).await;
        assert_eq!(error_of(&attempted), DeliveryError::NoPublicAddress);
    }
    let nobody = tokio::time::timeout(Duration::from_millis(50), listener.accept()).await;
    assert!(nobody.is_err(), "the refused address was called");
}

#[tokio::test]
async fn refused_addresses_of_a_name_are_skipped() {
    let (address, answered) = receiver(OK).await;
    let refused = SocketAddr::new([127, 0, 0, 2].into(), address.port());
    let script = vec![vec![refused, address]];
    let sender = sender("127.0.0.1", script, RootCertStore::empty());
    let attempted = sender
        .send(message("http://receiver.test/".to_owned()))
        .await;
    assert!(attempted.is_success(), "{attempted:?}");
    answered.await.unwrap();
}

#[tokio::test]
async fn what_is_not_public_is_not_called_by_default() {
    let targets = Targets::default();
    let script = Script(Mutex::new(vec![vec!["127.0.0.1:9".parse().unwrap()]]));
    let roots = RootCertStore::empty();
    let sender = Sender::with(targets, Box::new(script), roots, TIMEOUT).unwrap();
    for (url, error) in [
        ("https://127.0.0.1:9/", DeliveryError::UrlNotAllowed),
        ("http://example.org/", DeliveryError::UrlNotAllowed),
        ("https://rebound.test/", DeliveryError::NoPublicAddress),
        // The script is at its end: no such name.
        ("https://missing.test/", DeliveryError::NoPublicAddress),
    ] {
        let attempted = sender.send(message(url.to_owned())).await;
        assert_eq!(error_of(&attempted), error, "{url}");
    }
}

#[tokio::test]
async fn only_the_beginning_of_a_response_is_kept() {
    let body = "x".repeat(100_000);
    let response = format!("HTTP/1.1 500 x\r\nContent-Length: 100000\r\n\r\n{body}");
    let (address, _answered) = receiver(response).await;
    let (status, body) = send(format!("http://{address}/")).await.result.unwrap();
    assert_eq!((status, body.len()), (500, 4096));

    let response = "HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\na\0b";
    let (address, _answered) = receiver(response).await;
    let (_, body) = send(format!("http://{address}/")).await.result.unwrap();
    assert_eq!(body, "a\u{fffd}b");
}

#[tokio::test]
async fn a_receiver_that_is_down_or_speaks_no_http_is_a_failure() {
    let (address, listener) = listen("127.0.0.1").await;
    drop(listener);
    let attempted = send(format!("http://{address}/")).await;
    assert_eq!(error_of(&attempted), DeliveryError::ConnectionFailed);

    let (address, _answered) = receiver("220 mail.example ESMTP\r\n").await;
    let attempted = send(format!("http://{address}/")).await;
    assert_eq!(error_of(&attempted), DeliveryError::InvalidResponse);

    let (address, _answered) = receiver("").await;
    let attempted = send(format!("http://{address}/")).await;
    assert_eq!(error_of(&attempted), DeliveryError::ConnectionFailed);
}

#[tokio::test]
async fn a_silent_receiver_times_out() {
    let (address, _listening) = listen("127.0.0.1").await;
    let sender = Sender {
        response_timeout: Duration::from_millis(20),
        ..local(Vec::new())
    };
    let attempted = sender.send(message(format!("http://{address}/"))).await;
    assert_eq!(error_of(&attempted), DeliveryError::TimedOut);
}

#[tokio::test]
async fn https_needs_a_certificate_of_a_trusted_authority_for_the_name() {
    let provider = Arc::new(ring::default_provider());
    let certificate = CertificateDer::from_pem_slice(CERTIFICATE).unwrap();
    let key = PrivateKeyDer::from_pem_slice(KEY).unwrap();
    let config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![certificate], key)
        .unwrap();
    let acceptor = TlsAcceptor::from(Arc::new(config));
    let (address, listener) = listen("127.0.0.1").await;
    tokio::spawn(async move {
        loop {
            let (stream, _) = listener.accept().await.unwrap();
            if let Ok(stream) = acceptor.accept(stream).await {
                answer(stream, OK).await;
            }
        }
    });
    let mut roots = RootCertStore::empty();
    let authority = CertificateDer::from_pem_slice(AUTHORITY).unwrap();
    roots.add(authority).unwrap();
    let port = address.port();
    let trusting = sender("127.0.0.1", vec![vec![address]; 2], roots);
    for url in [
        format!("https://receiver.test:{port}/"),
        format!("https://127.0.0.1:{port}/"),
    ] {
        let attempted = trusting.send(message(url)).await;
        assert!(attempted.is_success(), "{attempted:?}");
    }
    let wrong_name = trusting.send(message(format!("https://other.test:{port}/")));
    assert_eq!(error_of(&wrong_name.await), DeliveryError::TlsFailed);
    let distrusting = local(vec![vec![address]]);
    let unknown = distrusting.send(message(format!("https://receiver.test:{port}/")));
    assert_eq!(error_of(&unknown.await), DeliveryError::TlsFailed);
}
