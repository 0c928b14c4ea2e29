//! Values that the server makes and writes into the page, where the browser finds them.

use leptos::prelude::*;
use leptos::server::codee::{Decoder, Encoder};
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::types::{Unreadable, read_json};

/// Writes a value into the page as its JSON.
struct JsonCodec;

impl<T: Serialize> Encoder<T> for JsonCodec {
    type Error = serde_json::Error;
    type Encoded = String;

    #[cfg(not(feature = "ssr"))]
    fn encode(_value: &T) -> Result<String, Self::Error> {
        Ok(String::new())
    }

    #[cfg(feature = "ssr")]
    fn encode(value: &T) -> Result<String, Self::Error> {
        serde_json::to_string(value)
    }
}

impl<T: DeserializeOwned> Decoder<T> for JsonCodec {
    type Error = Unreadable;
    type Encoded = str;

    fn decode(text: &str) -> Result<T, Self::Error> {
        read_json(text)
    }
}

/// A value that the server makes and the browser finds in the page; a page that the browser makes has its own.
///
/// Not to be made in a view that comes later: server and browser count shared values as they are made.
pub fn shared<T: Serialize + DeserializeOwned>(make: impl FnOnce() -> T) -> T {
    SharedValue::<T, JsonCodec>::new_with_encoding(make).into_inner()
}
