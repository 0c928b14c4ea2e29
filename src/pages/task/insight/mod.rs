//! Looking into a result: what to change, why it is what it is, and what it would be.

pub(in crate::pages) mod changes;
mod knobs;
mod what_if;
pub(in crate::pages) mod why;

use leptos::prelude::*;
use serde::{Deserialize, Serialize};

use crate::api::{get_advice, get_insight};
use crate::components::data::{Counted, value_of};
use crate::components::form::Sending;
use crate::types::{AppError, ChangeBoundsInput, InsightView, TaskStatus, TaskView};
use changes::Changes;
use what_if::WhatIfCard;
use why::Why;

/// A task and what was found when its result was looked into.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Inspected {
    task: TaskView,
    insight: InsightView,
    /// Why there is no advice within the asker's own bounds.
    refusal: Option<AppError>,
}

/// Looks into the task that `task` holds, once it has succeeded; `None` before.
///
/// # Errors
/// Those of [`get_insight`], and of [`get_advice`] but for bounds that break a rule.
pub async fn inspect(
    task: Counted,
    bounds: ChangeBoundsInput,
) -> Result<Option<Inspected>, AppError> {
    // What is wrong with the task is told where the task is shown.
    let Ok(task) = value_of::<TaskView>(task.reply().await) else {
        return Ok(None);
    };
    if task.status != TaskStatus::Succeeded {
        return Ok(None);
    }
    let id = task.id.to_string();
    let mut insight = get_insight(id.clone()).await?;
    let mut refusal = None;
    if bounds != ChangeBoundsInput::default() {
        match get_advice(id, bounds).await {
            Ok(advice) => insight.advice = advice,
            Err(error @ AppError::Invalid(_)) => refusal = Some(error),
            Err(error) => return Err(error),
        }
    }
    Ok(Some(Inspected {
        task,
        insight,
        refusal,
    }))
}

/// The cards below a result.
#[component]
pub fn Insight(
    /// The task with its insight; `None` while it has none.
    inspected: Option<Inspected>,
    /// Asks about several changes at once.
    ask: Sending,
) -> impl IntoView {
    inspected.map(|it| {
        let (task, insight) = (it.task, it.insight);
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
    })
}
