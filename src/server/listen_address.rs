//! A listen address as an operator writes it: a host name or IP address, and a port.

use std::fmt;
use std::net::SocketAddr;
use std::str::FromStr;

use anyhow::Context as _;
use tokio::net::TcpListener;

/// All IPv4 addresses of the machine, for an empty host.
const ANY: &str = "0.0.0.0";

/// A host and a port. The host is not resolved yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListenAddress {
    host: String,
    port: u16,
}

/// The text is not a listen address.
#[derive(Debug, thiserror::Error)]
#[error(
    "must be host:port, such as 127.0.0.1:3000, localhost:3000 or [::1]:3000, or :3000 for all addresses of the machine"
)]
pub struct NotAnAddress;

impl FromStr for ListenAddress {
    type Err = NotAnAddress;

    fn from_str(text: &str) -> Result<Self, NotAnAddress> {
        let (host, port) = text.rsplit_once(':').ok_or(NotAnAddress)?;
        let is_digits = port.bytes().all(|it| it.is_ascii_digit());
        let port = port
            .parse()
            .ok()
            .filter(|_| is_digits)
            .ok_or(NotAnAddress)?;
        let bracketed = host.strip_prefix('[').and_then(|it| it.strip_suffix(']'));
        let is_host = match bracketed {
            Some(address) => address.parse::<std::net::Ipv6Addr>().is_ok(),
            None => is_name(host),
        };
        if !is_host {
            return Err(NotAnAddress);
        }
        let host = match bracketed.unwrap_or(host) {
            "" => ANY,
            host => host,
        };
        Ok(Self {
            host: host.to_owned(),
            port,
        })
    }
}

/// Whether `host` may be a host name or an IPv4 address, or is empty.
fn is_name(host: &str) -> bool {
    let is_part = |it: char| it.is_ascii_alphanumeric() || "-._".contains(it);
    host.chars().all(is_part) && !host.starts_with(['-', '.'])
}

impl fmt::Display for ListenAddress {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.host.contains(':') {
            write!(formatter, "[{}]:{}", self.host, self.port)
        } else {
            write!(formatter, "{}:{}", self.host, self.port)
        }
    }
}

impl ListenAddress {
    /// Listens on the first address of the host that can be bound, IPv4 first: `localhost` listens on 127.0.0.1.
    ///
    /// # Errors
    /// If the host cannot be resolved, or none of its addresses can be bound.
    pub async fn bind(&self) -> anyhow::Result<TcpListener> {
        let found = tokio::net::lookup_host((self.host.as_str(), self.port)).await;
        let found = found.with_context(|| format!("looking up the host of {self}"))?;
        let mut addresses: Vec<SocketAddr> = found.collect();
        addresses.sort_by_key(SocketAddr::is_ipv6);
        TcpListener::bind(addresses.as_slice())
            .await
            .with_context(|| format!("listening on {self}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn valid_addresses_are_parsed() {
        for (text, shown) in [
            ("127.0.0.1:3000", "127.0.0.1:3000"),
            ("localhost:3999", "localhost:3999"),
            ("my-host.example:80", "my-host.example:80"),
            ("[::1]:3000", "[::1]:3000"),
            (":3999", "0.0.0.0:3999"),
            ("0.0.0.0:0", "0.0.0.0:0"),
        ] {
            let address: ListenAddress = text.parse().unwrap();
            assert_eq!(address.to_string(), shown);
        }
    }

    #[test]
    fn anything_else_is_refused_with_examples() {
        for text in [
            "",
            "nowhere",
            "3000",
            ":",
            "localhost:",
            "localhost:http",
            "localhost:+80",
            "localhost:65536",
            "localhost:-1",
            "::1:3000",
            "[::1]",
            "[localhost]:3000",
            "http://localhost:3000",
            "a b:3000",
            "-a:3000",
            "127.0.0.1:3000/",
        ] {
            let error = text.parse::<ListenAddress>().expect_err(text);
            assert!(error.to_string().contains("localhost:3000"), "{text}");
        }
    }

    #[tokio::test]
    async fn localhost_listens_on_ipv4() {
        let address: ListenAddress = "localhost:0".parse().unwrap();
        let listener = address.bind().await.unwrap();
        assert_eq!(listener.local_addr().unwrap().ip().to_string(), "127.0.0.1");
    }
}
