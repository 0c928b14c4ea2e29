//! Numbers as users type them into a form, in the notation of its language: `10 000,50`, `$8,000`, `１００００`.
//!
//! The API accepts plain numbers only. A form states its language, and this module converts its numbers to plain ones,
//! in the browser and on the server alike. It refuses numbers that could be off by a factor of a thousand.

use super::{CampaignInput, FieldErrors, Violation};

/// Name of the form field that says which [`NumberFormat`] its numbers have.
pub const NUMBER_FORMAT: &str = "number_format";

/// A notation of numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NumberFormat {
    /// `1,234.5`.
    English,
    /// `1 234,5`.
    Russian,
}

impl NumberFormat {
    /// The format of a language code; `None` for any other text, which means plain numbers.
    pub fn of_language(code: &str) -> Option<Self> {
        match code {
            "en" => Some(Self::English),
            "ru" => Some(Self::Russian),
            _ => None,
        }
    }

    /// A sum of dollars as a plain number. Text that cannot be parsed stays as it is, and the rules reject it later.
    ///
    /// # Errors
    /// [`Violation::AmbiguousNumber`].
    pub fn read_sum(self, text: &str) -> Result<String, Violation> {
        let Some(number) = TypedNumber::split(text) else {
            return Ok(text.to_owned());
        };
        let decimal = match (number.ambiguous_mark(), self) {
            (None, _) => number.decimal(),
            (Some(','), Self::English) => None,
            (Some(_), _) => return Err(Violation::AmbiguousNumber),
        };
        Ok(number.plain(decimal).unwrap_or_else(|| text.to_owned()))
    }

    /// A rate as a plain number. Nobody writes rates with digit groups.
    pub fn read_rate(self, text: &str) -> String {
        let number = TypedNumber::split(text).filter(|number| {
            let marks = number.body.chars().filter(|it| !it.is_ascii_digit());
            marks.count() == 1
        });
        let plain = number.and_then(|number| number.plain(number.body.find([',', '.'])));
        plain.unwrap_or_else(|| text.to_owned())
    }
}

impl CampaignInput {
    /// Converts the numbers of a form to plain ones. Returns the ambiguous fields.
    pub fn read_typed(&mut self, format: NumberFormat) -> FieldErrors {
        let mut errors = FieldErrors::new();
        for field in ["usd_goal", "median_reward_usd"] {
            let Some(text) = self.field_mut(field) else {
                continue;
            };
            match format.read_sum(text) {
                Ok(sum) => *text = sum,
                Err(violation) => {
                    errors.insert(field.to_owned(), violation);
                }
            }
        }
        for rate in [&mut self.static_usd_rate, &mut self.fx_rate] {
            *rate = format.read_rate(rate);
        }
        errors
    }
}

/// A number with separators whose meaning is still open.
pub(crate) struct TypedNumber {
    sign: &'static str,
    /// Digits and separators.
    body: String,
}

impl TypedNumber {
    /// `None` if there are other characters than digits, separators, a sign and a dollar unit.
    pub(crate) fn split(text: &str) -> Option<Self> {
        let text: String = text.chars().map(narrow).collect();
        let text = text.trim();
        let (sign, text) = match text.strip_prefix('-') {
            Some(rest) => ("-", rest),
            None => ("", text.strip_prefix('+').unwrap_or(text)),
        };
        let text = ["US$", "USD", "$"]
            .iter()
            .find_map(|unit| text.strip_prefix(unit).or_else(|| text.strip_suffix(unit)))
            .unwrap_or(text);
        let body = text.trim();
        let has_digit = body.contains(|it: char| it.is_ascii_digit());
        let is_known = |it: char| it.is_ascii_digit() || ",. '".contains(it);
        (has_digit && body.chars().all(is_known)).then(|| Self {
            sign,
            body: body.to_owned(),
        })
    }

    /// The position of the last point or comma, unless that mark occurs twice: then it separates groups.
    pub(crate) fn decimal(&self) -> Option<usize> {
        let at = self.body.rfind(['.', ','])?;
        let is_only = self.body.matches(&self.body[at..=at]).count() == 1;
        is_only.then_some(at)
    }

    /// The point or comma that can separate thousands as well as decimals, as in `10.000`.
    pub(crate) fn ambiguous_mark(&self) -> Option<char> {
        let (before, after) = self.body.split_at(self.decimal()?);
        let mut after = after.chars();
        let mark = after.next()?;
        let is_group = after.as_str().len() == 3 && is_digits(after.as_str());
        (is_group && is_first_group(before)).then_some(mark)
    }

    /// The plain number with its decimals after the separator at `decimal`; `None` if the digits before it are not
    /// grouped in thousands.
    pub(crate) fn plain(&self, decimal: Option<usize>) -> Option<String> {
        let (whole, decimals) = match decimal {
            Some(at) => (&self.body[..at], &self.body[at + 1..]),
            None => (self.body.as_str(), ""),
        };
        let mark = whole.chars().find(|it| !it.is_ascii_digit());
        if !is_digits(decimals) || mark.is_some_and(|mark| !is_grouped(whole, mark)) {
            return None;
        }
        let digits: String = whole.chars().filter(char::is_ascii_digit).collect();
        let point = if decimals.is_empty() { "" } else { "." };
        Some(format!("{}{digits}{point}{decimals}", self.sign))
    }
}

