//! Reads and writes the rows of sessions.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use sea_orm::{ActiveModelTrait as _, DbErr, QueryFilter as _, Set};

use super::origin::Origin;
use crate::database::{Database, Transaction, is_among};
use crate::entities::session::{self, Column, Entity, Model as Session};
use crate::entities::users::Model as User;
use crate::types::{AppError, UserId};

/// Sessions of a user. A further one ends the oldest.
const SESSIONS_MAX: u64 = 100;

/// A session to be stored.
pub(super) struct NewSession {
    pub(super) user: UserId,
    pub(super) epoch: i32,
    pub(super) token_hash: String,
    /// The session that this browser had before.
    pub(super) replaced: Option<String>,
    pub(super) origin: Origin,
    pub(super) now: DateTime<Utc>,
}

impl NewSession {
    /// Inserts the session and deletes the one that it replaces.
    pub(super) async fn insert(&self, transaction: &Transaction) -> Result<(), DbErr> {
        if let Some(hash) = &self.replaced {
            Entity::delete_by_hash(hash).exec(transaction).await?;
        }
        let Origin {
            browser,
            system,
            network,
        } = &self.origin;
        let row = session::ActiveModel {
            user_id: Set(self.user),
            token_hash: Set(self.token_hash.clone()),
            epoch: Set(self.epoch),
            browser: Set(browser.map(ToOwned::to_owned)),
            system: Set(system.map(ToOwned::to_owned)),
            network: Set(network.clone()),
            created_at: Set(self.now),
            last_used_at: Set(self.now),
            authenticated_at: Set(self.now),
            ..Default::default()
        };
        row.insert(transaction).await?;
        Entity::delete_beyond(self.user, SESSIONS_MAX)
            .exec(transaction)
            .await
            .map(drop)
    }
}

/// The sessions with these hashes and their users, in the same order.
pub(super) async fn find_sessions(
    database: Database,
    hashes: Vec<String>,
) -> Result<Vec<Option<(Session, User)>>, AppError> {
    let among = is_among(
        database.backend(),
        Column::TokenHash,
        hashes.iter().cloned(),
    );
    let rows = Entity::with_users()
        .filter(among)
        .all(database.read())
        .await?;
    let found: HashMap<String, (Session, User)> = rows
        .into_iter()
        .filter_map(|(session, user)| Some((session.token_hash.clone(), (session, user?))))
        .collect();
    Ok(hashes.iter().map(|hash| found.get(hash).cloned()).collect())
}
