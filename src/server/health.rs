//! Whether this process is alive, and whether it can serve.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::IntoResponse;
use serde_json::json;

use super::router::AppState;

/// The process answers.
pub async fn live() -> impl IntoResponse {
    Json(json!({ "status": "live" }))
}

/// The database answers and has a model on offer.
pub async fn ready(State(state): State<AppState>) -> impl IntoResponse {
    match state.services.catalog.live_model(None).await {
        Ok(model) => {
            let model = json!({ "name": model.name, "version": model.version });
            (
                StatusCode::OK,
                Json(json!({ "status": "ready", "model": model })),
            )
        }
        Err(error) => {
            let reason = if error == crate::types::AppError::NotFound {
                "no model is live".to_owned()
            } else {
                error.to_string()
            };
            let body = json!({ "status": "not ready", "reason": reason });
            (StatusCode::SERVICE_UNAVAILABLE, Json(body))
        }
    }
}
