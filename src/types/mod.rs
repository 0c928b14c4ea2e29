//! Types shared by the server and the client bundle: ids, credits, the campaign and its rules, views, and the error
//! type of all responses.
//!
//! Depends on no other module of this crate and does no I/O.

mod advice;
mod api_key;
mod api_key_input;
mod api_reference;
mod batch;
mod campaign;
mod campaign_rules;
mod change_bounds;
mod credits;
mod email;
mod error;
mod example;
mod explore;
mod field_checker;
mod field_problem;
mod filters;
mod ids;
mod insight;
#[cfg(test)]
mod json_format;
mod json_text;
mod launch_plan;
mod model_ref;
mod outcome;
mod outcome_rules;
mod parse;
mod password;
mod password_strength;
mod planner_input;
mod public_id;
mod reference;
mod second_factor;
mod session;
mod site_rules;
mod status;
#[cfg(test)]
pub(crate) mod test_support;
mod text;
mod theme;
mod typed_number;
mod typical_pledges;
mod views;
mod violation;
mod webhook;
mod webhook_input;
mod words;

pub use advice::{
    Advice, Change, ChangeBounds, ChangeEvidence, Combination, MatchedRate, PlanDates, RatedChange,
};
pub use api_key::{
    ApiKeySpendView, ApiKeyView, CapPeriod, CapReached, Caps, NewApiKeyView, Scope, Spent,
};
pub use api_key_input::{
    ApiKeyInput, ApiKeySpendInput, CAP_MAX, EXPIRY_MAX_DAYS, LABEL_MAX_CHARS, NewApiKey,
    SPEND_MAX_DAYS, cap_field,
};
pub use api_reference::{
    ApiField, ApiGroup, ApiOperation, ApiReference, ApiResponse, ApiType, Kind,
};
pub use batch::{
    BATCH_LINES_MAX, BatchCounts, BatchOrder, BatchState, BatchTaskFilter, BatchTaskFilterInput,
    BatchView,
};
pub use campaign::{Campaign, CampaignInput, DURATION_MAX_DAYS};
pub use campaign_rules::{
    BLURB_MAX_CHARS, NAME_MAX_CHARS, PAST_DURATION_MAX_DAYS, campaign_example,
};
#[cfg(feature = "ssr")]
pub use campaign_rules::{
    EARLIER_PROJECTS_MAX, PLACE_MAX_CHARS, REWARD_MAX_USD, REWARD_MIN_USD, REWARD_TIERS_MAX,
};
pub use change_bounds::ChangeBoundsInput;
pub use credits::{Credits, TOP_UP_MAX, TOP_UP_MIN};
#[cfg(feature = "ssr")]
pub use email::EMAIL_MAX_CHARS;
pub use email::{EmailKind, EmailLinkView, EmailSettingsView, EmailStatus};
pub use error::AppError;
#[cfg(feature = "ssr")]
pub use error::ProblemDetails;
#[cfg(feature = "ssr")]
pub use error::describe_fields;
pub use example::{ExampleSummary, ExampleView};
pub use explore::{
    CalendarDay, CalendarView, CategoryRate, ExploreView, GoalRate, LaunchMonthRate,
};
pub use field_checker::{CAMPAIGN_YEARS, GOAL_MAX_USD, GOAL_MIN_USD, UNKNOWN};
#[cfg(feature = "ssr")]
pub use field_checker::{POSITION_MAX, RATE_MAX};
pub use field_problem::FieldProblem;
pub use filters::{
    TaskFilter, TaskFilterInput, TimeRange, TransactionFilter, TransactionFilterInput,
};
pub use ids::{
    ApiKeyId, BatchId, DeliveryId, EmailId, InvitationId, ModelId, SessionId, TaskId,
    TransactionId, UserId, WebhookId,
};
pub use insight::{
    AmountRange, AmountsView, BaseRateView, Curves, DaysPoint, Effect, Explanation, Factor,
    GoalPoint, InsightView, LaunchPoint, NeighboursView, OutOfDistribution, ResultContext,
    StaffPickScores, Switch, WhatIfView,
};
pub use json_text::{JsonAnswer, JsonText};
pub use launch_plan::{
    Assumptions, Budget, Cents, Channel, EARLY_BENCHMARK, EXPECTED, LaunchPlan, Outcome, Rate,
    Reach, Scenarios, backers_needed,
};
pub use model_ref::ModelRef;
pub use outcome::{
    CALIBRATION_BINS, CalibrationBin, CalibrationDrift, CalibrationView, DriftView, InputDrift,
    OUTCOMES_NEEDED, OutcomeView, OutcomesView, ReportedView, TrackRecordView, UnreportedView,
};
pub use outcome_rules::{
    OutcomeInput, RAISED_MAX_USD, ReportedOutcome, line_field, split_line_field,
};
pub use parse::{
    PAGE_LIMIT_DEFAULT, PAGE_LIMIT_MAX, parse_choice, parse_cursor, parse_date, parse_id,
    parse_number, parse_page_limit, parse_required_id, parse_whole,
};
#[cfg(feature = "ssr")]
pub use password::PASSWORD_MAX_CHARS;
pub use password::{PASSWORD_MIN_CHARS, Strength, Weakness};
pub use password_strength::PasswordStrengthView;
pub use planner_input::{FOLLOWER_RATES, PlannerInput, SOCIAL_RATES, SUBSCRIBER_RATES};
#[cfg(feature = "ssr")]
pub(crate) use public_id::public_id;
#[cfg(feature = "ssr")]
pub use public_id::{IdCipher, set_id_cipher};
#[cfg(feature = "ssr")]
pub use reference::UNKNOWN_COUNTRY;
pub use reference::{
    CATEGORIES, COUNTRIES, CURRENCIES, Category, Currency, UNKNOWN_CATEGORY, categories_by_parent,
    currency_of_country, find_category, find_currency,
};
pub use second_factor::{RecoveryCodesView, SecondFactorSetup, SecondFactorView};
pub use session::SessionView;
pub use site_rules::{Registration, SiteRules, TopUps};
pub use status::{ModelState, Role, SystemMessage, TaskStatus, TransactionKind, Verdict};
pub use text::{hex, is_invisible, text_violation};
pub use theme::Theme;
#[cfg(feature = "ssr")]
pub(crate) use typed_number::TypedNumber;
pub use typed_number::{NUMBER_FORMAT, NumberFormat};
pub use typical_pledges::TypicalPledge;
pub use views::{
    BalanceHistory, BalancePoint, BalanceView, ModelView, Page, QueueView, ResultView, ShareView,
    SharedView, SiteOrigin, TaskView, Today, TransactionView, UserView,
};
pub use violation::{FieldErrors, Violation};
pub use webhook::{
    AttemptView, DeliveryError, DeliveryLogView, DeliveryStatus, DeliveryView, DisabledReason,
    TEST_EVENT, WebhookEvent, WebhookView, WebhooksView,
};
pub use webhook_input::{
    API_KEY_FIELD, EVENTS_FIELD, LOW_BALANCE_MAX, Subscription, WebhookInput, event_field,
};
pub use words::UnknownWord;
#[cfg(feature = "ssr")]
pub(crate) use words::schema_of_words;
pub(crate) use words::words;
