//! Reads a CSV file of outcomes, in any format that spreadsheets and `pledgecast score` read or write, and collects its
//! errors by line and field.

use std::collections::HashMap;

use crate::inference::{CsvTable, TableRecord, read_cell};
use crate::services::line_errors::LineErrors;
use crate::services::sent_file::SentFile;
use crate::types::{
    AppError, FieldErrors, OutcomeInput, ReportedOutcome, TaskId, Violation, parse_id,
};

const COLUMNS: [&str; 3] = ["task_id", "reached", "raised_usd"];
const REQUIRED: [&str; 2] = ["task_id", "reached"];
/// Lines of one file that may report an outcome.
const LINES_MAX: usize = 10_000;

/// What a file contains.
#[derive(Debug, Default)]
pub(super) struct Lines {
    /// The lines with the id of a task, each task once.
    pub(super) rows: Vec<Row>,
    /// What is wrong.
    pub(super) errors: LineErrors,
    /// The number of lines without an outcome.
    pub(super) skipped: u64,
}

/// One line.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Row {
    /// Its number, as an editor shows it.
    pub(super) line: u64,
    /// The task.
    pub(super) task: TaskId,
    /// The outcome; `None` if it has errors.
    pub(super) outcome: Option<ReportedOutcome>,
}

/// Reads the file.
///
/// # Errors
/// 422 naming the argument if the file as a whole cannot be read, or has too many lines.
pub(super) fn read(file: &SentFile) -> Result<Lines, AppError> {
    let refused = |reason: String| file.unusable(reason);
    let required = REQUIRED.map(ToOwned::to_owned);
    let mut table = CsvTable::new(file.bytes.as_slice(), &COLUMNS, required)
        .map_err(|error| refused(error.to_string()))?;
    let mut lines = Lines::default();
    let mut seen = HashMap::new();
    let mut reporting = 0;
    while let Some(record) = table
        .next_record()
        .map_err(|error| refused(error.to_string()))?
    {
        let (input, unclear) = read_cells(&table, &record);
        if record.fault.is_none() && unclear.is_empty() && input.outcome.is_blank() {
            lines.skipped += 1;
            continue;
        }
        reporting += 1;
        if reporting > LINES_MAX {
            return Err(refused(format!(
                "it has more than {LINES_MAX} lines with outcomes; split it"
            )));
        }
        lines.add(&record, &input, unclear, &mut seen);
    }
    Ok(lines)
}

/// The cells of a record as text.
#[derive(Default)]
struct Cells {
    task_id: String,
    outcome: OutcomeInput,
}

/// The cells, and what is ambiguous in them.
fn read_cells(table: &CsvTable<&[u8]>, record: &TableRecord) -> (Cells, FieldErrors) {
    let mut cells = Cells::default();
    let mut unclear = FieldErrors::new();
    let is_comma_separated = table.dialect().is_comma_separated();
    for (name, value) in table.cells(&record.values) {
        let cell = match name {
            "task_id" => &mut cells.task_id,
            "reached" => &mut cells.outcome.reached,
            _ => &mut cells.outcome.raised_usd,
        };
        match read_cell(name, value, is_comma_separated) {
            Ok(text) => *cell = text,
            Err(violation) => {
                unclear.insert(name.to_owned(), violation);
            }
        }
    }
    (cells, unclear)
}

