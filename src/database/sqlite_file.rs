//! The SQLite file: its path as a URL, its permissions, the size of its write-ahead log.

use std::fs::{OpenOptions, Permissions};
use std::io::{self, ErrorKind};
use std::os::unix::fs::{OpenOptionsExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};
use std::str::FromStr as _;

use sea_orm::sqlx;
use sqlx::sqlite::SqliteConnectOptions;

/// Suffixes of the files that SQLite keeps beside the database while it is open.
const COMPANIONS: [&str; 2] = ["-wal", "-shm"];
/// SQLite truncates the write-ahead log to this size after a checkpoint.
const JOURNAL_MAX_BYTES: u32 = 64 * 1024 * 1024;
const OWNER_ONLY: u32 = 0o600;

/// The URL of a database file. Characters of the path that have a meaning in a URL are escaped.
///
/// # Errors
/// If the path is not UTF-8, which the SQLite driver requires, or the current folder does not exist.
pub fn url_of(file: &Path) -> io::Result<String> {
    let absolute = std::path::absolute(file)?;
    let path = absolute.to_str().ok_or_else(|| {
        io::Error::new(
            ErrorKind::InvalidInput,
            format!("the path {} is not UTF-8", absolute.display()),
        )
    })?;
    let mut url = "sqlite://".to_owned();
    for byte in path.bytes() {
        if byte.is_ascii_alphanumeric() || b"/-_.~".contains(&byte) {
            url.push(byte.into());
        } else {
            url.push('%');
            url.push_str(&crate::types::hex(&[byte]));
        }
    }
    Ok(url)
}

/// The file of a SQLite URL; `None` for a database in memory.
///
/// # Errors
/// If the URL is invalid.
pub fn path_of(url: &str) -> Result<Option<PathBuf>, sqlx::Error> {
    let location = url.split('?').next().unwrap_or(url);
    let is_in_memory = location.ends_with(":memory:") || url.contains("mode=memory");
    let options = SqliteConnectOptions::from_str(url)?;
    Ok((!is_in_memory).then(|| options.get_filename().to_owned()))
}

/// Creates an empty database file that only its owner may read, unless the file exists. SQLite gives its companion
/// files the permissions of the database.
///
/// # Errors
/// If the file cannot be created.
pub fn create_private(file: &Path) -> io::Result<()> {
    let made = OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(OWNER_ONLY)
        .open(file);
    match made {
        Err(error) if error.kind() != ErrorKind::AlreadyExists => Err(error),
        _ => Ok(()),
    }
}

/// Removes the permissions of everyone but the owner from the database and its companion files. Returns whether there
/// were any.
///
/// # Errors
/// If the system does not let this process change the permissions.
pub fn make_private(file: &Path) -> io::Result<bool> {
    let mut were_open = tighten(file)?;
    for suffix in COMPANIONS {
        let mut path = file.as_os_str().to_owned();
        path.push(suffix);
        were_open |= tighten(Path::new(&path))?;
    }
    Ok(were_open)
}

fn tighten(file: &Path) -> io::Result<bool> {
    let mode = match std::fs::metadata(file) {
        Ok(metadata) => metadata.permissions().mode(),
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(false),
        Err(error) => return Err(error),
    };
    let is_open = mode & 0o077 != 0;
    if is_open {
        std::fs::set_permissions(file, Permissions::from_mode(mode & 0o700))?;
    }
    Ok(is_open)
}

/// Makes connections shrink the write-ahead log after something such as a backup made it grow. By default SQLite keeps
/// it at its largest size.
#[must_use]
pub fn limit_journal(options: SqliteConnectOptions) -> SqliteConnectOptions {
    options.pragma("journal_size_limit", JOURNAL_MAX_BYTES.to_string())
}

#[cfg(test)]
mod tests {
    use sea_orm::sqlx::{Connection as _, SqliteConnection};

    use super::*;

    #[test]
    fn any_path_survives_the_round_trip_through_a_url() {
        for name in [
            "plain.db",
            "50%25off/a.db",
            "what?/a.db",
            "a#b.db",
            "with space.db",
            ":memory:",
            "file:x.db",
            "?mode=memory",
            "маяк/база.db",
            "a\"b'c&d=e+f.db",
        ] {
            let path = Path::new("/srv").join(name);
            let url = url_of(&path).unwrap();
            assert_eq!(path_of(&url).unwrap(), Some(path), "{url}");
        }
        let relative = path_of(&url_of(Path::new("data/a.db")).unwrap()).unwrap();
        assert_eq!(relative, std::path::absolute("data/a.db").ok());
    }

    #[test]
    fn a_path_that_is_not_utf_8_is_refused_with_a_message() {
        use std::os::unix::ffi::OsStrExt as _;
        let path = Path::new(std::ffi::OsStr::from_bytes(b"/srv/\xff.db"));
        let error = url_of(path).unwrap_err();
        assert!(error.to_string().contains("not UTF-8"), "{error}");
    }

    #[test]
    fn a_database_in_memory_has_no_file() {
        for url in [
            "sqlite::memory:",
            "sqlite://:memory:",
            "sqlite://?mode=memory",
        ] {
            assert_eq!(path_of(url).unwrap(), None, "{url}");
        }
        let given = path_of("sqlite:///srv/a%20b.db?mode=rwc").unwrap();
        assert_eq!(given, Some(PathBuf::from("/srv/a b.db")));
    }

    #[test]
    fn only_the_owner_can_read_the_files() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("a.db");
        let mode = |path: &Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert!(!make_private(&file).unwrap(), "no file yet");
        create_private(&file).unwrap();
        assert_eq!(mode(&file), 0o600);
        assert!(!make_private(&file).unwrap());
        let wal = folder.path().join("a.db-wal");
        std::fs::write(&wal, "kept").unwrap();
        for path in [&file, &wal] {
            std::fs::set_permissions(path, Permissions::from_mode(0o644)).unwrap();
        }
        create_private(&file).unwrap();
        assert!(make_private(&file).unwrap());
        assert_eq!((mode(&file), mode(&wal)), (0o600, 0o600));
        assert_eq!(std::fs::read(&wal).unwrap(), b"kept");
    }

    #[tokio::test]
    async fn the_journal_shrinks_to_its_limit() {
        let folder = tempfile::tempdir().unwrap();
        let options = SqliteConnectOptions::new()
            .filename(folder.path().join("a.db"))
            .create_if_missing(true);
        let options = limit_journal(options);
        let mut connection = SqliteConnection::connect_with(&options).await.unwrap();
        let limit: i64 = sqlx::query_scalar("PRAGMA journal_size_limit")
            .fetch_one(&mut connection)
            .await
            .unwrap();
        assert_eq!(limit, i64::from(JOURNAL_MAX_BYTES));
    }
}
