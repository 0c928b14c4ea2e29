//! Emails that the service sends, and what users see of them.

use serde::{Deserialize, Serialize};

use super::Credits;
use super::words::{stored_words, words};

/// Maximum length of an address.
#[cfg(feature = "ssr")]
pub const EMAIL_MAX_CHARS: u32 = 254;

stored_words!(
    /// What an email is about.
    EmailKind {
        /// A link that shows that the address belongs to the user.
        VerifyAddress = "verify_address",
        /// A link that sets a new password.
        ResetPassword = "reset_password",
        /// Somebody has logged in with a browser that was not known.
        NewDevice = "new_device",
        /// The password was changed.
        PasswordChanged = "password_changed",
        /// The balance fell below the user's limit.
        LowBalance = "low_balance",
    }
);

stored_words!(
    /// The state of an email.
    EmailStatus {
        /// It waits for its next attempt, or the connection to the mail server is being made.
        Pending = "pending",
        /// The mail server is getting it.
        Sending = "sending",
        /// The mail server has accepted it.
        Sent = "sent",
        /// The mail server has refused it for good, or it could not be sent in time.
        Failed = "failed",
        /// Whether the mail server has accepted it is not known, so it is not sent again.
        Uncertain = "uncertain",
        /// There is nobody to send it to, or no reason any more.
        Canceled = "canceled",
    }
);

/// The settings of the user's emails.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(utoipa::ToSchema))]
pub struct EmailSettingsView {
    /// Whether the service sends emails; if not, its operator has not set up a mail server.
    pub sends_email: bool,
    /// Whether the user has shown that the address is theirs.
    pub is_verified: bool,
    /// The balance below which the user gets an email.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub low_balance: Option<Credits>,
}

/// What a link from an email can do now.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(utoipa::ToSchema))]
pub struct EmailLinkView {
    /// Whether the service sends emails; if not, its operator has not set up a mail server.
    pub sends_email: bool,
    /// Whether the link works: it was not used and has not expired.
    pub is_valid: bool,
}
