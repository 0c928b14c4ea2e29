//! How answers and errors cross the wire: JSON, always read as text.
//!
//! `leptos` reads resources from text and answers from bytes; with one reader for both, each type is compiled
//! once into the browser half instead of twice.

use leptos::server_fn::{Bytes, ContentType, Decodes, Encodes, Format, FormatType, codec::Post};
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::{Unreadable, read_json};

/// The encoding of answers and errors.
pub struct JsonText;

/// The `output` of every server function.
pub type JsonAnswer = Post<JsonText>;

/// Why something is not the JSON that was expected.
#[derive(Debug, thiserror::Error)]
pub enum JsonTextError {
    /// Not UTF-8.
    #[error(transparent)]
    Text(#[from] std::str::Utf8Error),
    /// Cannot be written as JSON.
    #[error(transparent)]
    Written(#[from] serde_json::Error),
    /// Not that JSON.
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
