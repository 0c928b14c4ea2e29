//! Drafts: stored with their campaigns, deleted by their user or with age.

use chrono::{DateTime, Utc};
use sea_orm::{
    ActiveModelTrait as _, ColumnTrait as _, ConnectionTrait as _, DbErr, EntityTrait as _,
    QueryFilter as _, Set,
};

use super::{Batches, DRAFT_KEPT_FOR};
use crate::database::{Database, Transaction, delete_in_batches, insert_all, is_among};
use crate::entities::{batch, batch_line, model};
use crate::types::{AppError, BatchId, Campaign, UserId};

/// Drafts that are kept of each user. A further one replaces the oldest.
const DRAFTS_PER_USER: u64 = 5;
/// Lines per statement: a statement of SQLite has at most 32,766 values.
const INSERTED_ROWS: usize = 1_000;
/// Expired drafts per statement, each with its lines.
const EXPIRED_AT_ONCE: u64 = 5;

/// A draft that is not stored yet.
pub(super) struct NewDraft {
    pub(super) user: UserId,
    pub(super) model: model::Summary,
    pub(super) file_name: Option<String>,
    /// The campaigns with their lines.
    pub(super) campaigns: Vec<(i64, Campaign)>,
    pub(super) now: DateTime<Utc>,
}

impl Batches {
    pub(super) async fn store_draft(
        &self,
        user: UserId,
        model: &model::Summary,
        file_name: Option<String>,
        campaigns: Vec<(i64, Campaign)>,
    ) -> Result<batch::Model, AppError> {
        let draft = NewDraft {
            user,
            model: model.clone(),
            file_name,
            campaigns,
            now: self.clock.now(),
        };
        let stored = self
            .database
            .transaction("store a draft", draft, |transaction, draft| {
                Box::pin(replace_oldest(transaction, draft))
            });
        Ok(stored.await?)
    }

    /// Deletes a user's draft.
    ///
    /// # Errors
    /// 404, also for another user's batch; 409 if it was started.
    pub async fn delete(&self, user: UserId, id: BatchId) -> Result<(), AppError> {
        let found = self.row(self.database.read(), user, id).await?;
        if found.started_at.is_none() {
            let deleted = batch::Entity::delete_many()
                .filter(batch::Column::Id.eq(id))
                .filter(batch::Column::StartedAt.is_null())
                .exec(self.database.write())
                .await?;
            if deleted.rows_affected == 1 {
                return Ok(());
            }
        }
        let reason = "only a draft can be deleted; this batch was started";
        Err(AppError::Conflict(reason.to_owned()))
    }
}

/// Stores a draft with its lines.
pub(super) async fn insert(
    transaction: &Transaction,
    draft: &NewDraft,
) -> Result<batch::Model, DbErr> {
    let lines = i32::try_from(draft.campaigns.len());
    let row = batch::ActiveModel {
        user_id: Set(draft.user),
        model_id: Set(draft.model.id),
        price: Set(draft.model.price),
        file_name: Set(draft.file_name.clone()),
        lines: Set(lines.map_err(|error| DbErr::Custom(error.to_string()))?),
        created_at: Set(draft.now),
        ..Default::default()
    };
    let stored = row.insert(transaction).await?;
    for campaigns in draft.campaigns.chunks(INSERTED_ROWS) {
        let rows = campaigns
            .iter()
            .map(|(line, campaign)| batch_line::ActiveModel {
                batch_id: Set(stored.id),
                line: Set(*line),
                input: Set(campaign.clone()),
            });
        insert_all(transaction, rows.collect()).await?;
    }
    Ok(stored)
}

/// Stores a draft with its lines, and deletes the oldest drafts of the user if there are too many.
async fn replace_oldest(
    transaction: &Transaction,
    draft: &NewDraft,
) -> Result<batch::Model, DbErr> {
    let stored = insert(transaction, draft).await?;
    let older: Vec<BatchId> = batch::Entity::older_drafts(draft.user, DRAFTS_PER_USER)
        .into_tuple()
        .all(transaction)
        .await?;
    if !older.is_empty() {
        let backend = transaction.get_database_backend();
        batch::Entity::delete_many()
            .filter(is_among(backend, batch::Column::Id, older))
            .filter(batch::Column::StartedAt.is_null())
            .exec(transaction)
            .await?;
    }
    Ok(stored)
}

/// Deletes the drafts of all users that have expired at this time, a few per statement.
///
/// # Errors
/// If the database is unavailable.
pub async fn prune_drafts(database: &Database, now: DateTime<Utc>) -> Result<(), DbErr> {
    let expired = batch::Entity::expired_drafts(now - DRAFT_KEPT_FOR, EXPIRED_AT_ONCE);
    let drafts = batch::Entity::delete_many().filter(batch::Column::StartedAt.is_null());
    delete_in_batches(
        database.write(),
        drafts,
        batch::Column::Id,
        expired,
        EXPIRED_AT_ONCE,
    )
    .await
}

#[cfg(test)]
mod tests {
    use sea_orm::QueryOrder as _;

    use super::*;
    use crate::database::test_support::migrated;
    use crate::types::ModelId;

    #[tokio::test]
    async fn only_expired_drafts_are_deleted() {
        let (_folder, database) = migrated().await;
        for sql in [
            "INSERT INTO users (id, email, email_folded, password_hash, role, session_epoch, created_at) \
             VALUES (1, 'a', 'a', 'x', 'user', 0, '2026-01-01T00:00:00+00:00')",
            "INSERT INTO model (id, name, version, description, price, onnx, sha256, manifest, metrics, state, created_at) \
             VALUES (1, 'm', '1', '', 10, X'00', 'x', '{}', '{}', 'live', '2026-01-01T00:00:00+00:00')",
        ] {
            database.write().execute_unprepared(sql).await.unwrap();
        }
        let now = DateTime::UNIX_EPOCH + DRAFT_KEPT_FOR * 30;
        let add = async |age_days: i32, is_started: bool| {
            let at = now - DRAFT_KEPT_FOR * age_days;
            let word = is_started.then(|| format!("{age_days}"));
            let row = batch::ActiveModel {
                user_id: Set(UserId(1)),
                model_id: Set(ModelId(1)),
                price: Set(10),
                lines: Set(1),
                created_at: Set(at),
                started_at: Set(is_started.then_some(at)),
                idempotency_key: Set(word.clone()),
                request_hash: Set(word),
                ..Default::default()
            };
            row.insert(database.write()).await.unwrap().id
        };
        let started = add(9, true).await;
        for _ in 0..12 {
            add(2, false).await;
        }
        let fresh = add(0, false).await;
        prune_drafts(&database, now).await.unwrap();
        let left = batch::Entity::find().order_by_asc(batch::Column::Id);
        let left = left.all(database.read()).await.unwrap();
        let left: Vec<BatchId> = left.iter().map(|it| it.id).collect();
        assert_eq!(left, [started, fresh]);
        let shown = batch::Entity::history(UserId(1), now - DRAFT_KEPT_FOR, None, 9);
        assert_eq!(shown.all(database.read()).await.unwrap().len(), 2);
    }
}
