//! Looking into a result: what to change, why it is what it is, and what it would be.

mod changes;
mod knobs;
mod what_if;
mod why;

use leptos::prelude::*;

use crate::api::{WhatIf, get_insight};
use crate::types::{AppError, InsightView, TaskId, TaskStatus, TaskView};
use changes::Changes;
use what_if::WhatIfCard;
use why::Why;

/// A task and what was found when its result was looked into; `None` while it has none.
pub type Inspected = Option<(TaskView, InsightView)>;

/// Looks into the task that `task` holds, once it has succeeded.
///
/// # Errors
/// Those of the task and of [`get_insight`].
pub async fn inspect(task: ArcResource<Result<TaskView, AppError>>) -> Result<Inspected, AppError> {
    // What is wrong with the task is told where the task is shown.
    let Ok(task) = task.await else {
        return Ok(None);
    };
    if task.status != TaskStatus::Succeeded {
        return Ok(None);
    }
    let insight = get_insight(task.id.to_string()).await?;
    Ok(Some((task, insight)))
}

/// The cards below a result.
#[component]
pub fn Insight(
    /// The task with its insight.
    inspected: Inspected,
    /// Asks about several changes at once.
    ask: ServerAction<WhatIf>,
) -> impl IntoView {
    inspected.map(|(task, insight)| {
        let probability = insight.explanation.probability;
        view! {
            <Changes campaign=task.campaign.clone() probability advice=insight.advice />
            <div class="columns">
                <Why campaign=task.campaign.clone() explanation=insight.explanation />
                <WhatIfCard task=TaskId(task.id.0) campaign=task.campaign probability curves=insight.curves ask />
            </div>
        }
    })
}
