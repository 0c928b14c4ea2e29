//! The command line: the commands and their arguments. Settings of running processes are in `config`.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};

use super::client::args::ClientArgs;
use super::config::{DatabaseArgs, LogArgs, ServeArgs, WorkerProcessArgs};
use crate::inference::CHECK_COMMAND;
use crate::types::{ModelId, ModelState, Role};

/// Predicts whether a Kickstarter campaign will reach its goal, as a paid service.
#[derive(Debug, Parser)]
#[command(version)]
pub struct Cli {
    /// The command to run.
    #[command(subcommand)]
    pub command: Command,
    /// The log settings.
    #[command(flatten)]
    pub log: LogArgs,
}

/// The commands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Serve the site and the API, and run workers in the same process.
    Serve(Box<ServeArgs>),
    /// Process queued tasks in a separate process (PostgreSQL only).
    Worker(WorkerProcessArgs),
    /// Migrate the database to the schema of this version, then exit.
    Migrate(DatabaseArgs),
    /// Check the invariants of the ledger and the tasks; print the rows that break one, and exit 1 if there are any.
    Audit(DatabaseArgs),
    /// Print the number of the row with an id from a URL, a response or the log.
    RowId(RowIdArgs),
    /// Copy the embedded database to a new file, even while it is served (SQLite only).
    Backup(BackupArgs),
    /// Create users, and change their roles, passwords and balances.
    User(UserArgs),
    /// List models, set their states and prices, and show their drift.
    Model(ModelArgs),
    /// Score a CSV of campaigns with the built-in model, without a database.
    ///
    /// The first line names the columns after the fields of a campaign, in any order. Optional fields may be
    /// blank or absent; other columns are copied to the output. The file may be in the formats of spreadsheets,
    /// pandas and public dumps: separated by commas, semicolons, tabs or bars, in UTF-8 or in UTF-16 with a byte
    /// order mark, with times after dates, with decimal commas. The output is the input with two more columns,
    /// `probability` (0 to 1) and `verdict` (`likely`, `toss_up` or `unlikely`). An existing output file is
    /// replaced once the new one is complete.
    ///
    /// An invalid line stays in the output with both columns blank, and is reported on standard error with its
    /// line number, as an editor shows it. All other lines are still scored. Exits 1 if any line was invalid.
    #[command(verbatim_doc_comment)]
    Score(CsvArgs),
    /// Convert a CSV of campaigns to a CSV of model features; used by training.
    Features(CsvArgs),
    /// Use a server from here: predict, follow, and manage API keys. Needs no database.
    Client(ClientArgs),
    /// Check the model file on standard input within limits on memory and time; the program runs this itself.
    #[command(name = CHECK_COMMAND, hide = true)]
    CheckModel,
}

/// `pledgecast row-id`.
#[derive(Clone, Debug, Args)]
pub struct RowIdArgs {
    /// The database.
    #[command(flatten)]
    pub database: DatabaseArgs,
    /// The id.
    #[arg(value_parser = clap::value_parser!(i64).range(1..))]
    pub id: i64,
}

/// `pledgecast backup`.
#[derive(Clone, Debug, Args)]
pub struct BackupArgs {
    /// The database.
    #[command(flatten)]
    pub database: DatabaseArgs,
    /// File for the copy; must not exist yet.
    #[arg(value_name = "FILE")]
    pub file: PathBuf,
}

/// `pledgecast user`.
#[derive(Clone, Debug, Args)]
pub struct UserArgs {
    /// The database.
    #[command(flatten)]
    pub database: DatabaseArgs,
    /// The command to run.
    #[command(subcommand)]
    pub command: UserCommand,
}

/// User commands. Passwords are read from `PLEDGECAST_PASSWORD` or from one line on standard input.
#[derive(Clone, Debug, Subcommand)]
pub enum UserCommand {
    /// Create a user.
    Create {
        /// E-mail address of the user.
        #[arg(long)]
        email: String,
        /// Role: user or admin.
        #[arg(long, default_value_t = Role::User)]
        role: Role,
        /// Credits that the user starts with.
        #[arg(long, default_value_t = 10)]
        welcome_credits: i64,
    },
    /// Invite somebody to create an account, where registration is by invitation.
    Invite {
        /// The only address that may use the invitation; if not set, any.
        #[arg(long)]
        email: Option<String>,
        /// Days after which it ends.
        #[arg(long, default_value_t = 7, value_parser = clap::value_parser!(u16).range(1..=365))]
        days: u16,
    },
    /// Change the role of a user.
    Role {
        /// E-mail address of the user.
        #[arg(long)]
        email: String,
        /// New role: user or admin.
        #[arg(long)]
        role: Role,
    },
    /// Set a new password and end all sessions.
    Password {
        /// E-mail address of the user.
        #[arg(long)]
        email: String,
    },
    /// Remove the second factor of a user who has lost it.
    ResetSecondFactor {
        /// E-mail address of the user.
        #[arg(long)]
        email: String,
    },
    /// Revoke all API keys of a user.
    RevokeKeys {
        /// E-mail address of the user.
        #[arg(long)]
        email: String,
    },
    /// Adjust a balance, up or down.
    Grant {
        /// E-mail address of the user.
        #[arg(long)]
        email: String,
        /// Credits to add; negative to subtract.
        #[arg(long, allow_negative_numbers = true, value_parser = clap::value_parser!(i64).range(-1_000_000_000..=1_000_000_000))]
        amount: i64,
        /// Text that explains the adjustment in the user's history.
        #[arg(long)]
        reason: String,
    },
}

/// `pledgecast score` and `pledgecast features`.
#[derive(Clone, Debug, Args)]
pub struct CsvArgs {
    /// CSV file of campaigns, with a header line.
    #[arg(long, value_name = "FILE.csv")]
    pub input: PathBuf,
    /// Output file; an existing file is replaced.
    #[arg(long, value_name = "FILE.csv")]
    pub output: PathBuf,
}

/// `pledgecast model`.
#[derive(Clone, Debug, Args)]
pub struct ModelArgs {
    /// The database.
    #[command(flatten)]
    pub database: DatabaseArgs,
    /// The command to run.
    #[command(subcommand)]
    pub command: ModelCommand,
}

/// Commands for registered models.
#[derive(Clone, Debug, Subcommand)]
pub enum ModelCommand {
    /// List all models, the default first: id, name, version, state, price.
    List,
    /// Change the state or price of a model. The newest live model, by id, is the default.
    Set(SetArgs),
    /// Show how the inputs and the calibration of a model change from month to month.
    Drift {
        /// Model id, as shown by `pledgecast model list`.
        #[arg(long)]
        id: ModelId,
    },
}

/// `pledgecast model set`.
#[derive(Clone, Debug, Args)]
pub struct SetArgs {
    /// Model id, as shown by `pledgecast model list`.
    #[arg(long)]
    pub id: ModelId,
    /// candidate (visible to admins only), live (offered to users) or retired (no longer offered; its results stay).
    #[arg(long, required_unless_present = "price")]
    pub state: Option<ModelState>,
    /// Price of a prediction in credits; queued tasks keep their price.
    #[arg(long, value_parser = clap::value_parser!(i64).range(0..=1_000_000))]
    pub price: Option<i64>,
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn the_flag_definitions_are_valid() {
        Cli::command().debug_assert();
    }
}
