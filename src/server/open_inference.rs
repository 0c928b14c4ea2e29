//! The routes of the Open Inference Protocol, version 2.

use axum::Json;
use axum::body::Body;
use axum::extract::rejection::PathRejection;
use axum::extract::{Path, Request, State};
use axum::http::{HeaderValue, Response, StatusCode};
use axum::response::IntoResponse as _;
use serde::Deserialize;
use serde_json::{Value, json};

use super::body::{INFER_BODY_MAX_BYTES, read_whole};
use super::health::Readiness;
use super::identity::Identity;
use super::problem::Problem;
use super::state::AppState;
use crate::api::{IDEMPOTENCY_KEY, REPLAYED, WAIT_MAX, idempotency_key_of, preferred_wait};
use crate::services::open_inference::{
    InferOptions, InferRequest, ModelMetadata, NamedModel, ServerMetadata,
};
use crate::types::AppError;

/// The name and the version in a path.
#[derive(Debug, Deserialize)]
pub struct ModelPath {
    name: String,
    #[serde(default)]
    version: Option<String>,
}

/// What is no text in a path names no model.
type NamedPath = Result<Path<ModelPath>, PathRejection>;

fn named(path: NamedPath) -> Result<NamedModel, AppError> {
    let Path(ModelPath { name, version }) = path.map_err(|_| AppError::NotFound)?;
    Ok(NamedModel { name, version })
}

/// `GET /v2`: the server.
pub async fn server() -> Json<ServerMetadata> {
    Json(ServerMetadata {
        name: "pledgecast".to_owned(),
        version: env!("CARGO_PKG_VERSION").to_owned(),
        extensions: Vec::new(),
    })
}

/// `GET /v2/health/live`: the process responds.
pub async fn live() -> Json<Value> {
    Json(json!({ "live": true }))
}

/// `GET /v2/health/ready`: whether the process is ready, as `/health/ready` says.
pub async fn ready(State(readiness): State<Readiness>) -> (StatusCode, Json<Value>) {
    let is_ready = readiness.is_ready().await;
    let status = if is_ready {
        StatusCode::OK
    } else {
        StatusCode::SERVICE_UNAVAILABLE
    };
    (status, Json(json!({ "ready": is_ready })))
}

/// `GET /v2/models/NAME` and `/v2/models/NAME/versions/VERSION`: what a live model takes and returns.
pub async fn model(
    State(state): State<AppState>,
    path: NamedPath,
) -> Result<Json<ModelMetadata>, Problem> {
    let named = named(path)?;
    Ok(Json(state.services.open_inference.metadata(&named).await?))
}

/// `GET …/ready`: whether a live model can be run.
pub async fn model_ready(
    State(state): State<AppState>,
    path: NamedPath,
) -> Result<Json<Value>, Problem> {
    let named = named(path)?;
    state.services.open_inference.check_ready(&named).await?;
    Ok(Json(json!({ "name": named.name, "ready": true })))
}

/// `POST …/infer`: buys a prediction for each row and waits for the results.
pub async fn infer(
    State(state): State<AppState>,
    path: NamedPath,
    identity: Identity,
    request: Request,
) -> Result<Response<Body>, Problem> {
    let services = &state.services;
    // Nothing of a body is read for strangers. The session or the key may end while it arrives.
    identity.user(services).await?;
    let (parts, body) = read_whole(request, INFER_BODY_MAX_BYTES, state.body_rate).await?;
    let user = identity.user(services).await?;
    let named = named(path)?;
    let header = parts.headers.get(IDEMPOTENCY_KEY);
    // A blank key is refused: its client expects that a repeat is free.
    let key = match header {
        Some(_) => Some(idempotency_key_of(String::new(), header)?),
        None => None,
    };
    let request: InferRequest = serde_json::from_slice(&body).map_err(|error| {
        AppError::Malformed(format!("the body is no inference request: {error}"))
    })?;
    let options = InferOptions {
        key,
        wait: preferred_wait(&parts.headers).unwrap_or(WAIT_MAX),
        stop: state.stop.clone(),
    };
    let payer = identity.payer(&user);
    let inferred = services
        .open_inference
        .infer(payer, &named, request, options);
    let inferred = inferred.await?;
    let mut response = Json(inferred.value).into_response();
    if inferred.is_replay {
        let replayed = HeaderValue::from_static("true");
        response.headers_mut().insert(REPLAYED, replayed);
    }
    Ok(response)
}
