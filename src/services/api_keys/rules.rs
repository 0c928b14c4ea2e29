//! What a key may give to the keys that it makes: no more than it has itself.

use chrono::{DateTime, Duration, Utc};

use crate::entities::api_key::Model as ApiKey;
use crate::types::{
    ApiKeyInput, AppError, CapPeriod, FieldErrors, NewApiKey, Scope, Violation, cap_field,
};

/// A checked new key.
pub(super) struct Checked {
    pub(super) new: NewApiKey,
    pub(super) expires_at: Option<DateTime<Utc>>,
}

/// Checks a new key. `maker` is the key that the request came with, if any: blank caps and a blank end become those of
/// the maker.
///
/// # Errors
/// 422 naming every field that breaks a rule.
pub(super) fn check(
    input: &ApiKeyInput,
    maker: Option<&ApiKey>,
    now: DateTime<Utc>,
) -> Result<Checked, AppError> {
    let mut new = input.check().map_err(AppError::Invalid)?;
    let days = new.expires_in_days.map(i64::from).map(Duration::days);
    let mut expires_at = days.map(|days| now + days);
    if let Some(maker) = maker {
        let mut errors = FieldErrors::new();
        limit_scopes(&new, maker, &mut errors);
        limit_caps(&mut new, maker, &mut errors);
        match (expires_at, maker.expires_at) {
            (None, end) => expires_at = end,
            (Some(at), Some(end)) if at > end => {
                let reason = format!(
                    "must not be after the end of the key that makes it, {}",
                    end.to_rfc3339()
                );
                errors.insert("expires_in_days".to_owned(), Violation::rejected(reason));
            }
            _ => {}
        }
        if !errors.is_empty() {
            return Err(AppError::Invalid(errors));
        }
    }
    Ok(Checked { new, expires_at })
}

fn limit_scopes(new: &NewApiKey, maker: &ApiKey, errors: &mut FieldErrors) {
    for scope in &new.scopes {
        // Otherwise keys could hide behind each other, and revoking the first would not end all.
        let reason = if *scope == Scope::Manage {
            "cannot be a scope of a key that a key makes"
        } else if !maker.has(*scope) {
            "is not a scope of the key that makes it"
        } else {
            continue;
        };
        errors.insert(scope.to_string(), Violation::rejected(reason));
    }
}

fn limit_caps(new: &mut NewApiKey, maker: &ApiKey, errors: &mut FieldErrors) {
    let most = maker.caps();
    for period in CapPeriod::ALL.iter().copied() {
        match (new.caps.of(period), most.of(period)) {
            (Some(cap), Some(most)) if cap > most => {
                let reason = format!("must be at most {most}, the cap of the key that makes it");
                errors.insert(cap_field(period).to_owned(), Violation::rejected(reason));
            }
            (None, most) => new.caps.set(period, most),
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::entities::api_key::Scopes;
    use crate::types::{ApiKeyId, Credits, UserId};

    fn now() -> DateTime<Utc> {
        "2026-03-01T12:00:00Z".parse().unwrap()
    }

    fn maker() -> ApiKey {
        ApiKey {
            id: ApiKeyId(1),
            user_id: UserId(1),
            parent_id: None,
            label: "maker".to_owned(),
            hint: String::new(),
            hash: String::new(),
            scopes: Scopes(vec![Scope::Read, Scope::Manage]),
            created_at: now(),
            expires_at: Some(now() + Duration::days(30)),
            revoked_at: None,
            last_used_at: None,
            cap_day: Some(100),
            cap_week: None,
            cap_month: None,
            cap_total: Some(500),
        }
    }

    fn input() -> ApiKeyInput {
        ApiKeyInput {
            label: "child".to_owned(),
            read: "true".to_owned(),
            ..ApiKeyInput::default()
        }
    }

    #[test]
    fn a_key_made_by_a_key_inherits_what_is_left_open() {
        let child = check(&input(), Some(&maker()), now()).unwrap();
        assert_eq!(child.new.caps, maker().caps());
        assert_eq!(child.expires_at, maker().expires_at);
        let own = check(&input(), None, now()).unwrap();
        assert_eq!(own.new.caps.day, None);
        assert_eq!(own.expires_at, None);
    }

    #[test]
    fn a_key_made_by_a_key_may_have_less_but_not_more() {
        let less = ApiKeyInput {
            cap_day: "100".to_owned(),
            cap_week: "9000".to_owned(),
            expires_in_days: "30".to_owned(),
            ..input()
        };
        let child = check(&less, Some(&maker()), now()).unwrap();
        assert_eq!(child.new.caps.week, Some(Credits(9000)));
        let more = ApiKeyInput {
            predict: "true".to_owned(),
            manage: "true".to_owned(),
            cap_day: "101".to_owned(),
            cap_total: "501".to_owned(),
            expires_in_days: "31".to_owned(),
            ..input()
        };
        let Err(AppError::Invalid(errors)) = check(&more, Some(&maker()), now()) else {
            panic!("not refused");
        };
        let names: Vec<&str> = errors.keys().map(String::as_str).collect();
        let expected = [
            "cap_day",
            "cap_total",
            "expires_in_days",
            "manage",
            "predict",
        ];
        assert_eq!(names, expected);
        assert!(check(&more, None, now()).is_ok());
    }
}
