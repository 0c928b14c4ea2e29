//! Insights into a paid result, and statistics of all campaigns.

use leptos::prelude::*;
use leptos::server_fn::codec::GetUrl;

#[cfg(feature = "ssr")]
use crate::types::parse_required_id;
use crate::types::{
    Advice, AppError, CalendarView, CampaignInput, ChangeBoundsInput, ExploreView, InsightView,
    JsonAnswer, WhatIfView,
};

/// `GET /api/task/insight?id=`: why the result is what it is, what-if curves, and what to change. Computed on first
/// request and then stored.
///
/// # Errors
/// 422 naming `id`; 401; 404, also for another user's task; 409 if the task has not succeeded, or if this version of
/// the program cannot run its model; 503.
#[server(prefix = "/api", endpoint = "task/insight", input = GetUrl, output = JsonAnswer)]
pub async fn get_insight(#[server(default)] id: String) -> Result<InsightView, AppError> {
    let (services, user) = super::request::signed_in().await?;
    services
        .insights
        .insight(user.id, parse_required_id(&id)?)
        .await
}

/// `POST /api/task/what_if`: the score of the campaign with changes, from the model of the result. Takes `id` and, at
/// the same level, the fields that change: goal, dates, video, staff pick. Free.
///
/// # Errors
/// 422 naming `id` and every field that breaks a rule or may not change; 401; 404; 409 as above; 429; 503.
#[server(prefix = "/api", endpoint = "task/what_if", output = JsonAnswer)]
pub async fn what_if(
    #[server(default)] id: String,
    #[server(flatten)] changes: CampaignInput,
) -> Result<WhatIfView, AppError> {
    let (services, user) = super::request::signed_in().await?;
    services
        .insights
        .what_if(user.id, parse_required_id(&id)?, &changes)
        .await
}

/// `GET /api/task/advice?id=&goal_min_usd=&launch_earliest=&launch_latest=`: what to change, within the user's bounds.
/// Free.
///
/// # Errors
/// 422 naming `id` or a bound; 401; 404; 409 as above; 429; 503.
#[server(prefix = "/api", endpoint = "task/advice", input = GetUrl, output = JsonAnswer)]
pub async fn get_advice(
    #[server(default)] id: String,
    #[server(flatten)] bounds: ChangeBoundsInput,
) -> Result<Advice, AppError> {
    let (services, user) = super::request::signed_in().await?;
    services
        .insights
        .advice(user.id, parse_required_id(&id)?, &bounds)
        .await
}

/// `GET /api/explore`: success by category, goal and month of launch, from the data of the default model. Needs no
/// session.
///
/// # Errors
/// 404 if no model is live.
#[server(prefix = "/api", endpoint = "explore", input = GetUrl, output = JsonAnswer)]
pub async fn explore() -> Result<ExploreView, AppError> {
    let (services, _request) = super::request::visitor()?;
    services.insights.explore().await
}

/// `GET /api/calendar`: success by month and weekday of launch, of a `category` or of its `parent`, or of all categories
/// without a parent. Needs no session.
///
/// # Errors
/// 422 naming `parent` or `category`; 404 if no model is live.
#[server(prefix = "/api", endpoint = "calendar", input = GetUrl, output = JsonAnswer)]
pub async fn launch_calendar(
    #[server(default)] parent: String,
    #[server(default)] category: String,
) -> Result<CalendarView, AppError> {
    let (services, _request) = super::request::visitor()?;
    services.insights.calendar(&parent, &category).await
}
