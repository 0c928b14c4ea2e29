//! The cards below a result: the outcome, how similar campaigns did, insights, and the inputs. Only the server renders them, and the
//! client bundle has no code for them except for the sliders.

use leptos::prelude::*;

use super::context::Context;
use super::inputs::CampaignInputs;
use super::insight::{Insight, Inspected, inspect};
use super::outcome::{Outcome, is_launched, outcomes_of};
use crate::client::data::{Payload, SharedData, value_of};
use crate::components::guard::LoadError;
use crate::types::{AppError, ChangeBoundsInput, OutcomesView, TaskView};

/// Id of the part.
pub const BELOW: &str = "below";

/// A task and the insights into its result.
#[derive(Clone, Debug)]
struct Found {
    task: TaskView,
    /// `None` if there is no result.
    inspected: Result<Option<Inspected>, AppError>,
    /// `None` if there is no result.
    outcomes: Result<Option<OutcomesView>, AppError>,
}

/// What [`draw`] needs of the task that `task` holds.
pub async fn look(task: SharedData, bounds: ChangeBoundsInput) -> impl Send + Sync + 'static {
    // The errors of the task are shown where the task is.
    let task: TaskView = value_of(task.response().await).ok()?;
    let inspected = inspect(&task, bounds).await;
    let outcomes = outcomes_of(&task).await;
    Some(Found {
        task,
        inspected,
        outcomes,
    })
}

/// The cards.
pub fn draw(found: &Payload) -> AnyView {
    let Some(Found {
        task,
        inspected,
        outcomes,
    }) = found.held::<Option<Found>>().flatten()
    else {
        return ().into_any();
    };
    let campaign = task.campaign.clone();
    let is_first = is_launched(&campaign);
    let outcome = match outcomes {
        Ok(Some(outcomes)) => view! { <Outcome campaign outcomes /> }.into_any(),
        Ok(None) => ().into_any(),
        Err(error) => view! { <LoadError error /> }.into_any(),
    };
    // Before the launch there is nothing to do about it, so it comes last.
    let (first, last) = if is_first {
        (Some(outcome), None)
    } else {
        (None, Some(outcome))
    };
    let context = task.result.and_then(|result| result.context);
    let context = context.map(|context| view! { <Context context /> });
    let campaign = task.campaign.clone();
    let insight = match inspected {
        Ok(Some(inspected)) => {
            view! { <Insight task=task.id model=task.model campaign=task.campaign inspected /> }
                .into_any()
        }
        Ok(None) => ().into_any(),
        Err(error) => view! { <LoadError error /> }.into_any(),
    };
    view! {
        {first}
        {context}
        {insight}
        <CampaignInputs campaign />
        {last}
    }
    .into_any()
}
