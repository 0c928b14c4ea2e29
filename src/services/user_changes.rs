//! Changes of a row of `users`: statements, and the transactions that create an account and set a new password.

use chrono::{DateTime, Utc};
use sea_orm::sea_query::{Expr, ExprTrait as _};
use sea_orm::{
    ActiveModelTrait as _, ColumnTrait as _, DbErr, EntityTrait as _, IntoActiveModel as _,
    QueryFilter as _, Set, UpdateMany,
};

use super::api_keys::revoke_keys;
use super::emails::{Emails, password_changed, verify_address};
use super::ledger;
use crate::database::{Database, Transaction};
use crate::entities::users::fold_email;
use crate::entities::{email, invitation, users, webhook};
use crate::queue;
use crate::types::{AppError, Credits, EmailId, Role, UserId};

/// Who creates an account.
pub(super) struct CreatedBy {
    /// The role that it gets.
    pub(super) role: Role,
    /// The language of the visitor; none if the operator creates it.
    pub(super) locale: Option<&'static str>,
    /// The hash of the invitation that is used up.
    pub(super) invitation: Option<String>,
}

/// A new account, as it is written.
pub(super) struct NewAccount {
    /// The address, clean.
    pub(super) email: String,
    /// The hash of the password.
    pub(super) password_hash: String,
    /// Who creates it.
    pub(super) created_by: CreatedBy,
    /// Sends the link that verifies the address.
    pub(super) emails: Emails,
    /// The credits that it begins with.
    pub(super) welcome: Credits,
    /// The time of this process.
    pub(super) now: DateTime<Utc>,
}

impl NewAccount {
    /// Inserts the user and the welcome credits; `None` if the invitation cannot be used.
    pub(super) async fn insert(
        &self,
        transaction: &Transaction,
    ) -> Result<Option<users::Model>, DbErr> {
        let folded = fold_email(&self.email);
        let invitation = self.created_by.invitation.as_deref();
        if let Some(hash) = invitation {
            let used = invitation::Entity::use_up(hash, &folded, self.now);
            if used.exec(transaction).await?.rows_affected == 0 {
                return Ok(None);
            }
        }
        let user = users::ActiveModel {
            email: Set(self.email.clone()),
            email_folded: Set(folded),
            password_hash: Set(self.password_hash.clone()),
            role: Set(self.created_by.role),
            session_epoch: Set(0),
            locale: Set(self.created_by.locale.map(ToOwned::to_owned)),
            created_at: Set(self.now),
            ..Default::default()
        };
        let user = user.insert(transaction).await?;
        ledger::open(transaction, user.id, self.welcome, self.now).await?;
        if let Some(hash) = invitation {
            let note = invitation::Entity::note_user(hash, user.id);
            note.exec(transaction).await?;
        }
        if let Some(locale) = self.created_by.locale {
            let email = verify_address(user.id, locale);
            self.emails.queue(transaction, email).await?;
        }
        Ok(Some(user))
    }
}

/// A new password, as it is written.
pub(super) struct PasswordChange {
    /// The user as read before.
    pub(super) user: users::Model,
    /// The hash of the new password.
    pub(super) hash: String,
    /// The email with the link that allows it, if it is not the current password.
    pub(super) link: Option<EmailId>,
    /// Tells the user.
    pub(super) emails: Emails,
    /// The time of this process.
    pub(super) now: DateTime<Utc>,
}

impl PasswordChange {
    /// Changes the password; `None` if the link was used, or another password was set, in the meantime.
    ///
    /// # Errors
    /// 503 if the database is unavailable.
    pub(super) async fn commit(
        self,
        database: &Database,
    ) -> Result<Option<users::Model>, AppError> {
        let changed = database.transaction("change a password", self, |transaction, change| {
            Box::pin(change.write(transaction))
        });
        Ok(changed.await?)
    }

    async fn write(&self, transaction: &Transaction) -> Result<Option<users::Model>, DbErr> {
        let mut change = next_epoch(set_password_hash(&self.user, self.hash.clone()));
        if let Some(link) = self.link {
            let used = email::Entity::use_link(link, self.now);
            if used.exec(transaction).await?.rows_affected == 0 {
                return Ok(None);
            }
            // Who has the link has the mailbox.
            change = verified(change, self.now);
        }
        let changed = change.exec_with_returning(transaction).await?;
        let Some(user) = changed.into_iter().next() else {
            return Ok(None);
        };
        if self.link.is_some() && self.user.email_verified_at.is_none() {
            self.end_other_access(transaction).await?;
        }
        self.emails
            .queue(transaction, password_changed(user.id))
            .await?;
        Ok(Some(user))
    }
}

impl PasswordChange {
    /// Ends what somebody else may have set up who registered with the address before its owner used the first link.
    async fn end_other_access(&self, transaction: &Transaction) -> Result<(), DbErr> {
        let user = self.user.id;
        revoke_keys(transaction, user, None, self.now).await?;
        for webhook in webhook::Entity::of_user(user).all(transaction).await? {
            let id = webhook.id;
            let mut row = webhook.into_active_model();
            row.is_enabled = Set(false);
            row.update(transaction).await?;
            queue::cancel_deliveries(transaction, id).await?;
        }
        Ok(())
    }
}

/// Verifies the address with the same statement; a time that is there stays.
pub(super) fn verified(
    change: UpdateMany<users::Entity>,
    now: DateTime<Utc>,
) -> UpdateMany<users::Entity> {
    let first = Expr::col(users::Column::EmailVerifiedAt).if_null(now);
    change.col_expr(users::Column::EmailVerifiedAt, first)
}

/// A change of one user.
pub(super) fn update_user(user: UserId) -> UpdateMany<users::Entity> {
    users::Entity::update_many().filter(users::Column::Id.eq(user))
}

/// Sets a new hash unless the hash has changed since it was read.
pub(super) fn set_password_hash(user: &users::Model, hash: String) -> UpdateMany<users::Entity> {
    update_user(user.id)
        .filter(users::Column::PasswordHash.eq(&user.password_hash))
        .col_expr(users::Column::PasswordHash, Expr::value(hash))
}

/// Ends all sessions with the same statement. The database increments the epoch, so that two concurrent changes do not
/// lead to the same epoch.
pub(super) fn next_epoch(change: UpdateMany<users::Entity>) -> UpdateMany<users::Entity> {
    let next = Expr::col(users::Column::SessionEpoch).add(1);
    change.col_expr(users::Column::SessionEpoch, next)
}
