//! Registers models, and changes their states and prices.

use std::ops::RangeInclusive;

use base64::Engine as _;
use base64::alphabet;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use sea_orm::{ActiveModelTrait, ColumnTrait, QueryFilter, Set};
use serde_json::Value;
use sha2::{Digest, Sha256};

use super::Catalog;
use crate::database::conflict_if_taken;
use crate::entities::model::{self, Summary};
use crate::entities::users;
use crate::inference::Manifest;
use crate::services::field_check::{FieldCheck, check_text};
use crate::types::{
    AppError, Credits, ModelId, ModelState, ModelView, Role, Violation, hex, parse_choice,
    parse_whole,
};

/// The prices that a model may have.
pub const PRICES: RangeInclusive<i64> = 0..=1_000_000;
/// Maximum length of a description.
pub const DESCRIPTION_MAX_CHARS: u32 = 500;
const ONNX_MAX_BYTES: usize = 8 * 1024 * 1024;
/// Accepts both alphabets once `-` and `_` are replaced; with or without padding.
const BASE64: GeneralPurpose = GeneralPurpose::new(
    &alphabet::STANDARD,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

pub(super) struct NewModel {
    pub onnx: Vec<u8>,
    pub price: Credits,
    pub state: ModelState,
    pub description: String,
}

impl Catalog {
    /// Whether this user may register models.
    ///
    /// # Errors
    /// 403.
    pub fn may_create_model(&self, user: &users::Model) -> Result<(), AppError> {
        if user.role == Role::Admin {
            Ok(())
        } else {
            Err(AppError::Forbidden(
                "only an admin can register models".to_owned(),
            ))
        }
    }

    /// Registers a model from an ONNX file in base64 (admin).
    ///
    /// # Errors
    /// 403; 422 naming `onnx`, `price`, `state` or `description`; 409 if the same file is already registered.
    pub async fn create_model(
        &self,
        user: &users::Model,
        onnx: &str,
        price: &str,
        state: &str,
        description: &str,
    ) -> Result<ModelView, AppError> {
        self.may_create_model(user)?;
        let new = check_new_model(onnx, price, state, description)?;
        self.register(new).await
    }

    pub(super) async fn register(&self, new: NewModel) -> Result<ModelView, AppError> {
        let checked = self.validator.check(&new.onnx).await?;
        let manifest = checked.manifest().map_err(|reason| rejected(&reason))?;
        self.insert(new, &manifest).await
    }

    /// Inserts a model that was checked.
    pub(super) async fn insert(
        &self,
        new: NewModel,
        manifest: &Manifest,
    ) -> Result<ModelView, AppError> {
        let as_json =
            serde_json::to_value(manifest).map_err(|error| rejected(&error.to_string()))?;
        if holds_control_character(&as_json) {
            return Err(rejected("its manifest contains control characters"));
        }
        let model = model::ActiveModel {
            name: Set(manifest.name.clone()),
            version: Set(manifest.version.clone()),
            description: Set(new.description),
            price: Set(new.price.0),
            sha256: Set(sha256(&new.onnx)),
            onnx: Set(new.onnx),
            metrics: Set(as_json.get("metrics").cloned().unwrap_or_default()),
            manifest: Set(as_json),
            state: Set(new.state),
            created_at: Set(self.clock.now()),
            ..Default::default()
        };
        let inserted = model.insert(self.database.write()).await;
        let model = inserted.map_err(conflict_if_taken("this file is already registered"))?;
        tracing::info!(
            model = model.id.0,
            name = model.name,
            version = model.version,
            state = model.state.as_str(),
            "registered a model"
        );
        self.view(model.id).await
    }

    /// Changes the state, the price or both of a model; `None` leaves a value as it is. Tasks that are already queued
    /// keep their price, and still run if their model is retired meanwhile.
    ///
    /// # Errors
    /// 404; 422 naming `price`, or `state` if the model is to go live but this program cannot run it.
    pub async fn change_model(
        &self,
        id: ModelId,
        state: Option<ModelState>,
        price: Option<Credits>,
    ) -> Result<ModelView, AppError> {
        if price.is_some_and(|price| !PRICES.contains(&price.0)) {
            return Err(AppError::invalid(
                "price",
                Violation::out_of_range(0.0, 1e6),
            ));
        }
        if state == Some(ModelState::Live) {
            let checked = self.validator.check(&self.onnx(id).await?).await?;
            checked.manifest().map_err(|reason| {
                let reason = format!("cannot go live: {reason}");
                AppError::invalid("state", Violation::rejected(reason))
            })?;
        }
        model::Entity::change(id, state, price)
            .exec(self.database.write())
            .await?;
        self.view(id).await
    }

    /// The current state of a model after a change.
    async fn view(&self, id: ModelId) -> Result<ModelView, AppError> {
        self.cache.lock().offers = None;
        let default = self.default_model().await?.map(|model| model.id);
        let summary = model::Entity::newest_first(None)
            .filter(model::Column::Id.eq(id))
            .into_partial_model::<Summary>()
            .one(self.database.write())
            .await?;
        Ok(summary.ok_or(AppError::NotFound)?.into_view(default))
    }
}

/// Whether any text in the JSON has a control character other than white space. PostgreSQL cannot store NUL, and names
/// are shown to users.
fn holds_control_character(value: &Value) -> bool {
    let is_bad = |text: &str| {
        text.chars()
            .any(|it| it.is_control() && !it.is_whitespace())
    };
    match value {
        Value::String(text) => is_bad(text),
        Value::Array(values) => values.iter().any(holds_control_character),
        Value::Object(fields) => fields
            .iter()
            .any(|(name, value)| is_bad(name) || holds_control_character(value)),
        _ => false,
    }
}

fn check_new_model(
    onnx: &str,
    price: &str,
    state: &str,
    description: &str,
) -> Result<NewModel, AppError> {
    let mut fields = FieldCheck::default();
    let onnx = decode(onnx).map_err(|violation| AppError::invalid("onnx", violation));
    let onnx = fields.read(onnx);
    let price = fields.read(parse_whole("price", price, PRICES));
    // A new model cannot be retired.
    let states = &[ModelState::Candidate, ModelState::Live];
    let state = parse_choice(state, states).map_err(|it| AppError::invalid("state", it));
    let state = fields.read(state);
    let description = check_text("description", description, DESCRIPTION_MAX_CHARS);
    let description = fields.read(description);
    let (Some(onnx), Some(price), Some(state), Some(description)) =
        (onnx, price, state, description)
    else {
        return Err(fields.error());
    };
    Ok(NewModel {
        onnx,
        price: Credits(price),
        state: state.unwrap_or(ModelState::Candidate),
        description: description.to_owned(),
    })
}

/// Decodes base64 of the standard or the URL-safe alphabet, possibly broken into lines.
fn decode(onnx: &str) -> Result<Vec<u8>, Violation> {
    let letters: Vec<u8> = onnx
        .bytes()
        .filter(|it| !it.is_ascii_whitespace())
        .map(|it| match it {
            b'-' => b'+',
            b'_' => b'/',
            it => it,
        })
        .collect();
    if letters.is_empty() {
        return Err(Violation::Required);
    }
    let bytes = BASE64.decode(&letters).map_err(|_| {
        Violation::rejected(
            "must be an ONNX file, as base64 or as a file field of a multipart form",
        )
    })?;
    if bytes.len() > ONNX_MAX_BYTES {
        let reason = format!("must have at most {ONNX_MAX_BYTES} bytes");
        return Err(Violation::rejected(reason));
    }
    Ok(bytes)
}

pub(super) fn rejected(reason: &str) -> AppError {
    let reason = format!("is not usable: {reason}");
    AppError::invalid("onnx", Violation::rejected(reason))
}

pub(super) fn sha256(bytes: &[u8]) -> String {
    hex(&Sha256::digest(bytes))
}

#[cfg(test)]
mod tests {
    use base64::prelude::BASE64_STANDARD;

    use super::*;

    #[test]
    fn base64_is_decoded_in_all_common_forms() {
        let expected = vec![0xfb, 0xff, 0x01, 0x02];
        for written in [
            "+/8BAg==",
            "-_8BAg==",
            "-_8BAg",
            " +/8B\r\nAg==\n",
            "+/8B\tAg",
        ] {
            assert_eq!(decode(written), Ok(expected.clone()), "{written:?}");
        }
        for bad in ["+/8BA", "+/8B*g==", "=", "é"] {
            assert!(decode(bad).is_err(), "{bad:?}");
        }
        assert_eq!(decode(" \n"), Err(Violation::Required));
    }

    #[test]
    fn a_description_may_be_as_long_as_allowed_without_the_space_around_it() {
        let text = "x".repeat(DESCRIPTION_MAX_CHARS as usize);
        let check = |text: &str| check_new_model("AAAA", "3", "", text);
        let new = check(&format!(" {text}\n")).unwrap();
        assert_eq!(new.description, text);
        assert!(check(&format!("{text}x")).is_err());
    }

    #[test]
    fn all_errors_of_a_new_model_are_reported_at_once() {
        let refused = check_new_model("", "x", "retired", &"x".repeat(501));
        let Err(AppError::Invalid(fields)) = refused.map(drop) else {
            panic!("accepted");
        };
        let names: Vec<_> = fields.keys().collect();
        assert_eq!(names, ["description", "onnx", "price", "state"]);
    }

    #[test]
    fn control_characters_are_found_in_all_texts_of_a_manifest() {
        for bad in [
            serde_json::json!({ "name": "a\0b" }),
            serde_json::json!({ "encodings": { "a\0": [] } }),
            serde_json::json!({ "encodings": { "a": ["b", "c\u{1}"] } }),
        ] {
            assert!(holds_control_character(&bad), "{bad}");
        }
        assert!(!holds_control_character(
            &serde_json::json!({ "a": ["two\nlines", 1, null] })
        ));
    }

    #[test]
    fn invalid_base64_and_files_that_are_too_large_are_refused() {
        assert_eq!(decode(" \n"), Err(Violation::Required));
        assert!(decode("AA*A").is_err());
        let largest = BASE64_STANDARD.encode(vec![0; ONNX_MAX_BYTES]);
        assert!(decode(&largest).is_ok());
        let larger = BASE64_STANDARD.encode(vec![0; ONNX_MAX_BYTES + 1]);
        let Err(Violation::Rejected { reason }) = decode(&larger) else {
            panic!("accepted");
        };
        assert!(reason.contains("8388608"), "{reason}");
    }
}
