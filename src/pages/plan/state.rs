//! What the planner's form holds and what is wrong with it; the plan; the URL that keeps up with the form.

use std::time::Duration;

use leptos::prelude::*;
use leptos_router::NavigateOptions;
use leptos_router::hooks::{use_location, use_navigate};

use crate::client::respond::respond_with_error;
use crate::client::{Locale, browser, tr, use_locale};
use crate::components::field_faults::FieldFaults;
use crate::components::query::{use_query, values_of};
use crate::i18n::I18nLocaleTrait as _;
use crate::types::{
    AppError, Assumptions, FieldErrors, LaunchPlan, NUMBER_FORMAT, NumberFormat, PlannerInput,
};

/// The path of the page.
pub const PATH: &str = "/plan";
/// Id of the form.
pub const FORM_ID: &str = "planner";
/// Id of the plan.
pub const RESULT_ID: &str = "plan-result";

/// The form must rest this long before the URL is replaced, because browsers limit how often that may happen.
const REST: Duration = Duration::from_millis(400);

/// What the page shows as the answer.
#[derive(Clone, PartialEq)]
pub enum Answer {
    /// No goal has been entered yet.
    Empty,
    /// Some fields are wrong.
    Invalid,
    /// The plan, and what it is based on.
    Plan(Box<(Assumptions, LaunchPlan)>),
}

/// The state of the page.
#[derive(Clone, Copy)]
pub struct Planner {
    locale: Locale,
    /// The fields as typed.
    pub input: RwSignal<PlannerInput>,
    /// The answer to the last valid input, or to the fields as they were when one lost the focus.
    pub answer: RwSignal<Answer>,
    /// The errors at the fields.
    broken: RwSignal<FieldErrors>,
    /// Whether all errors are listed above the form: after the form was sent, until it is changed.
    is_sent: RwSignal<bool>,
    /// Whether a blank goal is an error. Not before the user has come to that field.
    needs_goal: StoredValue<bool>,
    /// The query that this page wrote into its URL last.
    own_query: StoredValue<String>,
    /// Counts the changes of the form.
    changes: StoredValue<usize>,
    /// Replaces the URL.
    replace_url: Callback<String>,
    path: Memo<String>,
}

impl Planner {
    /// The planner, as the URL says, which it follows.
    pub fn new() -> Self {
        let locale = use_locale();
        let location = use_location();
        let query = use_query();
        let input = untrack(|| input_in(locale, query));
        let needs_goal = untrack(|| query("goal")).is_some();
        let (answer, broken) = answer_to(locale, &input, needs_goal);
        if !broken.is_empty() {
            respond_with_error(&AppError::Invalid(broken.clone()));
        }
        let navigate = use_navigate();
        let planner = Self {
            locale,
            input: RwSignal::new(input),
            answer: RwSignal::new(answer),
            is_sent: RwSignal::new(!broken.is_empty()),
            broken: RwSignal::new(broken),
            needs_goal: StoredValue::new(needs_goal),
            own_query: StoredValue::new(location.search.get_untracked()),
            changes: StoredValue::new(0),
            replace_url: Callback::new(move |url: String| {
                let options = NavigateOptions {
                    replace: true,
                    scroll: false,
                    ..NavigateOptions::default()
                };
                navigate(&url, options);
            }),
            path: location.pathname,
        };
        planner.provide_faults();
        let search = location.search;
        Effect::new(move |before: Option<()>| {
            let query = search.get();
            if before.is_none() {
                // The user may have typed before the page was live. The form is not in the document before.
                request_animation_frame(move || planner.catch_up());
            } else if planner.own_query.get_value() != query && planner.is_here() {
                planner.fill(&query);
            }
        });
        planner
    }

    fn provide_faults(self) {
        let error = Signal::derive(move || {
            let broken = self.broken.get();
            (self.is_sent.get() && !broken.is_empty()).then_some(AppError::Invalid(broken))
        });
        let fields = self.broken.into();
        provide_context(FieldFaults { error, fields });
    }

    /// Whether the router shows this page and is not about to show another one.
    fn is_here(self) -> bool {
        self.path.with_untracked(|path| path == PATH)
    }

    /// Reads what is in the form already.
    fn catch_up(self) {
        let input = browser::form_body(FORM_ID).map(|body| input_in_body(&body));
        let is_new = |input: &PlannerInput| {
            let known = self.input.try_get_untracked();
            known.is_some_and(|known| known != *input)
        };
        if let Some(input) = input.filter(is_new) {
            self.show(input);
            self.write_url();
        }
    }

    /// Fills the form from another query, after a link or the back button.
    fn fill(self, query: &str) {
        let given = |name: &str| values_of(query, name).pop();
        let input = input_in(self.locale, given);
        for name in PlannerInput::NAMES {
            browser::write_control(FORM_ID, name, input.get(name));
        }
        self.own_query.set_value(query.to_owned());
        self.needs_goal.set_value(given("goal").is_some());
        self.is_sent.set(false);
        self.show(input);
    }

    /// Shows the answer to an input, and all that is wrong with it.
    fn show(self, input: PlannerInput) {
        let (answer, broken) = answer_to(self.locale, &input, self.needs_goal.get_value());
        self.input.set(input);
        self.answer.set(answer);
        self.broken.set(broken);
    }

