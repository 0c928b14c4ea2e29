//! A PostgreSQL cluster that tests may stop and start, one test at a time, because all its databases stop with it.

use std::path::PathBuf;
use std::process::Command;

use tokio::sync::{Mutex, MutexGuard};

/// A program that starts the cluster with the argument `start`, or stops it with the mode as argument.
const CONTROL: &str = "CRASH_POSTGRES_CONTROL";
const SERVER: &str = "CRASH_DATABASE_URL";
const MISSING: &str =
    "is not set: run `cargo xtask test` or `cargo xtask crash`, which start a PostgreSQL for it";

static TAKEN: Mutex<()> = Mutex::const_new(());

/// The cluster, locked for one test.
pub struct Cluster {
    /// The URL of its superuser.
    pub url: String,
    control: PathBuf,
    _alone: MutexGuard<'static, ()>,
}

impl Cluster {
    /// Waits until no other test uses it.
    pub async fn take() -> Self {
        let variable =
            |name: &str| std::env::var(name).unwrap_or_else(|_| panic!("{name} {MISSING}"));
        Self {
            url: variable(SERVER),
            control: PathBuf::from(variable(CONTROL)),
            _alone: TAKEN.lock().await,
        }
    }

    /// `what` is `start`, or the mode to stop in: `fast` or `immediate`.
    pub async fn control(&self, what: &str) {
        let mut command = Command::new(&self.control);
        command.arg(what);
        let output = tokio::task::spawn_blocking(move || command.output().unwrap())
            .await
            .unwrap();
        assert!(output.status.success(), "{what}: {output:?}");
    }
}
