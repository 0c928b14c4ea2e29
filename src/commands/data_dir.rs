//! The data folder and the database file in it, readable by their owner only.

use std::fs::DirBuilder;
use std::os::unix::fs::{DirBuilderExt as _, PermissionsExt as _};
use std::path::Path;

use anyhow::Context as _;

use crate::database::sqlite_file;

const OWNER_ONLY: u32 = 0o700;

/// Creates the folder if it is missing. An existing folder keeps its mode, because the operator may have given a group
/// access on purpose; a warning is logged.
///
/// # Errors
/// If it cannot be created.
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
                    "other users can read the data folder; chmod 700 prevents this"
                );
            }
            Ok(())
        }
        made => made.with_context(making),
    }
}

/// Creates the database file if it is missing, and removes the permissions of other users from an existing one.
///
/// # Errors
/// If it cannot be created.
pub fn prepare_database(file: &Path) -> anyhow::Result<()> {
    sqlite_file::create_private(file).with_context(|| format!("creating {}", file.display()))?;
    match sqlite_file::make_private(file) {
        Ok(false) => {}
        Ok(true) => {
            tracing::info!(file = %file.display(), "removed the permissions of other users from the database");
        }
        Err(error) => {
            tracing::warn!(file = %file.display(), %error, "other users may read the database");
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
    fn a_new_folder_is_private_and_an_existing_one_keeps_its_mode() {
        let folder = tempfile::tempdir().unwrap();
        let data = folder.path().join("var").join("data");
        prepare(&data).unwrap();
        assert_eq!(mode(&data), 0o700);
        std::fs::set_permissions(&data, std::fs::Permissions::from_mode(0o750)).unwrap();
        prepare(&data).unwrap();
        assert_eq!(mode(&data), 0o750);
    }

    #[test]
    fn a_folder_that_cannot_be_created_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("file");
        std::fs::write(&file, "").unwrap();
        for bad in [file.clone(), file.join("data")] {
            let error = format!("{:#}", prepare(&bad).unwrap_err());
            assert!(error.contains("creating the data folder"), "{error}");
        }
    }
}
