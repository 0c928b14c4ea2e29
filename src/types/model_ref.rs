//! How a model is named beside what it computed.

use serde::{Deserialize, Serialize};

use super::ModelId;

/// The model of a task.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(utoipa::ToSchema))]
pub struct ModelRef {
    /// The model's id.
    pub id: ModelId,
    /// The model's name.
    pub name: String,
    /// The model's version.
    pub version: String,
}
