//! The two histories, newest first, a page at a time.

use leptos::prelude::*;
use leptos::server_fn::codec::GetUrl;

use crate::types::{AppError, JsonAnswer, Page, TaskView, TransactionView};

/// `GET /api/tasks?limit=&cursor=&status=`: the signed-in user's tasks.
///
/// # Errors
/// 422 naming `limit`, `cursor` or `status`; 401.
#[server(prefix = "/api", endpoint = "tasks", input = GetUrl, output = JsonAnswer)]
pub async fn list_tasks(
    #[server(default)] limit: String,
    #[server(default)] cursor: String,
    #[server(default)] status: String,
) -> Result<Page<TaskView>, AppError> {
    let (services, user) = super::request::signed_in().await?;
    services
        .predictions
        .tasks(user.id(), &limit, &cursor, &status)
        .await
}

/// `GET /api/transactions?limit=&cursor=&kind=`: the signed-in user's ledger.
///
/// # Errors
/// 422 naming `limit`, `cursor` or `kind`; 401.
#[server(prefix = "/api", endpoint = "transactions", input = GetUrl, output = JsonAnswer)]
pub async fn list_transactions(
    #[server(default)] limit: String,
    #[server(default)] cursor: String,
    #[server(default)] kind: String,
) -> Result<Page<TransactionView>, AppError> {
    let (services, user) = super::request::signed_in().await?;
    services
        .ledger
        .transactions(user.id(), &limit, &cursor, &kind)
        .await
}
