//! The arguments of `pledgecast client`. A key or a password is never one: other users of the machine can list them.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use super::campaign::CampaignFlags;
use crate::types::{CAP_MAX, EXPIRY_MAX_DAYS, Scope};

/// The caps that a key may have.
fn caps() -> clap::builder::RangedI64ValueParser<i64> {
    clap::value_parser!(i64).range(1..=i64::from(CAP_MAX))
}

/// `pledgecast client`.
#[derive(Clone, Debug, Args)]
pub struct ClientArgs {
    /// The profile: which server and which API key. `login` creates it.
    #[arg(
        long,
        env = "PLEDGECAST_PROFILE",
        default_value = "default",
        global = true
    )]
    pub profile: String,
    /// The address of the server, instead of the one in the profile. Its key is then `PLEDGECAST_API_KEY`.
    #[arg(long, env = "PLEDGECAST_SERVER", value_name = "URL", global = true)]
    pub server: Option<String>,
    /// Print one JSON document instead of text (`watch`: one per line); errors are problem details.
    #[arg(long, global = true)]
    pub json: bool,
    /// The command to run.
    #[command(subcommand)]
    pub command: ClientCommand,
}

/// The commands.
#[derive(Clone, Debug, Subcommand)]
pub enum ClientCommand {
    /// Check an API key and keep it in a profile. The key is read from the terminal or from one line on standard input.
    Login(LoginArgs),
    /// Delete the profile.
    Logout {
        /// Revoke the key first, which needs the scope manage.
        #[arg(long)]
        revoke: bool,
    },
    /// Buy the prediction for one campaign.
    Predict(Box<PredictArgs>),
    /// Buy the predictions for a CSV or JSON Lines file of campaigns, and save them as CSV, ranked.
    Batch(BatchArgs),
    /// Print changes of the account as they happen, or those of one task until it is final.
    Watch {
        /// The ID of a task.
        task: Option<i64>,
    },
    /// Print the credits of the account.
    Balance,
    /// Manage API keys, which needs the scope manage.
    #[command(subcommand)]
    Keys(KeysCommand),
}

/// `pledgecast client login`.
#[derive(Clone, Debug, Args)]
pub struct LoginArgs {
    /// Log in with this e-mail address and a password, which is read instead of a key, and create a key.
    #[arg(long)]
    pub email: Option<String>,
    /// The key to create.
    #[command(flatten)]
    pub key: LoginKeyArgs,
}

/// The key that `login --email` creates.
#[derive(Clone, Debug, Args)]
pub struct LoginKeyArgs {
    /// The label of the new key.
    #[arg(long, requires = "email", default_value = "command line")]
    pub label: String,
    /// What the new key may do: `read`, `predict`, `top_up` or `manage`; may be repeated.
    #[arg(long = "scope", value_name = "SCOPE", requires = "email", default_values_t = [Scope::Read, Scope::Predict])]
    pub scopes: Vec<Scope>,
    /// Its limits.
    #[command(flatten)]
    pub limits: LimitArgs,
}

/// The limits of a new key.
#[derive(Clone, Debug, Default, Args)]
pub struct LimitArgs {
    /// Days until the key expires.
    #[arg(long, value_name = "DAYS", value_parser = clap::value_parser!(i64).range(1..=i64::from(EXPIRY_MAX_DAYS)))]
    pub expires_in_days: Option<i64>,
    /// Credits that the key may spend per day, in UTC.
    #[arg(long, value_name = "CREDITS", value_parser = caps())]
    pub cap_day: Option<i64>,
    /// Credits that the key may spend per week.
    #[arg(long, value_name = "CREDITS", value_parser = caps())]
    pub cap_week: Option<i64>,
    /// Credits that the key may spend per month.
    #[arg(long, value_name = "CREDITS", value_parser = caps())]
    pub cap_month: Option<i64>,
    /// Credits that the key may spend in total.
    #[arg(long, value_name = "CREDITS", value_parser = caps())]
    pub cap_total: Option<i64>,
}

/// `pledgecast client predict`.
#[derive(Clone, Debug, Args)]
pub struct PredictArgs {
    /// JSON file with the fields of the campaign, or `-` for standard input.
    #[arg(value_name = "FILE")]
    pub file: Option<PathBuf>,
    /// Wait for the result.
    #[arg(long)]
    pub wait: bool,
    /// The highest price that you agree to, in credits.
    #[arg(long, value_name = "CREDITS", value_parser = clap::value_parser!(i64).range(0..))]
    pub max_price: Option<i64>,
    /// The ID of the model; the default model if absent.
    #[arg(long, value_name = "ID")]
    pub model: Option<i64>,
    /// A key for this request: repeated with the same one, it is not paid twice. A random one if absent.
    #[arg(long, value_name = "KEY")]
    pub idempotency_key: Option<String>,
    /// Fields of the campaign; they replace those of the file.
    #[command(flatten)]
    pub campaign: CampaignFlags,
}

/// `pledgecast client batch`.
#[derive(Clone, Debug, Default, Args)]
pub struct BatchArgs {
    /// CSV or JSON Lines file of campaigns, or `-` for standard input.
    #[arg(value_name = "FILE", required_unless_present = "id")]
    pub file: Option<PathBuf>,
    /// The ID of a batch that was bought before: wait for it, and save its results.
    #[arg(long, value_name = "ID", conflicts_with = "file")]
    pub id: Option<i64>,
    /// The file for the results, or `-` for standard output; by default beside the input, ending in `.predictions.csv`.
    #[arg(long, value_name = "FILE")]
    pub output: Option<PathBuf>,
    /// Buy without asking.
    #[arg(long)]
    pub yes: bool,
    /// Buy without asking if the total is at most this many credits, and nothing otherwise.
    #[arg(long, value_name = "CREDITS", value_parser = clap::value_parser!(i64).range(0..))]
    pub max_total: Option<i64>,
    /// The ID of the model; the default model if absent.
    #[arg(long, value_name = "ID")]
    pub model: Option<i64>,
}

/// `pledgecast client keys`.
#[derive(Clone, Debug, Subcommand)]
pub enum KeysCommand {
    /// List the keys of the account, newest first.
    List,
    /// Create a key and print it. It is not shown again.
    Create {
        /// What you call it.
        #[arg(long)]
        label: String,
        /// What it may do: `read`, `predict`, `top_up` or `manage`; may be repeated.
        #[arg(long = "scope", value_name = "SCOPE", required = true)]
        scopes: Vec<Scope>,
        /// Its limits.
        #[command(flatten)]
        limits: LimitArgs,
    },
    /// Rename a key.
    Rename {
        /// The ID of the key.
        id: i64,
        /// What you call it.
        #[arg(long)]
        label: String,
    },
    /// End a key, and those that it made, for good.
    Revoke {
        /// The ID of the key.
        id: i64,
    },
}
