//! What an ONNX file must satisfy to be served, and the errors if it does not.
//!
//! Inspects the file only; [`super::OnnxPredictor`] runs the model.

use std::collections::BTreeSet;

use tract_onnx::pb::{self, tensor_proto::DataLocation, tensor_shape_proto::dimension};

use super::features::FEATURE_COUNT;
use super::manifest::{MANIFEST_KEY, Manifest};

/// The largest model file that is read, in bytes.
pub const MODEL_MAX_BYTES: usize = 16 * 1024 * 1024;

/// Why a file is not a model that can be served; shown to the operator who uploaded it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ModelError {
    /// The file is too large.
    #[error("the file has {bytes} bytes; at most {MODEL_MAX_BYTES} are allowed")]
    TooLarge {
        /// The size of the file.
        bytes: usize,
    },
    /// The file is not a complete ONNX file.
    #[error("the file is not a complete ONNX model: {0}")]
    NotOnnx(String),
    /// The metadata contains no manifest.
    #[error("the ONNX file has no manifest: its metadata has no `{MANIFEST_KEY}`")]
    NoManifest,
    /// The manifest cannot be read or does not match this program.
    #[error("the manifest in the ONNX file is not usable: {0}")]
    Manifest(String),
    /// The model does not have exactly one numeric input with a row per campaign.
    #[error("the model's input is not usable: {0}")]
    Input(String),
    /// The model does not have exactly one output with a probability per campaign.
    #[error("the model's output is not usable: {0}")]
    Output(String),
    /// Weights are stored outside the file.
    #[error("the tensor `{0}` is stored outside the file; a model must be a single file")]
    ExternalData(String),
    /// The graph cannot be run by this program.
    #[error("the model cannot be run here: {0}")]
    Unsupported(String),
    /// A trial run failed.
    #[error("the model failed a trial run: {0}")]
    Trial(String),
}

/// Reads the manifest and checks that this program can serve it.
pub(super) fn read_manifest(proto: &pb::ModelProto) -> Result<Manifest, ModelError> {
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

/// Checks input, output, weights and operators.
pub(super) fn check_graph(
    reader: &tract_onnx::Onnx,
    graph: &pb::GraphProto,
) -> Result<(), ModelError> {
    check_input(graph)?;
    check_output(graph)?;
    check_tensors(graph)?;
    check_operators(reader, graph)
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
    let is_produced = graph
        .node
        .iter()
        .any(|node| node.output.contains(&output.name));
    if !is_produced {
        return Err(ModelError::Output(format!(
            "nothing in the graph produces `{}`",
            output.name
        )));
    }
    check_shape(output, 1).map_err(ModelError::Output)
}

/// Requires float32 of shape `[any, columns]`.
fn check_shape(info: &pb::ValueInfoProto, columns: usize) -> Result<(), String> {
    let name = &info.name;
    let Some(pb::type_proto::Value::TensorType(tensor)) =
        info.r#type.as_ref().and_then(|it| it.value.as_ref())
    else {
        return Err(format!("`{name}` is not a tensor"));
    };
    if tensor.elem_type != pb::tensor_proto::DataType::Float as i32 {
        return Err(format!("`{name}` is not float32"));
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
    let fixed_rows =
        matches!(&dimensions[0].value, Some(dimension::Value::DimValue(value)) if *value > 0);
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
        "it uses unknown operators: {}",
        names.join(", ")
    )))
}
