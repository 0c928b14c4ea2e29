//! Configuration: flags, each with its environment variable.

use std::num::NonZeroU32;
use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, Parser, Subcommand, ValueEnum};

use super::connection_args::ConnectionArgs;
use super::listen_address::ListenAddress;
use super::model_command::ModelArgs;
use super::public_url::PublicUrl;
use crate::inference::CHECK_COMMAND;
use crate::types::Role;

/// Tells whether a Kickstarter campaign will reach its goal, as a paid service.
#[derive(Debug, Parser)]
#[command(version)]
pub struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
    /// How logs are written.
    #[command(flatten)]
    pub log: LogArgs,
}

/// The commands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Serve the site and the API, with workers in the same process.
    Serve(ServeArgs),
    /// Work on queued tasks, in a process of its own (PostgreSQL only).
    Worker(WorkerProcessArgs),
    /// Bring the database to the schema of this version, and do nothing else.
    Migrate(DatabaseArgs),
    /// Check the invariants of the ledger and the tasks; exit 1 with the offending rows.
    Audit(DatabaseArgs),
    /// Copy the embedded database, also while it is served, into a new file (SQLite only).
    Backup(BackupArgs),
    /// Make and change users.
    User(UserArgs),
    /// List models, put them on offer or retire them, and set prices.
    Model(ModelArgs),
    /// Score a CSV of campaigns by the model that comes with the program, without a database.
    ///
    /// The first line names the columns by the fields of a campaign, in any order. Optional fields may be
    /// blank or absent, other columns are passed through. The file may be written as spreadsheets, pandas and
    /// public dumps write it: separated by commas, semicolons or tabs, in UTF-8 or UTF-16 with its mark, dates with
    /// times, decimal commas. The output is the input with two more columns, `probability` (0 to 1) and `verdict`
    /// (`likely`, `toss_up` or `unlikely`); it replaces what was there once it is whole.
    ///
    /// A line that breaks a rule stays in the output with both blank and is told on standard error by its number,
    /// as an editor shows it; all others are still scored. Exits 1 when there was such a line.
    #[command(verbatim_doc_comment)]
    Score(CsvArgs),
    /// Turn a CSV of campaigns into a CSV of the model's features; training calls this.
    Features(CsvArgs),
    /// Check the model file on standard input within limits of memory and time; the program runs this itself.
    #[command(name = CHECK_COMMAND, hide = true)]
    CheckModel,
}

/// How logs are written.
#[derive(Clone, Debug, Args)]
pub struct LogArgs {
    /// What is logged: a level, or targets with levels such as `info,pledgecast=debug`.
    #[arg(
        long,
        env = "PLEDGECAST_LOG",
        default_value = "info,sqlx=warn,sea_orm_migration=warn",
        global = true
    )]
    pub log: String,
    /// For people or for machines.
    #[arg(long, env = "PLEDGECAST_LOG_FORMAT", value_enum, default_value_t = LogFormat::Human, global = true)]
    pub log_format: LogFormat,
}

/// The form of a log line.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum LogFormat {
    /// A line to read.
    Human,
    /// A JSON object.
    Json,
}

/// Where the database is.
#[derive(Clone, Debug, Args)]
pub struct DatabaseArgs {
    /// Where the embedded database and the cookie key are kept.
    #[arg(long, env = "PLEDGECAST_DATA_DIR", default_value = "data")]
    pub data_dir: PathBuf,
    /// `postgres://…` or `sqlite://…`; SQLite in the data folder where it is not given.
    #[arg(long, env = "PLEDGECAST_DATABASE_URL", hide_env_values = true, value_parser = parse_database_url)]
    pub database_url: Option<String>,
    /// Most connections to PostgreSQL.
    #[arg(long, env = "PLEDGECAST_DATABASE_CONNECTIONS", default_value_t = 20, value_parser = clap::value_parser!(u32).range(2..=1000))]
    pub database_connections: u32,
    /// How long to wait at the start for a database that cannot be reached, or that another process migrates.
    #[arg(long, env = "PLEDGECAST_DATABASE_WAIT_SECONDS", default_value_t = 30)]
    pub database_wait_seconds: u64,
}

