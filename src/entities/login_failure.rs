//! The table `login_failure`: failed logins counted under hashed keys, for all processes.

use sea_orm::entity::prelude::*;
use sea_orm::sea_query::{ExprTrait as _, OnConflict, Query};
use sea_orm::{DeleteMany, Insert, InsertMany, Order, Set, UpdateMany};

use super::Relation;

/// The failures under one key.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "login_failure")]
#[expect(
    missing_docs,
    reason = "the columns are defined in the migration of the table"
)]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub key: String,
    pub failures: i32,
    pub failed_at: DateTimeUtc,
}

impl ActiveModelBehavior for ActiveModel {}

impl Entity {
    /// The counts under these keys.
    pub fn of_keys(keys: &[String]) -> Select<Self> {
        Self::find().filter(Column::Key.is_in(keys))
    }

    /// Counts one failure under each key. A count whose last failure was before `forgotten` starts again at one.
    pub fn count(
        keys: &[String],
        now: DateTimeUtc,
        forgotten: DateTimeUtc,
    ) -> InsertMany<ActiveModel> {
        // Sorted, so that concurrent statements lock rows in the same order and cannot deadlock.
        let mut keys = keys.to_vec();
        keys.sort_unstable();
        keys.dedup();
        let rows = keys.into_iter().map(|key| ActiveModel {
            key: Set(key),
            failures: Set(1),
            failed_at: Set(now),
        });
        Self::insert_many(rows).on_conflict(counted(forgotten))
    }

    /// Counts one under a key, unless `max` are counted already; then no row is affected. A count whose last one was before
    /// `forgotten` starts again at one.
    pub fn count_up_to(
        key: String,
        max: i32,
        now: DateTimeUtc,
        forgotten: DateTimeUtc,
    ) -> Insert<ActiveModel> {
        let row = ActiveModel {
            key: Set(key),
            failures: Set(1),
            failed_at: Set(now),
        };
        let is_allowed =
            Expr::col((Self, Column::Failures))
                .lt(max)
                .or(Expr::col((Self, Column::FailedAt)).lt(forgotten));
        let counted = counted(forgotten).action_and_where(is_allowed).to_owned();
        Self::insert(row).on_conflict(counted)
    }

    /// Subtracts `failures` from the count of each key.
    pub fn subtract(keys: &[String], failures: i32) -> UpdateMany<Self> {
        let left = Expr::case(
            Expr::col(Column::Failures).gt(failures),
            Expr::col(Column::Failures).sub(failures),
        )
        .finally(0);
        Self::update_many()
            .col_expr(Column::Failures, left.into())
            .filter(Column::Key.is_in(keys))
    }

    /// Deletes counts whose last failure was before `forgotten`.
    pub fn delete_forgotten(forgotten: DateTimeUtc) -> DeleteMany<Self> {
        Self::delete_many().filter(Column::FailedAt.lt(forgotten))
    }

    /// Deletes the oldest counts, keeping the latest `kept` and those that are exactly as old as the last of them.
    pub fn delete_beyond(kept: u64) -> DeleteMany<Self> {
        let oldest_kept = Query::select()
            .column(Column::FailedAt)
            .from(Self)
            .order_by(Column::FailedAt, Order::Desc)
            .limit(1)
            .offset(kept.saturating_sub(1))
            .to_owned();
        Self::delete_many().filter(Expr::col(Column::FailedAt).lt(oldest_kept))
    }
}

/// Adds one to a count that is there, or starts it again if its last one was before `forgotten`.
fn counted(forgotten: DateTimeUtc) -> OnConflict {
    let failures = Expr::case(
        Expr::col((Entity, Column::FailedAt)).lt(forgotten),
        Expr::val(1),
    )
    .finally(Expr::col((Entity, Column::Failures)).add(1));
    OnConflict::column(Column::Key)
        .value(Column::Failures, failures)
        .update_column(Column::FailedAt)
        .to_owned()
}
