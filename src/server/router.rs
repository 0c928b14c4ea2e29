//! Which address is answered by what, and through which layers a request goes.

use std::ops::Deref;
use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use axum::extract::{FromRef, Request, State};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderName, HeaderValue, Response, StatusCode, header};
use axum::response::IntoResponse;
use axum::routing::{any, get, post};
use axum::{Router, middleware};
use leptos::nonce::use_nonce;
use leptos::prelude::{LeptosOptions, provide_context, use_context};
use leptos_axum::{LeptosRoutes as _, ResponseOptions, generate_route_list};
use tokio_util::sync::CancellationToken;
use tower::ServiceBuilder;
use tower_cookies::CookieManagerLayer;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::compression::CompressionLayer;
use tower_http::request_id::{MakeRequestUuid, PropagateRequestIdLayer, SetRequestIdLayer};
use tower_http::timeout::TimeoutLayer;
use tower_http::trace::TraceLayer;

use super::health::Readiness;
use super::streams::Streams;
use super::{
    assets, body, client, events, export, guard, health, preferences, problem, styleguide,
};
use crate::app::{App, SiteAssets, shell};
use crate::components::preferences::URL as PREFERENCES_URL;
use crate::queue::Signals;
use crate::services::positions::PagePosition;
use crate::services::{Clock, Services};
use crate::types::{AppError, Today};

const REQUEST_TIMEOUT: Duration = Duration::from_secs(30);

/// What every request shares. One pointer, for it is cloned by every layer that a request goes through.
#[derive(Clone)]
pub struct AppState(Arc<Shared>);

/// What stands behind an [`AppState`].
pub struct Shared {
    /// The rules.
    pub services: Services,
    /// The word of changes.
    pub signals: Signals,
    /// The streams of live changes that are open.
    pub streams: Arc<Streams>,
    /// Whether this process can do its work.
    pub readiness: Readiness,
    /// Cancelled when the process is to stop.
    pub stop: CancellationToken,
    /// How browsers reach the service, where it was told.
    pub public_url: Option<String>,
    /// Proxies in front whose word is believed.
    pub trusted_proxies: u8,
    /// The one source of the time.
    pub clock: Arc<dyn Clock>,
    /// The browser half, where it was built before the server. Pages share it.
    pub assets: Option<Arc<SiteAssets>>,
    /// What Leptos wants to know.
    pub leptos: LeptosOptions,
}

impl From<Shared> for AppState {
    fn from(shared: Shared) -> Self {
        Self(Arc::new(shared))
    }
}

impl Deref for AppState {
    type Target = Shared;

    fn deref(&self) -> &Shared {
        &self.0
    }
}

impl Shared {
    /// Whether browsers reach the service over https.
    pub fn https(&self) -> bool {
        self.public_url
            .as_ref()
            .is_some_and(|url| url.starts_with("https://"))
    }

    /// Puts the services and the visitor's preferences where pages and server functions look for them, and
    /// on the response its content policy and that it is this visitor's alone.
    pub fn provide(&self) {
        provide_context(self.services.clone());
        provide_context(Today(self.clock.now().date_naive()));
        if let Some(assets) = &self.assets {
            provide_context(Arc::clone(assets));
        }
        if let Some(request) = use_context::<Parts>() {
            if !request.uri.path().starts_with("/api/") {
                provide_context(PagePosition::default());
            }
            provide_context(preferences::locale(&request.headers));
            provide_context(preferences::theme(&request.headers));
        }
        let Some(response) = use_context::<ResponseOptions>() else {
            return;
        };
        let say = |name, value| response.insert_header(name, HeaderValue::from_static(value));
        say(header::VARY, "cookie, accept-language");
        say(header::CACHE_CONTROL, "private, no-cache");
        if let Some(nonce) = use_nonce()
            && let Ok(policy) = HeaderValue::from_str(&guard::page_policy(&nonce))
        {
            response.insert_header(header::CONTENT_SECURITY_POLICY, policy);
        }
    }
}

impl FromRef<AppState> for LeptosOptions {
    fn from_ref(state: &AppState) -> Self {
        state.leptos.clone()
    }
}

impl FromRef<AppState> for Readiness {
    fn from_ref(state: &AppState) -> Self {
        state.readiness.clone()
    }
}

/// The whole service.
pub fn router(state: AppState) -> Router {
    let pages = generate_route_list(App);
    let context = {
        let state = state.clone();
        move || state.provide()
    };
    let shell_options = state.leptos.clone();
    let request_id = HeaderName::from_static(problem::REQUEST_ID);
    let layers = ServiceBuilder::new()
        .layer(SetRequestIdLayer::new(request_id.clone(), MakeRequestUuid))
        .layer(TraceLayer::new_for_http().make_span_with(span))
        .layer(PropagateRequestIdLayer::new(request_id))
        .layer(middleware::from_fn_with_state(
            state.clone(),
            guard::add_security_headers,
        ))
        .layer(CompressionLayer::new())
        .layer(CatchPanicLayer::custom(answer_panic))
        .layer(TimeoutLayer::with_status_code(
            StatusCode::SERVICE_UNAVAILABLE,
            REQUEST_TIMEOUT,
        ))
        .layer(middleware::from_fn_with_state(
            state.clone(),
            guard::refuse_foreign,
        ))
        .layer(middleware::from_fn_with_state(
            state.clone(),
            client::note_client,
        ))
        .layer(CookieManagerLayer::new())
        .layer(middleware::from_fn(body::read_any_form))
        .layer(middleware::from_fn(problem::shape_errors));
    let mut router = Router::new();
    if cfg!(debug_assertions) {
        router = router.route(styleguide::PATH, get(styleguide::page));
    }
    router
        // Leptos mounts each server function at its own path; what is left under /api is unknown.
        .route("/api", any(unknown_function))
        .route("/api/", any(unknown_function))
        .route("/api/{*unknown}", any(unknown_function))
        .route("/api/tasks.csv", get(export::tasks))
        .route("/api/transactions.csv", get(export::transactions))
        .route(PREFERENCES_URL, post(preferences::set))
        .route("/events", get(events::events))
        .route("/health/live", get(health::live))
        .route("/health/ready", get(health::ready))
        .leptos_routes_with_context(&state, pages, context, move || shell(shell_options.clone()))
        .fallback(file_or_not_found)
        .layer(layers)
        .with_state(state)
}

async fn unknown_function(headers: HeaderMap) -> Response<Body> {
    problem::respond(
        &AppError::NotFound,
        problem::request_id(&headers).as_deref(),
    )
}

async fn file_or_not_found(State(state): State<AppState>, request: Request) -> Response<Body> {
    if let Some(file) = assets::find(request.uri().path(), request.headers()) {
        return file;
    }
    let options = state.leptos.clone();
    let page = leptos_axum::render_app_async_with_context(
        move || state.provide(),
        move || shell(options.clone()),
    );
    let mut response = page(request).await.into_response();
    *response.status_mut() = StatusCode::NOT_FOUND;
    response
}

fn span(request: &Request) -> tracing::Span {
    let id = problem::request_id(request.headers()).unwrap_or_default();
    tracing::info_span!("request", id, method = %request.method(), path = request.uri().path())
}

#[expect(
    clippy::needless_pass_by_value,
    reason = "the signature that the layer asks for"
)]
fn answer_panic(panic: Box<dyn std::any::Any + Send>) -> Response<Body> {
    let reason = panic
        .downcast_ref::<String>()
        .map(String::as_str)
        .or_else(|| panic.downcast_ref::<&str>().copied());
    tracing::error!(reason, "a request panicked");
    problem::respond(&AppError::Internal, None)
}
