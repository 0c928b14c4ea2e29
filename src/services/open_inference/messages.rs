//! What the protocol sends and receives, with its own names.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::openapi::RefOr;
use utoipa::openapi::schema::{ObjectBuilder, Schema, SchemaType, Type};
use utoipa::{PartialSchema, ToSchema};

use crate::types::{BatchId, Credits};

/// The server.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ServerMetadata {
    /// `pledgecast`.
    pub name: String,
    /// The version of the program.
    pub version: String,
    /// Extensions of the protocol. There are none: tensors are JSON.
    pub extensions: Vec<String>,
}

/// What a model takes and returns.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ModelMetadata {
    /// Its name.
    pub name: String,
    /// The versions on offer, newest first.
    pub versions: Vec<String>,
    /// The format of the model.
    pub platform: String,
    /// The inputs: the fields of a campaign.
    pub inputs: Vec<TensorMetadata>,
    /// The outputs.
    pub outputs: Vec<TensorMetadata>,
    /// What the protocol has no names for.
    pub parameters: ModelParameters,
}

/// What the protocol has no names for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ModelParameters {
    /// The price of a row.
    pub price: Credits,
    /// The most rows of a request.
    pub max_rows: usize,
}

/// A tensor of a model.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct TensorMetadata {
    /// Its name.
    pub name: String,
    /// The type of its elements.
    pub datatype: String,
    /// Its shape: `[-1]` is any number of rows.
    pub shape: Vec<i64>,
}

/// A request for predictions. Members that are not listed are ignored.
#[derive(Clone, Debug, Default, Deserialize)]
pub struct InferRequest {
    /// The client's name for the request, which the response repeats.
    #[serde(default)]
    pub id: Option<String>,
    /// What the protocol has no names for.
    #[serde(default)]
    pub parameters: RequestParameters,
    /// One tensor for each field of the campaigns.
    pub inputs: Vec<InputTensor>,
    /// The outputs to return; all if absent.
    #[serde(default)]
    pub outputs: Option<Vec<RequestedOutput>>,
}

/// What the protocol has no names for; `max_total` is the highest total that the client agrees to.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(transparent)]
pub struct RequestParameters(Option<BTreeMap<String, Value>>);

impl RequestParameters {
    /// The highest total as it was sent; blank if absent.
    pub fn max_total(&self) -> String {
        match self.0.as_ref().and_then(|all| all.get("max_total")) {
            None | Some(Value::Null) => String::new(),
            Some(Value::String(text)) => text.clone(),
            Some(other) => other.to_string(),
        }
    }
}

/// The values of one field.
#[derive(Clone, Debug, Deserialize)]
pub struct InputTensor {
    /// The name of the field.
    pub name: String,
    /// The number of rows; further dimensions are 1.
    pub shape: Vec<u64>,
    /// The type of its elements.
    pub datatype: String,
    /// The elements, flat or nested.
    pub data: Vec<Value>,
}

/// An output to return.
#[derive(Clone, Debug, Deserialize)]
pub struct RequestedOutput {
    /// Its name.
    pub name: String,
}

/// The predictions.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct InferResponse {
    /// The name of the model.
    pub model_name: String,
    /// The version of the model.
    pub model_version: String,
    /// The `id` of the request; that of the batch if it had none.
    pub id: String,
    /// What the protocol has no names for.
    pub parameters: InferParameters,
    /// The outputs.
    pub outputs: Vec<OutputTensor>,
}

/// What was bought.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct InferParameters {
    /// The batch of the predictions.
    pub batch_id: BatchId,
    /// What they cost together.
    pub charged: Credits,
}

/// The values of one output.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct OutputTensor {
    /// Its name.
    pub name: String,
    /// The type of its elements.
    pub datatype: String,
    /// Its shape: the number of rows.
    pub shape: Vec<u64>,
    /// Its elements.
    pub data: Vec<TensorValue>,
}

/// An element.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum TensorValue {
    /// Of the type `BYTES`.
    Text(String),
    /// Of the type `INT64`.
    Whole(i64),
    /// Of the type `FP64`.
    Number(f64),
}

/// Derived, it would be one of three schemas, of which a whole number matches two.
impl PartialSchema for TensorValue {
    fn schema() -> RefOr<Schema> {
        let kinds = SchemaType::from_iter([Type::String, Type::Number]);
        let element = ObjectBuilder::new().schema_type(kinds);
        element.description(Some("An element.")).into()
    }
}

impl ToSchema for TensorValue {}
