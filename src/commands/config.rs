//! Settings: flags, each with its environment variable.

use std::num::NonZeroU32;
use std::ops::RangeInclusive;
use std::path::PathBuf;
use std::time::Duration;

use clap::builder::TypedValueParser;
use clap::{Args, ValueEnum};

use super::connection_args::ConnectionArgs;
use super::mail_args::MailArgs;
use super::rule_args::RuleArgs;
use super::session_args::SessionArgs;
use super::webhook_args::WebhookArgs;
use crate::server::listen_address::ListenAddress;
use crate::server::public_url::PublicUrl;
use crate::server::security_contact::SecurityContact;

/// The log settings.
#[derive(Clone, Debug, Args)]
pub struct LogArgs {
    /// Log filter: a level, or targets with levels such as `info,pledgecast=debug`.
    #[arg(
        long,
        env = "PLEDGECAST_LOG",
        default_value = "info,sqlx=warn,sea_orm_migration=warn",
        global = true
    )]
    pub log: String,
    /// Log format.
    #[arg(long, env = "PLEDGECAST_LOG_FORMAT", value_enum, default_value_t = LogFormat::Human, global = true)]
    pub log_format: LogFormat,
}

/// The format of a log line.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum LogFormat {
    /// Readable text.
    Human,
    /// One JSON object per line.
    Json,
}

/// The database settings.
#[derive(Clone, Debug, Args)]
pub struct DatabaseArgs {
    /// Folder of the embedded database and the cookie key.
    #[arg(long, env = "PLEDGECAST_DATA_DIR", default_value = "data")]
    pub data_dir: PathBuf,
    /// `postgres://…` or `sqlite://…`; if not set, SQLite in the data folder.
    #[arg(long, env = "PLEDGECAST_DATABASE_URL", hide_env_values = true, value_parser = parse_database_url)]
    pub database_url: Option<String>,
    /// File with the URL of the database, in place of `PLEDGECAST_DATABASE_URL`.
    #[arg(long, env = "PLEDGECAST_DATABASE_URL_FILE")]
    pub database_url_file: Option<PathBuf>,
    /// Maximum number of connections to PostgreSQL.
    #[arg(long, env = "PLEDGECAST_DATABASE_CONNECTIONS", default_value_t = 20, value_parser = clap::value_parser!(u32).range(2..=1000))]
    pub database_connections: u32,
    /// How long to wait at start for a database that cannot be reached or is being migrated, in seconds.
    #[arg(long, env = "PLEDGECAST_DATABASE_WAIT_SECONDS", default_value_t = 30)]
    pub database_wait_seconds: u64,
}

/// The worker settings.
#[derive(Clone, Debug, Args)]
pub struct WorkerArgs {
    /// Loops that claim tasks in this process; 0 for none.
    #[arg(long, env = "PLEDGECAST_WORKERS", default_value_t = 1, value_parser = clap::value_parser!(u16).range(0..=64))]
    pub workers: u16,
    /// Threads that run models; if not set, the number of cores.
    #[arg(long, env = "PLEDGECAST_INFERENCE_THREADS", value_parser = clap::value_parser!(u16).range(1..=256))]
    pub inference_threads: Option<u16>,
    /// Time limit of the inference of one batch, in seconds.
    #[arg(long = "inference-seconds", value_name = "INFERENCE_SECONDS", env = "PLEDGECAST_INFERENCE_SECONDS", default_value = "20", value_parser = seconds(1..=3600))]
    pub inference_timeout: Duration,
    /// Maximum number of tasks that are claimed and settled together.
    #[arg(long, env = "PLEDGECAST_BATCH", default_value_t = 128, value_parser = clap::value_parser!(u64).range(1..=1000))]
    pub batch: u64,
    /// How long a claim is valid without being renewed, in seconds.
    #[arg(long = "lease-seconds", value_name = "LEASE_SECONDS", env = "PLEDGECAST_LEASE_SECONDS", default_value = "30", value_parser = seconds(1..=3600))]
    pub lease: Duration,
    /// Attempts before a task fails.
    #[arg(long, env = "PLEDGECAST_MAX_ATTEMPTS", default_value_t = 3, value_parser = clap::value_parser!(i32).range(1..=100))]
    pub max_attempts: i32,
    /// How long a queued task waits for a worker that can load its model before it fails, in seconds.
    #[arg(long = "max-wait-seconds", value_name = "MAX_WAIT_SECONDS", env = "PLEDGECAST_MAX_WAIT_SECONDS", default_value = "86400", value_parser = seconds(1..=31_536_000))]
    pub max_wait: Duration,
}

impl WorkerArgs {
    /// The configured number of inference threads, or the number of cores.
    pub fn threads(&self) -> usize {
        self.inference_threads.map_or_else(
            || std::thread::available_parallelism().map_or(1, usize::from),
            usize::from,
        )
    }
}

fn seconds(range: RangeInclusive<u64>) -> impl TypedValueParser<Value = Duration> {
    clap::value_parser!(u64)
        .range(range)
        .map(Duration::from_secs)
}

/// What Prometheus reads.
#[derive(Clone, Debug, Args)]
pub struct MetricsArgs {
    /// Listen address for `/metrics`, as host:port; if not set, nothing is recorded. It needs no key, so do not make it
    /// public.
    #[arg(long, env = "PLEDGECAST_METRICS_ADDRESS")]
    pub metrics_address: Option<ListenAddress>,
}

