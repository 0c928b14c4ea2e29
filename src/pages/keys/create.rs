//! The form that creates a key, and the new key, which is shown once.

use leptos::prelude::*;
use leptos::server_fn::ServerFn as _;

use crate::api::CreateApiKey;
use crate::client::data::Data;
use crate::client::form_action::FormAction;
use crate::client::{Locale, browser, tr, use_locale};
use crate::components::copy_button::CopyButton;
use crate::components::error_text::violation_text;
use crate::components::field::Submit;
use crate::components::field_faults::{FieldFaults, control_id};
use crate::components::form::PostForm;
use crate::components::select::{Choice, position_of};
use crate::components::{Field, FormErrors, Icon, Select, labels};
use crate::types::{ApiKeyView, LABEL_MAX_CHARS, NewApiKeyView, Scope};

/// Id of the card with the new key.
const NEW_ID: &str = "new-key";
/// Id of the new key.
const SECRET_ID: &str = "new-key-text";
const FORM_ID: &str = "key-form";
/// The fields that are emptied once a key is created.
const TYPED: [&str; 5] = ["label", "cap_day", "cap_week", "cap_month", "cap_total"];
/// The choices of days until a key expires; blank is never.
const DAYS: [&str; 5] = ["", "7", "30", "90", "365"];

/// The key that was just created; nothing before.
#[component]
pub fn NewKey(
    /// The requests of the form.
    create: FormAction,
) -> impl IntoView {
    move || {
        let new = create.value::<NewApiKeyView>()?;
        Some(view! { <Secret new /> })
    }
}

#[component]
fn Secret(
    /// The new key.
    new: NewApiKeyView,
) -> impl IntoView {
    let locale = use_locale();
    let secret = new.secret.clone();
    view! {
        <section class="card" id=NEW_ID aria-labelledby="new-key-title" tabindex="-1">
            <h2 id="new-key-title">{tr!(locale, api_keys.new_title)}</h2>
            <p class="notice notice-good">
                <Icon name="check" />
                <span>
                    <bdi>{new.key.label}</bdi>
                    {": "}
                    {tr!(locale, api_keys.new_text)}
                </span>
            </p>
            <p>
                <code id=SECRET_ID class="snippet">
                    {new.secret}
                </code>
            </p>
            <div class="buttons">
                <CopyButton
                    words=tr!(locale, api_keys.copy)
                    text=move || secret.clone()
                    element=SECRET_ID
                    copied=tr!(locale, api_keys.copied)
                />
            </div>
        </section>
    }
}

/// The form.
#[component]
pub fn CreateForm(
    /// Its requests.
    create: FormAction,
    /// The list, which is loaded again once a key is created.
    keys: Data<Vec<ApiKeyView>>,
) -> impl IntoView {
    let locale = use_locale();
    FieldFaults::provide_of(move || create.error());
    create.on_response(move |answer| {
        if answer.is_ok() {
            for name in TYPED {
                browser::write_control(FORM_ID, name, "");
            }
            keys.refetch();
            request_animation_frame(|| browser::focus(NEW_ID));
        }
    });
    let days = vec![
        DAYS.map(|days| Choice::new(days, days_text(locale, days)))
            .to_vec()
            .into(),
    ];
    let selected = position_of(&days, &create.entered("expires_in_days"));
    view! {
        <section class="card" aria-labelledby="create-title">
            <h2 id="create-title">{tr!(locale, api_keys.create_title)}</h2>
            <PostForm url=CreateApiKey::PATH send=create.sender(|| true) id=FORM_ID>
                <FormErrors conflict=tr!(locale, api_keys.too_many) />
                <Field
                    name="label"
                    value=create.entered("label")
                    autocomplete="off"
                    hint=tr!(locale, hint.label, max = LABEL_MAX_CHARS)
                />
                <Scopes create />
                <Select
                    name="expires_in_days"
                    groups=days
                    selected
                    hint=tr!(locale, hint.expires_in_days)
                />
                <p class="quiet">{tr!(locale, api_keys.caps_text)}</p>
                <div class="fields">
                    <Cap name="cap_day" create />
                    <Cap name="cap_week" create />
                    <Cap name="cap_month" create />
                    <Cap name="cap_total" create />
                </div>
                <Submit pending=create.pending()>{tr!(locale, api_keys.create)}</Submit>
            </PostForm>
        </section>
    }
}

fn days_text(locale: Locale, days: &str) -> String {
    match days.parse::<i64>() {
        Ok(days) => tr!(locale, api_keys.after_days, count = days),
        Err(_) => tr!(locale, api_keys.never).to_owned(),
    }
}

#[component]
fn Cap(
    /// Wire name.
    name: &'static str,
    /// The requests of the form.
    create: FormAction,
) -> impl IntoView {
    view! { <Field name value=create.entered(name) inputmode="numeric" optional=true /> }
}

/// A box for each scope. Unlike `Field`, one error belongs to all of them.
#[component]
fn Scopes(
    /// The requests of the form.
    create: FormAction,
) -> impl IntoView {
    let locale = use_locale();
    let has_failed = create.error_untracked().is_some();
    let boxes = Scope::ALL.iter().map(|scope| {
        let name = scope.as_str();
        let is_checked = if has_failed {
            !create.entered(name).is_empty()
        } else {
            matches!(scope, Scope::Read | Scope::Predict)
        };
        view! {
            <label class="check">
                <input type="checkbox" name=name value="true" checked=is_checked />
                <span>
                    <strong>{scope_name(locale, *scope)}</strong>
                    <span class="field-hint">{scope_text(locale, *scope)}</span>
                </span>
            </label>
        }
    });
    let faults = use_context::<FieldFaults>();
    let fault = move || {
        let fields = faults?.fields;
        fields.with(|fields| fields.get("scopes").map(|it| violation_text(locale, it)))
    };
    view! {
        <fieldset class="checks" id=control_id("scopes") tabindex="-1">
            <legend>{labels::field(locale, "scopes").to_owned()}</legend>
            {boxes.collect_view()}
            {move || fault().map(|text| view! { <p class="field-error">{text}</p> })}
        </fieldset>
    }
}

/// The name of a scope.
pub fn scope_name(locale: Locale, scope: Scope) -> &'static str {
    match scope {
        Scope::Read => tr!(locale, api_keys.read),
        Scope::Predict => tr!(locale, api_keys.predict),
        Scope::TopUp => tr!(locale, api_keys.top_up),
        Scope::Manage => tr!(locale, api_keys.manage),
    }
}

fn scope_text(locale: Locale, scope: Scope) -> &'static str {
    match scope {
        Scope::Read => tr!(locale, api_keys.read_text),
        Scope::Predict => tr!(locale, api_keys.predict_text),
        Scope::TopUp => tr!(locale, api_keys.top_up_text),
        Scope::Manage => tr!(locale, api_keys.manage_text),
    }
}
