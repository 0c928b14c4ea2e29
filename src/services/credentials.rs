//! Checks the form of addresses and passwords before anything is stored, hashed or counted.

use crate::types::{AppError, FieldErrors, Violation, is_invisible};

/// Maximum length of an address.
pub const EMAIL_MAX_CHARS: u32 = 254;
/// Minimum length of a new password.
pub const PASSWORD_MIN_CHARS: u32 = 8;
/// Maximum length of a password.
pub const PASSWORD_MAX_CHARS: u32 = 200;

/// Checks the fields of a new account.
///
/// # Errors
/// 422 naming `email`, `password` or both.
pub(super) fn check_new_account(email: &str, password: &str) -> Result<(), AppError> {
    let email = email.trim();
    let email = if email.is_empty() {
        Some(Violation::Required)
    } else if is_email(email) {
        None
    } else {
        Some(Violation::NotAnEmail)
    };
    name_violations([("email", email), ("password", password_violation(password))])
}

/// Checks the fields of a login. Refuses only values that no account can have, so that the response does not reveal
/// whether an account exists.
///
/// # Errors
/// 422 naming `email`, `password` or both.
pub(super) fn check_login(email: &str, password: &str) -> Result<(), AppError> {
    let email = email.trim();
    let email = if email.is_empty() {
        Some(Violation::Required)
    } else if is_too_long(email, EMAIL_MAX_CHARS) || email.contains(char::is_control) {
        Some(Violation::NotAnEmail)
    } else {
        None
    };
    name_violations([("email", email), ("password", given_violation(password))])
}

/// Checks the fields of a password change.
///
/// # Errors
/// 422 naming `current_password`, `new_password` or both.
pub(super) fn check_password_change(current: &str, new: &str) -> Result<(), AppError> {
    name_violations([
        ("current_password", given_violation(current)),
        ("new_password", password_violation(new)),
    ])
}

/// Checks the field of a password to compare with a hash.
///
/// # Errors
/// 422 naming `password`.
pub(super) fn check_given_password(password: &str) -> Result<(), AppError> {
    name_violations([("password", given_violation(password))])
}

/// Checks a password that the operator sets.
///
/// # Errors
/// 422 naming `password`.
pub(super) fn check_new_password(password: &str) -> Result<(), AppError> {
    name_violations([("password", password_violation(password))])
}

fn name_violations<const N: usize>(fields: [(&str, Option<Violation>); N]) -> Result<(), AppError> {
    let errors: FieldErrors = fields
        .into_iter()
        .filter_map(|(field, violation)| Some((field.to_owned(), violation?)))
        .collect();
    if errors.is_empty() {
        Ok(())
    } else {
        Err(AppError::Invalid(errors))
    }
}

/// What is wrong with a password to compare with a hash.
fn given_violation(password: &str) -> Option<Violation> {
    if password.trim().is_empty() {
        Some(Violation::Required)
    } else if is_too_long(password, PASSWORD_MAX_CHARS) {
        Some(Violation::TooLong {
            max: PASSWORD_MAX_CHARS,
        })
    } else {
        None
    }
}

/// What is wrong with a new password.
fn password_violation(password: &str) -> Option<Violation> {
    if let Some(violation) = given_violation(password) {
        Some(violation)
    } else if password.chars().count() < PASSWORD_MIN_CHARS as usize {
        Some(Violation::TooShort {
            min: PASSWORD_MIN_CHARS,
        })
    } else if password.contains(char::is_control) {
        Some(Violation::rejected("must not contain control characters"))
    } else {
        None
    }
}

fn is_too_long(text: &str, max: u32) -> bool {
    text.chars().count() > max as usize
}

/// The same rule as a browser's e-mail field: something, one `@`, a domain of labels.
fn is_email(email: &str) -> bool {
    let Some((local, domain)) = email.split_once('@') else {
        return false;
    };
    let label = |label: &str| {
        !label.is_empty()
            && !label.starts_with('-')
            && !label.ends_with('-')
            && label.chars().all(|it| it.is_alphanumeric() || it == '-')
    };
    !is_too_long(email, EMAIL_MAX_CHARS)
        && !local.is_empty()
        && !email.contains(is_invisible)
        && domain.split('.').all(label)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_have_one_at_sign_a_domain_and_only_visible_characters() {
        for good in ["ada@example.org", "a+b@localhost", "ü@münchen.example"] {
            assert!(is_email(good), "{good}");
        }
        let long = format!("{}@example.org", "x".repeat(250));
        for bad in [
            "",
            "ada",
            "@example.org",
            "ada@",
            "a@b@c",
            "a b@c.org",
            "a@-b.org",
            "a@b..c",
            "ada\0@example.org",
            "ada\u{200b}@example.org",
            "\u{202e}ada@example.org",
            "ada@\u{3164}.org",
            &long,
        ] {
            assert!(!is_email(bad), "{bad:?}");
        }
    }

    #[test]
    fn all_errors_of_a_new_account_are_reported_at_once() {
        let Err(AppError::Invalid(errors)) = check_new_account("nobody", "short") else {
            panic!("accepted")
        };
        assert_eq!(errors["email"], Violation::NotAnEmail);
        assert_eq!(errors["password"], Violation::TooShort { min: 8 });
    }

    #[test]
    fn a_login_that_no_account_can_have_is_refused_with_its_field() {
        let long = "x".repeat(255);
        for (email, password, field) in [
            (long.as_str(), "a password", "email"),
            ("a\0b@example.org", "a password", "email"),
            ("", "a password", "email"),
            ("a@example.org", "", "password"),
            ("a@example.org", &long, "password"),
        ] {
            let Err(AppError::Invalid(errors)) = check_login(email, password) else {
                panic!("accepted {email:?}")
            };
            assert_eq!(errors.keys().collect::<Vec<_>>(), [field]);
        }
        check_login("nobody", "short").unwrap();
    }
}
