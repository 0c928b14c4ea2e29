//! The search for words in the titles of a user's tasks.
//!
//! The database reads titles and this module compares them: SQLite folds the case of ASCII only and PostgreSQL as its
//! locale says, while the same search has to find the same on both. Each title is folded once, however many words are
//! searched for, and a word is looked for as plain text. A page looks at a bounded span of rows (`super::pages`), which
//! are read in chunks, so that a search that finds much stops early.

use sea_orm::DbErr;

use crate::database::Statements;
use crate::entities::history::Span;
use crate::entities::task;
use crate::types::{TaskFilter, UserId};

/// Titles that are read at once.
const CHUNK_ROWS: u64 = 1_000;

/// The ids of a user's newest tasks that a filter with words lets pass, newest first and at most `limit` of them.
///
/// # Errors
/// Where the database is unavailable.
pub(super) async fn find(
    database: &Statements,
    user: UserId,
    filter: &TaskFilter,
    span: Span,
    limit: u64,
) -> Result<Vec<i64>, DbErr> {
    let words: Vec<String> = filter.words.iter().map(|word| fold(word)).collect();
    let mut found = Vec::new();
    let mut rest = span;
    loop {
        let rows = task::Entity::titles(user, filter, rest, CHUNK_ROWS)
            .all(database)
            .await?;
        let is_last = (rows.len() as u64) < CHUNK_ROWS;
        for row in rows {
            rest.before = Some(row.id);
            let title = fold(&row.title);
            if words.iter().all(|word| title.contains(word.as_str())) {
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

/// A text without the difference between upper and lower case. By way of upper case, so that `ß` is `ss`, and letter by
/// letter, so that a sigma is the same wherever it stands.
fn fold(text: &str) -> String {
    let upper = text.chars().flat_map(char::to_uppercase);
    upper.flat_map(char::to_lowercase).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_case_of_a_letter_makes_no_difference() {
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
