//! The Open Inference Protocol, version 2: models and predictions as programs for machine learning expect them.
//!
//! The rows of a request are a batch that is started at once, so they are held, charged and released like any other. The
//! response waits for their results.

mod messages;
mod results;
mod rows;

use std::sync::Arc;
use std::time::Duration;

use tokio_util::sync::CancellationToken;
use uuid::Uuid;

pub use rows::DATATYPES;

pub use messages::{
    InferParameters, InferRequest, InferResponse, InputTensor, ModelMetadata, ModelParameters,
    OutputTensor, RequestParameters, RequestedOutput, ServerMetadata, TensorMetadata, TensorValue,
};

use super::batches::{Batches, NewBatch};
use super::idempotency::{Keyed, check_key, request_hash};
use super::predictions::{Payer, parse_max_price};
use super::{Catalog, Clock, LoadedModels, UserSlots, Waits};
use crate::entities::model::Summary;
use crate::types::{AppError, BatchId, Credits, TaskView};
use results::Output;

/// The most rows of a request. Larger numbers belong into a batch, whose results need not be waited for.
pub const ROWS_MAX: usize = 1_000;
/// When to ask again for results that have not arrived in time, in seconds.
const RETRY_S: u64 = 5;

/// A model by its name, and optionally by its version.
#[derive(Clone, Debug)]
pub struct NamedModel {
    /// The name.
    pub name: String,
    /// The version; without it, the newest one is meant.
    pub version: Option<String>,
}

impl NamedModel {
    /// The model among the live ones with its name, newest first.
    fn among(&self, live: Vec<Summary>) -> Result<Summary, AppError> {
        let version = self.version.as_deref();
        let mut live = live.into_iter();
        live.find(|model| version.is_none_or(|version| model.version == version))
            .ok_or(AppError::NotFound)
    }
}

/// How a request wants to be answered.
#[derive(Debug)]
pub struct InferOptions {
    /// The client's idempotency key. Without one, each request is a new one.
    pub key: Option<String>,
    /// The longest wait for results.
    pub wait: Duration,
    /// Ends the wait, because the process stops.
    pub stop: CancellationToken,
}

/// Answers requests of the protocol.
pub struct OpenInference {
    batches: Arc<Batches>,
    catalog: Arc<Catalog>,
    models: Arc<LoadedModels>,
    waits: Arc<Waits>,
    write_slots: Arc<UserSlots>,
    clock: Arc<dyn Clock>,
}

impl OpenInference {
    /// Predicts with the models of `catalog`.
    pub fn new(
        (batches, waits): (&Arc<Batches>, &Arc<Waits>),
        (catalog, models): (&Arc<Catalog>, &Arc<LoadedModels>),
        write_slots: &Arc<UserSlots>,
        clock: &Arc<dyn Clock>,
    ) -> Self {
        Self {
            batches: Arc::clone(batches),
            catalog: Arc::clone(catalog),
            models: Arc::clone(models),
            waits: Arc::clone(waits),
            write_slots: Arc::clone(write_slots),
            clock: Arc::clone(clock),
        }
    }

    /// What a live model takes and returns.
    ///
    /// # Errors
    /// 404 if no live model has this name and version.
    pub async fn metadata(&self, named: &NamedModel) -> Result<ModelMetadata, AppError> {
        let live = self.catalog.live_models_named(&named.name).await?;
        let mut versions: Vec<String> = live.iter().map(|it| it.version.clone()).collect();
        versions.dedup();
        let model = named.among(live)?;
        Ok(ModelMetadata {
            name: model.name,
            versions,
            platform: "onnx_onnxv1".to_owned(),
            inputs: rows::inputs(),
            outputs: results::outputs(),
            parameters: ModelParameters {
                price: Credits(model.price),
                max_rows: ROWS_MAX,
            },
        })
    }

    /// Whether a live model can be run.
    ///
    /// # Errors
    /// 404 if no live model has this name and version; 503 if this process cannot load it.
    pub async fn check_ready(&self, named: &NamedModel) -> Result<(), AppError> {
        let model = self.find(named).await?;
        self.models.get(model.id).await.map_err(|error| {
            tracing::warn!(%error, model = model.id.0, "a live model cannot be loaded");
            AppError::unavailable("the model cannot be loaded", RETRY_S)
        })?;
        Ok(())
    }

