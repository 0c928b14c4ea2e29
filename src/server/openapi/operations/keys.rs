//! API keys of an account.

use leptos::server_fn::ServerFn as _;
use serde_json::{Value, json};

use super::common::{busy, conflict, example};
use crate::api::{
    CreateApiKey, GetCurrentApiKey, ListApiKeySpend, ListApiKeys, RenameApiKey, RevokeApiKey,
};
use crate::server::openapi::fields::{
    API_KEY_ID, Field, day, flag, id, id_of, visible_text, whole,
};
use crate::server::openapi::headers;
use crate::server::openapi::operation::{Body, Group, Operation};
use crate::types::{
    ApiKeySpendView, ApiKeyView, AppError, CAP_MAX, CapPeriod, EXPIRY_MAX_DAYS, LABEL_MAX_CHARS,
    NewApiKeyView, SPEND_MAX_DAYS, Scope, Violation, cap_field,
};

pub(super) fn all() -> Vec<Operation> {
    let all = [create(), rename(), revoke(), list(), current(), spend()];
    all.into_iter().map(|it| it.within(Group::Keys)).collect()
}

fn label() -> Field {
    let field = Field::new("label", visible_text(LABEL_MAX_CHARS), "What you call it.");
    field.required().such_as("nightly")
}

fn key_id() -> Field {
    id_of("key", API_KEY_ID)
}

fn scope(scope: Scope) -> Field {
    let about = match scope {
        Scope::Read => {
            "Read everything of the account except its keys, and ask free questions about results."
        }
        Scope::Predict => {
            "Submit and cancel predictions, report outcomes, create and end private links."
        }
        Scope::TopUp => "Buy credits.",
        Scope::Manage => {
            "Manage keys, webhooks, password and sessions; as an operator, register models."
        }
    };
    let example = match scope {
        Scope::Read | Scope::Predict => json!(true),
        Scope::TopUp | Scope::Manage => Value::Null,
    };
    Field::new(scope.as_str(), flag(), about).such_as(example)
}

fn cap(period: CapPeriod) -> Field {
    let about = match period {
        CapPeriod::Day => "Credits that it may spend per day, in UTC; no cap if absent.",
        CapPeriod::Week => "Credits per week, from Monday.",
        CapPeriod::Month => "Credits per month.",
        CapPeriod::Total => "Credits in total.",
    };
    let example = match period {
        CapPeriod::Day => json!(70),
        CapPeriod::Week | CapPeriod::Month | CapPeriod::Total => Value::Null,
    };
    Field::new(cap_field(period), whole(1, CAP_MAX.into()), about).such_as(example)
}

fn create() -> Operation {
    let expires = "Days until it expires; never if absent.";
    let expires = Field::new("expires_in_days", whole(1, EXPIRY_MAX_DAYS.into()), expires);
    let mut fields = vec![label()];
    fields.extend(Scope::ALL.iter().copied().map(scope));
    fields.push(expires);
    fields.extend(CapPeriod::ALL.iter().copied().map(cap));
    Operation::post("create_api_key", CreateApiKey::PATH)
        .about(
            "`secret` is the key; no other response contains it. At least one scope is needed. A key that makes another \
             gives it no scope, cap or time that it lacks itself, and never `manage`; what the new key spends counts \
             against the caps of both.",
        )
        .body(Body::Json("CreateApiKeyRequest", fields))
        .returns::<NewApiKeyView>("The new key.", example!("new_api_key"))
        .refuses("scopes", Violation::Required)
        .fails([
            conflict("you have the maximum number of API keys; revoke one first"),
            busy(),
        ])
}

fn rename() -> Operation {
    Operation::post("rename_api_key", RenameApiKey::PATH)
        .body(Body::Json("RenameApiKeyRequest", vec![key_id(), label()]))
        .returns::<ApiKeyView>("The key.", example!("api_key"))
        .refuses("label", Violation::Required)
        .fails([AppError::NotFound, busy()])
}

fn revoke() -> Operation {
    Operation::post("revoke_api_key", RevokeApiKey::PATH)
        .about("Ends it and the keys that it made, at once and for good. Tasks that it submitted continue.")
        .body(Body::Json("RevokeApiKeyRequest", vec![key_id()]))
        .returns::<ApiKeyView>("The key.", example!("revoked_api_key"))
        .refuses("id", Violation::NotAnId)
        .fails([AppError::NotFound, busy()])
}

fn list() -> Operation {
    Operation::get("list_api_keys", ListApiKeys::PATH)
        .about("Those that are not revoked, newest first.")
        .header(headers::IF_NONE_MATCH)
        .returns_list::<ApiKeyView>("The keys.", example!("api_keys"))
        .fails([busy()])
}

fn current() -> Operation {
    Operation::get("get_current_api_key", GetCurrentApiKey::PATH)
        .about("The key of the request, with its caps and what it has spent. It needs no scope.")
        .header(headers::IF_NONE_MATCH)
        .returns::<ApiKeyView>("The key.", example!("api_key"))
        .fails([AppError::Unauthorized, busy()])
}

fn spend() -> Operation {
    let days = format!("The first day, in UTC; at most {SPEND_MAX_DAYS} days are reported.");
    Operation::get("list_api_key_spend", ListApiKeySpend::PATH)
        .about("By day, key and model, newest first.")
        .takes([
            Field::new("id", id(), "Only this key.").in_query(),
            Field::new("from", day(), &days).in_query(),
            Field::new("to", day(), "The last day; today if absent.").in_query(),
        ])
        .header(headers::IF_NONE_MATCH)
        .returns_list::<ApiKeySpendView>("What keys have spent.", example!("api_key_spend"))
        .refuses("from", Violation::NotADate)
        .fails([busy()])
}
