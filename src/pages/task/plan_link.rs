//! The way from a result to the launch planner, with the number of backers that the goal takes. It is arithmetic and
//! has no part in the score.

use leptos::prelude::*;

use crate::client::{tr, use_locale};
use crate::components::{Icon, format, labels};
use crate::pages::plan::links::plan_url;
use crate::types::{Campaign, Cents, TypicalPledge, backers_needed};

/// The card.
#[component]
pub fn PlanLink(
    /// The campaign.
    campaign: Campaign,
) -> impl IntoView {
    let locale = use_locale();
    let typical = TypicalPledge::of(&campaign.parent_name);
    let backers = backers_needed(Cents::of_units(campaign.usd_goal), typical.median);
    let category = match typical.parent {
        "" => tr!(locale, context.all_categories).to_owned(),
        parent => labels::category(locale, parent),
    };
    let text = tr!(
        locale,
        planner.task_text,
        goal = format::usd(locale, campaign.usd_goal),
        backers = format::backers(locale, backers),
        pledge = format::money(locale, "USD", typical.median),
        category = category
    );
    view! {
        <section class="card plan-link" aria-labelledby="plan-link-title">
            <h2 id="plan-link-title">{tr!(locale, planner.task_title)}</h2>
            <p>{text}</p>
            <p class="buttons">
                <a class="button" href=plan_url(&campaign)>
                    {tr!(locale, planner.task_link)}
                    <Icon name="arrow" />
                </a>
            </p>
        </section>
    }
}