    /// The user is typing. Errors may go but do not come, because the number may be half-finished.
    pub fn typed(self) {
        let Some(body) = browser::form_body(FORM_ID) else {
            return;
        };
        let input = input_in_body(&body);
        let (answer, broken) = answer_to(self.locale, &input, self.needs_goal.get_value());
        self.is_sent.set(false);
        if broken.is_empty() {
            self.answer.set(answer);
        }
        self.broken
            .update(|shown| shown.retain(|name, _| broken.contains_key(name)));
        self.input.set(input);
        self.changes.update_value(|changes| *changes += 1);
        let change = self.changes.get_value();
        let write = move || {
            // The page may have been left, or the form changed again.
            if self.changes.try_get_value() == Some(change) {
                self.write_url();
            }
        };
        set_timeout(write, REST);
    }

    /// A field has a new value and has lost the focus.
    pub fn changed(self, name: &str) {
        if name == "goal" {
            self.needs_goal.set_value(true);
        }
        if let Some(body) = browser::form_body(FORM_ID) {
            self.show(input_in_body(&body));
            self.write_url();
        }
    }

    /// The user has sent the form.
    pub fn sent(self) {
        self.changed("goal");
        self.is_sent.set(true);
        if self.broken.with_untracked(FieldErrors::is_empty) {
            browser::focus(RESULT_ID);
        }
    }

    fn write_url(self) {
        let body = browser::form_body(FORM_ID).unwrap_or_default();
        if self.is_here() && self.own_query.with_value(|own| *own != body) {
            let url = format!("{PATH}?{body}");
            self.own_query.set_value(body);
            self.replace_url.run(url);
        }
    }
}

/// The notation of the numbers on a page in this language.
fn number_format(locale: Locale) -> NumberFormat {
    // Every language has one, which a test of `NumberFormatInput` checks.
    NumberFormat::of_language(locale.as_str()).unwrap_or(NumberFormat::English)
}

/// The fields in a query, with defaults for those that are not in it.
fn input_in(locale: Locale, given: impl Fn(&str) -> Option<String>) -> PlannerInput {
    let mut input = PlannerInput::read(&given, tr!(locale, number.decimal));
    let format = given(NUMBER_FORMAT).and_then(|code| NumberFormat::of_language(&code));
    // Somebody has switched the language, or sent the URL to a speaker of another one.
    if let Some(format) = format.filter(|format| *format != number_format(locale)) {
        input.make_plain(format);
    }
    input
}

/// The fields in the form of this page, where all are.
fn input_in_body(body: &str) -> PlannerInput {
    PlannerInput::read(|name| values_of(body, name).pop(), "")
}

/// The answer to an input, and the errors that it has.
fn answer_to(locale: Locale, input: &PlannerInput, needs_goal: bool) -> (Answer, FieldErrors) {
    match input.check(number_format(locale)) {
        Ok(assumptions) => {
            let plan = LaunchPlan::of(&assumptions);
            let answer = Answer::Plan(Box::new((assumptions, plan)));
            (answer, FieldErrors::new())
        }
        Err(mut broken) => {
            if !needs_goal && input.get("goal").trim().is_empty() {
                broken.remove("goal");
            }
            let is_empty = broken.is_empty();
            let answer = if is_empty {
                Answer::Empty
            } else {
                Answer::Invalid
            };
            (answer, broken)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::types::{Cents, SUBSCRIBER_RATES};

    fn answer(locale: Locale, query: &str) -> (Answer, FieldErrors) {
        let given = |name: &str| values_of(query, name).pop();
        let input = input_in(locale, given);
        answer_to(locale, &input, given("goal").is_some())
    }

    fn assumptions(locale: Locale, query: &str) -> Assumptions {
        match answer(locale, query) {
            (Answer::Plan(plan), _) => plan.0,
            (_, broken) => panic!("{query}: {broken:?}"),
        }
    }

    #[test]
    fn a_goal_that_is_not_there_is_no_error_and_a_blank_one_is() {
        assert!(matches!(answer(Locale::en, "").0, Answer::Empty));
        assert!(matches!(
            answer(Locale::en, "category=Games").0,
            Answer::Empty
        ));
        let (shown, broken) = answer(Locale::en, "goal=");
        assert!(matches!(shown, Answer::Invalid));
        assert_eq!(broken.keys().collect::<Vec<_>>(), ["goal"]);
        let (_, broken) = answer(Locale::en, "category=Nonsense");
        assert_eq!(broken.keys().collect::<Vec<_>>(), ["category"]);
    }

    #[test]
    fn a_url_gives_the_same_plan_in_every_language() {
        for query in [
            "goal=8000",
            "goal=8%2C000&number_format=en",
            "goal=8+000%2C00&number_format=ru",
        ] {
            for locale in [Locale::en, Locale::ru] {
                let found = assumptions(locale, query);
                assert_eq!(found.goal, Cents(800_000), "{query}");
                assert_eq!(found.subscribers.rates, SUBSCRIBER_RATES, "{query}");
            }
        }
    }
}
