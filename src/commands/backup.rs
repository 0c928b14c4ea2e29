//! `pledgecast backup`: a consistent copy of the embedded database, taken while it is in use.

use std::fs::File;
use std::path::Path;
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
    // SQLite parses a name that begins with `file:` as a URL; an absolute path never does.
    let file = std::path::absolute(file)?;
    let (Some(folder), Some(name)) = (file.parent(), file.file_name()) else {
        bail!("FILE must name a file");
    };
    // Only its owner can read it. It is removed on every error.
    let partial = tempfile::Builder::new()
        .prefix(name)
        .suffix(".partial")
        .tempfile_in(folder)
        .with_context(|| format!("creating a file in {}", folder.display()))?;
    copy(url, partial.path()).await?;
    partial.as_file().sync_all()?;
    // Never replaces a file that was created in the meantime.
    let copied = partial
        .persist_noclobber(&file)
        .with_context(|| format!("creating {}", file.display()))?;
    File::open(folder)?.sync_all()?;
    Ok(copied.metadata()?.len())
}

/// Copies the database into an empty file.
async fn copy(url: &str, partial: &Path) -> anyhow::Result<()> {
    let mut source = SqliteConnectOptions::from_str(url)?
        .create_if_missing(false)
        .busy_timeout(BUSY_TIMEOUT)
        .disable_statement_logging()
        .connect()
        .await
        .with_context(|| format!("opening {url}"))?;
    sqlx::query("VACUUM INTO ?")
        .bind(partial.to_str().context("FILE must be UTF-8")?)
        .execute(&mut source)
        .await
        .context("copying the database")?;
    shrink_journal(&mut source).await;
    source.close().await?;
    check(partial).await
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
