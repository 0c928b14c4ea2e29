//! Sessions, as the API and the account page show them.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::SessionId;

/// Where a user is signed in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(utoipa::ToSchema))]
pub struct SessionView {
    /// The session's id.
    pub id: SessionId,
    /// Whether it is the session of this request.
    pub is_current: bool,
    /// The browser or program, such as `Firefox`; absent if it is unknown.
    pub browser: Option<String>,
    /// The operating system, such as `Android`; absent if it is unknown.
    pub system: Option<String>,
    /// The network that it was started from, such as `192.0.2.0/24`.
    pub network: String,
    /// When it was started.
    pub created_at: DateTime<Utc>,
    /// When it was last used, to a few minutes.
    pub last_used_at: DateTime<Utc>,
}
