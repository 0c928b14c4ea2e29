//! `pledgecast model`: lists models, sets their states and prices, and shows their drift.

use std::fmt::Write as _;
use std::process::ExitCode;
use std::sync::Arc;

use super::args::{ModelArgs, ModelCommand};
use super::setup;
use crate::services::{Catalog, TrackRecords};
use crate::types::{Credits, DriftView, ModelView};

/// Lists or changes models, or shows the drift of one.
///
/// # Errors
/// The reason for the operator.
#[expect(clippy::print_stdout, reason = "the models are the command's output")]
pub async fn run(args: ModelArgs) -> anyhow::Result<ExitCode> {
    let database = setup::existing_database(&args.database).await?;
    let catalog = Arc::new(Catalog::new(database.clone(), setup::clock()));
    match args.command {
        ModelCommand::List => {
            for model in catalog.all_models().await? {
                println!("{}", line(&model));
            }
        }
        ModelCommand::Set(set) => {
            let price = set.price.map(Credits);
            let model = catalog.change_model(set.id, set.state, price).await?;
            println!("{}", line(&model));
        }
        ModelCommand::Drift { id } => {
            let records = TrackRecords::new(database, setup::clock(), catalog);
            print!("{}", drift_text(&records.drift_of(id).await?));
        }
    }
    Ok(ExitCode::SUCCESS)
}

fn line(model: &ModelView) -> String {
    let default = if model.is_default { ", default" } else { "" };
    format!(
        "{}\t{} {}\t{}{default}\t{} credits",
        model.id, model.name, model.version, model.state, model.price
    )
}

/// Two tables, separated by tabs. Shares are between 0 and 1.
fn drift_text(drift: &DriftView) -> String {
    let mut text = String::from(
        "month of prediction\tpredictions\tmean probability\tassessed\tout of distribution\tshare\n",
    );
    // Writing into a String cannot fail.
    for it in &drift.inputs {
        let share = it.out_of_distribution_share;
        let share = share.map_or_else(|| "-".to_owned(), |share| format!("{share:.3}"));
        let _ = writeln!(
            text,
            "{}\t{}\t{:.3}\t{}\t{}\t{share}",
            it.month, it.predictions, it.mean_probability, it.assessed, it.out_of_distribution
        );
    }
    text.push_str("\nmonth of launch\toutcomes\tmean probability\tsuccess rate\tBrier score\n");
    for it in &drift.calibration {
        let _ = writeln!(
            text,
            "{}\t{}\t{:.3}\t{:.3}\t{:.3}",
            it.month, it.outcomes, it.mean_probability, it.success_rate, it.brier_score
        );
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::types::{CalibrationDrift, InputDrift, ModelId, ModelRef};

    #[test]
    fn drift_is_two_tables() {
        let drift = DriftView {
            model: ModelRef {
                id: ModelId(1),
                name: "outlook".to_owned(),
                version: "1".to_owned(),
            },
            inputs: vec![InputDrift {
                month: "2026-11".to_owned(),
                predictions: 4,
                mean_probability: 0.5,
                assessed: 0,
                out_of_distribution: 0,
                out_of_distribution_share: None,
            }],
            calibration: vec![CalibrationDrift {
                month: "2026-10".to_owned(),
                outcomes: 2,
                mean_probability: 0.25,
                success_rate: 0.5,
                brier_score: 0.25,
            }],
        };
        let text = drift_text(&drift);
        let lines: Vec<&str> = text.lines().collect();
        assert_eq!(lines[1], "2026-11\t4\t0.500\t0\t0\t-");
        assert_eq!(lines[4], "2026-10\t2\t0.250\t0.500\t0.250");
        assert_eq!(lines.len(), 5);
    }
}
