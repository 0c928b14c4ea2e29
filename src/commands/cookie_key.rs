//! The key of the cookies: from the configuration, or made at first start and kept in the data folder.

use std::io::{ErrorKind, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::Path;

use anyhow::{Context as _, bail};
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use tower_cookies::Key;

const FILE: &str = "cookie.key";
const BYTES_MIN: usize = 64;

/// The configured key, or the one of the data folder, which is made where there is none (mode 0600). An empty
/// file is what a full disk or a crash leaves behind: it is made anew, too. Any other damage is an error, for
/// a new key ends all sessions and links.
///
/// # Errors
/// Where the key is too short or no base64, or the file cannot be read or written.
pub fn load(configured: Option<&str>, data_dir: &Path) -> anyhow::Result<Key> {
    if let Some(text) = configured {
        return parse(text).context("PLEDGECAST_KEY");
    }
    let path = data_dir.join(FILE);
    match std::fs::read_to_string(&path) {
        Ok(text) if text.trim().is_empty() => {
            tracing::warn!(path = %path.display(), "the file of the cookie key is empty; a new key ends all sessions");
            make(&path)
        }
        Ok(text) => parse(&text).with_context(|| {
            format!(
                "{} is damaged: restore it from a backup, or delete it to end all sessions and private links",
                path.display()
            )
        }),
        Err(error) if error.kind() == ErrorKind::NotFound => make(&path),
        Err(error) => Err(error).with_context(|| path.display().to_string()),
    }
}

/// Writes a new key beside the place where it belongs, and moves it there once it is whole on the disk.
fn make(path: &Path) -> anyhow::Result<Key> {
    let key = Key::generate();
    let unfinished = path.with_extension("key.new");
    write_whole(&unfinished, BASE64_STANDARD.encode(key.master()).as_bytes())
        .and_then(|()| std::fs::rename(&unfinished, path))
        .and_then(|()| path.parent().map_or(Ok(()), sync_folder))
        .with_context(|| format!("making {}", path.display()))?;
    tracing::info!(path = %path.display(), "made a key for the session cookies");
    Ok(key)
}

fn write_whole(path: &Path, bytes: &[u8]) -> std::io::Result<()> {
    // What an earlier start left has its own mode.
    match std::fs::remove_file(path) {
        Err(error) if error.kind() != ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    let mut file = std::fs::OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(path)?;
    file.write_all(bytes)?;
    file.sync_all()
}

/// A name that was changed is on the disk only once its folder is.
fn sync_folder(path: &Path) -> std::io::Result<()> {
    std::fs::File::open(path)?.sync_all()
}

fn parse(text: &str) -> anyhow::Result<Key> {
    let bytes = BASE64_STANDARD
        .decode(text.trim())
        .context("must be base64; make one with: openssl rand -base64 64 | tr -d '\\n'")?;
    if bytes.len() < BYTES_MIN {
        bail!(
            "must have at least {BYTES_MIN} bytes, but this one has {}",
            bytes.len()
        );
    }
    Ok(Key::from(&bytes))
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt as _;

    use super::*;

    #[test]
    fn a_key_is_made_once_and_is_for_its_owner_only() {
        let folder = tempfile::tempdir().unwrap();
        let first = load(None, folder.path()).unwrap();
        let second = load(None, folder.path()).unwrap();
        assert_eq!(first.master(), second.master());
        let mode = std::fs::metadata(folder.path().join(FILE))
            .unwrap()
            .permissions()
            .mode();
        assert_eq!(mode & 0o777, 0o600);
    }

    #[test]
    fn an_empty_file_is_made_anew_and_a_damaged_one_is_left_alone() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(FILE);
        for empty in ["", "\n"] {
            std::fs::write(&path, empty).unwrap();
            let made = load(None, folder.path()).unwrap();
            let kept = load(None, folder.path()).unwrap();
            assert_eq!(made.master(), kept.master());
        }
        let whole = std::fs::read_to_string(&path).unwrap();
        for damaged in [&whole[..40], "not base64!"] {
            std::fs::write(&path, damaged).unwrap();
            let error = load(None, folder.path()).err().unwrap();
            assert!(format!("{error:#}").contains("damaged"), "{error:#}");
            assert_eq!(std::fs::read_to_string(&path).unwrap(), damaged);
        }
    }

    #[test]
    fn what_a_start_that_was_killed_left_behind_is_no_hindrance() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("cookie.key.new"), "half").unwrap();
        load(None, folder.path()).unwrap();
        let names = std::fs::read_dir(folder.path()).unwrap();
        let names: Vec<_> = names.map(|it| it.unwrap().file_name()).collect();
        assert_eq!(names, [FILE]);
    }

    #[test]
    fn a_short_key_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        assert!(load(Some("c2hvcnQ="), folder.path()).is_err());
        assert!(load(Some("not base64!"), folder.path()).is_err());
    }
}
