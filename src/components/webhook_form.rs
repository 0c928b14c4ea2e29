//! The form of a webhook: its URL and its events. The browser posts it as a document, with or without JavaScript.

use leptos::prelude::*;

use super::error_text::violation_text;
use super::field::Submit;
use super::field_faults::{FieldFaults, control_id};
use super::form::PostForm;
use super::{Field, FormErrors, labels};
use crate::client::form_action::FormAction;
use crate::client::{tr, use_locale};
use crate::types::{EVENTS_FIELD, WebhookEvent, WebhookView, event_field};

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
