//! The business rules for accounts, credits, predictions and models.
//!
//! Services use entities and the queue. They do not know about HTTP, except for session cookies.

use std::num::NonZeroU32;
use std::sync::Arc;
use std::time::Duration;

use crate::database::Database;
use crate::inference::InferencePool;
use crate::queue::Notifier;
use crate::types::{Credits, SiteRules};

mod account_emails;
pub mod accounts;
pub mod api_keys;
pub mod attempts;
pub mod audit;
pub mod background;
mod batcher;
pub mod batches;
mod bounded_count;
pub mod catalog;
pub mod clock;
pub mod credentials;
pub mod emails;
pub mod example;
mod field_check;
pub mod id_key;
pub mod idempotency;
pub mod in_use;
pub mod insights;
mod invitations;
pub mod ledger;
mod line_errors;
mod loaded_models;
mod model_runs;
pub mod open_inference;
pub mod outcomes;
mod own_tasks;
mod pages;
mod password_rules;
pub mod passwords;
pub mod positions;
pub mod predictions;
mod queue_eta;
pub mod rate_limit;
pub mod registration;
pub mod second_factor;
mod sent_file;
pub mod service_key;
pub mod sessions;
pub mod sharing;
mod submit_queue;
mod task_limits;
mod task_views;
mod title_search;
pub mod track_record;
mod typed_codes;
mod user_changes;
pub mod user_slots;
pub mod waits;
pub mod webhooks;

pub use crate::entities::users::Model as User;
pub use accounts::Accounts;
pub use api_keys::{ApiKeys, UsedKey};
pub use batches::Batches;
pub use catalog::Catalog;
pub use clock::{Clock, SystemClock};
pub use emails::Emails;
pub use example::Example;
pub use insights::Insights;
pub use ledger::Ledger;
pub use loaded_models::{LoadError, LoadedModels};
pub use open_inference::OpenInference;
pub use outcomes::Outcomes;
pub use positions::Positions;
pub use predictions::Predictions;
pub use second_factor::SecondFactor;
pub use sent_file::SentFile;
pub use service_key::KeyRing;
pub use sessions::Sessions;
pub use sharing::Sharing;
pub use track_record::TrackRecords;
pub use user_slots::UserSlots;
pub use waits::Waits;
pub use webhooks::Webhooks;

/// Pages of lists that one user may read at the same time, per process.
const LISTS_PER_USER: usize = 4;
/// Changes that one user may have in progress at the same time, per process, not counting submits. Concurrent changes
/// of one user wait for each other's row locks, each with a connection.
const WRITES_PER_USER: usize = 2;
/// History files that one user may download at the same time, per process.
const EXPORTS_PER_USER: usize = 2;
/// Requests of one user that may wait for a result at the same time, per process.
const WAITS_PER_USER: usize = 16;

/// The signed-in user, as found before the body of the request is read.
#[derive(Clone, Debug)]
pub struct SignedIn(pub Arc<User>);

/// The configuration of the services.
#[derive(Clone)]
pub struct ServiceOptions {
    /// What the operator allows users to do.
    pub rules: SiteRules,
    /// Credits that a new user starts with.
    pub welcome_credits: i64,
    /// Maximum number of queued tasks. Beyond it, submits are refused.
    pub max_queued: u64,
    /// Maximum number of open tasks per user. Beyond it, the user's submits are refused.
    pub max_open_tasks: u64,
    /// Registrations per minute and address. A client may fail to log in a quarter as many times before it has to
    /// wait.
    pub attempts_per_minute: u32,
    /// Password hashes computed at the same time.
    pub hashing_threads: usize,
    /// Visits of private links per minute and address.
    pub shared_per_minute: NonZeroU32,
    /// Longest wait of an insight for the inference threads.
    pub insight_timeout: Duration,
    /// Requests about changed campaigns that each user may send per minute, and about the changed example that each
    /// address may send.
    pub questions_per_minute: NonZeroU32,
    /// The keys of the service: for cookies, private links, links in emails, the secrets of webhooks and of second factors.
    pub keys: KeyRing,
    /// Whether there is a mail server.
    pub sends_email: bool,
    /// What webhooks may call.
    pub webhook_targets: webhooks::Targets,
    /// Whether the service is reached over https.
    pub https: bool,
    /// Whether operators need a second factor.
    pub admin_second_factor: bool,
    /// How long sessions last.
    pub session_lifetimes: sessions::Lifetimes,
}

/// Every service, shared by all requests; cheap to clone.
#[derive(Clone)]
pub struct Services {
    /// What the operator allows users to do.
    pub rules: SiteRules,
    /// Register, log in, change the password.
    pub accounts: Arc<Accounts>,
    /// Settings and links of emails.
    pub emails: Arc<Emails>,
    /// Sessions and the signed-in user.
    pub sessions: Arc<Sessions>,
    /// Second factors.
    pub second_factor: Arc<SecondFactor>,
    /// API keys.
    pub api_keys: Arc<ApiKeys>,
    /// Balances and transactions.
    pub ledger: Arc<Ledger>,
    /// Paid predictions.
    pub predictions: Arc<Predictions>,
    /// Batches of predictions.
    pub batches: Arc<Batches>,
    /// The Open Inference Protocol.
    pub open_inference: Arc<OpenInference>,
    /// Requests that wait for a result.
    pub waits: Arc<Waits>,
    /// Insights into results.
    pub insights: Arc<Insights>,
    /// The example for visitors.
    pub example: Arc<Example>,
    /// Positions of users' data.
    pub positions: Arc<Positions>,
    /// Private links.
    pub sharing: Arc<Sharing>,
    /// How campaigns ended, as users report it.
    pub outcomes: Arc<Outcomes>,
    /// How predictions compare with outcomes.
    pub track_records: Arc<TrackRecords>,
    /// Webhooks and their deliveries.
    pub webhooks: Arc<Webhooks>,
    /// Models.
    pub catalog: Arc<Catalog>,
    /// Models that this process has loaded.
    pub models: Arc<LoadedModels>,
    /// Limits the pages of lists that one user may read at the same time.
    pub list_slots: Arc<UserSlots>,
    /// Limits the changes that one user may have in progress at the same time.
    pub write_slots: Arc<UserSlots>,
    /// Limits the history files that one user may download at the same time.
    pub export_slots: Arc<UserSlots>,
}

