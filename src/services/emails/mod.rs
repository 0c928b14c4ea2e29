//! Emails to users: which ones there are, their settings and their links. [`crate::mail`] sends them.
//!
//! An email is queued in the transaction of its cause, so none is lost, and none is sent about something that was rolled
//! back. A process without a mail server queues none, except about balances, whose limits were set while there was one.

mod links;
mod outbox;

use std::sync::Arc;

use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait as _, DbErr, EntityTrait as _, QueryFilter as _};

use super::{Clock, KeyRing};
use crate::database::{Database, Transaction};
use crate::entities::{balance, email, users};
use crate::queue::{self, NewEmail, Notifier};
use crate::types::{
    AppError, Credits, EmailKind, EmailLinkView, EmailSettingsView, LOW_BALANCE_MAX, Violation,
    parse_whole,
};

pub use links::Links;
pub(crate) use outbox::queue_low_balance_emails;
pub use outbox::{BalanceData, DeviceData, LowBalance};
pub(super) use outbox::{new_device, password_changed, reset_password, verify_address};

/// Queues emails and opens their links; cheap to clone.
#[derive(Clone)]
pub struct Emails {
    database: Database,
    notifier: Notifier,
    clock: Arc<dyn Clock>,
    links: Links,
    is_enabled: bool,
}

/// A valid link that a visitor has opened.
#[derive(Clone, Debug)]
pub(super) struct ValidLink {
    /// The email with the link.
    pub(super) email: email::Model,
    /// Whose link it is.
    pub(super) user: users::Model,
}

impl Emails {
    /// `keys` sign links. `is_enabled` says whether there is a mail server.
    pub fn new(
        database: Database,
        notifier: Notifier,
        clock: Arc<dyn Clock>,
        keys: &KeyRing,
        is_enabled: bool,
    ) -> Self {
        Self {
            database,
            notifier,
            clock,
            links: Links::new(keys),
            is_enabled,
        }
    }

    /// For a process that has no mail server, and opens no links.
    pub fn none(database: &Database, clock: &Arc<dyn Clock>) -> Self {
        let notifier = Notifier::new(database);
        let keys = KeyRing::new(tower_cookies::Key::generate());
        Self::new(database.clone(), notifier, Arc::clone(clock), &keys, false)
    }

    /// Whether there is a mail server.
    pub const fn is_enabled(&self) -> bool {
        self.is_enabled
    }

    /// Queues an email, which is sent once the transaction is committed; does nothing without a mail server.
    ///
    /// # Errors
    /// If the database is unavailable.
    pub(super) async fn queue(
        &self,
        transaction: &Transaction,
        email: NewEmail,
    ) -> Result<(), DbErr> {
        if !self.is_enabled {
            return Ok(());
        }
        let now = queue::read_now(transaction, self.clock.now()).await?;
        queue::enqueue_emails(transaction, vec![email], now).await?;
        self.notifier
            .publish_deliveries_on_commit(transaction)
            .await
    }

    /// Refuses what needs a mail server if there is none.
    ///
    /// # Errors
    /// 409.
    pub(super) fn require(&self) -> Result<(), AppError> {
        if self.is_enabled {
            return Ok(());
        }
        let reason = "this service sends no email; ask its operator";
        Err(AppError::Conflict(reason.to_owned()))
    }

    /// The settings of a user.
    ///
    /// # Errors
    /// 503 if the database is unavailable.
    pub async fn settings(&self, user: &users::Model) -> Result<EmailSettingsView, AppError> {
        let balance = balance::Entity::find_by_id(user.id)
            .one(self.database.read())
            .await?
            .ok_or(AppError::NotFound)?;
        Ok(EmailSettingsView {
            sends_email: self.is_enabled,
            is_verified: user.email_verified_at.is_some(),
            low_balance: balance.low_balance.map(Credits),
        })
    }

    /// Sets the balance below which the user gets an email; blank for none.
    ///
    /// # Errors
    /// 422 naming `low_balance`; 409 for a limit if the service sends no email; 503.
    pub async fn set_low_balance(
        &self,
        user: &users::Model,
        low_balance: &str,
    ) -> Result<EmailSettingsView, AppError> {
        let limit = if low_balance.trim().is_empty() {
            None
        } else {
            Some(parse_whole(
                "low_balance",
                low_balance,
                1..=LOW_BALANCE_MAX,
            )?)
        };
        if limit.is_some() {
            self.require()?;
        }
        balance::Entity::update_many()
            .col_expr(balance::Column::LowBalance, Expr::value(limit))
            .filter(balance::Column::UserId.eq(user.id))
            .exec(self.database.write())
            .await?;
        Ok(EmailSettingsView {
            sends_email: self.is_enabled,
            is_verified: user.email_verified_at.is_some(),
            low_balance: limit.map(Credits),
        })
    }

    /// What a link can do now.
    ///
    /// # Errors
    /// 503 if the database is unavailable.
    pub async fn view_link(&self, token: &str) -> Result<EmailLinkView, AppError> {
        Ok(EmailLinkView {
            sends_email: self.is_enabled,
            is_valid: self.find_link(token).await?.is_some(),
        })
    }

    /// Opens a link of this kind without using it.
    ///
    /// # Errors
    /// 422 naming `token` if it is blank; 409 if it was used, has expired or never existed.
    pub(super) async fn open_link(
        &self,
        kind: EmailKind,
        token: &str,
    ) -> Result<ValidLink, AppError> {
        if token.trim().is_empty() {
            return Err(AppError::invalid("token", Violation::Required));
        }
        let link = self.find_link(token).await?;
        link.filter(|it| it.email.kind == kind)
            .ok_or_else(|| AppError::Conflict("the link was used or has expired".to_owned()))
    }

    async fn find_link(&self, token: &str) -> Result<Option<ValidLink>, AppError> {
        let Some(opened) = links::read_token(token) else {
            return Ok(None);
        };
        let email = email::Entity::of_nonce(&opened.nonce)
            .one(self.database.read())
            .await?;
        // Written with the time of the database, so compared with it.
        let now = queue::read_now(self.database.read(), self.clock.now()).await?;
        let email = email.filter(|it| it.used_at.is_none() && it.expires_at > now);
        let Some((email, user)) = email.and_then(|email| {
            let user = email.user_id?;
            Some((email, user))
        }) else {
            return Ok(None);
        };
        let user = users::Entity::find_by_id(user)
            .one(self.database.read())
            .await?;
        let user = user.filter(|user| self.links.is_of(&opened, &email, user));
        Ok(user.map(|user| ValidLink { email, user }))
    }
}
