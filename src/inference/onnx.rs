//! A model file in ONNX form, run by tract.
//!
//! [`OnnxPredictor::load`] takes any bytes an operator may upload and says precisely what does not fit.

use std::collections::BTreeSet;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use tract_onnx::pb::{self, tensor_proto::DataLocation, tensor_shape_proto::dimension};
use tract_onnx::prelude::*;

use super::encoder::Encoder;
use super::features::FEATURE_COUNT;
use super::manifest::{MANIFEST_KEY, Manifest};
use super::predictor::{PredictError, Prediction, Predictor};
use crate::types::Campaign;

/// The largest model file that is read, in bytes.
pub const MODEL_MAX_BYTES: usize = 16 * 1024 * 1024;

/// Rows computed at once, largest first. tract optimises for a batch size known beforehand, so there is
/// a plan for each of these, and a batch is cut into them.
const PLAN_ROWS: [usize; 3] = [256, 16, 1];

/// How far the plans of one model may differ from each other.
const PLAN_TOLERANCE: f64 = 1e-4;

/// Why a file is not a model that can be served; for the operator who uploaded it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ModelError {
    /// More bytes than are read.
    #[error("the file has {bytes} bytes; at most {MODEL_MAX_BYTES} are allowed")]
    TooLarge {
        /// Bytes of the file.
        bytes: usize,
    },
    /// Not an ONNX file, or a part of one.
    #[error("the file is not a whole ONNX model: {0}")]
    NotOnnx(String),
    /// No manifest in its metadata.
    #[error("the ONNX file carries no manifest: its metadata has no `{MANIFEST_KEY}`")]
    NoManifest,
    /// The manifest cannot be read or does not fit this server.
    #[error("the manifest in the ONNX file does not fit: {0}")]
    Manifest(String),
    /// Inputs other than one of numbers, a row for each campaign.
    #[error("the model's input does not fit: {0}")]
    Input(String),
    /// Outputs other than one probability for each campaign.
    #[error("the model's output does not fit: {0}")]
    Output(String),
    /// Weights that are not in the file.
    #[error("the tensor `{0}` lies outside the file; a model must be one file")]
    ExternalData(String),
    /// The graph cannot be run here.
    #[error("the model cannot be run here: {0}")]
    Unsupported(String),
    /// A trial run failed.
    #[error("the model fails a trial run: {0}")]
    Trial(String),
}

/// A model file, ready to be asked.
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
}

impl OnnxPredictor {
    /// Reads a model file, checks it against what this server computes, and tries it.
    ///
    /// # Errors
    /// The first thing that does not fit.
    pub fn load(bytes: &[u8]) -> Result<Self, ModelError> {
        if bytes.len() > MODEL_MAX_BYTES {
            return Err(ModelError::TooLarge { bytes: bytes.len() });
        }
        // tract trusts its files: a malformed one may make it panic, which must not reach the caller.
        catch_unwind(AssertUnwindSafe(|| Self::load_trusting(bytes))).unwrap_or_else(|_| {
            Err(ModelError::Unsupported(
                "its graph is malformed".to_owned(),
            ))
        })
    }

    fn load_trusting(bytes: &[u8]) -> Result<Self, ModelError> {
        let reader = tract_onnx::onnx();
        let proto = reader
            .proto_model_for_read(&mut &*bytes)
            .map_err(|error| ModelError::NotOnnx(innermost(&error)))?;
        let graph = proto
            .graph
            .as_ref()
            .ok_or_else(|| ModelError::NotOnnx("it holds no graph".to_owned()))?;
        let manifest = read_manifest(&proto)?;
        check_input(graph)?;
        check_output(graph)?;
        check_tensors(graph)?;
        check_operators(&reader, graph)?;
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
        predictor.try_out().map_err(ModelError::Trial)?;
        Ok(predictor)
    }

