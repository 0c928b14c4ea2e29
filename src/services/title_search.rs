//! Searches the titles of a user's tasks for words.
//!
//! The database reads titles and this module compares them, because a search must find the same on both databases, but
//! SQLite folds only the case of ASCII and PostgreSQL depends on its locale. Each title is folded once for all words,
//! and words match as plain substrings. A page looks at a bounded span of rows (`super::pages`), read in chunks, so
//! that a search with many matches stops early.

use sea_orm::DbErr;

use crate::database::Pool;
use crate::entities::history::Span;
use crate::entities::task;
use crate::types::{TaskFilter, TaskId, UserId};

/// Titles per statement.
const CHUNK_ROWS: u64 = 1_000;

/// The ids of a user's newest tasks that match a filter with words, newest first: at most `limit`.
///
/// # Errors
/// If the database is unavailable.
pub(super) async fn find(
    database: &Pool,
    user: UserId,
    filter: &TaskFilter,
    span: Span,
    limit: u64,
) -> Result<Vec<TaskId>, DbErr> {
    let words = Words::new(&filter.words);
    let mut found = Vec::new();
    let mut rest = span;
    loop {
        let rows = task::Entity::titles(user, filter, rest, CHUNK_ROWS)
            .all(database)
            .await?;
        let is_last = (rows.len() as u64) < CHUNK_ROWS;
        for row in rows {
            rest.before = Some(row.id.0);
            if words.are_in(&row.title) {
                found.push(row.id);
                if found.len() as u64 == limit {
                    return Ok(found);
                }
            }
        }
        if is_last {
            return Ok(found);
        }
    }
}

/// The words of a search.
pub(super) struct Words(Vec<String>);

impl Words {
    /// Words in any case.
    pub(super) fn new(words: &[String]) -> Self {
        Self(words.iter().map(|word| fold(word)).collect())
    }

    /// Whether there are none.
    pub(super) const fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether a title contains all of them.
    pub(super) fn are_in(&self, title: &str) -> bool {
        let title = fold(title);
        self.0.iter().all(|word| title.contains(word.as_str()))
    }
}

/// Folds the case of a text. Converts to upper case first, so that `ß` becomes `ss`, and letter by letter, so that a
/// final sigma equals a medial one.
fn fold(text: &str) -> String {
    let upper = text.chars().flat_map(char::to_uppercase);
    upper.flat_map(char::to_lowercase).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn case_is_ignored() {
        for (one, other) in [
            ("LAMP", "lamp"),
            ("МАЯК", "маяк"),
            ("STRASSE", "straße"),
            ("ΟΔΟΣ", "οδος"),
            ("ΟΔΟΣ", "οδοσ"),
            ("ÉTÉ", "été"),
            ("Ǆ", "ǆ"),
        ] {
            assert_eq!(fold(one), fold(other), "{one}");
        }
        assert_ne!(fold("lamp"), fold("lamb"));
    }
}