impl Lines {
    /// Adds a record; `seen` has the lines of the tasks before it.
    fn add(
        &mut self,
        record: &TableRecord,
        cells: &Cells,
        unclear: FieldErrors,
        seen: &mut HashMap<TaskId, u64>,
    ) {
        let line = record.line;
        if let Some(fault) = &record.fault {
            self.errors
                .add(line, None, Violation::rejected(fault.to_string()));
            return;
        }
        let outcome = match cells.outcome.parse() {
            Ok(outcome) if unclear.is_empty() => Some(outcome),
            parsed => {
                // An ambiguous cell was left blank; its own error replaces the error for a blank field.
                let mut errors = parsed.err().unwrap_or_default();
                errors.extend(unclear);
                self.errors.extend(line, errors);
                None
            }
        };
        match parse_id("task_id", &cells.task_id) {
            Ok(Some(task)) => {
                let first = *seen.entry(task).or_insert(line);
                if first == line {
                    self.rows.push(Row {
                        line,
                        task,
                        outcome,
                    });
                } else {
                    let repeated = Violation::Repeated { line: first };
                    self.errors.add(line, Some("task_id"), repeated);
                }
            }
            Ok(None) => self.errors.add(line, Some("task_id"), Violation::Required),
            Err(_) => self.errors.add(line, Some("task_id"), Violation::NotAnId),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(text: &str) -> Lines {
        let bytes = text.as_bytes().to_vec();
        read(&SentFile {
            field: "csv",
            bytes,
        })
        .unwrap()
    }

    /// The names of the errors, in the order of the file.
    fn errors(text: &str) -> Vec<String> {
        let errors = lines(text).errors.in_order().into_iter();
        errors.map(|(_, name, _)| name).collect()
    }

    fn row(line: u64, task: i64, reached: bool, raised_usd_cents: Option<i64>) -> Row {
        Row {
            line,
            task: TaskId(task),
            outcome: Some(ReportedOutcome {
                reached,
                raised_usd_cents,
            }),
        }
    }

    #[test]
    fn outcomes_are_read_in_the_formats_of_spreadsheets() {
        let expected = [row(2, 7, true, Some(1_234_550)), row(3, 8, false, None)];
        for text in [
            "task_id,reached,raised_usd\n7,true,12345.50\n8,false,\n",
            "raised_usd,name,task_id,reached\r\n\"12,345.50\",A lamp,7.0,TRUE\r\n,A chair,8,0\r\n",
            "\u{feff}reached;task_id;raised_usd\r\nИСТИНА;7;12345,5\r\nнет;8;\r\n;;\r\n",
        ] {
            let read = lines(text);
            assert_eq!(read.rows, expected, "{text}");
            assert!(read.errors.in_order().is_empty(), "{text}");
        }
        let utf16: Vec<u8> = "\u{feff}task_id\treached\n7\tyes\n"
            .encode_utf16()
            .flat_map(u16::to_le_bytes)
            .collect();
        let file = SentFile {
            field: "file",
            bytes: utf16,
        };
        assert_eq!(read(&file).unwrap().rows, [row(2, 7, true, None)]);
    }

    #[test]
    fn a_line_without_an_outcome_is_skipped() {
        let read =
            lines("task_id,name,reached,raised_usd\n7,A lamp,,\n8,A chair, ,\n9,A cup,no,\n");
        assert_eq!(read.skipped, 2);
        assert_eq!(read.rows, [row(4, 9, false, None)]);
    }

    #[test]
    fn every_error_names_its_line_and_field() {
        let text = "task_id,reached,raised_usd\nx,perhaps,much\n,true,\n7,,5\n7,true,\n\
                    8,true\n9,\"tr\n10,true,-1\n-3,true,\n";
        assert_eq!(
            errors(text),
            [
                "line 2: raised_usd",
                "line 2: reached",
                "line 2: task_id",
                "line 3: task_id",
                "line 4: reached",
                "line 5: task_id",
                "line 6",
                "line 7",
                "line 8: raised_usd",
                "line 9: task_id",
            ]
        );
        assert_eq!(
            errors("task_id;reached;raised_usd\n7;true;10.000\n"),
            ["line 2: raised_usd"]
        );
    }

    #[test]
    fn a_file_that_is_no_table_of_outcomes_is_refused_as_a_whole() {
        for text in [
            "",
            "reached\ntrue\n",
            "a,b\n1,2\n",
            "task_id,task_id,reached\n",
        ] {
            let bytes = text.as_bytes().to_vec();
            let refused = read(&SentFile {
                field: "csv",
                bytes,
            })
            .unwrap_err();
            let AppError::Invalid(errors) = refused else {
                panic!("{refused}")
            };
            assert_eq!(errors.keys().collect::<Vec<_>>(), ["csv"], "{text}");
        }
    }

    #[test]
    fn the_number_of_lines_is_bounded() {
        let file = |count: usize, value: &str| {
            let rows: Vec<_> = (1..=count).map(|id| format!("{id},{value}\n")).collect();
            SentFile {
                field: "file",
                bytes: format!("task_id,reached\n{}", rows.concat()).into_bytes(),
            }
        };
        assert_eq!(read(&file(LINES_MAX, "yes")).unwrap().rows.len(), LINES_MAX);
        assert!(read(&file(LINES_MAX + 1, "yes")).is_err());
        assert_eq!(read(&file(LINES_MAX + 1, "")).unwrap().skipped, 10_001);
    }
}
