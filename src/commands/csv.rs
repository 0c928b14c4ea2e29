//! `pledgecast score` and `pledgecast features`: files of campaigns, on threads of their own, so that a signal stops
//! them between two batches.

use std::process::ExitCode;

use anyhow::Context as _;
use tokio_util::sync::CancellationToken;

use super::args::CsvArgs;
use super::setup;
use crate::inference::{
    CsvReport, LineNote, Observer, OnnxPredictor, SHIPPED_MODEL, features_csv, score_csv,
};

/// Scores a file. A line that was left out makes it a failure, though all others are scored.
///
/// # Errors
/// Where the file cannot be scored; what was there as the output is there still.
pub async fn score(args: &CsvArgs, stop: &CancellationToken) -> anyhow::Result<ExitCode> {
    let report = work(args, stop, |args, observer| {
        let predictor = OnnxPredictor::load(SHIPPED_MODEL)?;
        let today = setup::clock().now().date_naive();
        let files = (args.input.as_path(), args.output.as_path());
        Ok(score_csv::run(&predictor, files, today, observer)?)
    });
    Ok(if report.await?.left_out == 0 {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

/// Turns a file into features. Campaigns that break the rules are left out, so that training sees what a user could
/// have entered; that is no failure.
///
/// # Errors
/// Where the file cannot be read or written.
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
    let report = working.await.context("the command died")??;
    println!(
        "{} campaigns processed, {} lines skipped",
        report.done, report.left_out
    );
    Ok(report)
}

/// Tells of lines on standard error as they are read.
struct Terminal(CancellationToken);

impl Observer for Terminal {
    #[expect(clippy::print_stderr, reason = "the lines are the command's output")]
    fn note(&mut self, line: u64, note: LineNote<'_>) {
        eprintln!("line {line}: {note}");
    }

    fn is_stopped(&self) -> bool {
        self.0.is_cancelled()
    }
}
