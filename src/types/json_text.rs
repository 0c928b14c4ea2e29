//! JSON between the server and the client bundle: `serde_json` writes it, `compact-json` parses it.

use compact_json::InvalidJson;
use leptos::server::codee::{Decoder, Encoder};
use leptos::server_fn::codec::Post;
use leptos::server_fn::{Bytes, ContentType, Decodes, Encodes, Format, FormatType};
use serde::Serialize;
use serde::de::DeserializeOwned;

/// The encoding of responses, errors and the data within a page.
pub struct JsonText;

/// The `output` of every server function.
pub type JsonAnswer = Post<JsonText>;

impl ContentType for JsonText {
    const CONTENT_TYPE: &'static str = "application/json";
}

impl FormatType for JsonText {
    const FORMAT_TYPE: Format = Format::Text;
}

impl<T: Serialize> Encodes<T> for JsonText {
    type Error = serde_json::Error;

    fn encode(output: &T) -> Result<Bytes, Self::Error> {
        serde_json::to_vec(output).map(Bytes::from)
    }
}

impl<T: DeserializeOwned> Decodes<T> for JsonText {
    type Error = InvalidJson;

    fn decode(bytes: Bytes) -> Result<T, InvalidJson> {
        compact_json::from_str(std::str::from_utf8(&bytes).map_err(|_| InvalidJson)?)
    }
}

impl<T: Serialize> Encoder<T> for JsonText {
    type Error = serde_json::Error;
    type Encoded = String;

    /// Only the server writes data into a page, so the client bundle has no serializers.
    fn encode(value: &T) -> Result<String, Self::Error> {
        if cfg!(feature = "ssr") {
            serde_json::to_string(value)
        } else {
            Ok(String::new())
        }
    }
}

impl<T: DeserializeOwned> Decoder<T> for JsonText {
    type Error = InvalidJson;
    type Encoded = str;

    fn decode(text: &str) -> Result<T, InvalidJson> {
        compact_json::from_str(text)
    }
}
