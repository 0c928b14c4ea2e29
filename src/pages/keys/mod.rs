//! The API keys of an account: create, rename and revoke them, and see what they have spent.

mod create;
mod list;
mod spend;

use leptos::prelude::*;
use leptos::server_fn::ServerFn as _;

use crate::api::{CreateApiKey, list_api_key_spend, list_api_keys};
use crate::client::data::Data;
use crate::client::form_action::FormAction;
use crate::client::{tr, use_locale, use_session};
use crate::components::page_title::PageTitle;
use crate::components::{Loaded, SignedInOnly};
use crate::pages::chunk::page_chunk;
use crate::types::ApiKeySpendInput;

use create::{CreateForm, NewKey};
use list::{KeyActions, KeyList};
use spend::SpendTable;

page_chunk!(keys, KeysPage);

/// The page.
#[component]
pub fn KeysPage() -> impl IntoView {
    let locale = use_locale();
    let session = use_session();
    let keys = Data::new(move || {
        session.version();
        list_api_keys()
    });
    let spend = Data::new(move || {
        session.version();
        list_api_key_spend(ApiKeySpendInput::default())
    });
    let create = FormAction::new(CreateApiKey::PATH);
    let actions = KeyActions::new(keys);
    view! {
        <PageTitle page=tr!(locale, api_keys.title) />
        <SignedInOnly />
        <p class="crumbs">
            <a href="/account">{tr!(locale, account.title)}</a>
        </p>
        <div class="page-head">
            <div>
                <h1>{tr!(locale, api_keys.title)}</h1>
                <p class="lead">{tr!(locale, api_keys.lead)}</p>
            </div>
        </div>
        <NewKey create />
        <section class="card" aria-labelledby="list-title">
            <h2 id="list-title">{tr!(locale, api_keys.list_title)}</h2>
            <Loaded
                resource=keys
                lines=6
                show=move |keys| view! { <KeyList keys actions /> }.into_any()
            />
        </section>
        <CreateForm create keys />
        <section class="card" aria-labelledby="spend-title">
            <h2 id="spend-title">{tr!(locale, api_keys.spend_title)}</h2>
            <p class="quiet">{tr!(locale, api_keys.spend_text)}</p>
            <Loaded
                resource=spend
                lines=4
                show=move |rows| view! { <SpendTable rows /> }.into_any()
            />
        </section>
    }
}
