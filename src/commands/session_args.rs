//! Flags for sessions and second factors, each with its environment variable.

use chrono::Duration;
use clap::Args;

use crate::services::sessions::{IDLE_DAYS, Lifetimes, MAX_DAYS};

/// How long sessions last, and who needs a second factor.
#[derive(Clone, Debug, Args)]
pub struct SessionArgs {
    /// Days after which a session that was not used ends.
    #[arg(long = "session-idle-days", value_name = "SESSION_IDLE_DAYS", env = "PLEDGECAST_SESSION_IDLE_DAYS", default_value_t = IDLE_DAYS, value_parser = clap::value_parser!(u16).range(1..=365))]
    pub idle_days: u16,
    /// Days after which every session ends.
    #[arg(long = "session-max-days", value_name = "SESSION_MAX_DAYS", env = "PLEDGECAST_SESSION_MAX_DAYS", default_value_t = MAX_DAYS, value_parser = clap::value_parser!(u16).range(1..=365))]
    pub max_days: u16,
    /// Whether users with the role admin need a second factor to do anything as operators.
    #[arg(long = "admin-second-factor", value_name = "ADMIN_SECOND_FACTOR", env = "PLEDGECAST_ADMIN_SECOND_FACTOR", default_value_t = true, num_args = 0..=1, default_missing_value = "true", action = clap::ArgAction::Set)]
    pub admin_second_factor: bool,
}

impl SessionArgs {
    /// How long sessions last.
    pub fn lifetimes(&self) -> Lifetimes {
        Lifetimes {
            idle: Duration::days(self.idle_days.into()),
            max: Duration::days(self.max_days.into()),
        }
    }
}
