//! The addresses of servers.

use reqwest::Url;
use url::Host;

use super::error::Error;

/// The address of a server in its usual form.
///
/// # Errors
/// If it is none.
pub fn address_of(server: &str) -> Result<String, Error> {
    Ok(without_slash(&parse(server)?).to_owned())
}

/// The address without a slash at its end.
pub fn without_slash(server: &Url) -> &str {
    server.as_str().trim_end_matches('/')
}

/// Reads the address of a server.
///
/// # Errors
/// If it is none.
pub fn parse(text: &str) -> Result<Url, Error> {
    let refused = |why: &str| {
        let example = "such as https://pledgecast.example";
        Error::Usage(format!("the server's address {why}; it is a URL {example}"))
    };
    let mut url = Url::parse(text.trim()).map_err(|_| refused("cannot be read"))?;
    if !["http", "https"].contains(&url.scheme()) || url.host().is_none() {
        return Err(refused("is not one of HTTP"));
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err(refused("has a user or a password"));
    }
    url.set_query(None);
    url.set_fragment(None);
    Ok(url)
}

/// Whether others can read along.
pub fn is_exposed(server: &Url) -> bool {
    let is_local = match server.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    };
    server.scheme() == "http" && !is_local
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_of_servers_are_checked() {
        for (text, expected) in [
            ("http://127.0.0.1:3000/", "http://127.0.0.1:3000"),
            (" https://example.org ", "https://example.org"),
            (
                "https://example.org/path/?a=b#c",
                "https://example.org/path",
            ),
        ] {
            assert_eq!(address_of(text).unwrap(), expected);
        }
        for text in [
            "",
            "example.org",
            "ftp://example.org",
            "https://me:word@example.org",
        ] {
            assert!(matches!(address_of(text), Err(Error::Usage(_))), "{text}");
        }
    }

    #[test]
    fn only_unencrypted_connections_to_other_machines_are_exposed() {
        for (server, expected) in [
            ("https://example.org", false),
            ("http://example.org", true),
            ("http://192.0.2.1", true),
            ("http://localhost:3000", false),
            ("http://127.0.0.1:3000", false),
            ("http://[::1]:3000", false),
        ] {
            assert_eq!(is_exposed(&parse(server).unwrap()), expected, "{server}");
        }
    }
}
