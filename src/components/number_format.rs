//! The hidden input that states the notation of a form's numbers.

use leptos::prelude::*;

use crate::client::use_locale;
use crate::i18n::I18nLocaleTrait as _;
use crate::types::NUMBER_FORMAT;

/// The input.
#[component]
pub fn NumberFormatInput() -> impl IntoView {
    let locale = use_locale();
    view! { <input type="hidden" name=NUMBER_FORMAT value=locale.as_str() /> }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::client::Locale;
    use crate::types::NumberFormat;

    #[test]
    fn each_language_has_a_notation_of_numbers() {
        for (locale, format) in [
            (Locale::en, NumberFormat::English),
            (Locale::ru, NumberFormat::Russian),
        ] {
            assert_eq!(NumberFormat::of_language(locale.as_str()), Some(format));
        }
    }
}
