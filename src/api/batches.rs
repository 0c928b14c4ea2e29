//! Batches: files of campaigns that are predicted together.

use leptos::prelude::*;
use leptos::server_fn::codec::GetUrl;

#[cfg(feature = "ssr")]
use super::headers;
#[cfg(feature = "ssr")]
use crate::services::{SentFile, batches::Upload};
use crate::types::{AppError, BatchTaskFilterInput, BatchView, JsonAnswer, Page, TaskView};
#[cfg(feature = "ssr")]
use crate::types::{parse_cursor, parse_page_limit, parse_required_id};

/// `POST /api/batches/create`: checks a file of up to 10,000 campaigns, CSV or JSON Lines, and stores it as a draft with its
/// price: as text in `text`, as a file in `file`, or as the body, with the other arguments in the query. Nothing is
/// bought. The optional `file_name` is shown in lists.
///
/// # Errors
/// 422 naming `file`, `text`, `model_id`, or every wrong line and field; 401; 404 if there is no such live model; 409 if the
/// page belongs to another account; 413; 429 if the user has too many changes in progress.
#[server(prefix = "/api", endpoint = "batches/create", output = JsonAnswer)]
pub async fn create_batch(
    #[server(default)] file: String,
    #[server(default)] text: String,
    #[server(default)] file_name: String,
    #[server(default)] model_id: String,
    #[server(default)] account: String,
) -> Result<BatchView, AppError> {
    let (services, user, _slot) = super::request::signed_in_to_change(&account).await?;
    let upload = Upload {
        file: SentFile::of(&file, "text", text)?,
        name: file_name,
        model_id,
    };
    // The decoded file is enough.
    drop(file);
    let draft = services.batches.create(user.id, upload).await?;
    leptos_axum::redirect(&format!("/batches/{}", draft.id));
    Ok(draft)
}

/// `POST /api/batches/start`: holds the price of all predictions of a draft and queues them. A repeat with the same key
/// returns the same batch. The optional `max_total` is the total that the user agreed to.
///
/// # Errors
/// 422 naming `id`, `max_total` or `idempotency_key`, or if the key was used for another batch; 401; 402, also if a cap of the
/// API key is reached; 404, also for another user's batch; 409 with the total as `price` if it is higher than
/// `max_total`, if the batch was started before, if its model is not live any more, or if the page belongs to another
/// account; 429 if the user has too many open tasks or changes in progress; 503 if the queue is full.
#[server(prefix = "/api", endpoint = "batches/start", output = JsonAnswer)]
pub async fn start_batch(
    #[server(default)] id: String,
    #[server(default)] max_total: String,
    #[server(default)] idempotency_key: String,
    #[server(default)] account: String,
) -> Result<BatchView, AppError> {
    let (services, request) = super::request::visitor()?;
    let user = request.user_as(&services, &account).await?;
    let _slot = services.write_slots.take(user.id).await?;
    let key = headers::idempotency_key(idempotency_key)?;
    let started = services
        .batches
        .start(request.payer(&user), &id, &max_total, &key)
        .await?;
    let batch = headers::mark_replay(started);
    leptos_axum::redirect(&format!("/batches/{}", batch.id));
    Ok(batch)
}

/// `GET /api/batch?id=`: one batch: its price, and how far it is.
///
/// # Errors
/// 422 naming `id`; 401; 404, also for another user's batch.
#[server(prefix = "/api", endpoint = "batch", input = GetUrl, output = JsonAnswer)]
pub async fn get_batch(#[server(default)] id: String) -> Result<BatchView, AppError> {
    let (services, user) = super::request::signed_in().await?;
    services
        .batches
        .find(user.id, parse_required_id(&id)?)
        .await
}

/// `GET /api/batches?limit=&cursor=`: the signed-in user's batches, newest first.
///
/// # Errors
/// 422 naming `limit` or `cursor`; 401; 429 if the user reads too many lists at the same time.
#[server(prefix = "/api", endpoint = "batches", input = GetUrl, output = JsonAnswer)]
pub async fn list_batches(
    #[server(default)] limit: String,
    #[server(default)] cursor: String,
) -> Result<Page<BatchView>, AppError> {
    let (services, user) = super::request::signed_in().await?;
    let _slot = services.list_slots.take(user.id).await?;
    let limit = parse_page_limit(&limit)?;
    services
        .batches
        .list(user.id, parse_cursor(&cursor)?, limit)
        .await
}

/// `GET /api/batch/tasks?id=&limit=&cursor=&status=&verdict=&search=&order=`: the tasks of a batch, the highest probability
/// first unless `order` is `line`.
///
/// # Errors
/// 422 naming `id`, `limit`, `cursor` or fields of the filter; 401; 404, also for another user's batch; 429 if the user reads
/// too many lists at the same time.
#[server(prefix = "/api", endpoint = "batch/tasks", input = GetUrl, output = JsonAnswer)]
pub async fn list_batch_tasks(
    #[server(default)] id: String,
    #[server(default)] limit: String,
    #[server(default)] cursor: String,
    #[server(flatten)] filter: BatchTaskFilterInput,
) -> Result<Page<TaskView>, AppError> {
    let (services, user) = super::request::signed_in().await?;
    let _slot = services.list_slots.take(user.id).await?;
    let (limit, filter) = (parse_page_limit(&limit)?, filter.check()?);
    let (id, after) = (parse_required_id(&id)?, parse_cursor(&cursor)?);
    services
        .batches
        .tasks(user.id, id, &filter, after, limit)
        .await
}

/// `POST /api/batches/cancel`: cancels all queued tasks of a batch and releases their holds.
///
/// # Errors
/// 422 naming `id`; 401; 404, also for another user's batch; 409 for a draft, or if the page belongs to another account; 429 if
/// the user has too many changes in progress.
#[server(prefix = "/api", endpoint = "batches/cancel", output = JsonAnswer)]
pub async fn cancel_batch(
    #[server(default)] id: String,
    #[server(default)] account: String,
) -> Result<BatchView, AppError> {
    let (services, user, _slot) = super::request::signed_in_to_change(&account).await?;
    let batch = services
        .batches
        .cancel(user.id, parse_required_id(&id)?)
        .await?;
    leptos_axum::redirect(&format!("/batches/{}", batch.id));
    Ok(batch)
}

/// `POST /api/batches/delete`: deletes a draft.
///
/// # Errors
/// 422 naming `id`; 401; 404, also for another user's batch; 409 if it was started, or if the page belongs to another account;
/// 429 if the user has too many changes in progress.
#[server(prefix = "/api", endpoint = "batches/delete", output = JsonAnswer)]
pub async fn delete_batch(
    #[server(default)] id: String,
    #[server(default)] account: String,
) -> Result<(), AppError> {
    let (services, user, _slot) = super::request::signed_in_to_change(&account).await?;
    services
        .batches
        .delete(user.id, parse_required_id(&id)?)
        .await?;
    leptos_axum::redirect("/batches?done=deleted");
    Ok(())
}
