//! The answers of the planner: one sentence, the backers that the goal takes, how far the audience gets, and what the
//! goal leaves.

use leptos::prelude::*;

use super::audience_table::audience_table;
use super::links::predict_url;
use super::state::{Answer, Planner, RESULT_ID};
use super::words::Words;
use crate::client::{Locale, tr, use_locale};
use crate::components::{Icon, format};
use crate::types::{Assumptions, Budget, Cents, EARLY_BENCHMARK, EXPECTED, LaunchPlan};

/// The card with the plan.
#[component]
pub fn PlanCard(
    /// The state of the page.
    planner: Planner,
) -> impl IntoView {
    let locale = use_locale();
    let answer = planner.answer;
    let conclusion = move || {
        answer.with(|answer| match answer {
            Answer::Empty => tr!(locale, planner.empty).to_owned(),
            Answer::Invalid => tr!(locale, planner.invalid).to_owned(),
            Answer::Plan(it) => Words::of(locale, &it.0).conclusion(&it.1),
        })
    };
    let details = move || {
        answer.with(|answer| match answer {
            Answer::Plan(it) => {
                let (assumptions, plan) = &**it;
                Some(plan_details(locale, assumptions, plan))
            }
            Answer::Empty | Answer::Invalid => None,
        })
    };
    view! {
        <section class="card plan" id=RESULT_ID tabindex="-1" aria-labelledby="plan-title">
            <h2 id="plan-title">{tr!(locale, planner.result)}</h2>
            // Always there, so that screen readers hear when its text changes.
            <p class="plan-conclusion" role="status">
                {conclusion}
            </p>
            {details}
            <p class="quiet">{tr!(locale, planner.no_score)}</p>
        </section>
    }
}

fn plan_details(locale: Locale, assumptions: &Assumptions, plan: &LaunchPlan) -> AnyView {
    let words = Words::of(locale, assumptions);
    let goal = words.money(assumptions.goal);
    let pledge = words.money(assumptions.average_pledge);
    let needed = if assumptions.is_typical_pledge {
        tr!(locale, planner.needed_typical, goal = goal, pledge = pledge)
    } else {
        tr!(locale, planner.needed, goal = goal, pledge = pledge)
    };
    let is_dollars = assumptions.currency == "USD";
    view! {
        <p class="figure">
            <span class="figure-number">{words.people(plan.backers_needed)}</span>
            <span class="figure-label">{needed}</span>
        </p>
        {audience_table(words, assumptions, plan)}
        <p>{early(words, plan)}</p>
        <p class="quiet">{tr!(locale, planner.rounding)} " " {tr!(locale, planner.discovery)}</p>
        {budget(words, assumptions.goal, &plan.budget)}
        <p class="buttons">
            <a class="button" href=predict_url(assumptions)>
                {tr!(locale, planner.predict)}
                <Icon name="arrow" />
            </a>
        </p>
        {(!is_dollars)
            .then(|| view! { <p class="quiet plan-link-note">{tr!(locale, planner.predict_in_dollars)}</p> })}
    }
    .into_any()
}

/// How the first 48 hours compare with the benchmark.
fn early(words: Words, plan: &LaunchPlan) -> String {
    let locale = words.locale;
    let (money, target) = (plan.outcomes[EXPECTED].early_money, plan.early_target);
    let percent = format::rate(locale, EARLY_BENCHMARK);
    let (money_words, target_words) = (words.money(money), words.money(target));
    if money < target {
        tr!(
            locale,
            planner.early_short,
            percent = percent,
            target = target_words,
            money = money_words,
            missing = words.money(Cents(target.0 - money.0))
        )
    } else {
        tr!(
            locale,
            planner.early_enough,
            percent = percent,
            target = target_words,
            money = money_words
        )
    }
}

/// What a goal that is exactly reached leaves.
fn budget(words: Words, goal: Cents, budget: &Budget) -> AnyView {
    let locale = words.locale;
    let minus = |sum: Cents| words.money(Cents(-sum.0));
    let lines = [
        (tr!(locale, field.goal), words.money(goal)),
        (tr!(locale, planner.uncollected), minus(budget.uncollected)),
        (
            tr!(locale, planner.platform_fee),
            minus(budget.platform_fee),
        ),
        (tr!(locale, planner.payment_fee), minus(budget.payment_fee)),
        (tr!(locale, planner.costs), minus(budget.costs)),
    ];
    let lines = lines.map(|(term, sum)| view! { <dt>{term}</dt><dd>{sum}</dd> }.into_any());
    let loss = (budget.left < Cents(0)).then(|| {
        let text = tr!(locale, planner.loss, money = minus(budget.left));
        view! { <p class="notice">{text}</p> }
    });
    view! {
        <h3>{tr!(locale, planner.budget)}</h3>
        <p class="quiet">{tr!(locale, planner.budget_lead)}</p>
        <dl class="facts plan-budget">
            {Vec::from(lines)}
            <dt class="plan-left">{tr!(locale, planner.left)}</dt>
            <dd class="plan-left">{words.money(budget.left)}</dd>
        </dl>
        {loss}
        <p class="quiet">{tr!(locale, planner.not_included)}</p>
    }
    .into_any()
}
