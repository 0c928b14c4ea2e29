//! A broken rule as responses have it.

use serde::{Deserialize, Serialize};

use super::Violation;

/// One broken rule of one field.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(utoipa::ToSchema))]
pub struct FieldProblem {
    /// The rule.
    #[serde(flatten)]
    pub violation: Violation,
    /// The broken rule as a sentence.
    detail: String,
}

impl FieldProblem {
    /// What is wrong with a field.
    pub fn new(field: &str, violation: Violation) -> Self {
        Self {
            detail: format!("{field} {violation}"),
            violation,
        }
    }
}
