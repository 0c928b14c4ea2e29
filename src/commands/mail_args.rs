//! Flags for emails, each with its environment variable.

use std::path::PathBuf;

use anyhow::{Context as _, anyhow, bail};
use clap::Args;

use super::secret_file::secret_of;
use crate::mail::{MailRoute, Sender, SmtpServer};
use crate::server::public_url::PublicUrl;

/// Where emails go and come from.
#[derive(Clone, Args)]
pub struct MailArgs {
    /// The mail server: `smtps://user:password@mail.example.org`, or `smtp://…` for STARTTLS. If not set, no email is sent.
    #[arg(
        long = "smtp-url",
        value_name = "SMTP_URL",
        env = "PLEDGECAST_SMTP_URL",
        hide_env_values = true
    )]
    pub server: Option<String>,
    /// A file that contains the URL of the mail server.
    #[arg(
        long = "smtp-url-file",
        value_name = "SMTP_URL_FILE",
        env = "PLEDGECAST_SMTP_URL_FILE"
    )]
    pub server_file: Option<PathBuf>,
    /// The address that emails come from: `Pledgecast <noreply@example.org>`.
    #[arg(
        long = "mail-from",
        value_name = "MAIL_FROM",
        env = "PLEDGECAST_MAIL_FROM"
    )]
    pub sender: Option<Sender>,
}

impl std::fmt::Debug for MailArgs {
    /// Without the URL, which has a password.
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("MailArgs")
            .field("sender", &self.sender)
            .finish_non_exhaustive()
    }
}

impl MailArgs {
    /// Whether emails are sent.
    pub const fn is_enabled(&self) -> bool {
        self.server.is_some() || self.server_file.is_some()
    }

    /// The route of emails; `None` if no mail server is set, which the log says.
    ///
    /// # Errors
    /// If the sender or the public URL is missing.
    pub fn route(&self, public_url: Option<&PublicUrl>) -> anyhow::Result<Option<MailRoute>> {
        let server = secret_of(
            "PLEDGECAST_SMTP_URL",
            self.server.as_ref(),
            self.server_file.as_deref(),
        )?;
        let Some(server) = server else {
            if self.sender.is_some() {
                bail!("PLEDGECAST_MAIL_FROM is set, but PLEDGECAST_SMTP_URL is not");
            }
            tracing::warn!(
                "no email is sent: users cannot reset passwords or verify addresses, and get no notices; set \
                 PLEDGECAST_SMTP_URL, PLEDGECAST_MAIL_FROM and PLEDGECAST_PUBLIC_URL"
            );
            return Ok(None);
        };
        // Not by the parser of the flags, whose errors contain the value with its password.
        let server: Result<SmtpServer, String> = server.parse();
        let server = server.map_err(|error| anyhow!("PLEDGECAST_SMTP_URL {error}"))?;
        let sender = self.sender.clone();
        let sender = sender.context("PLEDGECAST_SMTP_URL needs PLEDGECAST_MAIL_FROM")?;
        let site = public_url.map(PublicUrl::text);
        let site = site.context("PLEDGECAST_SMTP_URL needs PLEDGECAST_PUBLIC_URL, for links")?;
        tracing::info!(server = server.describe(), "emails are sent");
        Ok(Some(MailRoute {
            server,
            sender,
            site,
        }))
    }
}
