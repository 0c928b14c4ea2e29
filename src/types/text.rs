//! Text helpers: parses ids, limits and words of a closed set; checks free text; writes hexadecimal.

use std::str::FromStr;

use super::{AppError, Violation};

/// Items per page if the request sets no limit.
pub const PAGE_LIMIT_DEFAULT: u32 = 20;
/// Maximum number of items per page.
pub const PAGE_LIMIT_MAX: u32 = 100;

/// Bytes in lower-case hexadecimal.
pub fn hex(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let mut text = String::with_capacity(2 * bytes.len());
    for byte in bytes {
        text.push(DIGITS[usize::from(byte >> 4)].into());
        text.push(DIGITS[usize::from(byte & 15)].into());
    }
    text
}

/// Checks a free text: it must not be too long, contain control characters other than white space (PostgreSQL cannot
/// store NUL), or consist of invisible characters. Blank text is accepted.
pub fn text_violation(text: &str, max: u32) -> Option<Violation> {
    if text.chars().count() > max as usize {
        Some(Violation::TooLong { max })
    } else if text
        .chars()
        .any(|it| it.is_control() && !it.is_whitespace())
    {
        Some(Violation::Rejected {
            reason: "must not contain control characters".to_owned(),
        })
    } else if !text.is_empty() && text.chars().all(is_invisible) {
        Some(Violation::NothingVisible)
    } else {
        None
    }
}

/// Whether a character is invisible by itself: white space, control characters, and those that Unicode ignores by
/// default or renders as blank.
pub fn is_invisible(character: char) -> bool {
    character.is_whitespace()
        || character.is_control()
        || INVISIBLE
            .iter()
            .any(|(first, last)| (*first..=*last).contains(&character))
}

/// Unicode's `Default_Ignorable_Code_Point`, and the blank Braille pattern.
const INVISIBLE: [(char, char); 18] = [
    ('\u{ad}', '\u{ad}'),
    ('\u{34f}', '\u{34f}'),
    ('\u{61c}', '\u{61c}'),
    ('\u{115f}', '\u{1160}'),
    ('\u{17b4}', '\u{17b5}'),
    ('\u{180b}', '\u{180f}'),
    ('\u{200b}', '\u{200f}'),
    ('\u{202a}', '\u{202e}'),
    ('\u{2060}', '\u{206f}'),
    ('\u{2800}', '\u{2800}'),
    ('\u{3164}', '\u{3164}'),
    ('\u{fe00}', '\u{fe0f}'),
    ('\u{feff}', '\u{feff}'),
    ('\u{ffa0}', '\u{ffa0}'),
    ('\u{fff0}', '\u{fffb}'),
    ('\u{1bca0}', '\u{1bca3}'),
    ('\u{1d173}', '\u{1d17a}'),
    ('\u{e0000}', '\u{e0fff}'),
];

/// Parses the limit of a page, 1 to [`PAGE_LIMIT_MAX`]; blank means [`PAGE_LIMIT_DEFAULT`].
///
/// # Errors
/// [`AppError::Invalid`] naming `limit`.
pub fn parse_page_limit(text: &str) -> Result<u32, AppError> {
    let text = text.trim();
    if text.is_empty() {
        return Ok(PAGE_LIMIT_DEFAULT);
    }
    match text.parse::<u32>() {
        Ok(limit) if (1..=PAGE_LIMIT_MAX).contains(&limit) => Ok(limit),
        _ => Err(AppError::invalid(
            "limit",
            Violation::out_of_range(1.0, f64::from(PAGE_LIMIT_MAX)),
        )),
    }
}

/// Parses an id; `None` if the text is blank.
///
/// # Errors
/// [`AppError::Invalid`] naming `field` if the text is not a positive whole number.
pub fn parse_id(field: &str, text: &str) -> Result<Option<i64>, AppError> {
    let text = text.trim();
    if text.is_empty() {
        return Ok(None);
    }
    match text.parse::<i64>() {
        Ok(id) if id > 0 => Ok(Some(id)),
        _ => Err(AppError::invalid(field, Violation::NotAnId)),
    }
}

/// Parses one word of a closed set; `None` if the text is blank.
///
/// # Errors
/// [`AppError::Invalid`] naming `field` and the allowed words.
pub fn parse_choice<T>(field: &str, text: &str, all: &[T]) -> Result<Option<T>, AppError>
where
    T: FromStr + ToString,
{
    let text = text.trim();
    if text.is_empty() {
        return Ok(None);
    }
    text.parse().map(Some).map_err(|_| {
        AppError::invalid(
            field,
            Violation::NotOneOf {
                allowed: all.iter().map(ToString::to_string).collect(),
            },
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::types::TaskStatus;

    #[test]
    fn a_page_limit_is_bounded_and_has_a_default() {
        assert_eq!(parse_page_limit(""), Ok(PAGE_LIMIT_DEFAULT));
        assert_eq!(parse_page_limit(" 100 "), Ok(100));
        for bad in ["0", "101", "-1", "ten", "1.5"] {
            assert!(parse_page_limit(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn bytes_are_written_as_hexadecimal() {
        let mut bytes = [0; 16];
        bytes[0] = 0xaf;
        bytes[15] = 0x01;
        assert_eq!(hex(&bytes), "af000000000000000000000000000001");
    }

    #[test]
    fn a_text_is_bounded_and_has_no_control_characters() {
        assert_eq!(text_violation("two\nlines", 9), None);
        assert_eq!(
            text_violation("ключ", 3),
            Some(Violation::TooLong { max: 3 })
        );
        assert!(text_violation("a\0b", 9).is_some());
    }

    #[test]
    fn a_text_has_something_to_be_seen() {
        for blank in [
            "\u{3164}",
            "\u{200b}\u{200b}",
            "\u{2800} \u{2800}",
            "\u{202e}",
            "\u{fe0f}\u{feff}",
        ] {
            let violation = text_violation(blank, 9);
            assert_eq!(violation, Some(Violation::NothingVisible), "{blank:?}");
        }
        for seen in ["", "x", "\u{202e}abc", "❤\u{fe0f}", "한", "⠁"] {
            assert_eq!(text_violation(seen, 9), None, "{seen:?}");
        }
    }

    #[test]
    fn a_wrong_word_is_told_which_ones_are_allowed() {
        let Err(AppError::Invalid(errors)) = parse_choice("status", "done", TaskStatus::ALL) else {
            panic!("accepted")
        };
        assert!(errors["status"].to_string().contains("queued"));
    }
}
