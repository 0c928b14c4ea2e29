//! Requests to a server: with the key, repeated when that helps, and with errors as [`Error`].

use std::time::Duration;

use axum::body::Bytes;
use http::header::{ACCEPT, AUTHORIZATION, HeaderMap, HeaderValue, RETRY_AFTER};
use http::{Method, StatusCode};
use reqwest::{Body, Client, RequestBuilder, Response, Url, redirect};
use serde_json::Value;
use tokio_rustls::rustls::RootCertStore;

use super::address;
use super::error::{Error, Problem};
use crate::delivery::{system_roots, tls_config};

const AGENT: &str = concat!("pledgecast-client/", env!("CARGO_PKG_VERSION"));
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);
/// The longest pause in a response; longer than a server may wait for a result.
const READ_TIMEOUT: Duration = Duration::from_secs(90);
/// How often a request is sent.
const ATTEMPTS: u32 = 6;
/// The pause before the second attempt; each further one is twice as long.
const FIRST_PAUSE: Duration = Duration::from_millis(500);
/// Servers that ask for more are not waited for.
const LONGEST_PAUSE: Duration = Duration::from_mins(1);

/// When a request may be sent again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Repeat {
    /// Sending it twice is the same as once: reads, and what has an idempotency key.
    Safe,
    /// Only if the server has said that it has done nothing (429 and 503).
    IfRefused,
}

/// A server, and the key for it.
pub struct Api {
    client: Client,
    server: Url,
    key: Option<HeaderValue>,
}

