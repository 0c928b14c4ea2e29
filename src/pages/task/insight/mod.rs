//! Looking into a result: what to change, why it is what it is, and what it would be.

pub(in crate::pages) mod changes;
mod knobs;
mod what_if;
pub(in crate::pages) mod why;

use leptos::prelude::*;
use serde::{Deserialize, Serialize};

use crate::api::{get_advice, get_insight};
use crate::components::data::{Counted, Fetching, Payload, value_of};
use crate::components::form::Sending;
use crate::components::{tr, use_locale};
use crate::types::{AppError, ChangeBoundsInput, InsightView, ModelRef, TaskStatus, TaskView};
use changes::Changes;
use what_if::WhatIfCard;
use why::Why;

/// Looks into a task, as [`look`] does, for whoever does not read what comes of it.
pub fn inspect(task: Counted, bounds: ChangeBoundsInput) -> Fetching {
    Box::pin(async move { look(task, bounds).await.map(Payload::of) })
}

/// A task and what was found when its result was looked into.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Inspected {
    task: TaskView,
    /// `None` where the model that made the result can no longer be run.
    insight: Option<InsightView>,
    /// Why there is no advice within the asker's own bounds.
    refusal: Option<AppError>,
}

/// Looks into the task that `task` holds, once it has succeeded; `None` before.
///
/// # Errors
/// Those of [`get_insight`], and of [`get_advice`] but for bounds that break a rule.
async fn look(task: Counted, bounds: ChangeBoundsInput) -> Result<Option<Inspected>, AppError> {
    // What is wrong with the task is told where the task is shown.
    let Ok(task) = value_of::<TaskView>(task.reply().await) else {
        return Ok(None);
    };
    if task.status != TaskStatus::Succeeded {
        return Ok(None);
    }
    let id = task.id.to_string();
    let mut insight = match get_insight(id.clone()).await {
        Ok(insight) => insight,
        // There is a result: so it is its model that is missing.
        Err(AppError::Conflict(_)) => {
            return Ok(Some(Inspected {
                task,
                insight: None,
                refusal: None,
            }));
        }
        Err(error) => return Err(error),
    };
    let mut refusal = None;
    if bounds != ChangeBoundsInput::default() {
        match get_advice(id, bounds).await {
            Ok(advice) => insight.advice = advice,
            Err(error @ AppError::Invalid(_)) => refusal = Some(error),
            // The model is gone; what was found while it was there is stored.
            Err(AppError::Conflict(_)) => {}
            Err(error) => return Err(error),
        }
    }
    Ok(Some(Inspected {
        task,
        insight: Some(insight),
        refusal,
    }))
}

/// The cards below a result that was looked into.
#[component]
pub fn Insight(
    /// The task with its insight, unread.
    inspected: Payload,
    /// Asks about several changes at once.
    ask: Sending,
) -> impl IntoView {
    inspected
        .get::<Option<Inspected>>()
        .ok()
        .flatten()
        .map(|it| {
            let task = it.task;
            let Some(insight) = it.insight else {
                return view! { <ModelGone model=task.model /> }.into_any();
            };
            let probability = insight.explanation.probability;
            view! {
                <Changes
                    campaign=task.campaign.clone()
                    probability
                    advice=insight.advice
                    refusal=it.refusal
                />
                <div class="columns">
                    <Why campaign=task.campaign.clone() explanation=insight.explanation />
                    <WhatIfCard
                        task=task.id
                        campaign=task.campaign
                        probability
                        curves=insight.curves
                        ask
                    />
                </div>
            }
            .into_any()
        })
}

/// In place of the cards of a result whose model can no longer be run.
#[component]
fn ModelGone(
    /// The model that made the result.
    model: ModelRef,
) -> impl IntoView {
    let l = use_locale();
    let text = tr!(
        l,
        task.model_gone,
        name = model.name,
        version = model.version
    );
    view! {
        <section class="card" aria-labelledby="model-gone-title">
            <h2 id="model-gone-title">{tr!(l, task.model_gone_title)}</h2>
            <p>{text}</p>
            <p>
                <a class="button" href="/predict">
                    {tr!(l, task.again)}
                </a>
            </p>
        </section>
    }
}