    /// Asks every plan about the same made-up inputs: they must agree, on probabilities.
    fn try_out(&self) -> Result<(), String> {
        let ends = [|low: f32, _| low, |_, high| high, |low, high| {
            (low + high) / 2.0
        }];
        for end in ends {
            let row = self.row_within_bounds(end);
            let mut first = None;
            for plan in &self.plans {
                let inputs = row.repeat(plan.rows);
                let mut answers = Vec::with_capacity(plan.rows);
                plan.run(&inputs, &mut answers)
                    .map_err(|error| error.to_string())?;
                let expected = *first.get_or_insert(answers[0]);
                if let Some(other) = answers
                    .iter()
                    .find(|it| (**it - expected).abs() > PLAN_TOLERANCE)
                {
                    return Err(format!(
                        "for the same campaign it answers {expected} and {other}, so rows are not independent"
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
    fn row_within_bounds(&self, choose: fn(f32, f32) -> f32) -> [f32; FEATURE_COUNT] {
        let mut row = [0.0; FEATURE_COUNT];
        for (value, name) in row.iter_mut().zip(&self.manifest.features) {
            if let Some(bounds) = self.manifest.bounds.get(name) {
                *value = choose(bounds.low as f32, bounds.high as f32);
            }
        }
        row
    }

    /// The input that the model gets of a campaign.
    pub fn encode(&self, campaign: &Campaign) -> [f32; FEATURE_COUNT] {
        self.encoder.encode(campaign)
    }

    /// The probabilities of inputs as [`Self::encode`] makes them, laid one after the other.
    ///
    /// # Errors
    /// As [`Predictor::predict`]; also where `inputs` is not whole rows.
    pub fn run(&self, inputs: &[f32]) -> Result<Vec<f64>, PredictError> {
        if !inputs.len().is_multiple_of(FEATURE_COUNT) {
            return Err(PredictError::Run(format!(
                "{} values are no whole rows of {FEATURE_COUNT}",
                inputs.len()
            )));
        }
        let mut answers = Vec::with_capacity(inputs.len() / FEATURE_COUNT);
        let mut rest = inputs;
        for plan in &self.plans {
            let mut batches = rest.chunks_exact(plan.rows * FEATURE_COUNT);
            for batch in batches.by_ref() {
                plan.run(batch, &mut answers)?;
            }
            rest = batches.remainder();
        }
        Ok(answers)
    }
}

impl Predictor for OnnxPredictor {
    fn manifest(&self) -> &Manifest {
        &self.manifest
    }

    fn predict(&self, campaigns: &[Campaign]) -> Result<Vec<Prediction>, PredictError> {
        let inputs: Vec<f32> = campaigns
            .iter()
            .flat_map(|campaign| self.encode(campaign))
            .collect();
        let predictions = self.run(&inputs)?.into_iter().map(|probability| {
            let (interval_low, interval_high) = self.manifest.intervals.interval(probability);
            Prediction {
                probability,
                interval_low,
                interval_high,
            }
        });
        Ok(predictions.collect())
    }
}

impl Plan {
    fn build(reader: &tract_onnx::Onnx, proto: &pb::ModelProto, rows: usize) -> TractResult<Self> {
        let model = reader
            .model_for_proto_model(proto)?
            .with_input_fact(0, f32::fact([rows, FEATURE_COUNT]).into())?
            .into_optimized()?
            .into_runnable()?;
        Ok(Self { rows, model })
    }

    /// Computes exactly `self.rows` rows and appends their probabilities.
    fn run(&self, inputs: &[f32], answers: &mut Vec<f64>) -> Result<(), PredictError> {
        let failed = |error: TractError| PredictError::Run(innermost(&error));
        let input = Tensor::from_shape(&[self.rows, FEATURE_COUNT], inputs).map_err(failed)?;
        let outputs = self.model.run(tvec!(input.into())).map_err(failed)?;
        let view = outputs[0].to_plain_array_view::<f32>().map_err(failed)?;
        if view.len() != self.rows {
            return Err(PredictError::Run(format!(
                "it gave {} answers for {} campaigns",
                view.len(),
                self.rows
            )));
        }
        for answer in view {
            let answer = f64::from(*answer);
            if !(0.0..=1.0).contains(&answer) {
                return Err(PredictError::NotAProbability(answer.to_string()));
            }
            answers.push(answer);
        }
        Ok(())
    }
}

fn innermost(error: &TractError) -> String {
    error.root_cause().to_string()
}

fn read_manifest(proto: &pb::ModelProto) -> Result<Manifest, ModelError> {
    let entry = proto
        .metadata_props
        .iter()
        .find(|entry| entry.key == MANIFEST_KEY)
        .ok_or(ModelError::NoManifest)?;
    let manifest: Manifest = serde_json::from_str(&entry.value)
        .map_err(|error| ModelError::Manifest(error.to_string()))?;
    manifest.check().map_err(ModelError::Manifest)?;
    Ok(manifest)
}

fn check_input(graph: &pb::GraphProto) -> Result<(), ModelError> {
    let inputs: Vec<_> = graph
        .input
        .iter()
        .filter(|input| !graph.initializer.iter().any(|it| it.name == input.name))
        .collect();
    let [input] = inputs.as_slice() else {
        return Err(ModelError::Input(format!(
            "it has {} inputs instead of one",
            inputs.len()
        )));
    };
    check_shape(input, FEATURE_COUNT).map_err(ModelError::Input)
}

fn check_output(graph: &pb::GraphProto) -> Result<(), ModelError> {
    let [output] = graph.output.as_slice() else {
        return Err(ModelError::Output(format!(
            "it has {} outputs instead of one",
            graph.output.len()
        )));
    };
    check_shape(output, 1).map_err(ModelError::Output)
}

/// Wants float32 of shape `[any, columns]`.
fn check_shape(info: &pb::ValueInfoProto, columns: usize) -> Result<(), String> {
    let name = &info.name;
    let Some(pb::type_proto::Value::TensorType(tensor)) =
        info.r#type.as_ref().and_then(|it| it.value.as_ref())
    else {
        return Err(format!("`{name}` is not a tensor"));
    };
    if tensor.elem_type != pb::tensor_proto::DataType::Float as i32 {
        return Err(format!("`{name}` is not of float32"));
    }
    let dimensions: Vec<_> = tensor.shape.iter().flat_map(|it| &it.dim).collect();
    let fits = match dimensions.as_slice() {
        [_, width] => {
            matches!(&width.value, Some(dimension::Value::DimValue(value)) if usize::try_from(*value) == Ok(columns))
        }
        _ => false,
    };
    if !fits {
        return Err(format!(
            "`{name}` must have the shape [campaigns, {columns}]"
        ));
    }
    let fixed_rows = matches!(&dimensions[0].value, Some(dimension::Value::DimValue(value)) if *value > 0);
    if fixed_rows {
        return Err(format!(
            "`{name}` is made for a fixed number of campaigns; the first dimension must be a name"
        ));
    }
    Ok(())
}

fn check_tensors(graph: &pb::GraphProto) -> Result<(), ModelError> {
    let outside = graph
        .initializer
        .iter()
        .find(|tensor| tensor.data_location == Some(DataLocation::External as i32));
    match outside {
        Some(tensor) => Err(ModelError::ExternalData(tensor.name.clone())),
        None => Ok(()),
    }
}

fn check_operators(reader: &tract_onnx::Onnx, graph: &pb::GraphProto) -> Result<(), ModelError> {
    let unknown: BTreeSet<&str> = graph
        .node
        .iter()
        .map(|node| node.op_type.as_str())
        .filter(|operator| !reader.op_register.0.contains_key(*operator))
        .collect();
    if unknown.is_empty() {
        return Ok(());
    }
    let names: Vec<_> = unknown.into_iter().collect();
    Err(ModelError::Unsupported(format!(
        "it uses operators that are not known here: {}",
        names.join(", ")
    )))
}
