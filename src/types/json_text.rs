//! The encoding of responses and errors: JSON, always parsed from text.
//!
//! `leptos` reads resources from text and responses from bytes. With one parser for both, the client bundle contains
//! the code for each type once instead of twice.

use leptos::server_fn::{Bytes, ContentType, Decodes, Encodes, Format, FormatType, codec::Post};
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::{Unreadable, read_json};

/// The encoding of responses and errors.
pub struct JsonText;

/// The `output` of every server function.
pub type JsonAnswer = Post<JsonText>;

/// Why a response cannot be written or parsed.
#[derive(Debug, thiserror::Error)]
pub enum JsonTextError {
    /// The bytes are not UTF-8.
    #[error(transparent)]
    Text(#[from] std::str::Utf8Error),
    /// The value cannot be written as JSON.
    #[error(transparent)]
    Written(#[from] serde_json::Error),
    /// The text is not the expected JSON.
    #[error(transparent)]
    Read(#[from] Unreadable),
}

impl ContentType for JsonText {
    const CONTENT_TYPE: &'static str = "application/json";
}

impl FormatType for JsonText {
    const FORMAT_TYPE: Format = Format::Text;
}

impl<T: Serialize> Encodes<T> for JsonText {
    type Error = JsonTextError;

    fn encode(output: &T) -> Result<Bytes, Self::Error> {
        Ok(serde_json::to_vec(output)?.into())
    }
}

impl<T: DeserializeOwned> Decodes<T> for JsonText {
    type Error = JsonTextError;

    fn decode(bytes: Bytes) -> Result<T, Self::Error> {
        Ok(read_json(std::str::from_utf8(&bytes)?)?)
    }
}
