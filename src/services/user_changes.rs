//! Changes of a row of `users`: statements, and the transaction that sets a new password.

use chrono::{DateTime, Utc};
use sea_orm::sea_query::{Expr, ExprTrait as _};
use sea_orm::{ColumnTrait as _, DbErr, EntityTrait as _, QueryFilter as _, UpdateMany};

use super::emails::{Emails, password_changed};
use crate::database::{Database, Transaction};
use crate::entities::{email, users};
use crate::types::{AppError, EmailId, UserId};

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
        self.emails
            .queue(transaction, password_changed(user.id))
            .await?;
        Ok(Some(user))
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
