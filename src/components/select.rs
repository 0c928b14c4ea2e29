//! A labelled choice from a list, with its hint and its error.

use leptos::prelude::*;

use super::field::{Frame, control_id};
use super::{browser, tr, use_locale};

/// One choice.
#[derive(Clone, Debug)]
pub struct Choice {
    /// What is sent.
    pub value: String,
    /// What is read.
    pub label: String,
}

impl Choice {
    /// A choice of that value and label.
    pub fn new(value: impl Into<String>, label: impl Into<String>) -> Self {
        Self {
            value: value.into(),
            label: label.into(),
        }
    }
}

/// Choices under a heading; without a heading they stand at the top level.
#[derive(Clone, Debug)]
pub struct Group {
    /// The heading.
    pub label: Option<String>,
    /// The choices.
    pub choices: Vec<Choice>,
}

/// Yes and no, and first of all not known where the field may stay open.
pub fn yes_no(may_be_unknown: bool) -> Vec<Group> {
    let l = use_locale();
    let mut choices = Vec::with_capacity(3);
    if may_be_unknown {
        choices.push(Choice::new("", tr!(l, choice.unknown)));
    }
    choices.push(Choice::new("false", tr!(l, choice.no)));
    choices.push(Choice::new("true", tr!(l, choice.yes)));
    vec![Group {
        label: None,
        choices,
    }]
}

/// A `<select>`. Its label follows its wire name.
#[component]
pub fn Select(
    /// Wire name.
    name: &'static str,
    /// The choices.
    groups: Vec<Group>,
    /// Which choice is taken at first, counted through all groups.
    selected: Option<usize>,
    /// A line below it.
    #[prop(optional, into)]
    hint: Option<String>,
    /// Whether it may stay empty.
    #[prop(optional)]
    optional: bool,
    /// What a search over the choices is called, where the list is long enough to need one.
    #[prop(optional)]
    search: Option<&'static str>,
) -> impl IntoView {
    let frame = Frame::new(name, hint.is_some());
    let search = search.map(|label| view! { <Search name label /> });
    let mut index = 0;
    let mut option = |choice: Choice| {
        let chosen = selected == Some(index);
        index += 1;
        view! {
            <option value=choice.value selected=chosen>
                {choice.label}
            </option>
        }
    };
    let groups: Vec<AnyView> = groups
        .into_iter()
        .map(|group| {
            let options: Vec<_> = group.choices.into_iter().map(&mut option).collect();
            match group.label {
                Some(label) => view! { <optgroup label=label>{options}</optgroup> }.into_any(),
                None => options.into_any(),
            }
        })
        .collect();
    let control = view! {
        {search}
        <select
            class="control"
            id=control_id(name)
            name=name
            aria-invalid=move || frame.invalid()
            aria-describedby=move || frame.described_by()
        >
            {groups}
        </select>
    };
    frame.around(optional, hint, control.into_any())
}

/// Narrows the choices of a `<select>` to those with the words in them, and takes the first of these. Without
/// JavaScript the list is there as a whole.
#[component]
fn Search(
    /// Wire name of the field.
    name: &'static str,
    /// What it is called.
    label: &'static str,
) -> impl IntoView {
    let l = use_locale();
    let found = RwSignal::new(None);
    view! {
        <input
            type="search"
            class="control with-script"
            autocomplete="off"
            aria-label=label
            placeholder=label
            aria-controls=control_id(name)
            on:input=move |event| {
                let words = event_target_value(&event);
                let count = browser::narrow_select(&control_id(name), &words);
                found.set((!words.is_empty()).then_some(count));
            }
            on:keydown=move |event| {
                // It is no field of the form, so Enter does not send it.
                if event.key() == "Enter" {
                    event.prevent_default();
                    browser::focus(&control_id(name));
                }
            }
        />
        <p class="field-hint" role="status">
            {move || found.get().map(|count| tr!(l, choice.found, count = count))}
        </p>
    }
}

/// Where a value stands among the choices, counted through all groups.
pub fn position_of(groups: &[Group], value: &str) -> Option<usize> {
    groups
        .iter()
        .flat_map(|group| &group.choices)
        .position(|choice| choice.value.eq_ignore_ascii_case(value))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_is_found_through_all_groups_whatever_its_case() {
        let group = |values: &[&str]| Group {
            label: None,
            choices: values.iter().map(|it| Choice::new(*it, *it)).collect(),
        };
        let groups = [group(&["", "a"]), group(&["b", "c"])];
        assert_eq!(position_of(&groups, "B"), Some(2));
        assert_eq!(position_of(&groups, ""), Some(0));
        assert_eq!(position_of(&groups, "d"), None);
    }
}
