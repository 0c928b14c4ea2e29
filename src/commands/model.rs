//! `pledgecast model`: lists models and sets their states and prices.

use std::process::ExitCode;

use super::args::{ModelArgs, ModelCommand};
use super::setup;
use crate::services::Catalog;
use crate::types::{Credits, ModelView};

/// Lists or changes models.
///
/// # Errors
/// The reason for the operator.
#[expect(clippy::print_stdout, reason = "the models are the command's output")]
pub async fn run(args: ModelArgs) -> anyhow::Result<ExitCode> {
    let database = setup::existing_database(&args.database).await?;
    let catalog = Catalog::new(database, setup::clock());
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
