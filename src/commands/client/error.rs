//! Why a command failed, and the exit code that says so.

use std::fmt;
use std::process::ExitCode;

use serde_json::{Value, json};

/// The problem type of errors that the client itself finds.
const OWN_KIND: &str = "about:blank";

/// Why a command failed.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A prediction failed or was canceled, or a file cannot be read or written.
    #[error("{0}")]
    Failed(String),
    /// The arguments or the input make no request.
    #[error("{0}")]
    Usage(String),
    /// There is no key, or it may not be used.
    #[error("{0}")]
    NotSignedIn(String),
    /// The server has answered with an error.
    #[error("{0}")]
    Refused(Problem),
    /// The price was not accepted, so nothing was bought.
    #[error("{0}")]
    Declined(String),
    /// The server cannot be reached or does not answer as it should.
    #[error("{0}")]
    Unreachable(String),
    /// Ctrl-C or SIGTERM.
    #[error("stopped")]
    Stopped,
}

impl Error {
    /// The exit code, as `docs/client.md` lists them.
    pub fn exit_code(&self) -> ExitCode {
        ExitCode::from(match self {
            Self::Failed(_) => 1,
            Self::Usage(_) => 2,
            Self::NotSignedIn(_) => 3,
            Self::Refused(problem) => problem.exit_code(),
            Self::Declined(_) => 4,
            Self::Unreachable(_) => 5,
            // As of a process that SIGINT has ended.
            Self::Stopped => 130,
        })
    }

    /// The broken rules of fields as sentences, those of a file in the order of its lines.
    pub fn fields(&self) -> Vec<&str> {
        let Self::Refused(Problem(problem)) = self else {
            return Vec::new();
        };
        let errors = problem["errors"].as_object().into_iter().flatten();
        let mut errors: Vec<_> = errors
            .filter_map(|(field, error)| Some((field, error["detail"].as_str()?)))
            .collect();
        errors.sort_by_key(|(field, _)| line_of(field));
        errors.into_iter().map(|(_, detail)| detail).collect()
    }

    /// Problem details: those of the server, or of the same form.
    pub fn json(&self) -> Value {
        match self {
            Self::Refused(problem) => problem.0.clone(),
            other => json!({ "type": OWN_KIND, "title": "Error", "detail": other.to_string() }),
        }
    }
}

/// The first number in a text, by which errors of a file are in the order of its lines.
fn line_of(text: &str) -> u64 {
    let digits = text.trim_start_matches(|it: char| !it.is_ascii_digit());
    let end = digits.find(|it: char| !it.is_ascii_digit());
    let number = digits[..end.unwrap_or(digits.len())].parse();
    number.unwrap_or_default()
}

/// A file cannot be read or written.
pub fn file_error(doing: &str, file: &std::path::Path, error: impl fmt::Display) -> Error {
    Error::Failed(format!("{doing} {}: {error}", file.display()))
}

/// Problem details (RFC 9457) that a server has sent.
#[derive(Clone, Debug, PartialEq)]
pub struct Problem(pub Value);

impl Problem {
    /// The HTTP status.
    pub fn status(&self) -> u64 {
        self.0["status"].as_u64().unwrap_or_default()
    }

    fn exit_code(&self) -> u8 {
        match self.status() {
            401 | 403 => 3,
            429 | 500.. => 5,
            _ => 4,
        }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = |name: &str| self.0[name].as_str().filter(|it| !it.is_empty());
        f.write_str(
            text("detail")
                .or_else(|| text("title"))
                .unwrap_or("the server refused the request"),
        )?;
        if self.status() >= 500
            && let Some(id) = text("request_id")
        {
            write!(f, " (request {id})")?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn code_of(status: u16) -> u8 {
        Problem(json!({ "status": status })).exit_code()
    }

    #[test]
    fn statuses_have_the_documented_exit_codes() {
        for (status, code) in [
            (400, 4),
            (401, 3),
            (402, 4),
            (403, 3),
            (404, 4),
            (409, 4),
            (413, 4),
            (422, 4),
            (429, 5),
            (500, 5),
            (503, 5),
        ] {
            assert_eq!(code_of(status), code, "{status}");
        }
    }

    #[test]
    fn errors_of_a_file_are_in_the_order_of_its_lines() {
        let error = |line: u32| {
            (
                format!("line {line}: name"),
                json!({ "detail": line.to_string() }),
            )
        };
        let errors: serde_json::Map<_, _> = [10, 2, 7].into_iter().map(error).collect();
        let refused = Error::Refused(Problem(json!({ "errors": errors })));
        assert_eq!(refused.fields(), ["2", "7", "10"]);
        assert!(Error::Stopped.fields().is_empty());
    }

    #[test]
    fn a_problem_is_its_detail_and_faults_name_the_request() {
        let refused = json!({ "status": 402, "title": "Not enough credits", "detail": "top up", "request_id": "1" });
        assert_eq!(Problem(refused).to_string(), "top up");
        let fault = json!({ "status": 500, "title": "Internal error", "request_id": "1" });
        assert_eq!(Problem(fault).to_string(), "Internal error (request 1)");
    }
}
