//! Balance and top-up.

use leptos::prelude::*;
use leptos::server_fn::codec::GetUrl;

#[cfg(feature = "ssr")]
use crate::types::TopUps;
use crate::types::{AppError, BalanceView, JsonAnswer, TransactionView};

/// `GET /api/balance`: the signed-in user's credits.
///
/// # Errors
/// 401.
#[server(prefix = "/api", endpoint = "balance", input = GetUrl, output = JsonAnswer)]
pub async fn get_balance() -> Result<BalanceView, AppError> {
    let (services, user) = super::request::signed_in().await?;
    services.ledger.balance(user.id).await
}

/// `POST /api/balance/top_up`: buys 1 to 1,000,000 credits. A repeat with the same key returns the same line.
///
/// # Errors
/// 422 naming `amount` or `idempotency_key`, or if the key was used for another amount; 401; 403 if credits cannot be
/// bought; 409 if the page belongs to another account; 429 if the user has too many changes in progress.
#[server(prefix = "/api", endpoint = "balance/top_up", output = JsonAnswer)]
pub async fn top_up(
    #[server(default)] amount: String,
    #[server(default)] idempotency_key: String,
    #[server(default)] account: String,
) -> Result<TransactionView, AppError> {
    let (services, user, _slot) = super::request::signed_in_to_change(&account).await?;
    if services.rules.top_ups == TopUps::Off {
        let reason = "credits cannot be bought here; the operator of this service adds them";
        return Err(AppError::Forbidden(reason.to_owned()));
    }
    let key = super::headers::idempotency_key(idempotency_key)?;
    let line = services.ledger.top_up(user.id, &amount, &key).await?;
    let line = super::headers::mark_replay(line);
    leptos_axum::redirect("/overview");
    Ok(line)
}
