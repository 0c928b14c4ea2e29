//! Reads an uploaded file of campaigns and collects its errors by line and field.

use chrono::NaiveDate;

use crate::inference::{CampaignFile, RecordError, Rules};
use crate::services::line_errors::LineErrors;
use crate::services::sent_file::SentFile;
use crate::types::{AppError, BATCH_LINES_MAX, Campaign, Violation, is_invisible};

/// Longest name of a file that is kept, in characters.
const FILE_NAME_MAX_CHARS: usize = 200;

/// The campaigns of a file with their lines, as an editor shows them. They satisfy the rules of single predictions.
///
/// # Errors
/// 422 naming the argument if the file as a whole cannot be used, has no campaign or too many; otherwise naming every line
/// and field that is wrong.
pub(super) fn read(file: &SentFile, today: NaiveDate) -> Result<Vec<(i64, Campaign)>, AppError> {
    let records = CampaignFile::open(&file.bytes, today, Rules::Plan);
    let records = records.map_err(|error| file.unusable(error))?;
    let mut campaigns = Vec::new();
    let mut errors = LineErrors::default();
    for (index, record) in records.enumerate() {
        let record = record.map_err(|error| file.unusable(error))?;
        if index >= BATCH_LINES_MAX as usize {
            let reason = format!("it has more than {BATCH_LINES_MAX} campaigns; split it");
            return Err(file.unusable(reason));
        }
        match record.campaign {
            Ok(campaign) => {
                let line = i64::try_from(record.line).map_err(|_| AppError::Internal)?;
                campaigns.push((line, campaign));
            }
            Err(RecordError::Rules(fields)) => errors.extend(record.line, fields),
            Err(fault) => {
                let violation = Violation::rejected(fault.to_string());
                errors.add(record.line, None, violation);
            }
        }
    }
    errors.finish(file.field)?;
    if campaigns.is_empty() {
        return Err(file.unusable("it has no campaigns"));
    }
    Ok(campaigns)
}

/// The name of a file as pages show it: without folders, and without characters that cannot be seen.
pub(super) fn clean_name(name: &str) -> Option<String> {
    let name = name.rsplit(['/', '\\']).next().unwrap_or_default();
    let visible = name.chars().filter(|it| *it == ' ' || !is_invisible(*it));
    let name: String = visible.take(FILE_NAME_MAX_CHARS).collect();
    let name = name.trim();
    (!name.is_empty()).then(|| name.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::types::FieldErrors;

    const HEADER: &str = "name;usd_goal;country;currency;launched_at;deadline;analytics_name";

    fn today() -> NaiveDate {
        NaiveDate::from_ymd_opt(2026, 3, 1).unwrap()
    }

    fn read_text(text: &str) -> Result<Vec<(i64, Campaign)>, AppError> {
        let file = SentFile {
            field: "file",
            bytes: text.as_bytes().to_vec(),
        };
        read(&file, today())
    }

    fn errors(text: &str) -> FieldErrors {
        match read_text(text) {
            Err(AppError::Invalid(errors)) => errors,
            other => panic!("{other:?}"),
        }
    }

    fn lines(count: u32) -> String {
        let line = "Lamp;1000;US;USD;2026-04-01;2026-05-01;Hardware\r\n";
        format!("{HEADER}\r\n{}", line.repeat(count as usize))
    }

    #[test]
    fn a_spreadsheet_is_read_with_the_lines_of_an_editor() {
        let text = format!(
            "\u{feff}{HEADER}\r\nLamp;1000,50;US;USD;01.04.2026;30.04.2026;Hardware\r\n;;;;;;\r\n\
             \"Big\r\nchair\";7000;DE;EUR;2026-04-01 00:00:00;1777507200;Hardware\r\n\
             Cup;5;US;USD;2026-04-01;2026-05-01;Hardware\r\n;;;;;;\r\n"
        );
        let campaigns = read_text(&text).unwrap();
        let found: Vec<_> = campaigns
            .iter()
            .map(|(line, it)| (*line, it.name.as_str(), it.usd_goal))
            .collect();
        let expected = [
            (2, "Lamp", 1000.5),
            (4, "Big\r\nchair", 7000.0),
            (6, "Cup", 5.0),
        ];
        assert_eq!(found, expected);
    }

    #[test]
    fn every_error_names_its_line_and_field() {
        let text = format!(
            "{HEADER}\nLamp;-1;US;USD;2026-04-01;2026-05-01;Hardware\nLamp;1;XX;USD;2026-04-01;2026-09-01;Hardware\n\
             \"Lamp;1\nLamp;10.000;US;USD;2026-04-01;2026-05-01;Hardware\n"
        );
        let errors = errors(&text);
        let names: Vec<_> = errors.keys().map(String::as_str).collect();
        let expected = [
            "line 2: usd_goal",
            "line 3: country",
            "line 3: deadline",
            "line 4",
            "line 5: usd_goal",
        ];
        assert_eq!(names, expected);
    }

    #[test]
    fn the_number_of_campaigns_is_bounded() {
        let most = read_text(&lines(BATCH_LINES_MAX)).unwrap();
        assert_eq!(most.len(), BATCH_LINES_MAX as usize);
        let more = errors(&lines(BATCH_LINES_MAX + 1));
        assert_eq!(more.keys().collect::<Vec<_>>(), ["file"]);
        for none in ["", "name,usd_goal\n", &lines(0)] {
            assert_eq!(errors(none).keys().collect::<Vec<_>>(), ["file"], "{none}");
        }
    }

    #[test]
    fn a_name_has_no_folders_and_is_visible() {
        for (name, shown) in [
            ("plans.csv", Some("plans.csv")),
            ("C:\\files\\plans.csv", Some("plans.csv")),
            ("../ \u{202e}a\u{200b}\n.csv", Some("a.csv")),
            (" ", None),
            ("a/", None),
        ] {
            assert_eq!(clean_name(name).as_deref(), shown, "{name:?}");
        }
        assert_eq!(clean_name(&"é".repeat(500)).unwrap().chars().count(), 200);
    }
}
