//! Trusted proxies, and the client addresses that they report.

use std::net::{IpAddr, SocketAddr};
use std::str::FromStr;

use axum::http::HeaderMap;
use ipnet::IpNet;

/// The header in which proxies report the address of their client.
pub const FORWARDED_FOR: &str = "x-forwarded-for";

/// Networks whose `X-Forwarded-For` is believed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TrustedProxies(Vec<IpNet>);

impl TrustedProxies {
    /// Whether no proxy is trusted.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether `address` is a trusted proxy.
    pub fn contains(&self, address: IpAddr) -> bool {
        let address = address.to_canonical();
        self.0.iter().any(|network| network.contains(&address))
    }

    /// The client of a request that `peer` has sent: the last address that is not a trusted proxy. Each proxy appends
    /// its peer, so entries that the client wrote itself are further left and never reached.
    pub fn client_of(&self, peer: IpAddr, headers: &HeaderMap) -> IpAddr {
        let mut client = peer.to_canonical();
        let values: Vec<_> = headers.get_all(FORWARDED_FOR).iter().collect();
        let hops = values
            .iter()
            .rev()
            .flat_map(|value| value.to_str().unwrap_or_default().rsplit(','));
        for hop in hops {
            if !self.contains(client) {
                break;
            }
            // If a proxy reports no address, that proxy is the last known client.
            let Some(address) = address_of(hop) else {
                break;
            };
            client = address;
        }
        client
    }
}

/// Parses an entry: an address alone, with a port, or in brackets.
fn address_of(hop: &str) -> Option<IpAddr> {
    let hop = hop.trim().trim_matches('"');
    let bare = hop
        .strip_prefix('[')
        .and_then(|it| it.strip_suffix(']'))
        .unwrap_or(hop);
    let address = bare
        .parse::<IpAddr>()
        .or_else(|_| hop.parse::<SocketAddr>().map(|it| it.ip()));
    address.ok().map(|address| address.to_canonical())
}

impl FromStr for TrustedProxies {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let networks = text
            .split([',', ' '])
            .map(str::trim)
            .filter(|it| !it.is_empty())
            .map(network_of);
        networks.collect::<Result<_, _>>().map(Self)
    }
}

fn network_of(text: &str) -> Result<IpNet, String> {
    const EXAMPLE: &str =
        "list the networks or addresses of your proxies, such as 10.0.0.0/8,192.0.2.7";
    if text.parse::<u64>().is_ok() {
        return Err(format!(
            "is no longer a number of proxies; {EXAMPLE}, or leave it empty if there is no proxy"
        ));
    }
    text.parse::<IpNet>()
        .or_else(|_| text.parse::<IpAddr>().map(IpNet::from))
        .map_err(|_| format!("{text} is neither a network nor an address; {EXAMPLE}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn proxies(text: &str) -> TrustedProxies {
        text.parse().unwrap()
    }

    fn client(trusted: &str, peer: &str, headers: &[&str]) -> String {
        let mut map = HeaderMap::new();
        for value in headers {
            map.append(FORWARDED_FOR, value.parse().unwrap());
        }
        let peer = peer.parse().unwrap();
        proxies(trusted).client_of(peer, &map).to_string()
    }

    #[test]
    fn the_client_is_the_last_address_that_is_not_a_trusted_proxy() {
        const TRUSTED: &str = "10.0.0.0/8, fd00::/8,192.0.2.7";
        for (peer, headers, expected) in [
            ("10.0.0.1", &[][..], "10.0.0.1"),
            ("10.0.0.1", &["203.0.113.5"], "203.0.113.5"),
            ("10.0.0.1", &["6.6.6.6, 203.0.113.5"], "203.0.113.5"),
            (
                "10.0.0.1",
                &["6.6.6.6", "203.0.113.5 , 10.9.9.9"],
                "203.0.113.5",
            ),
            ("10.0.0.1", &["203.0.113.5:4711"], "203.0.113.5"),
            ("10.0.0.1", &["[2001:db8::1]:4711,192.0.2.7"], "2001:db8::1"),
            ("10.0.0.1", &["[2001:db8::1]"], "2001:db8::1"),
            ("10.0.0.1", &["::ffff:203.0.113.5"], "203.0.113.5"),
            ("::ffff:10.0.0.1", &["2001:db8::1,fd00::9"], "2001:db8::1"),
            ("10.0.0.1", &["10.0.0.3,10.0.0.2"], "10.0.0.3"),
            ("10.0.0.1", &["203.0.113.5, unknown"], "10.0.0.1"),
            ("10.0.0.1", &["203.0.113.5, _hidden, 10.0.0.2"], "10.0.0.2"),
            ("10.0.0.1", &["203.0.113.5,"], "10.0.0.1"),
            ("203.0.113.9", &["6.6.6.6"], "203.0.113.9"),
        ] {
            assert_eq!(
                client(TRUSTED, peer, headers),
                expected,
                "{peer} {headers:?}"
            );
        }
    }

    #[test]
    fn without_trusted_proxies_the_header_is_ignored() {
        assert_eq!(client("", "10.0.0.1", &["6.6.6.6"]), "10.0.0.1");
    }

    #[test]
    fn a_header_that_is_not_text_is_ignored() {
        let mut map = HeaderMap::new();
        map.append(
            FORWARDED_FOR,
            axum::http::HeaderValue::from_bytes(b"\xff").unwrap(),
        );
        let peer = "10.0.0.1".parse().unwrap();
        assert_eq!(proxies("10.0.0.0/8").client_of(peer, &map), peer);
    }

    #[test]
    fn a_number_of_proxies_is_refused_with_an_example() {
        for number in ["0", "1", "2"] {
            let error = number.parse::<TrustedProxies>().unwrap_err();
            assert!(error.contains("10.0.0.0/8"), "{error}");
        }
        assert!("10.0.0.0/33".parse::<TrustedProxies>().is_err());
        assert!("proxy.example".parse::<TrustedProxies>().is_err());
        assert_eq!(proxies(""), TrustedProxies::default());
    }
}
