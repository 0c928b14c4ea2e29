//! Which address is answered by what, and through which layers a request goes.

use std::ops::Deref;
use std::sync::Arc;

use axum::body::Body;
use axum::extract::{FromRef, MatchedPath, Request, State};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderName, HeaderValue, Response, StatusCode, Uri, header};
use axum::response::IntoResponse;
use axum::routing::{any, get, post};
use axum::{Router, middleware};
use leptos::nonce::use_nonce;
use leptos::prelude::{LeptosOptions, provide_context, use_context};
use leptos_axum::{LeptosRoutes as _, ResponseOptions, generate_route_list};
use tokio_util::sync::CancellationToken;
use tower::ServiceBuilder;
use tower_cookies::{CookieManagerLayer, Cookies};
use tower_http::compression::CompressionLayer;
use tower_http::request_id::{MakeRequestUuid, PropagateRequestIdLayer, SetRequestIdLayer};
use tower_http::trace::TraceLayer;

use super::client::ClientRequestId;
use super::forms::{self, Forms};
use super::health::Readiness;
use super::keyed_limit::KeyedLimit;
use super::min_rate::MinRate;
use super::public_url::PublicUrl;
use super::trusted_proxies::TrustedProxies;
use super::{
    admission, assets, body, client, events, export, guard, health, limits, preferences, problem,
    styleguide,
};
use crate::app::{App, SiteAssets, has_page, shell};
use crate::components::form::FailedForm;
use crate::components::preferences::URL as PREFERENCES_URL;
use crate::queue::Notifier;
use crate::services::positions::PagePosition;
use crate::services::{Clock, Services};
use crate::types::{AppError, Today, UserId};

/// What every request shares. One pointer, for it is cloned by every layer that a request goes through.
#[derive(Clone)]
pub struct AppState(Arc<Shared>);

/// What stands behind an [`AppState`].
pub struct Shared {
    /// The rules.
    pub services: Services,
    /// The word of changes.
    pub notifier: Notifier,
    /// Limits the event streams of each user.
    pub streams: Arc<KeyedLimit<UserId>>,
    /// Whether this process can do its work.
    pub readiness: Readiness,
    /// Cancelled when the process is to stop.
    pub stop: CancellationToken,
    /// How browsers reach the service, where it was told.
    pub public_url: Option<PublicUrl>,
    /// Proxies in front whose word is believed.
    pub trusted_proxies: TrustedProxies,
    /// The lowest rate of request bodies.
    pub body_rate: MinRate,
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
        self.public_url.as_ref().is_some_and(PublicUrl::is_https)
    }

    /// Puts the services and the visitor's preferences where pages and server functions look for them, and
    /// on the response its content policy and that it is this visitor's alone.
    pub fn provide(&self) {
        provide_context(self.services.clone());
        provide_context(Today(self.clock.now().date_naive()));
        if let Some(assets) = &self.assets {
            provide_context(Arc::clone(assets));
        }
        let mut is_personal = false;
        if let Some(request) = use_context::<Parts>() {
            if !request.uri.path().starts_with("/api/") {
                provide_context(PagePosition::default());
            }
            provide_context(preferences::locale(&request.headers));
            provide_context(preferences::theme(&request.headers));
            let cookies = request.extensions.get::<Cookies>();
            is_personal = cookies.is_some_and(|it| self.services.sessions.has_cookie(it));
            if let Some(failed) = request.extensions.get::<FailedForm>() {
                provide_context(failed.clone());
                is_personal = true;
            }
        }
        let Some(response) = use_context::<ResponseOptions>() else {
            return;
        };
        let say = |name, value| response.insert_header(name, HeaderValue::from_static(value));
        say(header::VARY, "cookie, accept-language");
        let caching = if is_personal {
            // Nor may the browser's Back show it once the session has ended.
            "no-store"
        } else {
            "private, no-cache"
        };
        say(header::CACHE_CONTROL, caching);
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
    let page_list = generate_route_list(App);
    let context = {
        let state = state.clone();
        move || state.provide()
    };
    let options = state.leptos.clone();
    let mut pages = Router::new();
    if cfg!(debug_assertions) {
        pages = pages.route(styleguide::PATH, get(styleguide::page));
    }
    let pages = pages
        .leptos_routes_with_context(&state, page_list, context, move || shell(options.clone()))
        .fallback(file_or_page);
    let forms = Forms {
        state: state.clone(),
        pages: pages.clone().with_state(state.clone()),
    };
    // Leptos mounts each server function at its own path; what is left under /api is unknown.
    let router = pages
        .route("/api", any(unknown_function))
        .route("/api/", any(unknown_function))
        .route("/api/{*unknown}", any(unknown_function))
        .route("/api/tasks.csv", get(export::tasks))
        .route("/api/transactions.csv", get(export::transactions))
        .route(PREFERENCES_URL, post(preferences::set))
        .route("/events", get(events::events))
        .route("/health/live", get(health::live))
        .route("/health/ready", get(health::ready));
    with_layers(router, &state, forms).with_state(state)
}

