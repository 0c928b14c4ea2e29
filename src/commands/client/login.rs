//! `pledgecast client login` and `logout`.

use http::header::SET_COOKIE;
use serde_json::{Value, json};

use super::args::{ClientArgs, LoginArgs, LoginKeyArgs};
use super::error::Error;
use super::keys::new_key;
use super::profile::{Profile, Profiles};
use super::requests::{Api, Repeat, Request, json_of};
use super::terminal::{ask, ask_secret, is_interactive, note, print, print_json};

const DEFAULT_SERVER: &str = "http://127.0.0.1:3000";

/// Checks a key, or creates one, and writes the profile.
///
/// # Errors
/// If the key is not valid, or the profile cannot be written.
pub async fn login(args: &ClientArgs, login: &LoginArgs) -> Result<(), Error> {
    let profiles = Profiles::of_user()?;
    // Before anything is asked or created.
    profiles.file(&args.profile)?;
    let server = server(args).await?;
    let open = Api::new(&server, None)?;
    if open.is_exposed() {
        note("warning: without https, others in the network can read the key");
    }
    let key = match &login.email {
        Some(email) => create_key(&open, email, &login.key).await?,
        None => ask_secret("API key, from the page Account, API keys: ").await?,
    };
    if key.is_empty() {
        return Err(Error::Usage("no API key was given".to_owned()));
    }
    let api = Api::new(&server, Some(&key))?;
    let current = api.json(&Request::get("/api/keys/current")).await?;
    let profile = Profile {
        server: api.server().to_owned(),
        key,
    };
    let file = profiles.write(&args.profile, &profile)?;
    if args.json {
        return print_json(&json!({
            "profile": args.profile, "server": api.server(), "key": current,
        }));
    }
    let label = current["label"].as_str().unwrap_or_default();
    print(&format!(
        "logged in at {} with the key \"{label}\" ({}); kept in {}",
        api.server(),
        scopes(&current),
        file.display()
    ))
}

fn scopes(key: &Value) -> String {
    let scopes = key["scopes"].as_array().into_iter().flatten();
    let scopes: Vec<_> = scopes.filter_map(Value::as_str).collect();
    scopes.join(", ")
}

async fn server(args: &ClientArgs) -> Result<String, Error> {
    match &args.server {
        Some(server) => Ok(server.clone()),
        // Standard input may contain the key, so it is not asked for more.
        None if !is_interactive() => Err(Error::Usage(
            "name the server with --server or PLEDGECAST_SERVER".to_owned(),
        )),
        None => {
            let server = ask(&format!("Server [{DEFAULT_SERVER}]: ")).await?;
            Ok(if server.is_empty() {
                DEFAULT_SERVER.to_owned()
            } else {
                server
            })
        }
    }
}

/// Logs in with a password, creates a key, and ends the session.
async fn create_key(open: &Api, email: &str, key: &LoginKeyArgs) -> Result<String, Error> {
    let password = ask_secret(&format!("Password of {email}: ")).await?;
    let credentials = json!({ "email": email, "password": password });
    let request = Request::post("/api/auth/login", &credentials, Repeat::IfRefused);
    let response = open.send(&request).await.map_err(explain)?;
    let cookies = response.headers().get_all(SET_COOKIE).iter();
    let pairs: Vec<String> = cookies
        .filter_map(|it| it.to_str().ok()?.split(';').next())
        .map(ToOwned::to_owned)
        .collect();
    let cookie = pairs.join("; ");
    json_of(response).await?;
    let new = new_key(&key.label, &key.scopes, &key.limits);
    let create = Request::post("/api/keys/create", &new, Repeat::IfRefused);
    let created = open.json(&create.header("cookie", &cookie)).await;
    // The key replaces the session. If this fails, the session expires.
    let end = Request::post("/api/auth/logout", &json!({}), Repeat::IfRefused);
    let _ = open.send(&end.header("cookie", &cookie)).await;
    let secret = created?["secret"].as_str().map(ToOwned::to_owned);
    secret.ok_or_else(|| Error::Unreachable("the server has sent no API key".to_owned()))
}

/// Says what to do about an account with a second factor: this command knows only the password.
fn explain(error: Error) -> Error {
    match &error {
        Error::Refused(problem) if problem.0["type"] == "/problems/second_factor_required" => {
            Error::NotSignedIn(
                "this account has a second factor; create a key on the page Account, API keys, and log in without --email"
                    .to_owned(),
            )
        }
        _ => error,
    }
}

/// Deletes the profile, after its key was revoked if that is wanted.
///
/// # Errors
/// If there is no profile, or the key cannot be revoked.
pub async fn logout(args: &ClientArgs, revoke: bool) -> Result<(), Error> {
    let profiles = Profiles::of_user()?;
    if revoke && let Some(profile) = profiles.read(&args.profile)? {
        let api = Api::new(&profile.server, Some(&profile.key))?;
        let current = api.json(&Request::get("/api/keys/current")).await?;
        let id = json!({ "id": current["id"] });
        let revoke = Request::post("/api/keys/revoke", &id, Repeat::Safe);
        api.json(&revoke).await?;
    }
    if !profiles.delete(&args.profile)? {
        let message = format!("there is no profile `{}`", args.profile);
        return Err(Error::NotSignedIn(message));
    }
    if args.json {
        return print_json(&json!({ "profile": args.profile, "revoked": revoke }));
    }
    print(&format!("deleted the profile `{}`", args.profile))
}
