//! Reports many outcomes at once: the template, the form that uploads it, and the predictions that wait for an outcome.

use leptos::prelude::*;
use leptos::server_fn::ServerFn as _;

use crate::api::{ReportOutcomes, list_unreported};
use crate::client::data::Data;
use crate::client::form_action::FormAction;
use crate::client::{Locale, browser, tr, use_locale, use_session};
use crate::components::error_text::{error_text, violation_text};
use crate::components::field::Submit;
use crate::components::field_faults::{FieldFaults, fields_of};
use crate::components::form::PostForm;
use crate::components::list_item::PAGE_ROWS;
use crate::components::page_title::PageTitle;
use crate::components::query::use_query;
use crate::components::{Day, Empty, Field, Icon, Loaded, SignedInOnly, format};
use crate::pages::chunk::page_chunk;
use crate::types::{AppError, FieldErrors, Page, UnreportedView, Violation, split_line_field};

/// The field with the file.
const FILE: &str = "file";
/// Id of the list of errors.
const ERRORS_ID: &str = "file-errors";
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
    let errors = sending.error_untracked().map(|error| errors(locale, error));
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

/// The error if no file was sent, which belongs to the field. All others are listed.
fn missing_file(error: Option<AppError>) -> Option<AppError> {
    let is_missing = |fields: &FieldErrors| fields.get(FILE) == Some(&Violation::Required);
    let fields = fields_of(error);
    is_missing(&fields).then_some(AppError::Invalid(fields))
}

/// The errors by line.
fn errors(locale: Locale, error: AppError) -> AnyView {
    Effect::new(|_| request_animation_frame(|| browser::focus(ERRORS_ID)));
    let text = match &error {
        AppError::Invalid(_) => tr!(locale, outcomes.refused).to_owned(),
        AppError::Conflict(_) => tr!(locale, outcome.conflict).to_owned(),
        error => error_text(locale, error),
    };
    let fields = fields_of(Some(error));
    let has_lines = fields.keys().any(|name| name != FILE);
    let of_file = fields.get(FILE).map(|violation| match violation {
        Violation::Rejected { .. } if has_lines => tr!(locale, outcomes.more_errors).to_owned(),
        Violation::Rejected { .. } => tr!(locale, outcomes.bad_file).to_owned(),
        violation => violation_text(locale, violation),
    });
    let lines = in_order(&fields).into_iter().map(|(line, field, violation)| {
        view! { <li>{line_text(locale, line, field)} ": " {line_problem(locale, field, violation)}</li> }
    });
    view! {
        <div class="notice notice-bad" id=ERRORS_ID role="alert" tabindex="-1">
            <Icon name="alert" />
            <div>
                <h3 class="notice-title">{tr!(locale, error.summary)}</h3>
                <p>{text}</p>
                <ul>{lines.collect_view()}</ul>
                {of_file.map(|words| view! { <p>{words}</p> })}
            </div>
        </div>
    }
    .into_any()
}

/// The errors of lines in the order of the file. Their names are in that of text, in which line 10 is before line 9.
fn in_order(fields: &FieldErrors) -> Vec<(u64, Option<&str>, &Violation)> {
    let mut lines: Vec<(u64, Option<&str>, &Violation)> = Vec::new();
    for (name, violation) in fields {
        if let Some((line, field)) = split_line_field(name) {
            let place = lines.partition_point(|(it, ..)| *it <= line);
            lines.insert(place, (line, field, violation));
        }
    }
    lines
}

fn line_text(locale: Locale, line: u64, field: Option<&str>) -> String {
    let Some(field) = field else {
        return tr!(locale, outcomes.line, line = line);
    };
    tr!(locale, outcomes.line_field, line = line, field = field)
}

/// The text of an error. Those of the file format are in English and meant for programs.
fn line_problem(locale: Locale, field: Option<&str>, violation: &Violation) -> String {
    match (field, violation) {
        (None, Violation::Rejected { .. }) => tr!(locale, outcomes.bad_line).to_owned(),
        (Some(_), Violation::Rejected { .. }) => tr!(locale, violation.ambiguous_number).to_owned(),
        (_, violation) => violation_text(locale, violation),
    }
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn errors_are_in_the_order_of_the_file() {
        let names = ["line 10: reached", "line 9", "line 9: reached", "file"];
        let fields = names.map(|name| (name.to_owned(), Violation::Required));
        let fields = FieldErrors::from(fields);
        let order: Vec<_> = in_order(&fields)
            .into_iter()
            .map(|(line, field, _)| (line, field))
            .collect();
        let reached = Some("reached");
        assert_eq!(order, [(9, None), (9, reached), (10, reached)]);
    }

    #[test]
    fn a_missing_file_is_marked_at_its_field() {
        let missing = AppError::invalid(FILE, Violation::Required);
        assert_eq!(missing_file(Some(missing.clone())), Some(missing));
        let unreadable = AppError::invalid(FILE, Violation::rejected("x"));
        assert_eq!(missing_file(Some(unreadable)), None);
        assert_eq!(missing_file(None), None);
    }
}
