//! The rules for new passwords: length, nothing blank, and not among the first that attackers try. There are no rules
//! about kinds of characters, which make passwords harder to remember and no harder to guess (NIST SP 800-63B).
//!
//! `zxcvbn` estimates how many attempts an attacker needs who knows common passwords, words, names, dates, keyboards and
//! repetitions. Its lists are compiled into the program; nothing leaves it.

use typed_text::{fold_email, fold_password};
use zxcvbn::matching::Match;
use zxcvbn::matching::patterns::MatchPattern;
use zxcvbn::{Entropy, Score, zxcvbn};

use super::passwords::Slot;
use crate::types::{
    AppError, EMAIL_MAX_CHARS, FieldProblem, PASSWORD_MAX_CHARS, PASSWORD_MIN_CHARS,
    PasswordStrengthView, Strength, Violation, Weakness, is_invisible,
};

/// The time that `zxcvbn` takes grows with the square of the length.
const RATED_CHARS: usize = 40;
/// What attackers of this service try.
const SERVICE: &str = "pledgecast";

/// What is wrong with a password to compare with a hash.
pub(super) fn given_violation(password: &str) -> Option<Violation> {
    if password.trim().is_empty() {
        Some(Violation::Required)
    } else if is_too_long(password) {
        Some(Violation::TooLong {
            max: PASSWORD_MAX_CHARS,
        })
    } else {
        None
    }
}

/// What is wrong with the form of a new password.
pub(super) fn form_violation(password: &str) -> Option<Violation> {
    if let Some(violation) = given_violation(password) {
        return Some(violation);
    }
    let folded = fold_password(password);
    if folded.chars().all(is_invisible) {
        Some(Violation::NothingVisible)
    } else if folded.chars().count() < PASSWORD_MIN_CHARS as usize {
        Some(Violation::TooShort {
            min: PASSWORD_MIN_CHARS,
        })
    } else if is_too_long(&folded) {
        Some(Violation::TooLong {
            max: PASSWORD_MAX_CHARS,
        })
    } else if folded.contains(char::is_control) {
        Some(Violation::rejected("must not contain control characters"))
    } else {
        None
    }
}

fn is_too_long_for_email(email: &str) -> bool {
    email.chars().count() > EMAIL_MAX_CHARS as usize
}

fn is_too_long(password: &str) -> bool {
    password.chars().count() > PASSWORD_MAX_CHARS as usize
}

/// Checks that a new password of the account with this address is not easy to guess. `field` names it in the error.
///
/// # Errors
/// 422 naming `field`.
pub(super) async fn check_guessing(
    slot: &Slot,
    field: &str,
    password: &str,
    email: &str,
) -> Result<(), AppError> {
    match rate(slot, password, email).await?.violation {
        Some(problem) => Err(AppError::invalid(field, problem.violation)),
        None => Ok(()),
    }
}

/// Rates a password that is being typed.
///
/// # Errors
/// 500 if the calculation panics.
pub(super) async fn rate(
    slot: &Slot,
    password: &str,
    email: &str,
) -> Result<PasswordStrengthView, AppError> {
    let (password, email) = (password.to_owned(), email.to_owned());
    let (strength, violation) = slot.compute(move || rate_now(&password, &email)).await?;
    let violation = violation.map(|violation| FieldProblem::new("password", violation));
    Ok(PasswordStrengthView {
        strength,
        violation,
    })
}

fn rate_now(password: &str, email: &str) -> (Strength, Option<Violation>) {
    if let Some(violation) = form_violation(password) {
        return (Strength::Weak, Some(violation));
    }
    let email = if is_too_long_for_email(email) {
        String::new()
    } else {
        fold_email(email)
    };
    let mut known: Vec<&str> = email.split(['@', '.']).collect();
    known.extend(email.split('@'));
    known.extend([email.as_str(), SERVICE]);
    // Short parts, such as `de`, are within most passwords by chance.
    known.retain(|part| part.chars().count() > 3);
    let rated: String = fold_password(password).chars().take(RATED_CHARS).collect();
    let entropy = zxcvbn(&rated, &known);
    let strength = match entropy.score() {
        Score::Two => Strength::Fair,
        Score::Three => Strength::Good,
        Score::Four => Strength::Strong,
        // Less than a million attempts. The score is no closed set.
        _ => Strength::Weak,
    };
    let is_refused = strength == Strength::Weak;
    let violation = is_refused.then(|| Violation::EasyToGuess {
        because: weakness(&entropy),
    });
    (strength, violation)
}

