//! Cursor pages of a list, and the database's word that a unique key is taken.

use sea_orm::{DbErr, SqlErr};

use crate::types::{AppError, Violation, parse_id};

/// Whether a unique key refused the row.
pub(super) fn is_unique_violation(error: &DbErr) -> bool {
    matches!(error.sql_err(), Some(SqlErr::UniqueConstraintViolation(_)))
}

/// Reads the `next` of an earlier page.
pub(super) fn parse_cursor(cursor: &str) -> Result<Option<i64>, AppError> {
    parse_id("cursor", cursor).map_err(|_| AppError::invalid("cursor", Violation::NotACursor))
}

/// Cuts a list that was read with one item more than the page holds.
pub(super) fn cut_page<T>(
    mut items: Vec<T>,
    limit: u32,
    id: impl Fn(&T) -> i64,
) -> (Vec<T>, Option<String>) {
    let more = items.len() > limit as usize;
    items.truncate(limit as usize);
    let next = items
        .last()
        .filter(|_| more)
        .map(|last| id(last).to_string());
    (items, next)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_tells_the_next_one_only_where_there_is_one() {
        assert_eq!(
            cut_page(vec![9, 8, 7], 2, |id| *id),
            (vec![9, 8], Some("8".to_owned()))
        );
        assert_eq!(cut_page(vec![9, 8], 2, |id| *id), (vec![9, 8], None));
        assert_eq!(cut_page(Vec::new(), 2, |id| *id), (Vec::new(), None));
    }
}
