//! The models that this process has loaded, by their ids, for its workers and its insights alike. A model's
//! bytes never change, so neither does what was loaded from them.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::OnceCell;

use super::Catalog;
use crate::inference::{ModelError, OnnxPredictor, Predictor};
use crate::types::{AppError, ModelId};

/// Why a model cannot be had.
#[derive(Debug, thiserror::Error)]
pub enum LoadError {
    /// Its bytes cannot be read from the database.
    #[error("{0}")]
    Unread(AppError),
    /// This program cannot run it: an earlier or a later one registered it.
    #[error("{0}")]
    Misfit(ModelError),
    /// Loading it broke off.
    #[error("{0}")]
    BrokeOff(tokio::task::JoinError),
}

/// Loads each model once.
pub struct LoadedModels {
    catalog: Arc<Catalog>,
    models: Mutex<HashMap<ModelId, Arc<Slot>>>,
}

/// A model that is loaded, or being loaded by the first who asked for it.
type Slot = OnceCell<Arc<dyn Predictor>>;

impl LoadedModels {
    /// None is loaded yet.
    pub fn new(catalog: Arc<Catalog>) -> Self {
        Self {
            catalog,
            models: Mutex::default(),
        }
    }

    /// Has a predictor answer for a model, in place of what its bytes say: for measuring workers with models that
    /// no file can be.
    pub fn put(&self, id: ModelId, predictor: Arc<dyn Predictor>) {
        self.lock()
            .insert(id, Arc::new(OnceCell::new_with(Some(predictor))));
    }

    /// The predictor of a model; loaded from the database at the first call. Loading one model delays nobody who
    /// asks for another.
    ///
    /// # Errors
    /// Why it cannot be loaded, for the log.
    pub async fn get(&self, id: ModelId) -> Result<Arc<dyn Predictor>, LoadError> {
        let slot = Arc::clone(self.lock().entry(id).or_default());
        let predictor = slot.get_or_try_init(|| self.load(id)).await?;
        Ok(Arc::clone(predictor))
    }

    async fn load(&self, id: ModelId) -> Result<Arc<dyn Predictor>, LoadError> {
        let onnx = self.catalog.onnx(id).await.map_err(LoadError::Unread)?;
        let predictor = tokio::task::spawn_blocking(move || OnnxPredictor::load(&onnx))
            .await
            .map_err(LoadError::BrokeOff)?
            .map_err(LoadError::Misfit)?;
        Ok(Arc::new(predictor))
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<ModelId, Arc<Slot>>> {
        self.models.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
