//! Secrets as settings: a variable contains one, or names a file with it, as container platforms provide them.

use std::path::Path;

use anyhow::{Context as _, bail};

/// The largest file that is read.
const MAX_BYTES: u64 = 64 * 1024;

/// The secret of the variable `name`, or the content of the file that `name` with `_FILE` names, without the line break at
/// its end; `None` if neither is set.
///
/// # Errors
/// If both are set, or the file cannot be read or is empty.
pub fn secret_of(
    name: &str,
    secret: Option<&String>,
    file: Option<&Path>,
) -> anyhow::Result<Option<String>> {
    match (secret, file) {
        (Some(_), Some(_)) => bail!("set {name} or {name}_FILE, not both"),
        (secret, None) => Ok(secret.cloned()),
        (None, Some(file)) => read(file)
            .with_context(|| format!("{name}_FILE: {}", file.display()))
            .map(Some),
    }
}

fn read(file: &Path) -> anyhow::Result<String> {
    if std::fs::metadata(file)?.len() > MAX_BYTES {
        bail!("must have at most {MAX_BYTES} bytes");
    }
    let text = std::fs::read_to_string(file)?;
    let text = text.trim_end_matches(['\r', '\n']);
    if text.is_empty() {
        bail!("the file is empty");
    }
    Ok(text.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_comes_from_its_variable_or_its_file() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("secret");
        let of = |secret: Option<&str>, file: Option<&Path>| {
            secret_of("X", secret.map(ToOwned::to_owned).as_ref(), file)
        };
        assert_eq!(of(None, None).unwrap(), None);
        assert_eq!(of(Some("a"), None).unwrap().as_deref(), Some("a"));
        for (content, secret) in [("b", "b"), ("b\n", "b"), (" b c \r\n", " b c ")] {
            std::fs::write(&file, content).unwrap();
            assert_eq!(of(None, Some(&file)).unwrap().as_deref(), Some(secret));
        }
        let both = of(Some("a"), Some(&file)).unwrap_err();
        assert_eq!(both.to_string(), "set X or X_FILE, not both");
        std::fs::write(&file, "\n").unwrap();
        let empty = format!("{:#}", of(None, Some(&file)).unwrap_err());
        assert!(empty.contains("X_FILE"), "{empty}");
        assert!(empty.contains("empty"), "{empty}");
        std::fs::write(&file, "x".repeat(70_000)).unwrap();
        assert!(of(None, Some(&file)).is_err());
        assert!(of(None, Some(&folder.path().join("none"))).is_err());
    }
}
