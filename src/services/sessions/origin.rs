//! Where a session is started: the browser, the system and the network, as far as their user needs them to recognise it.

use std::net::IpAddr;

use ipnet::IpNet;

/// Bits of an address that are kept.
const IPV4_BITS: u8 = 24;
const IPV6_BITS: u8 = 48;

/// Browsers and programs by what their User-Agent contains, the more specific ones first: many name others too.
const BROWSERS: [(&str, &str); 15] = [
    ("Edg/", "Edge"),
    ("EdgA/", "Edge"),
    ("EdgiOS/", "Edge"),
    ("OPR/", "Opera"),
    ("YaBrowser/", "Yandex Browser"),
    ("SamsungBrowser/", "Samsung Internet"),
    ("FxiOS/", "Firefox"),
    ("Firefox/", "Firefox"),
    ("CriOS/", "Chrome"),
    ("Chromium/", "Chromium"),
    ("Chrome/", "Chrome"),
    ("Safari/", "Safari"),
    ("pledgecast/", "pledgecast"),
    ("curl/", "curl"),
    ("python", "Python"),
];

const SYSTEMS: [(&str, &str); 9] = [
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("Windows", "Windows"),
    ("Macintosh", "macOS"),
    ("Mac OS X", "macOS"),
    ("CrOS", "ChromeOS"),
    ("Linux", "Linux"),
    ("BSD", "BSD"),
];

/// Where a session is started.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Origin {
    /// The browser or program, if it is a known one.
    pub(super) browser: Option<&'static str>,
    /// The operating system, if it is a known one.
    pub(super) system: Option<&'static str>,
    /// The network: the address without its last part.
    pub(super) network: String,
}

impl Origin {
    /// The origin of a request with this `User-Agent` from this address.
    pub fn new(user_agent: Option<&str>, address: IpAddr) -> Self {
        let user_agent = user_agent.unwrap_or_default();
        let find = |known: &[(&str, &'static str)]| {
            let mut known = known.iter();
            known.find_map(|(part, word)| user_agent.contains(part).then_some(*word))
        };
        Self {
            browser: find(&BROWSERS),
            system: find(&SYSTEMS),
            network: network_of(address),
        }
    }
}

/// The network of an address, as it is stored and shown.
pub(in crate::services) fn network_of(address: IpAddr) -> String {
    let address = address.to_canonical();
    let bits = if address.is_ipv4() {
        IPV4_BITS
    } else {
        IPV6_BITS
    };
    IpNet::new(address, bits).map_or_else(|_| String::new(), |network| network.trunc().to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_user_agent_becomes_short_words() {
        let chrome = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) \
                      Chrome/140.0.0.0 Safari/537.36";
        let edge = format!("{chrome} Edg/140.0.0.0");
        for (user_agent, browser, system) in [
            (chrome, Some("Chrome"), Some("Windows")),
            (&edge, Some("Edge"), Some("Windows")),
            (
                "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0",
                Some("Firefox"),
                Some("Linux"),
            ),
            (
                "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) \
                 Version/18.0 Safari/605.1.15",
                Some("Safari"),
                Some("macOS"),
            ),
            (
                "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) \
                 CriOS/140.0.0.0 Mobile/15E148 Safari/604.1",
                Some("Chrome"),
                Some("iPhone"),
            ),
            (
                "Mozilla/5.0 (Linux; Android 15) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Mobile \
                 Safari/537.36",
                Some("Chrome"),
                Some("Android"),
            ),
            ("curl/8.14.1", Some("curl"), None),
            ("<script>alert(1)</script>", None, None),
            ("", None, None),
        ] {
            let origin = Origin::new(Some(user_agent), [127, 0, 0, 1].into());
            assert_eq!(
                (origin.browser, origin.system),
                (browser, system),
                "{user_agent}"
            );
        }
        assert_eq!(Origin::new(None, [127, 0, 0, 1].into()).browser, None);
    }

    #[test]
    fn the_last_part_of_an_address_is_not_kept() {
        for (address, network) in [
            ("192.0.2.77", "192.0.2.0/24"),
            ("::ffff:192.0.2.77", "192.0.2.0/24"),
            ("2001:db8:1:2:3:4:5:6", "2001:db8:1::/48"),
        ] {
            assert_eq!(network_of(address.parse().unwrap()), network);
        }
    }
}
