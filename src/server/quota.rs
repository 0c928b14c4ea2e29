//! The headers that tell a client what is left of a rate limit: `RateLimit-Policy` and `RateLimit`, as defined by
//! draft-ietf-httpapi-ratelimit-headers-10.

use axum::body::Body;
use axum::extract::Request;
use axum::http::{HeaderName, HeaderValue, Response};
use axum::middleware::Next;

use crate::services::rate_limit::{QuotaUse, WINDOW_S, noting};

const POLICY: HeaderName = HeaderName::from_static("ratelimit-policy");
const LEFT: HeaderName = HeaderName::from_static("ratelimit");

/// Adds what is left of the limit that a request has counted against.
pub async fn add_quota(request: Request, next: Next) -> Response<Body> {
    let (mut response, quota) = noting(next.run(request)).await;
    if let Some(quota) = quota {
        for (name, value) in [(POLICY, policy(quota)), (LEFT, left(quota))] {
            if let Ok(value) = HeaderValue::from_str(&value) {
                response.headers_mut().insert(name, value);
            }
        }
    }
    response
}

fn policy(quota: QuotaUse) -> String {
    format!("\"{}\";q={};w={WINDOW_S}", quota.policy, quota.limit)
}

fn left(quota: QuotaUse) -> String {
    format!(
        "\"{}\";r={};t={}",
        quota.policy, quota.remaining, quota.full_in_s
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_quota_is_written_as_in_the_draft() {
        let quota = QuotaUse {
            policy: "shared-results",
            limit: 120,
            remaining: 118,
            full_in_s: 1,
        };
        assert_eq!(policy(quota), "\"shared-results\";q=120;w=60");
        assert_eq!(left(quota), "\"shared-results\";r=118;t=1");
    }
}
