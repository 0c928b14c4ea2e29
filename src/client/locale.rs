//! Which language the page speaks. The texts themselves are in `locales/`.
//!
//! The language is fixed for the life of a page and not a signal: a switch loads the page anew, which
//! works without JavaScript too and keeps each text a plain string instead of a reactive closure.

use leptos::prelude::*;

pub use crate::i18n::{Locale, td_string as tr};

/// The language of this page.
pub fn use_locale() -> Locale {
    use_context().unwrap_or_default()
}

/// The name of the query parameter that selects the language of one page, for links that others open.
pub const LANGUAGE: &str = "lang";

/// The language that a query selects.
#[cfg(feature = "ssr")]
pub fn locale_of_query(query: &str) -> Option<Locale> {
    let mut pairs = form_urlencoded::parse(query.as_bytes());
    pairs.find_map(|(name, value)| (name == LANGUAGE).then(|| value.parse().ok())?)
}

/// Gives `use_locale` its answer: on the server the default language, in the browser what the server
/// chose, as written on `<html lang>`.
pub fn provide_locale() {
    provide_context(super::browser::document_locale());
}
