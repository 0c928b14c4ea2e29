//! Shared by the queries of both histories: the span of ids that one page may look at.

use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect, QueryTrait, Select};

use crate::types::{TimeRange, UserId};

/// A range of ids, excluding both ends. A missing end is open.
#[derive(Clone, Copy, Debug, Default)]
pub struct Span {
    /// Lower end, exclusive.
    pub above: Option<i64>,
    /// Upper end, exclusive.
    pub before: Option<i64>,
}

impl Span {
    /// Everything older than this row, or everything.
    pub const fn before(before: Option<i64>) -> Self {
        Self {
            above: None,
            before,
        }
    }

    pub(super) fn narrow<E: EntityTrait>(
        self,
        query: Select<E>,
        id: impl ColumnTrait,
    ) -> Select<E> {
        query
            .apply_if(self.before, |query, before| query.filter(id.lt(before)))
            .apply_if(self.above, |query, above| query.filter(id.gt(above)))
    }
}

/// The id at which a scan over the newest `rows` rows of a user ends; none if there are fewer.
pub(super) fn look_back<E: EntityTrait>(
    (id, owner): (impl ColumnTrait, impl ColumnTrait),
    user: UserId,
    before: Option<i64>,
    rows: u64,
) -> Select<E> {
    let query = E::find().select_only().column(id).filter(owner.eq(user));
    Span::before(before)
        .narrow(query, id)
        .order_by_desc(id)
        .offset(rows)
        .limit(1)
}

/// Keeps only rows in a time range.
pub(super) fn in_time_range<E: EntityTrait>(
    query: Select<E>,
    at: impl ColumnTrait,
    time: TimeRange,
) -> Select<E> {
    query
        .apply_if(time.from, |query, from| query.filter(at.gte(from)))
        .apply_if(time.before, |query, before| query.filter(at.lt(before)))
}
