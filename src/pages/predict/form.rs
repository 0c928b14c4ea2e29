//! The form as a whole: initial values, checks while it is filled in, the draft, sending.

use std::collections::BTreeSet;

use chrono::NaiveDate;
use leptos::ev::Event;
use leptos::prelude::*;
use leptos::server_fn::ServerFn as _;
use leptos_router::hooks::use_location;

use super::advanced::Advanced;
use super::groups::{Creator, Dates, Idea, Money, Place, offered_categories};
use super::ids::FORM_ID;
use super::price::{Models, PayButton};
use super::progress::Rail;
use super::start::{DEFAULTS, EXAMPLE, EXAMPLE_URL, first_values};
use crate::api::Predict;
use crate::client::form_action::FormAction;
use crate::client::idempotency::IdempotencyKey;
use crate::client::{Locale, Session, browser, tr, use_locale, use_session};
use crate::components::batch_badge::BATCHES_PATH;
use crate::components::field_faults::{FieldFaults, fields_of};
use crate::components::form::PostForm;
use crate::components::number_format::NumberFormatInput;
use crate::components::query::use_query;
use crate::components::{FormErrors, format, toast};
use crate::i18n::I18nLocaleTrait as _;
use crate::types::{
    AppError, CampaignInput, FieldErrors, JsonText, NumberFormat, campaign_example,
    currency_of_country, parse_number,
};

const DRAFT: &str = "draft";

/// The form's own check of its fields, in addition to the server's.
#[derive(Clone, Copy)]
struct Check {
    locale: Locale,
    today: NaiveDate,
    session: Session,
    sending: FormAction,
    /// The rules that the current values break.
    broken: RwSignal<FieldErrors>,
    /// Whether the current values have been checked. Never true on the server.
    is_read: RwSignal<bool>,
    /// The fields that have been changed. Only these are marked before the first attempt to send.
    touched: RwSignal<BTreeSet<String>>,
    /// Whether the user has tried to send the current values.
    attempted: RwSignal<bool>,
    model_id: RwSignal<String>,
    /// How the goal was understood, if it was not typed as a plain number.
    goal: RwSignal<String>,
}

impl Check {
    fn new(sending: FormAction, today: NaiveDate, model_id: String) -> Self {
        Self {
            locale: use_locale(),
            today,
            session: use_session(),
            sending,
            broken: RwSignal::new(FieldErrors::new()),
            is_read: RwSignal::new(false),
            touched: RwSignal::new(BTreeSet::new()),
            attempted: RwSignal::new(false),
            model_id: RwSignal::new(model_id),
            goal: RwSignal::new(String::new()),
        }
    }

