//! The key of the cookies: from the configuration, or made at first start and kept in the data folder.

use std::io::Write as _;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::Path;

use anyhow::{Context as _, bail};
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use tower_cookies::Key;

const FILE: &str = "cookie.key";
const BYTES_MIN: usize = 64;

/// The configured key, or the one of the data folder, which is made where there is none (mode 0600).
///
/// # Errors
/// Where the key is too short or no base64, or the file cannot be read or written.
pub fn load(configured: Option<&str>, data_dir: &Path) -> anyhow::Result<Key> {
    if let Some(text) = configured {
        return parse(text).context("PLEDGECAST_KEY");
    }
    let path = data_dir.join(FILE);
    match std::fs::read_to_string(&path) {
        Ok(text) => parse(&text).with_context(|| path.display().to_string()),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => make(&path),
        Err(error) => Err(error).with_context(|| path.display().to_string()),
    }
}

fn make(path: &Path) -> anyhow::Result<Key> {
    let key = Key::generate();
    let mut file = std::fs::OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(path)
        .with_context(|| format!("making {}", path.display()))?;
    file.write_all(BASE64_STANDARD.encode(key.master()).as_bytes())?;
    file.sync_all()?;
    tracing::info!(path = %path.display(), "made a key for the session cookies");
    Ok(key)
}

fn parse(text: &str) -> anyhow::Result<Key> {
    let bytes = BASE64_STANDARD
        .decode(text.trim())
        .context("must be base64; make one with: openssl rand -base64 64 | tr -d '\\n'")?;
    if bytes.len() < BYTES_MIN {
        bail!(
            "must hold at least {BYTES_MIN} bytes, this one has {}",
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
    fn a_short_key_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        assert!(load(Some("c2hvcnQ="), folder.path()).is_err());
        assert!(load(Some("not base64!"), folder.path()).is_err());
    }
}
