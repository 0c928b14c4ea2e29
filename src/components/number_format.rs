//! The hidden input that says in which language's writing the numbers of a form are typed.

use leptos::prelude::*;

use crate::client::{Locale, use_locale};
use crate::i18n::I18nLocaleTrait as _;
use crate::types::{NUMBER_FORMAT, NumberFormat};

/// How people write numbers on a page of that language.
pub fn of_locale(locale: Locale) -> NumberFormat {
    match locale {
        Locale::en => NumberFormat::English,
        Locale::ru => NumberFormat::Russian,
    }
}

/// The input.
#[component]
pub fn NumberFormatInput() -> impl IntoView {
    let locale = use_locale();
    view! { <input type="hidden" name=NUMBER_FORMAT value=locale.as_str() /> }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_form_says_what_the_page_goes_by() {
        for locale in [Locale::en, Locale::ru] {
            assert_eq!(
                NumberFormat::of_language(locale.as_str()),
                Some(of_locale(locale))
            );
        }
    }
}
