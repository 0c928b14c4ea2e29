//! Files that other sites show of a shared result: the badge and the picture of its link. Also the picture of all other
//! pages.
//!
//! They are the same for everybody who asks, so the query alone selects language and theme, and caches may keep them for
//! a short while.

use axum::Extension;
use axum::body::{Body, Bytes};
use axum::extract::{Path, State};
use axum::http::header::{self, HeaderName};
use axum::http::{HeaderMap, HeaderValue, Response, StatusCode, Uri};
use axum::response::IntoResponse as _;
use sha2::{Digest as _, Sha256};
use tokio::sync::OnceCell;

use super::badge;
use super::drawing::card::{Card, CardResult};
use super::headers::{is_known, text_of};
use super::problem::Problem;
use super::security_headers::Embeddable;
use super::state::AppState;
use crate::client::locale::locale_of_query;
use crate::client::{Locale, tr};
use crate::components::preferences::THEME;
use crate::components::query::values_of;
use crate::components::{format, labels};
use crate::services::attempts::Client;
use crate::types::{AppError, SharedView, Theme, hex};

/// How long a badge or a picture may be shown after its link has ended.
const SHORTLY: &str = "public, max-age=300";
const AN_HOUR: &str = "public, max-age=3600";
/// An SVG drawing needs its own styles and nothing else. It may be anywhere.
const BADGE_POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors *";
const SVG: &str = "image/svg+xml; charset=utf-8";
const PNG: &str = "image/png";
const ROBOTS: HeaderName = HeaderName::from_static("x-robots-tag");
const RESOURCE_POLICY: HeaderName = HeaderName::from_static("cross-origin-resource-policy");

/// `GET /shared/TOKEN/badge.svg`: the badge of a shared result. The optional `lang` and `theme` select its language and
/// colours. A link that has ended has a badge that says so, with status 404.
pub async fn badge(
    State(state): State<AppState>,
    Extension(visitor): Extension<Client>,
    Path(token): Path<String>,
    uri: Uri,
    headers: HeaderMap,
) -> Result<Response<Body>, Problem> {
    let (locale, theme) = (locale_of(&uri), theme_of(&uri));
    let shared = state.services.sharing.open(&visitor, &token).await;
    let mut response = match shared {
        Ok(shared) => {
            let svg = badge::of_result(locale, theme, &shared);
            file(svg.into(), SVG, SHORTLY, &headers)
        }
        Err(AppError::NotFound) => {
            let svg = badge::of_nothing(locale, theme);
            let headers = [
                (header::CONTENT_TYPE, SVG),
                (header::CACHE_CONTROL, "no-store"),
            ];
            (StatusCode::NOT_FOUND, headers, svg).into_response()
        }
        Err(error) => return Err(error.into()),
    };
    let out = response.headers_mut();
    out.insert(
        header::CONTENT_SECURITY_POLICY,
        HeaderValue::from_static(BADGE_POLICY),
    );
    publish(&mut response);
    response.extensions_mut().insert(Embeddable);
    Ok(response)
}

/// `GET /shared/TOKEN/card.png`: the picture that messengers show with the link of a shared result.
pub async fn card(
    State(state): State<AppState>,
    Extension(visitor): Extension<Client>,
    Path(token): Path<String>,
    uri: Uri,
    headers: HeaderMap,
) -> Result<Response<Body>, Problem> {
    let shared = state.services.sharing.open(&visitor, &token).await?;
    let card = card_of(locale_of(&uri), &shared);
    let png = state.drawings.make(move || card.draw()).await?;
    let mut response = file(png.into(), PNG, SHORTLY, &headers);
    publish(&mut response);
    Ok(response)
}

/// `GET /card.png`: the picture that messengers show with links to the public pages.
pub async fn site_card(
    State(state): State<AppState>,
    uri: Uri,
    headers: HeaderMap,
) -> Result<Response<Body>, Problem> {
    static ENGLISH: OnceCell<Bytes> = OnceCell::const_new();
    static RUSSIAN: OnceCell<Bytes> = OnceCell::const_new();
    let locale = locale_of(&uri);
    let drawn = match locale {
        Locale::en => &ENGLISH,
        Locale::ru => &RUSSIAN,
    };
    let draw = || async {
        let card = Card {
            brand: tr!(locale, app.name).to_owned(),
            title: tr!(locale, home.title).to_owned(),
            text: tr!(locale, app.description).to_owned(),
            result: None,
        };
        let png = state.drawings.make(move || card.draw()).await?;
        Ok::<_, AppError>(Bytes::from(png))
    };
    let png = drawn.get_or_try_init(draw).await?.clone();
    let mut response = file(png, PNG, AN_HOUR, &headers);
    publish(&mut response);
    Ok(response)
}

#[expect(clippy::cast_possible_truncation, reason = "shares between 0 and 1")]
fn card_of(locale: Locale, shared: &SharedView) -> Card {
    let result = &shared.result;
    let [low, high] =
        [result.interval_low, result.interval_high].map(|share| format::percent(locale, share));
    Card {
        brand: tr!(locale, app.name).to_owned(),
        title: shared.campaign.name.clone(),
        text: labels::verdict(locale, result.verdict).to_owned(),
        result: Some(CardResult {
            percent: format::percent(locale, result.probability),
            range: tr!(locale, task.interval, low = low, high = high),
            probability: result.probability as f32,
            interval: (result.interval_low as f32, result.interval_high as f32),
        }),
    }
}

fn locale_of(uri: &Uri) -> Locale {
    uri.query().and_then(locale_of_query).unwrap_or_default()
}

fn theme_of(uri: &Uri) -> Theme {
    let chosen = values_of(uri.query().unwrap_or_default(), THEME).pop();
    chosen
        .and_then(|theme| theme.parse().ok())
        .unwrap_or_default()
}

/// A file with a tag of its content, or 304 if the client has it.
fn file(
    content: Bytes,
    content_type: &'static str,
    caching: &'static str,
    request: &HeaderMap,
) -> Response<Body> {
    let tag = format!("\"{}\"", hex(&Sha256::digest(&content)[..8]));
    let is_unchanged =
        text_of(request, header::IF_NONE_MATCH).is_some_and(|known| is_known(known, &tag));
    let headers = [
        (header::CACHE_CONTROL, caching),
        (header::CONTENT_TYPE, content_type),
        (header::ETAG, tag.as_str()),
    ];
    if is_unchanged {
        (StatusCode::NOT_MODIFIED, headers).into_response()
    } else {
        (headers, content).into_response()
    }
}

/// Lets pages of other sites load a file, but search engines not list it.
fn publish(response: &mut Response<Body>) {
    for (name, value) in [(RESOURCE_POLICY, "cross-origin"), (ROBOTS, "noindex")] {
        response
            .headers_mut()
            .insert(name, HeaderValue::from_static(value));
    }
}
