//! Checks free text; writes hexadecimal.

use super::Violation;

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

#[cfg(test)]
mod tests {
    use super::*;

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
}