    fn provide_faults(self) {
        let sending = self.sending;
        let error = Signal::derive(move || {
            let broken = self.broken.get();
            if self.attempted.get() && !broken.is_empty() {
                return Some(AppError::Invalid(broken));
            }
            sending.error()
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
        provide_context(FieldFaults { error, fields });
    }

    /// Reads and checks the current values.
    fn read(self) -> Option<CampaignInput> {
        let mut input = campaign_in(&browser::form_body(FORM_ID)?);
        let typed = input.usd_goal.clone();
        let format = NumberFormat::of_language(self.locale.as_str());
        let ambiguous = format.map(|format| input.read_typed(format));
        let mut broken = input.check(self.today).err().unwrap_or_default();
        broken.extend(ambiguous.unwrap_or_default());
        let is_plain = typed.trim() == input.usd_goal || broken.contains_key("usd_goal");
        let goal = parse_number(&input.usd_goal).filter(|_| !is_plain);
        self.goal.set(
            goal.map(|goal| format::usd(self.locale, goal))
                .unwrap_or_default(),
        );
        self.broken.set(broken);
        self.is_read.set(true);
        Some(input)
    }

    /// A field has got a new value and lost the focus.
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
        if self.read().is_some() {
            self.keep_draft();
        }
        // From now on, the form's own check is shown.
        if self.sending.error_untracked().is_some() {
            self.sending.clear();
        }
    }

    /// The user wants to send the form. Returns false if a value breaks a rule.
    fn may_send(self) -> bool {
        self.attempted.set(false);
        if self.read().is_none() {
            return true;
        }
        self.keep_draft();
        self.attempted.set(true);
        self.broken.with_untracked(FieldErrors::is_empty)
    }

    fn keep_draft(self) {
        if let Some(body) = browser::form_body(FORM_ID) {
            self.session.store(DRAFT, &body);
        }
    }

    fn draft(self) -> Option<CampaignInput> {
        let body = self.session.stored(DRAFT)?;
        Some(campaign_in(&body))
    }

    /// Writes values into the fields as if the user had typed them.
    fn fill(self, mut input: CampaignInput) {
        for name in CampaignInput::FIELDS {
            if let Some(value) = input.field_mut(name) {
                browser::write_control(FORM_ID, name, value);
            }
        }
        self.touched.set(BTreeSet::new());
        self.attempted.set(false);
        self.sending.clear();
        self.read();
    }
}

/// The campaign in a URL-encoded form.
fn campaign_in(body: &str) -> CampaignInput {
    let mut input = CampaignInput::default();
    browser::values_in_body(body, &CampaignInput::FIELDS, |name, value| {
        if let Some(field) = input.field_mut(name) {
            *field = value;
        }
    });
    input
}

/// The form with its heading.
#[component]
pub fn PredictForm(
    /// The models on offer.
    models: Models,
) -> impl IntoView {
    let locale = use_locale();
    let today = SharedValue::<_, JsonText>::new_with_encoding(browser::today).into_inner();
    let sending = FormAction::new(Predict::PATH);
    let query = use_query();
    let is_repeated = sending.is_answered_by_page();
    let given = |name: &str| {
        if is_repeated {
            Some(sending.entered(name)).filter(|_| ![EXAMPLE, DEFAULTS].contains(&name))
        } else {
            untrack(|| query(name))
        }
    };
    let input = first_values(given, today);
    let is_given = is_repeated
        || use_location()
            .search
            .with_untracked(|query| !query.is_empty());

    let key = IdempotencyKey::new("predict", sending);
    let check = Check::new(sending, today, given("model_id").unwrap_or_default());
    check.provide_faults();
    sending.on_response(move |response| {
        key.settle(&response);
        match response {
            Ok(_) => check.session.forget(DRAFT),
            // Renders the button again, with the current price.
            Err(AppError::PriceChanged { .. }) => models.refetch(),
            Err(_) => {}
        }
    });
    Effect::new(move |is_begun: Option<bool>| {
        if is_begun == Some(true) || !check.session.has_account() {
            return is_begun == Some(true);
        }
        let draft = check.draft().filter(|_| !is_given);
        if draft.is_some() {
            toast::say(tr!(locale, predict.restored).to_owned());
        }
        // The form is not in the document before.
        request_animation_frame(move || match draft {
            Some(input) => check.fill(input),
            None => {
                check.read();
            }
        });
        true
    });
    let broken = Signal::derive(move || check.is_read.get().then(|| check.broken.get()));

    let send = sending.sender(move || {
        let may_send = check.may_send();
        if may_send {
            key.keep();
        }
        may_send
    });

    view! {
        <div class="page-head">
            <div>
                <h1>{tr!(locale, predict.title)}</h1>
                <p class="lead">{tr!(locale, predict.lead)}</p>
            </div>
            <div class="buttons">
                <a
                    class="button"
                    href=EXAMPLE_URL
                    on:click=move |event| {
                        event.prevent_default();
                        check.fill(campaign_example(today));
                    }
                >
                    {tr!(locale, predict.example)}
                </a>
                <a class="button" href=BATCHES_PATH>
                    {tr!(locale, batches.link)}
                </a>
            </div>
        </div>
        <PostForm
            url=Predict::PATH
            send=send
            id=FORM_ID
            class="form form-wide"
            on_input=Callback::new(move |()| {
                check.read();
            })
            on_change=Callback::new(move |event| check.changed(&event))
        >
            <FormErrors />
            {key.input()}
            <NumberFormatInput />
            <Rail broken />
            <Idea input=input.clone() />
            <Money input=input.clone() goal=check.goal />
            <Dates input=input.clone() />
            <Place input=input.clone() />
            <Creator input=input.clone() />
            <Advanced input=input models model_id=check.model_id />
            <PayButton models model_id=check.model_id pending=sending.pending() />
        </PostForm>
    }
}
