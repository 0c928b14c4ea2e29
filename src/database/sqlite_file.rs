//! The file of the embedded database: its path as a URL, its permissions, the size of its journal.

use std::fs::{OpenOptions, Permissions};
use std::io::{self, ErrorKind};
use std::os::unix::fs::{OpenOptionsExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};
use std::str::FromStr as _;

use sea_orm::sqlx;
use sqlx::sqlite::SqliteConnectOptions;

/// What SQLite keeps beside the database while it is open.
const COMPANIONS: [&str; 2] = ["-wal", "-shm"];
/// To this size the write-ahead log shrinks once all of it is in the database again.
const JOURNAL_MAX_BYTES: u32 = 64 * 1024 * 1024;
const OWNER_ONLY: u32 = 0o600;

/// The URL of exactly this file. Whatever the path has that means something in a URL is escaped.
///
/// # Errors
/// Where the path is not UTF-8, which SQLite's driver needs, or the current folder is gone.
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
/// Where the URL cannot be read.
pub fn path_of(url: &str) -> Result<Option<PathBuf>, sqlx::Error> {
    let location = url.split('?').next().unwrap_or(url);
    let is_in_memory = location.ends_with(":memory:") || url.contains("mode=memory");
    let options = SqliteConnectOptions::from_str(url)?;
    Ok((!is_in_memory).then(|| options.get_filename().to_owned()))
}

/// Makes an empty database file, which only its owner may read, where there is none. SQLite gives what it keeps
/// beside a database the permissions of the database.
///
/// # Errors
/// Where it cannot be made.
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

/// Takes the permissions of all but the owner off the file and what SQLite keeps beside it. Tells whether there were
/// any.
///
/// # Errors
/// Where the system does not let this process change them.
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

/// Has connections shrink the write-ahead log again after something, such as a backup, made it grow: it keeps its
/// greatest size otherwise.
#[must_use]
pub fn limit_journal(options: SqliteConnectOptions) -> SqliteConnectOptions {
    options.pragma("journal_size_limit", JOURNAL_MAX_BYTES.to_string())
}

#[cfg(test)]
mod tests {
    use sea_orm::sqlx::{Connection as _, SqliteConnection};

    use super::*;

    #[test]
    fn a_path_survives_the_url_whatever_it_is_called() {
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
    fn a_path_that_is_not_utf_8_is_refused_in_words() {
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
    fn only_the_owner_reads_the_files() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("a.db");
        let mode = |path: &Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert!(!make_private(&file).unwrap(), "there is none yet");
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
