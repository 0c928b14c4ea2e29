//! `pledgecast score`: campaigns in the wire format with their probability and verdict.
//!
//! The output has a line for each line of the input, in its order: the input's columns as they stand, then
//! [`ADDED`]. A line that cannot be scored has them blank, and the report says why. Columns of the input
//! that have these names make way, so that a scored file can be scored again.

use std::io::{Read, Write};
use std::path::Path;

use chrono::NaiveDate;
use csv::StringRecord;

use super::campaign_csv::{CampaignReader, CampaignRecord, CsvError, CsvReport, open_pair};
use super::predictor::{PredictError, Predictor};
use crate::types::{Campaign, Verdict};

/// The columns that scoring adds.
pub const ADDED: [&str; 2] = ["probability", "verdict"];

/// Campaigns that are held in memory and given to the model together.
const BATCH: usize = 4096;

/// Why a file could not be scored to its end.
#[derive(Debug, thiserror::Error)]
pub enum ScoreError {
    /// The file is not one of campaigns, or reading or writing failed.
    #[error(transparent)]
    Csv(#[from] CsvError),
    /// The model failed.
    #[error(transparent)]
    Predict(#[from] PredictError),
}

/// Scores every campaign in `input` and writes the lines to `output`. `today` stands in for a blank
/// `created_at`.
///
/// # Errors
/// Where a file cannot be read or written, the header is not that of campaigns, or the model fails.
pub fn run(
    predictor: &dyn Predictor,
    input: &Path,
    output: &Path,
    today: NaiveDate,
) -> Result<CsvReport, ScoreError> {
    let (source, target) = open_pair(input, output)?;
    score(predictor, source, target, today)
}

/// [`run`] on open streams.
///
/// # Errors
/// As [`run`].
pub fn score(
    predictor: &dyn Predictor,
    source: impl Read,
    target: impl Write,
    today: NaiveDate,
) -> Result<CsvReport, ScoreError> {
    let mut reader = CampaignReader::new(source, today)?;
    let mut writer = LineWriter::new(target, reader.header())?;
    let mut report = CsvReport::default();
    loop {
        let batch = reader
            .by_ref()
            .take(BATCH)
            .collect::<Result<Vec<_>, CsvError>>()?;
        if batch.is_empty() {
            writer.writer.flush().map_err(CsvError::from)?;
            return Ok(report);
        }
        score_batch(predictor, batch, &mut writer, &mut report)?;
    }
}

fn score_batch<W: Write>(
    predictor: &dyn Predictor,
    batch: Vec<CampaignRecord>,
    writer: &mut LineWriter<W>,
    report: &mut CsvReport,
) -> Result<(), ScoreError> {
    let mut campaigns: Vec<Campaign> = Vec::with_capacity(batch.len());
    let mut lines = Vec::with_capacity(batch.len());
    for record in batch {
        let outcome = record.campaign.map(|campaign| campaigns.push(campaign));
        lines.push((record.line, record.values, outcome));
    }
    let mut predictions = predictor.predict(&campaigns)?.into_iter();
    for (line, values, outcome) in lines {
        let prediction = outcome.is_ok().then(|| predictions.next()).flatten();
        let probability = prediction.map(|it| it.probability);
        writer.write(&values, probability).map_err(CsvError::from)?;
        report.add(line, outcome);
    }
    Ok(())
}

/// Writes lines of the input's width, whatever the width of the line they come from.
struct LineWriter<W: Write> {
    writer: csv::Writer<W>,
    kept: Vec<usize>,
}

impl<W: Write> LineWriter<W> {
    fn new(target: W, header: &StringRecord) -> Result<Self, CsvError> {
        let kept: Vec<usize> = header
            .iter()
            .enumerate()
            .filter(|(_, name)| !ADDED.contains(&name.trim()))
            .map(|(column, _)| column)
            .collect();
        let mut writer = csv::Writer::from_writer(target);
        let names = kept.iter().map(|column| &header[*column]);
        writer.write_record(names.chain(ADDED))?;
        Ok(Self { writer, kept })
    }

    fn write(&mut self, values: &StringRecord, probability: Option<f64>) -> csv::Result<()> {
        for column in &self.kept {
            self.writer.write_field(values.get(*column).unwrap_or(""))?;
        }
        match probability {
            Some(probability) => {
                self.writer.write_field(format!("{probability:.8}"))?;
                let verdict = Verdict::of_probability(probability);
                self.writer.write_field(verdict.as_str())?;
            }
            None => {
                for _ in ADDED {
                    self.writer.write_field("")?;
                }
            }
        }
        self.writer.write_record(None::<&[u8]>)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::inference::test_support::{sample, today, wire_csv};
    use crate::inference::{OnnxPredictor, SHIPPED_MODEL};

    /// The lines of the output, header first, and the report.
    fn scored(input: &[u8]) -> (Vec<StringRecord>, CsvReport) {
        let predictor = OnnxPredictor::load(SHIPPED_MODEL).unwrap();
        let mut output = Vec::new();
        let report = score(&predictor, input, &mut output, today()).unwrap();
        let reader = csv::ReaderBuilder::new()
            .has_headers(false)
            .from_reader(output.as_slice())
            .into_records();
        (reader.map(Result::unwrap).collect(), report)
    }

    fn column<'a>(lines: &'a [StringRecord], name: &str) -> Vec<&'a str> {
        let at = lines[0].iter().position(|it| it == name).unwrap();
        lines[1..].iter().map(|line| &line[at]).collect()
    }

    #[test]
    fn a_file_keeps_its_columns_and_gains_the_scores_of_single_campaigns() {
        let mut other = sample();
        other.usd_goal = 900_000.0;
        other.staff_pick = false;
        let campaigns = [sample(), other];
        let input = wire_csv(&campaigns);
        let (lines, report) = scored(input.as_bytes());
        assert_eq!((report.done, report.failed.len()), (2, 0));
        for (line, before) in lines.iter().zip(input.lines()) {
            let kept: Vec<&str> = line.iter().take(21).collect();
            assert_eq!(kept.join(","), before);
        }
        let predictor = OnnxPredictor::load(SHIPPED_MODEL).unwrap();
        for (text, campaign) in column(&lines, "probability").iter().zip(&campaigns) {
            let alone = predictor.predict(std::slice::from_ref(campaign)).unwrap()[0].probability;
            assert!((text.parse::<f64>().unwrap() - alone).abs() < 1e-6);
        }
        assert_eq!(column(&lines, "verdict")[0], "likely");
        assert_ne!(column(&lines, "verdict")[1], "likely");
    }

    #[test]
    fn shuffled_and_unknown_columns_change_no_score() {
        let straight = "analytics_name,launched_at,deadline,country,currency,usd_goal,name,created_at\n\
                        Jazz,2025-01-10,2025-02-01,DE,EUR,500,A name,2025-01-01\n";
        let shuffled = "note,deadline,created_at,name,usd_goal,currency,country,launched_at,analytics_name,region\n\
                        \"a, b\",2025-02-01T10:00:00Z,2025-01-01,A name,500,EUR,DE,2025-01-10T00:00:00+00:00,Jazz,\n";
        let (one, two) = (scored(straight.as_bytes()), scored(shuffled.as_bytes()));
        assert_eq!(one.1, two.1);
        assert_eq!(column(&one.0, "probability"), column(&two.0, "probability"));
        assert_eq!(column(&two.0, "note"), ["a, b"]);
    }

    #[test]
    fn a_bad_line_stays_without_a_score_and_the_others_have_theirs() {
        let mut bad = sample();
        bad.usd_goal = -1.0;
        let mut input = wire_csv(&[sample(), bad, sample()]).into_bytes();
        input.extend_from_slice(b"US,USD\n\xff,\xfe\n");
        input.extend_from_slice(wire_csv(&[sample()]).lines().nth(1).unwrap().as_bytes());
        let (lines, report) = scored(&input);
        let blank: Vec<bool> = column(&lines, "probability")
            .iter()
            .map(|it| it.is_empty())
            .collect();
        assert_eq!(blank, [false, true, false, true, true, false]);
        assert_eq!(column(&lines, "verdict")[1], "");
        assert_eq!(column(&lines, "currency")[3], "USD");
        let failed: Vec<u64> = report.failed.iter().map(|(line, _)| *line).collect();
        assert_eq!((report.done, failed), (3, vec![3, 5, 6]));
    }

    #[test]
    fn a_scored_file_scores_again_to_the_very_same() {
        let (first, _) = scored(wire_csv(&[sample(), sample()]).as_bytes());
        let mut writer = csv::Writer::from_writer(Vec::new());
        for line in &first {
            writer.write_record(line).unwrap();
        }
        assert_eq!(scored(&writer.into_inner().unwrap()).0, first);
    }

    #[test]
    fn more_campaigns_than_fit_a_batch_are_all_scored_in_order() {
        let campaigns: Vec<Campaign> = (0..BATCH + 10)
            .map(|at| Campaign {
                usd_goal: if at % 2 == 0 { 100.0 } else { 1e6 },
                ..sample()
            })
            .collect();
        let (lines, report) = scored(wire_csv(&campaigns).as_bytes());
        assert_eq!(report.done, campaigns.len() as u64);
        let probabilities: Vec<f64> = column(&lines, "probability")
            .iter()
            .map(|text| text.parse().unwrap())
            .collect();
        for pair in probabilities.chunks(2) {
            for (one, other) in pair.iter().zip(&probabilities) {
                assert!((one - other).abs() < 1e-6, "{one} and {other}");
            }
        }
        assert!(probabilities[0] > probabilities[1] + 0.05);
    }

    #[test]
    fn a_file_is_never_overwritten_by_its_own_scores() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("campaigns.csv");
        let text = wire_csv(&[sample()]);
        std::fs::write(&path, &text).unwrap();
        let again = folder.path().join(".").join("campaigns.csv");
        let predictor = OnnxPredictor::load(SHIPPED_MODEL).unwrap();
        let error = run(&predictor, &path, &again, today()).unwrap_err();
        assert!(error.to_string().contains("same file"), "{error}");
        assert_eq!(std::fs::read_to_string(&path).unwrap(), text);
    }

    #[test]
    fn a_file_that_cannot_be_opened_or_made_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let input = folder.path().join("campaigns.csv");
        let output = folder.path().join("missing").join("scores.csv");
        let predictor = OnnxPredictor::load(SHIPPED_MODEL).unwrap();
        let error = run(&predictor, &input, &output, today()).unwrap_err();
        assert!(error.to_string().contains("campaigns.csv: "), "{error}");
        std::fs::write(&input, wire_csv(&[sample()])).unwrap();
        let error = run(&predictor, &input, &output, today()).unwrap_err();
        assert!(error.to_string().contains("scores.csv: "), "{error}");
    }
}
