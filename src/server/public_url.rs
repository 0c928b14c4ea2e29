//! The public URL of the service, and whether a request comes from its own pages.

use std::str::FromStr;

use axum::http::{HeaderMap, HeaderValue, header};
use url::{Origin, Url};

use super::headers::text_of;

/// The origin at which browsers reach the service.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PublicUrl(Origin);

impl PublicUrl {
    /// Whether it is https, so that browsers accept secure cookies.
    pub fn is_https(&self) -> bool {
        matches!(&self.0, Origin::Tuple(scheme, ..) if scheme == "https")
    }

    /// The origin as text, without a trailing slash.
    pub fn text(&self) -> String {
        self.0.ascii_serialization()
    }
}

impl FromStr for PublicUrl {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        const EXAMPLE: &str =
            "must be an origin such as https://pledgecast.example, without a path";
        let url = Url::parse(text).map_err(|_| EXAMPLE.to_owned())?;
        let is_bare = url.path() == "/"
            && url.query().is_none()
            && url.fragment().is_none()
            && url.username().is_empty()
            && url.password().is_none();
        if !matches!(url.scheme(), "http" | "https") {
            return Err("must begin with https:// or http://".to_owned());
        }
        if is_bare && url.has_host() {
            Ok(Self(url.origin()))
        } else {
            Err(EXAMPLE.to_owned())
        }
    }
}

/// Where a browser's request comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Source {
    /// This service, or a program that is not a browser.
    Own,
    /// This service, at another address than the configured one.
    OtherAddress,
    /// Another site.
    Foreign,
}

/// The source of a request that changes state, according to `Sec-Fetch-Site` and `Origin`. A request with neither
/// header is not from a browser.
pub fn source_of(headers: &HeaderMap, public_url: Option<&PublicUrl>) -> Source {
    let site = headers.get("sec-fetch-site").map(HeaderValue::as_bytes);
    if !matches!(site, None | Some(b"same-origin" | b"none")) {
        return Source::Foreign;
    }
    let mut origins = headers.get_all(header::ORIGIN).iter();
    let (Some(origin), None) = (origins.next(), origins.next()) else {
        let has_none = headers.get(header::ORIGIN).is_none();
        return if has_none {
            Source::Own
        } else {
            Source::Foreign
        };
    };
    let Some(origin) = origin.to_str().ok().and_then(|it| Url::parse(it).ok()) else {
        return Source::Foreign;
    };
    let is_at_host = is_at_host(&origin, headers);
    match public_url {
        Some(PublicUrl(public)) if *public == origin.origin() => Source::Own,
        Some(_) if is_at_host => Source::OtherAddress,
        None if is_at_host => Source::Own,
        _ => Source::Foreign,
    }
}

/// Path and query of the `Referer`, if it is a page of this service.
pub fn referring_page(headers: &HeaderMap, public_url: Option<&PublicUrl>) -> Option<String> {
    let referer = text_of(headers, header::REFERER)?;
    let url = Url::parse(referer).ok()?;
    let is_own = public_url.is_some_and(|PublicUrl(public)| *public == url.origin())
        || is_at_host(&url, headers);
    is_own.then(|| match url.query() {
        Some(query) => format!("{}?{query}", url.path()),
        None => url.path().to_owned(),
    })
}

/// The origin at which browsers reach the service: the configured one, or else the host that the request was sent to.
/// Without a configured one, the service is reached over plain HTTP.
pub fn origin_of(headers: &HeaderMap, public_url: Option<&PublicUrl>) -> Option<String> {
    if let Some(url) = public_url {
        return Some(url.text());
    }
    let host = text_of(headers, header::HOST)?;
    let url: PublicUrl = format!("http://{host}").parse().ok()?;
    // A URL may have quotes in its host, a host has none.
    let is_part = |byte: u8| byte.is_ascii_alphanumeric() || b"-._:/[]".contains(&byte);
    Some(url.text()).filter(|text| text.bytes().all(is_part))
}

