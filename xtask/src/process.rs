//! Child processes: how they are started, waited for and stopped.
//!
//! Each child gets a process group of its own. A signal to xtask goes on to the group in the foreground (the
//! one being waited for), so nothing of what it started outlives it; children in the background are stopped
//! by their owner's [`Drop`]. What the children are for is none of this module's business.

use std::ffi::OsStr;
use std::net::TcpListener;
use std::os::unix::process::CommandExt;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use rustix::process::{Pid, Signal, kill_process_group};
use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
use signal_hook::iterator::Signals;

/// How long a child may take to end after it was asked to.
const GRACE: Duration = Duration::from_secs(20);
const POLL: Duration = Duration::from_millis(20);
/// Lines of a failed command's errors that are told.
const LAST_LINES: usize = 3;

/// What `cargo run` sets for xtask and must not reach the builds that xtask starts: they would count as changes.
const CARGO_RUN_PREFIXES: [&str; 2] = ["CARGO_PKG_", "CARGO_MANIFEST_"];

static FOREGROUND: Mutex<Option<Pid>> = Mutex::new(None);
static STOP_REQUESTS: AtomicUsize = AtomicUsize::new(0);

/// Take SIGINT, SIGTERM and SIGHUP from now on: the first is passed to the foreground child, a second one kills it.
pub fn pass_signals_on() -> Result<()> {
    let mut signals =
        Signals::new([SIGINT, SIGTERM, SIGHUP]).context("cannot listen for signals")?;
    thread::spawn(move || {
        for raw in signals.forever() {
            let earlier = STOP_REQUESTS.fetch_add(1, Ordering::SeqCst);
            let signal = match raw {
                _ if earlier > 0 => Signal::KILL,
                SIGTERM => Signal::TERM,
                SIGHUP => Signal::HUP,
                _ => Signal::INT,
            };
            signal_foreground(signal);
        }
    });
    Ok(())
}

/// Whether somebody asked xtask to stop.
pub fn stop_requested() -> bool {
    STOP_REQUESTS.load(Ordering::SeqCst) > 0
}

/// Fail when somebody asked xtask to stop: to be called between pieces of work.
pub fn go_on() -> Result<()> {
    if stop_requested() {
        bail!("stopped");
    }
    Ok(())
}

/// A command whose environment is cleared of what `cargo run` set for xtask itself.
pub fn command(program: impl AsRef<OsStr>) -> Command {
    let mut command = Command::new(program);
    for (name, _) in std::env::vars_os() {
        if CARGO_RUN_PREFIXES
            .iter()
            .any(|prefix| name.to_string_lossy().starts_with(prefix))
        {
            command.env_remove(name);
        }
    }
    command
}

