//! Looking into a result: what to change, why it is what it is, and what it would be.

pub(in crate::pages) mod changes;
mod slider_specs;
pub(in crate::pages) mod sliders;
mod what_if;
pub(in crate::pages) mod why;

use leptos::prelude::*;

use crate::api::{get_advice, get_insight};
use crate::client::{tr, use_locale};
use crate::types::{
    AppError, Campaign, ChangeBoundsInput, InsightView, ModelRef, TaskId, TaskStatus, TaskView,
};
use changes::Changes;
use what_if::WhatIfCard;
use why::Why;

/// What was found when a result was looked into.
#[derive(Clone, Debug, Default)]
pub struct Inspected {
    /// `None` where the model that made the result can no longer be run.
    insight: Option<InsightView>,
    /// Why there is no advice within the asker's own bounds.
    refusal: Option<AppError>,
}

/// Looks into a task, once it has succeeded; `None` before.
///
/// # Errors
/// Those of [`get_insight`], and of [`get_advice`] but for bounds that break a rule.
pub async fn inspect(
    task: &TaskView,
    bounds: ChangeBoundsInput,
) -> Result<Option<Inspected>, AppError> {
    if task.status != TaskStatus::Succeeded {
        return Ok(None);
    }
    let id = task.id.to_string();
    let mut insight = match get_insight(id.clone()).await {
        Ok(insight) => insight,
        // There is a result: so it is its model that is missing.
        Err(AppError::Conflict(_)) => return Ok(Some(Inspected::default())),
        Err(error) => return Err(error),
    };
    let mut refusal = None;
    let is_blank = [
        &bounds.goal_min_usd,
        &bounds.launch_earliest,
        &bounds.launch_latest,
    ]
    .iter()
    .all(|bound| bound.is_empty());
    if !is_blank {
        match get_advice(id, bounds).await {
            Ok(advice) => insight.advice = advice,
            Err(error @ AppError::Invalid(_)) => refusal = Some(error),
            // The model is gone; what was found while it was there is stored.
            Err(AppError::Conflict(_)) => {}
            Err(error) => return Err(error),
        }
    }
    Ok(Some(Inspected {
        insight: Some(insight),
        refusal,
    }))
}

/// The cards of a result that was looked into.
#[component]
pub fn Insight(
    /// The task.
    task: TaskId,
    /// The model that made the result.
    model: ModelRef,
    /// What was asked.
    campaign: Campaign,
    /// What was found.
    inspected: Inspected,
) -> impl IntoView {
    let Some(insight) = inspected.insight else {
        return view! { <ModelGone model /> }.into_any();
    };
    let probability = insight.explanation.probability;
    view! {
        <Changes
            campaign=campaign.clone()
            probability
            advice=insight.advice
            refusal=inspected.refusal
        />
        <div class="columns">
            <Why campaign=campaign.clone() explanation=insight.explanation />
            <WhatIfCard task campaign probability curves=insight.curves />
        </div>
    }
    .into_any()
}

/// In place of the cards of a result whose model can no longer be run.
#[component]
fn ModelGone(
    /// The model that made the result.
    model: ModelRef,
) -> impl IntoView {
    let locale = use_locale();
    let text = tr!(
        locale,
        task.model_gone,
        name = model.name,
        version = model.version
    );
    view! {
        <section class="card" aria-labelledby="model-gone-title">
            <h2 id="model-gone-title">{tr!(locale, task.model_gone_title)}</h2>
            <p>{text}</p>
            <p>
                <a class="button" href="/predict">
                    {tr!(locale, task.again)}
                </a>
            </p>
        </section>
    }
}
