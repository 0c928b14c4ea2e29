//! How easily a password can be guessed.

use super::words::words;

/// Minimum length of a new password.
pub const PASSWORD_MIN_CHARS: u32 = 12;
/// Maximum length of a password.
#[cfg(feature = "ssr")]
pub const PASSWORD_MAX_CHARS: u32 = 200;

words! {
    /// Why a password is easy to guess.
    Weakness {
        /// It is on the list of common passwords, or a variation.
        CommonPassword = "common_password",
        /// It consists of common words or names.
        CommonWords = "common_words",
        /// It contains the user's address or the name of the service.
        Personal = "personal",
        /// It repeats itself.
        Repetition = "repetition",
        /// It consists of neighbours on a keyboard or in the alphabet.
        Sequence = "sequence",
        /// It is a date.
        Date = "date",
    }
}

impl Weakness {
    /// Why, as part of a sentence in English.
    pub(super) const fn describe(self) -> &'static str {
        match self {
            Self::CommonPassword => "because it is like a common password",
            Self::CommonWords => "because it is like a common word or name",
            Self::Personal => "because it contains your address or the name of this service",
            Self::Repetition => "because it repeats itself",
            Self::Sequence => "because its keys or letters follow each other",
            Self::Date => "because it is a date",
        }
    }
}

words! {
    /// How long a password resists guessing.
    Strength {
        /// It is refused.
        Weak = "weak",
        /// It is accepted, but would not resist an attacker who has stolen its hash.
        Fair = "fair",
        /// It would resist for a while.
        Good = "good",
        /// It would resist for long.
        Strong = "strong",
    }
}
