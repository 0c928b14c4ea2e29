//! The ledger: filter and page in the URL, the running balance, lines that appear by themselves.

use leptos::prelude::*;

use crate::api::get_balance_history;
use crate::components::balance_chart::BalanceChart;
use crate::components::data::Data;
use crate::components::filter_bar::FilterBar;
use crate::components::history::History;
use crate::components::list_item::{List, ListItem as _};
use crate::components::live::on_transaction;
use crate::components::nav::PageTitle;
use crate::components::pager::Place;
use crate::components::{Loaded, SignedInOnly, tr, use_locale, use_session};
use crate::pages::chunk::page_chunk;
use crate::types::{BalancePoint, TransactionView};

const LIST: List = TransactionView::LIST;

page_chunk!(transactions, TransactionsPage);

/// The transaction history.
#[component]
pub fn TransactionsPage() -> impl IntoView {
    let l = use_locale();
    let session = use_session();
    let place = Place::follow(LIST.path(), LIST.filters());
    // What changes while it is shown, the history takes over itself.
    let page = Data::new(move || {
        let place = place.get();
        let cursor = place.cursor.clone();
        TransactionView::fetch(place, cursor, "")
    });
    let balances = Data::new(move || {
        session.version();
        get_balance_history()
    });
    on_transaction(move |line| {
        let point = BalancePoint {
            at: line.created_at,
            amount: line.balance_after,
        };
        balances.amend(|history| {
            if history.points.last() != Some(&point) {
                history.points.push(point);
            }
        });
    });
    view! {
        <PageTitle page=tr!(l, transactions.title) />
        <SignedInOnly />
        <div class="page-head">
            <h1>{tr!(l, transactions.title)}</h1>
            <a class="button" href="/overview#top-up">
                {tr!(l, top_up.title)}
            </a>
        </div>
        <Loaded
            resource=balances
            lines=4
            show=move |history| view! { <BalanceChart history /> }.into_any()
        />
        <FilterBar list=LIST place />
        <div class="card">
            <Loaded
                resource=page
                lines=8
                show=move |page| {
                    let place = place.get_untracked();
                    view! { <History place page /> }.into_any()
                }
            />
        </div>
    }
}
