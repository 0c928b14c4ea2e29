//! The model inside the program. A program that brings a new model file registers it at its first start, beside the
//! existing models.

use sea_orm::{ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter};

use super::Catalog;
use super::registration::{NewModel, rejected, sha256};
use super::validation::Checked;
use crate::entities::model::{self, Summary};
use crate::inference::{Manifest, OnnxPredictor, Predictor as _};
use crate::types::{AppError, Credits, ModelState};

/// The price of the first shipped model: as much as a new user is given by default.
const PRICE: Credits = Credits(10);
const DESCRIPTION: &str = "Trained on Kickstarter campaigns of 2024-25";

impl Catalog {
    /// Registers the model inside the program unless the same file is already registered.
    ///
    /// It goes live, and so becomes the default, if there is no model yet, or if it is a later version of the default
    /// model, whose price it then takes over. Otherwise the operator has chosen another model, and it becomes a
    /// candidate. Earlier versions stay live for requests that name them; those that this program cannot run any more
    /// are retired.
    ///
    /// # Errors
    /// If the file cannot be used, or the database is unavailable.
    pub async fn ensure_shipped_model(&self, onnx: &[u8]) -> Result<(), AppError> {
        let sha256 = sha256(onnx);
        let mut shipped = self.registered(&sha256).await?;
        if shipped.is_none() {
            self.register_shipped(onnx).await?;
            shipped = self.registered(&sha256).await?;
        }
        // At each start, to complete a start that was interrupted after the registration.
        match shipped {
            Some(shipped) if shipped.state == ModelState::Live => {
                self.retire_incompatible_before(&shipped).await
            }
            _ => Ok(()),
        }
    }

    async fn registered(&self, sha256: &str) -> Result<Option<Summary>, AppError> {
        let found = model::Entity::newest_first(None).filter(model::Column::Sha256.eq(sha256));
        let found = found.into_partial_model::<Summary>();
        Ok(found.one(self.database.write()).await?)
    }

    async fn register_shipped(&self, onnx: &[u8]) -> Result<(), AppError> {
        let (onnx, manifest) = load(onnx.to_vec()).await?;
        let before = self.default_model().await?;
        let before = before.filter(|it| is_before(it, &manifest.name, &manifest.version));
        let first = model::Entity::find().count(self.database.write()).await? == 0;
        let new = NewModel {
            onnx,
            price: before.as_ref().map_or(PRICE, |it| Credits(it.price)),
            state: if first || before.is_some() {
                ModelState::Live
            } else {
                ModelState::Candidate
            },
            description: DESCRIPTION.to_owned(),
        };
        match self.insert(new, &manifest).await {
            // Another process started at the same time and registered it first.
            Err(AppError::Conflict(_)) => Ok(()),
            registered => registered.map(drop),
        }
    }

    /// Tasks for a model that cannot run would never succeed.
    async fn retire_incompatible_before(&self, shipped: &Summary) -> Result<(), AppError> {
        let live =
            model::Entity::newest_first(Some(ModelState::Live)).into_partial_model::<Summary>();
        for model in live.all(self.database.read()).await? {
            if is_before(&model, &shipped.name, &shipped.version) {
                self.retire_if_incompatible(&model).await?;
            }
        }
        Ok(())
    }

    pub(super) async fn default_model(&self) -> Result<Option<Summary>, AppError> {
        match self.live_model(None).await {
            Ok(model) => Ok(Some(model)),
            Err(AppError::NotFound) => Ok(None),
            Err(error) => Err(error),
        }
    }

    async fn retire_if_incompatible(&self, model: &Summary) -> Result<(), AppError> {
        let id = model.id;
        let checked = self.validator.check(&self.onnx(id).await?).await?;
        // A check that was interrupted for lack of time or memory says nothing about the model.
        if let Checked::Refused(reason) = checked {
            tracing::warn!(
                model = model.id.0,
                version = model.version,
                reason,
                "retired a model that this program cannot run"
            );
            self.change_model(id, Some(ModelState::Retired), None)
                .await?;
        }
        Ok(())
    }
}

/// Loads the file inside the program, which needs no limits. Returns it with its manifest.
async fn load(onnx: Vec<u8>) -> Result<(Vec<u8>, Manifest), AppError> {
    let loaded = tokio::task::spawn_blocking(move || {
        let manifest = OnnxPredictor::load(&onnx).map(|it| it.manifest().clone());
        (onnx, manifest)
    });
    let (onnx, manifest) = loaded.await.map_err(|error| {
        tracing::error!(%error, "loading the shipped model panicked");
        AppError::Internal
    })?;
    let manifest = manifest.map_err(|error| rejected(&error.to_string()))?;
    Ok((onnx, manifest))
}

/// Whether a model is an earlier version of the model with that name.
fn is_before(model: &Summary, name: &str, version: &str) -> bool {
    model.name == name && follows(version, &model.version)
}

/// Whether a version is later than another. Compares number by number, so that 1.10.0 follows 1.9.3.
fn follows(version: &str, other: &str) -> bool {
    let numbers = |it: &str| -> Vec<Option<u64>> {
        it.split('.').map(|number| number.parse().ok()).collect()
    };
    numbers(version) > numbers(other)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_compared_number_by_number() {
        for (later, earlier) in [
            ("1.1.0", "1.0.0"),
            ("1.10.0", "1.9.3"),
            ("2.0.0", "1.99.99"),
            ("1.1.0", "1.1"),
            ("1.1.0", "unknown"),
        ] {
            assert!(follows(later, earlier), "{later} {earlier}");
            assert!(!follows(earlier, later), "{earlier} {later}");
        }
        assert!(!follows("1.1.0", "1.1.0"));
    }
}
