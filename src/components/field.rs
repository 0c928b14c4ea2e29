//! Labelled inputs with hint and error.

use leptos::prelude::*;

use super::error_text::violation_text;
use super::field_faults::{FieldFaults, control_id};
use super::labels;
use crate::client::{tr, use_locale};
use crate::types::CampaignInput;

/// What surrounds a control: label, hint, error, and the ids that connect them.
#[derive(Clone, Copy)]
pub struct FieldWrapper {
    name: &'static str,
    has_hint: bool,
    fault: Memo<Option<String>>,
}

impl FieldWrapper {
    /// The wrapper of the field with that wire name. Its error comes from the form's [`FieldFaults`].
    pub fn new(name: &'static str, has_hint: bool) -> Self {
        let locale = use_locale();
        let faults = use_context::<FieldFaults>();
        let fault = Memo::new(move |_| {
            faults.and_then(|faults| {
                faults
                    .fields
                    .with(|fields| fields.get(name).map(|it| violation_text(locale, it)))
            })
        });
        Self {
            name,
            has_hint,
            fault,
        }
    }

    /// The value of `aria-invalid`.
    pub fn invalid(self) -> Option<&'static str> {
        self.fault.with(Option::is_some).then_some("true")
    }

    /// The value of `aria-describedby`.
    pub fn described_by(self) -> Option<String> {
        let id = control_id(self.name);
        let hint = self.has_hint.then(|| format!("{id}-hint"));
        let error = self
            .fault
            .with(Option::is_some)
            .then(|| format!("{id}-error"));
        match (hint, error) {
            (Some(hint), Some(error)) => Some(format!("{error} {hint}")),
            (hint, error) => error.or(hint),
        }
    }

    /// Wraps a control.
    pub fn around(self, optional: bool, hint: Option<String>, control: AnyView) -> AnyView {
        let locale = use_locale();
        let is_ignored = CampaignInput::NOT_SCORED.contains(&self.name);
        let mark = if is_ignored {
            Some(tr!(locale, app.not_scored))
        } else {
            optional.then(|| tr!(locale, app.optional))
        };
        let id = control_id(self.name);
        let hint_id = format!("{id}-hint");
        let error_id = format!("{id}-error");
        view! {
            <div class="field">
                <label for=id>
                    {labels::field(locale, self.name).to_owned()}
                    {mark.map(|mark| view! { <span class="field-optional">{mark}</span> })}
                </label>
                {control}
                {move || {
                    self.fault
                        .get()
                        .map(|text| {
                            view! {
                                <p class="field-error" id=error_id.clone()>
                                    {text}
                                </p>
                            }
                        })
                }}
                {hint
                    .map(|hint| {
                        view! {
                            <p class="field-hint" id=hint_id>
                                {hint}
                            </p>
                        }
                    })}
            </div>
        }
        .into_any()
    }
}

/// A one-line input, labelled by its wire name. The value of a password is never written into the HTML.
#[component]
pub fn Field(
    /// Wire name.
    name: &'static str,
    /// The input's `type`.
    #[prop(default = "text")]
    kind: &'static str,
    /// Its initial value.
    #[prop(optional, into)]
    value: String,
    /// A hint below it.
    #[prop(optional, into)]
    hint: Option<String>,
    /// Whether it may stay empty.
    #[prop(optional)]
    optional: bool,
    /// What the browser may fill in.
    #[prop(optional)]
    autocomplete: Option<&'static str>,
    /// Which keyboard a phone shows.
    #[prop(optional)]
    inputmode: Option<&'static str>,
) -> impl IntoView {
    let frame = FieldWrapper::new(name, hint.is_some());
    let value = (kind != "password" && !value.is_empty()).then_some(value);
    let control = view! {
        <input
            class="control"
            id=control_id(name)
            name=name
            type=kind
            value=value
            required=!optional
            autocomplete=autocomplete
            inputmode=inputmode
            aria-invalid=move || frame.invalid()
            aria-describedby=move || frame.described_by()
        />
    };
    frame.around(optional, hint, control.into_any())
}

/// An input with several lines.
#[component]
pub fn Area(
    /// Wire name.
    name: &'static str,
    /// Its initial value.
    #[prop(into)]
    value: String,
    /// A hint below it.
    #[prop(into)]
    hint: String,
) -> impl IntoView {
    let frame = FieldWrapper::new(name, true);
    let control = view! {
        <textarea
            class="control"
            id=control_id(name)
            name=name
            rows="2"
            aria-invalid=move || frame.invalid()
            aria-describedby=move || frame.described_by()
        >
            {value}
        </textarea>
    };
    frame.around(true, Some(hint), control.into_any())
}

/// The button that submits a form; disabled while the request is pending.
#[component]
pub fn Submit(
    /// Whether the request is pending.
    #[prop(into)]
    pending: Signal<bool>,
    /// Its CSS class.
    #[prop(default = "button button-main")]
    class: &'static str,
    /// Its text.
    children: Children,
) -> impl IntoView {
    view! {
        <button
            type="submit"
            class=class
            disabled=move || pending.get()
            aria-busy=move || pending.get().then_some("true")
        >
            {children()}
        </button>
    }
}
