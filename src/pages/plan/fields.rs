//! The planner's form in three groups: the goal, the audience, fees and costs.

use leptos::prelude::*;

use super::state::{FORM_ID, PATH, Planner, RESULT_ID};
use crate::client::{Locale, browser, tr, use_locale};
use crate::components::number_format::NumberFormatInput;
use crate::components::select::{Choice, Group, position_of};
use crate::components::{Field, FormErrors, Select, format};
use crate::types::{
    CURRENCIES, FOLLOWER_RATES, PlannerInput, Rate, SOCIAL_RATES, SUBSCRIBER_RATES, Scenarios,
    TypicalPledge, categories_by_parent, find_currency,
};

/// The form.
#[component]
pub fn PlannerForm(
    /// The state of the page.
    planner: Planner,
) -> impl IntoView {
    let locale = use_locale();
    let input = planner.input.get_untracked();
    view! {
        <form
            id=FORM_ID
            class="form form-wide planner-form"
            method="get"
            action=format!("{PATH}#{RESULT_ID}")
            novalidate
            on:input=move |_| planner.typed()
            on:change=move |event| {
                if let Some((name, _)) = browser::changed_control(&event) {
                    planner.changed(&name);
                }
            }
            on:submit=move |event| {
                event.prevent_default();
                planner.sent();
            }
        >
            <FormErrors />
            <NumberFormatInput />
            <Goal planner input=input.clone() />
            <Audience input=input.clone() />
            <Fees input />
            <button type="submit" class="button button-main">
                {tr!(locale, planner.submit)}
            </button>
        </form>
    }
}

#[component]
fn Fieldset(
    /// The title.
    title: &'static str,
    /// The fields.
    children: Children,
) -> impl IntoView {
    view! {
        <fieldset class="card">
            <legend>{title}</legend>
            <div class="fields">{children()}</div>
        </fieldset>
    }
}

/// A field for a number.
fn number(
    input: &PlannerInput,
    name: &'static str,
    optional: bool,
    hint: impl Into<String>,
) -> AnyView {
    let hint: String = hint.into();
    view! {
        <Field
            name
            value=input.get(name)
            inputmode="decimal"
            autocomplete="off"
            optional
            hint
        />
    }
    .into_any()
}

fn currency_choices() -> Vec<Choice> {
    let codes = CURRENCIES.iter().map(|it| Choice::new(it.code, it.code));
    codes.collect()
}

fn category_choices(locale: Locale) -> Vec<Choice> {
    let all = Choice::new("", tr!(locale, context.all_categories));
    let parents = categories_by_parent().into_iter();
    let parents = parents.map(|(parent, _)| Choice::new(parent, parent));
    std::iter::once(all).chain(parents).collect()
}

/// The choices, with one more for a value of the URL that is none of them. Otherwise the browser would choose the first,
/// and the field would lose its error.
fn choices(locale: Locale, known: Vec<Choice>, value: &str) -> Vec<Group> {
    let groups = vec![Group::from(known)];
    if position_of(&groups, value).is_some() {
        return groups;
    }
    let unknown = vec![Choice::new(value, tr!(locale, choice.pick))];
    std::iter::once(unknown.into()).chain(groups).collect()
}

#[component]
fn Goal(
    /// The state of the page.
    planner: Planner,
    /// The initial values.
    input: PlannerInput,
) -> impl IntoView {
    let locale = use_locale();
    let currencies = choices(locale, currency_choices(), input.get("currency"));
    let currency = position_of(&currencies, input.get("currency"));
    let categories = choices(locale, category_choices(locale), input.get("category"));
    let category = position_of(&categories, input.get("category"));
    let typical = Memo::new(move |_| planner.input.with(|input| typical_words(locale, input)));
    view! {
        <Fieldset title=tr!(locale, planner.goal_group)>
            {number(&input, "goal", false, tr!(locale, planner.goal_hint))}
            <Select name="currency" groups=currencies selected=currency />
            <Select name="category" groups=categories selected=category optional=true />
            <div>
                {number(&input, "average_pledge", true, tr!(locale, planner.average_pledge_hint))}
                <p class="field-hint" role="status">
                    {move || typical.get()}
                </p>
            </div>
        </Fieldset>
    }
}

