//! The encrypted cookies of a browser.

use chrono::Duration;
use serde::{Serialize, de::DeserializeOwned};
use tower_cookies::cookie::SameSite;
use tower_cookies::cookie::time::Duration as CookieDuration;
use tower_cookies::{Cookie, Cookies};

use crate::services::service_key::KeyRing;

/// The name of a cookie. The `__Host-` prefix binds it to this exact host; browsers accept it only over https.
pub fn cookie_name(https: bool, name: &str) -> String {
    if https {
        format!("__Host-{name}")
    } else {
        name.to_owned()
    }
}

/// Reads and writes encrypted cookies that scripts cannot read.
pub(super) struct SealedCookies {
    pub(super) keys: KeyRing,
    /// Whether browsers use the service only over https.
    pub(super) https: bool,
}

impl SealedCookies {
    /// Whether the browser sent a cookie of that name, valid or not.
    pub(super) fn has(&self, cookies: &Cookies, name: &str) -> bool {
        cookies.get(&cookie_name(self.https, name)).is_some()
    }

    /// The content of a cookie that this service has made.
    pub(super) fn get<T: DeserializeOwned>(&self, cookies: &Cookies, name: &str) -> Option<T> {
        let name = cookie_name(self.https, name);
        let cookie = self
            .keys
            .all()
            .find_map(|key| cookies.private(key).get(&name))?;
        serde_json::from_str(cookie.value()).ok()
    }

    pub(super) fn put<T: Serialize>(
        &self,
        cookies: &Cookies,
        name: &str,
        content: &T,
        lifetime: Duration,
    ) {
        // The contents are plain structs and always serialize.
        let Ok(content) = serde_json::to_string(content) else {
            return;
        };
        let mut cookie = self.cookie(name, content);
        cookie.set_max_age(CookieDuration::seconds(lifetime.num_seconds()));
        cookies.private(self.keys.newest()).add(cookie);
    }

    pub(super) fn remove(&self, cookies: &Cookies, name: &str) {
        let mut cookie = self.cookie(name, String::new());
        cookie.make_removal();
        cookies.add(cookie);
    }

    fn cookie(&self, name: &str, value: String) -> Cookie<'static> {
        Cookie::build((cookie_name(self.https, name), value))
            .http_only(true)
            .same_site(SameSite::Lax)
            .secure(self.https)
            .path("/")
            .build()
    }
}
