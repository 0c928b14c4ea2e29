//! The API reference: every operation with its fields, responses and a command to try it. Only the server renders it,
//! from the same table as the OpenAPI document.

mod guide;
mod operation;
mod types;

use std::sync::Arc;

use leptos::prelude::*;

use crate::client::data::{Data, Payload};
use crate::client::{Locale, tr, use_locale};
use crate::components::api_words;
use crate::components::guard::LoadError;
use crate::components::nav::DOCS_PATH;
use crate::components::page_title::PageTitle;
use crate::components::server_part::{self, ServerPart};
use crate::pages::chunk::page_chunk;
use crate::types::{ApiGroup, ApiReference, AppError, SiteOrigin};

/// Id of the part with the reference, which only the server renders.
const REFERENCE: &str = "reference";
/// The OpenAPI document.
const DOCUMENT_PATH: &str = "/api/openapi.json";

/// The reference, and the address of the service if it is known.
type Found = Option<(Arc<ApiReference>, Option<SiteOrigin>)>;

page_chunk!(docs, DocsPage);

/// The page of the API reference.
#[component]
pub fn DocsPage() -> impl IntoView {
    let locale = use_locale();
    let reference =
        Data::<String>::raw(|| server_part::fetch(REFERENCE, DOCS_PATH.to_owned(), None, look));
    view! {
        <PageTitle page=tr!(locale, api_docs.title) />
        <div class="page-head">
            <div>
                <h1>{tr!(locale, api_docs.title)}</h1>
                <p class="lead">{tr!(locale, api_docs.lead)}</p>
            </div>
            <div class="buttons">
                <a class="button" href=DOCUMENT_PATH rel="external">
                    {tr!(locale, api_docs.document)}
                </a>
            </div>
        </div>
        <ServerPart
            id=REFERENCE
            data=reference.share()
            draw=move |found| draw(locale, &found)
            live=None
        />
    }
}

async fn look() -> Found {
    let reference = use_context::<Arc<ApiReference>>()?;
    Some((reference, use_context::<SiteOrigin>()))
}

fn draw(locale: Locale, found: &Payload) -> AnyView {
    let Some((reference, origin)) = found.held::<Found>().flatten() else {
        let error = AppError::Internal;
        return view! { <LoadError error /> }.into_any();
    };
    let contents = reference.groups.iter().map(|group| links(locale, group));
    let groups = reference
        .groups
        .iter()
        .map(|group| operations(locale, group));
    view! {
        <div class="stack api">
            {guide::guide(locale, origin)}
            <nav class="card" aria-labelledby="contents-title">
                <h2 id="contents-title">{tr!(locale, api_docs.contents)}</h2>
                <div class="api-contents">{contents.collect_view()}</div>
            </nav>
            {groups.collect_view()}
            {types::types(locale, &reference.types)}
        </div>
    }
    .into_any()
}

/// The links to the operations of a group.
fn links(locale: Locale, group: &ApiGroup) -> AnyView {
    let links = group.operations.iter().map(|operation| {
        view! {
            <li>
                <a href=format!("#{}", operation.id) rel="external">
                    {api_words::operation(locale, operation.id)}
                </a>
            </li>
        }
    });
    let links: Vec<_> = links.collect();
    view! {
        <div>
            <h3>{api_words::group(locale, group.tag)}</h3>
            <ul>{links}</ul>
        </div>
    }
    .into_any()
}

fn operations(locale: Locale, group: &ApiGroup) -> AnyView {
    let all = group.operations.iter();
    let all: Vec<_> = all.map(|it| operation::operation(locale, it)).collect();
    let title = format!("group-{}", group.tag);
    view! {
        <section class="api-group" aria-labelledby=title>
            <h2 id=title.clone()>{api_words::group(locale, group.tag)}</h2>
            {all}
        </section>
    }
    .into_any()
}
