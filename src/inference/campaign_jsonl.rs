//! Reads campaigns from JSON Lines: one JSON object per line, with the fields of a campaign by their wire names.
//!
//! Fields may be in any order. A missing field and null count as blank, and other fields are ignored. Values may be
//! written as in a CSV file, for example days as Unix times, because programs export them so.

use std::io::{BufRead as _, BufReader, Read};

use chrono::NaiveDate;
use csv::StringRecord;
use serde_json::{Map, Value};

use super::campaign_csv::{CampaignRecord, Rules, check_cells};
use super::csv_dialect::{self, Decoded};
use super::csv_errors::{CsvError, RecordError, RecordWarning};
use crate::types::{Campaign, CampaignInput};

/// Maximum size of a line. The texts of a campaign are far shorter.
const LINE_MAX_BYTES: usize = 64 * 1024;

/// Reads a file line by line.
pub(super) struct JsonLinesReader<R> {
    source: BufReader<Decoded<R>>,
    rules: Rules,
    today: NaiveDate,
    /// The line that was read last.
    line: u64,
    number: u64,
}

impl<R: Read> JsonLinesReader<R> {
    /// Begins at the first line. `today` replaces a blank `created_at`.
    ///
    /// # Errors
    /// If the file cannot be read, or is not text in a known encoding.
    pub(super) fn new(source: R, today: NaiveDate, rules: Rules) -> Result<Self, CsvError> {
        let (source, _) = csv_dialect::decode(source)?;
        Ok(Self {
            source: BufReader::new(source),
            rules,
            today,
            line: 0,
            number: 0,
        })
    }

    /// The next line without its ending; `None` at the end of the file. A longer line than allowed is skipped.
    fn next_line(&mut self) -> Result<Option<Result<Vec<u8>, RecordError>>, CsvError> {
        let mut line = Vec::new();
        let limit = LINE_MAX_BYTES as u64 + 1;
        let read = (&mut self.source)
            .take(limit)
            .read_until(b'\n', &mut line)?;
        if read == 0 {
            return Ok(None);
        }
        self.line += 1;
        if line.len() > LINE_MAX_BYTES && !line.ends_with(b"\n") {
            self.source.skip_until(b'\n')?;
            let max_bytes = LINE_MAX_BYTES;
            return Ok(Some(Err(RecordError::TooLong { max_bytes })));
        }
        Ok(Some(Ok(line)))
    }

    fn check(
        &self,
        line: Result<Vec<u8>, RecordError>,
    ) -> Result<(Campaign, Vec<RecordWarning>), RecordError> {
        let line = line?;
        let text = std::str::from_utf8(&line).map_err(|_| RecordError::NotText)?;
        let object: Map<String, Value> = serde_json::from_str(text)
            .map_err(|error| RecordError::NotAnObject(error.to_string()))?;
        read_object(&object, self.today, self.rules)
    }
}

/// Reads a campaign from a JSON object, as from a line of a file. `today` replaces a blank `created_at`.
///
/// # Errors
/// If a field has several values, or if fields break rules.
pub fn read_object(
    object: &Map<String, Value>,
    today: NaiveDate,
    rules: Rules,
) -> Result<(Campaign, Vec<RecordWarning>), RecordError> {
    let fields = fields_of(object)?;
    let cells = fields.iter().map(|(name, text)| (*name, text.as_str()));
    check_cells(cells, true, today, rules)
}

/// The known fields of an object, as text.
fn fields_of(object: &Map<String, Value>) -> Result<Vec<(&'static str, String)>, RecordError> {
    let mut fields = Vec::new();
    for name in CampaignInput::FIELDS {
        let text = match object.get(name) {
            None | Some(Value::Null) => continue,
            Some(Value::String(text)) => text.clone(),
            Some(value @ (Value::Bool(_) | Value::Number(_))) => value.to_string(),
            Some(Value::Array(_) | Value::Object(_)) => {
                let reason = format!("{name} has several values");
                return Err(RecordError::NotAnObject(reason));
            }
        };
        fields.push((name, text));
    }
    Ok(fields)
}

