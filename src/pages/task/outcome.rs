//! How the campaign of a result ended: the current outcome, the form to report or correct it, and earlier reports. Only
//! the server renders this card; its form works without the client bundle.

use leptos::prelude::*;
use leptos::server_fn::ServerFn as _;

use crate::api::{ReportOutcome, get_outcomes};
use crate::client::form_action::FormAction;
use crate::client::{Locale, browser, tr, use_locale};
use crate::components::field::Submit;
use crate::components::field_faults::FieldFaults;
use crate::components::form::PostForm;
use crate::components::number_format::NumberFormatInput;
use crate::components::select::{Choice, position_of};
use crate::components::{Field, FormErrors, Select, Time, format, labels};
use crate::types::{AppError, Campaign, OutcomeView, OutcomesView, TaskStatus, TaskView};

/// The reports about a task; `None` if it has not succeeded.
///
/// # Errors
/// Those of [`get_outcomes`].
pub async fn outcomes_of(task: &TaskView) -> Result<Option<OutcomesView>, AppError> {
    if task.status != TaskStatus::Succeeded {
        return Ok(None);
    }
    get_outcomes(task.id.to_string()).await.map(Some)
}

/// Whether there may be something to report: the campaign has been launched.
pub fn is_launched(campaign: &Campaign) -> bool {
    campaign.launched_at <= browser::today()
}

/// The card.
#[component]
pub fn Outcome(
    /// The campaign.
    campaign: Campaign,
    /// The reports.
    outcomes: OutcomesView,
) -> impl IntoView {
    let locale = use_locale();
    let is_launched = is_launched(&campaign);
    let sending = FormAction::new(ReportOutcome::PATH);
    FieldFaults::provide_of(move || sending.error());
    let task = outcomes.task_id.to_string();
    let mut reports = outcomes.outcomes.into_iter();
    let current = reports.next();
    let form = is_launched.then(|| {
        view! { <OutcomeForm task sending current goal_usd=campaign.usd_goal /> }
    });
    let body = match current {
        Some(outcome) => {
            let earlier: Vec<_> = reports.map(|it| report(locale, it)).collect();
            let earlier = (!earlier.is_empty()).then(|| {
                view! {
                    <details>
                        <summary>{tr!(locale, outcome.history)}</summary>
                        <ol class="outcome-history">{earlier}</ol>
                    </details>
                }
            });
            view! {
                <p class="figure-text">{labels::outcome(locale, outcome.reached)}</p>
                {raised(locale, outcome)}
                <p class="quiet">
                    {tr!(locale, outcome.reported)} " " <Time at=outcome.reported_at />
                </p>
                <details open=sending.is_answered_by_page()>
                    <summary>{tr!(locale, outcome.correct)}</summary>
                    {form}
                </details>
                {earlier}
            }
            .into_any()
        }
        None if is_launched => view! {
            <p>{tr!(locale, outcome.text)}</p>
            {form}
        }
        .into_any(),
        None => {
            let day = labels::day(locale, campaign.launched_at);
            view! { <p>{tr!(locale, outcome.early, day = day)}</p> }.into_any()
        }
    };
    view! {
        <section class="card outcome" id="outcome" aria-labelledby="outcome-title">
            <h2 id="outcome-title">{tr!(locale, outcome.title)}</h2>
            {body}
        </section>
    }
}

fn raised(locale: Locale, outcome: OutcomeView) -> Option<AnyView> {
    let raised = format::usd(locale, outcome.raised_usd?);
    Some(view! { <p>{tr!(locale, outcome.raised, raised = raised)}</p> }.into_any())
}

/// An earlier report, which was corrected.
fn report(locale: Locale, outcome: OutcomeView) -> AnyView {
    view! {
        <li>
            {labels::outcome(locale, outcome.reached)}
            {raised(locale, outcome)}
            <p class="quiet">
                <Time at=outcome.reported_at />
            </p>
        </li>
    }
    .into_any()
}

#[component]
fn OutcomeForm(
    /// The task's id.
    task: String,
    /// The action of the form.
    sending: FormAction,
    /// The current outcome.
    current: Option<OutcomeView>,
    /// The goal of the campaign, in US dollars.
    goal_usd: f64,
) -> impl IntoView {
    let locale = use_locale();
    let (reached, raised) = if sending.is_answered_by_page() {
        (sending.entered("reached"), sending.entered("raised_usd"))
    } else {
        let reached = current.map(|it| it.reached.to_string());
        let raised = current.and_then(|it| it.raised_usd);
        let raised = raised.map(|it| it.to_string());
        (reached.unwrap_or_default(), raised.unwrap_or_default())
    };
    let choices = vec![
        Choice::new("", tr!(locale, choice.pick)),
        Choice::new("true", labels::outcome(locale, true)),
        Choice::new("false", labels::outcome(locale, false)),
    ];
    let groups = vec![choices.into()];
    let selected = position_of(&groups, &reached);
    let words = if current.is_some() {
        tr!(locale, outcome.save)
    } else {
        tr!(locale, outcome.submit)
    };
    view! {
        <PostForm url=ReportOutcome::PATH send=sending.sender(|| true)>
            <FormErrors conflict=tr!(locale, outcome.conflict) />
            <input type="hidden" name="id" value=task />
            <NumberFormatInput />
            <Select name="reached" groups selected />
            <Field
                name="raised_usd"
                inputmode="decimal"
                autocomplete="off"
                optional=true
                value=raised
                hint=tr!(locale, outcome.hint, goal = format::usd(locale, goal_usd))
            />
            <Submit pending=sending.pending() class="button">
                {words}
            </Submit>
        </PostForm>
    }
}
