//! The table `transactions`: the lines of the ledger.

use sea_orm::entity::prelude::*;
use sea_orm::{QueryOrder, QuerySelect, QueryTrait};

use super::Relation;
use super::history::{Span, in_time_range, look_back};
use crate::types::{
    Credits, TaskId, TransactionFilter, TransactionId, TransactionKind, TransactionView, UserId,
};

/// A ledger line.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "transactions")]
#[expect(
    missing_docs,
    reason = "the columns are defined in the migration of the table"
)]
pub struct Model {
    #[sea_orm(primary_key)]
    pub id: TransactionId,
    pub user_id: UserId,
    pub kind: TransactionKind,
    pub amount: i64,
    pub balance_before: i64,
    pub balance_after: i64,
    pub description: String,
    pub task_id: Option<TaskId>,
    pub idempotency_key: Option<String>,
    pub request_hash: Option<String>,
    pub created_at: DateTimeUtc,
}

impl ActiveModelBehavior for ActiveModel {}

impl Entity {
    /// A user's lines, newest first, within a span of ids.
    pub fn history(
        user: UserId,
        filter: TransactionFilter,
        span: Span,
        limit: u64,
    ) -> Select<Self> {
        let query = Self::find()
            .filter(Column::UserId.eq(user))
            .apply_if(filter.kind, |query, it| query.filter(Column::Kind.eq(it)));
        let query = in_time_range(query, Column::CreatedAt, filter.time);
        span.narrow(query, Column::Id)
            .order_by_desc(Column::Id)
            .limit(limit)
    }

    /// The id at which a scan over the newest `rows` lines of a user ends; none if there are fewer.
    pub fn look_back(user: UserId, before: Option<i64>, rows: u64) -> Select<Self> {
        look_back((Column::Id, Column::UserId), user, before, rows)
    }

    /// The line that was written with a user's idempotency key.
    pub fn find_by_key(user: UserId, key: &str) -> Select<Self> {
        Self::find()
            .filter(Column::UserId.eq(user))
            .filter(Column::IdempotencyKey.eq(key))
    }
}

impl From<Model> for TransactionView {
    fn from(line: Model) -> Self {
        Self {
            id: line.id,
            kind: line.kind,
            amount: Credits(line.amount),
            balance_before: Credits(line.balance_before),
            balance_after: Credits(line.balance_after),
            description: line.description,
            task_id: line.task_id,
            task_title: None,
            created_at: line.created_at,
        }
    }
}
