//! The batches of the user, and the form that uploads a file of campaigns.

use leptos::prelude::*;
use leptos::server_fn::ServerFn as _;

use crate::api::{CreateBatch, list_batches};
use crate::client::data::Data;
use crate::client::form_action::FormAction;
use crate::client::{Locale, tr, use_locale, use_session};
use crate::components::batch_badge::{BATCHES_PATH, BatchBadge, batch_name, batch_url};
use crate::components::field::Submit;
use crate::components::field_faults::FieldFaults;
use crate::components::file_errors::{FILE, FileWords, file_errors, missing_file};
use crate::components::form::PostForm;
use crate::components::list_item::PAGE_ROWS;
use crate::components::page_title::PageTitle;
use crate::components::pager::CURSOR;
use crate::components::query::{query_url, use_query};
use crate::components::{Empty, Field, Icon, Loaded, SignedInOnly, Time, format};
use crate::pages::chunk::page_chunk;
use crate::types::{BatchView, Page};

/// The sample file, and the page that describes all columns.
const SAMPLE: &str = "/batches/sample.csv";
const COLUMNS: &str = "/docs#predict";

page_chunk!(batches, BatchesPage);

/// The page.
#[component]
pub fn BatchesPage() -> impl IntoView {
    let locale = use_locale();
    let session = use_session();
    let query = use_query();
    let batches = Data::new(move || {
        session.version();
        list_batches(PAGE_ROWS.to_string(), query(CURSOR).unwrap_or_default())
    });
    view! {
        <PageTitle page=tr!(locale, batches.title) />
        <SignedInOnly />
        <p class="crumbs">
            <a href="/tasks">{tr!(locale, task.back)}</a>
        </p>
        <div class="page-head">
            <div>
                <h1>{tr!(locale, batches.title)}</h1>
                <p class="lead">{tr!(locale, batches.lead)}</p>
            </div>
        </div>
        <Upload />
        <section class="card" aria-label=tr!(locale, batches.title)>
            <Loaded
                resource=batches
                lines=6
                show=move |page| {
                    let is_first = untrack(|| query(CURSOR)).is_none();
                    view! { <List page is_first /> }.into_any()
                }
            />
        </section>
    }
}

/// The form. The browser always posts it as a document, because only a document can contain a file. A file can be dropped on
/// the field without any script.
#[component]
fn Upload() -> impl IntoView {
    let locale = use_locale();
    let query = use_query();
    let sending = FormAction::new(CreateBatch::PATH);
    FieldFaults::provide_of(move || missing_file(sending.error()));
    let words = FileWords {
        refused: tr!(locale, batches.refused),
        bad_file: tr!(locale, batches.bad_file),
        conflict: tr!(locale, error.conflict),
    };
    let errors = sending.error_untracked();
    let errors = errors.map(|error| file_errors(locale, error, words));
    let is_deleted = untrack(|| query("done")).is_some_and(|done| done == "deleted");
    let done = (is_deleted && errors.is_none()).then(|| {
        view! {
            <p class="notice notice-good">
                <Icon name="check" />
                {tr!(locale, batches.deleted)}
            </p>
        }
    });
    view! {
        <section class="card" aria-labelledby="file-title">
            <h2 id="file-title">{tr!(locale, batches.file_title)}</h2>
            <div role="status">{done}</div>
            {errors}
            <p>{tr!(locale, batches.file_text)}</p>
            <p class="buttons">
                <a class="button" href=SAMPLE rel="external" download="">
                    {tr!(locale, batches.sample)}
                </a>
                <a href=COLUMNS rel="external">
                    {tr!(locale, batches.docs)}
                </a>
            </p>
            <PostForm
                url=CreateBatch::PATH
                send=Callback::new(|_| ())
                class="form drop-zone"
                enctype="multipart/form-data"
            >
                <Field name=FILE kind=FILE hint=tr!(locale, batches.file_hint) />
                <Submit pending=sending.pending()>{tr!(locale, batches.upload)}</Submit>
            </PostForm>
        </section>
    }
}

#[component]
fn List(
    /// One page of batches.
    page: Page<BatchView>,
    /// Whether it is the newest page.
    is_first: bool,
) -> impl IntoView {
    let locale = use_locale();
    if page.items.is_empty() && is_first {
        let (title, text) = (
            tr!(locale, batches.empty_title),
            tr!(locale, batches.empty_text),
        );
        return view! { <Empty title text action=None /> }.into_any();
    }
    let rows = page.items.into_iter();
    let rows = rows.map(|batch| row(locale, &batch)).collect_view();
    let newest = (!is_first).then(|| {
        view! {
            <a class="button" href=BATCHES_PATH rel="external">
                {tr!(locale, pager.newest)}
            </a>
        }
    });
    let older = page.next.map(|cursor| {
        view! {
            <a class="button" href=query_url(BATCHES_PATH, [(CURSOR, cursor)]) rel="next">
                {tr!(locale, pager.older)}
                <Icon name="arrow" />
            </a>
        }
    });
    view! {
        <table class="table">
            <caption class="visually-hidden">{tr!(locale, batches.title)}</caption>
            <thead>
                <tr>
                    <th scope="col">{tr!(locale, batches.column_file)}</th>
                    <th scope="col">{tr!(locale, batches.column_state)}</th>
                    <th scope="col" class="number">
                        {tr!(locale, batches.column_lines)}
                    </th>
                    <th scope="col" class="number wide-only">
                        {tr!(locale, batches.column_done)}
                    </th>
                    <th scope="col" class="wide-only">
                        {tr!(locale, batches.column_created)}
                    </th>
                </tr>
            </thead>
            <tbody>{rows}</tbody>
        </table>
        <div class="pager">{newest} {older}</div>
    }
    .into_any()
}

fn row(locale: Locale, batch: &BatchView) -> AnyView {
    let number = |count: u32| format::whole_number(locale, count.into());
    view! {
        <tr>
            <th scope="row" class="file-name">
                <a href=batch_url(batch.id)>
                    <bdi>{batch_name(locale, batch)}</bdi>
                </a>
            </th>
            <td>
                <BatchBadge state=batch.state />
            </td>
            <td class="number">{number(batch.lines)}</td>
            <td class="number wide-only">{number(batch.counts.ended())}</td>
            <td class="wide-only">
                <Time at=batch.created_at />
            </td>
        </tr>
    }
    .into_any()
}
