//! Labelled lists of choices, with hint and error.

use leptos::prelude::*;

use super::field::FieldWrapper;
use super::labels;
use crate::client::{browser, tr, use_locale};
use crate::components::field_faults::control_id;

/// One choice.
#[derive(Clone, Debug)]
pub struct Choice {
    /// The value that is sent.
    pub value: String,
    /// The text that users see.
    pub label: String,
}

impl Choice {
    /// A choice with this value and label.
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

/// A `<select>`, labelled by its wire name.
#[component]
pub fn Select(
    /// Wire name.
    name: &'static str,
    /// The choices.
    groups: Vec<Group>,
    /// The index of the initial choice, counted across all groups.
    selected: Option<usize>,
    /// A hint below it.
    #[prop(optional, into)]
    hint: Option<String>,
    /// Whether it may stay empty.
    #[prop(optional)]
    optional: bool,
    /// The label of a search over the choices, for long lists.
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

/// The choices as HTML. They never change and some lists are long, so the client bundle has no code for views of
/// options.
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

/// A search that hides the choices without the words in it and selects the best match. Without JavaScript, the whole
/// list is offered.
#[component]
fn Search(
    /// Wire name of the field.
    name: &'static str,
    /// Its label.
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
                // It is not a field of the form, so Enter must not submit the form.
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

/// The index of a value among the choices, counted across all groups.
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
    fn choices_are_escaped() {
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
    fn a_value_is_found_in_any_group_ignoring_case() {
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
