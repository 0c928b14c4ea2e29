//! Progress on the terminal: steps with their duration.

use std::time::Instant;

use anyhow::Result;

/// Announce a step, run it, and print how long it took.
pub fn step<T>(title: &str, work: impl FnOnce() -> Result<T>) -> Result<T> {
    eprintln!("{title} …");
    let start = Instant::now();
    let result = work()?;
    note(&format!("done in {:.1} s", start.elapsed().as_secs_f64()));
    Ok(result)
}

/// Print a line inside a step.
pub fn note(text: &str) {
    eprintln!("      {text}");
}
