//! `cargo xtask bench`: the measured promises, in the release build. What each measures is told in `benches/`.

mod page;

use anyhow::{Result, bail};
use clap::{Args, ValueEnum};

use crate::postgres::{self, Postgres};
use crate::progress::Steps;
use crate::site::{Effort, Site};
use crate::{paths, process, train};

/// What to measure and how.
#[derive(Args)]
pub struct Options {
    /// Measure only this; a run of all writes docs/benchmarks.md.
    #[arg(value_enum)]
    subject: Option<Subject>,
    /// See in a minute that everything can be measured, without believing the figures.
    #[arg(long)]
    quick: bool,
}

/// What can be measured.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Subject {
    /// Paid predictions a second on `PostgreSQL`, with pgbench beside them.
    Paid,
    /// How long one waits at a hundred submits a second.
    Latency,
    /// The shipped model in tract, with ONNX Runtime beside it.
    Inference,
    /// Looking into one result.
    Insight,
    /// A small history and a large one.
    Growth,
    /// One worker process and several.
    Workers,
    /// Paid predictions a second on the embedded database, with bare commits beside them.
    Sqlite,
    /// What `serve` keeps in memory.
    Memory,
}

impl Subject {
    /// What people call it.
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
        }
    }

    /// The benchmark in Cargo.toml, and what it is called with.
    const fn target(self) -> (&'static str, Option<&'static str>) {
        match self {
            Self::Inference => ("inference", None),
            Self::Insight => ("insight", None),
            Self::Paid => ("service", Some("paid")),
            Self::Latency => ("service", Some("latency")),
            Self::Growth => ("service", Some("growth")),
            Self::Workers => ("service", Some("workers")),
            Self::Sqlite => ("service", Some("sqlite")),
            Self::Memory => ("service", Some("memory")),
        }
    }
}

/// What was found.
struct Finding {
    subject: Subject,
    text: String,
    is_kept: bool,
}

/// Build the site, which the server embeds, and run the benchmarks: the named one, or all.
pub fn bench(options: &Options) -> Result<()> {
    let subjects = options
        .subject
        .map_or_else(|| Subject::value_variants().to_vec(), |it| vec![it]);
    let site = Site::check(Effort::Release)?;
    let mut steps = Steps::new(site.steps() + 3 + subjects.len());
    site.build(&mut steps)?;
    let python = steps.step("Setting up Python", || {
        let is_wanted = subjects.contains(&Subject::Inference);
        is_wanted.then(train::ensure_python).transpose()
    })?;
    steps.step("Building in release mode", || {
        let mut command = cargo_bench()?;
        for target in ["inference", "insight", "service"] {
            command.args(["--bench", target]);
        }
        process::run(command.arg("--no-run"))
    })?;
    // As safe against power failure as in production.
    let database = steps.step("Starting PostgreSQL", || Postgres::ensure(true))?;
    let mut findings = Vec::with_capacity(subjects.len());
    for subject in subjects {
        let finding = steps.step(&format!("Measuring: {}", subject.title()), || {
            let (target, argument) = subject.target();
            let mut command = cargo_bench()?;
            command
                .args(["--bench", target, "--"])
                .args(argument)
                .env(postgres::URL_VARIABLE, database.url())
                .env("BENCH_POSTGRES_PROGRAMS", postgres::ensure_programs()?);
            if options.quick && argument.is_some() {
                command.arg("--quick");
            }
            if let Some(python) = &python {
                command.env("PLEDGECAST_PYTHON", python);
            }
            let (text, is_kept) = process::output_whatever_comes(&mut command)?;
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

fn cargo_bench() -> Result<std::process::Command> {
    let mut command = process::cargo();
    command
        .args(["bench", "--package", "pledgecast"])
        .current_dir(paths::root()?);
    Ok(command)
}
