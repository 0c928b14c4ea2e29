//! The deliveries of a webhook.

use leptos::prelude::*;

use crate::api::list_deliveries;
use crate::client::{Locale, tr, use_locale};
use crate::components::delivery_badge::DeliveryBadge;
use crate::components::list_item::PAGE_ROWS;
use crate::components::pager::CURSOR;
use crate::components::query::query_url;
use crate::components::{Empty, Icon, Time, labels};
use crate::types::{AppError, DeliveryView, Page};

/// The deliveries of the webhook in the URL; `None` if there is no such webhook, which the page says elsewhere.
///
/// # Errors
/// Those of [`list_deliveries`].
pub async fn log_at(id: String, cursor: String) -> Result<Option<Page<DeliveryView>>, AppError> {
    match list_deliveries(id, PAGE_ROWS.to_string(), cursor).await {
        Ok(page) => Ok(Some(page)),
        Err(AppError::NotFound) => Ok(None),
        Err(AppError::Invalid(fields)) if fields.contains_key("id") => Ok(None),
        Err(error) => Err(error),
    }
}

/// The deliveries, with links to older and newer ones; nothing if there is no such webhook.
#[component]
pub fn Log(
    /// One page of deliveries; none if there is no such webhook.
    log: Option<Page<DeliveryView>>,
    /// The id of the webhook.
    id: String,
    /// Whether it is the newest page.
    is_first: bool,
) -> impl IntoView {
    let locale = use_locale();
    let log = log?;
    let body = if log.items.is_empty() {
        let (title, text) = (
            tr!(locale, webhook.log_empty_title),
            tr!(locale, webhook.log_empty_text),
        );
        view! { <Empty title text action=None /> }.into_any()
    } else {
        table(locale, log.items)
    };
    let has_pager = !is_first || log.next.is_some();
    let path = format!("/account/webhooks/{id}");
    let newest = (!is_first).then(|| {
        view! {
            <a class="button" href=path.clone() rel="external">
                {tr!(locale, pager.newest)}
            </a>
        }
    });
    let older = log.next.map(|cursor| {
        view! {
            <a class="button" href=query_url(&path, [(CURSOR, cursor)]) rel="next">
                {tr!(locale, pager.older)}
                <Icon name="arrow" />
            </a>
        }
    });
    Some(view! {
        <section class="card" id="log" aria-labelledby="log-title">
            <h2 id="log-title">{tr!(locale, webhook.log_title)}</h2>
            <p class="quiet">{tr!(locale, webhook.log_text)}</p>
            {body}
            {has_pager.then(|| view! { <div class="pager">{newest} {older}</div> })}
        </section>
    })
}

fn table(locale: Locale, deliveries: Vec<DeliveryView>) -> AnyView {
    let rows = deliveries.into_iter().map(|delivery| {
        let event = labels::event(locale, &delivery.event).to_owned();
        view! {
            <tr>
                <th scope="row">
                    <a href=format!("/account/deliveries/{}", delivery.id)>{event}</a>
                    <span class="narrow-only quiet">
                        <Time at=delivery.created_at />
                    </span>
                </th>
                <td>
                    <DeliveryBadge status=delivery.status />
                </td>
                <td class="number wide-only">{delivery.attempts}</td>
                <td class="wide-only">
                    <Time at=delivery.created_at />
                </td>
            </tr>
        }
    });
    view! {
        <table class="table">
            <caption class="visually-hidden">{tr!(locale, webhook.log_title)}</caption>
            <thead>
                <tr>
                    <th scope="col">{tr!(locale, delivery.event)}</th>
                    <th scope="col">{tr!(locale, task.status)}</th>
                    <th scope="col" class="number wide-only">
                        {tr!(locale, delivery.attempts)}
                    </th>
                    <th scope="col" class="wide-only">
                        {tr!(locale, delivery.created_at)}
                    </th>
                </tr>
            </thead>
            <tbody>{rows.collect_view()}</tbody>
        </table>
    }
    .into_any()
}
