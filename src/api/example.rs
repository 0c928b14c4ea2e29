//! The example: a complete result for visitors without an account.

use leptos::prelude::*;
use leptos::server_fn::codec::GetUrl;

use crate::types::{AppError, CampaignInput, ExampleSummary, ExampleView, JsonAnswer, WhatIfView};

/// `GET /api/example`: the form's example campaign with everything that comes with a paid result, from the default
/// model. Needs no session.
///
/// # Errors
/// 404 if no model is live; 409 if this version of the program cannot run it; 503.
#[server(prefix = "/api", endpoint = "example", input = GetUrl, output = JsonAnswer)]
pub async fn get_example() -> Result<ExampleView, AppError> {
    let (services, _request) = super::request::visitor()?;
    let view = services.example.view().await?;
    Ok(ExampleView::clone(&view))
}

/// `GET /api/example/summary`: the numbers of the example; null if there are none yet. Needs no session.
///
/// # Errors
/// None.
#[server(prefix = "/api", endpoint = "example/summary", input = GetUrl, output = JsonAnswer)]
pub async fn get_example_summary() -> Result<Option<ExampleSummary>, AppError> {
    let (services, _request) = super::request::visitor()?;
    Ok(services.example.summary().await)
}

/// `POST /api/example/what_if`: the score of the example with changes: goal, dates, video, staff pick. Needs no session.
///
/// # Errors
/// 422 naming every field that breaks a rule or may not change; 404 and 409 as above; 429; 503.
#[server(prefix = "/api", endpoint = "example/what_if", output = JsonAnswer)]
pub async fn what_if_example(
    #[server(flatten)] changes: CampaignInput,
) -> Result<WhatIfView, AppError> {
    let (services, request) = super::request::visitor()?;
    services.example.what_if(&request.client, &changes).await
}