impl<R: Read> Iterator for JsonLinesReader<R> {
    type Item = Result<CampaignRecord, CsvError>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            let line = match self.next_line().transpose()? {
                Ok(line) => line,
                Err(error) => return Some(Err(error)),
            };
            if line.as_ref().is_ok_and(|it| it.trim_ascii().is_empty()) {
                continue;
            }
            self.number += 1;
            let (campaign, warnings) = match self.check(line) {
                Ok((campaign, warnings)) => (Ok(campaign), warnings),
                Err(error) => (Err(error), Vec::new()),
            };
            return Some(Ok(CampaignRecord {
                line: self.line,
                number: self.number,
                values: StringRecord::new(),
                campaign,
                warnings,
            }));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::inference::test_support::{sample, today};

    fn read(text: &[u8]) -> Vec<(u64, Result<Campaign, RecordError>)> {
        let reader = JsonLinesReader::new(text, today(), Rules::Plan).unwrap();
        let records = reader.map(Result::unwrap);
        records.map(|it| (it.line, it.campaign)).collect()
    }

    fn line_of(changes: &[(&str, Value)]) -> String {
        let mut object = serde_json::to_value(sample()).unwrap();
        for (name, value) in changes {
            object[*name] = value.clone();
        }
        object.to_string()
    }

    #[test]
    fn a_stored_campaign_is_read_back() {
        let text = format!("{}\r\n\n  \n{}", line_of(&[]), line_of(&[]));
        let expected = [(1, Ok(sample())), (4, Ok(sample()))];
        assert_eq!(read(text.as_bytes()), expected);
        let marked = format!("\u{feff}{}", line_of(&[]));
        assert_eq!(read(marked.as_bytes()), [(1, Ok(sample()))]);
        let utf16: Vec<u8> = marked.encode_utf16().flat_map(u16::to_le_bytes).collect();
        assert_eq!(read(&utf16), [(1, Ok(sample()))]);
    }

    #[test]
    fn values_are_read_as_programs_export_them() {
        let text = line_of(&[
            ("launched_at", 1_706_572_800_i64.into()),
            ("created_at", "2024-01-15 00:00:00".into()),
            ("deadline", 1_708_387_200_000_i64.into()),
            ("has_video", 1.0.into()),
            ("ppohasaction", "False".into()),
            ("blurb", Value::Null),
            ("unknown_field", serde_json::json!({ "a": [1] })),
        ]);
        let mut expected = sample();
        expected.blurb = String::new();
        assert_eq!(read(text.as_bytes()), [(1, Ok(expected))]);
    }

    #[test]
    fn a_bad_line_has_errors_and_the_others_are_read() {
        let long = format!("{{\"name\": \"{}\"}}", "x".repeat(LINE_MAX_BYTES));
        let lines = [
            "{\"usd_goal\": 1".to_owned(),
            "[1]".to_owned(),
            line_of(&[("name", serde_json::json!(["a"]))]),
            long,
            line_of(&[("usd_goal", (-1).into())]),
            line_of(&[]),
        ];
        let mut text = lines.join("\n").into_bytes();
        text.extend_from_slice(b"\n\xff\xfe\n");
        let read = read(&text);
        let errors: Vec<_> = read.iter().map(|(_, it)| it.as_ref().err()).collect();
        assert!(matches!(errors[0], Some(RecordError::NotAnObject(_))));
        assert!(matches!(errors[1], Some(RecordError::NotAnObject(_))));
        assert!(matches!(errors[2], Some(RecordError::NotAnObject(_))));
        assert!(matches!(errors[3], Some(RecordError::TooLong { .. })));
        let Some(RecordError::Rules(fields)) = errors[4] else {
            panic!("{errors:?}")
        };
        assert_eq!(fields.keys().collect::<Vec<_>>(), ["usd_goal"]);
        assert_eq!(errors[5], None);
        assert_eq!(errors[6], Some(&RecordError::NotText));
        let lines: Vec<_> = read.iter().map(|(line, _)| *line).collect();
        assert_eq!(lines, [1, 2, 3, 4, 5, 6, 7]);
    }
}
