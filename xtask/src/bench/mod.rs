//! `cargo xtask bench`: the benchmarks in `benches/` and `end2end/bench/`, with the release build.

mod page;

use std::path::Path;

use anyhow::{Result, bail};
use clap::{Args, ValueEnum};

use crate::browser::Tools;
use crate::cargo::Profile;
use crate::postgres::{self, Postgres};
use crate::progress::step;
use crate::{cargo, paths, process, site, train};

/// The length of the history with `--quick`.
const QUICK_ROWS: u32 = 500;

/// The arguments of `cargo xtask bench`.
#[derive(Args)]
pub struct Options {
    /// Run one benchmark; a run of all writes docs/benchmarks.md.
    #[arg(value_enum)]
    subject: Option<Subject>,
    /// Check within a minute that the benchmarks work; the figures mean nothing.
    #[arg(long)]
    quick: bool,
}

/// The subjects.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Subject {
    /// Paid predictions per second on `PostgreSQL`, compared with pgbench.
    Paid,
    /// Latency at a hundred submits per second.
    Latency,
    /// The shipped model in tract, compared with ONNX Runtime.
    Inference,
    /// Insights into one result.
    Insight,
    /// A small history and a large one.
    Growth,
    /// One worker process and several.
    Workers,
    /// Paid predictions per second on SQLite, compared with bare commits.
    Sqlite,
    /// The memory of `serve`.
    Memory,
    /// Batches of 10,000 campaigns.
    Batch,
    /// The pages in Chromium, slowed down like a phone, and a long history.
    Pages,
}

impl Subject {
    /// The title in the report.
    const fn title(self) -> &'static str {
        match self {
            Self::Paid => "Paid predictions a second",
            Self::Latency => "Latency at 100 submits a second",
            Self::Inference => "Inference",
            Self::Insight => "Looking into a result",
            Self::Growth => "Growth",
            Self::Workers => "Workers",
            Self::Sqlite => "SQLite",
            Self::Memory => "Memory",
            Self::Batch => "Batches",
            Self::Pages => "Pages",
        }
    }

    /// The benchmark in Cargo.toml and its argument. `None` if Playwright measures it.
    const fn target(self) -> Option<(&'static str, Option<&'static str>)> {
        match self {
            Self::Inference => Some(("inference", None)),
            Self::Insight => Some(("insight", None)),
            Self::Paid => Some(("service", Some("paid"))),
            Self::Latency => Some(("service", Some("latency"))),
            Self::Growth => Some(("service", Some("growth"))),
            Self::Workers => Some(("service", Some("workers"))),
            Self::Sqlite => Some(("service", Some("sqlite"))),
            Self::Memory => Some(("service", Some("memory"))),
            Self::Batch => Some(("service", Some("batch"))),
            Self::Pages => None,
        }
    }
}

/// The result of one subject.
struct Finding {
    subject: Subject,
    text: String,
    is_kept: bool,
}

/// Build the assets and the server, and run one benchmark or all.
pub fn bench(options: &Options) -> Result<()> {
    let subjects = options
        .subject
        .map_or_else(|| Subject::value_variants().to_vec(), |it| vec![it]);
    site::build(Profile::Release)?;
    let python = step("Setting up Python", || {
        let is_wanted = subjects.contains(&Subject::Inference);
        is_wanted.then(train::ensure_python).transpose()
    })?;
    let browser = step("Looking for Playwright and Chromium", || {
        let is_wanted = subjects.contains(&Subject::Pages);
        is_wanted.then(Tools::ensure).transpose()
    })?;
    let built = step("Building in release mode", || {
        let mut command = cargo_bench()?;
        for target in ["inference", "insight", "service"] {
            command.args(["--bench", target]);
        }
        cargo::make(command.arg("--no-run"))
    })?;
    // Durable, as in production.
    let database = step("Starting PostgreSQL", || Postgres::ensure(true))?;
    let mut findings = Vec::with_capacity(subjects.len());
    for subject in subjects {
        let finding = step(&format!("Measuring: {}", subject.title()), || {
            let (text, is_kept) = match (subject.target(), &browser) {
                (Some(target), _) => measure(target, &database, python.as_deref(), options.quick)?,
                (None, Some(browser)) => {
                    let rows = options.quick.then_some(QUICK_ROWS);
                    browser.measure_pages(&cargo::program(&built, "pledgecast")?, rows)?
                }
                (None, None) => bail!("there is no browser to measure with"),
            };
            if text.trim().is_empty() {
                bail!("it could not be measured");
            }
            println!("{text}");
            Ok(Finding {
                subject,
                text,
                is_kept,
            })
        })?;
        findings.push(finding);
    }
    if options.subject.is_none() && !options.quick {
        page::write(&findings)?;
    }
    let missed: Vec<_> = findings.iter().filter(|it| !it.is_kept).collect();
    if missed.is_empty() || options.quick {
        return Ok(());
    }
    let titles: Vec<_> = missed.iter().map(|it| it.subject.title()).collect();
    bail!("an aim is missed: {}", titles.join(", "))
}

fn measure(
    (target, argument): (&str, Option<&str>),
    database: &Postgres,
    python: Option<&Path>,
    quick: bool,
) -> Result<(String, bool)> {
    let mut command = cargo_bench()?;
    command
        .args(["--bench", target, "--"])
        .args(argument)
        .env(postgres::URL_VARIABLE, database.url())
        .env("BENCH_POSTGRES_PROGRAMS", postgres::ensure_programs()?);
    if quick && argument.is_some() {
        command.arg("--quick");
    }
    if let Some(python) = python {
        command.env("PLEDGECAST_PYTHON", python);
    }
    process::output_and_success(&mut command)
}

fn cargo_bench() -> Result<std::process::Command> {
    let mut command = process::cargo();
    command
        .args(["bench", "--package", "pledgecast"])
        .current_dir(paths::root()?);
    Ok(command)
}
