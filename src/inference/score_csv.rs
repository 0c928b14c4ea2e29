//! `pledgecast score`: adds probability, verdict and amounts to campaigns in the wire format.
//!
//! The output has one line for each input line that is not blank, in the same order: the unchanged columns of the
//! input, then [`ADDED`]. If a line cannot be scored, the added columns are blank, and the observer receives the
//! reason. Input columns with the names of added columns are dropped, so that a scored file can be scored again. The
//! output has the input's separator, line endings and byte order mark, but is always UTF-8.

use std::io::{Read, Write};
use std::path::Path;

use chrono::NaiveDate;
use csv::StringRecord;

use super::campaign_csv::{CampaignReader, CampaignRecord, Rules};
use super::csv_dialect::Dialect;
use super::csv_errors::{CsvError, CsvReport, Observer};
use super::csv_output::OutputFile;
use super::insight::{Assessment, assess};
use super::predictor::Predictor;
use crate::types::{AmountRange, Campaign};

/// The columns that scoring adds. Money is in US dollars, and like the backers given that the goal is reached: the 10th,
/// 50th and 90th percentile. These four are blank for a category whose amounts the model does not know.
pub const ADDED: [&str; 6] = [
    "probability",
    "verdict",
    "raised_low",
    "raised_mid",
    "raised_high",
    "backers_mid",
];

/// Campaigns that are held in memory and scored together.
const BATCH: usize = 4096;
const BYTE_ORDER_MARK: &str = "\u{feff}";

/// Scores every campaign in `input` and writes the lines to `output`, which is replaced once all are written. `today`
/// replaces a blank `created_at`.
///
/// # Errors
/// If a file cannot be read or written, the header is not that of campaigns, or the model fails.
pub fn run(
    predictor: &dyn Predictor,
    (input, output): (&Path, &Path),
    today: NaiveDate,
    observer: &mut dyn Observer,
) -> anyhow::Result<CsvReport> {
    let (source, mut target) = OutputFile::open_pair(input, output)?;
    let report = score(predictor, source, &mut target, today, observer)?;
    target.finish()?;
    Ok(report)
}

fn score(
    predictor: &dyn Predictor,
    source: impl Read,
    target: impl Write,
    today: NaiveDate,
    observer: &mut dyn Observer,
) -> anyhow::Result<CsvReport> {
    let mut reader = CampaignReader::new(source, today, Rules::Past)?;
    let mut writer = LineWriter::new(target, reader.header(), reader.dialect())?;
    let mut report = CsvReport::default();
    loop {
        let batch = reader
            .by_ref()
            .take(BATCH)
            .collect::<Result<Vec<_>, CsvError>>()?;
        if batch.is_empty() {
            writer.writer.flush()?;
            return Ok(report);
        }
        if observer.is_stopped() {
            return Err(CsvError::Stopped.into());
        }
        for record in &batch {
            let error = record.campaign.as_ref().err();
            report.add(observer, record.line, error, &record.warnings);
        }
        score_batch(predictor, batch, &mut writer)?;
    }
}

fn score_batch<W: Write>(
    predictor: &dyn Predictor,
    batch: Vec<CampaignRecord>,
    writer: &mut LineWriter<W>,
) -> anyhow::Result<()> {
    let mut campaigns: Vec<Campaign> = Vec::with_capacity(batch.len());
    let mut lines = Vec::with_capacity(batch.len());
    for record in batch {
        let is_campaign = record.campaign.map(|it| campaigns.push(it)).is_ok();
        lines.push((record.values, is_campaign));
    }
    let mut assessments = assess(predictor, &campaigns)?.into_iter();
    for (values, is_campaign) in lines {
        let assessment = is_campaign.then(|| assessments.next()).flatten();
        writer.write(&values, assessment.map(cells).unwrap_or_default())?;
    }
    Ok(())
}

/// The cells of [`ADDED`].
fn cells(assessment: Assessment) -> [String; ADDED.len()] {
    let prediction = assessment.prediction;
    let amounts = assessment.context.amounts.map(|amounts| {
        let AmountRange { low, mid, high } = amounts.raised_usd;
        let [low, mid, high] = [low, mid, high].map(|usd| format!("{usd:.2}"));
        [low, mid, high, format!("{:.0}", amounts.backers.mid)]
    });
    let [low, mid, high, backers] = amounts.unwrap_or_default();
    [
        format!("{:.8}", prediction.probability),
        prediction.verdict().to_string(),
        low,
        mid,
        high,
        backers,
    ]
}

