//! Webhooks: URLs of the user to which the service posts events, and the log of what was posted.

use leptos::prelude::*;
use leptos::server_fn::codec::GetUrl;

use crate::types::{
    AppError, DeliveryLogView, DeliveryView, JsonAnswer, Page, WebhookInput, WebhookView,
    WebhooksView,
};
#[cfg(feature = "ssr")]
use crate::types::{Violation, WebhookId, parse_cursor, parse_page_limit, parse_required_id};

/// `POST /api/webhooks/create`: creates a webhook: `url`, `true` for each event, and `low_balance` in credits if
/// `balance_low` is among them. The response contains the `secret`, which is shown for ten minutes only.
///
/// # Errors
/// 422 naming `url`, `events`, `low_balance` or an event; 401; 409 if the user has ten webhooks, or if the page belongs to
/// another account; 429 if the user has too many changes in progress.
#[server(prefix = "/api", endpoint = "webhooks/create", output = JsonAnswer)]
pub async fn create_webhook(
    #[server(flatten)] webhook: WebhookInput,
    #[server(default)] account: String,
) -> Result<WebhookView, AppError> {
    let (services, user, _slot) = super::request::signed_in_to_change(&account).await?;
    let created = services.webhooks.create(user.id, &webhook).await?;
    show(created.id, "created");
    Ok(created)
}

/// `GET /api/webhooks`: the user's webhooks.
///
/// # Errors
/// 401.
#[server(prefix = "/api", endpoint = "webhooks", input = GetUrl, output = JsonAnswer)]
pub async fn list_webhooks() -> Result<WebhooksView, AppError> {
    let (services, user) = super::request::signed_in().await?;
    services.webhooks.list(user.id).await
}

/// `GET /api/webhook?id=`: one webhook.
///
/// # Errors
/// 422 naming `id`; 401; 404, also for another user's webhook.
#[server(prefix = "/api", endpoint = "webhook", input = GetUrl, output = JsonAnswer)]
pub async fn get_webhook(#[server(default)] id: String) -> Result<WebhookView, AppError> {
    let (services, user) = super::request::signed_in().await?;
    services
        .webhooks
        .find(user.id, parse_required_id(&id)?)
        .await
}

/// `POST /api/webhook/update`: replaces the URL and the events of a webhook, with the same fields as on creation.
///
/// # Errors
/// 422 naming `id`, `url`, `events`, `low_balance` or an event; 401; 404, also for another user's webhook; 409 if the page
/// belongs to another account; 429 if the user has too many changes in progress.
#[server(prefix = "/api", endpoint = "webhook/update", output = JsonAnswer)]
pub async fn update_webhook(
    #[server(default)] id: String,
    #[server(flatten)] webhook: WebhookInput,
    #[server(default)] account: String,
) -> Result<WebhookView, AppError> {
    let (services, user, _slot) = super::request::signed_in_to_change(&account).await?;
    let id = parse_required_id(&id)?;
    let updated = services.webhooks.update(user.id, id, &webhook).await?;
    show(updated.id, "saved");
    Ok(updated)
}

/// `POST /api/webhook/set_enabled`: turns a webhook on or off: `id`, `enabled`. Its pending deliveries are canceled when it
/// is turned off.
///
/// # Errors
/// 422 naming `id` or `enabled`; 401; 404, also for another user's webhook; 409 if the page belongs to another account; 429
/// if the user has too many changes in progress.
#[server(prefix = "/api", endpoint = "webhook/set_enabled", output = JsonAnswer)]
pub async fn set_webhook_enabled(
    #[server(default)] id: String,
    #[server(default)] enabled: String,
    #[server(default)] account: String,
) -> Result<WebhookView, AppError> {
    let (services, user, _slot) = super::request::signed_in_to_change(&account).await?;
    let id = parse_required_id(&id)?;
    let is_enabled = match enabled.trim() {
        "true" => true,
        "false" => false,
        "" => return Err(AppError::invalid("enabled", Violation::Required)),
        _ => return Err(AppError::invalid("enabled", Violation::NotABoolean)),
    };
    let changed = services
        .webhooks
        .set_enabled(user.id, id, is_enabled)
        .await?;
    show(changed.id, if is_enabled { "on" } else { "off" });
    Ok(changed)
}

/// `POST /api/webhook/delete`: deletes a webhook with its log: `id`. Its pending deliveries are canceled.
///
/// # Errors
/// 422 naming `id`; 401; 404, also for another user's webhook; 409 if the page belongs to another account; 429 if the user
/// has too many changes in progress.
#[server(prefix = "/api", endpoint = "webhook/delete", output = JsonAnswer)]
pub async fn delete_webhook(
    #[server(default)] id: String,
    #[server(default)] account: String,
) -> Result<(), AppError> {
    let (services, user, _slot) = super::request::signed_in_to_change(&account).await?;
    services
        .webhooks
        .delete(user.id, parse_required_id(&id)?)
        .await?;
    leptos_axum::redirect("/account/webhooks?done=deleted");
    Ok(())
}

