//! One webhook: its settings, its secret, what can be done with it, and the log of deliveries.

mod log;

use leptos::prelude::*;
use leptos::server_fn::ServerFn as _;
use leptos_router::hooks::use_params_map;

use crate::api::{
    DeleteWebhook, RotateWebhookSecret, SetWebhookEnabled, TestWebhook, UpdateWebhook, get_webhook,
};
use crate::client::data::Data;
use crate::client::form_action::FormAction;
use crate::client::{Locale, tr, use_locale, use_session};
use crate::components::delivery_badge::WebhookBadge;
use crate::components::page_title::PageTitle;
use crate::components::pager::CURSOR;
use crate::components::query::use_query;
use crate::components::webhook_form::{ActionForm, WebhookForm};
use crate::components::{Icon, Loaded, SignedInOnly, Time};
use crate::pages::chunk::page_chunk;
use crate::types::{AppError, DisabledReason, WebhookView};
use log::{Log, log_at};

page_chunk!(webhook, WebhookPage);

/// The requests of the forms. Made once for the page.
#[derive(Clone, Copy)]
struct Actions {
    update: FormAction,
    rotate: FormAction,
    test: FormAction,
    set_enabled: FormAction,
    delete: FormAction,
}

impl Actions {
    fn new() -> Self {
        Self {
            update: FormAction::new(UpdateWebhook::PATH),
            rotate: FormAction::new(RotateWebhookSecret::PATH),
            test: FormAction::new(TestWebhook::PATH),
            set_enabled: FormAction::new(SetWebhookEnabled::PATH),
            delete: FormAction::new(DeleteWebhook::PATH),
        }
    }

    fn has_failed(self) -> bool {
        let all = [
            self.update,
            self.rotate,
            self.test,
            self.set_enabled,
            self.delete,
        ];
        all.into_iter().any(FormAction::is_answered_by_page)
    }
}

/// The page.
#[component]
pub fn WebhookPage() -> impl IntoView {
    let session = use_session();
    let params = use_params_map();
    let id = move || params.with(|params| params.get("id").unwrap_or_default());
    let webhook = Data::new(move || {
        session.version();
        let loading = get_webhook(id());
        async { loading.await.map_err(AppError::of_id_in_path) }
    });
    let query = use_query();
    let log = Data::new(move || {
        session.version();
        log_at(id(), query(CURSOR).unwrap_or_default())
    });
    let actions = Actions::new();
    view! {
        <SignedInOnly />
        <Loaded
            resource=webhook
            lines=10
            show=move |webhook| view! { <Webhook webhook actions /> }.into_any()
        />
        <Loaded
            resource=log
            lines=6
            show=move |log| {
                view! { <Log log id=untrack(id) is_first=untrack(|| query(CURSOR)).is_none() /> }
                    .into_any()
            }
        />
    }
}

#[component]
fn Webhook(
    /// The webhook.
    webhook: WebhookView,
    /// The requests of the forms.
    actions: Actions,
) -> impl IntoView {
    let locale = use_locale();
    view! {
        <PageTitle page=tr!(locale, webhook.title) />
        <p class="crumbs">
            <a href="/account/webhooks">{tr!(locale, webhooks.title)}</a>
        </p>
        <div class="page-head">
            <div>
                <h1>{tr!(locale, webhook.title)}</h1>
                <p class="lead webhook-url">
                    <bdi>{webhook.url.clone()}</bdi>
                    " "
                    <WebhookBadge enabled=webhook.enabled />
                </p>
            </div>
        </div>
        <Done actions />
        {notice(locale, &webhook)}
        <div class="columns">
            <div class="stack">
                <Secret webhook=webhook.clone() rotate=actions.rotate />
                <section class="card" aria-labelledby="settings-title">
                    <h2 id="settings-title">{tr!(locale, webhook.settings)}</h2>
                    <WebhookForm
                        url=UpdateWebhook::PATH
                        sending=actions.update
                        current=Some(webhook.clone())
                        submit=tr!(locale, webhook.save)
                    />
                </section>
            </div>
            <Controls webhook actions />
        </div>
    }
}

/// What the last form has done, from the URL that it led to.
#[component]
fn Done(
    /// The requests of the forms.
    actions: Actions,
) -> impl IntoView {
    let locale = use_locale();
    let query = use_query();
    let words = move || {
        let done = query("done").filter(|_| !actions.has_failed())?;
        match done.as_str() {
            "created" => Some(tr!(locale, webhook.done_created)),
            "saved" => Some(tr!(locale, webhook.done_saved)),
            "on" => Some(tr!(locale, webhook.done_on)),
            "off" => Some(tr!(locale, webhook.done_off)),
            "rotated" => Some(tr!(locale, webhook.done_rotated)),
            _ => None,
        }
    };
    view! {
        <div role="status">
            {move || {
                words()
                    .map(|words| {
                        view! {
                            <p class="notice notice-good">
                                <Icon name="check" />
                                {words}
                            </p>
                        }
                    })
            }}
        </div>
    }
}

