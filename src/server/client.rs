//! Where a request came from.

use std::net::IpAddr;

use axum::body::Body;
use axum::extract::{ConnectInfo, Request, State};
use axum::http::{HeaderMap, Response};
use axum::middleware::Next;

use super::listener::Peer;
use super::router::AppState;
use crate::services::attempts::Client;

const FORWARDED_FOR: &str = "x-forwarded-for";

/// Notes the client's address on the request.
pub async fn note_client(
    State(state): State<AppState>,
    ConnectInfo(Peer(peer)): ConnectInfo<Peer>,
    mut request: Request,
    next: Next,
) -> Response<Body> {
    let address = address_of(peer.ip(), request.headers(), state.trusted_proxies);
    request.extensions_mut().insert(Client {
        address,
        device: None,
    });
    next.run(request).await
}

/// The address that the outermost trusted proxy saw; the peer's own where no proxy is trusted. Each proxy
/// adds its peer at the end, so whatever a client wrote itself stands further left.
fn address_of(peer: IpAddr, headers: &HeaderMap, trusted_proxies: u8) -> IpAddr {
    let Some(steps_back) = usize::from(trusted_proxies).checked_sub(1) else {
        return peer;
    };
    let forwarded: Vec<&str> = headers
        .get_all(FORWARDED_FOR)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .collect();
    forwarded
        .iter()
        .rev()
        .nth(steps_back)
        .and_then(|address| address.trim().parse().ok())
        .unwrap_or(peer)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_forwarded_address_counts_only_behind_trusted_proxies() {
        let peer = IpAddr::from([10, 0, 0, 1]);
        let mut headers = HeaderMap::new();
        headers.insert(FORWARDED_FOR, "6.6.6.6, 192.0.2.7".parse().unwrap());
        assert_eq!(address_of(peer, &headers, 0), peer);
        assert_eq!(address_of(peer, &headers, 1), IpAddr::from([192, 0, 2, 7]));
        assert_eq!(address_of(peer, &headers, 3), peer);
    }
}
