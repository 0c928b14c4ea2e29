//! Private links of results.

use leptos::prelude::*;
use leptos::server_fn::codec::GetUrl;

#[cfg(feature = "ssr")]
use crate::types::parse_required_id;
use crate::types::{AppError, JsonAnswer, ShareView, SharedView};

/// `POST /api/task/share`: creates the private link of a result, or returns the existing one.
///
/// # Errors
/// 422 naming `id`; 401; 404, also for another user's task; 409 if the task has no result, or if the page belongs to
/// another account; 429 if the user has too many changes in progress.
#[server(prefix = "/api", endpoint = "task/share", output = JsonAnswer)]
pub async fn share(
    #[server(default)] id: String,
    #[server(default)] account: String,
) -> Result<ShareView, AppError> {
    let (services, user, _slot) = super::request::signed_in_to_change(&account).await?;
    let link = services
        .sharing
        .share(user.id, parse_required_id(&id)?)
        .await?;
    leptos_axum::redirect(&format!("/tasks/{}#share", link.task_id));
    Ok(link)
}

/// `POST /api/task/unshare`: revokes the link of a result permanently.
///
/// # Errors
/// 422 naming `id`; 401; 404, also for another user's task; 409 if the page belongs to another account; 429 if the user
/// has too many changes in progress.
#[server(prefix = "/api", endpoint = "task/unshare", output = JsonAnswer)]
pub async fn unshare(
    #[server(default)] id: String,
    #[server(default)] account: String,
) -> Result<ShareView, AppError> {
    let (services, user, _slot) = super::request::signed_in_to_change(&account).await?;
    let link = services
        .sharing
        .unshare(user.id, parse_required_id(&id)?)
        .await?;
    leptos_axum::redirect(&format!("/tasks/{}#share", link.task_id));
    Ok(link)
}

/// `GET /api/task/link?id=`: the link of a result; `path` is null if there is none.
///
/// # Errors
/// 422 naming `id`; 401; 404, also for another user's task.
#[server(prefix = "/api", endpoint = "task/link", input = GetUrl, output = JsonAnswer)]
pub async fn get_link(#[server(default)] id: String) -> Result<ShareView, AppError> {
    let (services, user) = super::request::signed_in().await?;
    services
        .sharing
        .link(user.id, parse_required_id(&id)?)
        .await
}

/// `GET /api/shared?token=`: the shared result of a link; `token` is the last part of its path. Needs no session.
///
/// # Errors
/// 404 if the link was revoked or never existed; 429.
#[server(prefix = "/api", endpoint = "shared", input = GetUrl, output = JsonAnswer)]
pub async fn get_shared(#[server(default)] token: String) -> Result<SharedView, AppError> {
    let (services, request) = super::request::visitor()?;
    services.sharing.open(&request.client, &token).await
}