/// What a request goes through on its way in, from top to bottom, and a response on its way out.
fn with_layers(router: Router<AppState>, state: &AppState, forms: Forms) -> Router<AppState> {
    let with = || state.clone();
    let request_id = HeaderName::from_static(problem::REQUEST_ID);
    let outer = ServiceBuilder::new()
        .layer(middleware::map_request(client::take_request_id))
        .layer(SetRequestIdLayer::new(request_id.clone(), MakeRequestUuid))
        .layer(TraceLayer::new_for_http().make_span_with(span))
        .layer(PropagateRequestIdLayer::new(request_id))
        .layer(middleware::from_fn_with_state(
            with(),
            guard::add_security_headers,
        ))
        .layer(CompressionLayer::new())
        .layer(middleware::from_fn(admission::announce_close))
        .layer(middleware::from_fn(limits::catch_panics))
        .layer(middleware::from_fn(limits::limit_uri))
        .layer(middleware::from_fn_with_state(with(), client::note_client))
        .layer(CookieManagerLayer::new());
    let inner = ServiceBuilder::new()
        .layer(middleware::from_fn_with_state(forms, forms::answer_forms))
        .layer(middleware::from_fn_with_state(with(), guard::csrf_check))
        .layer(middleware::from_fn_with_state(with(), admission::admit))
        .layer(middleware::from_fn_with_state(with(), body::normalize_body))
        .layer(middleware::from_fn(limits::limit_time))
        .layer(middleware::from_fn(problem::error_responses));
    router.layer(inner).layer(outer)
}

async fn unknown_function(headers: HeaderMap) -> Response<Body> {
    problem::respond(
        &AppError::NotFound,
        problem::request_id(&headers).as_deref(),
    )
}

async fn file_or_page(State(state): State<AppState>, request: Request) -> Response<Body> {
    if let Some(file) = assets::find(request.uri().path(), request.headers()) {
        return file;
    }
    if let Some(path) = without_slash(request.uri()) {
        return (StatusCode::PERMANENT_REDIRECT, [(header::LOCATION, path)]).into_response();
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

/// The address of a page that was asked for with a slash at its end.
fn without_slash(uri: &Uri) -> Option<String> {
    let path = uri.path();
    let page = path.strip_suffix('/')?;
    // Two slashes at the start would name a host, and two at the end are no page of ours.
    let is_page =
        !page.is_empty() && !page.starts_with("//") && !page.ends_with('/') && has_page(page);
    let query = uri.query().map(|it| format!("?{it}")).unwrap_or_default();
    is_page.then(|| format!("{page}{query}"))
}

/// Names the route rather than the path, because paths can hold secrets: the token of a shared result.
fn span(request: &Request) -> tracing::Span {
    let id = problem::request_id(request.headers()).unwrap_or_default();
    let route = request.extensions().get::<MatchedPath>();
    let route = route.map_or("none", MatchedPath::as_str);
    let client_id = request.extensions().get::<ClientRequestId>();
    let client_request_id = client_id.map(|ClientRequestId(id)| id.as_str());
    tracing::info_span!("request", id, method = %request.method(), route, client_request_id)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_is_found_without_the_slash_at_its_end() {
        let target = |uri: &'static str| without_slash(&Uri::from_static(uri));
        assert_eq!(target("/explore/"), Some("/explore".to_owned()));
        assert_eq!(target("/tasks/?a=b&c="), Some("/tasks?a=b&c=".to_owned()));
        assert_eq!(target("/tasks/7/"), Some("/tasks/7".to_owned()));
        for other in [
            "/",
            "/explore",
            "//explore/",
            "//evil.test/",
            "/explore//",
            "/none/",
            "/api/",
        ] {
            assert_eq!(target(other), None, "{other}");
        }
    }
}
