//! Child processes in their own process groups, and the signals that xtask passes on.
//!
//! A signal to xtask goes to the group in the foreground, which is the one being waited for, so nothing that it started
//! outlives it. Jobs in the background are stopped when they are dropped.

use std::os::unix::process::CommandExt;
use std::process::{Child, ChildStderr, ChildStdout, Command, ExitStatus, Stdio};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use rustix::process::{Pid, Signal, kill_process_group};
use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
use signal_hook::iterator::Signals;

use super::describe;

/// How long a child may take to end before it is killed.
const GRACE: Duration = Duration::from_secs(20);
const POLL: Duration = Duration::from_millis(20);
static FOREGROUND: Mutex<Option<Pid>> = Mutex::new(None);
static STOP_REQUESTS: AtomicUsize = AtomicUsize::new(0);

/// Handle SIGINT, SIGTERM and SIGHUP: the first is passed to the foreground child, a second one kills it.
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

/// Whether xtask should stop.
pub fn stop_requested() -> bool {
    STOP_REQUESTS.load(Ordering::SeqCst) > 0
}

/// Fail if xtask should stop. To be called between steps.
pub fn go_on() -> Result<()> {
    if stop_requested() {
        bail!("stopped");
    }
    Ok(())
}

fn signal_foreground(signal: Signal) {
    let foreground = FOREGROUND.lock().map_or(None, |pid| *pid);
    if let Some(pid) = foreground {
        // The group may have ended in the meantime.
        let _ = kill_process_group(pid, signal);
    }
}

/// While this exists, signals are passed to the child.
pub struct Foreground;

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

/// A running child and everything that it started. Dropping it stops them.
pub struct Job {
    child: Child,
    ended: bool,
}

impl Job {
    /// Start in the background, unless xtask should stop.
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
        })
    }

    /// The standard output, if it is piped and was not taken before.
    pub fn stdout(&mut self) -> Option<ChildStdout> {
        self.child.stdout.take()
    }

    /// The standard error, if it is piped and was not taken before.
    pub fn stderr(&mut self) -> Option<ChildStderr> {
        self.child.stderr.take()
    }

    /// Pass signals to it for as long as the result exists.
    pub fn in_foreground(&self) -> Foreground {
        Foreground::enter(&self.child)
    }

    /// Wait in the foreground until it ends.
    pub fn wait(&mut self) -> Result<ExitStatus> {
        let _foreground = self.in_foreground();
        let status = self
            .child
            .wait()
            .context("cannot wait for a child process")?;
        self.ended = true;
        Ok(status)
    }

    /// The status, if it has ended.
    pub fn ended(&mut self) -> Result<Option<ExitStatus>> {
        let status = self
            .child
            .try_wait()
            .context("cannot check a child process")?;
        self.ended |= status.is_some();
        Ok(status)
    }

    /// Terminate it, and kill it if that takes too long.
    pub fn stop(&mut self) {
        if self.ended {
            return;
        }
        let group = Pid::from_child(&self.child);
        // Errors mean that the group has ended already.
        let _ = kill_process_group(group, Signal::TERM);
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
