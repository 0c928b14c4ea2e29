//! The models on offer. `registration` adds models and changes them; `shipped` registers the one inside the program.

mod registration;
mod shipped;
mod validation;

use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use std::time::{Duration, Instant};

use parking_lot::Mutex;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QuerySelect, QueryTrait};

pub use registration::{DESCRIPTION_MAX_CHARS, PRICES};
use validation::Validator;

use super::Clock;
use crate::database::Database;
use crate::entities::model::{self, Summary};
use crate::entities::users;
use crate::types::{AppError, ModelId, ModelRef, ModelState, ModelView, Role};

/// How long the live models are cached.
const OFFERS_STALE_AFTER: Duration = Duration::from_secs(1);

/// Registers and finds models.
pub struct Catalog {
    database: Database,
    clock: Arc<dyn Clock>,
    cache: Mutex<Cache>,
    validator: Validator,
}

/// Data that is cached between requests.
#[derive(Default)]
struct Cache {
    /// The live models, newest first, and when they were read.
    offers: Option<(Instant, Vec<Summary>)>,
    /// Models whose name and version were read. These never change.
    named: HashMap<ModelId, Arc<Summary>>,
}

impl Catalog {
    /// Uses one database.
    pub fn new(database: Database, clock: Arc<dyn Clock>) -> Self {
        Self {
            database,
            clock,
            cache: Mutex::default(),
            validator: Validator::default(),
        }
    }

    /// The models that a user may see: the live ones, the default first. An admin sees all.
    ///
    /// # Errors
    /// 503 if the database is unavailable.
    pub async fn models(&self, user: Option<&users::Model>) -> Result<Vec<ModelView>, AppError> {
        let all = user.is_some_and(|user| user.role == Role::Admin);
        self.views(if all { None } else { Some(ModelState::Live) })
            .await
    }

    /// All models in any state, the default first; for the operator.
    ///
    /// # Errors
    /// 503 if the database is unavailable.
    pub async fn all_models(&self) -> Result<Vec<ModelView>, AppError> {
        self.views(None).await
    }

    async fn views(&self, state: Option<ModelState>) -> Result<Vec<ModelView>, AppError> {
        let models = model::Entity::newest_first(state)
            .into_partial_model::<Summary>()
            .all(self.database.read())
            .await?;
        let default = models
            .iter()
            .find(|model| model.state == ModelState::Live)
            .map(|model| model.id);
        let views = models.into_iter().map(|model| model.into_view(default));
        let mut views: Vec<_> = views.collect();
        views.sort_by_key(|view| !view.is_default);
        Ok(views)
    }

    /// The live model with this id, or the default model: the newest one that is live.
    ///
    /// # Errors
    /// 404 if there is none.
    pub async fn live_model(&self, id: Option<ModelId>) -> Result<Summary, AppError> {
        model::Entity::newest_first(Some(ModelState::Live))
            .apply_if(id, |query, id| query.filter(model::Column::Id.eq(id)))
            .limit(1)
            .into_partial_model::<Summary>()
            .one(self.database.read())
            .await?
            .ok_or(AppError::NotFound)
    }

    /// The live models of this name, newest first.
    ///
    /// # Errors
    /// 503 if the database is unavailable.
    pub(super) async fn live_models_named(&self, name: &str) -> Result<Vec<Summary>, AppError> {
        let models = model::Entity::newest_first(Some(ModelState::Live))
            .filter(model::Column::Name.eq(name))
            .into_partial_model::<Summary>()
            .all(self.database.read())
            .await?;
        Ok(models)
    }

    /// Like [`Catalog::live_model`], but cached for a second. A sale must check in its own transaction that the model
    /// is still live at this price.
    ///
    /// # Errors
    /// 404 if there is none.
    pub(super) async fn offer(&self, id: Option<ModelId>) -> Result<Summary, AppError> {
        let find = |offers: &[Summary]| {
            let mut offers = offers.iter();
            let found = offers.find(|offer| id.is_none_or(|id| offer.id == id));
            found.cloned()
        };
        if let Some((read_at, offers)) = &mut self.cache.lock().offers
            && let Some(offer) = find(offers)
        {
            if read_at.elapsed() < OFFERS_STALE_AFTER {
                return Ok(offer);
            }
            // One caller reads the models again; others use the cached ones meanwhile.
            *read_at = Instant::now();
        }
        let read_at = Instant::now();
        let offers = model::Entity::newest_first(Some(ModelState::Live))
            .into_partial_model::<Summary>()
            .all(self.database.read())
            .await?;
        let offer = find(&offers);
        self.cache.lock().offers = Some((read_at, offers));
        offer.ok_or(AppError::NotFound)
    }

    /// Models by their ids, for their names and versions. The other columns may be out of date.
    pub(super) async fn named(
        &self,
        ids: HashSet<ModelId>,
    ) -> Result<HashMap<ModelId, Arc<Summary>>, AppError> {
        let mut found: HashMap<ModelId, Arc<Summary>> = {
            let cache = self.cache.lock();
            let known = ids
                .iter()
                .filter_map(|id| Some((*id, Arc::clone(cache.named.get(id)?))));
            known.collect()
        };
        if found.len() < ids.len() {
            let models = model::Entity::newest_first(None)
                .filter(model::Column::Id.is_in(ids))
                .into_partial_model::<Summary>()
                .all(self.database.read())
                .await?;
            found.extend(models.into_iter().map(|model| (model.id, Arc::new(model))));
            self.cache.lock().named.extend(found.clone());
        }
        Ok(found)
    }

    /// A model in any state, not cached.
    ///
    /// # Errors
    /// 404 if there is none.
    pub(super) async fn summary(&self, id: ModelId) -> Result<Summary, AppError> {
        model::Entity::newest_first(None)
            .filter(model::Column::Id.eq(id))
            .into_partial_model::<Summary>()
            .one(self.database.read())
            .await?
            .ok_or(AppError::NotFound)
    }

    /// Name and version of a model in any state.
    ///
    /// # Errors
    /// 404 if there is none.
    pub(super) async fn model_ref(&self, id: ModelId) -> Result<ModelRef, AppError> {
        let models = self.named(HashSet::from([id])).await?;
        let model = models.get(&id).ok_or(AppError::NotFound)?;
        Ok(model.model_ref())
    }

    /// The ONNX file of a model, for a worker.
    ///
    /// # Errors
    /// 404 if there is none.
    pub async fn onnx(&self, id: ModelId) -> Result<Vec<u8>, AppError> {
        model::Entity::find_by_id(id)
            .select_only()
            .column(model::Column::Onnx)
            .into_tuple()
            .one(self.database.read())
            .await?
            .ok_or(AppError::NotFound)
    }
}
