//! What every response and every change of state is guarded by: the origin check and the security headers.

use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::header::{self, HeaderName};
use axum::http::{HeaderMap, HeaderValue, Method, Response};
use axum::middleware::Next;

use super::problem;
use super::router::AppState;
use crate::types::AppError;

/// Refuses changes of state that another site's page has sent. Browsers tell by `Sec-Fetch-Site` and
/// `Origin`; a request with neither is no browser's and passes.
pub async fn refuse_foreign(
    State(state): State<AppState>,
    request: Request,
    next: Next,
) -> Response<Body> {
    let safe = matches!(
        *request.method(),
        Method::GET | Method::HEAD | Method::OPTIONS
    );
    if safe || is_own(request.headers(), state.public_url.as_deref()) {
        return next.run(request).await;
    }
    let error = AppError::Forbidden("the request was sent by another site".to_owned());
    problem::respond(&error, problem::request_id(request.headers()).as_deref())
}

fn is_own(headers: &HeaderMap, public_url: Option<&str>) -> bool {
    let text = |name: &str| {
        headers
            .get(name)
            .map(|value| value.to_str().unwrap_or_default())
    };
    let by_fetch = match text("sec-fetch-site") {
        None | Some("same-origin" | "none") => true,
        Some(_) => false,
    };
    let by_origin = match text("origin") {
        None => true,
        Some(origin) if public_url == Some(origin) => true,
        Some(origin) => {
            let host = origin
                .strip_prefix("http://")
                .or_else(|| origin.strip_prefix("https://"));
            host.is_some() && host == text("host")
        }
    };
    by_fetch && by_origin
}

/// Headers of every response. Pages set their own content policy, with their nonce.
pub async fn add_security_headers(
    State(state): State<AppState>,
    request: Request,
    next: Next,
) -> Response<Body> {
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    let mut set = |name: HeaderName, value: &'static str| {
        headers
            .entry(name)
            .or_insert(HeaderValue::from_static(value));
    };
    set(header::X_CONTENT_TYPE_OPTIONS, "nosniff");
    // Forms without JavaScript are sent back by the Referer, so it must be sent to ourselves.
    set(header::REFERRER_POLICY, "same-origin");
    set(header::X_FRAME_OPTIONS, "DENY");
    set(
        header::CONTENT_SECURITY_POLICY,
        "default-src 'none'; frame-ancestors 'none'",
    );
    if state.https() {
        set(header::STRICT_TRANSPORT_SECURITY, "max-age=31536000");
    }
    response
}

/// The content policy of a page whose scripts carry `nonce`.
pub fn page_policy(nonce: &str) -> String {
    format!(
        "default-src 'self'; script-src 'nonce-{nonce}' 'strict-dynamic' 'wasm-unsafe-eval'; \
         style-src 'self'; img-src 'self' data:; connect-src 'self'; object-src 'none'; \
         base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(pairs: &[(&'static str, &str)]) -> HeaderMap {
        pairs
            .iter()
            .map(|(name, value)| (HeaderName::from_static(name), value.parse().unwrap()))
            .collect()
    }

    #[test]
    fn only_our_own_pages_and_programs_may_change_state() {
        let host = ("host", "a.example:3000");
        for own in [
            headers(&[host]),
            headers(&[host, ("origin", "http://a.example:3000")]),
            headers(&[host, ("sec-fetch-site", "same-origin")]),
            headers(&[("host", "inner"), ("origin", "https://public.example")]),
        ] {
            assert!(is_own(&own, Some("https://public.example")), "{own:?}");
        }
        for foreign in [
            headers(&[host, ("origin", "http://evil.example")]),
            headers(&[host, ("origin", "null")]),
            headers(&[host, ("sec-fetch-site", "cross-site")]),
            headers(&[host, ("sec-fetch-site", "same-site")]),
            headers(&[
                host,
                ("sec-fetch-site", "same-origin"),
                ("origin", "http://evil.example"),
            ]),
        ] {
            assert!(!is_own(&foreign, None), "{foreign:?}");
        }
    }
}