/// How tasks are worked on.
#[derive(Clone, Debug, Args)]
pub struct WorkerArgs {
    /// Loops that claim tasks in this process; 0 for none.
    #[arg(long, env = "PLEDGECAST_WORKERS", default_value_t = 1, value_parser = clap::value_parser!(u16).range(0..=64))]
    pub workers: u16,
    /// Threads that run models; as many as there are cores where it is not given.
    #[arg(long, env = "PLEDGECAST_INFERENCE_THREADS", value_parser = clap::value_parser!(u16).range(1..=256))]
    pub inference_threads: Option<u16>,
    /// Longest inference of one batch, in seconds.
    #[arg(long, env = "PLEDGECAST_INFERENCE_SECONDS", default_value_t = 20, value_parser = clap::value_parser!(u64).range(1..=3600))]
    pub inference_seconds: u64,
    /// Most tasks that are claimed and settled together.
    #[arg(long, env = "PLEDGECAST_BATCH", default_value_t = 128, value_parser = clap::value_parser!(u64).range(1..=1000))]
    pub batch: u64,
    /// How long a claim holds without being renewed, in seconds.
    #[arg(long, env = "PLEDGECAST_LEASE_SECONDS", default_value_t = 30, value_parser = clap::value_parser!(u64).range(1..=3600))]
    pub lease_seconds: u64,
    /// Tries before a task fails.
    #[arg(long, env = "PLEDGECAST_MAX_ATTEMPTS", default_value_t = 3, value_parser = clap::value_parser!(i32).range(1..=100))]
    pub max_attempts: i32,
    /// How long a queued task waits for a worker that can load its model before it fails, in seconds.
    #[arg(long, env = "PLEDGECAST_MAX_WAIT_SECONDS", default_value_t = 86_400, value_parser = clap::value_parser!(u64).range(1..=31_536_000))]
    pub max_wait_seconds: u64,
}

impl WorkerArgs {
    /// The inference threads, by configuration or by cores.
    pub fn threads(&self) -> usize {
        self.inference_threads.map_or_else(
            || std::thread::available_parallelism().map_or(1, usize::from),
            usize::from,
        )
    }

    /// As a duration.
    pub fn inference_timeout(&self) -> Duration {
        Duration::from_secs(self.inference_seconds)
    }

    /// As a duration.
    pub fn lease(&self) -> Duration {
        Duration::from_secs(self.lease_seconds)
    }

    /// As a duration.
    pub fn max_wait(&self) -> Duration {
        Duration::from_secs(self.max_wait_seconds)
    }
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
    /// Where to listen, as host:port, or :port for all addresses of the machine; port 0 takes a free one.
    #[arg(long, env = "PLEDGECAST_ADDRESS", default_value = "127.0.0.1:3000")]
    pub address: ListenAddress,
    /// How browsers reach the service, such as `https://pledgecast.example`; https makes cookies secure.
    #[arg(long, env = "PLEDGECAST_PUBLIC_URL")]
    pub public_url: Option<PublicUrl>,
    /// The key of the session cookies: 64 bytes or more in base64; made and kept in the data folder where it
    /// is not given. Web processes behind one balancer share one.
    #[arg(long, env = "PLEDGECAST_KEY", hide_env_values = true)]
    pub key: Option<String>,
    /// Credits that a new user starts with.
    #[arg(long, env = "PLEDGECAST_WELCOME_CREDITS", default_value_t = 10, value_parser = clap::value_parser!(i64).range(0..=1_000_000))]
    pub welcome_credits: i64,
    /// Registrations a minute from each address. A quarter as many failed logins are free; then a client waits,
    /// twice as long after each further failure.
    #[arg(long, env = "PLEDGECAST_AUTH_PER_MINUTE", default_value_t = 20, value_parser = clap::value_parser!(u32).range(1..))]
    pub auth_per_minute: u32,
    /// Questions a minute about changed campaigns (`what_if` and `advice`), for each user; not charged.
    #[arg(long, env = "PLEDGECAST_WHAT_IF_PER_MINUTE", default_value = "120")]
    pub what_if_per_minute: NonZeroU32,
    /// Visits a minute of results that were shared by a link, for each address.
    #[arg(long, env = "PLEDGECAST_SHARED_PER_MINUTE", default_value = "120")]
    pub shared_per_minute: NonZeroU32,
    /// Password hashes computed at the same time (19 MiB each).
    #[arg(long, env = "PLEDGECAST_HASHING_THREADS", default_value_t = 2, value_parser = clap::value_parser!(u16).range(1..=64))]
    pub hashing_threads: u16,
    /// Queued tasks from which on submits are refused.
    #[arg(long, env = "PLEDGECAST_MAX_QUEUED", default_value_t = 100_000)]
    pub max_queued: u64,
    /// Queued and running tasks of one user from which on further submits of that user are refused.
    #[arg(long, env = "PLEDGECAST_MAX_OPEN_TASKS", default_value_t = 10_000)]
    pub max_open_tasks: u64,
    /// Streams of live changes (`/events`) that one user may have open.
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
    /// Where `/health/live` and `/health/ready` are answered, as host:port; nowhere where it is not given.
    #[arg(long, env = "PLEDGECAST_HEALTH_ADDRESS")]
    pub health_address: Option<ListenAddress>,
}

