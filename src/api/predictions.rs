//! Paid predictions: submit, read, cancel.

use leptos::prelude::*;
use leptos::server_fn::codec::GetUrl;

#[cfg(feature = "ssr")]
use super::headers;
use crate::types::{AppError, CampaignInput, JsonAnswer, TaskView};
#[cfg(feature = "ssr")]
use crate::types::{NumberFormat, Today, parse_required_id};

/// `POST /api/tasks/predict`: holds the price and queues a task. A repeat with the same key returns the same task. The
/// 21 fields of the campaign are at the same level as `idempotency_key` and `model_id`. Numbers are plain, unless
/// `number_format` names the language in whose format they were typed. The optional `max_price` is the price that the
/// user agreed to, and `account` the user of the page.
///
/// The status is 202 while there is no result; with `Prefer: wait=N` the response waits for it.
///
/// # Errors
/// 422 naming every field that breaks a rule, or if the key was used for another campaign; 401; 402, also if a cap of
/// the API key is reached; 404 if there is no such live model; 409 with the `price` if it is higher than `max_price`, or if
/// the page belongs to another account; 429 if the user has too many open tasks; 503 if the queue is full.
#[server(prefix = "/api", endpoint = "tasks/predict", output = JsonAnswer)]
pub async fn predict(
    #[server(flatten)] campaign: CampaignInput,
    #[server(default)] idempotency_key: String,
    #[server(default)] model_id: String,
    #[server(default)] max_price: String,
    #[server(default)] account: String,
    #[server(default)] number_format: String,
) -> Result<TaskView, AppError> {
    let Today(today) = use_context().ok_or(AppError::Internal)?;
    let (services, request) = super::request::visitor()?;
    let user = request.user_as(&services, &account).await?;
    let mut campaign = campaign;
    if let Some(format) = NumberFormat::of_language(&number_format) {
        let ambiguous = campaign.read_typed(format);
        if !ambiguous.is_empty() {
            let mut errors = campaign.check(today).err().unwrap_or_default();
            errors.extend(ambiguous);
            return Err(AppError::Invalid(errors));
        }
    }
    let key = headers::idempotency_key(idempotency_key)?;
    let submitted = services
        .predictions
        .submit(request.payer(&user), &campaign, &key, &model_id, &max_price)
        .await?;
    let task = headers::mark_replay(submitted);
    // The task is paid for, so an error while waiting for it must not hide it.
    let waited = headers::wait_for_result(&services, user.id, task.clone()).await;
    let task = waited.unwrap_or(task);
    headers::announce_task(&task);
    Ok(task)
}

/// `GET /api/task?id=`: one task of the signed-in user; with `Prefer: wait=N` the response waits for its result.
///
/// # Errors
/// 422 naming `id`; 401; 404, also for another user's task.
#[server(prefix = "/api", endpoint = "task", input = GetUrl, output = JsonAnswer)]
pub async fn get_task(#[server(default)] id: String) -> Result<TaskView, AppError> {
    let (services, user) = super::request::signed_in().await?;
    let task = services
        .predictions
        .find(user.id, parse_required_id(&id)?)
        .await?;
    headers::wait_for_result(&services, user.id, task).await
}

/// `POST /api/tasks/cancel`: cancels a queued task and releases its hold.
///
/// # Errors
/// 422 naming `id`; 401; 404; 409 if the task is no longer queued, or if the page belongs to another account; 429 if
/// the user has too many changes in progress.
#[server(prefix = "/api", endpoint = "tasks/cancel", output = JsonAnswer)]
pub async fn cancel_task(
    #[server(default)] id: String,
    #[server(default)] account: String,
) -> Result<TaskView, AppError> {
    let (services, user, _slot) = super::request::signed_in_to_change(&account).await?;
    services
        .predictions
        .cancel(user.id, parse_required_id(&id)?)
        .await
}
