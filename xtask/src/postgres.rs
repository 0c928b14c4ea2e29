//! A `PostgreSQL` for the tests, in a temporary folder.

use std::fs::{self, File};
use std::io::Read;
use std::os::unix::fs::{PermissionsExt, chown};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, Result};
use tempfile::TempDir;

use crate::progress::note;
use crate::{apt, fingerprint, process};

/// The URL of a superuser, with which tests create their databases.
pub const URL_VARIABLE: &str = "TEST_DATABASE_URL";

/// Where Debian installs each version.
const DEBIAN_FOLDER: &str = "/usr/lib/postgresql";

/// Makes tests fast. Unsafe only if the machine crashes.
const CARELESS: &str = " -c fsync=off -c synchronous_commit=off -c full_page_writes=off";

/// A server for the tests.
pub enum Postgres {
    /// A running one, at this URL.
    Given(String),
    /// Started here.
    Own(Cluster),
}

impl Postgres {
    /// Use the one that `TEST_DATABASE_URL` names, or start one.
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

/// A running cluster in a temporary folder, stopped on drop.
pub struct Cluster {
    url: String,
    /// The script that starts and stops it.
    control: PathBuf,
    // Removed after it was stopped.
    _folder: TempDir,
}

impl Cluster {
    /// Start one. With `durable`, commits wait for the disk as in production.
    pub fn start(durable: bool) -> Result<Self> {
        let programs = ensure_programs()?;
        let owner = Owner::choose()?;
        let folder = tempfile::Builder::new()
            .prefix("pledgecast-postgres-")
            .tempdir()?;
        let path = folder.path();
        let password = random_password()?;
        let password_file = path.join("password");
        fs::write(&password_file, &password)?;
        for path in [path, &password_file] {
            owner.give(path)?;
        }
        initialise(
            owner.command(&programs.join("initdb"), path),
            &path.join("data"),
            &password_file,
        )?;
        let port = process::free_port()?;
        let control = path.join("control");
        fs::write(
            &control,
            control_script(path, &programs, &owner, port, durable),
        )?;
        fs::set_permissions(&control, fs::Permissions::from_mode(0o755))?;
        // Made before the server is started, so that it is stopped in any case.
        let cluster = Self {
            url: format!("postgres://postgres:{password}@127.0.0.1:{port}/postgres"),
            control,
            _folder: folder,
        };
        process::run(process::command(&cluster.control).arg("start"))?;
        note(&format!("PostgreSQL runs on port {port}"));
        Ok(cluster)
    }

    /// Set the variables with which a test finds the cluster, stops it and starts it again.
    pub fn describe_to(&self, test: &mut Command) {
        test.env("CRASH_DATABASE_URL", &self.url)
            .env("CRASH_POSTGRES_CONTROL", &self.control);
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        let mut stop = process::command(&self.control);
        // Without `Job`, which starts nothing after Ctrl-C. Fails if a test has stopped it.
        stop.arg("immediate").stderr(Stdio::null()).process_group(0);
        let _ = stop.status();
    }
}

/// A script that takes `start` or a shutdown mode.
fn control_script(
    folder: &Path,
    programs: &Path,
    owner: &Owner,
    port: u16,
    durable: bool,
) -> String {
    let (folder, programs) = (folder.display(), programs.display());
    let owner = match owner {
        Owner(Some((user, group))) => {
            format!("setpriv --reuid {user} --regid {group} --clear-groups ")
        }
        Owner(None) => String::new(),
    };
    let pg_ctl =
        format!("cd {folder} && {owner}{programs}/pg_ctl --pgdata data --log log --wait --silent");
    // Each test has its own database and pools.
    let mut options = format!(
        "-p {port} -c listen_addresses=127.0.0.1 -c unix_socket_directories= -c max_connections=400"
    );
    if !durable {
        options.push_str(CARELESS);
    }
    format!(
        "#!/bin/sh\nif [ \"$1\" = start ]; then\n  {pg_ctl} --options '{options}' start || {{ cat log >&2; exit 1; }}\n\
         else\n  {pg_ctl} --mode \"$1\" stop\nfi\n"
    )
}

fn initialise(mut initdb: Command, data: &Path, password_file: &Path) -> Result<()> {
    initdb
        .args([
            "--username=postgres",
            // SCRAM hashes 4,096 times for each connection. In unoptimised code that is a quarter of what the tests do.
            "--auth=password",
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

    fn command(&self, program: &Path, folder: &Path) -> Command {
        let mut command = process::command(program);
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
