//! The history of transactions with a chart of the balance. Filter and page are in the URL, and rows are live.

use leptos::prelude::*;

use crate::api::get_balance_history;
use crate::client::data::Data;
use crate::client::live::on_transaction;
use crate::client::{tr, use_locale, use_session};
use crate::components::balance_chart::BalanceChart;
use crate::components::filter_bar::FilterBar;
use crate::components::history::History;
use crate::components::list_item::{List, ListItem as _};
use crate::components::page_title::PageTitle;
use crate::components::pager::ListUrl;
use crate::components::{Loaded, SignedInOnly};
use crate::pages::chunk::page_chunk;
use crate::types::{BalancePoint, TransactionView};

const LIST: List = TransactionView::LIST;

page_chunk!(transactions, TransactionsPage);

/// The transaction history.
#[component]
pub fn TransactionsPage() -> impl IntoView {
    let locale = use_locale();
    let session = use_session();
    let list_url = ListUrl::follow(LIST.path(), LIST.filters());
    // `History` applies live changes itself.
    let page = Data::new(move || TransactionView::fetch(list_url.get()));
    session.on_refresh(move || page.retry_failed());
    let balances = Data::new(move || {
        session.version();
        get_balance_history()
    });
    on_transaction(move |line| {
        let point = BalancePoint {
            at: line.created_at,
            amount: line.balance_after,
        };
        balances.update(|history| {
            if history.points.last() != Some(&point) {
                history.points.push(point);
            }
        });
    });
    view! {
        <PageTitle page=tr!(locale, transactions.title) />
        <SignedInOnly />
        <div class="page-head">
            <h1>{tr!(locale, transactions.title)}</h1>
            <a class="button" href="/overview#top-up">
                {tr!(locale, top_up.title)}
            </a>
        </div>
        <Loaded
            resource=balances
            lines=4
            show=move |history| view! { <BalanceChart history /> }.into_any()
        />
        <FilterBar list=LIST list_url />
        <div class="card">
            <Loaded
                resource=page
                lines=8
                show=move |page| {
                    let list_url = list_url.get_untracked();
                    view! { <History list_url page /> }.into_any()
                }
            />
        </div>
    }
}
