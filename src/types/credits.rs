//! The unit of money inside the service.

use serde::{Deserialize, Serialize};

/// The smallest top-up.
pub const TOP_UP_MIN: Credits = Credits(1);
/// The largest top-up.
pub const TOP_UP_MAX: Credits = Credits(1_000_000);

/// A whole number of credits. Only the amount of a charge or an adjustment may be negative.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[cfg_attr(feature = "ssr", derive(utoipa::ToSchema))]
#[serde(transparent)]
pub struct Credits(pub i64);

impl std::fmt::Display for Credits {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.fmt(f)
    }
}
