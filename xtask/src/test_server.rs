//! A server of its own for a group of tests: a copy of the program, running in an empty folder.

use std::fs::{self, File};
use std::io::{Read, Write};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use tempfile::TempDir;

use crate::process::{self, Job};

const START_LIMIT: Duration = Duration::from_mins(1);
const POLL: Duration = Duration::from_millis(100);

/// The server under test. Dropping it stops it.
pub struct Server {
    port: u16,
    metrics_port: u16,
    program: PathBuf,
    log: PathBuf,
    // Dropped in this order: the server must end before its folder is removed.
    job: Job,
    folder: TempDir,
}

impl Server {
    /// Start a copy of the program in an empty folder, so that it cannot use files of the repository, and wait until it is
    /// ready.
    pub fn start(built: &Path, log: &Path) -> Result<Self> {
        let folder = tempfile::Builder::new()
            .prefix("pledgecast-test-")
            .tempdir()?;
        let program = folder.path().join("pledgecast");
        fs::copy(built, &program).context("cannot copy the server")?;
        let (port, metrics_port) = (process::free_port()?, process::free_port()?);
        let mut command = process::command(&program);
        // The developer's settings must not affect the tests.
        process::remove_variables(&mut command, &["PLEDGECAST_"]);
        command
            .arg("serve")
            .current_dir(folder.path())
            .env("PLEDGECAST_ADDRESS", format!("127.0.0.1:{port}"))
            .env(
                "PLEDGECAST_METRICS_ADDRESS",
                format!("127.0.0.1:{metrics_port}"),
            )
            .env("PLEDGECAST_DATA_DIR", folder.path().join("data"))
            // The tests register many users from one address.
            .env("PLEDGECAST_AUTH_PER_MINUTE", "100000")
            .env("PLEDGECAST_ADMIN_SECOND_FACTOR", "false")
            .env("PLEDGECAST_TOP_UPS", "demonstration")
            .stdout(File::create(log)?)
            .stderr(File::options().append(true).open(log)?);
        let job = Job::start(&mut command)?;
        let mut server = Self {
            port,
            metrics_port,
            program,
            log: log.to_owned(),
            job,
            folder,
        };
        server.wait_until_ready()?;
        Ok(server)
    }

    /// Its address.
    pub fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// The address of its metrics.
    pub fn metrics_url(&self) -> String {
        format!("http://127.0.0.1:{}/metrics", self.metrics_port)
    }

    /// Its program.
    pub fn program(&self) -> &Path {
        &self.program
    }

    /// Its data folder.
    pub fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    fn wait_until_ready(&mut self) -> Result<()> {
        let deadline = Instant::now() + START_LIMIT;
        while !is_ready(self.port) {
            process::go_on()?;
            if self.job.ended()?.is_some() || Instant::now() > deadline {
                bail!(
                    "the server did not start: {}",
                    fs::read_to_string(&self.log).unwrap_or_default().trim()
                );
            }
            thread::sleep(POLL);
        }
        Ok(())
    }
}

fn is_ready(port: u16) -> bool {
    let ask = || -> std::io::Result<String> {
        let mut stream = TcpStream::connect(("127.0.0.1", port))?;
        stream.set_read_timeout(Some(Duration::from_secs(2)))?;
        stream.write_all(
            b"GET /health/ready HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n",
        )?;
        let mut answer = String::new();
        stream.read_to_string(&mut answer)?;
        Ok(answer)
    };
    ask().is_ok_and(|answer| answer.starts_with("HTTP/1.1 200"))
}
