//! From the configuration to a database of the right schema, services and workers.

use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Context as _, bail};
use sea_orm::DbErr;

use super::config::{DatabaseArgs, WorkerArgs};
use super::{data_dir, schema};
use crate::database::{Database, DatabaseOptions, DbErrorKind, postgres, sqlite_file};
use crate::inference::InferencePool;
use crate::queue::Notifier;
use crate::services::{Clock, LoadedModels, SystemClock};
use crate::worker::{Worker, WorkerOptions};

const SQLITE_FILE: &str = "pledgecast.db";
const POLL: Duration = Duration::from_secs(5);
const DATABASE_RETRY: Duration = Duration::from_secs(1);

/// What a command does to a database before it works on it.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Preparation {
    /// Makes it where there is none, and brings its schema up to date.
    Migrate,
    /// Nothing.
    Check,
}

/// Opens the database, which is made where there is none and brought to the schema of this program. Nothing is ever
/// dropped. What cannot be reached, or is in use, is waited for a while: it may be starting, too.
///
/// # Errors
/// Where the data folder cannot be made, or the database not be reached or migrated.
pub async fn database(args: &DatabaseArgs) -> anyhow::Result<Database> {
    data_dir::prepare(&args.data_dir)?;
    let url = database_url(args)?;
    if let Some(file) = file_of(&url)? {
        data_dir::prepare_database(&file)?;
    }
    open(args, url, Preparation::Migrate).await
}

/// Opens a database that is there and has the schema of this program; makes and changes nothing.
///
/// # Errors
/// Where there is none, it cannot be reached, or it has another schema.
pub async fn existing_database(args: &DatabaseArgs) -> anyhow::Result<Database> {
    let url = database_url(args)?;
    if let Some(file) = file_of(&url)? {
        require_file(&file)?;
    }
    open(args, url, Preparation::Check).await
}

/// Refuses where there is no such database of SQLite.
///
/// # Errors
/// Naming the file.
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

/// The URL of the database that is configured, or of SQLite in the data folder.
///
/// # Errors
/// Where the path of the data folder cannot be said in a URL.
pub fn database_url(args: &DatabaseArgs) -> anyhow::Result<String> {
    match &args.database_url {
        Some(url) => Ok(url.clone()),
        None => Ok(sqlite_file::url_of(&args.data_dir.join(SQLITE_FILE))?),
    }
}

/// The file of a URL of SQLite.
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
        // Boxed: with all that migrating takes it is large.
        let opening = Box::pin(try_open(&options, preparation, deadline));
        let error = match opening.await {
            Ok(database) => return Ok(database),
            Err(error) => error,
        };
        let Some(reason) = passing(&error).filter(|_| Instant::now() < deadline) else {
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
    Ok(database)
}

/// Why opening failed, where that may pass by itself.
fn passing(error: &anyhow::Error) -> Option<&'static str> {
    match error.downcast_ref::<DbErr>().map(DbErrorKind::of)? {
        DbErrorKind::Unavailable => Some("the database cannot be reached"),
        DbErrorKind::Contention => Some("another process has locked the database"),
        DbErrorKind::Full | DbErrorKind::Refused => None,
    }
}

/// The machine's clock, as the services take it.
pub fn clock() -> Arc<dyn Clock> {
    Arc::new(SystemClock)
}

/// The inference threads of this process.
///
/// # Errors
/// Where the system refuses them.
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
        lease: args.lease(),
        max_attempts: args.max_attempts,
        inference_timeout: args.inference_timeout(),
        poll: POLL,
        max_wait: args.max_wait(),
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
