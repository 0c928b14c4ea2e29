//! The models that this process has loaded, by id, shared by its workers and insights. The bytes of a model never
//! change, so a loaded model never expires. A failure to load is cached for a while; then loading is tried again.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use parking_lot::Mutex;
use tokio::sync::OnceCell;
use tracing::Instrument as _;

use super::Catalog;
use crate::inference::{ModelError, OnnxPredictor, Predictor};
use crate::types::{AppError, ModelId};

/// The pause after a first failure. It doubles with each further one.
const RETRY_FIRST: Duration = Duration::from_secs(1);
const RETRY_MAX: Duration = Duration::from_mins(1);

/// Why a model is not available.
#[derive(Debug, thiserror::Error)]
pub enum LoadError {
    /// Its bytes cannot be read from the database.
    #[error("{0}")]
    Unread(AppError),
    /// This program cannot run the model: another version of the program registered it.
    #[error("{0}")]
    Incompatible(ModelError),
    /// Loading panicked.
    #[error("{0}")]
    BrokeOff(tokio::task::JoinError),
}

/// Loads each model once.
pub struct LoadedModels {
    catalog: Arc<Catalog>,
    models: Mutex<HashMap<ModelId, Arc<Slot>>>,
    failures: Mutex<HashMap<ModelId, Failure>>,
}

/// A model that is loaded, or being loaded for the first request.
type Slot = OnceCell<Arc<dyn Predictor>>;

#[derive(Clone)]
struct Failure {
    error: Arc<LoadError>,
    since: Instant,
    count: u32,
    retry_at: Instant,
}

impl LoadedModels {
    /// Starts with no models.
    pub fn new(catalog: Arc<Catalog>) -> Self {
        Self {
            catalog,
            models: Mutex::default(),
            failures: Mutex::default(),
        }
    }

    /// Uses `predictor` for a model instead of its file: to benchmark workers with models that cannot be written as a
    /// file.
    pub fn put(&self, id: ModelId, predictor: Arc<dyn Predictor>) {
        self.models
            .lock()
            .insert(id, Arc::new(OnceCell::new_with(Some(predictor))));
        self.failures.lock().remove(&id);
    }

    /// Makes all failures count as old.
    #[cfg(test)]
    pub(crate) fn fail_since_long_ago(&self) {
        for failure in self.failures.lock().values_mut() {
            failure.since = failure
                .since
                .checked_sub(Duration::from_hours(1))
                .unwrap_or(failure.since);
        }
    }

    /// The predictor of a model, loaded from the database on the first call. Loading one model does not delay requests
    /// for others. A load runs in its own task, so that a readiness check that gives up does not end it, and the next
    /// one waits for the same load.
    ///
    /// # Errors
    /// Why the model cannot be loaded, or could not be a short while ago.
    pub async fn get(self: &Arc<Self>, id: ModelId) -> Result<Arc<dyn Predictor>, Arc<LoadError>> {
        let slot = Arc::clone(self.models.lock().entry(id).or_default());
        if let Some(predictor) = slot.get() {
            return Ok(Arc::clone(predictor));
        }
        let this = Arc::clone(self);
        let load = async move { slot.get_or_try_init(|| this.load(id)).await.cloned() };
        tokio::spawn(load.in_current_span())
            .await
            .unwrap_or_else(|error| Err(Arc::new(LoadError::BrokeOff(error))))
    }

    /// The models that could not be loaded for at least this long.
    pub fn failed_for(&self, time: Duration) -> Vec<ModelId> {
        let failures = self.failures.lock();
        let failed = failures
            .iter()
            .filter(|(_, failure)| failure.since.elapsed() >= time);
        failed.map(|(id, _)| *id).collect()
    }

    /// Retries the failed models that are due. Returns whether any was loaded.
    pub async fn retry_failed(self: &Arc<Self>) -> bool {
        let due: Vec<ModelId> = {
            let failures = self.failures.lock();
            let due = failures
                .iter()
                .filter(|(_, failure)| !failure.is_fresh())
                .map(|(id, _)| *id);
            due.collect()
        };
        let mut is_any_loaded = false;
        for id in due {
            is_any_loaded |= self.get(id).await.is_ok();
        }
        is_any_loaded
    }

    async fn load(&self, id: ModelId) -> Result<Arc<dyn Predictor>, Arc<LoadError>> {
        let failure = self.failures.lock().get(&id).cloned();
        if let Some(failure) = &failure
            && failure.is_fresh()
        {
            return Err(Arc::clone(&failure.error));
        }
        match self.read_and_load(id).await {
            Ok(predictor) => {
                if self.failures.lock().remove(&id).is_some() {
                    tracing::info!(model = %id, "a model that failed before was loaded");
                }
                Ok(predictor)
            }
            Err(error) => {
                let failure = Failure::new(error, failure.as_ref());
                let retry_s = (failure.retry_at - Instant::now()).as_secs();
                tracing::error!(
                    model = %id, error = %failure.error, failures = failure.count, retry_s,
                    "a model could not be loaded"
                );
                let error = Arc::clone(&failure.error);
                self.failures.lock().insert(id, failure);
                Err(error)
            }
        }
    }

    async fn read_and_load(&self, id: ModelId) -> Result<Arc<dyn Predictor>, LoadError> {
        let onnx = self.catalog.onnx(id).await.map_err(LoadError::Unread)?;
        let predictor = tokio::task::spawn_blocking(move || OnnxPredictor::load(&onnx))
            .await
            .map_err(LoadError::BrokeOff)?
            .map_err(LoadError::Incompatible)?;
        Ok(Arc::new(predictor))
    }
}

impl Failure {
    fn new(error: LoadError, before: Option<&Self>) -> Self {
        let now = Instant::now();
        let count = before.map_or(0, |failure| failure.count) + 1;
        let wait = match error {
            // Says nothing about the model, so the pause does not grow.
            LoadError::Unread(_) => RETRY_FIRST,
            _ => RETRY_FIRST
                .saturating_mul(1 << (count - 1).min(6))
                .min(RETRY_MAX),
        };
        Self {
            error: Arc::new(error),
            since: before.map_or(now, |failure| failure.since),
            count,
            retry_at: now + wait,
        }
    }

    fn is_fresh(&self) -> bool {
        Instant::now() < self.retry_at
    }
}

#[cfg(test)]
mod tests {
    use futures::FutureExt as _;

    use super::*;
    use crate::database::test_support::migrated;
    use crate::inference::SHIPPED_MODEL;
    use crate::services::SystemClock;

    #[tokio::test]
    async fn a_load_goes_on_if_its_caller_gives_up() {
        let (_folder, database) = migrated().await;
        let catalog = Arc::new(Catalog::new(database, Arc::new(SystemClock)));
        catalog.ensure_shipped_model(SHIPPED_MODEL).await.unwrap();
        let id = catalog.live_model(None).await.unwrap().id;
        let models = Arc::new(LoadedModels::new(catalog));
        assert!(models.get(id).now_or_never().is_none());
        let slot = Arc::clone(&models.models.lock()[&id]);
        let is_loaded = async {
            while slot.get().is_none() {
                tokio::time::sleep(Duration::from_millis(10)).await;
            }
        };
        let limit = Duration::from_mins(1);
        assert!(tokio::time::timeout(limit, is_loaded).await.is_ok());
    }
}
