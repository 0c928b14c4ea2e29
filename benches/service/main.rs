//! Measures the whole service: the real program as processes, a real database, HTTP. `cargo xtask bench` runs each
//! subject with a durable PostgreSQL and collects the output.
//!
//! The load runs on the same machine as the service, so absolute figures say little about other machines: each subject
//! has a yardstick that is measured in the same run. Exits with 1 if an aim is missed.
#![expect(
    clippy::print_stdout,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::cast_precision_loss,
    reason = "a benchmark prints, panics if it cannot run, and rounds"
)]

mod batch;
mod cost;
mod embedded;
mod growth;
mod http;
mod latency;
mod load;
mod memory;
mod paid;
mod pgbench;
mod report;
mod sqlite;
#[path = "../../tests/integration/support/mod.rs"]
#[allow(
    dead_code,
    unused_imports,
    reason = "shared with the integration tests, which use all of it"
)]
mod support;
mod users;
mod workers;

use std::process::ExitCode;
use std::time::Duration;

/// How much to measure.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Size {
    /// Enough for reliable figures.
    Full,
    /// Enough to check that the benchmark works.
    Quick,
}

impl Size {
    /// Returns the value for this size.
    pub fn pick<T>(self, full: T, quick: T) -> T {
        match self {
            Self::Full => full,
            Self::Quick => quick,
        }
    }

    /// The duration of one turn.
    pub fn turn(self) -> Duration {
        self.pick(Duration::from_secs(10), Duration::from_secs(2))
    }
}

fn main() -> ExitCode {
    // Cargo adds `--bench`.
    let arguments: Vec<String> = std::env::args()
        .skip(1)
        .filter(|it| it != "--bench")
        .collect();
    let size = if arguments.iter().any(|it| it == "--quick") {
        Size::Quick
    } else {
        Size::Full
    };
    let subject = arguments.iter().find(|it| !it.starts_with("--"));
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let report = runtime.block_on(async {
        match subject.map(String::as_str) {
            Some("paid") => paid::measure(size).await,
            Some("latency") => latency::measure(size).await,
            Some("growth") => growth::measure(size).await,
            Some("workers") => workers::measure(size).await,
            Some("sqlite") => sqlite::measure(size).await,
            Some("memory") => memory::measure(size).await,
            Some("batch") => batch::measure(size).await,
            Some(workers::PROCESS) => workers::run().await,
            _ => panic!("run it with `cargo xtask bench`"),
        }
    });
    print!("{report}");
    ExitCode::from(u8::from(!report.is_kept()))
}
