//! `pledgecast backup`: a consistent copy of the embedded database, taken while it is in use.

use std::fs::{File, OpenOptions};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};
use std::str::FromStr as _;
use std::time::Duration;

use anyhow::{Context as _, bail, ensure};
use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection};
use sqlx::{ConnectOptions as _, Connection as _};

use super::setup;
use crate::database::sqlite_file;

const BUSY_TIMEOUT: Duration = Duration::from_secs(30);
/// How long the checkpoint may wait for other connections; writers wait in the meantime.
const CHECKPOINT_WAIT: Duration = Duration::from_secs(2);

/// Copies the database at `url` to `file`, which must not exist, and returns the size in bytes. The copy is synced to
/// disk before its name appears, so a file of that name is always a complete backup.
///
/// # Errors
/// On PostgreSQL, which has its own tools; if the file exists; if the copy fails or is corrupt.
pub async fn backup(url: &str, file: &Path) -> anyhow::Result<u64> {
    if !url.starts_with("sqlite:") {
        bail!(
            "back up PostgreSQL with its own tool: pg_dump --format=custom --file={} \
             \"$PLEDGECAST_DATABASE_URL\"; docs/operations.md explains how to restore it",
            file.display()
        );
    }
    if let Some(source) = sqlite_file::path_of(url)? {
        setup::require_file(&source)?;
    }
    ensure!(
        !file.try_exists()?,
        "{} already exists; choose another file name",
        file.display()
    );
    let partial = Partial(partial_name(file)?);
    let bytes = copy(url, &partial.0).await?;
    // A hard link, unlike a rename, never replaces a file that was created in the meantime.
    std::fs::hard_link(&partial.0, file).with_context(|| format!("creating {}", file.display()))?;
    drop(partial);
    let folder = file.parent().filter(|it| !it.as_os_str().is_empty());
    File::open(folder.unwrap_or(Path::new(".")))?.sync_all()?;
    Ok(bytes)
}

/// A temporary file, removed on drop.
struct Partial(PathBuf);

impl Drop for Partial {
    fn drop(&mut self) {
        // The file may not have been created yet.
        let _ = std::fs::remove_file(&self.0);
    }
}

fn partial_name(file: &Path) -> anyhow::Result<PathBuf> {
    let mut name = file
        .file_name()
        .context("FILE must name a file")?
        .to_owned();
    name.push(format!(".{}.partial", std::process::id()));
    // SQLite parses a name that begins with `file:` as a URL; an absolute path never does.
    Ok(std::path::absolute(file.with_file_name(name))?)
}

async fn copy(url: &str, partial: &Path) -> anyhow::Result<u64> {
    let mut source = SqliteConnectOptions::from_str(url)?
        .create_if_missing(false)
        .busy_timeout(BUSY_TIMEOUT)
        .disable_statement_logging()
        .connect()
        .await
        .with_context(|| format!("opening {url}"))?;
    // Created before SQLite opens it, so that only the owner can read it.
    let made = OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(partial)
        .with_context(|| format!("creating {}", partial.display()))?;
    let path = partial.to_str().context("FILE must be UTF-8")?;
    sqlx::query("VACUUM INTO ?")
        .bind(path)
        .execute(&mut source)
        .await
        .context("copying the database")?;
    shrink_journal(&mut source).await;
    source.close().await?;
    check(partial).await?;
    made.sync_all()?;
    Ok(made.metadata()?.len())
}

/// During the copy nothing could be removed from the write-ahead log, so it grew with each commit and would keep its
/// size. If another connection is in the way, the service truncates the log at its next checkpoint.
async fn shrink_journal(source: &mut SqliteConnection) {
    let sql = format!("PRAGMA busy_timeout = {}", CHECKPOINT_WAIT.as_millis());
    for sql in [sql.as_str(), "PRAGMA wal_checkpoint(TRUNCATE)"] {
        if let Err(error) = sqlx::query(sqlx::AssertSqlSafe(sql))
            .execute(&mut *source)
            .await
        {
            tracing::warn!(%error, "the write-ahead log could not be truncated and keeps its size for now");
            return;
        }
    }
}

/// Runs SQLite's integrity check on the copy.
async fn check(partial: &Path) -> anyhow::Result<()> {
    let mut copy: SqliteConnection = SqliteConnectOptions::new()
        .filename(partial)
        .read_only(true)
        .connect()
        .await
        .context("opening the copy")?;
    let found: String = sqlx::query_scalar("PRAGMA quick_check")
        .fetch_one(&mut copy)
        .await
        .context("checking the copy")?;
    copy.close().await?;
    ensure!(found == "ok", "the copy is corrupt: {found}");
    Ok(())
}