/// The longest part that is easy to guess says why.
fn weakness(entropy: &Entropy) -> Weakness {
    let parts = entropy.sequence().iter();
    let parts = parts.filter_map(|part| Some((part.token.chars().count(), weakness_of(part)?)));
    let longest = parts.max_by_key(|(length, _)| *length);
    longest.map_or(Weakness::CommonWords, |(_, weakness)| weakness)
}

fn weakness_of(part: &Match) -> Option<Weakness> {
    match &part.pattern {
        // The type of this name is not public.
        MatchPattern::Dictionary(word) => {
            Some(match format!("{:?}", word.dictionary_name).as_str() {
                "Passwords" => Weakness::CommonPassword,
                "UserInputs" => Weakness::Personal,
                _ => Weakness::CommonWords,
            })
        }
        MatchPattern::Repeat(_) => Some(Weakness::Repetition),
        MatchPattern::Spatial(_) | MatchPattern::Sequence(_) => Some(Weakness::Sequence),
        MatchPattern::Regex(_) | MatchPattern::Date(_) => Some(Weakness::Date),
        MatchPattern::BruteForce => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const EMAIL: &str = "lovelace@analytical.example";

    fn violation(password: &str) -> Option<Violation> {
        rate_now(password, EMAIL).1
    }

    #[test]
    fn what_attackers_try_first_is_refused_and_the_rule_is_named() {
        for (password, because) in [
            ("password1234", Weakness::CommonPassword),
            ("P@ssw0rd1234", Weakness::CommonPassword),
            ("passwordpassword", Weakness::Repetition),
            ("aaaaaaaaaaaa", Weakness::Repetition),
            ("qwertyuiop[]", Weakness::Sequence),
            ("abcdefghijklm", Weakness::Sequence),
            ("lovelace1234", Weakness::Personal),
            ("Pledgecast12", Weakness::Personal),
            ("analytical.example", Weakness::Personal),
            (EMAIL, Weakness::Personal),
            ("ｐａｓｓｗｏｒｄ１２３４", Weakness::CommonPassword),
        ] {
            let expected = Violation::EasyToGuess { because };
            assert_eq!(violation(password), Some(expected), "{password}");
        }
    }

    #[test]
    fn words_and_any_characters_make_a_good_password() {
        for good in [
            "correct horse battery",
            "a long passphrase",
            "another long one",
            "лошадь скрепка батарея",
            "четыре верных слова",
            "тест💚тест💙тесты",
            "xkq-jmw-wvd-prz",
        ] {
            assert_eq!(violation(good), None, "{good}");
        }
        let (strength, _) = rate_now("correct horse battery staple", EMAIL);
        assert_eq!(strength, Strength::Strong);
    }

    #[test]
    fn length_is_counted_in_characters_and_blanks_are_no_password() {
        let min = Violation::TooShort { min: 12 };
        let max = Violation::TooLong { max: 200 };
        for (password, expected) in [
            ("", Violation::Required),
            ("              ", Violation::Required),
            ("\u{a0}\u{2003}\u{3000}          ", Violation::Required),
            (
                "\u{200b}\u{200b}\u{200b}\u{200b}\u{200b}\u{200b}\u{200b}\u{200b}\u{200b}\u{200b}\u{200b}\u{200b}",
                Violation::NothingVisible,
            ),
            ("одиннадцать", min.clone()),
            // Eleven characters, although the last ones are composed.
            ("elevenchara\u{308}", min),
            (&"é".repeat(201), max.clone()),
            // One character that stands for eighteen.
            (&"\u{fdfa}".repeat(12), max),
        ] {
            assert_eq!(form_violation(password), Some(expected), "{password:?}");
        }
        assert_eq!(form_violation("двенадцатьой"), None);
    }
}
