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
