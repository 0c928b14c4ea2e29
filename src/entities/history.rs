//! Shared by the queries of both histories: the span of ids that one page may look at.

use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect, Select};

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
        mut query: Select<E>,
        id: impl ColumnTrait,
    ) -> Select<E> {
        if let Some(before) = self.before {
            query = query.filter(id.lt(before));
        }
        if let Some(above) = self.above {
            query = query.filter(id.gt(above));
        }
        query
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
    mut query: Select<E>,
    at: impl ColumnTrait,
    time: TimeRange,
) -> Select<E> {
    if let Some(from) = time.from {
        query = query.filter(at.gte(from));
    }
    if let Some(before) = time.before {
        query = query.filter(at.lt(before));
    }
    query
}
