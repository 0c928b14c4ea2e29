//! What the queries of the two histories share: the span of ids that one page may look at.

use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect, Select};

use crate::types::{TimeRange, UserId};

/// The ids between which a page is read, both ends excluded; an absent end is open.
#[derive(Clone, Copy, Debug, Default)]
pub struct Span {
    /// All ids are above it.
    pub above: Option<i64>,
    /// All ids are below it.
    pub before: Option<i64>,
}

impl Span {
    /// Everything older than a row, or everything.
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

/// The id at which a look back over `rows` of a user's rows ends; none where they are fewer.
pub(super) fn look_back<E: EntityTrait>(
    (id, owner): (impl ColumnTrait, impl ColumnTrait),
    user: UserId,
    before: Option<i64>,
    rows: u64,
) -> Select<E> {
    let query = E::find().select_only().column(id).filter(owner.eq(user.0));
    Span::before(before)
        .narrow(query, id)
        .order_by_desc(id)
        .offset(rows)
        .limit(1)
}

/// Only rows of a time.
pub(super) fn within<E: EntityTrait>(
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
