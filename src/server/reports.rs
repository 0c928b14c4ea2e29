//! Reports as PDF files. They say the same as the page of `pages/report`.

use axum::Extension;
use axum::body::Body;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, Response, Uri, header};
use axum::response::IntoResponse as _;

use super::drawing::pdf;
use super::identity::Identity;
use super::preferences;
use super::problem::Problem;
use super::state::AppState;
use crate::app::reports::{Reported, report, report_ids};
use crate::client::{Locale, tr};
use crate::components::query::values_of;
use crate::components::task_list::COMPARED;
use crate::services::attempts::Client;
use crate::types::{AppError, UserId, parse_required_id};

/// `GET /report.pdf?task=ID`: the report of one to five results of the signed-in user; `task` is repeated.
pub async fn of_tasks(
    State(state): State<AppState>,
    identity: Identity,
    uri: Uri,
    headers: HeaderMap,
) -> Result<Response<Body>, Problem> {
    let user = identity.user(&state.services).await?.id;
    let _slot = state.services.export_slots.take(user).await?;
    let ids = report_ids(values_of(uri.query().unwrap_or_default(), COMPARED))?;
    let mut results = Vec::new();
    for id in ids {
        results.push(find(&state, user, &id).await?);
    }
    let locale = preferences::locale(&uri, &headers, state.https());
    Ok(respond(&state, locale, results).await?)
}

/// `GET /shared/TOKEN/report.pdf`: the report of a shared result.
pub async fn of_shared(
    State(state): State<AppState>,
    Extension(visitor): Extension<Client>,
    Path(token): Path<String>,
    uri: Uri,
    headers: HeaderMap,
) -> Result<Response<Body>, Problem> {
    let shared = state.services.sharing.open(&visitor, &token).await?;
    let results = vec![Reported::of_shared(shared)];
    let locale = preferences::locale(&uri, &headers, state.https());
    Ok(respond(&state, locale, results).await?)
}

async fn find(state: &AppState, user: UserId, id: &str) -> Result<Reported, AppError> {
    let id = parse_required_id(id)?;
    let task = state.services.predictions.find(user, id).await?;
    let status = task.status;
    // Without reasons a report is still worth reading.
    let insight = state.services.insights.insight(user, id).await.ok();
    Reported::of_task(task, insight).ok_or_else(|| {
        let reason = format!("only a succeeded task can be reported; this one is {status}");
        AppError::Conflict(reason)
    })
}

async fn respond(
    state: &AppState,
    locale: Locale,
    results: Vec<Reported>,
) -> Result<Response<Body>, AppError> {
    let now = state.clock.now();
    let draw = move || {
        let report = report(locale, now.date_naive(), &results);
        let footer = |page, pages| tr!(locale, report.page, page = page, pages = pages);
        pdf::write(&report, now, footer)
    };
    let file = state.drawings.make(draw).await?;
    let headers = [
        (header::CONTENT_TYPE, "application/pdf"),
        (
            header::CONTENT_DISPOSITION,
            "attachment; filename=\"report.pdf\"",
        ),
        (header::CACHE_CONTROL, "no-store"),
        (header::HeaderName::from_static("x-robots-tag"), "noindex"),
    ];
    Ok((headers, file).into_response())
}
