//! A running process of the binary, with its log.

use std::fs::File;
use std::path::PathBuf;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};

use super::wait_for;

/// A process that ends at the latest with the test that started it.
pub struct Program {
    child: Child,
    log: PathBuf,
    ended: bool,
}

impl Program {
    /// Starts `command` with both outputs in one log file in `folder`.
    pub fn start(mut command: Command, folder: &std::path::Path) -> Self {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let number = COUNT.fetch_add(1, Ordering::Relaxed);
        let log = folder.join(format!("process-{number}.out"));
        let output = File::create(&log).unwrap();
        let child = command
            .stdin(Stdio::piped())
            .stdout(output.try_clone().unwrap())
            .stderr(output)
            .spawn()
            .unwrap();
        Self {
            child,
            log,
            ended: false,
        }
    }

    /// Everything that the process has printed.
    pub fn log(&self) -> String {
        String::from_utf8_lossy(&std::fs::read(&self.log).unwrap_or_default()).into_owned()
    }

    /// The rest of the first complete line that begins with `prefix`.
    ///
    /// # Panics
    /// With the log, if the process ends before it prints such a line.
    pub async fn wait_for_line(&mut self, prefix: &str) -> String {
        wait_for(&format!("the line `{prefix}`"), || {
            let ended = self.child.try_wait().unwrap();
            let log = self.log();
            let found = log
                .split_inclusive('\n')
                .filter_map(|line| line.strip_suffix('\n'))
                .find_map(|line| line.strip_prefix(prefix))
                .map(|rest| rest.trim().to_owned());
            assert!(
                found.is_some() || ended.is_none(),
                "ended by {ended:?}:\n{log}"
            );
            std::future::ready(found)
        })
        .await
    }

    /// The process id.
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// Sends a signal by name, such as `TERM`.
    pub fn signal(&self, name: &str) {
        let done = Command::new("kill")
            .args(["-s", name, &self.id().to_string()])
            .status();
        assert!(done.unwrap().success(), "kill -s {name}");
    }

    /// Whether the process is still running.
    pub fn is_running(&mut self) -> bool {
        self.child.try_wait().unwrap().is_none()
    }

    /// Ends the process at an arbitrary instruction, like a power cut.
    pub fn kill(mut self) {
        self.end();
    }

    /// Waits until the process ends by itself.
    pub async fn wait(&mut self) -> ExitStatus {
        let child = &mut self.child;
        let status = wait_for("a process to end", || {
            std::future::ready(child.try_wait().unwrap())
        })
        .await;
        self.ended = true;
        status
    }

    /// Asks the process to stop, as a service manager does, and waits until it has ended.
    pub async fn stop(mut self) {
        self.signal("TERM");
        let status = self.wait().await;
        assert!(status.success(), "stopped by {status}:\n{}", self.log());
    }

    fn end(&mut self) {
        if !self.ended {
            // Fails only if the process has already ended.
            let _ = self.child.kill();
            let _ = self.child.wait();
            self.ended = true;
        }
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        // If the process has ended by itself, that may be why the test failed.
        let ended = self.child.try_wait();
        self.end();
        if std::thread::panicking() {
            if let Ok(Some(status)) = ended {
                eprintln!("--- process {} had ended by {status}", self.child.id());
            }
            let log = self.log();
            let tail: Vec<&str> = log.lines().rev().take(30).collect();
            eprintln!("--- the end of the log of process {}:", self.child.id());
            for line in tail.iter().rev() {
                eprintln!("{line}");
            }
        }
    }
}
