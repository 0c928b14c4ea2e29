//! The models on offer: registered by the operator, the shipped one at first start by itself.

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use base64::Engine as _;
use base64::prelude::{BASE64_STANDARD, BASE64_URL_SAFE};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter, QuerySelect, Set,
};
use sha2::{Digest, Sha256};

use super::Clock;
use super::pages::is_unique_violation;
use crate::entities::model::{self, Summary};
use crate::entities::{Database, users};
use crate::inference::{OnnxPredictor, Predictor};
use crate::types::{
    AppError, Credits, FieldErrors, ModelId, ModelRef, ModelState, ModelView, Role, Violation, hex,
    parse_choice, text_violation,
};

/// The price of the shipped model: as much as a new user is given by default.
const SHIPPED_PRICE: Credits = Credits(10);
const SHIPPED_DESCRIPTION: &str = "Trained on Kickstarter campaigns of 2024-25";
const PRICE_MAX: i64 = 1_000_000;
const DESCRIPTION_MAX_CHARS: u32 = 500;
const ONNX_MAX_BYTES: usize = 8 * 1024 * 1024;
/// How long the live models are remembered.
const OFFERS_STALE_AFTER: Duration = Duration::from_secs(1);

/// Registers and finds models.
pub struct Catalog {
    database: Database,
    clock: Arc<dyn Clock>,
    remembered: Mutex<Remembered>,
}

/// What need not be read again and again.
#[derive(Default)]
struct Remembered {
    /// The live models, newest first, and when they were read.
    offers: Option<(Instant, Vec<Summary>)>,
    /// Every model that was named, for its name and version, which never change.
    named: HashMap<i64, Arc<Summary>>,
}

struct NewModel {
    onnx: Vec<u8>,
    price: Credits,
    state: ModelState,
    description: String,
}

impl Catalog {
    /// On one database.
    pub fn new(database: Database, clock: Arc<dyn Clock>) -> Self {
        Self {
            database,
            clock,
            remembered: Mutex::default(),
        }
    }

    /// Registers the model that comes with the program: live where there is no model yet, as a candidate
    /// where the operator has models already. Does nothing where the very file is registered.
    ///
    /// # Errors
    /// Where the file does not fit, or the database is away.
    pub async fn ensure_shipped_model(&self, onnx: &[u8]) -> Result<(), AppError> {
        let known = model::Entity::find()
            .filter(model::Column::Sha256.eq(sha256(onnx)))
            .count(self.database.write())
            .await?;
        if known > 0 {
            return Ok(());
        }
        let first = model::Entity::find().count(self.database.write()).await? == 0;
        let new = NewModel {
            onnx: onnx.to_vec(),
            price: SHIPPED_PRICE,
            state: if first {
                ModelState::Live
            } else {
                ModelState::Candidate
            },
            description: SHIPPED_DESCRIPTION.to_owned(),
        };
        match self.register(new).await {
            // Another process started at the same time and was first.
            Ok(_) | Err(AppError::Conflict(_)) => Ok(()),
            Err(error) => Err(error),
        }
    }

    /// The models that a user may see: the live ones, the default first; an admin sees all.
    ///
    /// # Errors
    /// 503 where the database is away.
    pub async fn models(&self, user: Option<&users::Model>) -> Result<Vec<ModelView>, AppError> {
        let all = user.is_some_and(|user| user.role() == Role::Admin);
        let state = if all { None } else { Some(ModelState::Live) };
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

    /// As [`Catalog::live_model`], from memory where it was read within the last second. Whoever sells by it
    /// must look in the same transaction whether the model is still live at this price.
    ///
    /// # Errors
    /// 404 where there is none.
    pub(super) async fn offer(&self, id: Option<i64>) -> Result<Summary, AppError> {
        let find = |offers: &[Summary]| {
            let mut offers = offers.iter();
            let found = offers.find(|offer| id.is_none_or(|id| offer.id == id));
            found.cloned()
        };
        if let Some((read_at, offers)) = &mut self.remembered().offers
            && let Some(offer) = find(offers)
        {
            if read_at.elapsed() < OFFERS_STALE_AFTER {
                return Ok(offer);
            }
            // One asker reads them anew; the others go on with what is remembered.
            *read_at = Instant::now();
        }
        let read_at = Instant::now();
        let offers = model::Entity::summaries(Some(ModelState::Live))
            .into_model::<Summary>()
            .all(self.database.read())
            .await?;
        let offer = find(&offers);
        self.remembered().offers = Some((read_at, offers));
        offer.ok_or(AppError::NotFound)
    }

    fn remembered(&self) -> MutexGuard<'_, Remembered> {
        self.remembered
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }

    /// Models by their ids, for their names and versions; the rest may have changed since it was read.
    pub(super) async fn named(
        &self,
        ids: HashSet<i64>,
    ) -> Result<HashMap<i64, Arc<Summary>>, AppError> {
        let mut found: HashMap<i64, Arc<Summary>> = {
            let remembered = self.remembered();
            let known = ids
                .iter()
                .filter_map(|id| Some((*id, Arc::clone(remembered.named.get(id)?))));
            known.collect()
        };
        if found.len() < ids.len() {
            let models = model::Entity::summaries(None)
                .filter(model::Column::Id.is_in(ids))
                .into_model::<Summary>()
                .all(self.database.read())
                .await?;
            found.extend(models.into_iter().map(|model| (model.id, Arc::new(model))));
            self.remembered().named.extend(found.clone());
        }
        Ok(found)
    }

