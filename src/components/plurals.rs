//! The plural rules of the two languages.
//!
//! `build.rs` makes the generated translations use them. ICU's rules are for all languages and numbers, and would be a
//! tenth of what every page downloads.

use leptos_i18n::reexports::icu::plurals::PluralCategory;

use crate::client::Locale;

/// A count of things. Its sign does not affect the plural form.
#[derive(Clone, Copy, Debug)]
pub struct Count(u64);

impl From<i64> for Count {
    fn from(number: i64) -> Self {
        Self(number.unsigned_abs())
    }
}

impl From<u32> for Count {
    fn from(number: u32) -> Self {
        Self(number.into())
    }
}

impl From<usize> for Count {
    fn from(number: usize) -> Self {
        Self(number.try_into().unwrap_or(u64::MAX))
    }
}

/// A function that returns a count.
pub trait NumberSource: Fn() -> Self::Number + Clone + Send + Sync + 'static {
    /// What it returns.
    type Number: Into<Count>;
}

impl<T: Into<Count>, F: Fn() -> T + Clone + Send + Sync + 'static> NumberSource for F {
    type Number = T;
}

/// The rules of a language.
#[derive(Clone, Copy, Debug)]
pub struct PluralRules(Locale);

/// The rules of that language.
pub const fn plural_rules(locale: Locale) -> PluralRules {
    PluralRules(locale)
}

impl PluralRules {
    /// The plural form for a number.
    pub fn category_for(self, count: impl Into<Count>) -> PluralCategory {
        let Count(number) = count.into();
        match (self.0, number % 10, number % 100) {
            (Locale::en, ..) if number == 1 => PluralCategory::One,
            (Locale::en, ..) => PluralCategory::Other,
            (Locale::ru, _, 11..=14) => PluralCategory::Many,
            (Locale::ru, 1, _) => PluralCategory::One,
            (Locale::ru, 2..=4, _) => PluralCategory::Few,
            (Locale::ru, ..) => PluralCategory::Many,
        }
    }
}

#[cfg(all(test, feature = "ssr"))]
mod tests {
    use leptos_i18n::__private::get_plural_rules;
    use leptos_i18n::reexports::icu::plurals::PluralRuleType;

    use super::*;

    #[test]
    fn the_rules_agree_with_icu() {
        for locale in [Locale::en, Locale::ru] {
            let theirs = get_plural_rules(locale, PluralRuleType::Cardinal);
            for number in -25_i64..1_200 {
                let ours = plural_rules(locale).category_for(number);
                let theirs = theirs.category_for(number);
                assert_eq!((locale, number, ours), (locale, number, theirs));
            }
        }
    }
}