/// A request that can be sent again.
pub struct Request {
    method: Method,
    path: String,
    query: Vec<(&'static str, String)>,
    headers: Vec<(&'static str, String)>,
    body: Option<(&'static str, Bytes)>,
    repeat: Repeat,
}

impl Request {
    /// A read.
    pub fn get(path: &str) -> Self {
        Self {
            method: Method::GET,
            path: path.to_owned(),
            query: Vec::new(),
            headers: Vec::new(),
            body: None,
            repeat: Repeat::Safe,
        }
    }

    /// A change, with a JSON body.
    pub fn post(path: &str, body: &Value, repeat: Repeat) -> Self {
        Self::upload(path, "application/json", body.to_string().into(), repeat)
    }

    /// A change, with a file as its body.
    pub fn upload(path: &str, media: &'static str, body: Bytes, repeat: Repeat) -> Self {
        Self {
            method: Method::POST,
            body: Some((media, body)),
            repeat,
            ..Self::get(path)
        }
    }

    /// Adds a value to the query.
    pub fn query(mut self, name: &'static str, value: impl ToString) -> Self {
        self.query.push((name, value.to_string()));
        self
    }

    /// Adds a header.
    pub fn header(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }
}

impl Api {
    /// A client of the server at this address.
    ///
    /// # Errors
    /// If the address is none of a server, or the key cannot be one.
    pub fn new(server: &str, key: Option<&str>) -> Result<Self, Error> {
        let server = address::parse(server)?;
        // Reading the certificates of the system takes longer than most requests.
        let roots = if server.scheme() == "https" {
            system_roots()
        } else {
            RootCertStore::empty()
        };
        let tls = tls_config(roots);
        let tls = tls.map_err(|error| Error::Failed(format!("setting up TLS: {error}")))?;
        let client = Client::builder()
            .user_agent(AGENT)
            .connect_timeout(CONNECT_TIMEOUT)
            .read_timeout(READ_TIMEOUT)
            // A redirect could take the key to another server.
            .redirect(redirect::Policy::none())
            .tls_backend_preconfigured(tls)
            .build()
            .map_err(|error| Error::Failed(format!("setting up HTTP: {error}")))?;
        Ok(Self {
            client,
            server,
            key: key.map(bearer).transpose()?,
        })
    }

    /// The address of the server, without a slash at its end.
    pub fn server(&self) -> &str {
        address::without_slash(&self.server)
    }

    /// Whether others can read along.
    pub fn is_exposed(&self) -> bool {
        address::is_exposed(&self.server)
    }

    /// The address of a page.
    pub fn page(&self, path: &str) -> String {
        format!("{}{path}", self.server())
    }

    /// Sends a request until it is answered.
    ///
    /// # Errors
    /// [`Error::Refused`] for a response with an error, [`Error::Unreachable`] if there is no response.
    pub async fn send(&self, request: &Request) -> Result<Response, Error> {
        let mut pause = FIRST_PAUSE;
        for _ in 1..ATTEMPTS {
            let error = match self.send_once(request).await {
                Ok(response) => return Ok(response),
                Err(failed) => failed,
            };
            match error.pause(request.repeat, pause) {
                Some(it) => tokio::time::sleep(it).await,
                None => return Err(error.error),
            }
            pause *= 2;
        }
        self.send_once(request).await.map_err(|it| it.error)
    }

    /// Sends a request, and reads the JSON of the response.
    ///
    /// # Errors
    /// As [`Api::send`].
    pub async fn json(&self, request: &Request) -> Result<Value, Error> {
        json_of(self.send(request).await?).await
    }

    async fn send_once(&self, request: &Request) -> Result<Response, Failed> {
        let response = self.build(request).send().await.map_err(|error| Failed {
            // Nothing was sent if there was no connection.
            is_refused: error.is_connect(),
            is_temporary: true,
            retry_after: None,
            error: unreachable(self.server(), &error),
        })?;
        if response.status().is_success() {
            return Ok(response);
        }
        let status = response.status();
        let is_refused = [
            StatusCode::TOO_MANY_REQUESTS,
            StatusCode::SERVICE_UNAVAILABLE,
        ]
        .contains(&status);
        let retry_after = retry_after(response.headers());
        Err(Failed {
            is_refused,
            is_temporary: is_refused
                || [StatusCode::BAD_GATEWAY, StatusCode::GATEWAY_TIMEOUT].contains(&status),
            retry_after,
            error: error_of(response).await,
        })
    }

    fn build(&self, request: &Request) -> RequestBuilder {
        let mut url = self.server.clone();
        let path = format!("{}{}", url.path().trim_end_matches('/'), request.path);
        url.set_path(&path);
        if !request.query.is_empty() {
            url.query_pairs_mut().extend_pairs(&request.query);
        }
        let mut builder = self
            .client
            .request(request.method.clone(), url)
            .header(ACCEPT, "application/json");
        if let Some(key) = &self.key {
            builder = builder.header(AUTHORIZATION, key.clone());
        }
        for (name, value) in &request.headers {
            builder = builder.header(*name, value);
        }
        match &request.body {
            Some((media, body)) => builder
                .header(http::header::CONTENT_TYPE, *media)
                .body(Body::from(body.clone())),
            None => builder,
        }
    }
}

/// Why an attempt failed.
struct Failed {
    error: Error,
    /// Whether the server has certainly done nothing.
    is_refused: bool,
    is_temporary: bool,
    retry_after: Option<Duration>,
}

impl Failed {
    /// How long to wait before the next attempt; `None` if there should be none.
    fn pause(&self, repeat: Repeat, pause: Duration) -> Option<Duration> {
        let may_repeat = self.is_temporary && (self.is_refused || repeat == Repeat::Safe);
        let pause = pause.max(self.retry_after.unwrap_or_default());
        (may_repeat && pause <= LONGEST_PAUSE).then_some(pause)
    }
}

/// Reads the JSON of a response.
///
/// # Errors
/// If there is none.
pub async fn json_of(response: Response) -> Result<Value, Error> {
    let bytes = response.bytes().await;
    let bytes = bytes.map_err(|error| Error::Unreachable(format!("reading the response: {error}")));
    serde_json::from_slice(&bytes?).map_err(|_| {
        Error::Unreachable("the response is not JSON; is this a Pledgecast server?".to_owned())
    })
}

async fn error_of(response: Response) -> Error {
    let status = response.status();
    let location = response.headers().get(http::header::LOCATION);
    if status.is_redirection()
        && let Some(location) = location.and_then(|it| it.to_str().ok())
    {
        return Error::Unreachable(format!(
            "the server redirects to {location}; log in with that address"
        ));
    }
    match json_of(response).await {
        Ok(problem) if problem["status"].is_u64() => Error::Refused(Problem(problem)),
        _ => Error::Unreachable(format!(
            "the server answers with {status}, without problem details; is this a Pledgecast server?"
        )),
    }
}

fn unreachable(server: &str, error: &reqwest::Error) -> Error {
    // The innermost cause says most; the outer ones repeat the URL.
    let mut cause: &dyn std::error::Error = error;
    while let Some(inner) = cause.source() {
        cause = inner;
    }
    Error::Unreachable(format!("cannot reach {server}: {cause}"))
}

fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    let seconds = headers.get(RETRY_AFTER)?.to_str().ok()?;
    seconds.parse().ok().map(Duration::from_secs)
}

fn bearer(key: &str) -> Result<HeaderValue, Error> {
    let value = HeaderValue::from_str(&format!("Bearer {key}"));
    // The error does not quote the key.
    let value = value.map_err(|_| Error::Usage("the API key has invalid characters".to_owned()));
    let mut value = value?;
    value.set_sensitive(true);
    Ok(value)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn an_invalid_key_is_not_quoted() {
        let error = Api::new("https://example.org", Some("pc_secret\n")).err();
        let text = error.unwrap().to_string();
        assert!(!text.contains("secret"), "{text}");
    }

    #[test]
    fn what_is_not_safe_is_repeated_only_if_nothing_was_done() {
        let failed = |is_refused, is_temporary, retry_after_s: u64| Failed {
            error: Error::Refused(Problem(json!({}))),
            is_refused,
            is_temporary,
            retry_after: Some(Duration::from_secs(retry_after_s)),
        };
        let second = Duration::from_secs(1);
        let pause = |it: Failed, repeat| it.pause(repeat, second);
        assert_eq!(
            pause(failed(true, true, 0), Repeat::IfRefused),
            Some(second)
        );
        assert_eq!(pause(failed(false, true, 0), Repeat::IfRefused), None);
        assert_eq!(pause(failed(false, true, 0), Repeat::Safe), Some(second));
        assert_eq!(pause(failed(false, false, 0), Repeat::Safe), None);
        assert_eq!(pause(failed(true, true, 7), Repeat::Safe), Some(7 * second));
        assert_eq!(pause(failed(true, true, 3600), Repeat::Safe), None);
    }
}
