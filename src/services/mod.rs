//! The rules: what may happen to accounts, credits, predictions and models.
//!
//! Each service asks entities and the queue; none knows of HTTP beyond the cookies of a session.

use std::sync::Arc;

use crate::database::Database;
use crate::inference::InferencePool;
use crate::queue::Notifier;

pub mod accounts;
pub mod attempts;
pub mod audit;
mod batcher;
mod bounded_count;
pub mod catalog;
pub mod clock;
mod credentials;
mod idempotency;
pub mod insights;
pub mod ledger;
mod loaded_models;
mod pages;
pub mod passwords;
pub mod payment;
pub mod positions;
pub mod predictions;
mod queue_eta;
mod rate_limit;
pub mod sessions;
pub mod sharing;
mod submit_queue;
mod task_limits;
mod title_search;
pub mod user_slots;

pub use crate::entities::users::Model as User;
pub use accounts::Accounts;
pub use catalog::Catalog;
pub use clock::{Clock, SystemClock};
pub use insights::Insights;
pub use ledger::Ledger;
pub use loaded_models::{LoadError, LoadedModels};
pub use positions::Positions;
pub use predictions::Predictions;
pub use sessions::Sessions;
pub use sharing::Sharing;
pub use user_slots::UserSlots;

/// Pages of lists that one user may read at the same time, in each process.
const LISTS_PER_USER: usize = 4;
/// Changes that one user may have under way at the same time, in each process, submits aside: they wait for each other
/// at the rows of that user, each with a connection.
const WRITES_PER_USER: usize = 2;
/// Files of histories that one user may download at the same time, in each process.
const EXPORTS_PER_USER: usize = 2;

/// Who is signed in, as it was found before the body of a request was read.
#[derive(Clone, Debug)]
pub struct SignedIn(pub Arc<User>);

/// What the services are set up with.
#[derive(Clone)]
pub struct ServiceOptions {
    /// Credits that a new user starts with.
    pub welcome_credits: i64,
    /// Most queued tasks before submits are refused.
    pub max_queued: u64,
    /// Most open tasks of one user before submits are refused.
    pub max_open_tasks: u64,
    /// Registrations a minute of each address; a quarter as many failed logins are free of waits.
    pub attempts_per_minute: u32,
    /// Password hashes computed at the same time.
    pub hashing_threads: usize,
    /// Visits a minute of shared results, for each address.
    pub shared_per_minute: std::num::NonZeroU32,
    /// How results are looked into.
    pub insights: insights::InsightOptions,
    /// The key of the session cookie.
    pub cookie_key: tower_cookies::Key,
    /// Whether the service is reached over https.
    pub https: bool,
}

/// Every service, shared by all requests; cheap to clone.
#[derive(Clone)]
pub struct Services {
    /// Register, log in, change the password.
    pub accounts: Arc<Accounts>,
    /// Who is signed in.
    pub sessions: Arc<Sessions>,
    /// Credits.
    pub ledger: Arc<Ledger>,
    /// Paid requests.
    pub predictions: Arc<Predictions>,
    /// What is told beside a probability.
    pub insights: Arc<Insights>,
    /// Where a user's data stands.
    pub positions: Arc<Positions>,
    /// Private links.
    pub sharing: Arc<Sharing>,
    /// Models.
    pub catalog: Arc<Catalog>,
    /// Models that this process has loaded.
    pub models: Arc<LoadedModels>,
    /// How many pages of lists one user may read at the same time.
    pub list_slots: Arc<UserSlots>,
    /// How many changes one user may have under way at the same time.
    pub write_slots: Arc<UserSlots>,
    /// How many files of histories one user may download at the same time.
    pub export_slots: Arc<UserSlots>,
}

impl Services {
    /// Sets all services up on one database; `pool` runs models for those who look into results.
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
            options.cookie_key.clone(),
            options.https,
        ));
        let catalog = Arc::new(Catalog::new(database.clone(), Arc::clone(clock)));
        let models = Arc::new(LoadedModels::new(Arc::clone(&catalog)));
        let ledger = Arc::new(Ledger::new(
            database.clone(),
            notifier.clone(),
            Arc::clone(clock),
            Arc::new(payment::DemonstrationPayment),
        ));
        Self {
            accounts: Arc::new(Accounts::new(
                database.clone(),
                Arc::clone(clock),
                passwords::Passwords::new(options.hashing_threads),
                attempts::Attempts::new(
                    database.clone(),
                    Arc::clone(clock),
                    options.attempts_per_minute,
                ),
                options.welcome_credits,
            )),
            predictions: Arc::new(Predictions::new(
                database.clone(),
                notifier.clone(),
                Arc::clone(clock),
                Arc::clone(&catalog),
                options.max_queued,
                options.max_open_tasks,
            )),
            insights: Arc::new(Insights::new(
                database.clone(),
                Arc::clone(&catalog),
                Arc::clone(&models),
                pool,
                options.insights,
            )),
            positions: Arc::new(Positions::new(database.clone())),
            sharing: Arc::new(Sharing::new(
                database.clone(),
                Arc::clone(clock),
                Arc::clone(&catalog),
                &options.cookie_key,
                options.shared_per_minute,
            )),
            sessions,
            ledger,
            catalog,
            models,
            list_slots: Arc::new(UserSlots::new(LISTS_PER_USER)),
            write_slots: Arc::new(UserSlots::new(WRITES_PER_USER)),
            export_slots: Arc::new(UserSlots::new(EXPORTS_PER_USER)),
        }
    }
}
