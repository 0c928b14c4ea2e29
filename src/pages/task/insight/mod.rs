//! Insights into a result: what to change, why, and what if.

pub(in crate::pages) mod changes;
mod slider_specs;
pub(in crate::pages) mod sliders;
pub(in crate::pages) mod what_if;
pub(in crate::pages) mod why;

use leptos::prelude::*;

use crate::api::{get_advice, get_insight};
use crate::client::{tr, use_locale};
use crate::types::{
    AppError, Campaign, ChangeBoundsInput, Explanation, InsightView, ModelRef, TaskId, TaskStatus,
    TaskView,
};
use changes::Changes;
use what_if::WhatIfCard;
use why::Why;

/// The insights into a result.
#[derive(Clone, Debug, Default)]
pub struct Inspected {
    /// `None` if the model that made the result can no longer be run.
    insight: Option<InsightView>,
    /// Why there is no advice within the user's bounds.
    refusal: Option<AppError>,
}

impl Inspected {
    /// Why the probability is what it is; `None` if the model is gone.
    pub fn explanation(&self) -> Option<&Explanation> {
        self.insight.as_ref().map(|insight| &insight.explanation)
    }
}

/// Loads the insights into a task's result; `None` if it has not succeeded.
///
/// # Errors
/// Those of [`get_insight`], and of [`get_advice`] except for bounds that break a rule.
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
        // There is a result, so the model is missing.
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
            // The model is gone, but earlier insights are stored.
            Err(AppError::Conflict(_)) => {}
            Err(error) => return Err(error),
        }
    }
    Ok(Some(Inspected {
        insight: Some(insight),
        refusal,
    }))
}

/// The cards with the insights.
#[component]
pub fn Insight(
    /// The task.
    task: TaskId,
    /// The model that made the result.
    model: ModelRef,
    /// The campaign.
    campaign: Campaign,
    /// The insights.
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
            is_own=true
        />
        <div class="columns">
            <Why campaign=campaign.clone() explanation=insight.explanation />
            <WhatIfCard task=Some(task) campaign probability curves=insight.curves />
        </div>
    }
    .into_any()
}

/// Shown instead of insights if the model of the result can no longer be run.
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