/// `pledgecast backup`.
#[derive(Clone, Debug, Args)]
pub struct BackupArgs {
    /// The database.
    #[command(flatten)]
    pub database: DatabaseArgs,
    /// Where the copy goes; a file that is not there yet.
    #[arg(value_name = "FILE")]
    pub file: PathBuf,
}

/// `pledgecast user`.
#[derive(Clone, Debug, Args)]
pub struct UserArgs {
    /// The database.
    #[command(flatten)]
    pub database: DatabaseArgs,
    /// What to do.
    #[command(subcommand)]
    pub command: UserCommand,
}

/// What the operator does with users. Passwords come from `PLEDGECAST_PASSWORD` or a line on standard input.
#[derive(Clone, Debug, Subcommand)]
pub enum UserCommand {
    /// Make a user.
    Create {
        /// The address to log in with.
        #[arg(long)]
        email: String,
        /// What the user may do: user or admin.
        #[arg(long, default_value_t = Role::User)]
        role: Role,
        /// Credits to start with.
        #[arg(long, default_value_t = 10)]
        welcome_credits: i64,
    },
    /// Change what a user may do.
    Role {
        /// The address to log in with.
        #[arg(long)]
        email: String,
        /// user or admin.
        #[arg(long)]
        role: Role,
    },
    /// Set a new password and end all sessions.
    Password {
        /// The address to log in with.
        #[arg(long)]
        email: String,
    },
    /// Correct a balance by an adjustment, up or down.
    Grant {
        /// The address to log in with.
        #[arg(long)]
        email: String,
        /// Signed credits.
        #[arg(long, allow_negative_numbers = true, value_parser = clap::value_parser!(i64).range(-1_000_000_000..=1_000_000_000))]
        amount: i64,
        /// What the user's history says of it.
        #[arg(long)]
        reason: String,
    },
}

/// `pledgecast score` and `pledgecast features`.
#[derive(Clone, Debug, Args)]
pub struct CsvArgs {
    /// Campaigns in the wire format, with a header.
    #[arg(long, value_name = "FILE.csv")]
    pub input: PathBuf,
    /// Where the result goes; a file that is there is replaced.
    #[arg(long, value_name = "FILE.csv")]
    pub output: PathBuf,
}

fn parse_database_url(url: &str) -> Result<String, String> {
    let known = ["sqlite:", "postgres://", "postgresql://"];
    if known.iter().any(|scheme| url.starts_with(scheme)) {
        Ok(url.to_owned())
    } else {
        Err("must begin with sqlite:, postgres:// or postgresql://".to_owned())
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn the_definition_of_the_flags_is_sound() {
        Cli::command().debug_assert();
    }
}