    /// Buys a prediction for each row and waits for the results.
    ///
    /// # Errors
    /// 422 naming the inputs and rows that are wrong; 402, also if a cap of the API key is reached; 404 if no live model has
    /// this name and version; 409 if the price is higher than `max_total`, or if predictions failed; 429 if too many
    /// requests of the user are waiting or too many tasks are open; 503 if the results do not arrive in time, which a
    /// request with the same key does not pay for again.
    pub async fn infer(
        &self,
        payer: Payer,
        named: &NamedModel,
        request: InferRequest,
        options: InferOptions,
    ) -> Result<Keyed<InferResponse>, AppError> {
        let outputs = results::requested(request.outputs.as_deref())?;
        let max_total = parse_max_price("max_total", &request.parameters.max_total())?;
        let has_key = options.key.is_some();
        let key = options.key.unwrap_or_else(|| Uuid::new_v4().to_string());
        let key = check_key(&key)?.to_owned();
        let today = self.clock.now().date_naive();
        let inputs = request.inputs;
        let reading = tokio::task::spawn_blocking(move || rows::read(&inputs, today));
        let rows = reading.await.map_err(|_| AppError::Internal)??;
        let version = named.version.as_deref().unwrap_or_default();
        let hash = request_hash(&["infer", &named.name, version, &rows.content]);
        // Nothing is bought whose results could not be waited for.
        let waiting = self.waits.enter(payer.user);
        let waiting = waiting.ok_or(AppError::TooManyRequests {
            retry_after_s: RETRY_S,
        })?;
        let rows_count = u32::try_from(rows.campaigns.len()).map_err(|_| AppError::Internal)?;
        // A repeat does not need the model, which may not be on offer any more.
        let earlier = self.batches.find_by_key(payer.user, &key, &hash).await?;
        let started = if let Some(earlier) = earlier {
            Keyed::replay(earlier)
        } else {
            let new = NewBatch {
                payer,
                model: self.find(named).await?,
                name: request.id.clone(),
                campaigns: rows.campaigns,
                max_total,
                key,
                hash,
            };
            let _slot = self.write_slots.take(payer.user).await?;
            self.batches.create_and_start(new).await?
        };
        let batch = started.value;
        let finished = waiting.until_finished(&self.batches, batch, options.wait, &options.stop);
        if !finished.await? {
            return Err(not_in_time(batch, has_key));
        }
        let tasks = self.batches.tasks_by_line(payer.user, batch, rows_count);
        let response = respond(request.id, batch, &tasks.await?, &outputs)?;
        Ok(started.map(|_| response))
    }

    async fn find(&self, named: &NamedModel) -> Result<Summary, AppError> {
        named.among(self.catalog.live_models_named(&named.name).await?)
    }
}

fn not_in_time(batch: BatchId, has_key: bool) -> AppError {
    let how = if has_key {
        "repeat the request with the same Idempotency-Key, which costs nothing"
    } else {
        "read them as those of this batch, or send an Idempotency-Key with your next request"
    };
    let reason = format!("the results of batch {batch} are not ready yet; {how}");
    AppError::unavailable(reason, RETRY_S)
}

/// The response of a batch that is finished.
fn respond(
    id: Option<String>,
    batch: BatchId,
    tasks: &[TaskView],
    outputs: &[Output],
) -> Result<InferResponse, AppError> {
    let charged = tasks.iter().filter(|task| task.result.is_some());
    let charged = charged.map(|task| task.price.0).sum();
    let outputs = results::tensors(tasks, outputs).map_err(|failed| {
        let of = tasks.len();
        let reason = format!(
            "{failed} of {of} predictions have no result and were not charged; the others are those of batch {batch}"
        );
        AppError::Conflict(reason)
    })?;
    let model = &tasks.first().ok_or(AppError::Internal)?.model;
    Ok(InferResponse {
        model_name: model.name.clone(),
        model_version: model.version.clone(),
        id: id.unwrap_or_else(|| batch.to_string()),
        parameters: InferParameters {
            batch_id: batch,
            charged: Credits(charged),
        },
        outputs,
    })
}
