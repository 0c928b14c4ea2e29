//! Progress on the terminal: numbered steps with their duration.

use std::time::Instant;

use anyhow::Result;

/// The steps of one command.
pub struct Steps {
    total: usize,
    begun: usize,
}

impl Steps {
    /// A command of `total` steps.
    pub fn new(total: usize) -> Self {
        Self { total, begun: 0 }
    }

    /// Announce a step, run it, and print how long it took.
    pub fn step<T>(&mut self, title: &str, work: impl FnOnce() -> Result<T>) -> Result<T> {
        self.announce(title);
        let start = Instant::now();
        let result = work()?;
        eprintln!(
            "[{}/{}] done in {:.1} s",
            self.begun,
            self.total,
            start.elapsed().as_secs_f64()
        );
        Ok(result)
    }

    /// Announce a step without an end.
    pub fn announce(&mut self, title: &str) {
        self.begun += 1;
        eprintln!("[{}/{}] {title} …", self.begun, self.total);
    }
}

/// Print a line inside a step.
pub fn note(text: &str) {
    eprintln!("      {text}");
}
