//! What most commands begin with: the server and the key of a profile.

use super::address::address_of;
use super::args::ClientArgs;
use super::error::Error;
use super::profile::Profiles;
use super::requests::Api;

/// Keys are not arguments, which other users of the machine can list.
pub const KEY_VARIABLE: &str = "PLEDGECAST_API_KEY";

/// The server and the key that a command uses: those of the environment, or those of the profile.
///
/// # Errors
/// If there is no key.
pub fn open(args: &ClientArgs) -> Result<Api, Error> {
    let key = std::env::var(KEY_VARIABLE).ok().filter(|it| !it.is_empty());
    let Some(profile) = Profiles::of_user()?.read(&args.profile)? else {
        return match (&args.server, key) {
            (Some(server), Some(key)) => Api::new(server, Some(&key)),
            _ => Err(Error::NotSignedIn(format!(
                "there is no profile `{}`; run `pledgecast client login`, or set PLEDGECAST_SERVER and {KEY_VARIABLE}",
                args.profile
            ))),
        };
    };
    let server = args.server.as_deref().unwrap_or(&profile.server);
    match key {
        Some(key) => Api::new(server, Some(&key)),
        // The key belongs to one server, and no other one should see it.
        None if address_of(server)? != address_of(&profile.server)? => {
            Err(Error::NotSignedIn(format!(
                "the profile `{}` is for {}; log in at {server} with another --profile, or set {KEY_VARIABLE}",
                args.profile, profile.server
            )))
        }
        None => Api::new(server, Some(&profile.key)),
    }
}
