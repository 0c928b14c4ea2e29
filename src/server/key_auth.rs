//! Requests with an API key: `Authorization: Bearer pc_…`. A request with that header never uses its cookies.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::{MatchedPath, Request, State};
use axum::http::header::{AUTHORIZATION, COOKIE};
use axum::http::{HeaderMap, Response};
use axum::middleware::Next;

use super::access::{self, Access};
use super::limits::in_time;
use super::problem::Problem;
use super::state::AppState;
use crate::services::{SignedIn, UsedKey};
use crate::types::AppError;

const SCHEME: &str = "Bearer ";

/// Checks the key of a request and its scope before anything of the body is read. Stores [`UsedKey`] and [`SignedIn`] in
/// the extensions. Must run before the cookies are parsed, because it removes them.
pub async fn check_key(
    State(state): State<AppState>,
    mut request: Request,
    next: Next,
) -> Result<Response<Body>, Problem> {
    if !request.headers().contains_key(AUTHORIZATION) {
        return Ok(next.run(request).await);
    }
    let route = request.extensions().get::<MatchedPath>();
    let access = access::of(route.map(MatchedPath::as_str));
    let key = key_of(request.headers()).map(ToOwned::to_owned);
    request.headers_mut().remove(AUTHORIZATION);
    request.headers_mut().remove(COOKIE);
    if access == Access::Open {
        return Ok(next.run(request).await);
    }
    let key = key?;
    let (UsedKey(key), user) = in_time(state.services.api_keys.authenticate(&key)).await??;
    let span = tracing::Span::current();
    span.record("user", i64::from(user.id))
        .record("api_key", i64::from(key.id));
    match access {
        Access::Needs(scope) if !key.has(scope) => {
            return Err(AppError::MissingScope(scope).into());
        }
        Access::SessionOnly | Access::BrowserOnly => {
            let reason = "API keys are for the API; this path needs a browser's session";
            return Err(AppError::Forbidden(reason.to_owned()).into());
        }
        _ => {}
    }
    request.extensions_mut().insert(SignedIn(Arc::new(user)));
    request.extensions_mut().insert(UsedKey(key));
    Ok(next.run(request).await)
}

/// The key in the `Authorization` header.
fn key_of(headers: &HeaderMap) -> Result<&str, AppError> {
    let mut values = headers.get_all(AUTHORIZATION).iter();
    let value = match (values.next(), values.next()) {
        (Some(value), None) => value.to_str().ok(),
        _ => None,
    };
    let key = value.and_then(|value| {
        let (scheme, key) = value.split_at_checked(SCHEME.len())?;
        scheme.eq_ignore_ascii_case(SCHEME).then(|| key.trim())
    });
    key.ok_or_else(|| {
        AppError::InvalidKey("the header must be `Authorization: Bearer pc_…`".to_owned())
    })
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    fn headers(values: &[&'static str]) -> HeaderMap {
        let mut headers = HeaderMap::new();
        for value in values {
            headers.append(AUTHORIZATION, HeaderValue::from_static(value));
        }
        headers
    }

    #[test]
    fn the_key_follows_the_scheme_in_any_case() {
        for value in ["Bearer pc_1", "bearer pc_1", "BEARER   pc_1 "] {
            assert_eq!(key_of(&headers(&[value])), Ok("pc_1"), "{value}");
        }
    }

    #[test]
    fn other_headers_and_several_are_malformed() {
        for values in [
            &["pc_1"][..],
            &["Basic dXNlcjpwYXNz"],
            &["Bearer"],
            &["Bearerpc_1"],
            &[""],
            &["Bearer pc_1", "Bearer pc_1"],
        ] {
            assert!(key_of(&headers(values)).is_err(), "{values:?}");
        }
        let mut bytes = HeaderMap::new();
        bytes.append(
            AUTHORIZATION,
            HeaderValue::from_bytes(b"Bearer \xff").unwrap(),
        );
        assert!(key_of(&bytes).is_err());
    }
}