    /// What is said of a model where it is named, whatever its state.
    ///
    /// # Errors
    /// 404 where there is none.
    pub(super) async fn model_ref(&self, id: ModelId) -> Result<ModelRef, AppError> {
        let models = self.named(HashSet::from([id.0])).await?;
        let model = models.get(&id.0).ok_or(AppError::NotFound)?;
        Ok(ModelRef {
            id,
            name: model.name.clone(),
            version: model.version.clone(),
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

    /// Registers a model from an ONNX file in base64 (admin).
    ///
    /// # Errors
    /// 403; 422 naming `onnx`, `price`, `state` or `description`; 409 where the very file is registered.
    pub async fn create_model(
        &self,
        user: &users::Model,
        onnx: &str,
        price: &str,
        state: &str,
        description: &str,
    ) -> Result<ModelView, AppError> {
        if user.role() != Role::Admin {
            return Err(AppError::Forbidden(
                "only an admin registers models".to_owned(),
            ));
        }
        let new = check_new_model(onnx, price, state, description)?;
        self.register(new).await
    }

    async fn register(&self, new: NewModel) -> Result<ModelView, AppError> {
        let onnx = new.onnx;
        let loaded = tokio::task::spawn_blocking(move || {
            let manifest = OnnxPredictor::load(&onnx).map(|it| it.manifest().clone());
            (onnx, manifest)
        });
        let (onnx, manifest) = loaded.await.map_err(|error| {
            tracing::error!(%error, "loading a model panicked");
            rejected("it cannot be loaded")
        })?;
        let manifest = manifest.map_err(|error| rejected(&error.to_string()))?;
        let as_json =
            serde_json::to_value(&manifest).map_err(|error| rejected(&error.to_string()))?;
        let model = model::ActiveModel {
            name: Set(manifest.name.clone()),
            version: Set(manifest.version.clone()),
            description: Set(new.description),
            price: Set(new.price.0),
            sha256: Set(sha256(&onnx)),
            onnx: Set(onnx),
            metrics: Set(as_json.get("metrics").cloned().unwrap_or_default()),
            manifest: Set(as_json),
            state: Set(new.state.as_str().to_owned()),
            created_at: Set(self.clock.now()),
            ..Default::default()
        };
        let model = model.insert(self.database.write()).await.map_err(|error| {
            if is_unique_violation(&error) {
                AppError::Conflict("this very file is registered already".to_owned())
            } else {
                error.into()
            }
        })?;
        tracing::info!(
            model = model.id,
            name = model.name,
            version = model.version,
            "registered a model"
        );
        self.remembered().offers = None;
        let default = self.live_model(None).await.ok().map(|model| model.id);
        let summary = model::Entity::summaries(None)
            .filter(model::Column::Id.eq(model.id))
            .into_model::<Summary>()
            .one(self.database.write())
            .await?;
        Ok(summary.ok_or(AppError::NotFound)?.into_view(default)?)
    }
}

fn check_new_model(
    onnx: &str,
    price: &str,
    state: &str,
    description: &str,
) -> Result<NewModel, AppError> {
    let mut errors = FieldErrors::new();
    let bytes = decode(onnx)
        .map_err(|it| errors.insert("onnx".to_owned(), it))
        .ok();
    let price = match price.trim().parse::<i64>() {
        Ok(price) if (0..=PRICE_MAX).contains(&price) => Some(Credits(price)),
        Ok(_) => {
            errors.insert("price".to_owned(), Violation::out_of_range(0.0, 1e6));
            None
        }
        Err(_) if price.trim().is_empty() => {
            errors.insert("price".to_owned(), Violation::Required);
            None
        }
        Err(_) => {
            errors.insert("price".to_owned(), Violation::NotAWholeNumber);
            None
        }
    };
    let states = &[ModelState::Candidate, ModelState::Live];
    let state = match parse_choice("state", state, states) {
        Ok(Some(ModelState::Retired)) => {
            errors.insert(
                "state".to_owned(),
                Violation::NotOneOf {
                    allowed: states.iter().map(ToString::to_string).collect(),
                },
            );
            None
        }
        Ok(state) => Some(state.unwrap_or(ModelState::Candidate)),
        Err(AppError::Invalid(fields)) => {
            errors.extend(fields);
            None
        }
        Err(_) => None,
    };
    if let Some(violation) = text_violation(description, DESCRIPTION_MAX_CHARS) {
        errors.insert("description".to_owned(), violation);
    }
    match (bytes, price, state) {
        (Some(onnx), Some(price), Some(state)) if errors.is_empty() => Ok(NewModel {
            onnx,
            price,
            state,
            description: description.trim().to_owned(),
        }),
        _ => Err(AppError::Invalid(errors)),
    }
}

fn decode(onnx: &str) -> Result<Vec<u8>, Violation> {
    let onnx = onnx.trim();
    if onnx.is_empty() {
        return Err(Violation::Required);
    }
    let bytes = BASE64_STANDARD
        .decode(onnx)
        .or_else(|_| BASE64_URL_SAFE.decode(onnx))
        .map_err(|_| Violation::Rejected {
            reason: "must be an ONNX file: base64, or a file field of a multipart form".to_owned(),
        })?;
    if bytes.len() > ONNX_MAX_BYTES {
        return Err(Violation::Rejected {
            reason: format!("must have at most {ONNX_MAX_BYTES} bytes"),
        });
    }
    Ok(bytes)
}

fn rejected(reason: &str) -> AppError {
    AppError::invalid(
        "onnx",
        Violation::Rejected {
            reason: format!("does not fit: {reason}"),
        },
    )
}

fn sha256(bytes: &[u8]) -> String {
    hex(&Sha256::digest(bytes))
}
