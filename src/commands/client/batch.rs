//! `pledgecast client batch`: a file of campaigns, from its price to its results.

use std::fs::{Permissions, read};
use std::io::{Read as _, Write as _};
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::time::Duration;

use axum::body::Bytes;
use serde_json::{Value, json};
use tokio::time::sleep;
use uuid::Uuid;

use super::args::BatchArgs;
use super::error::{Error, file_error};
use super::requests::{Api, Repeat, Request};
use super::terminal::{Progress, blocking, confirm, is_interactive, note, print, print_json};

/// How often the state is read.
const POLL: Duration = Duration::from_secs(1);
const STDIO: &str = "-";

/// Buys the predictions for a file, waits for them, and saves them.
///
/// # Errors
/// If the file has errors, the price is not accepted, or some predictions have no result.
pub async fn run(api: &Api, args: &BatchArgs, is_json: bool) -> Result<(), Error> {
    let started = match (&args.file, args.id) {
        (Some(file), _) => buy(api, args, file, is_json).await?,
        (None, Some(id)) => read_batch(api, &json!(id)).await?,
        (None, None) => return Err(Error::Usage("name a file, or a batch with --id".to_owned())),
    };
    if started["state"] == "draft" {
        let message = "this batch is a draft, of which nothing was bought; upload its file again";
        return Err(Error::Declined(message.to_owned()));
    }
    let id = &started["id"];
    if !is_json {
        note(&format!(
            "batch {id}: {}",
            api.page(&format!("/batches/{id}"))
        ));
    }
    let finished = wait(api, started.clone(), is_json).await?;
    let output = output_of(args, id);
    download(api, id, &output).await?;
    report(finished, &output, is_json)
}

/// Uploads the file, and starts the batch if its price is accepted.
async fn buy(api: &Api, args: &BatchArgs, file: &Path, is_json: bool) -> Result<Value, Error> {
    let is_agreed = args.yes || args.max_total.is_some();
    if !is_agreed && (is_json || file == Path::new(STDIO) || !is_interactive()) {
        let message = "nobody can be asked here; agree to the price with --yes or --max-total";
        return Err(Error::Usage(message.to_owned()));
    }
    let path = file.to_owned();
    let bytes = blocking(move || read_file(&path)).await?;
    let mut upload = Request::upload(
        "/api/batches/create",
        media_of(&bytes),
        bytes,
        // A repeat leaves a second draft, which expires.
        Repeat::Safe,
    );
    if let Some(name) = file.file_name().and_then(|it| it.to_str()) {
        upload = upload.query("file_name", name);
    }
    if let Some(model) = args.model {
        upload = upload.query("model_id", model);
    }
    let draft = api.json(&upload).await?;
    if let Err(declined) = agree(args, &draft).await {
        let delete = json!({ "id": draft["id"] });
        let delete = Request::post("/api/batches/delete", &delete, Repeat::Safe);
        // Otherwise it expires.
        let _ = api.send(&delete).await;
        return Err(declined);
    }
    let start = json!({
        "id": draft["id"],
        "max_total": draft["total"],
        "idempotency_key": Uuid::new_v4().to_string(),
    });
    api.json(&Request::post("/api/batches/start", &start, Repeat::Safe))
        .await
}

/// Whether the user accepts the price of a draft.
async fn agree(args: &BatchArgs, draft: &Value) -> Result<(), Error> {
    let price = format!(
        "{} campaigns for {} credits each: {} credits of {} available",
        draft["lines"], draft["price"], draft["total"], draft["available"]
    );
    let total = draft["total"].as_i64().unwrap_or(i64::MAX);
    if args.max_total.is_some_and(|max| total > max) {
        return Err(Error::Declined(format!("{price}; nothing was bought")));
    }
    if args.yes || args.max_total.is_some() || confirm(&format!("{price}. Buy?")).await? {
        return Ok(());
    }
    Err(Error::Declined("nothing was bought".to_owned()))
}

async fn read_batch(api: &Api, id: &Value) -> Result<Value, Error> {
    api.json(&Request::get("/api/batch").query("id", id)).await
}

/// Waits until all tasks of a batch are final.
async fn wait(api: &Api, mut batch: Value, is_json: bool) -> Result<Value, Error> {
    let progress = Progress::new(is_json);
    while batch["state"] != "finished" {
        let count = |name: &str| batch["counts"][name].as_u64().unwrap_or_default();
        let ended = count("succeeded") + count("failed") + count("canceled");
        let total = batch["lines"].as_u64().unwrap_or_default();
        let failed = match count("failed") {
            0 => String::new(),
            failed => format!("{failed} failed"),
        };
        progress.show_bar(ended, total, &failed);
        sleep(POLL).await;
        batch = read_batch(api, &batch["id"]).await?;
    }
    Ok(batch)
}

