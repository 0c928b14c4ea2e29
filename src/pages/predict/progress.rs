//! The progress rail: the five groups, and which of them are filled in.

use leptos::prelude::*;

use crate::client::{Locale, tr, use_locale};
use crate::components::Icon;
use crate::types::FieldErrors;

/// A group of questions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    Idea,
    Money,
    Dates,
    Place,
    Creator,
}

impl Step {
    const ALL: [Self; 5] = [
        Self::Idea,
        Self::Money,
        Self::Dates,
        Self::Place,
        Self::Creator,
    ];

    /// Id of the group's element.
    pub const fn id(self) -> &'static str {
        match self {
            Self::Idea => "step-idea",
            Self::Money => "step-money",
            Self::Dates => "step-dates",
            Self::Place => "step-place",
            Self::Creator => "step-creator",
        }
    }

    /// The title of the group.
    pub fn title(self, locale: Locale) -> &'static str {
        match self {
            Self::Idea => tr!(locale, predict.idea),
            Self::Money => tr!(locale, predict.money),
            Self::Dates => tr!(locale, predict.dates),
            Self::Place => tr!(locale, predict.place),
            Self::Creator => tr!(locale, predict.creator),
        }
    }

    /// Wire names of its fields.
    const fn fields(self) -> &'static [&'static str] {
        match self {
            Self::Idea => &["name", "blurb", "analytics_name"],
            Self::Money => &["usd_goal", "currency"],
            Self::Dates => &["launched_at", "deadline"],
            Self::Place => &["country", "name_city", "region"],
            Self::Creator => &["is_not_first_project", "has_video"],
        }
    }

    fn is_done(self, broken: &FieldErrors) -> bool {
        !self.fields().iter().any(|name| broken.contains_key(*name))
    }
}

/// Links to the groups. Each has a check mark once none of its fields breaks a rule.
#[component]
pub fn Rail(
    /// The rules that the current values break; `None` until they have been checked.
    broken: Signal<Option<FieldErrors>>,
) -> impl IntoView {
    let locale = use_locale();
    let steps = Step::ALL.map(|step| {
        let is_done = Memo::new(move |_| {
            broken.with(|broken| broken.as_ref().is_some_and(|it| step.is_done(it)))
        });
        view! {
            <li>
                <a
                    class="rail-step"
                    class:rail-done=move || is_done.get()
                    href=format!("#{}", step.id())
                    rel="external"
                >
                    <span class="rail-mark">
                        {move || is_done.get().then(|| view! { <Icon name="check" /> })}
                    </span>
                    {step.title(locale)}
                    {move || {
                        is_done
                            .get()
                            .then(|| {
                                view! {
                                    <span class="visually-hidden">{tr!(locale, predict.step_done)}</span>
                                }
                            })
                    }}
                </a>
            </li>
        }
    });
    view! {
        <nav class="rail" aria-label=tr!(locale, predict.steps)>
            <ol>{Vec::from(steps)}</ol>
        </nav>
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::types::Violation;

    #[test]
    fn a_group_is_done_once_none_of_its_fields_breaks_a_rule() {
        let mut broken = FieldErrors::new();
        broken.insert("deadline".to_owned(), Violation::Required);
        assert!(!Step::Dates.is_done(&broken));
        assert!(Step::Money.is_done(&broken));
    }

    #[test]
    fn the_groups_have_at_most_twelve_fields() {
        let count: usize = Step::ALL.iter().map(|step| step.fields().len()).sum();
        assert!(count <= 12, "{count}");
    }
}
