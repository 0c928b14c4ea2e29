//! The five groups of questions that every user answers.

use leptos::prelude::*;

use super::names::names;
use super::progress::Step;
use crate::client::hydration::is_taking_over;
use crate::client::{Locale, tr, use_locale};
use crate::components::select::{Choice, Group, position_of, yes_no};
use crate::components::{Area, Field, Select, labels};
use crate::types::{
    BLURB_MAX_CHARS, CampaignInput, Category, DURATION_MAX_DAYS, NAME_MAX_CHARS,
    categories_by_parent,
};

/// The code of all countries without a code of their own.
const ELSEWHERE: &str = "Other";

/// A titled group of fields.
#[component]
fn Fieldset(
    /// Which group.
    step: Step,
    /// Its fields.
    children: Children,
) -> impl IntoView {
    let locale = use_locale();
    view! {
        <fieldset class="card" id=step.id()>
            <legend>{step.title(locale)}</legend>
            <div class="fields">{children()}</div>
        </fieldset>
    }
}

/// Every category, in the order in which the list offers them.
pub fn offered_categories() -> Vec<&'static Category> {
    categories_by_parent()
        .into_iter()
        .flat_map(|(_, categories)| categories)
        .collect()
}

/// The index of the category that an input names: of several with that name, the one with its parent, or the first.
fn chosen_category(input: &CampaignInput) -> Option<usize> {
    let offered = offered_categories();
    let is_named = |category: &&Category| {
        category
            .name
            .eq_ignore_ascii_case(input.analytics_name.trim())
    };
    offered
        .iter()
        .position(|it| is_named(it) && it.parent.eq_ignore_ascii_case(input.parent_name.trim()))
        .or_else(|| offered.iter().position(is_named))
}

fn category_groups(locale: Locale) -> Vec<Group> {
    let placeholder = vec![Choice::new("", tr!(locale, choice.pick))].into();
    let parents = categories_by_parent()
        .into_iter()
        .map(|(parent, categories)| Group {
            label: Some(parent.to_owned()),
            choices: categories
                .into_iter()
                .map(|it| Choice::new(it.name, it.name))
                .collect(),
        });
    std::iter::once(placeholder).chain(parents).collect()
}

/// Long lists. During hydration they are in the HTML of the server already.
fn offered(groups: impl FnOnce() -> Vec<Group>) -> Vec<Group> {
    if is_taking_over() {
        Vec::new()
    } else {
        groups()
    }
}

/// Countries or currencies by name, after an entry for none.
fn named_groups(locale: Locale, list: &'static str, with_code: bool) -> Vec<Group> {
    let mut choices: Vec<Choice> = Vec::new();
    for (code, name) in labels::named_codes(list) {
        let label = if with_code {
            format!("{code} – {name}")
        } else {
            name.to_owned()
        };
        let choice = Choice::new(code, label);
        // "Elsewhere", which is the last in the list, stays last.
        let place = if code == ELSEWHERE {
            choices.len()
        } else {
            choices.partition_point(|it| it.label <= choice.label)
        };
        choices.insert(place, choice);
    }
    choices.insert(0, Choice::new("", tr!(locale, choice.pick)));
    vec![choices.into()]
}

/// Idea: title, summary, category.
#[component]
pub fn Idea(
    /// The initial values.
    input: CampaignInput,
) -> impl IntoView {
    let locale = use_locale();
    let category = chosen_category(&input).map(|index| index + 1);
    view! {
        <Fieldset step=Step::Idea>
            <Field
                name="name"
                value=input.name
                hint=tr!(locale, hint.name, max = NAME_MAX_CHARS)
                autocomplete="off"
            />
            <Area name="blurb" value=input.blurb hint=tr!(locale, hint.blurb, max = BLURB_MAX_CHARS) />
            <Select
                name="analytics_name"
                groups=offered(|| category_groups(locale))
                selected=category
                search=tr!(locale, predict.search)
            />
        </Fieldset>
    }
}

/// Money: goal and currency.
#[component]
pub fn Money(
    /// The initial values.
    input: CampaignInput,
    /// How the goal was understood, if it was not typed as a plain number.
    goal: RwSignal<String>,
) -> impl IntoView {
    let locale = use_locale();
    let currencies = offered(|| {
        let [_, currencies] = names(locale);
        named_groups(locale, currencies, true)
    });
    let currency = position_of(&currencies, &input.currency);
    view! {
        <Fieldset step=Step::Money>
            <div>
                <Field
                    name="usd_goal"
                    value=input.usd_goal
                    inputmode="decimal"
                    autocomplete="off"
                    hint=tr!(locale, hint.usd_goal)
                />
                <p class="field-hint understood" role="status">
                    {move || {
                        let goal = goal.get();
                        (!goal.is_empty()).then(|| tr!(locale, predict.goal_understood, goal = goal))
                    }}
                </p>
            </div>
            <Select name="currency" groups=currencies selected=currency />
        </Fieldset>
    }
}

/// Dates: launch and last day.
#[component]
pub fn Dates(
    /// The initial values.
    input: CampaignInput,
) -> impl IntoView {
    let locale = use_locale();
    view! {
        <Fieldset step=Step::Dates>
            <Field name="launched_at" kind="date" value=input.launched_at />
            <Field
                name="deadline"
                kind="date"
                value=input.deadline
                hint=tr!(locale, hint.deadline, max = DURATION_MAX_DAYS)
            />
        </Fieldset>
    }
}

/// Place: country, city, region.
#[component]
pub fn Place(
    /// The initial values.
    input: CampaignInput,
) -> impl IntoView {
    let locale = use_locale();
    let countries = offered(|| {
        let [countries, _] = names(locale);
        named_groups(locale, countries, false)
    });
    let country = position_of(&countries, &input.country);
    view! {
        <Fieldset step=Step::Place>
            <Select name="country" groups=countries selected=country />
            <Field name="name_city" value=input.name_city optional=true autocomplete="off" />
            <Field name="region" value=input.region optional=true autocomplete="off" />
        </Fieldset>
    }
}

/// Creator: earlier campaigns, video.
#[component]
pub fn Creator(
    /// The initial values.
    input: CampaignInput,
) -> impl IntoView {
    let locale = use_locale();
    let (first, video) = (yes_no(true), yes_no(false));
    let is_not_first = position_of(&first, &input.is_not_first_project);
    let has_video = position_of(&video, &input.has_video);
    view! {
        <Fieldset step=Step::Creator>
            <Select
                name="is_not_first_project"
                groups=first
                selected=is_not_first
                optional=true
            />
            <Select
                name="has_video"
                groups=video
                selected=has_video
                hint=tr!(locale, hint.has_video)
            />
        </Fieldset>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_category_with_several_parents_is_found_by_its_parent() {
        let input = |name: &str, parent: &str| CampaignInput {
            analytics_name: name.to_owned(),
            parent_name: parent.to_owned(),
            ..CampaignInput::default()
        };
        let offered = offered_categories();
        let found = chosen_category(&input("comedy", "Music")).map(|index| offered[index]);
        assert_eq!(found.map(|it| it.parent), Some("Music"));
        assert!(chosen_category(&input("Dance", "")).is_some());
        assert_eq!(chosen_category(&input("", "")), None);
    }

    #[test]
    fn countries_are_sorted_by_name_with_elsewhere_last() {
        let groups = named_groups(Locale::en, tr!(Locale::en, list.countries), false);
        let choices = &groups[0].choices;
        assert_eq!(choices[0].value, "");
        assert_eq!(choices[1].value, "AF");
        assert_eq!(choices[choices.len() - 1].value, "Other");
    }
}
