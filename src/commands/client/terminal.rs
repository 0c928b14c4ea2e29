//! Output: lines or JSON on standard output, questions and progress on standard error if it is a terminal.

use std::io::{BufRead as _, IsTerminal as _, Write as _};

use rustix::termios::{LocalModes, OptionalActions, tcgetattr, tcsetattr};
use serde_json::Value;

use super::error::Error;

/// How wide the bar of a progress is.
const BAR_WIDTH: u64 = 30;

/// Prints a line. Control characters are left out: a text of another person must not control the terminal.
pub fn print(text: &str) -> Result<(), Error> {
    write_line(&plain(text))
}

/// Prints a JSON document as one line.
pub fn print_json(value: &Value) -> Result<(), Error> {
    // JSON escapes the control characters that terminals act on, except for DEL and those of Latin-1.
    write_line(&value.to_string())
}

fn write_line(line: &str) -> Result<(), Error> {
    let mut out = std::io::stdout().lock();
    // A closed pipe, such as one to `head`, ends the command; it needs no message with a reason.
    let written = writeln!(out, "{line}").and_then(|()| out.flush());
    written.map_err(|error| Error::Failed(format!("writing to standard output: {error}")))
}

/// Prints a line for people on standard error.
#[expect(clippy::print_stderr, reason = "messages of a command for people")]
pub fn note(text: &str) {
    eprintln!("{}", plain(text));
}

/// The text without control characters.
pub fn plain(text: &str) -> String {
    text.chars().filter(|it| !it.is_control()).collect()
}

/// Whether somebody can answer questions.
pub fn is_interactive() -> bool {
    std::io::stdin().is_terminal() && std::io::stderr().is_terminal()
}

/// Reads one line of standard input, after a question if it is a terminal.
pub async fn ask(question: &str) -> Result<String, Error> {
    if is_interactive() {
        prompt(question);
    }
    read_line().await
}

/// Reads a secret like [`ask`], without showing it.
pub async fn ask_secret(question: &str) -> Result<String, Error> {
    if !is_interactive() {
        return read_line().await;
    }
    prompt(question);
    let _hidden = Hidden::new();
    let line = read_line().await;
    note("");
    line
}

/// Asks whether to do something; anything but a yes is a no.
pub async fn confirm(question: &str) -> Result<bool, Error> {
    let answer = ask(&format!("{question} [y/N] ")).await?.to_lowercase();
    Ok(["y", "yes"].contains(&answer.as_str()))
}

#[expect(clippy::print_stderr, reason = "a question to people")]
fn prompt(question: &str) {
    eprint!("{}", plain(question));
    // If it cannot be shown, the answer still counts.
    let _ = std::io::stderr().flush();
}

async fn read_line() -> Result<String, Error> {
    let line = blocking(|| {
        let mut line = String::new();
        let read = std::io::stdin().lock().read_line(&mut line);
        read.map(|_| line)
            .map_err(|error| Error::Failed(format!("reading standard input: {error}")))
    });
    Ok(line.await?.trim().to_owned())
}

/// Runs what may block, such as reading standard input, so that Ctrl-C ends the command nevertheless.
pub async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, Error> + Send + 'static,
) -> Result<T, Error> {
    let done = tokio::task::spawn_blocking(work).await;
    done.unwrap_or_else(|error| Err(Error::Failed(format!("the command panicked: {error}"))))
}

/// While this exists, the terminal does not show what is typed.
struct Hidden(Option<rustix::termios::Termios>);

impl Hidden {
    fn new() -> Self {
        let stdin = std::io::stdin();
        let shown = tcgetattr(&stdin).ok();
        if let Some(mut hidden) = shown.clone() {
            hidden.local_modes.remove(LocalModes::ECHO);
            // A terminal that cannot do this shows the secret, which is no reason to refuse it.
            let _ = tcsetattr(&stdin, OptionalActions::Flush, &hidden);
        }
        Self(shown)
    }
}

impl Drop for Hidden {
    fn drop(&mut self) {
        if let Some(shown) = &self.0 {
            let _ = tcsetattr(std::io::stdin(), OptionalActions::Now, shown);
        }
    }
}

/// A line on the terminal that is overwritten as work goes on. Without a terminal it shows nothing.
pub struct Progress {
    is_shown: bool,
}

impl Progress {
    /// Shown if standard error is a terminal, and not with `--json`.
    pub fn new(is_json: bool) -> Self {
        Self {
            is_shown: !is_json && std::io::stderr().is_terminal(),
        }
    }

    /// Shows a text.
    pub fn show(&self, text: &str) {
        if self.is_shown {
            overwrite(&plain(text));
        }
    }

    /// Shows a bar.
    pub fn show_bar(&self, done: u64, total: u64, text: &str) {
        self.show(&bar(done, total, text));
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        if self.is_shown {
            overwrite("");
        }
    }
}

#[expect(clippy::print_stderr, reason = "progress for people")]
fn overwrite(text: &str) {
    // Back to the start of the line, and erase it.
    eprint!("\r\x1b[K{text}");
    let _ = std::io::stderr().flush();
}

fn bar(done: u64, total: u64, text: &str) -> String {
    let filled = (done.min(total) * BAR_WIDTH).checked_div(total);
    let filled = usize::try_from(filled.unwrap_or_default()).unwrap_or_default();
    let empty = usize::try_from(BAR_WIDTH).unwrap_or_default() - filled;
    format!(
        "[{}{}] {done}/{total} {text}",
        "#".repeat(filled),
        "-".repeat(empty)
    )
}

/// A probability as people write it.
pub fn percent(probability: f64) -> String {
    format!("{:.1} %", 100.0 * probability)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_of_others_cannot_control_the_terminal() {
        assert_eq!(plain("a\u{1b}[2Jb\r\u{9b}c\u{7f}"), "a[2Jbc");
    }

    #[test]
    fn a_bar_is_filled_in_proportion() {
        assert_eq!(bar(0, 0, ""), format!("[{}] 0/0 ", "-".repeat(30)));
        let half = format!("[{}{}] 5/10 left", "#".repeat(15), "-".repeat(15));
        assert_eq!(bar(5, 10, "left"), half);
        assert_eq!(bar(9, 3, ""), format!("[{}] 9/3 ", "#".repeat(30)));
    }
}