/// Saves the results, the highest probability first. An existing file is replaced once they are complete.
async fn download(api: &Api, id: &Value, output: &Path) -> Result<(), Error> {
    let request = Request::get("/api/batch/tasks.csv").query("id", id);
    let mut response = api.send(&request).await?;
    let failed = |error: std::io::Error| file_error("writing", output, error);
    let is_stdout = output == Path::new(STDIO);
    let folder = output.parent().filter(|it| *it != Path::new(""));
    let mut file = (!is_stdout)
        .then(|| {
            tempfile::Builder::new()
                .prefix(".pledgecast-")
                .permissions(Permissions::from_mode(0o666))
                .tempfile_in(folder.unwrap_or(Path::new(".")))
        })
        .transpose()
        .map_err(failed)?;
    loop {
        let part = response.chunk().await;
        let part = part.map_err(|error| Error::Unreachable(format!("reading results: {error}")))?;
        let Some(part) = part else { break };
        match &mut file {
            Some(file) => file.write_all(&part).map_err(failed)?,
            None => std::io::stdout().write_all(&part).map_err(failed)?,
        }
    }
    match file {
        Some(file) => file
            .persist(output)
            .map(drop)
            .map_err(|it| failed(it.error)),
        None => std::io::stdout().flush().map_err(failed),
    }
}

fn report(mut batch: Value, output: &Path, is_json: bool) -> Result<(), Error> {
    let count = |name: &str| batch["counts"][name].as_u64().unwrap_or_default();
    let missing = count("failed") + count("canceled");
    let text = format!(
        "{} predicted, {} failed, {} canceled, charged {} credits; results in {}",
        count("succeeded"),
        count("failed"),
        count("canceled"),
        batch["charged"],
        output.display()
    );
    match (output == Path::new(STDIO), is_json) {
        // Standard output contains the results.
        (true, _) => note(&text),
        (false, false) => print(&text)?,
        (false, true) => {
            batch["output"] = json!(output);
            print_json(&batch)?;
        }
    }
    if missing == 0 {
        return Ok(());
    }
    Err(Error::Failed(format!(
        "{missing} predictions have no result"
    )))
}

fn output_of(args: &BatchArgs, id: &Value) -> PathBuf {
    match (&args.output, &args.file) {
        (Some(output), _) => output.clone(),
        (None, Some(file)) if file != Path::new(STDIO) => file.with_extension("predictions.csv"),
        _ => PathBuf::from(format!("batch-{id}.predictions.csv")),
    }
}

fn read_file(path: &Path) -> Result<Bytes, Error> {
    let bytes = if path == Path::new(STDIO) {
        let mut bytes = Vec::new();
        std::io::stdin().read_to_end(&mut bytes).map(|_| bytes)
    } else {
        read(path)
    };
    bytes
        .map(Bytes::from)
        .map_err(|error| file_error("reading", path, error))
}

/// JSON Lines begin with an object. Everything else is for the CSV reader of the server, which knows many kinds.
fn media_of(bytes: &[u8]) -> &'static str {
    let text = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    match text.trim_ascii_start().first() {
        Some(b'{') => "application/jsonl",
        _ => "text/csv",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_content_tells_the_kind_of_a_file() {
        for text in ["{\"name\": 1}\n", "\u{feff}\n {}", "{"] {
            assert_eq!(media_of(text.as_bytes()), "application/jsonl", "{text}");
        }
        for text in ["", "name,usd_goal\n", "\u{feff}name\n", "\"{\"\n"] {
            assert_eq!(media_of(text.as_bytes()), "text/csv", "{text}");
        }
    }

    #[test]
    fn results_are_beside_the_file_unless_another_place_is_named() {
        let args = |file: Option<&str>, output: Option<&str>| BatchArgs {
            file: file.map(PathBuf::from),
            output: output.map(PathBuf::from),
            ..BatchArgs::default()
        };
        let of = |args: BatchArgs| output_of(&args, &json!(7)).display().to_string();
        assert_eq!(of(args(Some("a/plan.csv"), None)), "a/plan.predictions.csv");
        assert_eq!(of(args(Some("plan.csv"), Some("-"))), "-");
        assert_eq!(of(args(Some("-"), None)), "batch-7.predictions.csv");
        assert_eq!(of(args(None, None)), "batch-7.predictions.csv");
    }
}
