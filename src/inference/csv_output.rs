//! The output file of a command. It gets its name only when it is complete and synced to disk, so a command that fails
//! or is killed leaves an existing file unchanged.

use std::fs::{File, Metadata, OpenOptions, Permissions};
use std::io::{self, BufWriter, ErrorKind, Write};
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};

use tempfile::{NamedTempFile, TempPath};

use super::csv_errors::CsvError;

/// Mode of a new file, before the umask is applied.
const NEW_FILE: u32 = 0o666;

/// A file that is being written.
#[derive(Debug)]
pub(super) struct OutputFile {
    file: BufWriter<File>,
    /// The temporary path of the file and its final one; none for a target that cannot be replaced, such as a pipe or a
    /// terminal.
    paths: Option<(TempPath, PathBuf)>,
}

impl OutputFile {
    /// Opens the input for reading and the output for writing.
    ///
    /// # Errors
    /// If a file cannot be opened, naming the file; [`CsvError::SameFile`] if both paths lead to the same file.
    pub(super) fn open_pair(input: &Path, output: &Path) -> Result<(File, Self), CsvError> {
        let source = File::open(input).map_err(at(input))?;
        let read = source.metadata().map_err(at(input))?;
        if read.is_dir() {
            return Err(at(input)(ErrorKind::IsADirectory.into()));
        }
        Ok((source, Self::create(output, &read)?))
    }

    fn create(path: &Path, source: &Metadata) -> Result<Self, CsvError> {
        let existing = match std::fs::metadata(path) {
            Ok(metadata) => Some(metadata),
            Err(error) if error.kind() == ErrorKind::NotFound => None,
            Err(error) => return Err(at(path)(error)),
        };
        let (file, paths) = match existing {
            Some(existing) if existing.is_file() => {
                if (existing.dev(), existing.ino()) == (source.dev(), source.ino()) {
                    return Err(CsvError::SameFile);
                }
                // Replace the target of a symbolic link, not the link.
                let real = path.canonicalize().map_err(at(path))?;
                let permissions = existing.permissions();
                let (file, temporary) = beside(&real, permissions.mode()).map_err(at(path))?;
                file.set_permissions(permissions).map_err(at(path))?;
                (file, Some((temporary, real)))
            }
            Some(_) => (open(path).map_err(at(path))?, None),
            // A symbolic link whose target does not exist yet.
            None if path.is_symlink() => (File::create(path).map_err(at(path))?, None),
            None => {
                let (file, temporary) = beside(path, NEW_FILE).map_err(at(path))?;
                (file, Some((temporary, path.to_owned())))
            }
        };
        let file = BufWriter::new(file);
        Ok(Self { file, paths })
    }

    /// Syncs the file to disk and renames it to its path.
    ///
    /// # Errors
    /// If either fails; an existing file is then unchanged.
    pub(super) fn finish(self) -> io::Result<()> {
        let file = self.file.into_inner();
        let file = file.map_err(io::IntoInnerError::into_error)?;
        let Some((temporary, path)) = self.paths else {
            return Ok(());
        };
        file.sync_all()?;
        temporary.persist(&path).map_err(|refused| refused.error)?;
        File::open(folder_of(&path))?.sync_all()
    }
}

impl Write for OutputFile {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.file.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

fn at(path: &Path) -> impl Fn(io::Error) -> CsvError {
    let path = path.to_owned();
    move |cause| CsvError::Open {
        path: path.clone(),
        cause,
    }
}

fn open(path: &Path) -> io::Result<File> {
    OpenOptions::new().write(true).open(path)
}

fn beside(path: &Path, mode: u32) -> io::Result<(File, TempPath)> {
    let name = path.file_name().ok_or(ErrorKind::InvalidInput)?;
    let mut prefix = name.to_owned();
    prefix.push(".");
    tempfile::Builder::new()
        .prefix(&prefix)
        .suffix(".partial")
        .permissions(Permissions::from_mode(mode))
        .tempfile_in(folder_of(path))
        .map(NamedTempFile::into_parts)
}

fn folder_of(path: &Path) -> &Path {
    match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    }
}

#[cfg(test)]
mod tests {
    use std::io::Read as _;

    use super::*;

