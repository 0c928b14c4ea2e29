//! The address and the request ID of a client.

use std::sync::Once;

use axum::body::Body;
use axum::extract::{ConnectInfo, Request, State};
use axum::http::{HeaderMap, Response};
use axum::middleware::Next;

use super::connections::Peer;
use super::headers::text_of;
use super::preferences;
use super::problem::REQUEST_ID;
use super::state::AppState;
use super::trusted_proxies::FORWARDED_FOR;
use crate::services::attempts::Client;

/// The longest client request ID that is logged.
const CLIENT_ID_MAX_CHARS: usize = 64;

/// Stores the client's address in the request extensions.
pub async fn note_client(
    State(state): State<AppState>,
    ConnectInfo(Peer(peer)): ConnectInfo<Peer>,
    mut request: Request,
    next: Next,
) -> Response<Body> {
    if state.trusted_proxies.is_empty() && request.headers().contains_key(FORWARDED_FOR) {
        warn_of_untrusted_proxy();
    }
    let address = state
        .trusted_proxies
        .client_of(peer.ip(), request.headers());
    let locale = preferences::language(request.uri(), request.headers(), state.https());
    request.extensions_mut().insert(Client {
        address,
        device: None,
        locale,
    });
    next.run(request).await
}

fn warn_of_untrusted_proxy() {
    static WARNED: Once = Once::new();
    WARNED.call_once(|| {
        tracing::warn!(
            "a request carries X-Forwarded-For, but no proxy is trusted: if there is a proxy in front, all of its \
             clients share the limits of its address; set PLEDGECAST_TRUSTED_PROXIES to its network"
        );
    });
}

/// The request ID that the client sent; for the log only.
#[derive(Clone, Debug)]
pub struct ClientRequestId(pub String);

/// Removes the client's request ID from the headers, so that only our own ID is used, and keeps it for the log.
pub async fn take_request_id(mut request: Request) -> Request {
    let id = client_request_id(request.headers());
    request.headers_mut().remove(REQUEST_ID);
    if let Some(id) = id {
        request.extensions_mut().insert(ClientRequestId(id));
    }
    request
}

/// The client's request ID if it is short and plain.
fn client_request_id(headers: &HeaderMap) -> Option<String> {
    let id = text_of(headers, REQUEST_ID)?;
    let is_plain = !id.is_empty()
        && id.len() <= CLIENT_ID_MAX_CHARS
        && id
            .chars()
            .all(|it| it.is_ascii_alphanumeric() || matches!(it, '-' | '_' | '.'));
    is_plain.then(|| id.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_short_plain_client_ids_are_logged() {
        let id = |value: &str| {
            let mut headers = HeaderMap::new();
            headers.insert(REQUEST_ID, value.parse().unwrap());
            client_request_id(&headers)
        };
        assert_eq!(id("a-1_B.2"), Some("a-1_B.2".to_owned()));
        for refused in ["", "a b", "a\"b", "a=b", &"x".repeat(65)] {
            assert_eq!(id(refused), None, "{refused}");
        }
    }
}
