//! `pledgecast features`: converts campaigns in the wire format to the features that training uses.
//!
//! The output has one line per valid campaign: `row` (its number in the input, from 1), then [`NUMBER_FEATURES`] and [`LABEL_FEATURES`]. Numbers
//! are written so that they read back as the identical `f32`.

use std::io::{Read, Write};
use std::path::Path;

use chrono::NaiveDate;

use super::campaign_csv::{CampaignReader, Rules};
use super::csv_errors::{CsvError, CsvReport, Observer};
use super::csv_output::OutputFile;
use super::features::{Features, LABEL_FEATURES, NUMBER_FEATURES};

/// Writes the features of every campaign in `input` to `output`, which is replaced once all are written. `today`
/// replaces a blank `created_at`.
///
/// # Errors
/// If a file cannot be read or written, or the header is not that of campaigns.
pub fn run(
    (input, output): (&Path, &Path),
    today: NaiveDate,
    observer: &mut dyn Observer,
) -> Result<CsvReport, CsvError> {
    let (source, mut target) = OutputFile::open_pair(input, output)?;
    let report = convert(source, &mut target, today, observer)?;
    target.finish()?;
    Ok(report)
}

fn convert(
    source: impl Read,
    target: impl Write,
    today: NaiveDate,
    observer: &mut dyn Observer,
) -> Result<CsvReport, CsvError> {
    let reader = CampaignReader::new(source, today, Rules::Plan)?;
    let mut writer = csv::Writer::from_writer(target);
    writer.write_record(
        std::iter::once("row")
            .chain(NUMBER_FEATURES)
            .chain(LABEL_FEATURES),
    )?;
    let mut report = CsvReport::default();
    for record in reader {
        let record = record?;
        if observer.is_stopped() {
            return Err(CsvError::Stopped);
        }
        if let Ok(campaign) = &record.campaign {
            let features = Features::of(campaign);
            let numbers = features.numbers.iter().map(ToString::to_string);
            let labels = features.labels.iter().map(ToString::to_string);
            let row = std::iter::once(record.number.to_string());
            writer.write_record(row.chain(numbers).chain(labels))?;
        }
        let error = record.campaign.as_ref().err();
        report.add(observer, record.line, error, &record.warnings);
    }
    writer.flush()?;
    Ok(report)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::inference::test_support::{Notes, sample, today, wire_csv};

    #[test]
    fn each_campaign_becomes_a_line_of_its_features() {
        let mut output = Vec::new();
        let text = wire_csv(&[sample(), sample()]);
        let mut notes = Notes::default();
        let report = convert(text.as_bytes(), &mut output, today(), &mut notes).unwrap();
        assert_eq!((report.done, report.left_out), (2, 0));
        let mut reader = csv::Reader::from_reader(output.as_slice());
        let lines: Vec<_> = reader.records().map(Result::unwrap).collect();
        assert_eq!(lines.len(), 2);
        let features = NUMBER_FEATURES.len() + LABEL_FEATURES.len();
        assert_eq!(lines[1].len(), features + 1);
        assert_eq!(&lines[1][0], "2");
        let sample = sample();
        let features = Features::of(&sample);
        for (text, number) in lines[1].iter().skip(1).zip(features.numbers) {
            assert_eq!(text.parse::<f32>().unwrap().to_bits(), number.to_bits());
        }
    }

    #[test]
    fn invalid_campaigns_are_skipped_and_reported_by_line() {
        let mut bad = sample();
        bad.usd_goal = 0.0;
        let mut output = Vec::new();
        let text = wire_csv(&[sample(), bad, sample()]);
        let mut notes = Notes::default();
        let report = convert(text.as_bytes(), &mut output, today(), &mut notes).unwrap();
        assert_eq!((report.done, report.left_out), (2, 1));
        assert_eq!(notes.left_out, [3]);
        let text = String::from_utf8(output).unwrap();
        assert!(
            text.lines().nth(2).unwrap().starts_with("3,"),
            "rows keep their numbers"
        );
    }
}
