//! The yardstick on PostgreSQL: its own benchmark on the same cluster.

use std::process::Command;
use std::time::Duration;

use crate::support::Database;

/// Set by `cargo xtask bench` to the folder of PostgreSQL's programs.
const PROGRAMS: &str = "BENCH_POSTGRES_PROGRAMS";
/// A million accounts, so that clients rarely update the same one.
const SCALE: &str = "10";

/// A database that pgbench has filled.
pub struct Pgbench {
    database: Database,
}

impl Pgbench {
    pub async fn fill() -> Self {
        let server = std::env::var("TEST_DATABASE_URL").expect("run it with `cargo xtask bench`");
        let this = Self {
            database: Database::create_on(&server).await,
        };
        this.run(&["--initialize", "--quiet", "--scale", SCALE])
            .await;
        this
    }

    /// Transactions per second of `simple-update`: an update, a select and an insert, in five round trips and one
    /// commit.
    pub async fn rate(&self, connections: usize, time: Duration) -> f64 {
        let connections = connections.to_string();
        let seconds = time.as_secs().to_string();
        let output = self
            .run(&[
                "--builtin=simple-update",
                "--no-vacuum",
                "--jobs=2",
                "--client",
                &connections,
                "--time",
                &seconds,
            ])
            .await;
        let tps = output
            .lines()
            .find_map(|line| line.strip_prefix("tps = "))
            .and_then(|rest| rest.split_whitespace().next())
            .expect("pgbench prints its rate");
        tps.parse().unwrap()
    }

    async fn run(&self, arguments: &[&str]) -> String {
        let folder = std::env::var(PROGRAMS).expect("run it with `cargo xtask bench`");
        let mut command = Command::new(std::path::Path::new(&folder).join("pgbench"));
        command.args(arguments).arg(&self.database.url);
        let output = tokio::task::spawn_blocking(move || command.output().unwrap())
            .await
            .unwrap();
        assert!(output.status.success(), "{output:?}");
        String::from_utf8(output.stdout).unwrap()
    }
}
