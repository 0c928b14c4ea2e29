//! The device's clock and its random numbers.

use js_sys::{Date, Math};

/// Milliseconds since 1970.
pub(super) fn now_ms() -> i64 {
    #[expect(
        clippy::cast_possible_truncation,
        reason = "milliseconds since 1970 are whole and far below 2^53"
    )]
    let now = Date::now() as i64;
    now
}

/// A random number below `bound`.
pub(super) fn random(bound: u32) -> u32 {
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "from 0 to below the bound"
    )]
    let random = (Math::random() * f64::from(bound)) as u32;
    random
}
