//! Error responses to requests that do not reach the router: too many connections, or invalid HTTP.

use axum::http::StatusCode;
use uuid::Uuid;

use super::problem::{EdgeProblem, PROBLEM_JSON_TYPE, REQUEST_ID};
use super::security_headers::SECURITY_HEADERS;

/// The only headers in hyper's own error responses.
const BARE_HEADERS: [&str; 3] = ["connection: close", "content-length: 0", "date: "];
/// Hyper's own error responses are shorter.
const BARE_MAX_BYTES: usize = 256;

/// The problem details to send in place of hyper's own error response, which has neither body nor request ID; `None` if
/// `bytes` are anything else. Responses of the router always have a request ID, so they never match.
pub fn problem_of(bytes: &[u8]) -> Option<&'static EdgeProblem> {
    match bare_status(bytes)? {
        StatusCode::BAD_REQUEST => Some(&EdgeProblem::NOT_HTTP),
        StatusCode::URI_TOO_LONG => Some(&EdgeProblem::URI_TOO_LONG),
        StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE => Some(&EdgeProblem::HEADERS_TOO_LARGE),
        _ => None,
    }
}

/// The status if `bytes` are hyper's own error response.
fn bare_status(bytes: &[u8]) -> Option<StatusCode> {
    if bytes.len() > BARE_MAX_BYTES || !bytes.starts_with(b"HTTP/1.") {
        return None;
    }
    let head = std::str::from_utf8(bytes).ok()?.strip_suffix("\r\n\r\n")?;
    let (line, headers) = head.split_once("\r\n")?;
    let is_bare = headers
        .split("\r\n")
        .all(|header| BARE_HEADERS.iter().any(|it| header.starts_with(it)));
    let status: StatusCode = line.split(' ').nth(1)?.parse().ok()?;
    is_bare.then_some(status)
}

/// A complete response. The connection must be closed after it.
pub fn raw(problem: &EdgeProblem) -> Vec<u8> {
    let id = Uuid::new_v4().to_string();
    // At debug level, because clients can cause any number of these.
    tracing::debug!(
        id,
        status = problem.status.as_u16(),
        reason = problem.detail,
        "responded outside the router"
    );
    let body = problem.json(Some(&id)).to_string();
    let length = body.len().to_string();
    let retry_after = problem.retry_after_s.map(|seconds| seconds.to_string());
    let mut headers = vec![
        ("content-type", PROBLEM_JSON_TYPE),
        ("content-length", length.as_str()),
        ("cache-control", "no-store"),
        ("connection", "close"),
        (REQUEST_ID, id.as_str()),
    ];
    let security = &SECURITY_HEADERS;
    headers.extend(security.iter().map(|(name, value)| (name.as_str(), *value)));
    if let Some(seconds) = &retry_after {
        headers.push(("retry-after", seconds));
    }
    let mut response = format!("HTTP/1.1 {}\r\n", problem.status);
    for (name, value) in headers {
        response.extend([name, ": ", value, "\r\n"]);
    }
    response.extend(["\r\n", body.as_str()]);
    response.into_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;

    const BARE: &[u8] = b"HTTP/1.1 431 Request Header Fields Too Large\r\nconnection: close\r\n\
        content-length: 0\r\ndate: Sun, 29 Nov 2026 06:39:29 GMT\r\n\r\n";

    #[test]
    fn a_bare_error_is_replaced_by_problem_details() {
        let text = String::from_utf8(raw(problem_of(BARE).unwrap())).unwrap();
        let (head, body) = text.split_once("\r\n\r\n").unwrap();
        assert!(head.starts_with("HTTP/1.1 431 "), "{head}");
        assert!(head.contains(&format!("content-length: {}\r\n", body.len())));
        assert!(head.contains("x-content-type-options: nosniff"), "{head}");
        assert!(head.contains("x-request-id: "), "{head}");
        assert!(body.contains("\"request_id\""), "{body}");
    }

    #[test]
    fn other_bytes_are_not_replaced() {
        let with_id = b"HTTP/1.1 400 Bad Request\r\nx-request-id: 1\r\ncontent-length: 0\r\n\r\n";
        let empty = b"HTTP/1.1 404 Not Found\r\ncontent-length: 0\r\n\r\n";
        let with_body = b"HTTP/1.1 400 Bad Request\r\ncontent-length: 0\r\n\r\nx";
        for other in [&with_id[..], empty, with_body, b"HTTP/1.", b"", b"\xff"] {
            assert!(problem_of(other).is_none());
        }
    }
}
