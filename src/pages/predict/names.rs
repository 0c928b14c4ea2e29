//! The names of countries and currencies. They are in a chunk of their own, because a form that the server rendered
//! contains them.

use crate::client::Locale;

/// The chunk. Must be loaded before [`names`] is called.
pub const CHUNK: &str = "predict_names";

/// All countries and all currencies by name.
pub fn names(locale: Locale) -> [&'static str; 2] {
    chunk_entry::predict_names(locale)
}

mod chunk_entry {
    use std::hint::black_box;

    use crate::client::Locale;
    use crate::client::tr;

    #[inline(never)]
    pub fn predict_names(locale: Locale) -> [&'static str; 2] {
        black_box([tr!(locale, list.countries), tr!(locale, list.currencies)])
    }
}
