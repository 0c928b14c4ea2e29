//! Looking into a paid result, and into all campaigns.

use leptos::prelude::*;
use leptos::server_fn::codec::GetUrl;

use crate::types::{
    Advice, AppError, CampaignInput, ChangeBoundsInput, ExploreView, InsightView, JsonAnswer,
    WhatIfView,
};

/// `GET /api/task/insight?id=`: why the result is what it is, curves of what if, and what to change. Made
/// when it is first asked for, and the same ever after.
///
/// # Errors
/// 422 naming `id`; 401; 404, also for somebody else's; 409 where the task did not succeed (yet), or where
/// its model is of another version of the program and cannot be run by this one; 503.
#[server(prefix = "/api", endpoint = "task/insight", input = GetUrl, output = JsonAnswer)]
pub async fn get_insight(#[server(default)] id: String) -> Result<InsightView, AppError> {
    let (services, user) = super::request::signed_in().await?;
    services.insights.insight(user.id(), &id).await
}

/// `POST /api/task/what_if`: what the model of the result says of the campaign with other plans. Beside
/// `id` stand, flat, the fields that change: goal, dates, video, staff pick. Costs nothing.
///
/// # Errors
/// 422 naming `id` and every field that breaks a rule or may not change; 401; 404; 409 as above; 429; 503.
#[server(prefix = "/api", endpoint = "task/what_if", output = JsonAnswer)]
pub async fn what_if(
    #[server(default)] id: String,
    #[server(flatten)] changes: CampaignInput,
) -> Result<WhatIfView, AppError> {
    let (services, user) = super::request::signed_in().await?;
    services.insights.what_if(user.id(), &id, &changes).await
}

/// `GET /api/task/advice?id=&goal_min_usd=&launch_earliest=&launch_latest=`: what to change, within bounds
/// of the asker's own. Costs nothing.
///
/// # Errors
/// 422 naming `id` or a bound; 401; 404; 409 as above; 429; 503.
#[server(prefix = "/api", endpoint = "task/advice", input = GetUrl, output = JsonAnswer)]
pub async fn get_advice(
    #[server(default)] id: String,
    #[server(flatten)] bounds: ChangeBoundsInput,
) -> Result<Advice, AppError> {
    let (services, user) = super::request::signed_in().await?;
    services.insights.advice(user.id(), &id, &bounds).await
}

/// `GET /api/explore`: success by category, goal and month of launch, from the default model's data. Needs
/// no session.
///
/// # Errors
/// 404 where no model is live.
#[server(prefix = "/api", endpoint = "explore", input = GetUrl, output = JsonAnswer)]
pub async fn explore() -> Result<ExploreView, AppError> {
    let (services, _request) = super::request::visitor()?;
    services.insights.explore().await
}
