//! The form of a webhook: its URL and its events. The browser posts it as a document, with or without JavaScript.

use leptos::prelude::*;

use super::error_text::violation_text;
use super::field::Submit;
use super::field_faults::{FieldFaults, control_id};
use super::form::PostForm;
use super::select::{Choice, position_of};
use super::{Field, FormErrors, Loaded, Select, labels};
use crate::api::list_api_keys;
use crate::client::data::Data;
use crate::client::form_action::FormAction;
use crate::client::{tr, use_locale, use_session};
use crate::types::{
    API_KEY_FIELD, ApiKeyView, EVENTS_FIELD, WebhookEvent, WebhookView, event_field,
};

/// The fields of a new or an existing webhook.
#[component]
pub fn WebhookForm(
    /// The server function's URL.
    url: &'static str,
    /// Its requests.
    sending: FormAction,
    /// The webhook as it is; none for a new one.
    current: Option<WebhookView>,
    /// The text of the button.
    submit: &'static str,
) -> impl IntoView {
    let locale = use_locale();
    FieldFaults::provide_of(move || sending.error());
    let id = current.as_ref().map(|it| it.id.to_string());
    let is_answer = sending.is_answered_by_page();
    let entered = {
        let current = current.clone();
        move |name: &str, stored: fn(&WebhookView) -> String| {
            if is_answer {
                sending.entered(name)
            } else {
                current.as_ref().map(stored).unwrap_or_default()
            }
        }
    };
    let is_chosen = move |event: WebhookEvent| {
        if is_answer {
            !sending.entered(event_field(event)).is_empty()
        } else {
            let chosen = current.as_ref().map(|it| it.events.contains(&event));
            chosen.unwrap_or_default()
        }
    };
    let limit = entered("low_balance", |it| {
        let limit = it.low_balance.map(|limit| limit.to_string());
        limit.unwrap_or_default()
    });
    view! {
        <PostForm url send=Callback::new(|_| ())>
            <FormErrors conflict=tr!(locale, webhooks.too_many) />
            {id.map(|id| view! { <input type="hidden" name="id" value=id /> })}
            <Field
                name="url"
                kind="url"
                inputmode="url"
                autocomplete="off"
                value=entered("url", |it| it.url.clone())
                hint=tr!(locale, webhooks.url_hint)
            />
            <Events is_chosen />
            <KeyChoice chosen=entered(API_KEY_FIELD, key_of) />
            <Field
                name="low_balance"
                inputmode="numeric"
                autocomplete="off"
                optional=true
                value=limit
                hint=tr!(locale, webhooks.low_balance_hint)
            />
            <Submit pending=sending.pending()>{submit}</Submit>
        </PostForm>
    }
}

fn key_of(webhook: &WebhookView) -> String {
    let key = webhook.api_key_id.map(|key| key.to_string());
    key.unwrap_or_default()
}

/// The choice of one API key, whose predictions the webhook is told about. Nothing if there is no key to choose.
#[component]
fn KeyChoice(
    /// The id of the chosen key; empty for all.
    chosen: String,
) -> impl IntoView {
    let locale = use_locale();
    let session = use_session();
    let keys = Data::new(move || {
        session.version();
        list_api_keys()
    });
    let show = move |keys: Vec<ApiKeyView>| {
        let chosen = chosen.clone();
        if keys.is_empty() && chosen.is_empty() {
            return ().into_any();
        }
        let mut choices = vec![Choice::new("", tr!(locale, webhooks.all_keys))];
        choices.extend(keys.into_iter().map(|key| {
            let label = format!("{} ({})", key.label, key.hint);
            Choice::new(key.id.to_string(), label)
        }));
        if choices.iter().all(|it| it.value != chosen) {
            choices.push(Choice::new(&chosen, tr!(locale, webhooks.revoked_key)));
        }
        let groups = vec![choices.into()];
        let selected = position_of(&groups, &chosen);
        let hint = tr!(locale, webhooks.key_hint);
        view! { <Select name=API_KEY_FIELD groups selected hint /> }.into_any()
    };
    view! { <Loaded resource=keys lines=1 show /> }
}

/// A checkbox for each event.
#[component]
fn Events(
    /// Whether an event is chosen.
    is_chosen: impl Fn(WebhookEvent) -> bool,
) -> impl IntoView {
    let locale = use_locale();
    let faults = use_context::<FieldFaults>();
    let error = move || {
        let fields = faults.map(|faults| faults.fields.get()).unwrap_or_default();
        let violation = fields.get(EVENTS_FIELD);
        violation.map(|it| {
            view! { <p class="field-error">{violation_text(locale, it)}</p> }
        })
    };
    let choices = WebhookEvent::ALL.iter().map(|event| {
        let name = event_field(*event);
        view! {
            <label class="choice">
                <input
                    type="checkbox"
                    id=control_id(name)
                    name=name
                    value="true"
                    checked=is_chosen(*event)
                />
                <span>
                    {labels::event(locale, event.as_str()).to_owned()} " "
                    <code class="quiet">{event.as_str()}</code>
                </span>
            </label>
        }
    });
    view! {
        <fieldset class="choices" id=control_id(EVENTS_FIELD) tabindex="-1">
            <legend>{tr!(locale, field.events)}</legend>
            {choices.collect_view()}
            {error}
        </fieldset>
    }
}

/// A form with one button, for what is done to a webhook or a delivery.
#[component]
pub fn ActionForm(
    /// The server function's URL.
    url: &'static str,
    /// Its requests.
    sending: FormAction,
    /// The id that is sent.
    id: String,
    /// The text for a 409.
    #[prop(optional)]
    conflict: Option<&'static str>,
    /// A second field and its value.
    #[prop(optional)]
    also: Option<(&'static str, &'static str)>,
    /// The CSS class of the button.
    #[prop(default = "button")]
    class: &'static str,
    /// The text of the button.
    submit: &'static str,
) -> impl IntoView {
    FieldFaults::provide_of(move || sending.error());
    let also = also.map(|(name, value)| view! { <input type="hidden" name=name value=value /> });
    let errors = match conflict {
        Some(conflict) => view! { <FormErrors conflict /> }.into_any(),
        None => view! { <FormErrors /> }.into_any(),
    };
    view! {
        <PostForm url send=Callback::new(|_| ())>
            {errors}
            <input type="hidden" name="id" value=id />
            {also}
            <Submit pending=sending.pending() class>
                {submit}
            </Submit>
        </PostForm>
    }
}
