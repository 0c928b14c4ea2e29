//! One delivery of a webhook: its payload, its attempts with their responses, and the button that sends it again.

use leptos::prelude::*;
use leptos::server_fn::ServerFn as _;
use leptos_router::hooks::use_params_map;

use crate::api::{ResendDelivery, get_delivery};
use crate::client::data::Data;
use crate::client::form_action::FormAction;
use crate::client::{Locale, tr, use_locale, use_session};
use crate::components::delivery_badge::DeliveryBadge;
use crate::components::page_title::PageTitle;
use crate::components::webhook_form::ActionForm;
use crate::components::{Loaded, SignedInOnly, Time, labels};
use crate::pages::chunk::page_chunk;
use crate::types::{AppError, AttemptView, DeliveryLogView, DeliveryStatus};

page_chunk!(delivery, DeliveryPage);

/// The page.
#[component]
pub fn DeliveryPage() -> impl IntoView {
    let session = use_session();
    let params = use_params_map();
    let log = Data::new(move || {
        session.version();
        let id = params.with(|params| params.get("id").unwrap_or_default());
        async move { get_delivery(id).await.map_err(AppError::of_id_in_path) }
    });
    let resend = FormAction::new(ResendDelivery::PATH);
    view! {
        <SignedInOnly />
        <Loaded
            resource=log
            lines=10
            show=move |log| view! { <Delivery log resend /> }.into_any()
        />
    }
}

#[component]
fn Delivery(
    /// The delivery with its attempts.
    log: DeliveryLogView,
    /// The requests that send it again.
    resend: FormAction,
) -> impl IntoView {
    let locale = use_locale();
    let delivery = log.delivery;
    let event = labels::event(locale, &delivery.event).to_owned();
    let is_pending = delivery.status == DeliveryStatus::Pending;
    let webhook = format!("/account/webhooks/{}", delivery.webhook_id);
    let next = delivery.next_attempt_at.map(|at| {
        view! {
            <dt>{tr!(locale, delivery.next_attempt)}</dt>
            <dd>
                <Time at />
            </dd>
        }
    });
    let action = if is_pending {
        // External, so that the page is loaded again.
        view! {
            <p>
                <a class="button" href="" rel="external">
                    {tr!(locale, delivery.refresh)}
                </a>
            </p>
        }
        .into_any()
    } else {
        view! {
            <p class="quiet">{tr!(locale, delivery.resend_text)}</p>
            <ActionForm
                url=ResendDelivery::PATH
                sending=resend
                id=delivery.id.to_string()
                conflict=tr!(locale, delivery.resend_conflict)
                submit=tr!(locale, delivery.resend)
            />
        }
        .into_any()
    };
    view! {
        <PageTitle page=tr!(locale, delivery.title) />
        <p class="crumbs">
            <a href="/account/webhooks">{tr!(locale, webhooks.title)}</a>
            " / "
            <a href=webhook>{tr!(locale, webhook.title)}</a>
        </p>
        <div class="page-head">
            <div>
                <h1>{tr!(locale, delivery.title)}</h1>
                <p class="lead">{event} " " <DeliveryBadge status=delivery.status /></p>
            </div>
        </div>
        <div class="columns">
            <section class="card" aria-labelledby="facts-title">
                <h2 id="facts-title">{tr!(locale, delivery.facts)}</h2>
                <dl class="facts facts-wide">
                    <dt>{tr!(locale, delivery.message_id)}</dt>
                    <dd class="webhook-url">{delivery.message_id}</dd>
                    <dt>{tr!(locale, delivery.event)}</dt>
                    <dd>
                        <code>{delivery.event}</code>
                    </dd>
                    <dt>{tr!(locale, delivery.created_at)}</dt>
                    <dd>
                        <Time at=delivery.created_at />
                    </dd>
                    <dt>{tr!(locale, delivery.attempts)}</dt>
                    <dd>{delivery.attempts}</dd>
                    {next}
                </dl>
                {action}
            </section>
            <section class="card" aria-labelledby="payload-title">
                <h2 id="payload-title">{tr!(locale, delivery.payload)}</h2>
                <p>
                    <code class="snippet">{log.payload}</code>
                </p>
            </section>
        </div>
        <section class="card" aria-labelledby="attempts-title">
            <h2 id="attempts-title">{tr!(locale, delivery.attempts)}</h2>
            {attempts(locale, log.log)}
        </section>
    }
}

fn attempts(locale: Locale, log: Vec<AttemptView>) -> AnyView {
    if log.is_empty() {
        return view! { <p class="quiet">{tr!(locale, delivery.no_attempts)}</p> }.into_any();
    }
    let items = log.into_iter().map(|attempt| {
        let words = result(locale, &attempt);
        let response = attempt.response.filter(|it| !it.trim().is_empty());
        let response = response.map(|response| {
            view! {
                <p>
                    <code class="snippet">{response}</code>
                </p>
            }
        });
        view! {
            <li>
                <p>
                    <strong>{words}</strong>
                </p>
                <p class="quiet">
                    <Time at=attempt.attempted_at />
                    ", "
                    {tr!(locale, delivery.duration, ms = attempt.duration_ms)}
                </p>
                {response}
            </li>
        }
    });
    view! { <ol class="attempts" reversed=true>{items.collect_view()}</ol> }.into_any()
}

/// What an attempt has led to.
fn result(locale: Locale, attempt: &AttemptView) -> String {
    match (attempt.status_code, attempt.error) {
        (Some(status @ 300..=399), _) => tr!(locale, delivery.redirect, status = status),
        (Some(status), _) => tr!(locale, delivery.response, status = status),
        (None, Some(error)) => labels::delivery_error(locale, error).to_owned(),
        (None, None) => tr!(locale, delivery.no_response).to_owned(),
    }
}
