//! Cursor pagination, and detection of unique-key violations.
//!
//! A filter without an index scans the user's own rows, newest first, at most [`LOOK_BACK_ROWS`] of them per page. So
//! the cost of a page is bounded, however long the history and however rare the matches. A page that found fewer rows
//! than its limit may still have a next page.

use sea_orm::{ConnectionTrait, DbErr, EntityTrait, Select, SqlErr};

use crate::entities::history::Span;
use crate::types::Page;

/// Rows that one page looks at if no index serves the filter.
const LOOK_BACK_ROWS: u64 = 10_000;

/// Whether a unique key rejected the row.
pub(super) fn is_unique_violation(error: &DbErr) -> bool {
    matches!(error.sql_err(), Some(SqlErr::UniqueConstraintViolation(_)))
}

/// Cuts a list that was read with one item more than the page holds. Returns the page and the next cursor.
pub(super) fn cut_page<T>(
    items: Vec<T>,
    limit: u32,
    id: impl Fn(&T) -> i64,
) -> (Vec<T>, Option<String>) {
    let mut page = Page { items, next: None };
    page.truncate(limit as usize, id);
    (page.items, page.next)
}

/// The span that one page of a filtered list looks at. `look_back` finds the end of the span, that many rows before
/// the cursor; it is called only if no index serves the filter.
pub(super) async fn page_span<E: EntityTrait>(
    database: &impl ConnectionTrait,
    before: Option<i64>,
    is_by_index: bool,
    look_back: impl FnOnce(u64) -> Select<E>,
) -> Result<Span, DbErr> {
    let above = if is_by_index {
        None
    } else {
        let end = look_back(LOOK_BACK_ROWS).into_tuple();
        end.one(database).await?
    };
    Ok(Span { above, before })
}

/// Like [`cut_page`], for rows found in a span.
pub(super) fn cut_span<T>(
    items: Vec<T>,
    limit: u32,
    span: Span,
    id: impl Fn(&T) -> i64,
) -> (Vec<T>, Option<String>) {
    let (items, next) = cut_page(items, limit, id);
    // A cursor excludes its own row, and the row at the end of the span was not looked at yet.
    let further = span.above.map(|end| (end + 1).to_string());
    (items, next.or(further))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_short_page_has_a_cursor_to_the_unread_rows() {
        let span = Span {
            above: Some(40),
            before: None,
        };
        let cut = |items| cut_span(items, 2, span, |id: &i64| *id);
        assert_eq!(cut(vec![99]), (vec![99], Some("41".to_owned())));
        assert_eq!(cut(vec![99, 98, 97]), (vec![99, 98], Some("98".to_owned())));
        let all = cut_span(vec![99], 2, Span::default(), |id| *id);
        assert_eq!(all, (vec![99], None));
    }

    #[test]
    fn a_page_has_a_next_cursor_only_if_there_are_more_rows() {
        assert_eq!(
            cut_page(vec![9, 8, 7], 2, |id| *id),
            (vec![9, 8], Some("8".to_owned()))
        );
        assert_eq!(cut_page(vec![9, 8], 2, |id| *id), (vec![9, 8], None));
        assert_eq!(cut_page(Vec::new(), 2, |id| *id), (Vec::new(), None));
    }
}
