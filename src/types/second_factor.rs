//! The second factor of an account, as the account page shows it.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

/// Whether an account has a second factor.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(utoipa::ToSchema))]
pub struct SecondFactorView {
    /// Since when logging in needs a code; absent if it does not.
    pub enabled_at: Option<DateTime<Utc>>,
    /// Recovery codes that are not used.
    pub recovery_codes_left: u64,
    /// Whether the account can do nothing as an operator without a second factor.
    pub is_required: bool,
    /// What to enter into an authenticator app; only between the start of the set-up and its first code, for an hour.
    pub setup: Option<SecondFactorSetup>,
}

/// The secret of an authenticator app.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(utoipa::ToSchema))]
pub struct SecondFactorSetup {
    /// The secret in base 32, to be typed.
    pub secret: String,
    /// The address that the QR code contains (`otpauth://`).
    pub url: String,
    /// The dark modules of the QR code as the path of an SVG image, one unit each.
    pub qr_path: String,
    /// Width and height of the QR code in modules, with its margin.
    pub qr_size: u32,
}

/// New recovery codes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(utoipa::ToSchema))]
pub struct RecoveryCodesView {
    /// The codes, each for one login. They cannot be read again.
    pub recovery_codes: Vec<String>,
}
