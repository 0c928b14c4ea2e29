//! The state shared by all requests.

use std::ops::Deref;
use std::sync::Arc;

use axum::extract::FromRef;
use leptos::prelude::LeptosOptions;
use tokio_util::sync::CancellationToken;

use super::drawing::Drawings;
use super::health::Readiness;
use super::min_rate::MinRate;
use super::public_url::PublicUrl;
use super::trusted_proxies::TrustedProxies;
use crate::app::SiteAssets;
use crate::queue::Notifier;
use crate::services::in_use::KeyedLimit;
use crate::services::{Clock, Services};
use crate::types::UserId;

/// Concurrent requests of one user, per process, whose bodies may have many MB.
pub const LARGE_BODIES_PER_USER: usize = 4;

/// State shared by all requests. A single pointer, because every layer clones it for each request.
#[derive(Clone)]
pub struct AppState(Arc<Shared>);

/// The fields of [`AppState`].
pub struct Shared {
    /// The services.
    pub services: Services,
    /// Notifies of changes.
    pub notifier: Notifier,
    /// Limits the event streams of each user.
    pub streams: KeyedLimit<UserId>,
    /// Limits the bodies of many MB that each user sends at the same time.
    pub large_bodies: KeyedLimit<UserId>,
    /// Limits the pictures and PDF files that are drawn at the same time.
    pub drawings: Drawings,
    /// What `/health/ready` checks.
    pub readiness: Readiness,
    /// Cancelled when the process must stop.
    pub stop: CancellationToken,
    /// The public URL, if one is configured.
    pub public_url: Option<PublicUrl>,
    /// Whether browsers must also use https for all subdomains of its host.
    pub hsts_subdomains: bool,
    /// The proxies whose `X-Forwarded-For` is believed.
    pub trusted_proxies: TrustedProxies,
    /// The minimum rate of request bodies.
    pub body_rate: MinRate,
    /// The clock.
    pub clock: Arc<dyn Clock>,
    /// The URLs of the client bundle, shared by all pages; `None` if the server was built without it.
    pub assets: Option<Arc<SiteAssets>>,
    /// The options of Leptos.
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
