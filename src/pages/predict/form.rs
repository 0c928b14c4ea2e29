//! The form as a whole: first values, checking while it is filled in, keeping a draft, sending.

use std::collections::BTreeSet;

use chrono::NaiveDate;
use leptos::ev::Event;
use leptos::prelude::*;
use leptos::server_fn::ServerFn as _;
use leptos_router::hooks::use_query_map;

use super::FORM_ID;
use super::advanced::Advanced;
use super::groups::{Creator, Dates, Idea, Money, Place, offered_categories};
use super::price::{Models, PayButton};
use super::start::{EXAMPLE_URL, first_values};
use crate::api::Predict;
use crate::components::errors::{Faults, fields_of};
use crate::components::form::{PostForm, on_answer, sender, server_action, submitted};
use crate::components::idempotency::IdempotencyKey;
use crate::components::{FormErrors, browser, toast, tr, use_locale};
use crate::types::{AppError, CampaignInput, FieldErrors, campaign_example, currency_of_country};

const DRAFT: &str = "draft";

/// What the form knows of its own fields, beside what the server said.
#[derive(Clone, Copy)]
struct Check {
    today: NaiveDate,
    action: ServerAction<Predict>,
    /// The rules broken by what is typed now.
    broken: RwSignal<FieldErrors>,
    /// The fields that were left once: only these are marked before the first try to send.
    touched: RwSignal<BTreeSet<String>>,
    /// Whether somebody tried to send what is typed now.
    attempted: RwSignal<bool>,
    model_id: RwSignal<String>,
}

impl Check {
    fn new(action: ServerAction<Predict>, today: NaiveDate) -> Self {
        Self {
            today,
            action,
            broken: RwSignal::new(FieldErrors::new()),
            touched: RwSignal::new(BTreeSet::new()),
            attempted: RwSignal::new(false),
            model_id: RwSignal::new(submitted("model_id")),
        }
    }

    fn provide_faults(self) {
        let answer = self.action.value();
        let error = Signal::derive(move || {
            let broken = self.broken.get();
            if self.attempted.get() && !broken.is_empty() {
                return Some(AppError::Invalid(broken));
            }
            answer.get().and_then(Result::err)
        });
        let fields = Signal::derive(move || {
            let mut fields = fields_of(error.get());
            let touched = self.touched.get();
            fields.extend(
                self.broken
                    .get()
                    .into_iter()
                    .filter(|(name, _)| touched.contains(name)),
            );
            fields
        });
        provide_context(Faults { error, fields });
    }

    /// Reads and checks what is typed.
    fn read(self) -> Option<CampaignInput> {
        let input = browser::read_form::<Predict>(FORM_ID)?.campaign;
        let broken = input.check(self.today).err().unwrap_or_default();
        self.broken.set(broken);
        Some(input)
    }

    /// While somebody types: only what is marked already is checked again.
    fn typed(self) {
        if self.touched.with_untracked(|touched| !touched.is_empty()) {
            self.read();
        }
    }

    /// A field was left with a new value.
    fn changed(self, event: &Event) {
        let Some((name, value)) = browser::changed_control(event) else {
            return;
        };
        match name.as_str() {
            "country" => {
                browser::write_control(FORM_ID, "currency", currency_of_country(&value));
            }
            "analytics_name" => {
                let parent = browser::selected_index(event)
                    .and_then(|index| index.checked_sub(1))
                    .and_then(|index| offered_categories().get(index).map(|it| it.parent));
                browser::write_control(FORM_ID, "parent_name", parent.unwrap_or_default());
                browser::write_control(FORM_ID, "position", "");
            }
            "model_id" => self.model_id.set(value),
            _ => {}
        }
        self.touched.update(|touched| {
            touched.insert(name);
        });
        if let Some(input) = self.read() {
            keep_draft(&input);
        }
        // From here on the form's own check speaks.
        if self
            .action
            .value()
            .with_untracked(|answer| matches!(answer, Some(Err(_))))
        {
            self.action.clear();
        }
    }

    /// Somebody wants to send; true where nothing stands against it.
    fn may_send(self) -> bool {
        self.attempted.set(false);
        let Some(input) = self.read() else {
            return true;
        };
        keep_draft(&input);
        self.attempted.set(true);
        self.broken.with_untracked(FieldErrors::is_empty)
    }

    /// Writes values into the fields, as if they had been typed.
    fn fill(self, mut input: CampaignInput) {
        for name in CampaignInput::FIELDS {
            if let Some(value) = input.field_mut(name) {
                browser::write_control(FORM_ID, name, value);
            }
        }
        self.touched.set(BTreeSet::new());
        self.attempted.set(false);
        self.action.clear();
        self.read();
    }
}

fn keep_draft(input: &CampaignInput) {
    if let Ok(text) = serde_json::to_string(input) {
        browser::store(DRAFT, &text);
    }
}

fn draft() -> Option<CampaignInput> {
    serde_json::from_str(&browser::stored(DRAFT)?).ok()
}

/// The form with its heading.
#[component]
pub fn PredictForm(
    /// The models on offer.
    models: Models,
) -> impl IntoView {
    let l = use_locale();
    let today = SharedValue::new(browser::today).into_inner();
    let query = use_query_map();
    let input = query.with_untracked(|query| first_values(|name| query.get(name), today));
    let is_given = query.with_untracked(|query| query.latest_values().next().is_some());

    let action = server_action::<Predict>();
    let (value, pending) = (action.value(), action.pending());
    let first_error = value.get_untracked().and_then(Result::err);
    let key = IdempotencyKey::new("predict", first_error);
    let check = Check::new(action, today);
    check.provide_faults();
    on_answer(action, move |answer| {
        key.settle(&answer);
        if answer.is_ok() {
            browser::forget(DRAFT);
        }
    });
    Effect::new(move |_| {
        if let Some(input) = draft().filter(|_| !is_given) {
            toast::say(tr!(l, predict.restored).to_owned());
            // The form is in the document only after this.
            request_animation_frame(move || check.fill(input));
        }
    });

    let send = sender(action, move || {
        let may_send = check.may_send();
        if may_send {
            key.keep();
        }
        may_send
    });

    view! {
        <div class="page-head">
            <div>
                <h1>{tr!(l, predict.title)}</h1>
                <p class="lead">{tr!(l, predict.lead)}</p>
            </div>
            <a
                class="button"
                href=EXAMPLE_URL
                on:click=move |event| {
                    event.prevent_default();
                    check.fill(campaign_example(today));
                }
            >
                {tr!(l, predict.example)}
            </a>
        </div>
        <PostForm
            url=Predict::url()
            send=send
            id=FORM_ID
            class="form form-wide"
            on_input=Callback::new(move |()| check.typed())
            on_change=Callback::new(move |event| check.changed(&event))
        >
            <FormErrors />
            {key.input()}
            <Idea input=input.clone() />
            <Money input=input.clone() />
            <Dates input=input.clone() />
            <Place input=input.clone() />
            <Creator input=input.clone() />
            <Advanced input=input models model_id=check.model_id />
            <PayButton models model_id=check.model_id pending=pending />
        </PostForm>
    }
}
