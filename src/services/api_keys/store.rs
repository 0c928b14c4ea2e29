//! Reads and writes keys. Keys of one user are created and revoked under a lock of the user's row, so that two requests
//! at once neither exceed the limits nor let a key outlive the key that made it.

use std::collections::{HashMap, HashSet};

use chrono::{DateTime, Utc};
use sea_orm::sea_query::LockType;
use sea_orm::{
    ActiveModelTrait as _, ColumnTrait, DbErr, EntityTrait, PaginatorTrait as _, QueryFilter,
    QuerySelect, Set,
};

use super::rules::Checked;
use crate::database::{Database, Transaction, is_among};
use crate::entities::api_key::{self, Model as ApiKey};
use crate::entities::users::{self, Model as User};
use crate::services::ledger;
use crate::types::{ApiKeyId, AppError, Credits, UserId};

/// Keys of a user that are not revoked.
pub(super) const KEYS_MAX: u64 = 100;
/// Keys of a user, revoked ones included.
pub(super) const KEYS_EVER_MAX: u64 = 1_000;

/// A key to be stored.
pub(super) struct NewKey {
    pub(super) user: UserId,
    pub(super) maker: Option<ApiKeyId>,
    pub(super) hint: String,
    pub(super) hash: String,
    pub(super) checked: Checked,
    pub(super) now: DateTime<Utc>,
}

/// What became of a new key.
pub(super) enum Stored {
    /// It is stored.
    Key(Box<ApiKey>),
    /// It is not: the user has too many keys.
    TooMany,
    /// It is not: the key that makes it was revoked in the meantime.
    MakerRevoked,
}

impl NewKey {
    /// Inserts the key with its budget.
    pub(super) async fn insert(&self, transaction: &Transaction) -> Result<Stored, DbErr> {
        lock_user(transaction, self.user).await?;
        if let Some(maker) = self.maker {
            let maker = api_key::Entity::find_by_id(maker).one(transaction).await?;
            if maker.is_none_or(|maker| maker.revoked_at.is_some()) {
                return Ok(Stored::MakerRevoked);
            }
        }
        let ever = api_key::Entity::find().filter(api_key::Column::UserId.eq(self.user));
        let kept = api_key::Entity::kept(self.user).count(transaction).await?;
        if kept >= KEYS_MAX || ever.count(transaction).await? >= KEYS_EVER_MAX {
            return Ok(Stored::TooMany);
        }
        let key = self.row().insert(transaction).await?;
        ledger::open_budget(transaction, key.id).await?;
        Ok(Stored::Key(Box::new(key)))
    }

    fn row(&self) -> api_key::ActiveModel {
        let Checked { new, expires_at } = &self.checked;
        let credits = |cap: Option<Credits>| Set(cap.map(|cap| cap.0));
        api_key::ActiveModel {
            user_id: Set(self.user),
            parent_id: Set(self.maker),
            label: Set(new.label.clone()),
            hint: Set(self.hint.clone()),
            hash: Set(self.hash.clone()),
            scopes: Set(api_key::Scopes(new.scopes.clone())),
            created_at: Set(self.now),
            expires_at: Set(*expires_at),
            cap_day: credits(new.caps.day),
            cap_week: credits(new.caps.week),
            cap_month: credits(new.caps.month),
            cap_total: credits(new.caps.total),
            ..Default::default()
        }
    }
}

/// Revokes a key of a user and those that it made, or all keys of the user; returns how many.
pub(in crate::services) async fn revoke_keys(
    transaction: &Transaction,
    user: UserId,
    key: Option<ApiKeyId>,
    now: DateTime<Utc>,
) -> Result<u64, DbErr> {
    lock_user(transaction, user).await?;
    let revoked = api_key::Entity::revoke(user, key, now)
        .exec(transaction)
        .await?;
    Ok(revoked.rows_affected)
}

/// FOR UPDATE would wait for every transaction that refers to the user with a foreign key.
async fn lock_user(transaction: &Transaction, user: UserId) -> Result<(), DbErr> {
    users::Entity::find_by_id(user)
        .lock(LockType::NoKeyUpdate)
        .one(transaction)
        .await
        .map(drop)
}

/// The keys with these hashes and their users, in the same order.
pub(super) async fn find_keys(
    database: Database,
    hashes: Vec<String>,
) -> Result<Vec<Option<(ApiKey, User)>>, AppError> {
    let backend = database.backend();
    let keys = api_key::Entity::find()
        .filter(is_among(
            backend,
            api_key::Column::Hash,
            hashes.iter().cloned(),
        ))
        .all(database.read())
        .await?;
    let ids: HashSet<UserId> = keys.iter().map(|key| key.user_id).collect();
    let users = users::Entity::find()
        .filter(is_among(backend, users::Column::Id, ids))
        .all(database.read())
        .await?;
    let users: HashMap<UserId, User> = users.into_iter().map(|user| (user.id, user)).collect();
    let with_user = |key: ApiKey| {
        let user = users.get(&key.user_id)?.clone();
        Some((key.hash.clone(), (key, user)))
    };
    let found: HashMap<String, _> = keys.into_iter().filter_map(with_user).collect();
    Ok(hashes.iter().map(|hash| found.get(hash).cloned()).collect())
}
