//! What every request shares.

use std::ops::Deref;
use std::sync::Arc;

use axum::extract::FromRef;
use leptos::prelude::LeptosOptions;
use tokio_util::sync::CancellationToken;

use super::health::Readiness;
use super::keyed_limit::KeyedLimit;
use super::min_rate::MinRate;
use super::public_url::PublicUrl;
use super::trusted_proxies::TrustedProxies;
use crate::app::SiteAssets;
use crate::queue::Notifier;
use crate::services::{Clock, Services};
use crate::types::UserId;

/// What every request shares. One pointer, for it is cloned by every layer that a request goes through.
#[derive(Clone)]
pub struct AppState(Arc<Shared>);

/// What stands behind an [`AppState`].
pub struct Shared {
    /// The rules.
    pub services: Services,
    /// The word of changes.
    pub notifier: Notifier,
    /// Limits the event streams of each user.
    pub streams: Arc<KeyedLimit<UserId>>,
    /// Whether this process can do its work.
    pub readiness: Readiness,
    /// Cancelled when the process is to stop.
    pub stop: CancellationToken,
    /// How browsers reach the service, where it was told.
    pub public_url: Option<PublicUrl>,
    /// Proxies in front whose word is believed.
    pub trusted_proxies: TrustedProxies,
    /// The lowest rate of request bodies.
    pub body_rate: MinRate,
    /// The one source of the time.
    pub clock: Arc<dyn Clock>,
    /// The browser half, where it was built before the server. Pages share it.
    pub assets: Option<Arc<SiteAssets>>,
    /// What Leptos wants to know.
    pub leptos: LeptosOptions,
}

impl From<Shared> for AppState {
    fn from(shared: Shared) -> Self {
        Self(Arc::new(shared))
    }
}

impl Deref for AppState {
    type Target = Shared;

    fn deref(&self) -> &Shared {
        &self.0
    }
}

impl Shared {
    /// Whether browsers reach the service over https.
    pub fn https(&self) -> bool {
        self.public_url.as_ref().is_some_and(PublicUrl::is_https)
    }
}

impl FromRef<AppState> for LeptosOptions {
    fn from_ref(state: &AppState) -> Self {
        state.leptos.clone()
    }
}

impl FromRef<AppState> for Readiness {
    fn from_ref(state: &AppState) -> Self {
        state.readiness.clone()
    }
}