/// The typical average pledge of the chosen category.
fn typical_words(locale: Locale, input: &PlannerInput) -> String {
    let typical = TypicalPledge::of(input.get("category"));
    let category = match typical.parent {
        "" => tr!(locale, context.all_categories),
        parent => parent,
    };
    let dollars = |sum| format::money(locale, "USD", sum);
    let currency = find_currency(input.get("currency")).map_or("USD", |it| it.code);
    if currency == "USD" {
        tr!(
            locale,
            planner.typical,
            category = category,
            median = dollars(typical.median),
            low = dollars(typical.low),
            high = dollars(typical.high)
        )
    } else {
        tr!(
            locale,
            planner.typical_in_dollars,
            category = category,
            median = dollars(typical.median),
            currency = currency
        )
    }
}

#[component]
fn Audience(
    /// The initial values.
    input: PlannerInput,
) -> impl IntoView {
    let locale = use_locale();
    let ends = |range: Scenarios<Rate>| [range[0], range[2]].map(|it| format::rate(locale, it));
    let [low, high] = ends(SUBSCRIBER_RATES);
    let subscriber_hint = tr!(locale, planner.subscriber_rate_hint, low = low, high = high);
    let [low, high] = ends(FOLLOWER_RATES);
    let follower_hint = tr!(locale, planner.follower_rate_hint, low = low, high = high);
    let [low, high] = ends(SOCIAL_RATES);
    let social_hint = tr!(locale, planner.social_rate_hint, low = low, high = high);
    view! {
        <Fieldset title=tr!(locale, planner.audience_group)>
            {number(&input, "subscribers", true, tr!(locale, planner.subscribers_hint))}
            {number(&input, "subscriber_rate", false, subscriber_hint)}
            {number(&input, "followers", true, tr!(locale, planner.followers_hint))}
            {number(&input, "follower_rate", false, follower_hint)}
            {number(&input, "social_followers", true, tr!(locale, planner.social_followers_hint))}
            {number(&input, "social_rate", false, social_hint)}
            {number(&input, "early_share", false, tr!(locale, planner.early_share_hint))}
        </Fieldset>
    }
}

#[component]
fn Fees(
    /// The initial values.
    input: PlannerInput,
) -> impl IntoView {
    let locale = use_locale();
    view! {
        <Fieldset title=tr!(locale, planner.fees_group)>
            {number(&input, "platform_fee", false, tr!(locale, planner.platform_fee_hint))}
            {number(&input, "payment_fee", false, tr!(locale, planner.payment_fee_hint))}
            {number(&input, "payment_fixed", false, tr!(locale, planner.payment_fixed_hint))}
            {number(&input, "uncollected", false, tr!(locale, planner.uncollected_hint))}
            {number(&input, "backer_cost", true, tr!(locale, planner.backer_cost_hint))}
        </Fieldset>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(fields: &[(&str, &str)]) -> String {
        let given = |name: &str| {
            let mut fields = fields.iter();
            fields.find_map(|(it, text)| (*it == name).then(|| (*text).to_owned()))
        };
        typical_words(Locale::en, &PlannerInput::read(given, "."))
    }

    #[test]
    fn the_typical_pledge_is_told_in_dollars_and_never_converted() {
        let games = words(&[("category", "Games")]);
        assert!(games.starts_with("Games"), "{games}");
        assert!(games.contains("$61") && games.contains("$41"), "{games}");
        let euros = words(&[("category", "Theater"), ("currency", "EUR")]);
        assert!(euros.starts_with("All categories"), "{euros}");
        assert!(euros.contains("$66") && euros.contains("EUR"), "{euros}");
    }
}