/// Whether the origin of `url` is the host that the request was sent to.
fn is_at_host(url: &Url, headers: &HeaderMap) -> bool {
    if !matches!(url.scheme(), "http" | "https") {
        return false;
    }
    text_of(headers, header::HOST)
        .and_then(|host| Url::parse(&format!("{}://{host}", url.scheme())).ok())
        .is_some_and(|here| here.origin() == url.origin())
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderName;

    use super::*;

    fn headers(pairs: &[(&'static str, &str)]) -> HeaderMap {
        pairs
            .iter()
            .map(|(name, value)| (HeaderName::from_static(name), value.parse().unwrap()))
            .collect()
    }

    fn public(text: &str) -> PublicUrl {
        text.parse().unwrap()
    }

    #[test]
    fn a_public_url_is_an_origin() {
        assert_eq!(public("https://A.example:443/").text(), "https://a.example");
        assert_eq!(
            public("http://a.example:8080").text(),
            "http://a.example:8080"
        );
        assert!(public("https://a.example").is_https());
        for bad in [
            "a.example",
            "ftp://a.example",
            "https://",
            "https://a.example/x",
            "https://a.example?x",
            "https://u@a.example",
        ] {
            assert!(bad.parse::<PublicUrl>().is_err(), "{bad}");
        }
    }

    #[test]
    fn without_a_public_url_the_host_header_is_the_own_origin() {
        const HOST: (&str, &str) = ("host", "a.example:3000");
        for (more, source) in [
            (&[][..], Source::Own),
            (&[("origin", "http://a.example:3000")], Source::Own),
            (&[("sec-fetch-site", "same-origin")], Source::Own),
            (&[("sec-fetch-site", "none")], Source::Own),
            (&[("origin", "http://a.example")], Source::Foreign),
            (&[("origin", "http://evil.example")], Source::Foreign),
            (&[("origin", "null")], Source::Foreign),
            (&[("origin", "")], Source::Foreign),
            (&[("sec-fetch-site", "cross-site")], Source::Foreign),
            (&[("sec-fetch-site", "same-site")], Source::Foreign),
            (
                &[
                    ("sec-fetch-site", "same-origin"),
                    ("origin", "http://evil.example"),
                ],
                Source::Foreign,
            ),
        ] {
            let headers = headers(&[&[HOST], more].concat());
            assert_eq!(source_of(&headers, None), source, "{more:?}");
        }
    }

    #[test]
    fn with_a_public_url_only_that_origin_is_accepted() {
        let url = public("https://public.example");
        let source = |host: &str, origin: &str| {
            source_of(&headers(&[("host", host), ("origin", origin)]), Some(&url))
        };
        assert_eq!(source("inner", "https://public.example"), Source::Own);
        assert_eq!(
            source("public.example", "http://public.example"),
            Source::OtherAddress
        );
        assert_eq!(
            source("evil.example", "http://evil.example"),
            Source::OtherAddress
        );
        assert_eq!(
            source("public.example", "https://evil.example"),
            Source::Foreign
        );
    }

    #[test]
    fn the_own_origin_is_the_configured_one_or_the_host() {
        let origin = |host: &str, public_url: Option<&PublicUrl>| {
            origin_of(&headers(&[("host", host)]), public_url)
        };
        let own = |text: &str| Some(text.to_owned());
        let url = public("https://public.example");
        assert_eq!(
            origin("inner:80", Some(&url)),
            own("https://public.example")
        );
        assert_eq!(origin("A.example:3000", None), own("http://a.example:3000"));
        for bad in ["", "a.example/x", "a\"b", "u@a.example", "a b"] {
            assert_eq!(origin(bad, None), None, "{bad}");
        }
    }

    #[test]
    fn a_page_of_another_site_is_not_a_referring_page() {
        let url = public("https://public.example");
        let page = |referer: &str| {
            let headers = headers(&[("host", "a.example"), ("referer", referer)]);
            referring_page(&headers, Some(&url))
        };
        assert_eq!(
            page("https://public.example/a?b=c#d").as_deref(),
            Some("/a?b=c")
        );
        assert_eq!(page("http://a.example/a").as_deref(), Some("/a"));
        for foreign in [
            "https://evil.example/a",
            "/a",
            "//evil.example/a",
            "javascript:a",
            "",
        ] {
            assert_eq!(page(foreign), None, "{foreign}");
        }
    }
}
