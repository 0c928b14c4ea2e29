//! The keys, each with its limits, and the forms that rename and revoke it.

use leptos::prelude::*;
use leptos::server_fn::ServerFn as _;

use super::create::scope_name;
use crate::api::{RenameApiKey, RevokeApiKey};
use crate::client::data::{Data, Response};
use crate::client::form_action::FormAction;
use crate::client::{Locale, tr, use_locale};
use crate::components::error_text::{error_text, violation_text};
use crate::components::errors::alert_line;
use crate::components::field::Submit;
use crate::components::field_faults::fields_of;
use crate::components::form::PostForm;
use crate::components::toast::Toasts;
use crate::components::{Empty, Time, format, labels};
use crate::types::{ApiKeyId, ApiKeyView, AppError, CapPeriod};

/// The requests that change keys. Created once for the page, because the list is rendered again.
#[derive(Clone, Copy)]
pub struct KeyActions {
    rename: FormAction,
    revoke: FormAction,
    /// The key of the last request.
    target: RwSignal<Option<ApiKeyId>>,
}

impl KeyActions {
    /// Each success loads the list again.
    pub fn new(keys: Data<Vec<ApiKeyView>>) -> Self {
        let locale = use_locale();
        let toasts = use_context::<Toasts>();
        let rename = FormAction::new(RenameApiKey::PATH);
        let revoke = FormAction::new(RevokeApiKey::PATH);
        let show = move |answer: Response, words: &'static str| {
            if answer.is_ok() {
                keys.refetch();
                if let Some(toasts) = toasts {
                    toasts.say(words.to_owned());
                }
            }
        };
        rename.on_response(move |answer| show(answer, tr!(locale, api_keys.renamed)));
        revoke.on_response(move |answer| show(answer, tr!(locale, api_keys.revoked)));
        let failed = [rename, revoke].map(|action| action.entered("id"));
        let failed = failed.iter().find_map(|id| id.parse().ok());
        Self {
            rename,
            revoke,
            target: RwSignal::new(failed),
        }
    }

    /// Remembers the key of a request that is about to be sent.
    fn aim(self, key: ApiKeyId) -> impl Fn() -> bool + Send + Sync + 'static {
        move || {
            self.target.set(Some(key));
            true
        }
    }

    /// The error of the last request, if it was about this key.
    fn error_of(self, action: FormAction, key: ApiKeyId) -> Option<AppError> {
        (self.target.get() == Some(key))
            .then(|| action.error())
            .flatten()
    }
}

/// The list.
#[component]
pub fn KeyList(
    /// The keys, newest first.
    keys: Vec<ApiKeyView>,
    /// The requests that change them.
    actions: KeyActions,
) -> impl IntoView {
    let locale = use_locale();
    if keys.is_empty() {
        let (title, text) = (
            tr!(locale, api_keys.empty_title),
            tr!(locale, api_keys.empty_text),
        );
        return view! { <Empty title text action=None /> }.into_any();
    }
    let keys = keys.into_iter().map(|key| view! { <Key key actions /> });
    view! { <ul class="key-list">{keys.collect_view()}</ul> }.into_any()
}

#[component]
fn Key(
    /// The key.
    key: ApiKeyView,
    /// The requests that change it.
    actions: KeyActions,
) -> impl IntoView {
    let locale = use_locale();
    let scopes = key.scopes.iter().map(|scope| scope_name(locale, *scope));
    let scopes = scopes.collect::<Vec<_>>().join(", ");
    let time = |at: Option<_>, none: &'static str| match at {
        Some(at) => view! { <Time at /> }.into_any(),
        None => none.into_any(),
    };
    let never = tr!(locale, api_keys.never);
    let used = time(key.last_used_at, never);
    let expires = time(key.expires_at, never);
    let expired = key.is_expired.then(|| {
        view! { <span class="key-expired">{tr!(locale, api_keys.expired)}</span> }
    });
    let made_by = key
        .made_by
        .map(|_| view! { <span class="quiet">{tr!(locale, api_keys.made_by_key)}</span> });
    view! {
        <li class="key">
            <div class="key-head">
                <h3>
                    <bdi>{key.label.clone()}</bdi>
                </h3>
                <code>{key.hint.clone()}</code>
                {expired}
                {made_by}
            </div>
            <dl class="facts facts-wide">
                <dt>{labels::field(locale, "scopes").to_owned()}</dt>
                <dd>{scopes}</dd>
                <dt>{tr!(locale, api_keys.created)}</dt>
                <dd>
                    <Time at=key.created_at />
                </dd>
                <dt>{tr!(locale, api_keys.last_used)}</dt>
                <dd>{used}</dd>
                <dt>{tr!(locale, api_keys.expires)}</dt>
                <dd>{expires}</dd>
                <dt>{tr!(locale, api_keys.spent)}</dt>
                <dd>{spent(locale, &key)}</dd>
            </dl>
            <div class="key-actions">
                <Rename id=key.id label=key.label.clone() actions />
                <Revoke id=key.id label=key.label actions />
            </div>
        </li>
    }
}

