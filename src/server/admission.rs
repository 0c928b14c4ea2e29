//! Who may send a body: sessions and roles are looked at before anything of it is read.

use std::collections::HashSet;
use std::sync::{Arc, LazyLock};

use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderValue, Method, Response, header};
use axum::middleware::Next;
use leptos::server_fn::ServerFn as _;
use leptos::server_fn::axum::server_fn_paths;
use tower_cookies::Cookies;

use super::limits::in_time;
use super::problem;
use super::router::AppState;
use crate::api::{CreateModel, Login, Logout, Register};
use crate::services::SignedIn;
use crate::types::AppError;

/// What anybody may post, with a small body.
const FOR_ANYBODY: [&str; 3] = [Login::PATH, Register::PATH, Logout::PATH];
/// Beyond this a body that is not read ends the connection.
const UNREAD_MAX_BYTES: u64 = 64 * 1024;

/// Whether a server function takes a body at that path.
pub fn takes_body(path: &str) -> bool {
    static PATHS: LazyLock<HashSet<&str>> = LazyLock::new(|| {
        server_fn_paths()
            .filter(|(_, method)| *method == Method::POST)
            .map(|(path, _)| path)
            .collect()
    });
    PATHS.contains(path)
}

/// Refuses the requests of those who may not make them, and notes on the others who is signed in.
pub async fn admit(
    State(state): State<AppState>,
    mut request: Request,
    next: Next,
) -> Response<Body> {
    let path = request.uri().path();
    let needs_session =
        *request.method() == Method::POST && takes_body(path) && !FOR_ANYBODY.contains(&path);
    if needs_session {
        match check(
            &state,
            request.extensions().get::<Cookies>(),
            request.uri().path(),
        )
        .await
        {
            Ok(signed_in) => {
                request.extensions_mut().insert(signed_in);
            }
            Err(error) => {
                let id = problem::request_id(request.headers());
                let mut response = problem::respond(&error, id.as_deref());
                if is_large(request.headers()) {
                    end_connection(&mut response);
                }
                return response;
            }
        }
    }
    next.run(request).await
}

async fn check(
    state: &AppState,
    cookies: Option<&Cookies>,
    path: &str,
) -> Result<SignedIn, AppError> {
    // The layer of cookies is around this one.
    let cookies = cookies.ok_or(AppError::Internal)?;
    // Only this is timed here: reading a body has limits of its own.
    let user = in_time(state.services.sessions.user(cookies)).await??;
    if path == CreateModel::PATH {
        state.services.catalog.may_create_model(&user)?;
    }
    Ok(SignedIn(Arc::new(user)))
}

/// Whether the body is too long to be thrown away, so that no further request can follow it.
fn is_large(headers: &HeaderMap) -> bool {
    let length = headers.get(header::CONTENT_LENGTH);
    let length = length.and_then(|it| it.to_str().ok()?.parse::<u64>().ok());
    match length {
        Some(length) => length > UNREAD_MAX_BYTES,
        None => headers.contains_key(header::TRANSFER_ENCODING),
    }
}

/// Tells the client that no request can follow this one on its connection.
pub fn end_connection(response: &mut Response<Body>) {
    let close = HeaderValue::from_static("close");
    response.headers_mut().insert(header::CONNECTION, close);
}
