//! The fields that are derived from others unless the user fills them in.

use leptos::prelude::*;

use super::ids::ADVANCED_ID;
use super::price::{ModelChoice, Models};
use crate::client::{Locale, tr, use_locale};
use crate::components::field_faults::FieldFaults;
use crate::components::select::{Choice, Group, position_of, yes_no};
use crate::components::{Field, Select};
use crate::types::{CampaignInput, categories_by_parent};

/// Wire names of the fields in this group.
const FIELDS: [&str; 14] = [
    "parent_name",
    "position",
    "created_at",
    "static_usd_rate",
    "fx_rate",
    "type",
    "prelaunch_activated",
    "staff_pick",
    "ppohasaction",
    "model_id",
    "earlier_projects",
    "earlier_successes",
    "reward_tiers",
    "median_reward_usd",
];

fn parent_groups(locale: Locale) -> Vec<Group> {
    let unknown = Choice::new("", tr!(locale, choice.unknown));
    let parents = categories_by_parent().into_iter();
    let parents = parents.map(|(parent, _)| Choice::new(parent, parent));
    let choices: Vec<_> = std::iter::once(unknown).chain(parents).collect();
    vec![choices.into()]
}

/// The group, which is closed unless one of its fields has an error.
#[component]
pub fn Advanced(
    /// The initial values.
    input: CampaignInput,
    /// The models on offer.
    models: Models,
    /// The model that is chosen; empty for the default.
    model_id: RwSignal<String>,
) -> impl IntoView {
    let locale = use_locale();
    let faults = use_context::<FieldFaults>();
    let has_fault = Memo::new(move |_| {
        faults.is_some_and(|faults| {
            faults
                .fields
                .with(|fields| FIELDS.iter().any(|name| fields.contains_key(*name)))
        })
    });
    let parents = parent_groups(locale);
    let parent = position_of(&parents, &input.parent_name);
    let flags = yes_no(true);
    let prelaunch = position_of(&flags, &input.prelaunch_activated);
    let ppo = position_of(&flags, &input.ppohasaction);
    let pick = position_of(&flags, &input.staff_pick);
    view! {
        <details class="card" id=ADVANCED_ID open=move || has_fault.get()>
            <summary>{tr!(locale, predict.advanced)}</summary>
            <p class="quiet">{tr!(locale, predict.advanced_lead)}</p>
            <div class="fields">
                <ModelChoice models model_id />
                <CreatorFields input=input.clone() />
                <Select
                    name="parent_name"
                    groups=parents
                    selected=parent
                    optional=true
                    hint=tr!(locale, hint.parent_name)
                />
                <Field
                    name="position"
                    value=input.position
                    optional=true
                    inputmode="numeric"
                    hint=tr!(locale, hint.from_category)
                />
                <Field
                    name="created_at"
                    kind="date"
                    value=input.created_at
                    optional=true
                    hint=tr!(locale, hint.created_at)
                />
                <Field
                    name="static_usd_rate"
                    value=input.static_usd_rate
                    optional=true
                    inputmode="decimal"
                    hint=tr!(locale, hint.from_currency)
                />
                <Field
                    name="fx_rate"
                    value=input.fx_rate
                    optional=true
                    inputmode="decimal"
                    hint=tr!(locale, hint.from_currency)
                />
                <Field
                    name="type"
                    value=input.location_type
                    optional=true
                    hint=tr!(locale, hint.location_type)
                />
                <Select
                    name="prelaunch_activated"
                    groups=flags.clone()
                    selected=prelaunch
                    optional=true
                />
                <Select
                    name="staff_pick"
                    groups=flags.clone()
                    selected=pick
                    optional=true
                    hint=tr!(locale, hint.staff_pick)
                />
                <Select name="ppohasaction" groups=flags selected=ppo optional=true />
            </div>
        </details>
    }
}

/// What only the creator knows: earlier campaigns and rewards.
#[component]
fn CreatorFields(
    /// The initial values.
    input: CampaignInput,
) -> impl IntoView {
    let locale = use_locale();
    view! {
        <Field
            name="earlier_projects"
            value=input.earlier_projects
            optional=true
            inputmode="numeric"
            autocomplete="off"
        />
        <Field
            name="earlier_successes"
            value=input.earlier_successes
            optional=true
            inputmode="numeric"
            autocomplete="off"
            hint=tr!(locale, hint.earlier_successes)
        />
        <Field
            name="reward_tiers"
            value=input.reward_tiers
            optional=true
            inputmode="numeric"
            autocomplete="off"
        />
        <Field
            name="median_reward_usd"
            value=input.median_reward_usd
            optional=true
            inputmode="decimal"
            autocomplete="off"
            hint=tr!(locale, hint.median_reward_usd)
        />
    }
}
