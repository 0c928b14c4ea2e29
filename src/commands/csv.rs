//! `pledgecast score` and `pledgecast features`. They run on a blocking thread, so that a signal can stop them between
//! two batches.

use std::process::ExitCode;

use anyhow::Context as _;
use tokio_util::sync::CancellationToken;

use super::args::CsvArgs;
use super::setup;
use crate::inference::{
    CsvReport, Observer, OnnxPredictor, RecordError, RecordWarning, SHIPPED_MODEL, features_csv,
    score_csv,
};

/// Scores a file. Exits with a failure if any line was skipped, although all others are scored.
///
/// # Errors
/// If the file cannot be scored; an existing output file is then unchanged.
pub async fn score(args: &CsvArgs, stop: &CancellationToken) -> anyhow::Result<ExitCode> {
    let report = work(args, stop, |args, observer| {
        let predictor = OnnxPredictor::load(SHIPPED_MODEL)?;
        let today = setup::clock().now().date_naive();
        let files = (args.input.as_path(), args.output.as_path());
        score_csv::run(&predictor, files, today, observer)
    });
    Ok(if report.await?.left_out == 0 {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

/// Converts a file to features. Campaigns that break the rules are skipped, so that training sees only what a user
/// could have entered; this is not a failure.
///
/// # Errors
/// If the file cannot be read or written.
pub async fn features(args: &CsvArgs, stop: &CancellationToken) -> anyhow::Result<ExitCode> {
    let report = work(args, stop, |args, observer| {
        let today = setup::clock().now().date_naive();
        let files = (args.input.as_path(), args.output.as_path());
        Ok(features_csv::run(files, today, observer)?)
    });
    report.await?;
    Ok(ExitCode::SUCCESS)
}

#[expect(clippy::print_stdout, reason = "the report is the command's output")]
async fn work(
    args: &CsvArgs,
    stop: &CancellationToken,
    work: impl FnOnce(&CsvArgs, &mut dyn Observer) -> anyhow::Result<CsvReport> + Send + 'static,
) -> anyhow::Result<CsvReport> {
    let (args, mut observer) = (args.clone(), Terminal(stop.clone()));
    let working = tokio::task::spawn_blocking(move || work(&args, &mut observer));
    let report = working.await.context("the command panicked")??;
    println!(
        "{} campaigns processed, {} lines skipped",
        report.done, report.left_out
    );
    Ok(report)
}

/// Reports lines on standard error as they are read.
struct Terminal(CancellationToken);

#[expect(clippy::print_stderr, reason = "the lines are the command's output")]
impl Observer for Terminal {
    fn left_out(&mut self, line: u64, error: &RecordError) {
        eprintln!("line {line}: {error}");
    }

    fn warn(&mut self, line: u64, warning: &RecordWarning) {
        eprintln!("line {line}: warning: {warning}");
    }

    fn is_stopped(&self) -> bool {
        self.0.is_cancelled()
    }
}
