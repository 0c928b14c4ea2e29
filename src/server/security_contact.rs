//! Where the operator takes reports about vulnerabilities.

use std::str::FromStr;

use url::Url;

/// Where the operator takes reports: an email address or a page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SecurityContact(Url);

impl FromStr for SecurityContact {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let url = Url::parse(text).ok();
        let url = url.filter(|url| match url.scheme() {
            "mailto" => url.path().contains('@'),
            "https" => url.has_host(),
            _ => false,
        });
        url.map(Self).ok_or_else(|| {
            "must be like mailto:security@example.org or https://example.org/security".to_owned()
        })
    }
}

impl SecurityContact {
    /// The URL.
    pub const fn url(&self) -> &Url {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_contact_is_an_email_address_or_a_page() {
        for good in ["mailto:a@b.example", "https://b.example/security"] {
            assert!(good.parse::<SecurityContact>().is_ok(), "{good}");
        }
        for bad in ["a@b.example", "mailto:a", "http://b.example", "tel:1", ""] {
            assert!(bad.parse::<SecurityContact>().is_err(), "{bad}");
        }
    }
}
