//! Reads request headers.

use axum::http::HeaderMap;
use axum::http::header::{ACCEPT, AsHeaderName};

/// The first value of a header, if it is text.
pub fn text_of(headers: &HeaderMap, name: impl AsHeaderName) -> Option<&str> {
    headers.get(name)?.to_str().ok()
}

/// Whether the client accepts a page.
pub fn accepts_html(headers: &HeaderMap) -> bool {
    text_of(headers, ACCEPT).is_some_and(|accept| accept.contains("text/html"))
}

/// The items of a header such as `Accept-Encoding`, each with its quality. Leaves out those whose quality is not a
/// number.
pub fn qualities(header: &str) -> impl Iterator<Item = (f32, &str)> {
    header.split(',').filter_map(|item| {
        let (name, parameters) = item.split_once(';').unwrap_or((item, ""));
        let quality = match parameters.trim().strip_prefix("q=") {
            Some(quality) => quality.trim().parse().ok()?,
            None => 1.0,
        };
        Some((quality, name.trim()))
    })
}

/// Whether the `If-None-Match` of a request names a tag. Weak tags count, because a proxy that compresses makes tags weak.
pub fn is_known(known: &str, tag: &str) -> bool {
    let mut known = known.split(',').map(str::trim);
    known.any(|it| it == "*" || it.strip_prefix("W/").unwrap_or(it) == tag)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tag_is_named_alone_in_a_list_or_as_weak() {
        for known in ["\"a\"", "W/\"a\"", "\"b\", W/\"a\"", "\"b\",\"a\"", "*"] {
            assert!(is_known(known, "\"a\""), "{known}");
        }
        for known in ["\"b\"", "a", "", "\"b\", \"ab\""] {
            assert!(!is_known(known, "\"a\""), "{known}");
        }
    }
}
