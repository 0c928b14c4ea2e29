//! A reader of JSON that the service itself wrote: what the browser half reads answers and live changes with.
//!
//! `serde_json` can tell where and why something is wrong, and reads structures from arrays too. Both are
//! compiled anew for every type, and nobody here makes use of them: an answer that cannot be read is an answer
//! that did not come. What else reads JSON, above all what others wrote, goes by `serde_json`.

mod deserializer;
mod reader;

use std::fmt::Display;

use serde::de::{DeserializeOwned, Error, Expected, Unexpected};

use reader::Reader;

/// Something is not the JSON that was expected.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not the JSON that was expected")]
pub struct Unreadable;

/// Reads a value.
///
/// # Errors
/// [`Unreadable`] where the text is not JSON, or not that of such a value.
pub fn read_json<T: DeserializeOwned>(text: &str) -> Result<T, Unreadable> {
    let mut reader = Reader::of(text);
    let value = T::deserialize(&mut reader)?;
    match reader.peek() {
        None => Ok(value),
        Some(_) => Err(Unreadable),
    }
}

/// All without the words, which `serde` has ready for each kind of error.
impl Error for Unreadable {
    fn custom<T: Display>(_: T) -> Self {
        Self
    }

    fn invalid_type(_: Unexpected<'_>, _: &dyn Expected) -> Self {
        Self
    }

    fn invalid_value(_: Unexpected<'_>, _: &dyn Expected) -> Self {
        Self
    }

    fn invalid_length(_: usize, _: &dyn Expected) -> Self {
        Self
    }

    fn unknown_variant(_: &str, _: &'static [&'static str]) -> Self {
        Self
    }

    fn unknown_field(_: &str, _: &'static [&'static str]) -> Self {
        Self
    }

    fn missing_field(_: &'static str) -> Self {
        Self
    }

    fn duplicate_field(_: &'static str) -> Self {
        Self
    }
}

#[cfg(test)]
mod tests;
