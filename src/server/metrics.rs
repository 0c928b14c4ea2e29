//! Counts requests, and serves what was recorded to Prometheus on a listener of its own.

use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::Router;
use axum::body::Body;
use axum::extract::{MatchedPath, Request, State};
use axum::http::{Response, StatusCode, header};
use axum::middleware::Next;
use axum::response::IntoResponse;
use axum::routing::get;
use futures::future::BoxFuture;
use tower_http::timeout::TimeoutLayer;

use crate::metrics::{self, Exporter};

const TEXT: &str = "text/plain; version=0.0.4; charset=utf-8";
const TIMEOUT: Duration = Duration::from_secs(30);

/// Reads what is only known when it is asked for.
pub type Sample = Arc<dyn Fn() -> BoxFuture<'static, ()> + Send + Sync>;

/// Counts a request and measures the time until its response begins.
pub async fn count_requests(request: Request, next: Next) -> Response<Body> {
    let begun = Instant::now();
    let method = request.method().clone();
    let route = request.extensions().get::<MatchedPath>().cloned();
    let response = next.run(request).await;
    let route = route.as_ref().map_or("none", MatchedPath::as_str);
    let status = response.status().as_u16();
    metrics::http_request(method.as_str(), route, status, begun.elapsed());
    response
}

/// The router of the listener for Prometheus.
pub fn router(exporter: Exporter, sample: Sample) -> Router {
    Router::new()
        .route("/metrics", get(text))
        .layer(TimeoutLayer::with_status_code(
            StatusCode::SERVICE_UNAVAILABLE,
            TIMEOUT,
        ))
        .with_state((exporter, sample))
}

/// `GET /metrics`: everything that this process has recorded, in the text format of Prometheus.
async fn text(State((exporter, sample)): State<(Exporter, Sample)>) -> impl IntoResponse {
    sample().await;
    ([(header::CONTENT_TYPE, TEXT)], exporter.text())
}
