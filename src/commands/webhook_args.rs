//! Flags for webhooks, each with its environment variable.

use clap::Args;

use crate::services::webhooks::{AllowedNetworks, Targets};

/// What webhooks may call, and how much at a time.
#[derive(Clone, Debug, Args)]
pub struct WebhookArgs {
    /// Webhook deliveries that this process sends at the same time; 0 for none.
    #[arg(long = "webhook-deliveries", value_name = "WEBHOOK_DELIVERIES", env = "PLEDGECAST_WEBHOOK_DELIVERIES", default_value_t = 16, value_parser = clap::value_parser!(u16).range(0..=256))]
    pub deliveries: u16,
    /// Networks that webhooks may call although they are not on the public internet: `10.0.0.0/8,fd00::/8`.
    #[arg(
        long = "webhook-networks",
        value_name = "WEBHOOK_NETWORKS",
        env = "PLEDGECAST_WEBHOOK_NETWORKS",
        default_value = "",
        hide_default_value = true
    )]
    pub networks: AllowedNetworks,
    /// Whether webhooks may have `http://` URLs, whose content anybody on the way can read.
    #[arg(long = "webhook-http", value_name = "WEBHOOK_HTTP", env = "PLEDGECAST_WEBHOOK_HTTP", default_value_t = false, num_args = 0..=1, default_missing_value = "true", action = clap::ArgAction::Set)]
    pub allows_http: bool,
}

impl WebhookArgs {
    /// What webhooks may call.
    pub fn targets(&self) -> Targets {
        Targets {
            allows_http: self.allows_http,
            networks: self.networks.clone(),
        }
    }
}
