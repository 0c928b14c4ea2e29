//! Errors that are answered without a request reaching the router: too many connections, and what is not HTTP.

use axum::http::StatusCode;
use uuid::Uuid;

use super::guard;
use super::problem::{EdgeProblem, PROBLEM_JSON_TYPE, REQUEST_ID};

/// The head of the HTTP library's own error response consists of nothing but these.
const BARE_HEADERS: [&str; 3] = ["connection: close", "content-length: 0", "date: "];
/// The library's own error responses are shorter.
const BARE_MAX_BYTES: usize = 256;

/// What to write in place of the HTTP library's own error response, which has neither body nor request ID;
/// `None` where `bytes` are anything else. `has_line` tells whether the request line has arrived.
pub fn replacement(bytes: &[u8], has_line: bool) -> Option<Vec<u8>> {
    let status = bare_status(bytes)?;
    let problem = match status {
        StatusCode::BAD_REQUEST => EdgeProblem::NOT_HTTP,
        StatusCode::URI_TOO_LONG => EdgeProblem::URI_TOO_LONG,
        // The library has read as much as it may; the request line alone was too long for it.
        StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE if !has_line => EdgeProblem::URI_TOO_LONG,
        StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE => EdgeProblem::HEADERS_TOO_LARGE,
        _ => return None,
    };
    Some(raw(&problem))
}

/// The status of the library's own error response.
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

/// A whole response, after which the connection is closed.
pub fn raw(problem: &EdgeProblem) -> Vec<u8> {
    let id = Uuid::new_v4().to_string();
    // As many as anybody likes.
    tracing::debug!(
        id,
        status = problem.status.as_u16(),
        reason = problem.detail,
        "answered outside of the router"
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
    let security = &guard::SECURITY_HEADERS;
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
        for (has_line, status) in [(true, "431"), (false, "414")] {
            let text = String::from_utf8(replacement(BARE, has_line).unwrap()).unwrap();
            let (head, body) = text.split_once("\r\n\r\n").unwrap();
            assert!(head.starts_with(&format!("HTTP/1.1 {status} ")), "{head}");
            assert!(head.contains(&format!("content-length: {}\r\n", body.len())));
            assert!(head.contains("x-content-type-options: nosniff"), "{head}");
            assert!(head.contains("x-request-id: "), "{head}");
            assert!(body.contains("\"request_id\""), "{body}");
        }
    }

    #[test]
    fn other_bytes_stay_as_they_are() {
        let with_id = b"HTTP/1.1 404 Not Found\r\nx-request-id: 1\r\ncontent-length: 0\r\n\r\n";
        let empty = b"HTTP/1.1 404 Not Found\r\ncontent-length: 0\r\n\r\n";
        let with_body = b"HTTP/1.1 400 Bad Request\r\ncontent-length: 0\r\n\r\nx";
        for other in [&with_id[..], empty, with_body, b"HTTP/1.", b"", b"\xff"] {
            assert!(replacement(other, true).is_none());
        }
    }
}
