//! Which URLs and addresses webhooks may call. Users choose the URLs, so without these rules they could make the service
//! send requests inside the operator's network (server-side request forgery).

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::str::FromStr;

use ipnet::{IpNet, Ipv4Net, Ipv6Net};
use url::{Host, Url};

use crate::types::Violation;

/// Maximum length of a URL.
pub const URL_MAX_CHARS: u32 = 1000;

/// IPv4 networks that are not on the public internet, by RFC 6890 and its registry.
const NOT_PUBLIC_V4: [(Ipv4Addr, u8); 15] = [
    (Ipv4Addr::UNSPECIFIED, 8),
    (Ipv4Addr::new(10, 0, 0, 0), 8),
    // Between a provider and its customers (carrier-grade NAT).
    (Ipv4Addr::new(100, 64, 0, 0), 10),
    (Ipv4Addr::new(127, 0, 0, 0), 8),
    // Link-local; also the metadata services of clouds.
    (Ipv4Addr::new(169, 254, 0, 0), 16),
    (Ipv4Addr::new(172, 16, 0, 0), 12),
    (Ipv4Addr::new(192, 0, 0, 0), 24),
    // For documentation.
    (Ipv4Addr::new(192, 0, 2, 0), 24),
    (Ipv4Addr::new(192, 88, 99, 0), 24),
    (Ipv4Addr::new(192, 168, 0, 0), 16),
    // For benchmarks of network devices.
    (Ipv4Addr::new(198, 18, 0, 0), 15),
    // For documentation.
    (Ipv4Addr::new(198, 51, 100, 0), 24),
    (Ipv4Addr::new(203, 0, 113, 0), 24),
    // Multicast; reserved, and broadcast.
    (Ipv4Addr::new(224, 0, 0, 0), 4),
    (Ipv4Addr::new(240, 0, 0, 0), 4),
];

/// Global unicast: everything public in IPv6 is in it. Loopback, link-local, unique-local and multicast addresses, and
/// those that contain an IPv4 address (mapped, NAT64), are not.
const GLOBAL_V6: (Ipv6Addr, u8) = (Ipv6Addr::new(0x2000, 0, 0, 0, 0, 0, 0, 0), 3);

/// Parts of it that are not public or lead to IPv4.
const NOT_PUBLIC_V6: [(Ipv6Addr, u8); 4] = [
    // For protocols, such as Teredo.
    (Ipv6Addr::new(0x2001, 0, 0, 0, 0, 0, 0, 0), 23),
    // For documentation.
    (Ipv6Addr::new(0x2001, 0xdb8, 0, 0, 0, 0, 0, 0), 32),
    // 6to4.
    (Ipv6Addr::new(0x2002, 0, 0, 0, 0, 0, 0, 0), 16),
    // For documentation.
    (Ipv6Addr::new(0x3fff, 0, 0, 0, 0, 0, 0, 0), 20),
];

/// The networks that may be called although they are not public.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AllowedNetworks(Vec<IpNet>);

impl FromStr for AllowedNetworks {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let networks = text.split([',', ' ']).map(str::trim);
        let networks = networks.filter(|it| !it.is_empty()).map(|network| {
            let read = network.parse::<IpNet>();
            read.or_else(|_| network.parse::<IpAddr>().map(IpNet::from))
                .map_err(|_| {
                    format!("{network} is neither a network nor an address, such as 10.0.0.0/8")
                })
        });
        networks.collect::<Result<_, _>>().map(Self)
    }
}

/// What webhooks may call.
#[derive(Clone, Debug, Default)]
pub struct Targets {
    /// Whether URLs may begin with `http://`.
    pub allows_http: bool,
    /// The networks that may be called although they are not public.
    pub networks: AllowedNetworks,
}

impl Targets {
    /// Parses a URL. If it contains an address instead of a name, that is checked, too; what a name resolves to is checked
    /// before each request.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn parse(&self, text: &str) -> Result<Url, Violation> {
        let text = text.trim();
        if text.is_empty() {
            return Err(Violation::Required);
        }
        if text.chars().count() > URL_MAX_CHARS as usize {
            return Err(Violation::TooLong { max: URL_MAX_CHARS });
        }
        // The parser removes tabs and line breaks and ignores other control characters at the ends.
        if text.chars().any(|it| it.is_control() || it.is_whitespace()) {
            return Err(Violation::NotAUrl);
        }
        let url = Url::parse(text).map_err(|_| Violation::NotAUrl)?;
        let is_web = url.scheme() == "https" || (self.allows_http && url.scheme() == "http");
        let has_user = !url.username().is_empty() || url.password().is_some();
        if !is_web || has_user || url.fragment().is_some() {
            return Err(Violation::NotAUrl);
        }
        let is_allowed = match url.host() {
            Some(Host::Ipv4(address)) => self.may_call(address.into()),
            Some(Host::Ipv6(address)) => self.may_call(address.into()),
            // A hint only; it would be refused when it is resolved.
            Some(Host::Domain(name)) => !is_local_name(name) || self.may_call_loopback(),
            None => return Err(Violation::NotAUrl),
        };
        if is_allowed {
            Ok(url)
        } else {
            Err(Violation::NotPublic)
        }
    }

    /// Whether an address may be called.
    pub fn may_call(&self, address: IpAddr) -> bool {
        let AllowedNetworks(networks) = &self.networks;
        let is_allowed = |address: IpAddr| networks.iter().any(|it| it.contains(&address));
        is_public(address) || is_allowed(address) || is_allowed(address.to_canonical())
    }

    fn may_call_loopback(&self) -> bool {
        self.may_call(Ipv4Addr::LOCALHOST.into()) || self.may_call(Ipv6Addr::LOCALHOST.into())
    }
}

