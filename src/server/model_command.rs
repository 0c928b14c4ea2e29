//! `pledgecast model`: which models are on offer, and at what price.

use std::process::ExitCode;

use clap::{Args, Subcommand};

use super::config::DatabaseArgs;
use super::setup;
use crate::services::Catalog;
use crate::types::{Credits, ModelId, ModelState, ModelView};

/// `pledgecast model`.
#[derive(Clone, Debug, Args)]
pub struct ModelArgs {
    /// The database.
    #[command(flatten)]
    pub database: DatabaseArgs,
    /// What to do.
    #[command(subcommand)]
    pub command: ModelCommand,
}

/// What the operator does with models that are registered.
#[derive(Clone, Debug, Subcommand)]
pub enum ModelCommand {
    /// List all models, the default one first: id, name, version, state, price.
    List,
    /// Change the state or the price of a model. Of the live ones the newest, by id, is the default.
    Set(SetArgs),
}

/// `pledgecast model set`.
#[derive(Clone, Debug, Args)]
pub struct SetArgs {
    /// The id, as `pledgecast model list` tells it.
    #[arg(long)]
    pub id: ModelId,
    /// candidate (seen by admins only), live (on offer) or retired (its results stay).
    #[arg(long, required_unless_present = "price")]
    pub state: Option<ModelState>,
    /// Credits for a prediction; tasks that are queued already keep their price.
    #[arg(long, value_parser = clap::value_parser!(i64).range(0..=1_000_000))]
    pub price: Option<i64>,
}

/// Lists or changes models.
///
/// # Errors
/// Why it could not be done, for the operator.
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
