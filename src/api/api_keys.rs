//! API keys of an account.

use leptos::prelude::*;
use leptos::server_fn::codec::GetUrl;

#[cfg(feature = "ssr")]
use crate::types::parse_required_id;
use crate::types::{
    ApiKeyInput, ApiKeySpendInput, ApiKeySpendView, ApiKeyView, AppError, JsonAnswer, NewApiKeyView,
};

/// `POST /api/keys/create`: creates a key. `label` is what the user calls it; `read`, `predict`, `top_up` and `manage`
/// are its scopes, true or false; `expires_in_days`, `cap_day`, `cap_week`, `cap_month` and `cap_total` are optional.
/// The response is the only one that contains the key.
///
/// A key that makes another gives it no more scopes, credits and time than it has itself, and never `manage`. What the
/// new key spends counts against the caps of both.
///
/// # Errors
/// 422 naming fields, `scopes` if there is none; 401; 409 if the user has too many keys, or if the page belongs to another
/// account; 429 if the user has too many changes in progress.
#[server(prefix = "/api", endpoint = "keys/create", output = JsonAnswer)]
pub async fn create_api_key(
    #[server(flatten)] key: ApiKeyInput,
    #[server(default)] account: String,
) -> Result<NewApiKeyView, AppError> {
    let (services, request) = super::request::visitor()?;
    let user = request.user_as(&services, &account).await?;
    let _slot = services.write_slots.take(user.id).await?;
    services.api_keys.create(user.id, request.key(), &key).await
}

/// `POST /api/keys/rename`: gives a key another `label`.
///
/// # Errors
/// 422 naming `id` or `label`; 401; 404, also for a key that is revoked or another user's; 409 if the page belongs to
/// another account; 429 if the user has too many changes in progress.
#[server(prefix = "/api", endpoint = "keys/rename", output = JsonAnswer)]
pub async fn rename_api_key(
    #[server(default)] id: String,
    #[server(default)] label: String,
    #[server(default)] account: String,
) -> Result<ApiKeyView, AppError> {
    let (services, user, _slot) = super::request::signed_in_to_change(&account).await?;
    services
        .api_keys
        .rename(user.id, parse_required_id(&id)?, &label)
        .await
}

/// `POST /api/keys/revoke`: ends a key and those that it made, at once and for good. Tasks that it submitted continue.
///
/// # Errors
/// 422 naming `id`; 401; 404, also for another user's key; 409 if the page belongs to another account; 429 if the user
/// has too many changes in progress.
#[server(prefix = "/api", endpoint = "keys/revoke", output = JsonAnswer)]
pub async fn revoke_api_key(
    #[server(default)] id: String,
    #[server(default)] account: String,
) -> Result<ApiKeyView, AppError> {
    let (services, user, _slot) = super::request::signed_in_to_change(&account).await?;
    services
        .api_keys
        .revoke(user.id, parse_required_id(&id)?)
        .await
}

/// `GET /api/keys`: the keys that are not revoked, newest first.
///
/// # Errors
/// 401; 429 if the user reads too many lists at the same time.
#[server(prefix = "/api", endpoint = "keys", input = GetUrl, output = JsonAnswer)]
pub async fn list_api_keys() -> Result<Vec<ApiKeyView>, AppError> {
    let (services, user) = super::request::signed_in().await?;
    let _slot = services.list_slots.take(user.id).await?;
    services.api_keys.list(user.id).await
}

/// `GET /api/keys/current`: the key of this request, with its caps and what it has spent. Needs no scope.
///
/// # Errors
/// 401 without a key.
#[server(prefix = "/api", endpoint = "keys/current", input = GetUrl, output = JsonAnswer)]
pub async fn get_current_api_key() -> Result<ApiKeyView, AppError> {
    let (services, request) = super::request::visitor()?;
    let user = request.user(&services).await?;
    let _slot = services.list_slots.take(user.id).await?;
    let key = request.key().ok_or(AppError::Unauthorized)?;
    services.api_keys.current(key).await
}

/// `GET /api/keys/spend?id=&from=&to=`: what keys have spent by day and model, newest first; at most 31 days.
///
/// # Errors
/// 422 naming `id`, `from` or `to`; 401; 429 if the user reads too many lists at the same time.
#[server(prefix = "/api", endpoint = "keys/spend", input = GetUrl, output = JsonAnswer)]
pub async fn list_api_key_spend(
    #[server(flatten)] filter: ApiKeySpendInput,
) -> Result<Vec<ApiKeySpendView>, AppError> {
    let (services, user) = super::request::signed_in().await?;
    let _slot = services.list_slots.take(user.id).await?;
    services.api_keys.spend(user.id, &filter).await
}
