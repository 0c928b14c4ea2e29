//! What users see of a password that they type.

use serde::{Deserialize, Serialize};

use super::{FieldProblem, Strength};

/// What is known about a password while it is typed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(utoipa::ToSchema))]
pub struct PasswordStrengthView {
    /// How long it resists guessing.
    pub strength: Strength,
    /// The rule that refuses it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub violation: Option<FieldProblem>,
}
