//! Tasks and transactions, newest first, in pages.

use leptos::prelude::*;
use leptos::server_fn::codec::GetUrl;

use crate::types::{
    AppError, BalanceHistory, JsonAnswer, Page, TaskFilterInput, TaskView, TransactionFilterInput,
    TransactionView,
};
#[cfg(feature = "ssr")]
use crate::types::{parse_cursor, parse_page_limit};

/// `GET /api/tasks?limit=&cursor=&status=&verdict=&search=&from=&to=`: the signed-in user's tasks.
///
/// # Errors
/// 422 naming `limit`, `cursor` or fields of the filter; 401; 429 if the user reads too many lists at the same time.
#[server(prefix = "/api", endpoint = "tasks", input = GetUrl, output = JsonAnswer)]
pub async fn list_tasks(
    #[server(default)] limit: String,
    #[server(default)] cursor: String,
    #[server(flatten)] filter: TaskFilterInput,
) -> Result<Page<TaskView>, AppError> {
    let (services, user) = super::request::signed_in().await?;
    let _slot = services.list_slots.take(user.id).await?;
    let (limit, filter) = (parse_page_limit(&limit)?, filter.check()?);
    services
        .predictions
        .tasks(user.id, &filter, parse_cursor(&cursor)?, limit)
        .await
}

/// `GET /api/transactions?limit=&cursor=&kind=&from=&to=`: the signed-in user's ledger.
///
/// # Errors
/// 422 naming `limit`, `cursor` or fields of the filter; 401; 429 if the user reads too many lists at the same time.
#[server(prefix = "/api", endpoint = "transactions", input = GetUrl, output = JsonAnswer)]
pub async fn list_transactions(
    #[server(default)] limit: String,
    #[server(default)] cursor: String,
    #[server(flatten)] filter: TransactionFilterInput,
) -> Result<Page<TransactionView>, AppError> {
    let (services, user) = super::request::signed_in().await?;
    let _slot = services.list_slots.take(user.id).await?;
    let (limit, filter) = (parse_page_limit(&limit)?, filter.check()?);
    services
        .ledger
        .transactions(user.id, filter, parse_cursor(&cursor)?, limit)
        .await
}

/// `GET /api/balance/history`: the signed-in user's balance after each of the latest transactions.
///
/// # Errors
/// 401; 429 if the user reads too many lists at the same time.
#[server(prefix = "/api", endpoint = "balance/history", input = GetUrl, output = JsonAnswer)]
pub async fn get_balance_history() -> Result<BalanceHistory, AppError> {
    let (services, user) = super::request::signed_in().await?;
    let _slot = services.list_slots.take(user.id).await?;
    services.ledger.balance_history(user.id).await
}
