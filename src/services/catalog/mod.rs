//! The models on offer. How one gets there is told in `registration` and, for the one that comes with the
//! program, in `shipped`.

mod registration;
mod shipped;

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QuerySelect};

use super::Clock;
use crate::entities::model::{self, Summary};
use crate::entities::{Database, users};
use crate::types::{AppError, ModelId, ModelRef, ModelState, ModelView, Role};

/// Registers and finds models.
pub struct Catalog {
    database: Database,
    clock: Arc<dyn Clock>,
}

impl Catalog {
    /// On one database.
    pub fn new(database: Database, clock: Arc<dyn Clock>) -> Self {
        Self { database, clock }
    }

    /// The models that a user may see: the live ones, the default first; an admin sees all.
    ///
    /// # Errors
    /// 503 where the database is away.
    pub async fn models(&self, user: Option<&users::Model>) -> Result<Vec<ModelView>, AppError> {
        let all = user.is_some_and(|user| user.role() == Role::Admin);
        self.views(if all { None } else { Some(ModelState::Live) })
            .await
    }

    /// All models whatever their state, the default first; for the operator.
    ///
    /// # Errors
    /// 503 where the database is away.
    pub async fn all_models(&self) -> Result<Vec<ModelView>, AppError> {
        self.views(None).await
    }

    async fn views(&self, state: Option<ModelState>) -> Result<Vec<ModelView>, AppError> {
        let models = model::Entity::summaries(state)
            .into_model::<Summary>()
            .all(self.database.read())
            .await?;
        let default = models
            .iter()
            .find(|model| model.state == ModelState::Live.as_str())
            .map(|model| model.id);
        let mut views = Vec::with_capacity(models.len());
        for model in models {
            views.push(model.into_view(default)?);
        }
        views.sort_by_key(|view| !view.is_default);
        Ok(views)
    }

    /// The live model of an id, or the default one: the newest that is live.
    ///
    /// # Errors
    /// 404 where there is none.
    pub async fn live_model(&self, id: Option<i64>) -> Result<Summary, AppError> {
        let mut query = model::Entity::summaries(Some(ModelState::Live));
        if let Some(id) = id {
            query = query.filter(model::Column::Id.eq(id));
        }
        query
            .limit(1)
            .into_model::<Summary>()
            .one(self.database.read())
            .await?
            .ok_or(AppError::NotFound)
    }

    /// Models by their ids, without their bytes.
    pub(super) async fn summaries(
        &self,
        ids: HashSet<i64>,
    ) -> Result<HashMap<i64, Summary>, AppError> {
        let models = model::Entity::summaries(None)
            .filter(model::Column::Id.is_in(ids))
            .into_model::<Summary>()
            .all(self.database.read())
            .await?;
        Ok(models.into_iter().map(|model| (model.id, model)).collect())
    }

    /// What is said of a model where it is named, whatever its state.
    ///
    /// # Errors
    /// 404 where there is none.
    pub(super) async fn model_ref(&self, id: ModelId) -> Result<ModelRef, AppError> {
        let mut models = self.summaries(HashSet::from([id.0])).await?;
        let model = models.remove(&id.0).ok_or(AppError::NotFound)?;
        Ok(ModelRef {
            id,
            name: model.name,
            version: model.version,
        })
    }

    /// The bytes of a model, for a worker.
    ///
    /// # Errors
    /// 404 where there is none.
    pub async fn onnx(&self, id: ModelId) -> Result<Vec<u8>, AppError> {
        model::Entity::find_by_id(id.0)
            .select_only()
            .column(model::Column::Onnx)
            .into_tuple()
            .one(self.database.read())
            .await?
            .ok_or(AppError::NotFound)
    }
}
