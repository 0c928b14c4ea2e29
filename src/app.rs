//! The HTML document of every page, and the route table.

use std::collections::HashMap;

use leptos::prelude::*;
use leptos_router::components::{FlatRoutes, Route, Router};
use leptos_router::{SsrMode, path};
use serde::{Deserialize, Serialize};

use crate::client::Session;
use crate::client::form_action::AnsweredForm;
use crate::client::hydration::provide_hydrated;
use crate::client::live::Live;
use crate::client::locale::provide_locale;
use crate::client::scroll_position::provide_scroll_positions;
use crate::components::connection_notice::ConnectionNotice;
use crate::components::nav::{Footer, Header, MAIN_ID, ReadFromTheTop, SkipLink};
use crate::components::not_found::NotFound;
use crate::components::toast::{ToastList, Toasts};
#[cfg(feature = "ssr")]
use crate::pages::chunk::PageChunk;
use crate::pages::{
    account, again, batch, batches, compare, delivery, docs, example, explore, home, keys, login,
    login_code, outcomes, overview, plan, predict, reauthenticate, register, report,
    reset_password, second_factor, shared, task, tasks, track_record, transactions, verify_email,
    webhook, webhooks,
};

/// URLs of the files that a page loads. The server provides them as a context, because it knows the content hashes. All
/// are empty if the client bundle was not built.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct SiteAssets {
    /// The JavaScript module that wasm-bindgen wrote.
    pub js: String,
    /// The WebAssembly module.
    pub wasm: String,
    /// The style sheet.
    pub css: String,
    /// The additional modules of each page, by the name of its chunk.
    #[serde(default)]
    pub chunks: HashMap<String, Vec<String>>,
}

/// The whole application.
#[component]
pub fn App() -> impl IntoView {
    #[cfg(feature = "ssr")]
    leptos_meta::provide_meta_context();
    provide_locale();
    provide_hydrated();
    AnsweredForm::provide();
    Toasts::provide();
    let session = Session::provide();
    Live::provide(session);
    provide_scroll_positions();

    view! {
        <Router>
            <SkipLink />
            <ReadFromTheTop />
            <Header />
            <main id=MAIN_ID class="page" tabindex="-1">
                <Pages />
            </main>
            <Footer />
            <ConnectionNotice />
            <ToastList />
        </Router>
    }
}

/// Declares which module of `pages` is at which path.
macro_rules! routes {
    ($($path:tt $page:ident;)+) => {
        #[component]
        fn Pages() -> impl IntoView {
            view! {
                <FlatRoutes fallback=NotFound>
                    $(<Route path=path!($path) view=$page::CHUNK ssr=SsrMode::Async />)+
                </FlatRoutes>
            }
        }

        #[cfg(feature = "ssr")]
        const PAGES: &[(&str, PageChunk)] = &[$(($path, $page::CHUNK)),+];
    };
}

routes! {
    "/" home;
    "/example" example;
    "/explore" explore;
    "/plan" plan;
    "/docs" docs;
    "/models/:id/track-record" track_record;
    "/register" register;
    "/login" login;
    "/login/code" login_code;
    "/reset-password" reset_password;
    "/verify-email" verify_email;
    "/overview" overview;
    "/predict" predict;
    "/tasks" tasks;
    "/tasks/:id" task;
    "/tasks/:id/again" again;
    "/batches" batches;
    "/batches/:id" batch;
    "/outcomes" outcomes;
    "/compare" compare;
    "/report" report;
    "/shared/:token" shared;
    "/transactions" transactions;
    "/account" account;
    "/account/confirm" reauthenticate;
    "/account/keys" keys;
    "/account/second-factor" second_factor;
    "/account/webhooks" webhooks;
    "/account/webhooks/:id" webhook;
    "/account/deliveries/:id" delivery;
}

/// Reports, which the server also writes as PDF files.
#[cfg(feature = "ssr")]
pub use crate::pages::report as reports;

/// The page at a path, so that the server can preload its chunk.
#[cfg(feature = "ssr")]
fn page_at(path: &str) -> Option<PageChunk> {
    let path: Vec<_> = path.trim_matches('/').split('/').collect();
    let is_at = |pattern: &str| {
        let pattern: Vec<_> = pattern.trim_matches('/').split('/').collect();
        let mut segments = pattern.iter().zip(&path);
        pattern.len() == path.len()
            && segments.all(|(wanted, found)| wanted.starts_with(':') || wanted == found)
    };
    let found = PAGES.iter().find(|(pattern, _)| is_at(pattern));
    found.map(|(_, page)| *page)
}

/// Whether there is a page at `path`, which must not end with a slash.
#[cfg(feature = "ssr")]
pub fn has_page(path: &str) -> bool {
    page_at(path).is_some()
}

/// Encodes a text as a string literal for a script inside HTML.
#[cfg(feature = "ssr")]
fn script_text(text: &str) -> String {
    let text = serde_json::Value::from(text).to_string();
    text.replace('<', "\\u003c")
}

/// The id of the notice that a page is not live.
#[cfg(feature = "ssr")]
const NOT_LIVE_ID: &str = "not-live";
/// How long a page may take to become live, also on slow networks, before the notice is shown.
#[cfg(feature = "ssr")]
const LIVE_WITHIN_MS: u32 = 15_000;

