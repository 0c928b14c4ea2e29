//! Private links of results.

use leptos::prelude::*;
use leptos::server_fn::codec::GetUrl;

use crate::types::{AppError, JsonAnswer, ShareView, SharedView};

/// `POST /api/task/share`: makes the private link of a result; the same one where there is one.
///
/// # Errors
/// 422 naming `id`; 401; 404, also for somebody else's; 409 where the task has no result, or the page was
/// made for another account.
#[server(prefix = "/api", endpoint = "task/share", output = JsonAnswer)]
pub async fn share(
    #[server(default)] id: String,
    #[server(default)] account: String,
) -> Result<ShareView, AppError> {
    let (services, user, _slot) = super::request::signed_in_to_change(&account).await?;
    let link = services.sharing.share(user.id(), &id).await?;
    leptos_axum::redirect(&format!("/tasks/{}#share", link.task_id));
    Ok(link)
}

/// `POST /api/task/unshare`: ends the link of a result, for good.
///
/// # Errors
/// 422 naming `id`; 401; 404, also for somebody else's; 409 where the page was made for another account.
#[server(prefix = "/api", endpoint = "task/unshare", output = JsonAnswer)]
pub async fn unshare(
    #[server(default)] id: String,
    #[server(default)] account: String,
) -> Result<ShareView, AppError> {
    let (services, user, _slot) = super::request::signed_in_to_change(&account).await?;
    let link = services.sharing.unshare(user.id(), &id).await?;
    leptos_axum::redirect(&format!("/tasks/{}#share", link.task_id));
    Ok(link)
}

/// `GET /api/task/link?id=`: the link of a result; its `path` is null where there is none.
///
/// # Errors
/// 422 naming `id`; 401; 404, also for somebody else's.
#[server(prefix = "/api", endpoint = "task/link", input = GetUrl, output = JsonAnswer)]
pub async fn get_link(#[server(default)] id: String) -> Result<ShareView, AppError> {
    let (services, user) = super::request::signed_in().await?;
    services.sharing.link(user.id(), &id).await
}

/// `GET /api/shared?token=`: what a link leads to, by the last part of its path. Needs no session.
///
/// # Errors
/// 404 where the link was revoked or never was; 429.
#[server(prefix = "/api", endpoint = "shared", input = GetUrl, output = JsonAnswer)]
pub async fn get_shared(#[server(default)] token: String) -> Result<SharedView, AppError> {
    let (services, request) = super::request::visitor()?;
    services.sharing.open(&request.client, &token).await
}
