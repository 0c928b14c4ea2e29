//! What the queries of the two histories share: the span of ids that one page may look at, and the search
//! in a task's title.

use sea_orm::sea_query::{Expr, SimpleExpr};
use sea_orm::{
    ColumnTrait, DatabaseBackend, EntityTrait, QueryFilter, QueryOrder, QuerySelect, Select,
};

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

/// Whether a task's title has a word, in any case. Case is folded here and not by the database: SQLite folds
/// ASCII only, PostgreSQL as its locale says, and both match sets of characters all the same.
pub(super) fn title_has(backend: DatabaseBackend, word: &str) -> SimpleExpr {
    match backend {
        DatabaseBackend::Postgres => {
            Expr::cust_with_values("(\"task\".\"input\" ->> 'name') ~ $1", [regex(word)])
        }
        _ => Expr::cust_with_values("(\"task\".\"input\" ->> 'name') GLOB ?", [glob(word)]),
    }
}

/// The pattern of SQLite's GLOB that finds a word anywhere.
fn glob(word: &str) -> String {
    let mut pattern = "*".to_owned();
    for character in word.chars() {
        match character {
            '*' | '?' | '[' => pattern.extend(['[', character, ']']),
            _ => push_any_case(&mut pattern, character),
        }
    }
    pattern.push('*');
    pattern
}

/// The regular expression of PostgreSQL that finds a word anywhere.
fn regex(word: &str) -> String {
    let mut pattern = String::new();
    for character in word.chars() {
        if character.is_ascii_punctuation() {
            pattern.push('\\');
        }
        push_any_case(&mut pattern, character);
    }
    pattern
}

fn push_any_case(pattern: &mut String, character: char) {
    let mut cases = vec![character];
    // A letter whose other case is several characters, such as ß, stands for itself only.
    for case in [
        character.to_lowercase().collect::<Vec<char>>(),
        character.to_uppercase().collect(),
    ] {
        if let [case] = case[..]
            && !cases.contains(&case)
        {
            cases.push(case);
        }
    }
    if let [only] = cases[..] {
        pattern.push(only);
    } else {
        pattern.push('[');
        pattern.extend(cases);
        pattern.push(']');
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_search_finds_each_case_and_takes_signs_as_they_are() {
        assert_eq!(glob("Ля1*"), "*[Лл][яЯ]1[*]*");
        assert_eq!(regex("a.b]ß"), "[aA]\\.[bB]\\]ß");
        assert_eq!(glob("a]b"), "*[aA]][bB]*");
    }
}
