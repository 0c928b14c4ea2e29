//! The command line: the commands and their arguments. Settings of running processes are in `config`.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};

use super::config::{DatabaseArgs, LogArgs, ServeArgs, WorkerProcessArgs};
use crate::inference::CHECK_COMMAND;
use crate::types::{ModelId, ModelState, Role};

/// Tells whether a Kickstarter campaign will reach its goal, as a paid service.
#[derive(Debug, Parser)]
#[command(version)]
pub struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
    /// How logs are written.
    #[command(flatten)]
    pub log: LogArgs,
}

/// The commands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Serve the site and the API, with workers in the same process.
    Serve(ServeArgs),
    /// Work on queued tasks, in a process of its own (PostgreSQL only).
    Worker(WorkerProcessArgs),
    /// Bring the database to the schema of this version, and do nothing else.
    Migrate(DatabaseArgs),
    /// Check the invariants of the ledger and the tasks; exit 1 with the offending rows.
    Audit(DatabaseArgs),
    /// Copy the embedded database, also while it is served, into a new file (SQLite only).
    Backup(BackupArgs),
    /// Make and change users.
    User(UserArgs),
    /// List models, put them on offer or retire them, and set prices.
    Model(ModelArgs),
    /// Score a CSV of campaigns by the model that comes with the program, without a database.
    ///
    /// The first line names the columns by the fields of a campaign, in any order. Optional fields may be
    /// blank or absent, other columns are passed through. The file may be written as spreadsheets, pandas and
    /// public dumps write it: separated by commas, semicolons or tabs, in UTF-8 or UTF-16 with its mark, dates with
    /// times, decimal commas. The output is the input with two more columns, `probability` (0 to 1) and `verdict`
    /// (`likely`, `toss_up` or `unlikely`); it replaces what was there once it is whole.
    ///
    /// A line that breaks a rule stays in the output with both blank and is told on standard error by its number,
    /// as an editor shows it; all others are still scored. Exits 1 when there was such a line.
    #[command(verbatim_doc_comment)]
    Score(CsvArgs),
    /// Turn a CSV of campaigns into a CSV of the model's features; training calls this.
    Features(CsvArgs),
    /// Check the model file on standard input within limits of memory and time; the program runs this itself.
    #[command(name = CHECK_COMMAND, hide = true)]
    CheckModel,
}

/// `pledgecast backup`.
#[derive(Clone, Debug, Args)]
pub struct BackupArgs {
    /// The database.
    #[command(flatten)]
    pub database: DatabaseArgs,
    /// Where the copy goes; a file that is not there yet.
    #[arg(value_name = "FILE")]
    pub file: PathBuf,
}

/// `pledgecast user`.
#[derive(Clone, Debug, Args)]
pub struct UserArgs {
    /// The database.
    #[command(flatten)]
    pub database: DatabaseArgs,
    /// What to do.
    #[command(subcommand)]
    pub command: UserCommand,
}

/// What the operator does with users. Passwords come from `PLEDGECAST_PASSWORD` or a line on standard input.
#[derive(Clone, Debug, Subcommand)]
pub enum UserCommand {
    /// Make a user.
    Create {
        /// The address to log in with.
        #[arg(long)]
        email: String,
        /// What the user may do: user or admin.
        #[arg(long, default_value_t = Role::User)]
        role: Role,
        /// Credits to start with.
        #[arg(long, default_value_t = 10)]
        welcome_credits: i64,
    },
    /// Change what a user may do.
    Role {
        /// The address to log in with.
        #[arg(long)]
        email: String,
        /// user or admin.
        #[arg(long)]
        role: Role,
    },
    /// Set a new password and end all sessions.
    Password {
        /// The address to log in with.
        #[arg(long)]
        email: String,
    },
    /// Correct a balance by an adjustment, up or down.
    Grant {
        /// The address to log in with.
        #[arg(long)]
        email: String,
        /// Signed credits.
        #[arg(long, allow_negative_numbers = true, value_parser = clap::value_parser!(i64).range(-1_000_000_000..=1_000_000_000))]
        amount: i64,
        /// What the user's history says of it.
        #[arg(long)]
        reason: String,
    },
}

/// `pledgecast score` and `pledgecast features`.
#[derive(Clone, Debug, Args)]
pub struct CsvArgs {
    /// Campaigns in the wire format, with a header.
    #[arg(long, value_name = "FILE.csv")]
    pub input: PathBuf,
    /// Where the result goes; a file that is there is replaced.
    #[arg(long, value_name = "FILE.csv")]
    pub output: PathBuf,
}

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

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn the_definition_of_the_flags_is_sound() {
        Cli::command().debug_assert();
    }
}
