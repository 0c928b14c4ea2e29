//! The table `batch`: files of campaigns that are predicted together.

use sea_orm::entity::prelude::*;
use sea_orm::sea_query::{ExprTrait as _, Query, SelectStatement};
use sea_orm::{QueryOrder, QuerySelect, QueryTrait};

use super::Relation;
use crate::types::{ApiKeyId, BatchId, ModelId, UserId};

/// A draft has not been started.
const IS_DRAFT: &str = "started_at IS NULL";

/// One batch.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "batch")]
#[expect(
    missing_docs,
    reason = "the columns are defined in the migration of the table"
)]
pub struct Model {
    #[sea_orm(primary_key)]
    pub id: BatchId,
    pub user_id: UserId,
    pub api_key_id: Option<ApiKeyId>,
    pub model_id: ModelId,
    pub price: i64,
    pub file_name: Option<String>,
    pub lines: i32,
    pub created_at: DateTimeUtc,
    pub started_at: Option<DateTimeUtc>,
    pub finished_at: Option<DateTimeUtc>,
    pub idempotency_key: Option<String>,
    pub request_hash: Option<String>,
    pub succeeded: Option<i32>,
    pub failed: Option<i32>,
    pub canceled: Option<i32>,
}

impl ActiveModelBehavior for ActiveModel {}

impl Entity {
    /// A user's batch that was started, or a draft that was uploaded after `drafts_since`. Batches of other users are not
    /// found.
    pub fn of_user(user: UserId, batch: BatchId, drafts_since: DateTimeUtc) -> Select<Self> {
        Self::visible(user, drafts_since).filter(Column::Id.eq(batch))
    }

    /// A user's batches with ids below `before`, newest first.
    pub fn history(
        user: UserId,
        drafts_since: DateTimeUtc,
        before: Option<i64>,
        limit: u64,
    ) -> Select<Self> {
        Self::visible(user, drafts_since)
            .apply_if(before, |query, before| query.filter(Column::Id.lt(before)))
            .order_by_desc(Column::Id)
            .limit(limit)
    }

    fn visible(user: UserId, drafts_since: DateTimeUtc) -> Select<Self> {
        Self::find().filter(Column::UserId.eq(user)).filter(
            Column::StartedAt
                .is_not_null()
                .or(Column::CreatedAt.gt(drafts_since)),
        )
    }

    /// The batch that was started with a user's idempotency key.
    pub fn find_by_key(user: UserId, key: &str) -> Select<Self> {
        Self::find()
            .filter(Column::UserId.eq(user))
            .filter(Column::IdempotencyKey.eq(key))
    }

    /// The ids of a user's drafts, newest first, without the first `skipped`.
    pub fn older_drafts(user: UserId, skipped: u64) -> Select<Self> {
        Self::find()
            .select_only()
            .column(Column::Id)
            .filter(Column::UserId.eq(user))
            .filter(Expr::cust(IS_DRAFT))
            .order_by_desc(Column::Id)
            .offset(skipped)
            .limit(1_000)
    }

    /// Selects the ids of drafts of all users that were uploaded at this time or before. The condition is a literal so
    /// that the planner can use the partial index.
    pub fn expired_drafts(until: DateTimeUtc, limit: u64) -> SelectStatement {
        Query::select()
            .column(Column::Id)
            .from(Self)
            .and_where(Expr::cust(IS_DRAFT))
            .and_where(Column::CreatedAt.lte(until))
            .order_by(Column::CreatedAt, sea_orm::Order::Asc)
            .limit(limit)
            .to_owned()
    }
}
