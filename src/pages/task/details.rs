//! The cards below a result: the outcome, how similar campaigns did, amounts, insights, and the inputs. Only the server
//! renders them, and the client bundle has no code for them except for the sliders.

use leptos::prelude::*;

use super::context_cards::ContextCards;
use super::inputs::CampaignInputs;
use super::insight::{Insight, Inspected, inspect};
use super::outcome::{Outcome, is_launched, outcomes_of};
use super::plan_link::PlanLink;
use crate::api::launch_calendar;
use crate::client::data::{Payload, SharedData, value_of};
use crate::components::calendar::Calendar;
use crate::components::guard::LoadError;
use crate::types::{AppError, CalendarView, Campaign, ChangeBoundsInput, OutcomesView, TaskView};

/// Id of the part.
pub const BELOW: &str = "below";

/// A task and the insights into its result.
#[derive(Clone, Debug)]
struct Found {
    task: TaskView,
    /// `None` if there is no result.
    inspected: Result<Option<Inspected>, AppError>,
    /// Launch days of the category; `None` without a result, or if no model is live.
    calendar: Option<CalendarView>,
    /// `None` if there is no result.
    outcomes: Result<Option<OutcomesView>, AppError>,
}

/// What [`draw`] needs of the task that `task` holds.
pub async fn look(task: SharedData, bounds: ChangeBoundsInput) -> impl Send + Sync + 'static {
    // The errors of the task are shown where the task is.
    let task: TaskView = value_of(task.response().await).ok()?;
    let inspected = inspect(&task, bounds).await;
    let calendar = match &inspected {
        Ok(Some(_)) => {
            let Campaign {
                parent_name,
                analytics_name,
                ..
            } = task.campaign.clone();
            launch_calendar(parent_name, analytics_name).await.ok()
        }
        _ => None,
    };
    let outcomes = outcomes_of(&task).await;
    Some(Found {
        task,
        inspected,
        calendar,
        outcomes,
    })
}

/// The cards.
pub fn draw(found: &Payload) -> AnyView {
    let Some(Found {
        task,
        inspected,
        calendar,
        outcomes,
    }) = found.held::<Option<Found>>().flatten()
    else {
        return ().into_any();
    };
    let plan = task.result.is_some().then(|| {
        let campaign = task.campaign.clone();
        view! { <PlanLink campaign /> }
    });
    let is_first = is_launched(&task.campaign);
    let outcome = match outcomes {
        Ok(Some(outcomes)) => {
            let campaign = task.campaign.clone();
            view! { <Outcome campaign outcomes /> }.into_any()
        }
        Ok(None) => ().into_any(),
        Err(error) => view! { <LoadError error /> }.into_any(),
    };
    // Before the launch there is nothing to do about it, so it comes last.
    let (first, last) = if is_first {
        (Some(outcome), None)
    } else {
        (None, Some(outcome))
    };
    let campaign = task.campaign.clone();
    let explanation = match &inspected {
        Ok(Some(inspected)) => inspected.explanation().cloned(),
        _ => None,
    };
    let context = task.result.and_then(|result| {
        let (campaign, probability) = (campaign.clone(), result.probability);
        let context = result.context?;
        Some(view! { <ContextCards campaign probability context explanation /> })
    });
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
        {plan}
        {insight}
        {calendar.map(|calendar| view! { <Calendar calendar /> })}
        <CampaignInputs campaign />
        {last}
    }
    .into_any()
}
