//! One hash for the content of many files, which tells whether something must be built again.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use sha2::{Digest, Sha256};
use walkdir::WalkDir;

/// Hashes names and contents.
#[derive(Default)]
pub struct Fingerprint(Sha256);

impl Fingerprint {
    /// Add one content under its name. Lengths are hashed too, so that different lists never look the same.
    pub fn add(&mut self, name: &str, content: &[u8]) {
        for part in [name.as_bytes(), content] {
            self.0.update(part.len().to_le_bytes());
            self.0.update(part);
        }
    }

    /// Add a file or all files of a folder. Nothing is added if it does not exist.
    pub fn add_path(&mut self, root: &Path, relative: &str) -> Result<()> {
        for file in files(&root.join(relative))? {
            let name = file
                .strip_prefix(root)
                .unwrap_or(&file)
                .to_string_lossy()
                .into_owned();
            let content =
                fs::read(&file).with_context(|| format!("cannot read {}", file.display()))?;
            self.add(&name, &content);
        }
        Ok(())
    }

    /// The hash in hexadecimal digits.
    pub fn finish(self) -> String {
        format!("{:x}", self.0.finalize())
    }
}

/// The hash of one content.
pub fn of(content: &[u8]) -> String {
    format!("{:x}", Sha256::digest(content))
}

/// All files below a path, or the file itself, in a fixed order.
pub fn files(path: &Path) -> Result<Vec<PathBuf>> {
    if !path.exists() {
        return Ok(Vec::new());
    }
    let mut files = Vec::new();
    for entry in WalkDir::new(path).sort_by_file_name() {
        let entry = entry?;
        if entry.file_type().is_file() {
            files.push(entry.into_path());
        }
    }
    Ok(files)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of_pieces(pieces: &[(&str, &str)]) -> String {
        let mut fingerprint = Fingerprint::default();
        for (name, content) in pieces {
            fingerprint.add(name, content.as_bytes());
        }
        fingerprint.finish()
    }

    #[test]
    fn moving_a_letter_from_the_name_to_the_content_changes_the_hash() {
        assert_ne!(of_pieces(&[("ab", "c")]), of_pieces(&[("a", "bc")]));
        assert_ne!(
            of_pieces(&[("a", "b"), ("c", "d")]),
            of_pieces(&[("a", "bcd")])
        );
        assert_eq!(of_pieces(&[("ab", "c")]), of_pieces(&[("ab", "c")]));
    }

    #[test]
    fn a_changed_file_and_a_new_file_change_the_hash() {
        let folder = tempfile::tempdir().unwrap();
        let value = || {
            let mut fingerprint = Fingerprint::default();
            fingerprint.add_path(folder.path(), "src").unwrap();
            fingerprint.finish()
        };
        let missing = value();
        fs::create_dir(folder.path().join("src")).unwrap();
        fs::write(folder.path().join("src/one"), "1").unwrap();
        let one = value();
        fs::write(folder.path().join("src/one"), "2").unwrap();
        let changed = value();
        fs::write(folder.path().join("src/two"), "").unwrap();
        let two = value();
        assert!(missing != one && one != changed && changed != two);
        assert_eq!(two, value());
    }
}
