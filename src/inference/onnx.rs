//! An ONNX model file, run by tract.
//!
//! [`OnnxPredictor::load`] accepts arbitrary bytes and reports precisely what is wrong.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Mutex, PoisonError};

use tract_onnx::pb;
use tract_onnx::prelude::*;

use super::encoder::Encoder;
use super::features::{FEATURE_COUNT, Row};
use super::manifest::Manifest;
use super::model_file::{MODEL_MAX_BYTES, ModelError, check_graph, read_manifest};
use super::predictor::{PredictError, Predictor};
use crate::types::Campaign;

/// Batch sizes, largest first. tract optimizes for a fixed batch size, so there is one plan per size, and a batch is
/// split into them.
const PLAN_ROWS: [usize; 3] = [256, 16, 1];

/// Maximum difference between the scores of a model's plans.
const PLAN_TOLERANCE: f64 = 1e-4;

/// A loaded model file.
#[derive(Debug)]
pub struct OnnxPredictor {
    manifest: Manifest,
    encoder: Encoder,
    plans: Vec<Plan>,
}

#[derive(Debug)]
struct Plan {
    rows: usize,
    model: Arc<TypedRunnableModel>,
    /// States that no thread is using. Creating one takes a sixth of the time that a single row takes.
    idle: Mutex<Vec<TypedSimpleState>>,
}

impl OnnxPredictor {
    /// Reads a model file, checks it against the features of this program, and runs a self-check.
    ///
    /// # Errors
    /// The first problem found.
    pub fn load(bytes: &[u8]) -> Result<Self, ModelError> {
        if bytes.len() > MODEL_MAX_BYTES {
            return Err(ModelError::TooLarge { bytes: bytes.len() });
        }
        // tract trusts its input: a malformed file can make it panic.
        catch_unwind(AssertUnwindSafe(|| Self::load_trusting(bytes)))
            .unwrap_or_else(|_| Err(ModelError::Unsupported("its graph is malformed".to_owned())))
    }

    fn load_trusting(bytes: &[u8]) -> Result<Self, ModelError> {
        let reader = tract_onnx::onnx();
        let proto = reader
            .proto_model_for_read(&mut &*bytes)
            .map_err(|error| ModelError::NotOnnx(innermost(&error)))?;
        let graph = proto
            .graph
            .as_ref()
            .ok_or_else(|| ModelError::NotOnnx("it contains no graph".to_owned()))?;
        let manifest = read_manifest(&proto)?;
        check_graph(&reader, graph)?;
        let plans = PLAN_ROWS
            .into_iter()
            .map(|rows| Plan::build(&reader, &proto, rows))
            .collect::<TractResult<Vec<_>>>()
            .map_err(|error| ModelError::Unsupported(innermost(&error)))?;
        let predictor = Self {
            encoder: Encoder::new(&manifest),
            manifest,
            plans,
        };
        predictor.self_check().map_err(ModelError::Trial)?;
        Ok(predictor)
    }

    /// Runs every plan on the same synthetic inputs; the results must be probabilities and agree.
    fn self_check(&self) -> Result<(), String> {
        let ends = [|low: f32, _| low, |_, high| high, f32::midpoint];
        for end in ends {
            let row = self.row_within_bounds(end);
            let mut first = None;
            for plan in &self.plans {
                let mut scores = Vec::with_capacity(plan.rows);
                plan.run(&vec![row; plan.rows], &mut scores)
                    .map_err(|error| error.to_string())?;
                let expected = *first.get_or_insert(scores[0]);
                if let Some(other) = scores
                    .iter()
                    .find(|it| (**it - expected).abs() > PLAN_TOLERANCE)
                {
                    return Err(format!(
                        "for the same campaign it returns {expected} and {other}, so rows are not independent"
                    ));
                }
            }
        }
        Ok(())
    }

    #[expect(
        clippy::cast_possible_truncation,
        reason = "models compute in f32; bounds beyond it become infinite and fail the trial"
    )]
    fn row_within_bounds(&self, choose: fn(f32, f32) -> f32) -> Row {
        let mut row = [0.0; FEATURE_COUNT];
        for (value, name) in row.iter_mut().zip(&self.manifest.features) {
            if let Some(bounds) = self.manifest.bounds.get(name) {
                *value = choose(bounds.low as f32, bounds.high as f32);
            }
        }
        row
    }
}

impl Predictor for OnnxPredictor {
    fn manifest(&self) -> &Manifest {
        &self.manifest
    }

    fn encode(&self, campaign: &Campaign) -> Row {
        self.encoder.encode(campaign)
    }

    fn score(&self, rows: &[Row]) -> Result<Vec<f64>, PredictError> {
        let mut scores = Vec::with_capacity(rows.len());
        let mut rest = rows;
        for plan in &self.plans {
            let mut batches = rest.chunks_exact(plan.rows);
            for batch in batches.by_ref() {
                plan.run(batch, &mut scores)?;
            }
            rest = batches.remainder();
        }
        Ok(scores)
    }
}

impl Plan {
    fn build(reader: &tract_onnx::Onnx, proto: &pb::ModelProto, rows: usize) -> TractResult<Self> {
        let model = reader
            .model_for_proto_model(proto)?
            .with_input_fact(0, f32::fact([rows, FEATURE_COUNT]).into())?
            .into_optimized()?
            .into_runnable()?;
        Ok(Self {
            rows,
            model,
            idle: Mutex::default(),
        })
    }

    /// Computes exactly `self.rows` rows and appends their probabilities.
    fn run(&self, rows: &[Row], scores: &mut Vec<f64>) -> Result<(), PredictError> {
        let failed = |error: TractError| PredictError::Run(innermost(&error));
        let input = Tensor::from_shape(&[self.rows, FEATURE_COUNT], rows.as_flattened());
        let input = input.map_err(failed)?;
        let outputs = self.compute(input).map_err(failed)?;
        let view = outputs[0].to_plain_array_view::<f32>().map_err(failed)?;
        if view.len() != self.rows {
            return Err(PredictError::Run(format!(
                "it returned {} scores for {} campaigns",
                view.len(),
                self.rows
            )));
        }
        for score in view {
            let score = f64::from(*score);
            if !(0.0..=1.0).contains(&score) {
                return Err(PredictError::NotAProbability(score.to_string()));
            }
            scores.push(score);
        }
        Ok(())
    }

    /// A state that failed or panicked is dropped, not reused.
    fn compute(&self, input: Tensor) -> TractResult<TVec<TValue>> {
        let idle = || self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        let taken = idle().pop();
        let mut state = taken.map_or_else(|| self.model.spawn(), Ok)?;
        let outputs = state.run(tvec!(input.into()))?;
        idle().push(state);
        Ok(outputs)
    }
}

fn innermost(error: &TractError) -> String {
    error.root_cause().to_string()
}
