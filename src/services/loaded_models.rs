//! The models that this process has loaded, by their ids, for its workers and its insights alike. A model's
//! bytes never change, so neither does what was loaded from them.

use std::collections::HashMap;
use std::sync::Arc;

use tokio::sync::Mutex;

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
    loaded: Mutex<HashMap<ModelId, Arc<dyn Predictor>>>,
}

impl LoadedModels {
    /// None is loaded yet.
    pub fn new(catalog: Arc<Catalog>) -> Self {
        Self {
            catalog,
            loaded: Mutex::default(),
        }
    }

    /// Has a predictor answer for a model, in place of what its bytes say: for measuring workers with models that
    /// no file can be.
    pub async fn put(&self, id: ModelId, predictor: Arc<dyn Predictor>) {
        self.loaded.lock().await.insert(id, predictor);
    }

    /// The predictor of a model; loaded from the database at the first call.
    ///
    /// # Errors
    /// Why it cannot be had, for the log.
    pub async fn get(&self, id: ModelId) -> Result<Arc<dyn Predictor>, LoadError> {
        // The lock is held while loading, so that loops do not load the same model side by side.
        let mut loaded = self.loaded.lock().await;
        if let Some(predictor) = loaded.get(&id) {
            return Ok(Arc::clone(predictor));
        }
        let onnx = self.catalog.onnx(id).await.map_err(LoadError::Unread)?;
        let predictor = tokio::task::spawn_blocking(move || OnnxPredictor::load(&onnx))
            .await
            .map_err(LoadError::BrokeOff)?
            .map_err(LoadError::Misfit)?;
        let predictor: Arc<dyn Predictor> = Arc::new(predictor);
        loaded.insert(id, Arc::clone(&predictor));
        Ok(predictor)
    }
}