/// Why the webhook is off, or that its deliveries fail.
fn notice(locale: Locale, webhook: &WebhookView) -> Option<AnyView> {
    let words = match webhook.disabled_reason.filter(|_| !webhook.enabled) {
        Some(DisabledReason::Failing) => tr!(locale, webhook.disabled_failing),
        Some(DisabledReason::Gone) => tr!(locale, webhook.disabled_gone),
        None if webhook.enabled && webhook.failing_since.is_some() => tr!(locale, webhook.failing),
        None => return None,
    };
    let since = webhook.failing_since.map(|at| view! { <Time at /> });
    let view = view! {
        <div class="notice">
            <Icon name="alert" />
            <div>
                <p>{words} " " {since}</p>
            </div>
        </div>
    };
    Some(view.into_any())
}

#[component]
fn Secret(
    /// The webhook.
    webhook: WebhookView,
    /// The requests that make a new secret.
    rotate: FormAction,
) -> impl IntoView {
    let locale = use_locale();
    let shown = match webhook.secret {
        Some(secret) => view! {
            <p>{tr!(locale, webhook.secret_shown)}</p>
            <p>
                <code class="snippet" id="webhook-secret">
                    {secret}
                </code>
            </p>
        }
        .into_any(),
        None => view! { <p>{tr!(locale, webhook.secret_hidden)}</p> }.into_any(),
    };
    let previous = webhook.previous_secret_until.map(|at| {
        view! {
            <p class="quiet">
                {tr!(locale, webhook.previous_until)} " " <Time at />
            </p>
        }
    });
    view! {
        <section class="card" aria-labelledby="secret-title">
            <h2 id="secret-title">{tr!(locale, webhook.secret_title)}</h2>
            {shown}
            {previous}
            <details>
                <summary>{tr!(locale, webhook.rotate_summary)}</summary>
                <p class="quiet">{tr!(locale, webhook.rotate_text)}</p>
                <ActionForm
                    url=RotateWebhookSecret::PATH
                    sending=rotate
                    id=webhook.id.to_string()
                    submit=tr!(locale, webhook.rotate)
                />
            </details>
        </section>
    }
}

/// What can be done with the webhook.
#[component]
fn Controls(
    /// The webhook.
    webhook: WebhookView,
    /// The requests of the forms.
    actions: Actions,
) -> impl IntoView {
    let locale = use_locale();
    let id = webhook.id.to_string();
    let test = webhook.enabled.then(|| {
        view! {
            <section class="card" aria-labelledby="test-title">
                <h2 id="test-title">{tr!(locale, webhook.test_title)}</h2>
                <p class="quiet">{tr!(locale, webhook.test_text)}</p>
                <ActionForm
                    url=TestWebhook::PATH
                    sending=actions.test
                    id=id.clone()
                    submit=tr!(locale, webhook.test)
                />
            </section>
        }
    });
    let (title, text, submit, enabled) = if webhook.enabled {
        (
            tr!(locale, webhook.off_title),
            tr!(locale, webhook.off_text),
            tr!(locale, webhook.turn_off),
            "false",
        )
    } else {
        (
            tr!(locale, webhook.on_title),
            tr!(locale, webhook.on_text),
            tr!(locale, webhook.turn_on),
            "true",
        )
    };
    view! {
        <div class="stack">
            {test}
            <section class="card" aria-labelledby="enabled-title">
                <h2 id="enabled-title">{title}</h2>
                <p class="quiet">{text}</p>
                <ActionForm
                    url=SetWebhookEnabled::PATH
                    sending=actions.set_enabled
                    id=id.clone()
                    also=("enabled", enabled)
                    submit
                />
            </section>
            <section class="card" aria-labelledby="delete-title">
                <h2 id="delete-title">{tr!(locale, webhook.delete_title)}</h2>
                <details>
                    <summary>{tr!(locale, webhook.delete_summary)}</summary>
                    <p class="quiet">{tr!(locale, webhook.delete_text)}</p>
                    <ActionForm
                        url=DeleteWebhook::PATH
                        sending=actions.delete
                        id
                        class="button button-bad"
                        submit=tr!(locale, webhook.delete)
                    />
                </details>
            </section>
        </div>
    }
}