impl Services {
    /// Sets up all services on one database; `pool` runs models for insights.
    pub fn new(
        database: &Database,
        notifier: &Notifier,
        clock: &Arc<dyn Clock>,
        pool: InferencePool,
        options: &ServiceOptions,
    ) -> Self {
        let sessions = Arc::new(Sessions::new(
            database.clone(),
            Arc::clone(clock),
            options.keys.clone(),
            options.https,
            options.session_lifetimes,
        ));
        let catalog = Arc::new(Catalog::new(database.clone(), Arc::clone(clock)));
        let models = Arc::new(LoadedModels::new(Arc::clone(&catalog)));
        let runs = Arc::new(model_runs::ModelRuns::new(
            Arc::clone(&models),
            pool,
            options.insight_timeout,
        ));
        let ledger = Arc::new(Ledger::new(
            database.clone(),
            notifier.clone(),
            Arc::clone(clock),
        ));
        let predictions = Arc::new(Predictions::new(
            database.clone(),
            notifier.clone(),
            Arc::clone(clock),
            Arc::clone(&catalog),
            options.max_queued,
            options.max_open_tasks,
        ));
        let batches = Arc::new(Batches::new(database, notifier, clock, &predictions));
        let waits = Arc::new(Waits::new(
            notifier.clone(),
            Arc::clone(&predictions),
            WAITS_PER_USER,
        ));
        let write_slots = Arc::new(UserSlots::new(WRITES_PER_USER));
        let emails = emails(database, notifier, clock, options);
        Self {
            rules: options.rules,
            open_inference: Arc::new(OpenInference::new(
                (&batches, &waits),
                (&catalog, &models),
                &write_slots,
                clock,
            )),
            accounts: Arc::new(accounts(database, clock, emails.clone(), options)),
            second_factor: Arc::new(second_factor(database, clock, options)),
            emails: Arc::new(emails),
            api_keys: Arc::new(ApiKeys::new(
                database.clone(),
                Arc::clone(clock),
                Arc::clone(&catalog),
            )),
            waits,
            batches,
            predictions,
            insights: Arc::new(Insights::new(
                database.clone(),
                Arc::clone(&catalog),
                Arc::clone(&runs),
                options.questions_per_minute,
            )),
            example: Arc::new(Example::new(
                Arc::clone(&catalog),
                Arc::clone(clock),
                runs,
                options.questions_per_minute,
            )),
            positions: Arc::new(Positions::new(database.clone())),
            sharing: Arc::new(Sharing::new(
                database.clone(),
                Arc::clone(clock),
                Arc::clone(&catalog),
                &options.keys,
                options.shared_per_minute,
            )),
            outcomes: Arc::new(Outcomes::new(
                database.clone(),
                notifier.clone(),
                Arc::clone(clock),
            )),
            track_records: Arc::new(TrackRecords::new(
                database.clone(),
                Arc::clone(clock),
                Arc::clone(&catalog),
            )),
            webhooks: Arc::new(Webhooks::new(
                database.clone(),
                notifier.clone(),
                Arc::clone(clock),
                &options.keys,
                options.webhook_targets.clone(),
            )),
            sessions,
            ledger,
            catalog,
            models,
            list_slots: Arc::new(UserSlots::new(LISTS_PER_USER)),
            write_slots,
            export_slots: Arc::new(UserSlots::new(EXPORTS_PER_USER)),
        }
    }
}

fn emails(
    database: &Database,
    notifier: &Notifier,
    clock: &Arc<dyn Clock>,
    options: &ServiceOptions,
) -> Emails {
    Emails::new(
        database.clone(),
        notifier.clone(),
        Arc::clone(clock),
        &options.keys,
        options.sends_email,
    )
}

fn accounts(
    database: &Database,
    clock: &Arc<dyn Clock>,
    emails: Emails,
    options: &ServiceOptions,
) -> Accounts {
    Accounts::new(
        database.clone(),
        Arc::clone(clock),
        passwords::Passwords::new(options.hashing_threads),
        new_attempts(database, clock, options),
        emails,
        registration::NewAccountRules {
            registration: options.rules.registration,
            welcome: Credits(options.welcome_credits),
        },
    )
}

fn second_factor(
    database: &Database,
    clock: &Arc<dyn Clock>,
    options: &ServiceOptions,
) -> SecondFactor {
    SecondFactor::new(
        database.clone(),
        Arc::clone(clock),
        new_attempts(database, clock, options),
        &options.keys,
        options.admin_second_factor,
    )
}

fn new_attempts(
    database: &Database,
    clock: &Arc<dyn Clock>,
    options: &ServiceOptions,
) -> attempts::Attempts {
    attempts::Attempts::new(
        database.clone(),
        Arc::clone(clock),
        options.attempts_per_minute,
    )
}
