//! How campaigns ended, and how the predictions of a model compare with that.

use leptos::prelude::*;
use leptos::server_fn::codec::GetUrl;

#[cfg(feature = "ssr")]
use crate::services::SentFile;
use crate::types::{
    AppError, DriftView, JsonAnswer, OutcomesView, Page, ReportedView, TrackRecordView,
    UnreportedView,
};
#[cfg(feature = "ssr")]
use crate::types::{NumberFormat, OutcomeInput, parse_cursor, parse_page_limit, parse_required_id};

/// `POST /api/task/report_outcome`: reports or corrects how the campaign of a task ended. `reached` is true or false,
/// `raised_usd` an optional sum in US dollars: plain, unless `number_format` names the language in whose format it was
/// typed. Repeating the current outcome changes nothing.
///
/// # Errors
/// 422 naming `id`, `reached` or `raised_usd`; 401; 404, also for another user's task; 409 if the task has not
/// succeeded, was corrected too often, or if the page belongs to another account; 429 if the user has too many changes
/// in progress.
#[server(prefix = "/api", endpoint = "task/report_outcome", output = JsonAnswer)]
pub async fn report_outcome(
    #[server(default)] id: String,
    #[server(default)] reached: String,
    #[server(default)] raised_usd: String,
    #[server(default)] account: String,
    #[server(default)] number_format: String,
) -> Result<OutcomesView, AppError> {
    let (services, user, _slot) = super::request::signed_in_to_change(&account).await?;
    let outcome = OutcomeInput {
        reached,
        raised_usd,
    };
    let format = NumberFormat::of_language(&number_format);
    let outcomes = services
        .outcomes
        .report(user.id, parse_required_id(&id)?, &outcome, format)
        .await?;
    leptos_axum::redirect(&format!("/tasks/{}#outcome", outcomes.task_id));
    Ok(outcomes)
}

/// `GET /api/task/outcomes?id=`: everything that was reported about a task, newest first.
///
/// # Errors
/// 422 naming `id`; 401; 404, also for another user's task.
#[server(prefix = "/api", endpoint = "task/outcomes", input = GetUrl, output = JsonAnswer)]
pub async fn get_outcomes(#[server(default)] id: String) -> Result<OutcomesView, AppError> {
    let (services, user) = super::request::signed_in().await?;
    services
        .outcomes
        .outcomes(user.id, parse_required_id(&id)?)
        .await
}

/// `POST /api/tasks/report_outcomes`: reports the outcomes in a CSV file with the columns `task_id`, `reached` and,
/// optionally, `raised_usd`: as text in `csv`, or as a file in `file` or the body. Stores all lines or none.
///
/// # Errors
/// 422 naming `file`, `csv`, or every wrong line and field; 401; 409 if a task was corrected too often, or if the page
/// belongs to another account; 413; 429 if the user has too many changes in progress.
#[server(prefix = "/api", endpoint = "tasks/report_outcomes", output = JsonAnswer)]
pub async fn report_outcomes(
    #[server(default)] file: String,
    #[server(default)] csv: String,
    #[server(default)] account: String,
) -> Result<ReportedView, AppError> {
    let (services, user, _slot) = super::request::signed_in_to_change(&account).await?;
    let done = services
        .outcomes
        .report_file(user.id, SentFile::of(&file, "csv", csv)?)
        .await?;
    leptos_axum::redirect(&format!(
        "/outcomes?reported={}&unchanged={}&skipped={}",
        done.reported, done.unchanged, done.skipped
    ));
    Ok(done)
}

/// `GET /api/tasks/unreported?limit=&cursor=`: the tasks whose deadline has passed without an outcome, newest first.
///
/// # Errors
/// 422 naming `limit` or `cursor`; 401; 429 if the user reads too many lists at the same time.
#[server(prefix = "/api", endpoint = "tasks/unreported", input = GetUrl, output = JsonAnswer)]
pub async fn list_unreported(
    #[server(default)] limit: String,
    #[server(default)] cursor: String,
) -> Result<Page<UnreportedView>, AppError> {
    let (services, user) = super::request::signed_in().await?;
    let _slot = services.list_slots.take(user.id).await?;
    let limit = parse_page_limit(&limit)?;
    services
        .outcomes
        .unreported(user.id, parse_cursor(&cursor)?, limit)
        .await
}

/// `GET /api/model/track_record?id=`: how the predictions of a model compare with the reported outcomes. Needs no
/// session.
///
/// # Errors
/// 422 naming `id`; 404 if there is no such model, or if it was never on offer.
#[server(prefix = "/api", endpoint = "model/track_record", input = GetUrl, output = JsonAnswer)]
pub async fn get_track_record(#[server(default)] id: String) -> Result<TrackRecordView, AppError> {
    let (services, _request) = super::request::visitor()?;
    services
        .track_records
        .track_record(parse_required_id(&id)?)
        .await
}

/// `GET /api/model/drift?id=`: the inputs of a model by month of prediction, and its calibration by month of launch
/// (admins only).
///
/// # Errors
/// 422 naming `id`; 401; 403; 404; 503 if another drift is being computed.
#[server(prefix = "/api", endpoint = "model/drift", input = GetUrl, output = JsonAnswer)]
pub async fn get_drift(#[server(default)] id: String) -> Result<DriftView, AppError> {
    let (services, user) = super::request::signed_in().await?;
    services.second_factor.require_of_operator(&user).await?;
    services
        .track_records
        .drift(&user, parse_required_id(&id)?)
        .await
}
