//! The models on offer, and registration of models by the operator.

use leptos::prelude::*;
use leptos::server_fn::codec::GetUrl;

use crate::types::{AppError, JsonAnswer, ModelView};

/// `GET /api/models`: the live models, the default first; an admin sees all. Needs no session.
///
/// # Errors
/// 503 if the database is unavailable.
#[server(prefix = "/api", endpoint = "models", input = GetUrl, output = JsonAnswer)]
pub async fn list_models() -> Result<Vec<ModelView>, AppError> {
    let (services, request) = super::request::visitor()?;
    let user = match request.user(&services).await {
        Ok(user) => {
            let allowed = services.second_factor.require_of_operator(&user).await;
            allowed.is_ok().then_some(user)
        }
        Err(_) => None,
    };
    services.catalog.models(user.as_ref()).await
}

/// `POST /api/models/create`: registers a model from an ONNX file that contains its manifest (admins only).
///
/// `onnx` is the file: base64 in a JSON body or a URL-encoded form, a file field in a multipart form. `price` is in
/// credits; `state` is `candidate` (the default) or `live`; `description` is shown to users.
///
/// # Errors
/// 422 naming `onnx` (with the reason), `price`, `state` or `description`; 401; 403; 409 if the same file is already
/// registered.
#[server(prefix = "/api", endpoint = "models/create", output = JsonAnswer)]
pub async fn create_model(
    #[server(default)] onnx: String,
    #[server(default)] price: String,
    #[server(default)] state: String,
    #[server(default)] description: String,
) -> Result<ModelView, AppError> {
    let (services, user) = super::request::signed_in().await?;
    services
        .catalog
        .create_model(&user, &onnx, &price, &state, &description)
        .await
}