/// `pledgecast serve`.
#[derive(Clone, Debug, Args)]
pub struct ServeArgs {
    /// The database.
    #[command(flatten)]
    pub database: DatabaseArgs,
    /// The workers in this process.
    #[command(flatten)]
    pub worker: WorkerArgs,
    /// The connections of clients.
    #[command(flatten)]
    pub connections: ConnectionArgs,
    /// Webhooks.
    #[command(flatten)]
    pub webhooks: WebhookArgs,
    /// Emails.
    #[command(flatten)]
    pub mail: MailArgs,
    /// Metrics.
    #[command(flatten)]
    pub metrics: MetricsArgs,
    /// Sessions.
    #[command(flatten)]
    pub sessions: SessionArgs,
    /// Listen address: host:port, or :port for all IPv4 addresses of the machine; port 0 picks a free port.
    #[arg(long, env = "PLEDGECAST_ADDRESS", default_value = "127.0.0.1:3000")]
    pub address: ListenAddress,
    /// Origin at which browsers reach the service, such as `https://pledgecast.example`; https makes cookies secure.
    #[arg(long, env = "PLEDGECAST_PUBLIC_URL")]
    pub public_url: Option<PublicUrl>,
    /// Whether browsers must also use https for all subdomains of the public URL's host.
    #[arg(long, env = "PLEDGECAST_HSTS_SUBDOMAINS", default_value_t = false, num_args = 0..=1, default_missing_value = "true", action = clap::ArgAction::Set)]
    pub hsts_subdomains: bool,
    /// Where you take reports about vulnerabilities: `mailto:…` or `https://…`, for `/.well-known/security.txt`.
    #[arg(long, env = "PLEDGECAST_SECURITY_CONTACT")]
    pub security_contact: Option<SecurityContact>,
    /// Key for session cookies, private links, secrets of webhooks and second factors: 64 bytes or more in base64. If not
    /// set, it is generated and kept in the data folder. Web processes behind one load balancer must share it. Older keys
    /// may follow, separated by commas or white space: what they have made is still accepted.
    #[arg(long, env = "PLEDGECAST_KEY", hide_env_values = true)]
    pub key: Option<String>,
    /// File with the key, in place of `PLEDGECAST_KEY`.
    #[arg(long, env = "PLEDGECAST_KEY_FILE")]
    pub key_file: Option<PathBuf>,
    /// Who may create an account and how users buy credits.
    #[command(flatten)]
    pub rules: RuleArgs,
    /// Credits that a new user starts with.
    #[arg(long, env = "PLEDGECAST_WELCOME_CREDITS", default_value_t = 10, value_parser = clap::value_parser!(i64).range(0..=1_000_000))]
    pub welcome_credits: i64,
    /// Registrations per minute from each address. A quarter as many failed logins are free; after that a client waits,
    /// twice as long after each failure.
    #[arg(long, env = "PLEDGECAST_AUTH_PER_MINUTE", default_value_t = 20, value_parser = clap::value_parser!(u32).range(1..))]
    pub auth_per_minute: u32,
    /// Questions about changed campaigns (`what_if` and `advice`) per minute for each user, and about the
    /// example for each address; not charged.
    #[arg(long, env = "PLEDGECAST_WHAT_IF_PER_MINUTE", default_value = "120")]
    pub what_if_per_minute: NonZeroU32,
    /// Visits to shared results, their badges, pictures and reports, per minute for each address.
    #[arg(long, env = "PLEDGECAST_SHARED_PER_MINUTE", default_value = "120")]
    pub shared_per_minute: NonZeroU32,
    /// Password hashes computed at the same time (19 MiB each).
    #[arg(long, env = "PLEDGECAST_HASHING_THREADS", default_value_t = 2, value_parser = clap::value_parser!(u16).range(1..=64))]
    pub hashing_threads: u16,
    /// Number of queued tasks at which submits are refused.
    #[arg(long, env = "PLEDGECAST_MAX_QUEUED", default_value_t = 100_000)]
    pub max_queued: u64,
    /// Number of queued and running tasks of one user at which further submits of that user are refused.
    #[arg(long, env = "PLEDGECAST_MAX_OPEN_TASKS", default_value_t = 20_000)]
    pub max_open_tasks: u64,
    /// Event streams (`/events`) that one user may have open in this process.
    #[arg(long, env = "PLEDGECAST_STREAMS_PER_USER", default_value_t = 20, value_parser = clap::value_parser!(u16).range(1..))]
    pub streams_per_user: u16,
}

/// `pledgecast worker`.
#[derive(Clone, Debug, Args)]
pub struct WorkerProcessArgs {
    /// The database.
    #[command(flatten)]
    pub database: DatabaseArgs,
    /// The workers in this process.
    #[command(flatten)]
    pub worker: WorkerArgs,
    /// Metrics.
    #[command(flatten)]
    pub metrics: MetricsArgs,
    /// Listen address for `/health/live` and `/health/ready`, as host:port; if not set, they are not served.
    #[arg(long, env = "PLEDGECAST_HEALTH_ADDRESS")]
    pub health_address: Option<ListenAddress>,
}

/// The URL of a database, if it is one.
///
/// # Errors
/// What it must begin with.
pub fn parse_database_url(url: &str) -> Result<String, String> {
    let known = ["sqlite:", "postgres://", "postgresql://"];
    if known.iter().any(|scheme| url.starts_with(scheme)) {
        Ok(url.to_owned())
    } else {
        Err("must begin with sqlite:, postgres:// or postgresql://".to_owned())
    }
}
