//! Health checks: whether this process is alive, and whether it is ready.

use std::sync::Arc;
use std::time::Duration;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::IntoResponse;
use axum::routing::get;
use axum::{Json, Router};
use serde_json::{Value, json};
use tower_http::timeout::TimeoutLayer;

use crate::inference::{InferenceError, InferencePool};
use crate::services::{Catalog, LoadedModels, Sessions};
use crate::types::ModelView;

const TIMEOUT: Duration = Duration::from_secs(30);

/// How long the check may take before the process counts as not ready.
const CHECK_TIMEOUT: Duration = Duration::from_secs(4);

/// What readiness depends on.
#[derive(Clone)]
pub struct Readiness {
    /// The session lookup; `None` in a process that serves no users.
    pub sessions: Option<Arc<Sessions>>,
    /// The models on offer.
    pub catalog: Arc<Catalog>,
    /// The models that this process has loaded.
    pub models: Arc<LoadedModels>,
    /// The inference threads.
    pub pool: InferencePool,
    /// Whether this process works on tasks. If so, it must be able to load a live model.
    pub works: bool,
}

impl Readiness {
    /// Checks readiness within [`CHECK_TIMEOUT`] and describes it; the error is the reason for not being ready.
    async fn check(&self) -> Result<Value, String> {
        let checked = tokio::time::timeout(CHECK_TIMEOUT, self.check_all()).await;
        checked.unwrap_or_else(|_| {
            let seconds = CHECK_TIMEOUT.as_secs();
            Err(format!("the check did not finish within {seconds} s"))
        })
    }

    /// Whether the process is ready.
    pub async fn is_ready(&self) -> bool {
        self.check().await.is_ok()
    }

    /// Uses the same queries as user requests, so that it fails when they do.
    async fn check_all(&self) -> Result<Value, String> {
        if let Some(sessions) = &self.sessions {
            sessions.probe().await.map_err(|error| error.to_string())?;
        }
        if self.pool.is_stuck() {
            return Err(format!(
                "{}; this process is about to exit",
                InferenceError::Stuck
            ));
        }
        let live = self.catalog.models(None).await;
        let live = live.map_err(|error| error.to_string())?;
        let default = live.first().ok_or("no model is live")?;
        let model = json!({ "name": default.name, "version": default.version });
        let mut body = json!({ "status": "ready", "model": model });
        if self.works {
            let not_loaded = self.not_loaded(&live).await?;
            if !not_loaded.is_empty() {
                body["models_not_loaded"] = not_loaded.into();
            }
        }
        Ok(body)
    }

    /// Live models that this process cannot load. It leaves their tasks to other workers. If it can load none, the
    /// error says why it cannot load the first.
    async fn not_loaded(&self, live: &[ModelView]) -> Result<Vec<Value>, String> {
        let mut not_loaded = Vec::new();
        let mut first = String::new();
        for ModelView {
            id, name, version, ..
        } in live
        {
            let Err(error) = self.models.get(*id).await else {
                continue;
            };
            let reason = error.to_string();
            if first.is_empty() {
                first = format!("the model {name} {version} cannot be loaded: {reason}");
            }
            not_loaded.push(json!({ "name": name, "version": version, "reason": reason }));
        }
        if not_loaded.len() == live.len() {
            return Err(first);
        }
        Ok(not_loaded)
    }
}

/// The router of a process that serves nothing but health checks.
pub fn router(readiness: Readiness) -> Router {
    Router::new()
        .route("/health/live", get(live))
        .route("/health/ready", get(ready))
        .layer(TimeoutLayer::with_status_code(
            StatusCode::SERVICE_UNAVAILABLE,
            TIMEOUT,
        ))
        .with_state(readiness)
}

/// `GET /health/live`: the process responds.
pub async fn live() -> impl IntoResponse {
    Json(json!({ "status": "live" }))
}

/// `GET /health/ready`: 200 if the database responds, a model is on offer and no inference thread is stuck. If the
/// process works on tasks, a live model must load. Models that do not load are listed: their tasks wait for another
/// worker.
pub async fn ready(State(readiness): State<Readiness>) -> impl IntoResponse {
    match readiness.check().await {
        Ok(body) => (StatusCode::OK, Json(body)),
        Err(reason) => {
            let body = json!({ "status": "not ready", "reason": reason });
            (StatusCode::SERVICE_UNAVAILABLE, Json(body))
        }
    }
}
