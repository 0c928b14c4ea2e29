//! Routes and middleware.

use axum::body::Body;
use axum::extract::{MatchedPath, Request, State};
use axum::http::{HeaderName, Response, StatusCode, Uri, header};
use axum::response::IntoResponse;
use axum::routing::{MethodRouter, any, get, post};
use axum::{Router, middleware};
use leptos_axum::{LeptosRoutes as _, generate_route_list};
use tower::ServiceBuilder;
use tower_cookies::CookieManagerLayer;
use tower_http::compression::CompressionLayer;
use tower_http::request_id::{MakeRequestUuid, PropagateRequestIdLayer, SetRequestIdLayer};
use tower_http::trace::TraceLayer;

use super::client::ClientRequestId;
use super::context::provide;
use super::forms::{self, Forms};
use super::headers::text_of;
use super::key_auth::check_key;
use super::problem::{self, Problem};
use super::state::AppState;
use super::{
    admission, assets, body, client, crawlers, csrf, etag, events, export, health, inference_paths,
    limits, metrics, open_inference, openapi, preferences, quota, reports, sample_file,
    security_headers, shared_files, styleguide,
};
use crate::app::{App, has_page, shell};
use crate::components::preferences::URL as PREFERENCES_URL;
use crate::types::AppError;

/// The router of the whole service.
pub fn router(state: AppState) -> Router {
    let page_list = generate_route_list(App);
    let context = {
        let state = state.clone();
        move || provide(&state)
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
    // Leptos mounts each server function at its own path; every other path under /api is unknown.
    let mut router = pages
        .route("/api", any(unknown_function))
        .route("/api/", any(unknown_function))
        .route("/api/{*unknown}", any(unknown_function));
    router = router.route("/v2/{*unknown}", any(unknown_function));
    let documented = api_routes().into_iter().chain(inference_routes());
    for (path, route) in documented.chain(site_routes()) {
        router = router.route(path, route);
    }
    with_layers(router, &state, forms).with_state(state)
}

/// A path and what responds to it.
type PathRoute = (&'static str, MethodRouter<AppState>);

/// What the API has besides server functions. All of it is in the OpenAPI document.
fn api_routes() -> [PathRoute; 12] {
    [
        (openapi::PATH, get(openapi::document)),
        ("/api/tasks.csv", get(export::tasks)),
        ("/api/batch/tasks.csv", get(export::batch_tasks)),
        ("/api/transactions.csv", get(export::transactions)),
        ("/api/outcomes.csv", get(export::unreported)),
        ("/shared/{token}/badge.svg", get(shared_files::badge)),
        ("/shared/{token}/card.png", get(shared_files::card)),
        ("/shared/{token}/report.pdf", get(reports::of_shared)),
        ("/report.pdf", get(reports::of_tasks)),
        ("/events", get(events::events)),
        ("/health/live", get(health::live)),
        ("/health/ready", get(health::ready)),
    ]
}

/// The Open Inference Protocol. All of it is in the OpenAPI document, too.
fn inference_routes() -> [PathRoute; 9] {
    use open_inference::{infer, live, model, model_ready, ready, server};
    [
        (inference_paths::ROOT, get(server)),
        ("/v2/health/live", get(live)),
        ("/v2/health/ready", get(ready)),
        ("/v2/models/{name}", get(model)),
        ("/v2/models/{name}/ready", get(model_ready)),
        ("/v2/models/{name}/infer", post(infer)),
        ("/v2/models/{name}/versions/{version}", get(model)),
        (
            "/v2/models/{name}/versions/{version}/ready",
            get(model_ready),
        ),
        ("/v2/models/{name}/versions/{version}/infer", post(infer)),
    ]
}

/// What only browsers and search engines need.
fn site_routes() -> [PathRoute; 5] {
    [
        (PREFERENCES_URL, post(preferences::set)),
        (crawlers::ROBOTS_PATH, get(crawlers::robots)),
        (crawlers::SITEMAP_PATH, get(crawlers::sitemap)),
        ("/card.png", get(shared_files::site_card)),
        (sample_file::PATH, get(sample_file::sample)),
    ]
}

/// Adds the middleware. A request passes it from top to bottom, a response from bottom to top.
fn with_layers(router: Router<AppState>, state: &AppState, forms: Forms) -> Router<AppState> {
    let with = || state.clone();
    let request_id = HeaderName::from_static(problem::REQUEST_ID);
    let outer = ServiceBuilder::new()
        .layer(middleware::map_request(client::take_request_id))
        .layer(SetRequestIdLayer::new(request_id.clone(), MakeRequestUuid))
        .layer(TraceLayer::new_for_http().make_span_with(span))
        .layer(PropagateRequestIdLayer::new(request_id))
        .layer(middleware::from_fn(metrics::count_requests))
        .layer(middleware::from_fn_with_state(
            with(),
            security_headers::add_security_headers,
        ))
        .layer(CompressionLayer::new())
        .layer(middleware::from_fn(problem::write_problems))
        .layer(middleware::from_fn(admission::announce_close))
        .layer(middleware::from_fn(limits::catch_panics))
        .layer(middleware::from_fn(limits::limit_uri))
        .layer(middleware::from_fn_with_state(with(), client::note_client))
        .layer(middleware::from_fn_with_state(with(), check_key))
        .layer(CookieManagerLayer::new())
        .layer(middleware::from_fn(quota::add_quota));
    let inner = ServiceBuilder::new()
        .layer(middleware::from_fn_with_state(forms, forms::answer_forms))
        .layer(middleware::from_fn_with_state(with(), csrf::csrf_check))
        .layer(middleware::from_fn_with_state(with(), admission::admit))
        .layer(middleware::from_fn_with_state(with(), body::normalize_body))
        .layer(middleware::from_fn(limits::limit_time))
        .layer(middleware::from_fn(etag::answer_known))
        .layer(middleware::from_fn(problem::error_responses));
    router.layer(inner).layer(outer)
}

async fn unknown_function() -> Problem {
    AppError::NotFound.into()
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
        move || provide(&state),
        move || shell(options.clone()),
    );
    let mut response = page(request).await.into_response();
    *response.status_mut() = StatusCode::NOT_FOUND;
    response
}

/// The path without its trailing slash, and the query, if a page has that path.
fn without_slash(uri: &Uri) -> Option<String> {
    let path = uri.path();
    let page = path.strip_suffix('/')?;
    // Two slashes at the start would name a host; two at the end are not a page.
    let is_page =
        !page.is_empty() && !page.starts_with("//") && !page.ends_with('/') && has_page(page);
    let query = uri.query().map(|it| format!("?{it}")).unwrap_or_default();
    is_page.then(|| format!("{page}{query}"))
}

/// Logs the route instead of the path, because paths can contain secrets such as the token of a shared result. The user
/// is recorded when an API key is checked, or the session of a request that changes something.
fn span(request: &Request) -> tracing::Span {
    let id = text_of(request.headers(), problem::REQUEST_ID).unwrap_or_default();
    let route = request.extensions().get::<MatchedPath>();
    let route = route.map_or("none", MatchedPath::as_str);
    let client_id = request.extensions().get::<ClientRequestId>();
    let client_request_id = client_id.map(|ClientRequestId(id)| id.as_str());
    let empty = tracing::field::Empty;
    tracing::info_span!(
        "request", id, method = %request.method(), route, client_request_id, user = empty, api_key = empty
    )
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use axum::http::Method;
    use leptos::server_fn::axum::server_fn_paths;

    use super::super::access::{self, Access};
    use super::*;

    #[tokio::test]
    async fn no_page_takes_an_api_key() {
        for page in generate_route_list(App) {
            assert_eq!(access::of(Some(page.path())), Access::SessionOnly);
        }
    }

    #[test]
    fn every_operation_says_what_a_key_needs() {
        for (path, _) in api_routes().into_iter().chain(inference_routes()) {
            assert_ne!(access::of(Some(path)), Access::SessionOnly, "{path}");
        }
    }

    #[test]
    fn the_document_describes_every_operation_and_no_others() {
        let name = |(method, path): (Method, &str)| format!("{method} {path}");
        let functions = server_fn_paths().map(|(path, method)| (method, path));
        let files = api_routes().map(|(path, _)| (Method::GET, path));
        let inference = inference_routes().map(|(path, _)| {
            if inference_paths::waits_for_results(path) {
                (Method::POST, path)
            } else {
                (Method::GET, path)
            }
        });
        let served = functions.chain(files).chain(inference);
        let served: BTreeSet<_> = served.map(name).collect();
        let documented: BTreeSet<_> = openapi::documented().map(name).collect();
        assert!(served.len() > 40, "the server functions are not registered");
        assert_eq!(documented, served);
    }

    #[test]
    fn a_trailing_slash_is_removed_from_pages_only() {
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
