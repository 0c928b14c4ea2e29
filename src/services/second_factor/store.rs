//! Changes the rows of a second factor, under a lock of the user's row.

use chrono::{DateTime, Utc};
use sea_orm::sea_query::LockType;
use sea_orm::{
    ActiveModelTrait as _, ColumnTrait as _, DbErr, EntityTrait as _, IntoActiveModel as _,
    QueryFilter as _, QuerySelect as _, Set,
};

use crate::database::{Database, Transaction, insert_all};
use crate::entities::users::{self, Model as User};
use crate::entities::{recovery_code, second_factor};
use crate::services::user_changes::next_epoch;
use crate::types::UserId;

/// What changes.
pub(super) enum Change {
    /// Stores the secret of a set-up.
    Start {
        /// The encrypted secret.
        secret: String,
    },
    /// Ends a set-up, and all sessions with it.
    Enable(Enabled),
    /// Replaces the recovery codes.
    Renew {
        /// Their hashes.
        hashes: Vec<String>,
    },
    /// Removes everything.
    Disable,
}

/// The end of a set-up.
pub(super) struct Enabled {
    /// The encrypted secret that was checked.
    pub(super) sealed: String,
    /// The time step of the code.
    pub(super) step: i64,
    /// The hashes of the recovery codes.
    pub(super) hashes: Vec<String>,
}

impl Change {
    /// Makes the change. Returns the user after it; `None` if the state of the second factor does not allow it.
    pub(super) async fn store(
        self,
        database: &Database,
        user: UserId,
        now: DateTime<Utc>,
    ) -> Result<Option<User>, DbErr> {
        database
            .transaction(
                "change a second factor",
                self,
                move |transaction, change| Box::pin(change.apply(transaction, user, now)),
            )
            .await
    }

    async fn apply(
        &self,
        transaction: &Transaction,
        user: UserId,
        now: DateTime<Utc>,
    ) -> Result<Option<User>, DbErr> {
        // FOR UPDATE would wait for every transaction that refers to the user with a foreign key.
        let locked = users::Entity::find_by_id(user)
            .lock(LockType::NoKeyUpdate)
            .one(transaction)
            .await?;
        let row = second_factor::Entity::find_by_id(user)
            .one(transaction)
            .await?;
        let is_enabled = row.as_ref().is_some_and(|row| row.enabled_at.is_some());
        match (self, row) {
            (Self::Start { secret }, _) if !is_enabled => {
                delete(transaction, user).await?;
                let new = second_factor::ActiveModel {
                    user_id: Set(user),
                    secret: Set(secret.clone()),
                    created_at: Set(now),
                    enabled_at: Set(None),
                    last_step: Set(None),
                };
                new.insert(transaction).await?;
                Ok(locked)
            }
            (Self::Enable(enabled), Some(row)) if !is_enabled && row.secret == enabled.sealed => {
                let mut row = row.into_active_model();
                row.enabled_at = Set(Some(now));
                row.last_step = Set(Some(enabled.step));
                row.update(transaction).await?;
                replace_codes(transaction, user, &enabled.hashes).await?;
                // A login that has found no second factor before, and opens its session later, has the earlier epoch.
                let change = users::Entity::update_many().filter(users::Column::Id.eq(user));
                let changed = next_epoch(change).exec_with_returning(transaction).await?;
                Ok(changed.into_iter().next())
            }
            (Self::Renew { hashes }, _) if is_enabled => {
                replace_codes(transaction, user, hashes).await?;
                Ok(locked)
            }
            (Self::Disable, _) => {
                delete(transaction, user).await?;
                Ok(locked)
            }
            _ => Ok(None),
        }
    }
}

async fn delete(transaction: &Transaction, user: UserId) -> Result<(), DbErr> {
    delete_codes(transaction, user).await?;
    second_factor::Entity::delete_by_id(user)
        .exec(transaction)
        .await
        .map(drop)
}

async fn delete_codes(transaction: &Transaction, user: UserId) -> Result<(), DbErr> {
    recovery_code::Entity::delete_many()
        .filter(recovery_code::Column::UserId.eq(user))
        .exec(transaction)
        .await
        .map(drop)
}

async fn replace_codes(
    transaction: &Transaction,
    user: UserId,
    hashes: &[String],
) -> Result<(), DbErr> {
    delete_codes(transaction, user).await?;
    let rows = hashes.iter().map(|hash| recovery_code::ActiveModel {
        user_id: Set(user),
        hash: Set(hash.clone()),
        ..Default::default()
    });
    insert_all(transaction, rows.collect()).await
}