/// `POST /api/webhook/rotate_secret`: gives a webhook a new secret: `id`. Payloads are signed with the previous secret as
/// well for 24 hours. The response contains the new `secret`, which is shown for ten minutes only.
///
/// # Errors
/// 422 naming `id`; 401; 404, also for another user's webhook; 409 if the page belongs to another account; 429 if the user
/// has too many changes in progress.
#[server(prefix = "/api", endpoint = "webhook/rotate_secret", output = JsonAnswer)]
pub async fn rotate_webhook_secret(
    #[server(default)] id: String,
    #[server(default)] account: String,
) -> Result<WebhookView, AppError> {
    let (services, user, _slot) = super::request::signed_in_to_change(&account).await?;
    let rotated = services
        .webhooks
        .rotate_secret(user.id, parse_required_id(&id)?)
        .await?;
    show(rotated.id, "rotated");
    Ok(rotated)
}

/// `POST /api/webhook/test`: queues a payload of the type `webhook.test`: `id`. Returns its delivery.
///
/// # Errors
/// 422 naming `id`; 401; 404, also for another user's webhook; 409 if the webhook is off, or if the page belongs to another
/// account; 429 if the user sends more than 20 a minute, or has too many changes in progress.
#[server(prefix = "/api", endpoint = "webhook/test", output = JsonAnswer)]
pub async fn test_webhook(
    #[server(default)] id: String,
    #[server(default)] account: String,
) -> Result<DeliveryView, AppError> {
    let (services, user, _slot) = super::request::signed_in_to_change(&account).await?;
    let test = services
        .webhooks
        .test(user.id, parse_required_id(&id)?)
        .await?;
    leptos_axum::redirect(&format!("/account/deliveries/{}", test.id));
    Ok(test)
}

/// `GET /api/webhook/deliveries?id=&limit=&cursor=`: what was posted to a webhook in the last 30 days, newest first.
///
/// # Errors
/// 422 naming `id`, `limit` or `cursor`; 401; 404, also for another user's webhook; 429 if the user reads too many lists at
/// the same time.
#[server(prefix = "/api", endpoint = "webhook/deliveries", input = GetUrl, output = JsonAnswer)]
pub async fn list_deliveries(
    #[server(default)] id: String,
    #[server(default)] limit: String,
    #[server(default)] cursor: String,
) -> Result<Page<DeliveryView>, AppError> {
    let (services, user) = super::request::signed_in().await?;
    let _slot = services.list_slots.take(user.id).await?;
    let (id, limit) = (parse_required_id(&id)?, parse_page_limit(&limit)?);
    services
        .webhooks
        .deliveries(user.id, id, parse_cursor(&cursor)?, limit)
        .await
}

/// `GET /api/webhook/delivery?id=`: a delivery with its payload and its attempts.
///
/// # Errors
/// 422 naming `id`; 401; 404, also for another user's delivery.
#[server(prefix = "/api", endpoint = "webhook/delivery", input = GetUrl, output = JsonAnswer)]
pub async fn get_delivery(#[server(default)] id: String) -> Result<DeliveryLogView, AppError> {
    let (services, user) = super::request::signed_in().await?;
    services
        .webhooks
        .delivery(user.id, parse_required_id(&id)?)
        .await
}

/// `POST /api/webhook/resend`: sends a delivery again, with the same `webhook-id` and all retries: `id` of the delivery.
///
/// # Errors
/// 422 naming `id`; 401; 404, also for another user's delivery; 409 if it is pending, was sent again 20 times, or its
/// webhook is off, or if the page belongs to another account; 429 if the user sends more than 20 a minute, or has too many
/// changes in progress.
#[server(prefix = "/api", endpoint = "webhook/resend", output = JsonAnswer)]
pub async fn resend_delivery(
    #[server(default)] id: String,
    #[server(default)] account: String,
) -> Result<DeliveryLogView, AppError> {
    let (services, user, _slot) = super::request::signed_in_to_change(&account).await?;
    let resent = services
        .webhooks
        .resend(user.id, parse_required_id(&id)?)
        .await?;
    leptos_axum::redirect(&format!("/account/deliveries/{}", resent.delivery.id));
    Ok(resent)
}

/// Redirects forms to the page of a webhook, which says what was done.
#[cfg(feature = "ssr")]
fn show(id: WebhookId, done: &str) {
    leptos_axum::redirect(&format!("/account/webhooks/{id}?done={done}"));
}
