//! Files in requests.

use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE;

use crate::types::{AppError, Violation};

/// A file as it was sent.
#[derive(Debug)]
pub struct SentFile {
    /// The argument of the request that contains it.
    pub field: &'static str,
    /// The contents.
    pub bytes: Vec<u8>,
}

impl SentFile {
    /// The file of a request: in base64 in `file`, as `server::body` passes on uploaded files, or as text in the field with
    /// this name.
    ///
    /// # Errors
    /// 422 naming `file`.
    pub fn of(file: &str, text_field: &'static str, text: String) -> Result<Self, AppError> {
        let violation = match (file.trim(), text.trim()) {
            ("", "") => Violation::Required,
            ("", _) => {
                return Ok(Self {
                    field: text_field,
                    bytes: text.into_bytes(),
                });
            }
            (file, _) => match BASE64_URL_SAFE.decode(file) {
                Ok(bytes) => {
                    return Ok(Self {
                        field: "file",
                        bytes,
                    });
                }
                Err(_) => Violation::rejected(
                    "must be a file in URL-safe base64 or as a file field of a multipart form",
                ),
            },
        };
        Err(AppError::invalid("file", violation))
    }

    /// The error that the file as a whole cannot be used.
    pub(super) fn unusable(&self, reason: impl std::fmt::Display) -> AppError {
        let reason = format!("is not usable: {reason}");
        AppError::invalid(self.field, Violation::rejected(reason))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_arrives_in_base64_or_as_text() {
        let encoded = BASE64_URL_SAFE.encode(b"\xff\xfe");
        let uploaded = SentFile::of(&encoded, "csv", String::new()).unwrap();
        assert_eq!((uploaded.field, uploaded.bytes), ("file", vec![0xff, 0xfe]));
        let text = SentFile::of("", "csv", "task_id".to_owned()).unwrap();
        assert_eq!((text.field, text.bytes), ("csv", b"task_id".to_vec()));
        for bad in ["", " ", "no base64"] {
            assert!(SentFile::of(bad, "csv", String::new()).is_err(), "{bad:?}");
        }
    }
}
