//! A report to print or to keep: one result, or a comparison of up to five. The same as a PDF file is made by
//! `server/reports.rs`.

mod content;
mod document;
mod view;

use leptos::prelude::*;
use leptos_router::hooks::use_location;

pub use content::{Reported, report, report_ids};
pub use document::{Block, Report, Tone};

use crate::api::{get_insight, get_task};
use crate::client::data::{Data, Payload};
use crate::client::{Locale, browser, tr, use_locale};
use crate::components::guard::LoadError;
use crate::components::page_title::PageTitle;
use crate::components::query::{query_url, values_of};
use crate::components::server_part::{self, ServerPart};
use crate::components::task_list::{COMPARED, REPORT_PATH};
use crate::components::{Empty, SignedInOnly};
use crate::pages::chunk::page_chunk;
use crate::types::AppError;
use view::ReportBlocks;

/// The PDF file of a report.
const FILE_PATH: &str = "/report.pdf";
/// Id of the part with the report, which only the server renders.
const REPORT: &str = "report";

/// What the part shows; `None` without results to report.
type Found = Result<Option<Report>, AppError>;

page_chunk!(report, ReportPage);

/// The page of a report; its URL names the tasks.
#[component]
pub fn ReportPage() -> impl IntoView {
    let locale = use_locale();
    let query = use_location().search;
    let ids = Memo::new(move |_| query.with(|query| values_of(query, COMPARED)));
    let url =
        move |path: &'static str| query_url(path, ids.get().into_iter().map(|id| (COMPARED, id)));
    let found = Data::<String>::raw(move || {
        let (ids, url) = (ids.get(), url(REPORT_PATH));
        server_part::fetch(REPORT, url, None, move || look(locale, ids))
    });
    view! {
        <PageTitle page=tr!(locale, report.title) />
        <SignedInOnly />
        <p class="crumbs">
            <a href="/tasks?status=succeeded">{tr!(locale, task.back)}</a>
        </p>
        <div class="page-head">
            <h1>{tr!(locale, report.title)}</h1>
            <div class="buttons">
                <button
                    type="button"
                    class="button with-script"
                    on:click=|_| browser::print()
                >
                    {tr!(locale, report.print)}
                </button>
                <a class="button button-main" href=move || url(FILE_PATH) rel="external" download="">
                    {tr!(locale, report.download)}
                </a>
            </div>
        </div>
        <ServerPart id=REPORT data=found.share() draw=|found| draw(&found) live=None />
    }
}

async fn look(locale: Locale, ids: Vec<String>) -> Found {
    let today = browser::today();
    let Ok(ids) = report_ids(ids) else {
        return Ok(None);
    };
    let mut results = Vec::new();
    for id in ids {
        let task = get_task(id.clone()).await;
        let task = task.map_err(AppError::of_id_in_path)?;
        if task.result.is_none() {
            return Ok(None);
        }
        // Without reasons a report is still worth reading.
        let insight = get_insight(id).await.ok();
        results.extend(Reported::of_task(task, insight));
    }
    Ok(Some(report(locale, today, &results)))
}

fn draw(found: &Payload) -> AnyView {
    match found.held::<Found>() {
        Some(Ok(Some(report))) => view! { <ReportBlocks report /> }.into_any(),
        Some(Ok(None)) => view! { <NothingToReport /> }.into_any(),
        Some(Err(error)) => view! { <LoadError error /> }.into_any(),
        None => ().into_any(),
    }
}

#[component]
fn NothingToReport() -> impl IntoView {
    let locale = use_locale();
    view! {
        <div class="card">
            <Empty
                title=tr!(locale, report.pick)
                text=tr!(locale, report.pick_text)
                action=Some(("/tasks?status=succeeded", tr!(locale, task.back)))
            />
        </div>
    }
}
