//! A `PostgreSQL` for the tests, in a temporary folder.

use std::fs::{self, File};
use std::io::Read;
use std::os::unix::fs::{PermissionsExt, chown};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use tempfile::TempDir;

use crate::process::Job;
use crate::progress::note;
use crate::{apt, fingerprint, process};

/// The URL of a superuser, with which tests create their databases.
pub const URL_VARIABLE: &str = "TEST_DATABASE_URL";

/// Where Debian installs each version.
const DEBIAN_FOLDER: &str = "/usr/lib/postgresql";
const START_LIMIT: Duration = Duration::from_mins(1);
const POLL: Duration = Duration::from_millis(100);

/// Makes tests fast. Unsafe only if the machine crashes.
const CARELESS: [&str; 3] = [
    "fsync=off",
    "synchronous_commit=off",
    "full_page_writes=off",
];

/// A server for the tests.
pub enum Postgres {
    /// A running one, at this URL.
    Given(String),
    /// Started here and stopped on drop.
    Own(Cluster),
}

impl Postgres {
    /// Use the one that `TEST_DATABASE_URL` names, or start one. With `durable`, commits wait for the disk as in
    /// production.
    pub fn ensure(durable: bool) -> Result<Self> {
        match std::env::var(URL_VARIABLE) {
            Ok(url) if !url.is_empty() => Ok(Self::Given(url)),
            _ => Ok(Self::Own(Cluster::start(durable)?)),
        }
    }

    /// The URL of its superuser.
    pub fn url(&self) -> &str {
        match self {
            Self::Given(url) => url,
            Self::Own(cluster) => &cluster.url,
        }
    }
}

/// A running cluster in a temporary folder.
pub struct Cluster {
    url: String,
    programs: PathBuf,
    port: u16,
    // Dropped in this order: the server must end before its folder is removed.
    _server: Job,
    folder: TempDir,
}

/// A cluster that tests may stop and start, with durable commits as in production.
pub struct Restartable {
    cluster: Cluster,
    control: PathBuf,
}

impl Restartable {
    /// Start one.
    pub fn start() -> Result<Self> {
        let cluster = Cluster::start(true)?;
        let control = cluster.folder.path().join("control");
        fs::write(&control, cluster.control_script()?)?;
        fs::set_permissions(&control, fs::Permissions::from_mode(0o755))?;
        Ok(Self { cluster, control })
    }

    /// Set the variables with which a test finds and controls it.
    pub fn describe_to(&self, test: &mut Command) {
        test.env("CRASH_DATABASE_URL", &self.cluster.url)
            .env("CRASH_POSTGRES_CONTROL", &self.control);
    }
}

impl Drop for Restartable {
    fn drop(&mut self) {
        // If a test has restarted it, it is not a child process. Fails if it is stopped already.
        let _ = process::succeeds(process::command(&self.control).arg("immediate"));
    }
}

impl Cluster {
    /// A script that takes `start` or a shutdown mode.
    fn control_script(&self) -> Result<String> {
        let owner = match Owner::choose()? {
            Owner(Some((user, group))) => {
                format!("setpriv --reuid {user} --regid {group} --clear-groups ")
            }
            Owner(None) => String::new(),
        };
        let folder = self.folder.path().display();
        let pg_ctl = format!(
            "cd {folder} && exec {owner}{}/pg_ctl --pgdata {folder}/data --log {folder}/restarts --wait --silent",
            self.programs.display()
        );
        let mut options = process::command("postgres");
        set_options(&mut options, self.port, true);
        let options: Vec<_> = options.get_args().map(|it| it.to_string_lossy()).collect();
        let options = options.join(" ");
        Ok(format!(
            "#!/bin/sh\nif [ \"$1\" = start ]; then\n  {pg_ctl} --options '{options}' start\nelse\n  \
             {pg_ctl} --mode \"$1\" stop\nfi\n"
        ))
    }

    fn start(durable: bool) -> Result<Self> {
        let programs = ensure_programs()?;
        let owner = Owner::choose()?;
        let folder = tempfile::Builder::new()
            .prefix("pledgecast-postgres-")
            .tempdir()?;
        let password = random_password()?;
        let password_file = folder.path().join("password");
        fs::write(&password_file, &password)?;
        for path in [folder.path(), &password_file] {
            owner.give(path)?;
        }
        let data = folder.path().join("data");
        let log = folder.path().join("log");
        initialise(
            owner.command(&programs, "initdb", folder.path()),
            &data,
            &password_file,
        )?;
        let port = process::free_port()?;
        let mut postgres = owner.command(&programs, "postgres", folder.path());
        postgres.arg("-D").arg(&data);
        set_options(&mut postgres, port, durable);
        postgres.stdout(Stdio::null()).stderr(File::create(&log)?);
        let mut server = Job::start(&mut postgres)?.stopped_by_interrupt();
        wait_until_ready(&programs, port, &mut server, &log)?;
        note(&format!("PostgreSQL runs on port {port}"));
        let url = format!("postgres://postgres:{password}@127.0.0.1:{port}/postgres");
        Ok(Self {
            url,
            programs,
            port,
            _server: server,
            folder,
        })
    }
}

