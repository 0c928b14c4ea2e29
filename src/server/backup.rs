//! `pledgecast backup`: one consistent copy of the embedded database, taken while others write to it.

use std::fs::{File, OpenOptions};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};
use std::str::FromStr as _;
use std::time::Duration;

use anyhow::{Context as _, bail, ensure};
use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection};
use sqlx::{ConnectOptions as _, Connection as _};

const BUSY_TIMEOUT: Duration = Duration::from_secs(30);

/// Copies the database of `url` into `file`, which must not exist; answers its size in bytes. The copy is on
/// the disk before its name appears, so a file of that name is a whole backup.
///
/// # Errors
/// On PostgreSQL, which has tools of its own; where the file exists; where the copy fails or is not sound.
pub async fn backup(url: &str, file: &Path) -> anyhow::Result<u64> {
    if !url.starts_with("sqlite:") {
        bail!(
            "PostgreSQL is copied by its own tool: pg_dump --format=custom --file={} \
             \"$PLEDGECAST_DATABASE_URL\"; docs/operations.md says how to restore it",
            file.display()
        );
    }
    ensure!(
        !file.try_exists()?,
        "{} exists already; name a file that does not",
        file.display()
    );
    let partial = partial_name(file)?;
    let copied = copy(url, &partial).await;
    let named = copied.and_then(|bytes| {
        // Unlike a rename it never replaces what somebody else made meanwhile.
        std::fs::hard_link(&partial, file).with_context(|| format!("making {}", file.display()))?;
        Ok(bytes)
    });
    // Where there is none, there is nothing to clean up.
    let _ = std::fs::remove_file(&partial);
    let bytes = named?;
    let folder = file.parent().filter(|it| !it.as_os_str().is_empty());
    File::open(folder.unwrap_or(Path::new(".")))?.sync_all()?;
    Ok(bytes)
}

fn partial_name(file: &Path) -> anyhow::Result<PathBuf> {
    let mut name = file
        .file_name()
        .context("FILE must name a file")?
        .to_owned();
    name.push(format!(".{}.partial", std::process::id()));
    Ok(file.with_file_name(name))
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
    source.close().await?;
    check(partial).await?;
    made.sync_all()?;
    Ok(made.metadata()?.len())
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
    ensure!(found == "ok", "the copy is not sound: {found}");
    Ok(())
}