fn is_local_name(name: &str) -> bool {
    let name = name.trim_end_matches('.').to_ascii_lowercase();
    name == "localhost" || name.ends_with(".localhost")
}

/// Whether an address is on the public internet.
fn is_public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => !NOT_PUBLIC_V4
            .iter()
            .any(|(network, length)| is_in_v4(address, *network, *length)),
        IpAddr::V6(address) => {
            is_in_v6(address, GLOBAL_V6.0, GLOBAL_V6.1)
                && !NOT_PUBLIC_V6
                    .iter()
                    .any(|(network, length)| is_in_v6(address, *network, *length))
        }
    }
}

fn is_in_v4(address: Ipv4Addr, network: Ipv4Addr, length: u8) -> bool {
    Ipv4Net::new(network, length).is_ok_and(|it| it.contains(&address))
}

fn is_in_v6(address: Ipv6Addr, network: Ipv6Addr, length: u8) -> bool {
    Ipv6Net::new(network, length).is_ok_and(|it| it.contains(&address))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn address(text: &str) -> IpAddr {
        text.parse().unwrap()
    }

    fn targets(networks: &str, allows_http: bool) -> Targets {
        Targets {
            allows_http,
            networks: networks.parse().unwrap(),
        }
    }

    #[test]
    fn only_public_addresses_are_called() {
        for public in [
            "1.1.1.1",
            "9.255.255.255",
            "100.63.255.255",
            "100.128.0.0",
            "172.15.0.1",
            "172.32.0.1",
            "192.0.1.1",
            "198.17.0.1",
            "223.255.255.255",
            "2606:4700::1111",
            "2a00::1",
            "2003::1",
        ] {
            assert!(Targets::default().may_call(address(public)), "{public}");
        }
        for other in [
            "0.0.0.0",
            "0.1.2.3",
            "10.1.2.3",
            "100.64.0.1",
            "100.127.255.255",
            "127.0.0.1",
            "127.255.255.254",
            "169.254.169.254",
            "172.16.0.1",
            "172.31.255.255",
            "192.0.0.8",
            "192.0.2.1",
            "192.88.99.1",
            "192.168.1.1",
            "198.18.0.1",
            "198.19.255.255",
            "198.51.100.1",
            "203.0.113.1",
            "224.0.0.1",
            "240.0.0.1",
            "255.255.255.255",
            "::",
            "::1",
            "::7f00:1",
            "::ffff:127.0.0.1",
            "::ffff:1.1.1.1",
            "64:ff9b::7f00:1",
            "64:ff9b::101:101",
            "64:ff9b:1::a00:1",
            "100::1",
            "2001::1",
            "2001:db8::1",
            "2002:7f00:1::",
            "3fff::1",
            "5f00::1",
            "fc00::1",
            "fd12::1",
            "fe80::1",
            "fec0::1",
            "ff02::1",
        ] {
            assert!(!Targets::default().may_call(address(other)), "{other}");
        }
    }

    #[test]
    fn the_operator_allows_further_networks() {
        let targets = targets("10.0.0.0/8, fd00::/8,127.0.0.1", false);
        for allowed in [
            "10.9.9.9",
            "::ffff:10.9.9.9",
            "fd00::1",
            "127.0.0.1",
            "1.1.1.1",
        ] {
            assert!(targets.may_call(address(allowed)), "{allowed}");
        }
        for other in ["127.0.0.2", "192.168.0.1", "fe80::1", "::1"] {
            assert!(!targets.may_call(address(other)), "{other}");
        }
        assert!("10.0.0.0/99".parse::<AllowedNetworks>().is_err());
        assert!("intranet".parse::<AllowedNetworks>().is_err());
    }

    #[test]
    fn a_url_with_a_name_is_accepted_over_https() {
        for good in [
            "https://example.org",
            " https://example.org/events?a=b ",
            "https://example.org:8443/x",
            "https://1.1.1.1/",
            "https://пример.рф/",
        ] {
            assert!(Targets::default().parse(good).is_ok(), "{good}");
        }
        assert_eq!(Targets::default().parse(" "), Err(Violation::Required));
        for bad in [
            "example.org",
            "/events",
            "http://example.org",
            "ftp://example.org",
            "file:///etc/passwd",
            "https://",
            "https://user@example.org",
            "https://user:password@example.org",
            "https://example.org#part",
            "https://exam\nple.org",
            "https://example.org/a b",
            "https://example.org/\0",
            "https://example.org:99999/",
            "https://[::1/",
        ] {
            let refused = Targets::default().parse(bad);
            assert_eq!(refused, Err(Violation::NotAUrl), "{bad}");
        }
        let long = format!("https://example.org/{}", "x".repeat(1000));
        assert!(Targets::default().parse(&long).is_err());
        let http = targets("", true).parse("http://example.org/");
        assert_eq!(http.unwrap().scheme(), "http");
    }

    #[test]
    fn an_address_in_a_url_is_checked_in_every_notation() {
        for local in [
            "https://127.0.0.1/",
            "https://127.1/",
            "https://2130706433/",
            "https://0x7f000001/",
            "https://017700000001/",
            "https://0/",
            "https://[::1]/",
            "https://[::ffff:7f00:1]/",
            "https://169.254.169.254/latest/meta-data",
            "https://localhost/",
            "https://LOCALHOST./",
            "https://a.localhost/",
            // Full-width digits.
            "https://１２７.0.0.1/",
        ] {
            let refused = Targets::default().parse(local);
            assert_eq!(refused, Err(Violation::NotPublic), "{local}");
        }
        let own = targets("127.0.0.0/8", false);
        for allowed in ["https://127.0.0.1/", "https://localhost/"] {
            assert!(own.parse(allowed).is_ok(), "{allowed}");
        }
    }
}
