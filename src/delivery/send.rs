//! One attempt: a signed POST. Redirects are not followed, and only the beginning of the response is read.

use std::time::{Duration, Instant};

use axum::body::Body;
use futures::StreamExt as _;
use http::header::{CONTENT_TYPE, HOST, USER_AGENT};
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use tokio::time::timeout;
use tokio_rustls::rustls::RootCertStore;
use tokio_util::task::AbortOnDropHandle;
use url::{Position, Url};

use super::connect::{Connector, Stream, system_roots};
use super::resolve::{Resolve, SystemResolver};
use crate::services::webhooks::Targets;
use crate::types::DeliveryError;

/// Time limit from resolving the name to the head of the response.
const RESPONSE_TIMEOUT: Duration = Duration::from_secs(15);
/// Time limit for the part of the body that is kept.
const BODY_TIMEOUT: Duration = Duration::from_secs(2);
/// What is kept of the body.
const BODY_MAX_BYTES: usize = 4 * 1024;
const HEAD_MAX_BYTES: usize = 32 * 1024;
const AGENT: &str = concat!("Pledgecast/", env!("CARGO_PKG_VERSION"));

/// A request to send.
#[derive(Clone, Debug)]
pub(super) struct Message {
    /// Where to.
    pub(super) url: String,
    /// The header `webhook-id`.
    pub(super) id: String,
    /// The header `webhook-timestamp`, in seconds since 1970.
    pub(super) timestamp: i64,
    /// The header `webhook-signature`.
    pub(super) signature: String,
    /// The body.
    pub(super) payload: String,
}

/// What an attempt has led to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Attempted {
    /// How long it took.
    pub(super) duration: Duration,
    /// Status and beginning of the body of the response, or why there is none.
    pub(super) result: Result<(u16, String), DeliveryError>,
}

impl Attempted {
    /// An attempt that could not begin.
    pub(super) const fn refused(error: DeliveryError) -> Self {
        Self {
            duration: Duration::ZERO,
            result: Err(error),
        }
    }

    /// Whether the receiver has accepted the message.
    pub(super) fn is_success(&self) -> bool {
        matches!(self.result, Ok((200..=299, _)))
    }

    /// Whether the receiver wants no further messages.
    pub(super) fn is_gone(&self) -> bool {
        matches!(self.result, Ok((410, _)))
    }
}

/// Sends messages.
pub struct Sender {
    pub(super) connector: Connector,
    pub(super) response_timeout: Duration,
}

impl Sender {
    /// Uses the resolver and the certificate authorities of the system.
    ///
    /// # Errors
    /// If TLS cannot be set up.
    pub fn new(targets: Targets) -> anyhow::Result<Self> {
        let resolver = Box::new(SystemResolver);
        Self::with(targets, resolver, system_roots(), RESPONSE_TIMEOUT)
    }

    /// Uses another resolver, other certificate authorities and another time limit.
    pub(super) fn with(
        targets: Targets,
        resolver: Box<dyn Resolve>,
        roots: RootCertStore,
        response_timeout: Duration,
    ) -> anyhow::Result<Self> {
        Ok(Self {
            connector: Connector::new(targets, resolver, roots)?,
            response_timeout,
        })
    }

    /// Sends a message once.
    pub(super) async fn send(&self, message: Message) -> Attempted {
        let begun = Instant::now();
        let result = timeout(self.response_timeout, self.exchange(message)).await;
        let result = match result.unwrap_or(Err(DeliveryError::TimedOut)) {
            Ok((status, body, _connection)) => Ok((status, beginning_of(body).await)),
            Err(error) => Err(error),
        };
        Attempted {
            duration: begun.elapsed(),
            result,
        }
    }

    /// Returns the status, the body, and the task that reads it from the connection.
    async fn exchange(&self, message: Message) -> Result<(u16, Body, Reading), DeliveryError> {
        let (url, stream) = self.connector.connect(&message.url).await?;
        let request = request(&url, message).map_err(|_| DeliveryError::UrlNotAllowed)?;
        let (mut sender, connection) = http1::Builder::new()
            .max_buf_size(HEAD_MAX_BYTES)
            .handshake::<TokioIo<Box<dyn Stream>>, String>(TokioIo::new(stream))
            .await
            .map_err(|error| error_of(&error))?;
        let reading = AbortOnDropHandle::new(tokio::spawn(connection));
        let response = sender.send_request(request).await;
        let response = response.map_err(|error| error_of(&error))?;
        let status = response.status().as_u16();
        Ok((status, Body::new(response.into_body()), reading))
    }
}

type Reading = AbortOnDropHandle<hyper::Result<()>>;

fn request(url: &Url, message: Message) -> http::Result<http::Request<String>> {
    http::Request::post(&url[Position::BeforePath..Position::AfterQuery])
        .header(HOST, &url[Position::BeforeHost..Position::AfterPort])
        .header(USER_AGENT, AGENT)
        .header(CONTENT_TYPE, "application/json")
        .header("webhook-id", message.id)
        .header("webhook-timestamp", message.timestamp)
        .header("webhook-signature", message.signature)
        .body(message.payload)
}

fn error_of(error: &hyper::Error) -> DeliveryError {
    if error.is_parse() {
        DeliveryError::InvalidResponse
    } else {
        DeliveryError::ConnectionFailed
    }
}

/// Reads the beginning of a body. The status has already decided, so errors end the text and nothing else.
async fn beginning_of(body: Body) -> String {
    let mut bytes = Vec::new();
    let mut parts = body.into_data_stream();
    let read = async {
        while bytes.len() < BODY_MAX_BYTES
            && let Some(Ok(part)) = parts.next().await
        {
            bytes.extend_from_slice(&part);
        }
    };
    // An error means that the time is over.
    let _ = timeout(BODY_TIMEOUT, read).await;
    bytes.truncate(BODY_MAX_BYTES);
    // PostgreSQL cannot store NUL.
    String::from_utf8_lossy(&bytes).replace('\0', "\u{fffd}")
}
