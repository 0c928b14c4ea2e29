//! The client bundle, styles and icons, embedded in the program, each also precompressed.

use axum::body::Body;
use axum::http::header::{
    ACCEPT_ENCODING, CACHE_CONTROL, CONTENT_ENCODING, CONTENT_TYPE, ETAG, IF_NONE_MATCH, VARY,
};
use axum::http::{HeaderMap, HeaderValue, Response, StatusCode};
use rust_embed::{EmbeddedFile, RustEmbed};

use super::headers::{is_known, qualities, text_of};
use crate::app::SiteAssets;
use crate::types::hex;

const MANIFEST: &str = "manifest.json";
const PRECOMPRESSED: &[(&str, &str)] = &[("br", "br"), ("gzip", "gz")];
/// Files in `pkg` have a hash of their content in their name.
const FOREVER: &str = "public, max-age=31536000, immutable";
const AN_HOUR: &str = "public, max-age=3600";

#[derive(RustEmbed)]
#[folder = "$CARGO_MANIFEST_DIR/target/site"]
#[allow_missing = true]
struct Site;

/// The URLs of the client bundle; `None` if the server was built without it.
///
/// # Errors
/// If the manifest cannot be parsed.
pub fn site_assets() -> anyhow::Result<Option<SiteAssets>> {
    let Some(manifest) = Site::get(MANIFEST) else {
        tracing::warn!("built without the client bundle: pages work by reload only");
        return Ok(None);
    };
    Ok(Some(serde_json::from_slice(&manifest.data)?))
}

/// The response for the asset at `path`, in the best encoding that the client accepts; `None` if there is no such
/// asset.
pub fn find(path: &str, headers: &HeaderMap) -> Option<Response<Body>> {
    let path = path.trim_start_matches('/');
    if path.is_empty() || path == MANIFEST {
        return None;
    }
    let plain = Site::get(path)?;
    let accepted = text_of(headers, ACCEPT_ENCODING).unwrap_or_default();
    let compressed = PRECOMPRESSED
        .iter()
        .filter(|(encoding, _)| accepts(accepted, encoding))
        .find_map(|(encoding, extension)| {
            Some((*encoding, Site::get(&format!("{path}.{extension}"))?))
        });
    Some(respond(path, plain, compressed, headers))
}

/// The type of a file. All texts are in UTF-8, and say so: otherwise some programs guess.
fn with_charset(kind: &str) -> String {
    let is_text = kind.starts_with("text/")
        || kind.ends_with("+xml")
        || matches!(kind, "application/javascript" | "application/json");
    let charset = if is_text { "; charset=utf-8" } else { "" };
    format!("{kind}{charset}")
}

fn respond(
    path: &str,
    plain: EmbeddedFile,
    compressed: Option<(&'static str, EmbeddedFile)>,
    headers: &HeaderMap,
) -> Response<Body> {
    let mut response = Response::new(Body::empty());
    let kind = mime_guess::from_path(path).first_or_octet_stream();
    let out = response.headers_mut();
    if let Ok(kind) = HeaderValue::from_str(&with_charset(kind.essence_str())) {
        out.insert(CONTENT_TYPE, kind);
    }
    let lifetime = if path.starts_with("pkg/") {
        FOREVER
    } else {
        AN_HOUR
    };
    out.insert(CACHE_CONTROL, HeaderValue::from_static(lifetime));
    out.insert(VARY, HeaderValue::from_static("accept-encoding"));
    let (encoding, file) = match compressed {
        Some((encoding, file)) => (Some(encoding), file),
        None => (None, plain),
    };
    let tag = format!("\"{}\"", hex(&file.metadata.sha256_hash()[..8]));
    let unchanged = text_of(headers, IF_NONE_MATCH).is_some_and(|known| is_known(known, &tag));
    if let Ok(tag) = HeaderValue::from_str(&tag) {
        out.insert(ETAG, tag);
    }
    if unchanged {
        *response.status_mut() = StatusCode::NOT_MODIFIED;
        return response;
    }
    if let Some(encoding) = encoding {
        out.insert(CONTENT_ENCODING, HeaderValue::from_static(encoding));
    }
    *response.body_mut() = Body::from(file.data);
    response
}

/// Whether `Accept-Encoding` accepts an encoding, by its name or else by `*`.
fn accepts(accepted: &str, encoding: &str) -> bool {
    let of = |name: &str| {
        let mut all = qualities(accepted);
        all.find(|(_, it)| it.eq_ignore_ascii_case(name))
    };
    of(encoding)
        .or_else(|| of("*"))
        .is_some_and(|(quality, _)| quality > 0.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_encoding_is_accepted_if_named_with_a_quality_above_zero() {
        assert!(accepts("gzip, deflate, br", "br"));
        assert!(accepts("br;q=0.9", "br"));
        assert!(accepts("gzip;q=0.5, BR; q=1", "br"));
        assert!(accepts("gzip, *", "br"));
        assert!(accepts("*;q=0, br", "br"));
        assert!(!accepts("br;q=0", "br"));
        assert!(!accepts("br;q=0.00", "br"));
        assert!(!accepts("br;q=0, *", "br"));
        assert!(!accepts("*;q=0", "br"));
        assert!(!accepts("gzip", "br"));
        assert!(!accepts("", "br"));
    }

    #[test]
    fn texts_say_that_they_are_in_utf_8() {
        for text in [
            "text/css",
            "text/javascript",
            "image/svg+xml",
            "application/json",
        ] {
            assert_eq!(with_charset(text), format!("{text}; charset=utf-8"));
        }
        for other in ["application/wasm", "image/png"] {
            assert_eq!(with_charset(other), other);
        }
    }
}