/// The script that loads the client bundle. If loading fails, for example because an extension has changed the page, or
/// if the bundle crashes later, the notice is shown. A page that answers a form first sets the URL to that of the
/// form's page.
#[cfg(feature = "ssr")]
fn script(assets: &SiteAssets, chunk: &str, address: Option<&str>) -> String {
    let move_to = address.map(|it| format!("history.replaceState(null,'',{});", script_text(it)));
    let move_to = move_to.unwrap_or_default();
    format!(
        "{move_to}const notice=is=>{{document.getElementById({NOT_LIVE_ID:?}).hidden=!is}};\
         const broken=e=>{{if(e instanceof WebAssembly.RuntimeError)notice(true)}};\
         const late=setTimeout(notice,{LIVE_WITHIN_MS},true);\
         addEventListener('error',e=>broken(e.error));\
         addEventListener('unhandledrejection',e=>broken(e.reason));\
         import({:?}).then(async m=>{{const first=m.default({{module_or_path:{:?}}});\
         await m.load_page({chunk:?});await first;m.hydrate();clearTimeout(late);notice(false)}})\
         .catch(e=>{{clearTimeout(late);notice(true);throw e}})",
        assets.js, assets.wasm
    )
}

/// The HTML document that the server sends, with the script that hydrates it.
#[cfg(feature = "ssr")]
pub fn shell(options: LeptosOptions) -> impl IntoView {
    use http::request::Parts;
    use std::sync::Arc;

    use leptos::nonce::use_nonce;
    use leptos_meta::MetaTags;

    use crate::client::browser::document_locale;
    use crate::client::browser::document_theme;
    use crate::client::browser::site_rules;
    use crate::client::tr;
    use crate::i18n::I18nLocaleTrait as _;

    let locale = document_locale();
    let theme = document_theme();
    let rules = site_rules();
    let request = use_context::<Parts>();
    // A page that answers a form has another URL than the request.
    let address = use_context::<AnsweredForm>().map(|answered| answered.page);
    let reload_url = address.clone().unwrap_or_default();
    let page = request.and_then(|request| page_at(request.uri.path()));
    let chunk = page.map(|page| page.name).unwrap_or_default();
    // In addition to the header of `respond_in_private`, for copies of the page without headers.
    let robots =
        (chunk == shared::CHUNK.name).then(|| view! { <meta name="robots" content="noindex" /> });
    // Other pages describe themselves.
    let with_preview = [
        home::CHUNK,
        example::CHUNK,
        explore::CHUNK,
        plan::CHUNK,
        shared::CHUNK,
    ];
    let has_preview = with_preview.iter().any(|page| page.name == chunk);
    let description = (!has_preview)
        .then(|| view! { <meta name="description" content=tr!(locale, app.description) /> });
    let assets = use_context::<Arc<SiteAssets>>().filter(|assets| !assets.js.is_empty());
    let assets = assets.map(|assets| {
        let script = script(&assets, chunk, address.as_deref());
        let needed = assets.chunks.get(chunk).cloned().unwrap_or_default();
        let preload = |href: String| {
            view! {
                <link
                    rel="preload"
                    href=href
                    r#as="fetch"
                    r#type="application/wasm"
                    crossorigin="anonymous"
                    // Without scripts, nothing uses it.
                    media="(scripting: enabled)"
                />
            }
        };
        view! {
            <link rel="stylesheet" href=assets.css.clone() />
            <link rel="modulepreload" href=assets.js.clone() nonce=use_nonce() />
            {preload(assets.wasm.clone())}
            {needed.into_iter().map(preload).collect_view()}
            <script type="module" nonce=use_nonce()>
                {script}
            </script>
        }
    });

    view! {
        <!DOCTYPE html>
        <html
            lang=locale.as_str()
            data-theme=theme.as_str()
            data-registration=rules.registration.as_str()
            data-top-ups=rules.top_ups.as_str()
        >
            <head>
                <meta charset="utf-8" />
                <meta name="viewport" content="width=device-width, initial-scale=1" />
                <meta name="color-scheme" content=theme.color_scheme() />
                {description}
                {robots}
                <link rel="icon" href="/favicon.svg" type="image/svg+xml" />
                {assets}
                <AutoReload options />
                <MetaTags />
            </head>
            <body>
                <App />
                // After `App`, because hydration does not cover it.
                <div id=NOT_LIVE_ID class="notice notice-bad not-live" role="alert" hidden>
                    <p>
                        {tr!(locale, app.not_live)} " "
                        <a href=reload_url rel="external">
                            {tr!(locale, app.reload)}
                        </a>
                    </p>
                </div>
            </body>
        </html>
    }
}

#[cfg(all(test, feature = "ssr"))]
mod tests {
    use std::collections::HashSet;

    use leptos_axum::generate_route_list;

    use super::*;

    #[tokio::test]
    async fn each_route_has_a_chunk_of_its_own() {
        let routes = generate_route_list(App);
        let found = routes
            .iter()
            .map(|route| page_at(route.path()).unwrap().name);
        assert_eq!(found.collect::<HashSet<_>>().len(), routes.len());
        assert_eq!(routes.len(), PAGES.len());
    }

    #[test]
    fn parameters_match_one_segment() {
        let name = |path| page_at(path).map(|page| page.name);
        assert_eq!(name("/"), Some("home"));
        assert_eq!(name("/tasks/7/"), Some("task"));
        assert_eq!(name("/tasks/7/again"), Some("again"));
        assert_eq!(name("/tasks"), Some("tasks"));
        assert_eq!(name("/tasks/7/8"), None);
        assert_eq!(name("/api"), None);
    }
}
