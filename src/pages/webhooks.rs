//! The webhooks of the user, and the form that creates one.

use leptos::prelude::*;
use leptos::server_fn::ServerFn as _;

use crate::api::{CreateWebhook, list_webhooks};
use crate::client::data::Data;
use crate::client::form_action::FormAction;
use crate::client::{tr, use_locale, use_session};
use crate::components::delivery_badge::WebhookBadge;
use crate::components::page_title::PageTitle;
use crate::components::query::use_query;
use crate::components::webhook_form::WebhookForm;
use crate::components::{Empty, Icon, Loaded, SignedInOnly, Time};
use crate::pages::chunk::page_chunk;
use crate::types::{WebhookView, WebhooksView};

page_chunk!(webhooks, WebhooksPage);

/// The page.
#[component]
pub fn WebhooksPage() -> impl IntoView {
    let locale = use_locale();
    let session = use_session();
    let webhooks = Data::new(move || {
        session.version();
        list_webhooks()
    });
    let create = FormAction::new(CreateWebhook::PATH);
    let query = use_query();
    let is_deleted = move || {
        query("done").is_some_and(|done| done == "deleted") && !create.is_answered_by_page()
    };
    view! {
        <PageTitle page=tr!(locale, webhooks.title) />
        <SignedInOnly />
        <p class="crumbs">
            <a href="/account">{tr!(locale, account.title)}</a>
        </p>
        <div class="page-head">
            <div>
                <h1>{tr!(locale, webhooks.title)}</h1>
                <p class="lead">{tr!(locale, webhooks.lead)}</p>
            </div>
        </div>
        <div role="status">
            {move || {
                is_deleted()
                    .then(|| {
                        view! {
                            <p class="notice notice-good">
                                <Icon name="check" />
                                {tr!(locale, webhooks.deleted)}
                            </p>
                        }
                    })
            }}
        </div>
        <section class="card" aria-label=tr!(locale, webhooks.title)>
            <Loaded
                resource=webhooks
                lines=4
                show=move |found| view! { <List found /> }.into_any()
            />
        </section>
        <section class="card" aria-labelledby="create-title">
            <h2 id="create-title">{tr!(locale, webhooks.create_title)}</h2>
            <WebhookForm
                url=CreateWebhook::PATH
                sending=create
                current=None
                submit=tr!(locale, webhooks.create)
            />
        </section>
    }
}

#[component]
fn List(
    /// The webhooks.
    found: WebhooksView,
) -> impl IntoView {
    let locale = use_locale();
    if found.webhooks.is_empty() {
        let (title, text) = (
            tr!(locale, webhooks.empty_title),
            tr!(locale, webhooks.empty_text),
        );
        return view! { <Empty title text action=None /> }.into_any();
    }
    let rows = found.webhooks.into_iter();
    let rows = rows.map(|webhook| view! { <Row webhook /> });
    view! {
        <table class="table">
            <caption class="visually-hidden">{tr!(locale, webhooks.title)}</caption>
            <thead>
                <tr>
                    <th scope="col">{tr!(locale, field.url)}</th>
                    <th scope="col">{tr!(locale, task.status)}</th>
                    <th scope="col" class="wide-only">
                        {tr!(locale, webhooks.created_at)}
                    </th>
                </tr>
            </thead>
            <tbody>{rows.collect_view()}</tbody>
        </table>
    }
    .into_any()
}

#[component]
fn Row(
    /// The webhook.
    webhook: WebhookView,
) -> impl IntoView {
    view! {
        <tr>
            <th scope="row" class="webhook-url">
                <a href=format!("/account/webhooks/{}", webhook.id)>
                    <bdi>{webhook.url}</bdi>
                </a>
            </th>
            <td>
                <WebhookBadge enabled=webhook.enabled />
            </td>
            <td class="wide-only">
                <Time at=webhook.created_at />
            </td>
        </tr>
    }
}
