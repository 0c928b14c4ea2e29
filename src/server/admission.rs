//! Session and role checks that run before any of the request body is read.

use std::collections::HashSet;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, LazyLock};

use axum::body::{Body, HttpBody as _};
use axum::extract::{Request, State};
use axum::http::{HeaderValue, Method, Response, header};
use axum::middleware::Next;
use leptos::server_fn::ServerFn as _;
use leptos::server_fn::axum::server_fn_paths;
use tower_cookies::Cookies;

use super::access::{is_for_anybody, needs_reauthentication};
use super::limits::in_time;
use super::problem::Problem;
use super::state::AppState;
use crate::api::CreateModel;
use crate::services::SignedIn;
use crate::types::AppError;

/// Whether `path` is a server function that takes a body.
pub fn takes_body(path: &str) -> bool {
    static PATHS: LazyLock<HashSet<&str>> = LazyLock::new(|| {
        server_fn_paths()
            .filter(|(_, method)| *method == Method::POST)
            .map(|(path, _)| path)
            .collect()
    });
    PATHS.contains(path)
}

/// Set once the request body has been read to its end.
#[derive(Clone, Debug, Default)]
pub struct BodyWasRead(Arc<AtomicBool>);

impl BodyWasRead {
    /// Marks the body as read.
    pub fn set(&self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

/// Sends `Connection: close` if the request body was not read. Hyper closes such a connection without notice, and the
/// client's next request on it would fail.
pub async fn announce_close(mut request: Request, next: Next) -> Response<Body> {
    let is_read = BodyWasRead::default();
    is_read
        .0
        .store(request.body().is_end_stream(), Ordering::Relaxed);
    request.extensions_mut().insert(is_read.clone());
    let mut response = next.run(request).await;
    if !is_read.0.load(Ordering::Relaxed) {
        let close = HeaderValue::from_static("close");
        response.headers_mut().insert(header::CONNECTION, close);
    }
    response
}

/// Refuses a POST without the required session, role or recent authentication; stores [`SignedIn`] in the extensions of the
/// others. If there is an API key, `key_auth` has already stored it.
pub async fn admit(
    State(state): State<AppState>,
    mut request: Request,
    next: Next,
) -> Result<Response<Body>, Problem> {
    let path = request.uri().path();
    let needs_session =
        *request.method() == Method::POST && takes_body(path) && !is_for_anybody(path);
    if needs_session {
        let extensions = request.extensions();
        let signed_in = match extensions.get::<SignedIn>() {
            Some(signed_in) => signed_in.clone(),
            None => find_session(&state, extensions.get::<Cookies>(), path).await?,
        };
        if path == CreateModel::PATH {
            state.services.catalog.may_create_model(&signed_in.0)?;
            let second_factor = &state.services.second_factor;
            in_time(second_factor.require_of_operator(&signed_in.0)).await??;
        }
        request.extensions_mut().insert(signed_in);
    }
    Ok(next.run(request).await)
}

async fn find_session(
    state: &AppState,
    cookies: Option<&Cookies>,
    path: &str,
) -> Result<SignedIn, AppError> {
    // The cookie layer runs before this one.
    let cookies = cookies.ok_or(AppError::Internal)?;
    let sessions = &state.services.sessions;
    // The timeout covers the session lookup only; reading the body has its own limits.
    let (session, user) = in_time(sessions.find(cookies)).await??;
    // Here and not in each check of the session: every recording adds to the log lines, and an event stream checks its
    // session until it closes.
    tracing::Span::current().record("user", i64::from(user.id));
    if needs_reauthentication(path) {
        sessions.require_recent(&session)?;
    }
    Ok(SignedIn(Arc::new(user)))
}