/// The cargo that xtask itself was started by.
pub fn cargo() -> Command {
    command(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
}

/// Run to the end in the foreground; anything but success is an error that names the command.
pub fn run(command: &mut Command) -> Result<()> {
    let status = Job::start(command)?.wait()?;
    succeeded(command, status)
}

/// Run to the end in the foreground and return what it wrote to its standard output.
pub fn output(command: &mut Command) -> Result<String> {
    let (text, status) = text_and_status(command)?;
    succeeded(command, status)?;
    Ok(text)
}

/// The same, and whether it succeeded, for a program that has something to say also where it did not.
pub fn output_whatever_comes(command: &mut Command) -> Result<(String, bool)> {
    let (text, status) = text_and_status(command)?;
    go_on()?;
    Ok((text, status.success()))
}

fn text_and_status(command: &mut Command) -> Result<(String, ExitStatus)> {
    command.stdout(Stdio::piped());
    let mut job = Job::start(command)?;
    let mut text = String::new();
    if let Some(mut stdout) = job.child.stdout.take() {
        let _foreground = Foreground::enter(&job.child);
        std::io::Read::read_to_string(&mut stdout, &mut text)
            .with_context(|| format!("cannot read the output of {}", describe(command)))?;
    }
    Ok((text, job.wait()?))
}

/// Run without a word on the terminal and tell whether it succeeded. What it leaves running may keep its outputs.
pub fn succeeds(command: &mut Command) -> bool {
    command.stdout(Stdio::null()).stderr(Stdio::null());
    Job::start(command)
        .and_then(|mut job| job.wait())
        .is_ok_and(|status| status.success())
}

/// Run without a word on the terminal; an error has the end of what it wrote to its standard error.
pub fn run_silently(command: &mut Command) -> Result<()> {
    command.stdout(Stdio::null()).stderr(Stdio::piped());
    let mut job = Job::start(command)?;
    let mut text = Vec::new();
    if let Some(mut stderr) = job.child.stderr.take() {
        let _foreground = Foreground::enter(&job.child);
        std::io::Read::read_to_end(&mut stderr, &mut text)
            .with_context(|| format!("cannot read the errors of {}", describe(command)))?;
    }
    let status = job.wait()?;
    let text = String::from_utf8_lossy(&text);
    let last: Vec<&str> = text
        .lines()
        .filter(|line| !line.trim().is_empty())
        .collect();
    let last = last[last.len().saturating_sub(LAST_LINES)..].join("; ");
    succeeded(command, status).with_context(|| last)
}

/// The full path of a program, looked up in `PATH`.
pub fn find_program(name: &str) -> Option<std::path::PathBuf> {
    let path = std::env::var_os("PATH")?;
    std::env::split_paths(&path)
        .map(|folder| folder.join(name))
        .find(|file| file.is_file())
}

/// A port of this machine on which nobody listens now.
pub fn free_port() -> Result<u16> {
    let listener = TcpListener::bind(("127.0.0.1", 0)).context("no free port")?;
    Ok(listener.local_addr()?.port())
}

/// Whether xtask runs as root.
pub fn is_root() -> bool {
    rustix::process::geteuid().is_root()
}

fn succeeded(command: &Command, status: ExitStatus) -> Result<()> {
    go_on()?;
    if !status.success() {
        bail!("{} failed: {status}", describe(command));
    }
    Ok(())
}

fn describe(command: &Command) -> String {
    let words = std::iter::once(command.get_program()).chain(command.get_args());
    words
        .take(6)
        .map(OsStr::to_string_lossy)
        .collect::<Vec<_>>()
        .join(" ")
}

fn signal_foreground(signal: Signal) {
    let foreground = FOREGROUND.lock().map_or(None, |pid| *pid);
    if let Some(pid) = foreground {
        // The group may have ended by itself in this very moment, and then there is nothing left to signal.
        let _ = kill_process_group(pid, signal);
    }
}

/// Marks a child as the one that signals are passed to, for as long as it lives.
struct Foreground;

impl Foreground {
    fn enter(child: &Child) -> Self {
        set_foreground(Some(Pid::from_child(child)));
        if stop_requested() {
            signal_foreground(Signal::TERM);
        }
        Self
    }
}

impl Drop for Foreground {
    fn drop(&mut self) {
        set_foreground(None);
    }
}

fn set_foreground(pid: Option<Pid>) {
    if let Ok(mut foreground) = FOREGROUND.lock() {
        *foreground = pid;
    }
}

/// A running child with all that it started. Dropping it stops it.
pub struct Job {
    child: Child,
    ended: bool,
    stop_signal: Signal,
}

impl Job {
    /// Start in the background, unless xtask was asked to stop.
    pub fn start(command: &mut Command) -> Result<Self> {
        go_on()?;
        let child = command
            .stdin(Stdio::null())
            .process_group(0)
            .spawn()
            .with_context(|| format!("cannot start {}", describe(command)))?;
        Ok(Self {
            child,
            ended: false,
            stop_signal: Signal::TERM,
        })
    }

    /// Stop by SIGINT instead of SIGTERM: `PostgreSQL` waits for its clients at SIGTERM.
    pub fn stopped_by_interrupt(mut self) -> Self {
        self.stop_signal = Signal::INT;
        self
    }

    /// Wait for the end in the foreground.
    pub fn wait(&mut self) -> Result<ExitStatus> {
        let _foreground = Foreground::enter(&self.child);
        let status = self
            .child
            .wait()
            .context("cannot wait for a child process")?;
        self.ended = true;
        Ok(status)
    }

    /// The status, when it has ended.
    pub fn ended(&mut self) -> Result<Option<ExitStatus>> {
        let status = self
            .child
            .try_wait()
            .context("cannot ask after a child process")?;
        self.ended |= status.is_some();
        Ok(status)
    }

    /// Ask it to end, wait, and kill it when it takes too long.
    pub fn stop(&mut self) {
        if self.ended {
            return;
        }
        let group = Pid::from_child(&self.child);
        // Errors below mean that the group is gone already, which is what is wanted.
        let _ = kill_process_group(group, self.stop_signal);
        let deadline = Instant::now() + GRACE;
        while matches!(self.ended(), Ok(None)) && Instant::now() < deadline {
            thread::sleep(POLL);
        }
        if !self.ended {
            let _ = kill_process_group(group, Signal::KILL);
            let _ = self.child.wait();
            self.ended = true;
        }
    }
}

impl Drop for Job {
    fn drop(&mut self) {
        self.stop();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_silent_command_that_fails_is_told_with_its_last_words() {
        let script =
            "echo first >&2; echo >&2; for i in 1 2 3; do echo reason $i >&2; done; exit 7";
        let error = run_silently(command("sh").args(["-c", script])).unwrap_err();
        let text = format!("{error:#}");
        assert!(text.contains("reason 1; reason 2; reason 3"), "{text}");
        assert!(text.contains("sh -c") && text.contains('7'), "{text}");
        assert!(!text.contains("first;"), "{text}");
        run_silently(command("sh").args(["-c", "echo fine >&2"])).unwrap();
    }
}
