//! The errors of an uploaded file, by line and field.

use leptos::prelude::*;

use super::Icon;
use super::error_text::{error_text, violation_text};
use super::field_faults::fields_of;
use crate::client::{Locale, browser, tr};
use crate::types::{AppError, FieldErrors, Violation, split_line_field};

/// The field with the file.
pub const FILE: &str = "file";
/// Id of the list of errors.
const ERRORS_ID: &str = "file-errors";

/// What the page says about its files.
#[derive(Clone, Copy)]
pub struct FileWords {
    /// Lines have errors, so nothing was stored.
    pub refused: &'static str,
    /// The file as a whole cannot be used.
    pub bad_file: &'static str,
    /// The text for a 409.
    pub conflict: &'static str,
}

/// The error if no file was sent, which belongs to the field. All others are listed.
pub fn missing_file(error: Option<AppError>) -> Option<AppError> {
    let is_missing = |fields: &FieldErrors| fields.get(FILE) == Some(&Violation::Required);
    let fields = fields_of(error);
    is_missing(&fields).then_some(AppError::Invalid(fields))
}

/// The errors by line. They take the focus.
pub fn file_errors(locale: Locale, error: AppError, words: FileWords) -> AnyView {
    Effect::new(|_| request_animation_frame(|| browser::focus(ERRORS_ID)));
    let text = match &error {
        AppError::Invalid(_) => words.refused.to_owned(),
        AppError::Conflict(_) => words.conflict.to_owned(),
        error => error_text(locale, error),
    };
    let fields = fields_of(Some(error));
    let has_lines = fields.keys().any(|name| name != FILE);
    let of_file = fields.get(FILE).map(|violation| match violation {
        Violation::Rejected { .. } if has_lines => tr!(locale, file_errors.more).to_owned(),
        Violation::Rejected { .. } => words.bad_file.to_owned(),
        violation => violation_text(locale, violation),
    });
    let lines = in_order(&fields).into_iter().map(|(line, field, violation)| {
        view! { <li>{line_text(locale, line, field)} ": " {line_problem(locale, field, violation)}</li> }
    });
    view! {
        <div class="notice notice-bad" id=ERRORS_ID role="alert" tabindex="-1">
            <Icon name="alert" />
            <div>
                <h3 class="notice-title">{tr!(locale, error.summary)}</h3>
                <p>{text}</p>
                <ul>{lines.collect_view()}</ul>
                {of_file.map(|words| view! { <p>{words}</p> })}
            </div>
        </div>
    }
    .into_any()
}

/// The errors of lines in the order of the file. Their names are in that of text, in which line 10 is before line 9.
fn in_order(fields: &FieldErrors) -> Vec<(u64, Option<&str>, &Violation)> {
    let mut lines: Vec<(u64, Option<&str>, &Violation)> = Vec::new();
    for (name, violation) in fields {
        if let Some((line, field)) = split_line_field(name) {
            let place = lines.partition_point(|(it, ..)| *it <= line);
            lines.insert(place, (line, field, violation));
        }
    }
    lines
}

fn line_text(locale: Locale, line: u64, field: Option<&str>) -> String {
    let Some(field) = field else {
        return tr!(locale, file_errors.line, line = line);
    };
    tr!(
        locale,
        file_errors.line_field,
        line = line,
        field = field.to_owned()
    )
}

/// The text of an error. Those of the file format are in English and meant for programs.
fn line_problem(locale: Locale, field: Option<&str>, violation: &Violation) -> String {
    match (field, violation) {
        (None, Violation::Rejected { .. }) => tr!(locale, file_errors.bad_line).to_owned(),
        (Some("usd_goal" | "raised_usd" | "median_reward_usd"), Violation::Rejected { .. }) => {
            tr!(locale, violation.ambiguous_number).to_owned()
        }
        (Some("created_at" | "launched_at" | "deadline"), Violation::Rejected { .. }) => {
            tr!(locale, file_errors.ambiguous_date).to_owned()
        }
        (Some(_), Violation::Rejected { .. }) => tr!(locale, file_errors.bad_text).to_owned(),
        (_, violation) => violation_text(locale, violation),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn errors_are_in_the_order_of_the_file() {
        let names = ["line 10: reached", "line 9", "line 9: reached", "file"];
        let fields = names.map(|name| (name.to_owned(), Violation::Required));
        let fields = FieldErrors::from(fields);
        let order: Vec<_> = in_order(&fields)
            .into_iter()
            .map(|(line, field, _)| (line, field))
            .collect();
        let reached = Some("reached");
        assert_eq!(order, [(9, None), (9, reached), (10, reached)]);
    }

    #[test]
    fn a_missing_file_is_marked_at_its_field() {
        let missing = AppError::invalid(FILE, Violation::Required);
        assert_eq!(missing_file(Some(missing.clone())), Some(missing));
        let unreadable = AppError::invalid(FILE, Violation::rejected("x"));
        assert_eq!(missing_file(Some(unreadable)), None);
        assert_eq!(missing_file(None), None);
    }
}
