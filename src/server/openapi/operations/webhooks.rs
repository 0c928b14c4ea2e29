//! Webhooks and the log of what was posted to them.

use axum::http::StatusCode;
use leptos::server_fn::ServerFn as _;
use serde_json::{Value, json};

use super::common::{busy, conflict, example, no_page};
use crate::api::{
    CreateWebhook, DeleteWebhook, GetDelivery, GetWebhook, ListDeliveries, ListWebhooks,
    ResendDelivery, RotateWebhookSecret, SetWebhookEnabled, TestWebhook, UpdateWebhook,
};
use crate::server::openapi::fields::{
    DELIVERY_ID, Field, WEBHOOK_ID, flag, id, id_of, paging, whole,
};
use crate::server::openapi::headers;
use crate::server::openapi::operation::{Body, Content, Group, Operation};
use crate::services::webhooks::URL_MAX_CHARS;
use crate::types::{
    API_KEY_FIELD, AppError, DeliveryLogView, DeliveryView, EVENTS_FIELD, LOW_BALANCE_MAX,
    Violation, WebhookEvent, WebhookView, WebhooksView, event_field,
};

pub(super) fn all() -> Vec<Operation> {
    let all = [
        create(),
        list(),
        get(),
        update(),
        set_enabled(),
        rotate_secret(),
        delete(),
        test(),
        deliveries(),
        delivery(),
        resend(),
    ];
    let in_group = all.into_iter().map(|it| it.within(Group::Webhooks));
    in_group.collect()
}

fn webhook_id() -> Field {
    id_of("webhook", WEBHOOK_ID)
}

fn delivery_id() -> Field {
    id_of("delivery", DELIVERY_ID)
}

/// What a webhook consists of.
fn webhook() -> Vec<Field> {
    let url =
        json!({ "type": "string", "format": "uri", "minLength": 1, "maxLength": URL_MAX_CHARS });
    let about = "Where events are posted to, with `https://`.";
    let url = Field::new("url", url, about).required();
    let mut fields = vec![url.such_as("https://example.org/pledgecast")];
    fields.extend(WebhookEvent::ALL.iter().map(|event| {
        let about = format!("Whether to post `{event}`.");
        let is_task_end = [WebhookEvent::TaskSucceeded, WebhookEvent::TaskFailed].contains(event);
        let example = if is_task_end {
            json!(true)
        } else {
            Value::Null
        };
        Field::new(event_field(*event), flag(), &about).such_as(example)
    }));
    let about = "The API key whose tasks are told about; all tasks if absent. Events of the balance are the same either way.";
    fields.push(Field::new(API_KEY_FIELD, id(), about));
    let about = "`balance.low` is posted when the balance falls below this number of credits. Required for that event.";
    fields.push(Field::new("low_balance", whole(1, LOW_BALANCE_MAX), about));
    fields
}

fn create() -> Operation {
    Operation::post("create_webhook", CreateWebhook::PATH)
        .about("`secret` verifies the signatures (Standard Webhooks). It is shown for ten minutes.")
        .body(Body::Json("CreateWebhookRequest", webhook()))
        .returns::<WebhookView>("The new webhook.", example!("new_webhook"))
        .sends(headers::LOCATION)
        .refuses(EVENTS_FIELD, Violation::Required)
        .fails([
            conflict("you have the maximum number of webhooks; delete one first"),
            busy(),
        ])
}

fn list() -> Operation {
    Operation::get("list_webhooks", ListWebhooks::PATH)
        .header(headers::IF_NONE_MATCH)
        .returns::<WebhooksView>("The webhooks, newest first.", example!("webhooks"))
}

fn get() -> Operation {
    Operation::get("get_webhook", GetWebhook::PATH)
        .takes([webhook_id().in_query()])
        .header(headers::IF_NONE_MATCH)
        .returns::<WebhookView>("The webhook.", example!("webhook"))
        .refuses("id", Violation::NotAnId)
        .fails([AppError::NotFound])
}

fn update() -> Operation {
    let mut fields = vec![webhook_id()];
    fields.extend(webhook());
    change("update_webhook", UpdateWebhook::PATH)
        .about("Replaces all of them: an event that is absent is not posted any more.")
        .body(Body::Json("UpdateWebhookRequest", fields))
        .returns::<WebhookView>("The webhook.", example!("webhook"))
        .sends(headers::LOCATION)
        .refuses(EVENTS_FIELD, Violation::Required)
}

fn set_enabled() -> Operation {
    let enabled = Field::new("enabled", flag(), "Whether events are posted.");
    let fields = vec![webhook_id(), enabled.required().such_as(true)];
    change("set_webhook_enabled", SetWebhookEnabled::PATH)
        .about("Turning it off cancels its pending deliveries.")
        .body(Body::Json("SetWebhookEnabledRequest", fields))
        .returns::<WebhookView>("The webhook.", example!("webhook"))
        .sends(headers::LOCATION)
        .refuses("enabled", Violation::NotABoolean)
}

fn rotate_secret() -> Operation {
    change("rotate_webhook_secret", RotateWebhookSecret::PATH)
        .about(
            "The previous secret signs as well for 24 hours. The new one is shown for ten minutes.",
        )
        .body(Body::Json("RotateWebhookSecretRequest", vec![webhook_id()]))
        .returns::<WebhookView>("The webhook with its new secret.", example!("new_webhook"))
        .sends(headers::LOCATION)
}

fn delete() -> Operation {
    change("delete_webhook", DeleteWebhook::PATH)
        .about("Deletes its log and cancels its pending deliveries.")
        .body(Body::Json("DeleteWebhookRequest", vec![webhook_id()]))
        .answers(StatusCode::OK, "The webhook is deleted.", Content::Null)
        .sends(headers::LOCATION)
}

fn test() -> Operation {
    change("test_webhook", TestWebhook::PATH)
        .about("Queues an event of the type `webhook.test`.")
        .body(Body::Json("TestWebhookRequest", vec![webhook_id()]))
        .returns::<DeliveryView>("The delivery.", example!("delivery"))
        .sends(headers::LOCATION)
        .limited()
        .fails([conflict("this webhook is off; turn it on first")])
}

fn deliveries() -> Operation {
    Operation::get("list_deliveries", ListDeliveries::PATH)
        .about("What was posted to a webhook in the last 30 days, newest first.")
        .takes([webhook_id().in_query()])
        .takes(paging())
        .header(headers::IF_NONE_MATCH)
        .returns_page::<DeliveryView>(example!("deliveries"))
        .fails(no_page())
        .refuses("id", Violation::NotAnId)
        .fails([AppError::NotFound])
}

fn delivery() -> Operation {
    Operation::get("get_delivery", GetDelivery::PATH)
        .takes([delivery_id().in_query()])
        .header(headers::IF_NONE_MATCH)
        .returns::<DeliveryLogView>("The payload and the attempts.", example!("delivery_log"))
        .refuses("id", Violation::NotAnId)
        .fails([AppError::NotFound])
}

fn resend() -> Operation {
    change("resend_delivery", ResendDelivery::PATH)
        .about("With the same `webhook-id` and all retries.")
        .body(Body::Json("ResendDeliveryRequest", vec![delivery_id()]))
        .returns::<DeliveryLogView>("The delivery.", example!("delivery_log"))
        .sends(headers::LOCATION)
        .limited()
        .fails([conflict(
            "only a delivery that is not pending can be sent again, at most 20 times",
        )])
}

/// A change of something that its `id` names.
fn change(id: &'static str, path: &'static str) -> Operation {
    Operation::post(id, path)
        .refuses("id", Violation::NotAnId)
        .fails([AppError::NotFound, busy()])
}
