//! The data folder and the database file in it: nobody but their owner may read what is in them.

use std::fs::DirBuilder;
use std::os::unix::fs::{DirBuilderExt as _, PermissionsExt as _};
use std::path::Path;

use anyhow::Context as _;

use crate::database::sqlite_file;

const OWNER_ONLY: u32 = 0o700;

/// Makes the folder where there is none. One that is there is left as it is, for whoever made it may have let a
/// group in on purpose; it is told in the log.
///
/// # Errors
/// Where it cannot be made.
pub fn prepare(folder: &Path) -> anyhow::Result<()> {
    let making = || format!("creating the data folder {}", folder.display());
    if let Some(parent) = folder.parent() {
        std::fs::create_dir_all(parent).with_context(making)?;
    }
    match DirBuilder::new().mode(OWNER_ONLY).create(folder) {
        Err(_) if folder.is_dir() => {
            let mode = folder.metadata().with_context(making)?.permissions().mode() & 0o777;
            if mode & 0o077 != 0 {
                tracing::warn!(
                    folder = %folder.display(), mode = format!("{mode:o}"),
                    "others may look into the data folder; chmod 700 keeps them out"
                );
            }
            Ok(())
        }
        made => made.with_context(making),
    }
}

/// Makes the file of the database where there is none, and closes one that is there to all but its owner: nobody
/// else reads it by way of this program.
///
/// # Errors
/// Where it cannot be made.
pub fn prepare_database(file: &Path) -> anyhow::Result<()> {
    sqlite_file::create_private(file).with_context(|| format!("making {}", file.display()))?;
    match sqlite_file::make_private(file) {
        Ok(false) => {}
        Ok(true) => {
            tracing::info!(file = %file.display(), "took the permissions of others off the database");
        }
        Err(error) => {
            tracing::warn!(file = %file.display(), %error, "others may read the database");
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mode(path: &Path) -> u32 {
        std::fs::metadata(path).unwrap().permissions().mode() & 0o777
    }

    #[test]
    fn a_new_folder_is_for_its_owner_and_an_old_one_stays_as_it_is() {
        let folder = tempfile::tempdir().unwrap();
        let data = folder.path().join("var").join("data");
        prepare(&data).unwrap();
        assert_eq!(mode(&data), 0o700);
        std::fs::set_permissions(&data, std::fs::Permissions::from_mode(0o750)).unwrap();
        prepare(&data).unwrap();
        assert_eq!(mode(&data), 0o750);
    }

    #[test]
    fn a_folder_that_cannot_be_made_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("file");
        std::fs::write(&file, "").unwrap();
        for bad in [file.clone(), file.join("data")] {
            let error = format!("{:#}", prepare(&bad).unwrap_err());
            assert!(error.contains("creating the data folder"), "{error}");
        }
    }
}
