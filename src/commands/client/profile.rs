//! Profiles: one file each, with a server and an API key, which only its owner may read.

use std::ffi::OsStr;
use std::fs::{self, File};
use std::io::{ErrorKind, Read as _, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, MetadataExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::error::{Error, file_error};

/// The permissions of a profile: only its owner may read and write it.
const OTHERS: u32 = 0o077;
const FOLDER_MODE: u32 = 0o700;
const NAME_MAX_CHARS: usize = 64;
const MAX_BYTES: u64 = 64 * 1024;

/// A server, and the key to use there.
#[derive(Clone, Serialize, Deserialize)]
pub struct Profile {
    /// The address of the server.
    pub server: String,
    /// The API key.
    pub key: String,
}

/// Where profiles are.
pub struct Profiles {
    folder: PathBuf,
}

impl Profiles {
    /// The folder of the user: below `XDG_CONFIG_HOME` if it is set, otherwise where the platform keeps settings.
    ///
    /// # Errors
    /// If there is no home folder.
    pub fn of_user() -> Result<Self, Error> {
        let folder_in = |name: &str| {
            let path = std::env::var_os(name).map(PathBuf::from);
            path.filter(|it| it.is_absolute())
        };
        let settings = match (folder_in("XDG_CONFIG_HOME"), folder_in("HOME")) {
            (Some(settings), _) => settings,
            (None, Some(home)) if cfg!(target_os = "macos") => {
                home.join("Library/Application Support")
            }
            (None, Some(home)) => home.join(".config"),
            (None, None) => {
                let message = "HOME is not set, so there is no place for profiles";
                return Err(Error::Failed(message.to_owned()));
            }
        };
        Ok(Self::within(&settings.join("pledgecast")))
    }

    fn within(folder: &Path) -> Self {
        Self {
            folder: folder.join("profiles"),
        }
    }

    /// The file of a profile.
    ///
    /// # Errors
    /// If the name cannot be one of a file.
    pub fn file(&self, name: &str) -> Result<PathBuf, Error> {
        let is_valid = |it: char| it.is_ascii_alphanumeric() || "-_.".contains(it);
        let is_safe = !name.starts_with('.') && name.len() <= NAME_MAX_CHARS;
        if name.is_empty() || !is_safe || !name.chars().all(is_valid) {
            return Err(Error::Usage(format!(
                "--profile: use 1 to {NAME_MAX_CHARS} letters, digits, `-`, `_` and `.`, not `.` first"
            )));
        }
        Ok(self.folder.join(format!("{name}.json")))
    }

    /// Reads a profile; `None` if there is none.
    ///
    /// # Errors
    /// If others may read it, or it cannot be read.
    pub fn read(&self, name: &str) -> Result<Option<Profile>, Error> {
        let path = self.file(name)?;
        let file = match File::open(&path) {
            Ok(file) => file,
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(file_error("reading the profile", &path, error)),
        };
        // Of the open file, so that it cannot be exchanged in between.
        let facts = file.metadata();
        let facts = facts.map_err(|error| file_error("reading the profile", &path, error))?;
        if facts.mode() & OTHERS != 0 {
            return Err(Error::NotSignedIn(format!(
                "others can read the profile {0}; revoke its key, or run `chmod 600 {0}`",
                path.display()
            )));
        }
        let mut text = String::new();
        file.take(MAX_BYTES)
            .read_to_string(&mut text)
            .map_err(|error| file_error("reading the profile", &path, error))?;
        // The error of the parser could quote the key.
        let parsed = serde_json::from_str(&text);
        let parsed = parsed
            .map_err(|_| file_error("reading the profile", &path, "it is damaged; log in again"));
        parsed.map(Some)
    }

    /// Writes a profile; an existing one is replaced.
    ///
    /// # Errors
    /// If the file cannot be written.
    pub fn write(&self, name: &str, profile: &Profile) -> Result<PathBuf, Error> {
        let path = self.file(name)?;
        let failed = |error: std::io::Error| file_error("writing the profile", &path, error);
        fs::DirBuilder::new()
            .recursive(true)
            .mode(FOLDER_MODE)
            .create(&self.folder)
            .map_err(failed)?;
        // A new file in the same folder, with mode 0600, which replaces the old one at once.
        let mut file = tempfile::Builder::new()
            .prefix(OsStr::new("."))
            .permissions(fs::Permissions::from_mode(0o600))
            .tempfile_in(&self.folder)
            .map_err(failed)?;
        let json = serde_json::to_string_pretty(profile).map_err(|error| failed(error.into()))?;
        writeln!(file, "{json}").map_err(failed)?;
        file.as_file().sync_all().map_err(failed)?;
        file.persist(&path).map_err(|error| failed(error.error))?;
        Ok(path)
    }

    /// Deletes a profile; `false` if there is none.
    ///
    /// # Errors
    /// If the file cannot be deleted.
    pub fn delete(&self, name: &str) -> Result<bool, Error> {
        let path = self.file(name)?;
        match fs::remove_file(&path) {
            Ok(()) => Ok(true),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(false),
            Err(error) => Err(file_error("deleting the profile", &path, error)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn profile(key: &str) -> Profile {
        Profile {
            server: "http://127.0.0.1:3000".to_owned(),
            key: key.to_owned(),
        }
    }

    #[test]
    fn only_the_owner_can_read_a_profile() {
        let folder = tempfile::tempdir().unwrap();
        let profiles = Profiles::within(folder.path());
        assert!(profiles.read("default").unwrap().is_none());
        for key in ["first", "second"] {
            let file = profiles.write("default", &profile(key)).unwrap();
            assert_eq!(file.metadata().unwrap().mode() & 0o777, 0o600);
            assert_eq!(profiles.read("default").unwrap().unwrap().key, key);
        }
        assert_eq!(profiles.folder.metadata().unwrap().mode() & 0o777, 0o700);
        assert!(profiles.delete("default").unwrap());
        assert!(!profiles.delete("default").unwrap());
    }

    #[test]
    fn a_profile_that_others_can_read_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let profiles = Profiles::within(folder.path());
        let file = profiles.write("work", &profile("secret")).unwrap();
        fs::set_permissions(&file, fs::Permissions::from_mode(0o640)).unwrap();
        let refused = profiles.read("work").err().unwrap();
        assert!(matches!(refused, Error::NotSignedIn(_)));
        assert!(!refused.to_string().contains("secret"));
    }

    #[test]
    fn a_damaged_profile_is_an_error_without_its_key() {
        let folder = tempfile::tempdir().unwrap();
        let profiles = Profiles::within(folder.path());
        let file = profiles.write("work", &profile("secret")).unwrap();
        fs::write(&file, "{\"key\": \"secret\", \"server\": 7}").unwrap();
        let error = profiles.read("work").err().unwrap();
        assert!(error.to_string().contains("damaged"), "{error}");
        assert!(!error.to_string().contains("secret"));
    }

    #[test]
    fn names_cannot_leave_the_folder() {
        let profiles = Profiles::within(Path::new("/nowhere"));
        for name in ["", ".", "..", "../other", "a/b", ".hidden", "a b", "ä"] {
            assert!(profiles.file(name).is_err(), "{name}");
        }
        assert!(profiles.file("work-2.eu").is_ok());
    }
}
