//! The overview of an account: balance, top-up, the latest tasks and transactions.

use leptos::prelude::*;

use crate::client::data::Data;
use crate::client::{tr, use_locale, use_session};
use crate::components::async_view::{AsyncView, load};
use crate::components::list_item::ListItem;
use crate::components::live_page::merge;
use crate::components::page_title::PageTitle;
use crate::components::pager::ListUrl;
use crate::components::static_table::StaticTable;
use crate::components::top_up::TopUp;
use crate::components::{Empty, Icon, Loaded, Money, SignedInOnly, format};
use crate::pages::chunk::page_chunk;
use crate::types::{BalanceView, Page, TaskView, TransactionView};

const LATEST: usize = 5;

page_chunk!(overview, OverviewPage);

/// The overview.
#[component]
pub fn OverviewPage() -> impl IntoView {
    let locale = use_locale();
    let tasks = latest::<TaskView>(
        "tasks-title",
        tr!(locale, overview.latest_tasks),
        tr!(locale, overview.all_tasks),
    );
    let transactions = latest::<TransactionView>(
        "transactions-title",
        tr!(locale, overview.latest_transactions),
        tr!(locale, overview.all_transactions),
    );
    view! {
        <PageTitle page=tr!(locale, overview.title) />
        <SignedInOnly />
        <div class="page-head">
            <h1>{tr!(locale, overview.title)}</h1>
            <a class="button button-main" href="/predict">
                <Icon name="predict" />
                {tr!(locale, overview.new_prediction)}
            </a>
        </div>
        <div class="columns">
            <section class="card" aria-labelledby="balance-title">
                <h2 id="balance-title">{tr!(locale, overview.balance)}</h2>
                <Balance />
            </section>
            <section class="card" aria-labelledby="top-up-title">
                <h2 id="top-up-title">{tr!(locale, top_up.title)}</h2>
                <TopUp />
            </section>
        </div>
        {tasks}
        {transactions}
    }
}

#[component]
fn Balance() -> impl IntoView {
    let session = use_session();
    let view = load(move || async move {
        let figures = |balance| view! { <BalanceFigures balance /> };
        session.balance.await.ok().flatten().map(figures).into_any()
    });
    view! { <AsyncView view lines=4 /> }
}

#[component]
fn BalanceFigures(
    /// The balance.
    balance: BalanceView,
) -> impl IntoView {
    let locale = use_locale();
    view! {
        <p class="figure">
            <span class="figure-number">{format::whole_number(locale, balance.available.0)}</span>
            <span class="figure-label">{tr!(locale, overview.available)}</span>
        </p>
        <dl class="facts">
            <dt>{tr!(locale, overview.amount)}</dt>
            <dd>
                <Money credits=balance.amount />
            </dd>
            <dt>{tr!(locale, overview.held)}</dt>
            <dd>
                <Money credits=balance.held />
            </dd>
        </dl>
        <p class="quiet">{tr!(locale, overview.held_note)}</p>
    }
}

/// The latest items of a history, with live changes.
fn latest<T: ListItem>(title_id: &'static str, title: &'static str, all: &'static str) -> AnyView {
    let locale = use_locale();
    let session = use_session();
    let latest = Data::new(move || {
        session.version();
        T::fetch(ListUrl::newest(T::PATH), LATEST)
    });
    T::on_change(move |item| {
        latest.update(|page| merge(page, item, true, LATEST));
    });
    let show = move |page: Page<T>| {
        if page.items.is_empty() {
            let (title, text, action) = T::empty_state(locale, false);
            view! { <Empty title text action /> }.into_any()
        } else {
            view! { <StaticTable items=page.items caption=title /> }.into_any()
        }
    };
    view! {
        <section class="card" aria-labelledby=title_id>
            <div class="card-head">
                <h2 id=title_id>{title}</h2>
                <a href=T::PATH>{all}</a>
            </div>
            <Loaded resource=latest show />
        </section>
    }
    .into_any()
}
