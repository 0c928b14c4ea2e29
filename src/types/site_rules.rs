//! What the operator allows the users of an installation to do.

use super::words::words;

words! {
    /// Who may create an account.
    #[derive(Default)]
    Registration {
        /// Anybody.
        #[default]
        Open = "open",
        /// Who has an invitation.
        Invitation = "invitation",
        /// Only the operator.
        Closed = "closed",
    }
}

words! {
    /// How users buy credits.
    #[derive(Default)]
    TopUps {
        /// Not at all: the operator adds credits.
        #[default]
        Off = "off",
        /// Without paying.
        Demonstration = "demonstration",
    }
}

/// All of them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct SiteRules {
    /// Who may create an account.
    pub registration: Registration,
    /// How users buy credits.
    pub top_ups: TopUps,
}
