//! Sets up the database, the inference threads and the worker from the configuration.

use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Context as _, bail};
use sea_orm::DbErr;

use super::config::{DatabaseArgs, WorkerArgs, parse_database_url};
use super::secret_file::secret_of;
use super::webhook_args::WebhookArgs;
use super::{data_dir, schema};
use crate::database::{Database, DatabaseOptions, DbErrorKind, postgres, sqlite_file};
use crate::delivery::{Deliverer, Sender};
use crate::inference::InferencePool;
use crate::mail::{MailRoute, Mailer};
use crate::queue::Notifier;
use crate::services::emails::Links;
use crate::services::webhooks::Secrets;
use crate::services::{Clock, KeyRing, LoadedModels, SystemClock, id_key};
use crate::worker::{Worker, WorkerOptions};

const SQLITE_FILE: &str = "pledgecast.db";
const POLL: Duration = Duration::from_secs(5);
const DATABASE_RETRY: Duration = Duration::from_secs(1);

/// What a command does to the schema before it uses a database.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Preparation {
    /// Creates it or brings it up to date.
    Migrate,
    /// Only checks it.
    Check,
}

/// Opens the database. Creates it if it is missing, and migrates it to the schema of this program; nothing is ever
/// dropped. Waits for a database that cannot be reached or is locked, because it may still be starting.
///
/// # Errors
/// If the data folder cannot be created, or the database cannot be reached or migrated.
pub async fn database(args: &DatabaseArgs) -> anyhow::Result<Database> {
    data_dir::prepare(&args.data_dir)?;
    let url = database_url(args)?;
    if let Some(file) = file_of(&url)? {
        data_dir::prepare_database(&file)?;
    }
    open(args, url, Preparation::Migrate).await
}

/// Opens an existing database that has the schema of this program; creates and changes nothing.
///
/// # Errors
/// If it does not exist, cannot be reached, or has another schema.
pub async fn existing_database(args: &DatabaseArgs) -> anyhow::Result<Database> {
    let url = database_url(args)?;
    if let Some(file) = file_of(&url)? {
        require_file(&file)?;
    }
    open(args, url, Preparation::Check).await
}

/// Checks that the file of a SQLite database exists.
///
/// # Errors
/// If it does not; the error names the file.
pub fn require_file(file: &Path) -> anyhow::Result<()> {
    if !file
        .try_exists()
        .with_context(|| format!("looking for {}", file.display()))?
    {
        bail!(
            "no database at {}; check PLEDGECAST_DATA_DIR and PLEDGECAST_DATABASE_URL",
            file.display()
        );
    }
    Ok(())
}

/// The configured URL of the database, or that of SQLite in the data folder.
///
/// # Errors
/// If the file with the URL cannot be read, or the path of the data folder cannot be written as a URL.
pub fn database_url(args: &DatabaseArgs) -> anyhow::Result<String> {
    let (name, file) = ("PLEDGECAST_DATABASE_URL", args.database_url_file.as_deref());
    match secret_of(name, args.database_url.as_ref(), file)? {
        Some(url) => parse_database_url(&url)
            .map_err(|reason| anyhow::anyhow!("PLEDGECAST_DATABASE_URL {reason}")),
        None => Ok(sqlite_file::url_of(&args.data_dir.join(SQLITE_FILE))?),
    }
}

/// The file that a SQLite URL names.
fn file_of(url: &str) -> anyhow::Result<Option<std::path::PathBuf>> {
    if !url.starts_with("sqlite:") {
        return Ok(None);
    }
    sqlite_file::path_of(url).context("PLEDGECAST_DATABASE_URL")
}

async fn open(
    args: &DatabaseArgs,
    url: String,
    preparation: Preparation,
) -> anyhow::Result<Database> {
    let options = DatabaseOptions {
        url,
        max_connections: args.database_connections,
    };
    let deadline = Instant::now() + Duration::from_secs(args.database_wait_seconds);
    loop {
        // Boxed, because migrations make the future large.
        let opening = Box::pin(try_open(&options, preparation, deadline));
        let error = match opening.await {
            Ok(database) => return Ok(database),
            Err(error) => error,
        };
        let Some(reason) = temporary_reason(&error).filter(|_| Instant::now() < deadline) else {
            return Err(error.context("opening the database"));
        };
        tracing::warn!(error = format!("{error:#}"), "{reason}; trying again");
        tokio::time::sleep(DATABASE_RETRY).await;
    }
}

async fn try_open(
    options: &DatabaseOptions,
    preparation: Preparation,
    deadline: Instant,
) -> anyhow::Result<Database> {
    let database = match Database::connect(options).await {
        Ok(database) => database,
        Err(error) => {
            postgres::check_refusal(&error)?;
            return Err(error.into());
        }
    };
    let postgres = database.postgres_pool();
    if let Some(pool) = postgres {
        postgres::check(pool).await?;
    }
    let migrations = Database::connect_for_migrations(options).await?;
    let prepared = match preparation {
        Preparation::Migrate => schema::migrate(&migrations, postgres, deadline).await,
        Preparation::Check => schema::require(&migrations).await,
    };
    migrations.close().await?;
    prepared?;
    id_key::load(&database).await?;
    Ok(database)
}

/// Why opening failed, if the cause may be temporary.
fn temporary_reason(error: &anyhow::Error) -> Option<&'static str> {
    match error.downcast_ref::<DbErr>().map(DbErrorKind::of)? {
        DbErrorKind::Unavailable => Some("the database cannot be reached"),
        DbErrorKind::Contention => Some("another process has locked the database"),
        DbErrorKind::Full | DbErrorKind::Refused => None,
    }
}

/// The system clock.
pub fn clock() -> Arc<dyn Clock> {
    Arc::new(SystemClock)
}

/// Starts the inference threads of this process.
///
/// # Errors
/// If the system cannot start them.
pub fn pool(args: &WorkerArgs) -> anyhow::Result<InferencePool> {
    InferencePool::start(args.threads()).context("starting the inference threads")
}

/// The worker of this process.
pub fn worker(
    args: &WorkerArgs,
    database: &Database,
    notifier: &Notifier,
    models: &Arc<LoadedModels>,
    pool: InferencePool,
) -> Arc<Worker> {
    let options = WorkerOptions {
        loops: usize::from(args.workers),
        batch: args.batch,
        lease: args.lease,
        max_attempts: args.max_attempts,
        inference_timeout: args.inference_timeout,
        poll: POLL,
        max_wait: args.max_wait,
    };
    Arc::new(Worker::new(
        database.clone(),
        notifier.clone(),
        clock(),
        Arc::clone(models),
        pool,
        options,
    ))
}

/// What sends the webhook deliveries of this process. Web processes do so, because they have the key of the service.
///
/// # Errors
/// If TLS cannot be set up.
pub fn deliverer(
    args: &WebhookArgs,
    database: &Database,
    notifier: &Notifier,
    keys: &KeyRing,
) -> anyhow::Result<Arc<Deliverer>> {
    let sender = Sender::new(args.targets()).context("setting up TLS")?;
    Ok(Arc::new(Deliverer::new(
        database.clone(),
        notifier.clone(),
        clock(),
        Secrets::new(keys),
        sender,
        usize::from(args.deliveries),
    )))
}

/// What sends the emails of this process.
pub fn mailer(
    route: Option<MailRoute>,
    database: &Database,
    notifier: &Notifier,
    keys: &KeyRing,
) -> Arc<Mailer> {
    Arc::new(Mailer::new(
        database.clone(),
        notifier.clone(),
        clock(),
        Links::new(keys),
        route,
    ))
}
