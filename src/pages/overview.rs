//! What a signed-in person has: balance, top-up, the latest tasks and transactions.

use leptos::prelude::*;

use crate::api::{list_tasks, list_transactions};
use crate::client::data::Data;
use crate::client::live::{on_task, on_transaction};
use crate::client::{tr, use_locale, use_session};
use crate::components::async_view::{AsyncView, load};
use crate::components::live_page::merge;
use crate::components::page_title::PageTitle;
use crate::components::task_list::TaskTable;
use crate::components::top_up::TopUpForm;
use crate::components::transaction_list::TransactionTable;
use crate::components::{Empty, Icon, Loaded, Money, SignedInOnly, format};
use crate::pages::chunk::page_chunk;
use crate::types::{BalanceView, TaskFilterInput, TransactionFilterInput};

const LATEST: usize = 5;

page_chunk!(overview, OverviewPage);

/// The overview.
#[component]
pub fn OverviewPage() -> impl IntoView {
    let locale = use_locale();
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
                <TopUpForm />
            </section>
        </div>
        <LatestTasks />
        <LatestTransactions />
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

#[component]
fn LatestTasks() -> impl IntoView {
    let locale = use_locale();
    let session = use_session();
    let tasks = Data::new(move || {
        session.version();
        let all = TaskFilterInput::default();
        list_tasks(LATEST.to_string(), String::new(), all)
    });
    on_task(move |task| {
        tasks.update(|page| merge(page, task, true, LATEST));
    });
    let show = move |page: crate::types::Page<_>| {
        if page.items.is_empty() {
            view! {
                <Empty
                    title=tr!(locale, tasks.empty_title)
                    text=tr!(locale, tasks.empty_text)
                    action=Some(("/predict", tr!(locale, tasks.empty_action)))
                />
            }
            .into_any()
        } else {
            view! { <TaskTable tasks=page.items caption=tr!(locale, overview.latest_tasks) /> }
                .into_any()
        }
    };
    view! {
        <section class="card" aria-labelledby="tasks-title">
            <div class="card-head">
                <h2 id="tasks-title">{tr!(locale, overview.latest_tasks)}</h2>
                <a href="/tasks">{tr!(locale, overview.all_tasks)}</a>
            </div>
            <Loaded resource=tasks show=show />
        </section>
    }
}

#[component]
fn LatestTransactions() -> impl IntoView {
    let locale = use_locale();
    let session = use_session();
    let lines = Data::new(move || {
        session.version();
        let all = TransactionFilterInput::default();
        list_transactions(LATEST.to_string(), String::new(), all)
    });
    on_transaction(move |line| {
        lines.update(|page| merge(page, line, true, LATEST));
    });
    let show = move |page: crate::types::Page<_>| {
        view! {
            <TransactionTable
                transactions=page.items
                caption=tr!(locale, overview.latest_transactions)
            />
        }
        .into_any()
    };
    view! {
        <section class="card" aria-labelledby="transactions-title">
            <div class="card-head">
                <h2 id="transactions-title">{tr!(locale, overview.latest_transactions)}</h2>
                <a href="/transactions">{tr!(locale, overview.all_transactions)}</a>
            </div>
            <Loaded resource=lines show=show />
        </section>
    }
}
