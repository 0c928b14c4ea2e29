//! A labelled choice from a list, with its hint and its error.

use leptos::prelude::*;

use super::field::FieldWrapper;
use super::labels;
use crate::client::{browser, tr, use_locale};
use crate::components::field_faults::control_id;

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

/// Choices under a heading, or at the top level without one.
#[derive(Clone, Debug)]
pub struct Group {
    /// The heading.
    pub label: Option<String>,
    /// The choices.
    pub choices: Vec<Choice>,
}

impl From<Vec<Choice>> for Group {
    fn from(choices: Vec<Choice>) -> Self {
        Self {
            label: None,
            choices,
        }
    }
}

/// Yes and no, after "unknown" if the field may stay open.
pub fn yes_no(may_be_unknown: bool) -> Vec<Group> {
    let locale = use_locale();
    let answers = [("", None), ("false", Some(false)), ("true", Some(true))];
    let offered = answers.into_iter().skip(usize::from(!may_be_unknown));
    let choices = offered.map(|(value, it)| Choice::new(value, labels::yes_or_no(locale, it)));
    vec![choices.collect::<Vec<_>>().into()]
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
    let frame = FieldWrapper::new(name, hint.is_some());
    let search = search.map(|label| view! { <Search name label /> });
    let options = options(&groups, selected);
    let control = view! {
        {search}
        <select
            class="control"
            id=control_id(name)
            name=name
            aria-invalid=move || frame.invalid()
            aria-describedby=move || frame.described_by()
            inner_html=options
        ></select>
    };
    frame.around(optional, hint, control.into_any())
}

/// The choices as HTML. Nothing in them ever changes, and some lists are long: the client bundle takes them over as
/// they stand, and has no views of options.
pub fn options(groups: &[Group], selected: Option<usize>) -> String {
    let mut html = String::new();
    let mut index = 0;
    for group in groups {
        if let Some(label) = &group.label {
            html.push_str("<optgroup label=\"");
            push_escaped(&mut html, label);
            html.push_str("\">");
        }
        for choice in &group.choices {
            html.push_str("<option value=\"");
            push_escaped(&mut html, &choice.value);
            html.push_str(if selected == Some(index) {
                "\" selected>"
            } else {
                "\">"
            });
            push_escaped(&mut html, &choice.label);
            html.push_str("</option>");
            index += 1;
        }
        if group.label.is_some() {
            html.push_str("</optgroup>");
        }
    }
    html
}

fn push_escaped(html: &mut String, text: &str) {
    for letter in text.chars() {
        match letter {
            '&' => html.push_str("&amp;"),
            '<' => html.push_str("&lt;"),
            '"' => html.push_str("&quot;"),
            letter => html.push(letter),
        }
    }
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
    let locale = use_locale();
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
            {move || found.get().map(|count| tr!(locale, choice.found, count = count))}
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
    fn choices_are_html_whatever_is_in_them() {
        let groups = [
            vec![Choice::new("", "none")].into(),
            Group {
                label: Some("Food & \"drink\"".to_owned()),
                choices: vec![Choice::new("a\"b", "<b>")],
            },
        ];
        let expected = "<option value=\"\">none</option>\
             <optgroup label=\"Food &amp; &quot;drink&quot;\">\
             <option value=\"a&quot;b\" selected>&lt;b></option></optgroup>";
        assert_eq!(options(&groups, Some(1)), expected);
    }

    #[test]
    fn a_value_is_found_through_all_groups_whatever_its_case() {
        let group = |values: &[&str]| {
            let choices = values.iter().map(|it| Choice::new(*it, *it));
            Group::from(choices.collect::<Vec<_>>())
        };
        let groups = [group(&["", "a"]), group(&["b", "c"])];
        assert_eq!(position_of(&groups, "B"), Some(2));
        assert_eq!(position_of(&groups, ""), Some(0));
        assert_eq!(position_of(&groups, "d"), None);
    }
}
