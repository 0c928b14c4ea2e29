//! `cargo xtask test` and `cargo xtask crash`. Missing tools are installed, or the command fails: no test is skipped
//! silently.

use anyhow::{Context, Result};
use clap::{Args, ValueEnum};

use crate::browser::Tools;
use crate::cargo::Profile;
use crate::postgres::{self, Cluster, Postgres};
use crate::progress::step;
use crate::{api, cargo, faketime, paths, process, site};

/// The arguments of `cargo xtask test`.
#[derive(Args)]
pub struct Options {
    /// Run only tests whose names contain this.
    filter: Option<String>,
    /// Run one part only.
    #[arg(long, value_enum)]
    only: Option<Part>,
    /// Run PostgreSQL with durable commits, as in production (slower).
    #[arg(long)]
    durable: bool,
    /// Replace docs/result.png, which the README shows, by a new screenshot.
    #[arg(long)]
    update_screenshot: bool,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Part {
    /// Tests beside the code, and documentation examples.
    Unit,
    /// Tests of the whole server, on SQLite and PostgreSQL.
    Integration,
    /// Tests of the OpenAPI document and of the Python package, in Python.
    Api,
    /// Tests of the pages in Chromium.
    Browser,
}

impl Options {
    fn wants(&self, part: Part) -> bool {
        self.only.is_none_or(|only| only == part)
    }
}

/// Build, start the services that the tests need, run the tests, and stop the services.
pub fn test(options: &Options) -> Result<()> {
    site::build(Profile::Release)?;
    // Without Node.js the modules are not shrunk, and their weight says nothing about the code.
    if process::find_program("node").is_some() {
        site::check_weight()?;
    }
    let built = step("Building the server and the tests", || {
        cargo::make(of_server().arg("--no-run"))
    })?;
    let filter = options.filter.as_deref();
    if options.wants(Part::Unit) {
        step("Unit tests", || unit_tests(filter))?;
    }
    if options.wants(Part::Integration) {
        let (database, restartable) = step("Starting PostgreSQL", || {
            let database = Postgres::ensure(options.durable)?;
            Ok((database, Cluster::start(true)?))
        })?;
        step("Integration tests, on SQLite and PostgreSQL", || {
            let mut tests = of_server();
            tests
                .args(["--test", "*"])
                .env(postgres::URL_VARIABLE, database.url());
            restartable.describe_to(&mut tests);
            faketime::describe_to(&mut tests)?;
            process::run(tests.args(filter)).context("integration tests failed")
        })?;
    }
    if options.wants(Part::Api) {
        let program = cargo::program(&built, "pledgecast")?;
        step("Tests of the API, in Python", || {
            api::test(&program, filter)
        })?;
    }
    if options.wants(Part::Browser) {
        let tools = step("Looking for Playwright and Chromium", Tools::ensure)?;
        let program = cargo::program(&built, "pledgecast")?;
        step("Browser tests", || {
            tools.test(&program, filter, options.update_screenshot)
        })?;
    }
    Ok(())
}

/// The arguments of `cargo xtask crash`.
#[derive(Args)]
pub struct CrashOptions {
    /// The number of rounds.
    #[arg(long, default_value_t = 10)]
    rounds: u64,
    /// The seed of a failed run, to repeat it.
    #[arg(long)]
    seed: Option<u64>,
}

/// Run only the crash test.
pub fn crash(options: &CrashOptions) -> Result<()> {
    site::build(Profile::Release)?;
    let restartable = step("Starting PostgreSQL", || Cluster::start(true))?;
    step("Crashing", || {
        let mut test = of_server();
        test.args(["--test", "integration", "crash::", "--", "--nocapture"])
            .env("CRASH_ROUNDS", options.rounds.to_string());
        if let Some(seed) = options.seed {
            test.env("CRASH_SEED", seed.to_string());
        }
        restartable.describe_to(&mut test);
        faketime::describe_to(&mut test)?;
        process::run(&mut test).context("the crash test failed")
    })
}

fn unit_tests(filter: Option<&str>) -> Result<()> {
    process::run(of_server().args(["--lib", "--bins"]).args(filter))
        .context("unit tests failed")?;
    process::run(of_server().arg("--doc").args(filter)).context("documentation examples failed")?;
    let mut own = process::cargo();
    own.args(["test", "--package", "xtask", "--package", "wasm-chunks"])
        .current_dir(paths::root()?);
    process::run(own.args(filter)).context("tests of the build tools failed")
}

/// `cargo test` without the build tools. Selecting them too would compile their dependencies again with other features.
fn of_server() -> std::process::Command {
    let mut command = process::cargo();
    command.args(["test", "--workspace"]);
    command.args(["--exclude", "xtask", "--exclude", "wasm-chunks"]);
    command
}
