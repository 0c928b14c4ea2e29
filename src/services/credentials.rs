//! Checks the form of addresses and passwords before anything is stored, hashed or counted.

use typed_text::clean_email;

use super::password_rules::{form_violation, given_violation};
use super::registration::code_violation;
use crate::types::{AppError, EMAIL_MAX_CHARS, FieldErrors, Violation, is_invisible};

/// Checks the fields of a new account.
///
/// # Errors
/// 422 naming `email`, `password`, `invitation` or several of them.
pub(super) fn check_new_account(
    email: &str,
    password: &str,
    invitation: Option<&str>,
) -> Result<(), AppError> {
    name_violations([
        ("email", new_address_violation(email)),
        ("password", form_violation(password)),
        ("invitation", invitation.and_then(code_violation)),
    ])
}

/// Checks the address of somebody who is invited.
///
/// # Errors
/// 422 naming `email`.
pub(super) fn check_new_address(email: &str) -> Result<(), AppError> {
    name_violations([("email", new_address_violation(email))])
}

/// What is wrong with the address of a new account.
fn new_address_violation(typed: &str) -> Option<Violation> {
    let email = clean_email(typed);
    if email.is_empty() {
        Some(Violation::Required)
    } else if is_email(&email) {
        None
    } else {
        Some(Violation::NotAnEmail)
    }
}

/// Checks the fields of a login. Refuses only values that no account can have, so that the response does not reveal
/// whether an account exists.
///
/// # Errors
/// 422 naming `email`, `password` or both.
pub(super) fn check_login(email: &str, password: &str) -> Result<(), AppError> {
    let email = address_violation(email);
    name_violations([("email", email), ("password", given_violation(password))])
}

/// What is wrong with an address that no account can have.
fn address_violation(typed: &str) -> Option<Violation> {
    // As typed, because that is what former forms are compared with.
    let is_hidden = |it: char| it.is_control() && !it.is_whitespace();
    if typed.contains(is_hidden) || is_too_long(typed.trim(), EMAIL_MAX_CHARS) {
        return Some(Violation::NotAnEmail);
    }
    let email = clean_email(typed);
    if email.is_empty() {
        Some(Violation::Required)
    } else if is_too_long(&email, EMAIL_MAX_CHARS) || email.contains(char::is_control) {
        Some(Violation::NotAnEmail)
    } else {
        None
    }
}

/// Checks the fields of a password change.
///
/// # Errors
/// 422 naming `current_password`, `new_password` or both.
pub(super) fn check_password_change(current: &str, new: &str) -> Result<(), AppError> {
    name_violations([
        ("current_password", given_violation(current)),
        ("new_password", form_violation(new)),
    ])
}

/// Checks the field of a password to compare with a hash.
///
/// # Errors
/// 422 naming `password`.
pub(super) fn check_given_password(password: &str) -> Result<(), AppError> {
    name_violations([("password", given_violation(password))])
}

/// Checks the address of a visitor who has forgotten the password.
///
/// # Errors
/// 422 naming `email`.
pub(super) fn check_address(email: &str) -> Result<(), AppError> {
    name_violations([("email", address_violation(email))])
}

/// Checks a password that is set with a link.
///
/// # Errors
/// 422 naming `new_password`.
pub(super) fn check_reset(new: &str) -> Result<(), AppError> {
    name_violations([("new_password", form_violation(new))])
}

/// Checks a password that the operator sets.
///
/// # Errors
/// 422 naming `password`.
pub(super) fn check_new_password(password: &str) -> Result<(), AppError> {
    name_violations([("password", form_violation(password))])
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
            "a\u{200b}da@example.org",
            "a\u{202e}da@example.org",
            "ada@\u{3164}.org",
            &long,
        ] {
            assert!(!is_email(bad), "{bad:?}");
        }
    }

    #[test]
    fn all_errors_of_a_new_account_are_reported_at_once() {
        let Err(AppError::Invalid(errors)) = check_new_account("nobody", "short", Some("x")) else {
            panic!("accepted")
        };
        assert_eq!(errors["email"], Violation::NotAnEmail);
        assert_eq!(errors["password"], Violation::TooShort { min: 12 });
        assert_eq!(errors["invitation"], Violation::Wrong);
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
