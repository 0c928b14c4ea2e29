//! The keys for cookies, private links, webhook secrets and second factors: configured, or generated at the first start and kept in the data folder.

use std::io::{ErrorKind, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::Path;

use anyhow::{Context as _, bail};
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use tower_cookies::Key;

use crate::services::KeyRing;

const FILE: &str = "cookie.key";
const BYTES_MIN: usize = 64;

/// Returns the configured keys, or those in the data folder. If its file is missing or empty, as after a full disk or
/// a crash, generates a key (mode 0600). Any other damage is an error, because a new key ends all sessions and private
/// links.
///
/// # Errors
/// If the key is too short or not base64, or the file cannot be read or written.
pub fn load(configured: Option<&str>, data_dir: &Path) -> anyhow::Result<KeyRing> {
    if let Some(text) = configured {
        return parse(text).context("PLEDGECAST_KEY");
    }
    let path = data_dir.join(FILE);
    match std::fs::read_to_string(&path) {
        Ok(text) if text.trim().is_empty() => {
            tracing::warn!(path = %path.display(), "the cookie key file is empty; generating a new key, which ends all sessions and private links");
            Ok(KeyRing::new(make(&path)?))
        }
        Ok(text) => parse(&text).with_context(|| {
            format!(
                "{} is damaged: restore it from a backup, or delete it to end all sessions and private links",
                path.display()
            )
        }),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(KeyRing::new(make(&path)?)),
        Err(error) => Err(error).with_context(|| path.display().to_string()),
    }
}

/// Writes a new key to a temporary file, syncs it, and renames it to `path`.
fn make(path: &Path) -> anyhow::Result<Key> {
    let key = Key::generate();
    let unfinished = path.with_extension("key.new");
    write_whole(&unfinished, BASE64_STANDARD.encode(key.master()).as_bytes())
        .and_then(|()| std::fs::rename(&unfinished, path))
        .and_then(|()| path.parent().map_or(Ok(()), sync_folder))
        .with_context(|| format!("creating {}", path.display()))?;
    tracing::info!(path = %path.display(), "generated a key for cookies and private links");
    Ok(key)
}

fn write_whole(path: &Path, bytes: &[u8]) -> std::io::Result<()> {
    // A file left over from an earlier start may have other permissions.
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

/// A rename is durable only after its folder has been synced.
fn sync_folder(path: &Path) -> std::io::Result<()> {
    std::fs::File::open(path)?.sync_all()
}

/// Keys separated by commas or white space, the newest first.
fn parse(text: &str) -> anyhow::Result<KeyRing> {
    let parts = text.split(|it: char| it == ',' || it.is_whitespace());
    let mut parts = parts.filter(|part| !part.is_empty());
    let newest = parse_key(parts.next().unwrap_or_default())?;
    parts.try_fold(KeyRing::new(newest), |ring, part| {
        Ok(ring.with_older(parse_key(part)?))
    })
}

fn parse_key(text: &str) -> anyhow::Result<Key> {
    let bytes = BASE64_STANDARD
        .decode(text)
        .context("must be base64; generate one with: openssl rand -base64 64 | tr -d '\\n'")?;
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
    fn a_key_is_generated_once_and_readable_by_its_owner_only() {
        let folder = tempfile::tempdir().unwrap();
        let first = load(None, folder.path()).unwrap();
        let second = load(None, folder.path()).unwrap();
        assert_eq!(first.newest().master(), second.newest().master());
        let mode = std::fs::metadata(folder.path().join(FILE))
            .unwrap()
            .permissions()
            .mode();
        assert_eq!(mode & 0o777, 0o600);
    }

    #[test]
    fn an_empty_file_is_replaced_and_a_damaged_one_is_kept() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(FILE);
        for empty in ["", "\n"] {
            std::fs::write(&path, empty).unwrap();
            let made = load(None, folder.path()).unwrap();
            let kept = load(None, folder.path()).unwrap();
            assert_eq!(made.newest().master(), kept.newest().master());
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
    fn a_leftover_temporary_file_does_not_prevent_a_start() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("cookie.key.new"), "half").unwrap();
        load(None, folder.path()).unwrap();
        let names = std::fs::read_dir(folder.path()).unwrap();
        let names: Vec<_> = names.map(|it| it.unwrap().file_name()).collect();
        assert_eq!(names, [FILE]);
    }

    #[test]
    fn several_keys_are_separated_by_commas_or_white_space() {
        let folder = tempfile::tempdir().unwrap();
        let [new, old] = [[9_u8; 64], [8; 64]];
        let (new_text, old_text) = (BASE64_STANDARD.encode(new), BASE64_STANDARD.encode(old));
        for text in [
            format!("{new_text},{old_text}"),
            format!(" {new_text}\n{old_text}\n"),
            format!("{new_text}, {old_text},"),
        ] {
            let ring = load(Some(&text), folder.path()).unwrap();
            let keys: Vec<_> = ring.all().map(|key| key.master().to_vec()).collect();
            assert_eq!(keys, [new.to_vec(), old.to_vec()]);
        }
        let damaged = format!("{new_text},short");
        assert!(load(Some(&damaged), folder.path()).is_err());
    }

    #[test]
    fn a_short_key_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        assert!(load(Some(","), folder.path()).is_err());
        assert!(load(Some("c2hvcnQ="), folder.path()).is_err());
        assert!(load(Some("not base64!"), folder.path()).is_err());
    }
}