fn initialise(mut initdb: Command, data: &Path, password_file: &Path) -> Result<()> {
    initdb
        .args([
            "--username=postgres",
            "--auth=scram-sha-256",
            "--encoding=UTF8",
            "--locale=C.UTF-8",
        ])
        .args(["--no-sync", "--no-instructions"])
        .arg("--pwfile")
        .arg(password_file)
        .arg("--pgdata")
        .arg(data)
        .stdout(Stdio::null());
    process::run(&mut initdb)
}

fn set_options(postgres: &mut Command, port: u16, durable: bool) {
    postgres.args(["-p", &port.to_string(), "-c", "listen_addresses=127.0.0.1"]);
    // Each test has its own database and pools.
    postgres.args([
        "-c",
        "unix_socket_directories=",
        "-c",
        "max_connections=400",
    ]);
    for setting in CARELESS.iter().filter(|_| !durable) {
        postgres.args(["-c", setting]);
    }
}

fn wait_until_ready(programs: &Path, port: u16, server: &mut Job, log: &Path) -> Result<()> {
    let deadline = Instant::now() + START_LIMIT;
    let mut ask = process::command(programs.join("pg_isready"));
    ask.args(["--quiet", "--host=127.0.0.1", "--port", &port.to_string()]);
    while !process::succeeds(&mut ask) {
        process::go_on()?;
        if server.ended()?.is_some() || Instant::now() > deadline {
            bail!(
                "PostgreSQL did not start: {}",
                fs::read_to_string(log).unwrap_or_default().trim()
            );
        }
        thread::sleep(POLL);
    }
    Ok(())
}

/// Find the folder with `initdb` and `postgres`, or install them with apt.
pub fn ensure_programs() -> Result<PathBuf> {
    if let Some(folder) = find_programs() {
        return Ok(folder);
    }
    apt::install(
        &["postgresql"],
        "the tests need PostgreSQL; or set TEST_DATABASE_URL",
    )?;
    find_programs().context("PostgreSQL was installed but initdb cannot be found")
}

fn find_programs() -> Option<PathBuf> {
    let versions = fs::read_dir(DEBIAN_FOLDER).into_iter().flatten().flatten();
    let debian = versions.filter_map(|entry| {
        let version: u32 = entry.file_name().to_str()?.parse().ok()?;
        Some((version, entry.path().join("bin")))
    });
    let newest = debian
        .filter(|(_, folder)| folder.join("initdb").is_file())
        .max();
    let elsewhere =
        || process::find_program("initdb").and_then(|file| file.parent().map(Path::to_owned));
    newest.map(|(_, folder)| folder).or_else(elsewhere)
}

/// The owner of the cluster, because `PostgreSQL` refuses to run as root.
struct Owner(Option<(u32, u32)>);

impl Owner {
    fn choose() -> Result<Self> {
        if !process::is_root() {
            return Ok(Self(None));
        }
        let ask = |what: &str| -> Result<u32> {
            let id = process::output(process::command("id").args([what, "postgres"]))
                .context("PostgreSQL does not run as root, and there is no user postgres")?;
            id.trim().parse().context("id printed no number")
        };
        Ok(Self(Some((ask("-u")?, ask("-g")?))))
    }

    fn give(&self, path: &Path) -> Result<()> {
        let Some((user, group)) = self.0 else {
            return Ok(());
        };
        chown(path, Some(user), Some(group))
            .with_context(|| format!("cannot change the owner of {}", path.display()))
    }

    fn command(&self, programs: &Path, name: &str, folder: &Path) -> Command {
        let mut command = process::command(programs.join(name));
        command.current_dir(folder).env("LC_ALL", "C.UTF-8");
        if let Some((user, group)) = self.0 {
            command.uid(user).gid(group);
        }
        command
    }
}

fn random_password() -> Result<String> {
    let mut bytes = [0; 32];
    File::open("/dev/urandom")?.read_exact(&mut bytes)?;
    Ok(fingerprint::of(&bytes))
}