/// What the key has spent in total and in the periods that have a cap: `Today: 20 credits of 100`.
fn spent(locale: Locale, key: &ApiKeyView) -> Vec<AnyView> {
    let shown =
        |period: &&CapPeriod| **period == CapPeriod::Total || key.caps.of(**period).is_some();
    let lines = CapPeriod::ALL.iter().filter(shown).map(|period| {
        let credits = format::credits(locale, key.spent.of(*period));
        let period_name = match period {
            CapPeriod::Day => tr!(locale, api_keys.today),
            CapPeriod::Week => tr!(locale, api_keys.this_week),
            CapPeriod::Month => tr!(locale, api_keys.this_month),
            CapPeriod::Total => tr!(locale, api_keys.in_total),
        };
        let text = if let Some(cap) = key.caps.of(*period) {
            tr!(
                locale,
                api_keys.spent_of,
                period = period_name,
                credits = credits,
                cap = format::whole_number(locale, cap.0)
            )
        } else {
            tr!(
                locale,
                api_keys.spent_without_cap,
                period = period_name,
                credits = credits
            )
        };
        view! { <div>{text}</div> }.into_any()
    });
    lines.collect()
}

#[component]
fn Rename(
    /// The key's id.
    id: ApiKeyId,
    /// Its label.
    label: String,
    /// The requests.
    actions: KeyActions,
) -> impl IntoView {
    let locale = use_locale();
    let input_id = format!("label-{id}");
    let has_failed = untrack(|| actions.error_of(actions.rename, id)).is_some();
    let value = if has_failed {
        actions.rename.entered("label")
    } else {
        label.clone()
    };
    let summary = summary(tr!(locale, api_keys.rename), label);
    view! {
        <details open=has_failed>
            {summary}
            <PostForm
                url=RenameApiKey::PATH
                send=actions.rename.sender(actions.aim(id))
                class="form"
            >
                <input type="hidden" name="id" value=id.to_string() />
                <div class="field">
                    <label for=input_id.clone()>{labels::field(locale, "label").to_owned()}</label>
                    <input
                        class="control"
                        id=input_id
                        name="label"
                        type="text"
                        value=value
                        autocomplete="off"
                    />
                </div>
                {move || fault(locale, actions.error_of(actions.rename, id))}
                <Submit pending=actions.rename.pending() class="button">
                    {tr!(locale, api_keys.save)}
                </Submit>
            </PostForm>
        </details>
    }
}

/// Revoking cannot be undone, so the button appears only on request.
#[component]
fn Revoke(
    /// The key's id.
    id: ApiKeyId,
    /// Its label.
    label: String,
    /// The requests.
    actions: KeyActions,
) -> impl IntoView {
    let locale = use_locale();
    let summary = summary(tr!(locale, api_keys.revoke), label);
    view! {
        <details>
            {summary}
            <PostForm
                url=RevokeApiKey::PATH
                send=actions.revoke.sender(actions.aim(id))
                class="form"
            >
                <input type="hidden" name="id" value=id.to_string() />
                <p>{tr!(locale, api_keys.revoke_text)}</p>
                {move || fault(locale, actions.error_of(actions.revoke, id))}
                <Submit pending=actions.revoke.pending() class="button button-bad">
                    {tr!(locale, api_keys.revoke_submit)}
                </Submit>
            </PostForm>
        </details>
    }
}

/// Screen readers also read which key it is about.
fn summary(words: &'static str, label: String) -> impl IntoView {
    view! {
        <summary>
            {words} <span class="visually-hidden">{": "} <bdi>{label}</bdi></span>
        </summary>
    }
}

fn fault(locale: Locale, error: Option<AppError>) -> Option<AnyView> {
    let error = error?;
    let text = match fields_of(Some(error.clone())).get("label") {
        Some(violation) => violation_text(locale, violation),
        None => error_text(locale, &error),
    };
    Some(alert_line(text))
}
