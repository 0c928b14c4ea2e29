//! Reports many outcomes at once: the template, the form that uploads it, and the predictions that wait for an outcome.

use leptos::prelude::*;
use leptos::server_fn::ServerFn as _;

use crate::api::{ReportOutcomes, list_unreported};
use crate::client::data::Data;
use crate::client::form_action::FormAction;
use crate::client::{Locale, tr, use_locale, use_session};
use crate::components::field::Submit;
use crate::components::field_faults::FieldFaults;
use crate::components::file_errors::{FILE, FileWords, file_errors, missing_file};
use crate::components::form::PostForm;
use crate::components::list_item::PAGE_ROWS;
use crate::components::page_title::PageTitle;
use crate::components::query::use_query;
use crate::components::{Day, Empty, Field, Icon, Loaded, SignedInOnly, format};
use crate::pages::chunk::page_chunk;
use crate::types::{Page, UnreportedView};

/// Starts with a byte order mark, so that spreadsheets detect UTF-8.
const TEMPLATE: &str = "/api/outcomes.csv?bom=1";

page_chunk!(outcomes, OutcomesPage);

/// The page.
#[component]
pub fn OutcomesPage() -> impl IntoView {
    let locale = use_locale();
    let session = use_session();
    let waiting = Data::new(move || {
        session.version();
        list_unreported(PAGE_ROWS.to_string(), String::new())
    });
    view! {
        <PageTitle page=tr!(locale, outcomes.title) />
        <SignedInOnly />
        <p class="crumbs">
            <a href="/tasks">{tr!(locale, task.back)}</a>
        </p>
        <div class="page-head">
            <div>
                <h1>{tr!(locale, outcomes.title)}</h1>
                <p class="lead">{tr!(locale, outcomes.lead)}</p>
            </div>
        </div>
        <Upload />
        <section class="card" aria-labelledby="waiting-title">
            <h2 id="waiting-title">{tr!(locale, outcomes.waiting_title)}</h2>
            <Loaded
                resource=waiting
                lines=6
                show=move |page| view! { <Waiting page /> }.into_any()
            />
        </section>
    }
}

/// The form. The browser always posts it as a document, because only a document can contain a file.
#[component]
fn Upload() -> impl IntoView {
    let locale = use_locale();
    let sending = FormAction::new(ReportOutcomes::PATH);
    FieldFaults::provide_of(move || missing_file(sending.error()));
    let words = FileWords {
        refused: tr!(locale, outcomes.refused),
        bad_file: tr!(locale, outcomes.bad_file),
        conflict: tr!(locale, outcome.conflict),
    };
    let errors = sending.error_untracked();
    let errors = errors.map(|error| file_errors(locale, error, words));
    let done = errors.is_none().then(|| done(locale)).flatten();
    view! {
        <section class="card" aria-labelledby="file-title">
            <h2 id="file-title">{tr!(locale, outcomes.file_title)}</h2>
            <div role="status">
                {done
                    .map(|words| {
                        view! {
                            <p class="notice notice-good">
                                <Icon name="check" />
                                {words}
                            </p>
                        }
                    })}
            </div>
            {errors}
            <p>{tr!(locale, outcomes.file_text)}</p>
            <p>
                <a class="button" href=TEMPLATE rel="external" download="">
                    {tr!(locale, outcomes.template)}
                </a>
            </p>
            <PostForm
                url=ReportOutcomes::PATH
                send=Callback::new(|_| ())
                enctype="multipart/form-data"
            >
                <Field name=FILE kind=FILE hint=tr!(locale, outcomes.file_hint) />
                <Submit pending=sending.pending()>{tr!(locale, outcomes.upload)}</Submit>
            </PostForm>
        </section>
    }
}

/// What the last upload did, from the URL that it led to.
fn done(locale: Locale) -> Option<String> {
    let query = use_query();
    let read = |name| untrack(|| query(name))?.parse::<i64>().ok();
    let [reported, unchanged, skipped] = ["reported", "unchanged", "skipped"].map(read);
    let number = |count: Option<i64>| format::whole_number(locale, count.unwrap_or_default());
    reported?;
    Some(tr!(
        locale,
        outcomes.done,
        reported = number(reported),
        unchanged = number(unchanged),
        skipped = number(skipped)
    ))
}

#[component]
fn Waiting(
    /// The newest predictions without an outcome.
    page: Page<UnreportedView>,
) -> impl IntoView {
    let locale = use_locale();
    let has_more = page.next.is_some();
    if page.items.is_empty() && !has_more {
        let (title, text) = (
            tr!(locale, outcomes.empty_title),
            tr!(locale, outcomes.empty_text),
        );
        return view! { <Empty title text action=None /> }.into_any();
    }
    let rows = page.items.into_iter().map(|task| {
        view! {
            <tr>
                <th scope="row">
                    // External, because the part of the page with this id is loaded after the page.
                    <a href=format!("/tasks/{}#outcome", task.task_id) rel="external">
                        <bdi>{task.name}</bdi>
                    </a>
                </th>
                <td>
                    <Day day=task.deadline />
                </td>
                <td class="number wide-only">{format::usd(locale, task.usd_goal)}</td>
            </tr>
        }
    });
    view! {
        <p>{tr!(locale, outcomes.waiting_text)}</p>
        <table class="table">
            <caption class="visually-hidden">{tr!(locale, outcomes.waiting_title)}</caption>
            <thead>
                <tr>
                    <th scope="col">{tr!(locale, tasks.column_name)}</th>
                    <th scope="col">{tr!(locale, field.deadline)}</th>
                    <th scope="col" class="number wide-only">
                        {tr!(locale, field.usd_goal)}
                    </th>
                </tr>
            </thead>
            <tbody>{rows.collect_view()}</tbody>
        </table>
        {has_more.then(|| view! { <p class="quiet">{tr!(locale, outcomes.waiting_more)}</p> })}
    }
    .into_any()
}
