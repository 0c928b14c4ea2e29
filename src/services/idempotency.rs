//! Idempotency keys, which the client creates and keeps until it has the response.

use sha2::{Digest, Sha256};

use crate::types::{AppError, Campaign, CampaignInput, ModelId, Violation, hex};

/// Maximum length of a key.
pub const KEY_MAX_CHARS: usize = 100;

/// What a request with an idempotency key returns.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Keyed<T> {
    /// What the first request with this key created.
    pub value: T,
    /// Whether this request repeats an earlier one, so that it has changed nothing.
    pub is_replay: bool,
}

impl<T> Keyed<T> {
    /// The value of the first request.
    pub(super) const fn first(value: T) -> Self {
        Self {
            value,
            is_replay: false,
        }
    }

    /// The value that an earlier request created.
    pub(super) const fn replay(value: T) -> Self {
        Self {
            value,
            is_replay: true,
        }
    }

    /// Something else about what the first request created.
    pub(super) fn map<U>(self, convert: impl FnOnce(T) -> U) -> Keyed<U> {
        Keyed {
            value: convert(self.value),
            is_replay: self.is_replay,
        }
    }
}

/// Checks a key: 1 to 100 printable ASCII characters.
pub fn check_key(key: &str) -> Result<&str, AppError> {
    let key = key.trim();
    let violation = if key.is_empty() {
        Violation::Required
    } else if key.len() > KEY_MAX_CHARS {
        Violation::TooLong { max: 100 }
    } else if !key.bytes().all(|byte| byte.is_ascii_graphic()) {
        Violation::rejected("must be printable ASCII without spaces, such as a UUID")
    } else {
        return Ok(key);
    };
    Err(AppError::invalid("idempotency_key", violation))
}

/// Distinguishes requests with the same key: SHA-256 of the parts of a request, in hexadecimal.
pub fn request_hash(parts: &[&str]) -> String {
    let mut hash = Sha256::new();
    for part in parts {
        // The length distinguishes ("ab", "c") from ("a", "bc").
        hash.update((part.len() as u64).to_le_bytes());
        hash.update(part.as_bytes());
    }
    hex(&hash.finalize())
}

/// The hash of a paid request, computed from parsed values: `10000` and `1e4` are the same goal. Fields that were left
/// blank are hashed as blank, because values derived for them, such as today's date, may differ when the request is
/// repeated.
pub fn predict_hash(sent: &CampaignInput, checked: &Campaign, model: Option<ModelId>) -> String {
    let mut sent = sent.clone();
    let mut canonical = CampaignInput::from(checked);
    let mut parts = vec!["campaign".to_owned()];
    for name in CampaignInput::FIELDS {
        let is_given = sent.field_mut(name).is_some_and(|it| !it.trim().is_empty());
        let value = canonical.field_mut(name).filter(|_| is_given);
        let value = value.map(std::mem::take);
        if !CampaignInput::CREATOR_FIELDS.contains(&name) {
            parts.push(value.unwrap_or_default());
        } else if let Some(value) = value {
            // Hashes stored before these fields existed stay valid.
            parts.extend([name.to_owned(), value]);
        }
    }
    parts.push(model.map(|id| id.to_string()).unwrap_or_default());
    let parts: Vec<&str> = parts.iter().map(String::as_str).collect();
    request_hash(&parts)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::types::campaign_example;

    #[test]
    fn a_key_is_bounded_and_printable() {
        assert_eq!(check_key(" a-1 "), Ok("a-1"));
        for bad in ["", " ", "a b", "ключ", &"k".repeat(101)] {
            assert!(check_key(bad).is_err(), "{bad}");
        }
    }

    fn hash(today: &str, change: impl FnOnce(&mut CampaignInput)) -> String {
        let mut input = campaign_example("2026-03-01".parse().unwrap());
        input.created_at.clear();
        change(&mut input);
        let checked = input.check(today.parse().unwrap()).unwrap();
        predict_hash(&input, &checked, None)
    }

    #[test]
    fn equivalent_values_have_the_same_hash() {
        let first = hash("2026-03-01", |_| {});
        for (field, value) in [
            ("usd_goal", "8000.0"),
            ("usd_goal", " 8e3 "),
            ("has_video", "1"),
            ("country", "us"),
            ("analytics_name", "tabletop games"),
            ("launched_at", "2026-03-15T10:00:00Z"),
        ] {
            let other = hash("2026-03-01", |it| {
                value.clone_into(it.field_mut(field).unwrap());
            });
            assert_eq!(other, first, "{field}={value}");
        }
        assert_eq!(hash("2026-03-02", |_| {}), first, "the next day");
    }

    #[test]
    fn another_campaign_or_model_has_another_hash() {
        let first = hash("2026-03-01", |_| {});
        for (field, value) in [("usd_goal", "8001"), ("name", "x"), ("staff_pick", "false")] {
            let other = hash("2026-03-01", |it| {
                value.clone_into(it.field_mut(field).unwrap());
            });
            assert_ne!(other, first, "{field}={value}");
        }
        let input = campaign_example("2026-03-01".parse().unwrap());
        let checked = input.check("2026-03-01".parse().unwrap()).unwrap();
        let of_model = |model| predict_hash(&input, &checked, model);
        assert_ne!(of_model(None), of_model(Some(ModelId(1))));
        assert_ne!(of_model(Some(ModelId(2))), of_model(Some(ModelId(1))));
    }

    #[test]
    fn the_hash_depends_on_the_boundaries_of_the_parts() {
        assert_ne!(request_hash(&["ab", "c"]), request_hash(&["a", "bc"]));
    }
}
