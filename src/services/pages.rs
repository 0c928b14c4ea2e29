//! Cursor pagination.
//!
//! A filter without an index scans the user's own rows, newest first, at most [`LOOK_BACK_ROWS`] of them per page. So
//! the cost of a page is bounded, however long the history and however rare the matches. A page that found fewer rows
//! than its limit may still have a next page.

use sea_orm::{ConnectionTrait, DbErr, EntityTrait, Select};

use crate::entities::history::Span;
use crate::types::{Page, public_id};

/// Rows that one page looks at if no index serves the filter.
const LOOK_BACK_ROWS: u64 = 10_000;

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

/// Cuts a list that was read from a span with one item more than the page holds.
pub(super) fn cut_span<T>(
    items: Vec<T>,
    limit: u32,
    span: Span,
    id: impl Fn(&T) -> i64,
) -> Page<T> {
    let mut page = Page { items, next: None };
    page.truncate(limit as usize, id);
    // A cursor excludes its own row, and the row at the end of the span was not looked at yet.
    let further = span.above.map(|end| public_id(end + 1).to_string());
    page.next = page.next.or(further);
    page
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cut(items: Vec<i64>, span: Span) -> (Vec<i64>, Option<String>) {
        let page = cut_span(items, 2, span, |id| *id);
        (page.items, page.next)
    }

    #[test]
    fn a_short_page_has_a_cursor_to_the_unread_rows() {
        let span = Span {
            above: Some(40),
            before: None,
        };
        assert_eq!(cut(vec![99], span), (vec![99], Some("41".to_owned())));
        assert_eq!(
            cut(vec![99, 98, 97], span),
            (vec![99, 98], Some("98".to_owned()))
        );
        assert_eq!(cut(vec![99], Span::default()), (vec![99], None));
    }

    #[test]
    fn a_page_has_a_next_cursor_only_if_there_are_more_rows() {
        let whole = Span::default();
        assert_eq!(
            cut(vec![9, 8, 7], whole),
            (vec![9, 8], Some("8".to_owned()))
        );
        assert_eq!(cut(vec![9, 8], whole), (vec![9, 8], None));
        assert_eq!(cut(Vec::new(), whole), (Vec::new(), None));
    }
}
