//! The history of transactions with a chart of the balance. Filter and page are in the URL, and rows are live.

use leptos::prelude::*;

use crate::api::get_balance_history;
use crate::client::data::Data;
use crate::client::live::on_transaction;
use crate::client::{tr, use_locale, use_session};
use crate::components::balance_chart::BalanceChart;
use crate::components::history::history_section;
use crate::components::page_title::PageTitle;
use crate::components::{Loaded, SignedInOnly};
use crate::pages::chunk::page_chunk;
use crate::types::{BalancePoint, TransactionView};

page_chunk!(transactions, TransactionsPage);

/// The transaction history.
#[component]
pub fn TransactionsPage() -> impl IntoView {
    let locale = use_locale();
    let session = use_session();
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
        {history_section::<TransactionView>()}
    }
}
