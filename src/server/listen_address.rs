//! Where a server listens, as an operator writes it: an address or a host name, and a port.

use std::fmt;
use std::net::SocketAddr;
use std::str::FromStr;

use anyhow::Context as _;
use tokio::net::TcpListener;

/// Stands for all addresses of the machine.
const ANY: &str = "0.0.0.0";

/// A host with a port, not looked up yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListenAddress {
    host: String,
    port: u16,
}

/// What is no such address.
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

/// Whether it may be a host name or an IPv4 address, or nothing at all.
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
    /// Listens there. Of a name with several addresses it takes the first that can be had, those of IPv4 first:
    /// what is told to listen at localhost answers at 127.0.0.1.
    ///
    /// # Errors
    /// Where the name has no address, or none can be listened at.
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
    fn hosts_names_and_a_port_alone_are_addresses() {
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
    fn anything_else_is_refused_with_what_is_allowed() {
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
    async fn localhost_is_listened_at_on_ipv4() {
        let address: ListenAddress = "localhost:0".parse().unwrap();
        let listener = address.bind().await.unwrap();
        assert_eq!(listener.local_addr().unwrap().ip().to_string(), "127.0.0.1");
    }
}
