//! `pledgecast backup`: one consistent copy of the embedded database, taken while others write to it.

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
/// Those who write wait for the checkpoint in the meantime.
const CHECKPOINT_WAIT: Duration = Duration::from_secs(2);

/// Copies the database of `url` into `file`, which must not exist; answers its size in bytes. The copy is on
/// the disk before its name appears, so a file of that name is a whole backup.
///
/// # Errors
/// On PostgreSQL, which has tools of its own; where the file exists; where the copy fails or is not sound.
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
    // Unlike a rename it never replaces what somebody else made meanwhile.
    std::fs::hard_link(&partial.0, file).with_context(|| format!("making {}", file.display()))?;
    drop(partial);
    let folder = file.parent().filter(|it| !it.as_os_str().is_empty());
    File::open(folder.unwrap_or(Path::new(".")))?.sync_all()?;
    Ok(bytes)
}

/// A file under another name until it is whole; gone again when it is dropped.
struct Partial(PathBuf);

impl Drop for Partial {
    fn drop(&mut self) {
        // Where there is none, there is nothing to clean up.
        let _ = std::fs::remove_file(&self.0);
    }
}

fn partial_name(file: &Path) -> anyhow::Result<PathBuf> {
    let mut name = file
        .file_name()
        .context("FILE must name a file")?
        .to_owned();
    name.push(format!(".{}.partial", std::process::id()));
    // SQLite takes a name that begins with `file:` for a URL, and an absolute one never.
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
    // Made beforehand, so that nobody else may read what is in it.
    let made = OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(partial)
        .with_context(|| format!("making {}", partial.display()))?;
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

/// While the copy was read, nothing could be taken out of the write-ahead log, which grew with each commit and would
/// keep its size. Where somebody is in the way it stays as it is: the service shrinks it at its next checkpoint.
async fn shrink_journal(source: &mut SqliteConnection) {
    let sql = format!("PRAGMA busy_timeout = {}", CHECKPOINT_WAIT.as_millis());
    for sql in [sql.as_str(), "PRAGMA wal_checkpoint(TRUNCATE)"] {
        if let Err(error) = sqlx::query(sqlx::AssertSqlSafe(sql))
            .execute(&mut *source)
            .await
        {
            tracing::warn!(%error, "the write-ahead log keeps its size for now");
            return;
        }
    }
}

/// Reads the copy once through.
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