/// Writes lines with the columns of the header, even if the input line has more or fewer.
struct LineWriter<W: Write> {
    writer: csv::Writer<W>,
    kept: Vec<usize>,
}

impl<W: Write> LineWriter<W> {
    fn new(mut target: W, header: &StringRecord, dialect: Dialect) -> Result<Self, CsvError> {
        let kept: Vec<usize> = header
            .iter()
            .enumerate()
            .filter(|(_, name)| !ADDED.contains(&name.trim()))
            .map(|(column, _)| column)
            .collect();
        if dialect.has_mark {
            target.write_all(BYTE_ORDER_MARK.as_bytes())?;
        }
        let mut writer = csv::WriterBuilder::new()
            .delimiter(dialect.delimiter)
            .terminator(dialect.terminator())
            .from_writer(target);
        let names = kept.iter().map(|column| &header[*column]);
        writer.write_record(names.chain(ADDED))?;
        Ok(Self { writer, kept })
    }

    fn write(&mut self, values: &StringRecord, added: [String; ADDED.len()]) -> csv::Result<()> {
        let kept = self.kept.iter();
        let kept = kept.map(|column| values.get(*column).unwrap_or(""));
        let line = kept.chain(added.iter().map(String::as_str));
        self.writer.write_record(line)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::inference::insight::test_support::{probability_of, shipped_model};
    use crate::inference::test_support::{Notes, sample, today, wire_csv, wire_with};
    use crate::types::CampaignInput;

    /// The output and the messages.
    fn scored_bytes(input: &[u8]) -> (Vec<u8>, Notes) {
        let (mut output, mut notes) = (Vec::new(), Notes::default());
        let report = score(shipped_model(), input, &mut output, today(), &mut notes).unwrap();
        assert_eq!(report.left_out, notes.left_out.len() as u64);
        notes.done = report.done;
        (output, notes)
    }

    /// The lines of the output, including the header, and the messages.
    fn scored(input: &[u8]) -> (Vec<StringRecord>, Notes) {
        let (output, report) = scored_bytes(input);
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
    fn a_file_keeps_its_columns_and_gets_the_scores_of_single_campaigns() {
        let mut other = sample();
        other.usd_goal = 900_000.0;
        other.staff_pick = Some(false);
        let campaigns = [sample(), other];
        let input = wire_csv(&campaigns);
        let (lines, report) = scored(input.as_bytes());
        assert_eq!((report.done, report.left_out.len()), (2, 0));
        for (line, before) in lines.iter().zip(input.lines()) {
            let kept: Vec<&str> = line.iter().take(CampaignInput::FIELDS.len()).collect();
            assert_eq!(kept.join(","), before);
        }
        for (text, campaign) in column(&lines, "probability").iter().zip(&campaigns) {
            let alone = probability_of(campaign);
            assert!((text.parse::<f64>().unwrap() - alone).abs() < 1e-6);
        }
        let amounts = ["raised_low", "raised_mid", "raised_high"].map(|name| {
            let text = column(&lines, name)[0];
            text.parse::<f64>().unwrap()
        });
        assert!(campaigns[0].usd_goal <= amounts[0], "{amounts:?}");
        assert!(amounts.is_sorted(), "{amounts:?}");
        assert!(column(&lines, "backers_mid")[0].parse::<u32>().unwrap() > 0);
        assert_eq!(column(&lines, "verdict")[0], "likely");
        assert_ne!(column(&lines, "verdict")[1], "likely");
    }

    #[test]
    fn shuffled_and_unknown_columns_do_not_change_scores() {
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
    fn a_bad_line_gets_no_score_and_the_others_do() {
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
        assert_eq!((report.done, report.left_out), (3, vec![3, 5, 6]));
    }

    #[test]
    fn scoring_a_scored_file_changes_nothing() {
        let (first, _) = scored(wire_csv(&[sample(), sample()]).as_bytes());
        let mut writer = csv::Writer::from_writer(Vec::new());
        for line in &first {
            writer.write_record(line).unwrap();
        }
        assert_eq!(scored(&writer.into_inner().unwrap()).0, first);
    }

    #[test]
    fn several_batches_are_scored_in_order() {
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
    fn a_failure_leaves_an_existing_output_unchanged() {
        let folder = tempfile::tempdir().unwrap();
        let (input, output) = (folder.path().join("in.csv"), folder.path().join("out.csv"));
        std::fs::write(&output, "before").unwrap();
        let mut notes = Notes::default();
        let good = wire_csv(&[sample()]);
        let quotes = good.clone() + &"a\"b,\"c\n".repeat(3000);
        for text in ["country,currency,name\nUS,USD,x\n", &quotes] {
            std::fs::write(&input, text).unwrap();
            run(shipped_model(), (&input, &output), today(), &mut notes).unwrap_err();
            assert_eq!(std::fs::read_to_string(&output).unwrap(), "before");
        }
        std::fs::write(&input, &good).unwrap();
        notes.is_stopped = true;
        let stopped = run(shipped_model(), (&input, &output), today(), &mut notes).unwrap_err();
        assert!(matches!(stopped.downcast_ref(), Some(CsvError::Stopped)));
        assert_eq!(std::fs::read_to_string(&output).unwrap(), "before");
        notes.is_stopped = false;
        run(shipped_model(), (&input, &output), today(), &mut notes).unwrap();
        let text = std::fs::read_to_string(&output).unwrap();
        assert!(text.contains(",likely,"), "{text}");
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 2);
    }

    #[test]
    fn an_unclosed_quote_skips_only_its_own_line() {
        let mut lines: Vec<String> = wire_csv(&vec![sample(); 102])
            .lines()
            .map(ToOwned::to_owned)
            .collect();
        lines[2] = lines[2].replace("BIG", "\"BIG");
        for end in ["\n", "\r\n"] {
            let (output, report) = scored(lines.join(end).as_bytes());
            assert_eq!((report.done, &report.left_out), (101, &vec![3]), "{end:?}");
            assert_eq!(output.len(), 103);
        }
    }

    #[test]
    fn the_format_of_a_spreadsheet_file_is_kept() {
        let header = "usd_goal;analytics_name;country;currency;created_at;launched_at;deadline;name;has_video;заметка";
        let row = "10000,50;Hardware;US;USD;01.03.2025;03.03.2025 10:00:00;02.04.2025;Лампа, большая;ИСТИНА;\"а;б\"";
        let blank = ";;;;;;;;;";
        let text = [header, row, blank, ""].join("\r\n");
        let marked = format!("\u{feff}{text}");
        let utf16: Vec<u8> = marked.encode_utf16().flat_map(u16::to_le_bytes).collect();
        let plain = "usd_goal,analytics_name,country,currency,created_at,launched_at,deadline,name,has_video\n\
                     10000.5,Hardware,US,USD,2025-03-01,2025-03-03,2025-04-02,\"Лампа, большая\",true\n";
        let (expected, _) = scored(plain.as_bytes());
        let added: Vec<&str> = expected[1].iter().skip(9).collect();
        let (names, added) = (ADDED.join(";"), added.join(";"));
        let written = format!("{header};{names}\r\n{row};{added}\r\n");
        for (input, output) in [
            (text.as_bytes(), written.clone()),
            (marked.as_bytes(), format!("\u{feff}{written}")),
            (&utf16, format!("\u{feff}{written}")),
        ] {
            let (bytes, report) = scored_bytes(input);
            assert_eq!(String::from_utf8(bytes).unwrap(), output);
            assert_eq!((report.done, report.left_out.len()), (1, 0));
        }
    }

    #[test]
    fn a_past_campaign_is_scored_with_a_warning() {
        let text = wire_with(&[("country", "N,0\""), ("deadline", "2024-04-30")]);
        let (lines, report) = scored(text.as_bytes());
        assert_eq!((report.done, report.left_out.len()), (1, 0));
        assert_eq!(report.warnings.len(), 2, "{:?}", report.warnings);
        assert!(report.warnings.iter().all(|(line, _)| *line == 2));
        assert_eq!(
            column(&lines, "country"),
            ["N,0\""],
            "the columns stay as they are"
        );
        assert!(!column(&lines, "probability")[0].is_empty());
    }
}
