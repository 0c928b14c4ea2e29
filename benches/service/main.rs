//! How fast the whole service is: the real binary as processes, a real database, HTTP.
//! `cargo xtask bench` runs each subject with a durable PostgreSQL and gathers what they print.
//!
//! The load shares the machine with what it measures, so that absolute figures say little of other machines: each
//! subject has a yardstick that is measured in the same run. Exits with 1 where an aim is missed.
#![expect(
    clippy::print_stdout,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::cast_precision_loss,
    reason = "a benchmark prints, panics where it cannot be run, and rounds"
)]

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

/// How much is measured.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Size {
    /// Enough to believe.
    Full,
    /// Enough to see that it runs.
    Quick,
}

impl Size {
    /// One of two values.
    pub fn pick<T>(self, full: T, quick: T) -> T {
        match self {
            Self::Full => full,
            Self::Quick => quick,
        }
    }

    /// How long one turn of a load lasts.
    pub fn turn(self) -> Duration {
        self.pick(Duration::from_secs(10), Duration::from_secs(2))
    }
}

fn main() -> ExitCode {
    // cargo itself adds `--bench`.
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
            Some(workers::PROCESS) => workers::be_one().await,
            _ => panic!("run it by `cargo xtask bench`"),
        }
    });
    print!("{report}");
    ExitCode::from(u8::from(!report.is_kept()))
}