    struct Files {
        folder: tempfile::TempDir,
        input: PathBuf,
        output: PathBuf,
    }

    fn files() -> Files {
        let folder = tempfile::tempdir().unwrap();
        let (input, output) = (folder.path().join("in.csv"), folder.path().join("out.csv"));
        std::fs::write(&input, "input").unwrap();
        Files {
            folder,
            input,
            output,
        }
    }

    fn names(folder: &tempfile::TempDir) -> Vec<String> {
        let entries = std::fs::read_dir(folder.path()).unwrap();
        let mut names: Vec<String> = entries
            .map(|it| it.unwrap().file_name().into_string().unwrap())
            .collect();
        names.sort();
        names
    }

    #[test]
    fn a_file_appears_once_it_is_complete() {
        let files = files();
        std::fs::write(&files.output, "before").unwrap();
        let (_, mut target) = OutputFile::open_pair(&files.input, &files.output).unwrap();
        target.write_all(b"after").unwrap();
        target.flush().unwrap();
        assert_eq!(std::fs::read(&files.output).unwrap(), b"before");
        target.finish().unwrap();
        assert_eq!(std::fs::read(&files.output).unwrap(), b"after");
        assert_eq!(names(&files.folder), ["in.csv", "out.csv"]);
    }

    #[test]
    fn an_unfinished_file_is_removed() {
        let files = files();
        let (_, mut target) = OutputFile::open_pair(&files.input, &files.output).unwrap();
        target.write_all(b"half").unwrap();
        drop(target);
        assert_eq!(names(&files.folder), ["in.csv"]);
    }

    #[test]
    fn the_input_is_recognized_by_any_of_its_paths() {
        let files = files();
        let hard = files.folder.path().join("hard.csv");
        let soft = files.folder.path().join("soft.csv");
        std::fs::hard_link(&files.input, &hard).unwrap();
        std::os::unix::fs::symlink(&files.input, &soft).unwrap();
        let dotted = files.folder.path().join(".").join("in.csv");
        for output in [&files.input, &dotted, &hard, &soft] {
            let error = OutputFile::open_pair(&files.input, output).unwrap_err();
            assert!(matches!(error, CsvError::SameFile), "{error}");
        }
        assert_eq!(std::fs::read(&files.input).unwrap(), b"input");
    }

    #[test]
    fn a_link_stays_a_link_and_a_file_keeps_its_permissions() {
        let files = files();
        let link = files.folder.path().join("link.csv");
        std::fs::write(&files.output, "before").unwrap();
        std::fs::set_permissions(&files.output, Permissions::from_mode(0o640)).unwrap();
        std::os::unix::fs::symlink("out.csv", &link).unwrap();
        let (_, mut target) = OutputFile::open_pair(&files.input, &link).unwrap();
        target.write_all(b"after").unwrap();
        target.finish().unwrap();
        assert!(link.is_symlink());
        assert_eq!(std::fs::read(&files.output).unwrap(), b"after");
        let mode = std::fs::metadata(&files.output)
            .unwrap()
            .permissions()
            .mode();
        assert_eq!(mode & 0o777, 0o640);
    }

    #[test]
    fn a_file_that_cannot_be_opened_or_created_is_named() {
        let files = files();
        let missing = files.folder.path().join("missing").join("out.csv");
        for (input, output, named) in [
            (&files.output, &missing, "out.csv"),
            (&files.input, &missing, "missing"),
            (&files.folder.path().to_owned(), &files.output, "directory"),
            (&files.input, &files.folder.path().to_owned(), "directory"),
        ] {
            let error = OutputFile::open_pair(input, output)
                .unwrap_err()
                .to_string();
            assert!(error.contains(named), "{error}");
        }
    }

    #[test]
    fn a_device_is_written_to_and_not_replaced() {
        let files = files();
        let (mut source, mut target) =
            OutputFile::open_pair(&files.input, Path::new("/dev/null")).unwrap();
        let mut text = String::new();
        source.read_to_string(&mut text).unwrap();
        target.write_all(text.as_bytes()).unwrap();
        target.finish().unwrap();
        assert_eq!(text, "input");
        assert!(!Path::new("/dev/null").is_file());
    }
}
