//! The ledger: filter and page in the URL, the running balance, lines that appear by themselves.

use leptos::prelude::*;

use crate::api::list_transactions;
use crate::components::data::Data;
use crate::components::live::on_transaction;
use crate::components::live_list::merge;
use crate::components::nav::PageTitle;
use crate::components::pager::{Filter, Pager, list_choices, list_place};
use crate::components::transaction_list::TransactionTable;
use crate::components::{Empty, Loaded, SignedInOnly, labels, tr, use_locale, use_session};
use crate::types::{Page, TransactionKind, TransactionView};

const PATH: &str = "/transactions";
const FILTER: &str = "kind";

/// The transaction history.
#[component]
pub fn TransactionsPage() -> impl IntoView {
    let l = use_locale();
    let session = use_session();
    let place = list_place(FILTER);
    let lines = Data::new(move || {
        session.version();
        let (kind, cursor) = place.get();
        list_transactions(String::new(), cursor, kind)
    });
    on_transaction(move |line| {
        let (kind, cursor) = place.get_untracked();
        let fits = kind.is_empty() || kind == line.kind.as_str();
        lines.amend(|page| {
            merge(&mut page.items, line, |it| it.id.0, fits, cursor.is_empty());
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
        {move || place.with(|(kind, _)| view! { <KindFilter kind=kind.clone() /> })}
        <div class="card">
            <Loaded
                resource=lines
                lines=8
                show=move |page| {
                    let (kind, cursor) = place.get_untracked();
                    view! { <List page kind cursor /> }.into_any()
                }
            />
        </div>
    }
}

#[component]
fn KindFilter(
    /// The kind that is on; empty for all.
    kind: String,
) -> impl IntoView {
    let l = use_locale();
    let words = TransactionKind::ALL.iter();
    let words = words.map(|it| (labels::kind(l, *it), it.as_str()));
    let choices = list_choices(PATH, (FILTER, &kind), tr!(l, tasks.all), words);
    view! { <Filter label=tr!(l, tasks.filter) choices /> }
}

#[component]
fn List(
    /// The lines.
    page: Page<TransactionView>,
    /// The filter.
    kind: String,
    /// Where in the list this page begins.
    cursor: String,
) -> impl IntoView {
    let l = use_locale();
    let rows = if page.items.is_empty() {
        let (title, text) = if kind.is_empty() {
            (
                tr!(l, transactions.empty_title),
                tr!(l, transactions.empty_text),
            )
        } else {
            (
                tr!(l, transactions.empty_filter),
                tr!(l, transactions.empty_filter_text),
            )
        };
        view! { <Empty title text action=None /> }.into_any()
    } else {
        view! {
            <TransactionTable transactions=page.items caption=tr!(l, transactions.title) />
        }
        .into_any()
    };
    view! {
        {rows}
        <Pager path=PATH filter=(FILTER, kind) cursor next=page.next />
    }
}
