//! The errors of a file, by line and field.

use crate::types::{AppError, FieldErrors, Violation, line_field};

/// Errors that one response lists: enough to see what is wrong, few enough for one page.
const ERRORS_MAX: usize = 500;

/// Errors that are kept before those of the last lines are dropped.
const KEPT_MAX: usize = 4 * ERRORS_MAX;

/// Errors by line and field.
#[derive(Debug, Default)]
pub(super) struct LineErrors {
    /// At least the first [`ERRORS_MAX`] in the order of the file.
    kept: Vec<LineError>,
    /// The number of all of them.
    total: usize,
}

/// A line, the name of its field, and what is wrong.
type LineError = (u64, String, Violation);

impl LineErrors {
    /// Adds an error of a field, or of the whole line.
    pub(super) fn add(&mut self, line: u64, field: Option<&str>, violation: Violation) {
        self.total += 1;
        self.kept.push((line, line_field(line, field), violation));
        if self.kept.len() > KEPT_MAX {
            self.sort();
            self.kept.truncate(ERRORS_MAX);
        }
    }

    fn sort(&mut self) {
        self.kept.sort_by_key(|(line, ..)| *line);
    }

    /// Adds errors by field.
    pub(super) fn extend(&mut self, line: u64, fields: FieldErrors) {
        for (field, violation) in fields {
            self.add(line, Some(&field), violation);
        }
    }

    /// The first errors, in the order of the file.
    pub(super) fn in_order(mut self) -> Vec<LineError> {
        self.sort();
        self.kept.truncate(ERRORS_MAX);
        self.kept
    }

    /// Succeeds if there are no errors.
    ///
    /// # Errors
    /// 422 naming the lines and fields: at most the first [`ERRORS_MAX`], and then also `field`, with their number.
    pub(super) fn finish(self, field: &'static str) -> Result<(), AppError> {
        let total = self.total;
        if total == 0 {
            return Ok(());
        }
        let mut errors = FieldErrors::new();
        if total > ERRORS_MAX {
            let reason = format!("has {total} errors; the first {ERRORS_MAX} are listed");
            errors.insert(field.to_owned(), Violation::rejected(reason));
        }
        for (_, name, violation) in self.in_order() {
            errors.insert(name, violation);
        }
        Err(AppError::Invalid(errors))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn finish(count: u64) -> FieldErrors {
        let mut errors = LineErrors::default();
        for line in (1..=count).rev() {
            errors.add(line, Some("reached"), Violation::NotABoolean);
        }
        match errors.finish("file") {
            Err(AppError::Invalid(errors)) => errors,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn without_errors_a_file_is_accepted() {
        assert_eq!(LineErrors::default().finish("file"), Ok(()));
    }

    #[test]
    fn the_first_errors_are_listed_and_the_others_counted() {
        let most = finish(500);
        assert_eq!(most.len(), 500);
        assert!(!most.contains_key("file"));
        let more = finish(501);
        assert_eq!(more.len(), 501);
        assert!(more["file"].to_string().contains("501 errors"));
        assert!(more.contains_key("line 500: reached"));
        assert!(!more.contains_key("line 501: reached"));
        let many = finish(10_000);
        assert!(many["file"].to_string().contains("10000 errors"));
        assert!(many.contains_key("line 1: reached") && many.contains_key("line 500: reached"));
    }
}