fn is_grouped(whole: &str, mark: char) -> bool {
    let mut groups = whole.split(mark);
    groups.next().is_some_and(is_first_group)
        && groups.all(|group| group.len() == 3 && is_digits(group))
}

fn is_first_group(group: &str) -> bool {
    (1..=3).contains(&group.len()) && is_digits(group) && !group.starts_with('0')
}

fn is_digits(text: &str) -> bool {
    text.bytes().all(|it| it.is_ascii_digit())
}

/// The half-width form of a full-width digit or mark, and a plain space for any other space.
fn narrow(it: char) -> char {
    match it {
        '０'..='９' | '，' | '．' | '＄' | '＋' | '－' => {
            // Full-width characters are in the same order as in ASCII.
            char::from_u32(u32::from(it) - 0xFEE0).unwrap_or(it)
        }
        '\u{a0}' | '\u{2009}' | '\u{202f}' | '\u{3000}' | '_' => ' ',
        '’' | '\u{ff07}' => '\'',
        '−' => '-',
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn both(text: &str) -> [Result<String, Violation>; 2] {
        [NumberFormat::English, NumberFormat::Russian].map(|format| format.read_sum(text))
    }

    #[test]
    fn what_means_one_thing_only_is_read_in_any_language() {
        for (text, plain) in [
            ("10000", "10000"),
            ("10000.5", "10000.5"),
            ("10000,5", "10000.5"),
            ("10 000,50", "10000.50"),
            ("10\u{a0}000", "10000"),
            ("10\u{202f}000.00", "10000.00"),
            ("10 000.500", "10000.500"),
            ("1'000'000", "1000000"),
            ("1,000,000", "1000000"),
            ("1.000.000", "1000000"),
            ("1,234.56", "1234.56"),
            ("1.234,56", "1234.56"),
            ("$ 8000", "8000"),
            ("8000 USD", "8000"),
            ("US$8000", "8000"),
            ("１００００", "10000"),
            ("＄１０，０００．５０", "10000.50"),
            ("0.125", "0.125"),
            ("0,125", "0.125"),
            ("1234.567", "1234.567"),
            (".5", ".5"),
            ("5.", "5"),
            ("-5", "-5"),
            (" 42 ", "42"),
        ] {
            for read in both(text) {
                assert_eq!(read.as_deref(), Ok(plain), "{text}");
            }
        }
    }

    #[test]
    fn a_comma_before_three_digits_groups_in_english_only() {
        for (text, plain) in [
            ("1,000", "1000"),
            ("$8,000", "8000"),
            ("１０，０００", "10000"),
        ] {
            let [english, russian] = both(text);
            assert_eq!(english.as_deref(), Ok(plain), "{text}");
            assert_eq!(russian, Err(Violation::AmbiguousNumber), "{text}");
        }
    }

    #[test]
    fn what_may_be_a_thousandth_is_refused() {
        for text in ["10.000", "1.000", "999.999", "$10.000"] {
            for read in both(text) {
                assert_eq!(read, Err(Violation::AmbiguousNumber), "{text}");
            }
        }
    }

    #[test]
    fn what_cannot_be_understood_is_left_to_the_rules() {
        for text in [
            "",
            "abc",
            "1e4",
            "€8000",
            "10 00",
            "1,00,000",
            "1,000.5.5",
            "1 000,000,5",
            "١٠",
            "--5",
        ] {
            for read in both(text) {
                assert_eq!(read.as_deref(), Ok(text), "{text}");
            }
        }
    }

    #[test]
    fn a_rate_has_decimals_and_no_groups() {
        for (text, plain) in [
            ("1.085", "1.085"),
            ("1,085", "1.085"),
            ("0,012", "0.012"),
            ("１．５", "1.5"),
            ("7", "7"),
            ("1,000.5", "1,000.5"),
            ("", ""),
        ] {
            assert_eq!(NumberFormat::English.read_rate(text), plain, "{text}");
        }
    }

    #[test]
    fn a_form_is_read_as_a_whole() {
        let mut input = CampaignInput {
            usd_goal: "10 000,50".to_owned(),
            fx_rate: "1,1".to_owned(),
            ..CampaignInput::default()
        };
        assert!(input.read_typed(NumberFormat::Russian).is_empty());
        assert_eq!(
            (input.usd_goal.as_str(), input.fx_rate.as_str()),
            ("10000.50", "1.1")
        );
        input.usd_goal = "10.000".to_owned();
        let errors = input.read_typed(NumberFormat::Russian);
        assert_eq!(errors["usd_goal"], Violation::AmbiguousNumber);
    }
}
