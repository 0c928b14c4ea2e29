//! The frame of every page: skip link, header with navigation and balance, footer.

use leptos::prelude::*;
use leptos_router::components::A;
use leptos_router::hooks::use_location;

use super::async_view::{AsyncView, load};
use super::pager::CURSOR;
use super::preferences::Preferences;
use super::{Icon, format};
use crate::client::{browser, tr, use_locale, use_session};
use crate::types::{BalanceView, Registration};

/// Id of the page's main part.
pub const MAIN_ID: &str = "main";

/// The page with the API reference.
pub const DOCS_PATH: &str = "/docs";

/// Lets keyboard users skip the header.
#[component]
pub fn SkipLink() -> impl IntoView {
    let locale = use_locale();
    view! {
        <a class="skip-link" href=format!("#{MAIN_ID}") rel="external">
            {tr!(locale, app.skip)}
        </a>
    }
}

/// Moves the focus to the page's main part after a link to another page, or to another page of a list, because a
/// browser would start there after loading one.
#[component]
pub fn ReadFromTheTop() -> impl IntoView {
    let location = use_location();
    Effect::new(move |before: Option<(String, String, Option<String>)>| {
        let mut query = location.query.get();
        let cursor = query.remove(CURSOR);
        let cursor = cursor.and_then(|values| values.into_iter().next());
        let page = (location.pathname.get(), query.to_query_string(), cursor);
        // A filter does not move the focus, even if it leads back to the newest rows.
        let is_new = before.is_some_and(|(path, query, cursor)| {
            path != page.0 || (query == page.1 && cursor != page.2)
        });
        if is_new && location.hash.with_untracked(String::is_empty) {
            request_animation_frame(|| browser::start_reading_at(MAIN_ID));
        }
        page
    });
}

/// The header.
#[component]
pub fn Header() -> impl IntoView {
    let locale = use_locale();
    let session = use_session();
    let view = load(move || async move {
        let balance = session.balance.await.ok().flatten();
        match session.user.await {
            Ok(Some(_)) => view! { <SignedIn balance /> }.into_any(),
            Ok(None) => view! { <SignedOut /> }.into_any(),
            // The server cannot say who is signed in.
            Err(_) => ().into_any(),
        }
    });
    view! {
        <header class="site-header">
            <div class="site-header-inner">
                <A href="/" exact=true attr:class="brand">
                    <Logo />
                    {tr!(locale, app.name)}
                </A>
                <AsyncView view />
                <Preferences />
            </div>
        </header>
    }
}

#[component]
fn SignedIn(
    /// `None` if the server cannot say.
    balance: Option<BalanceView>,
) -> impl IntoView {
    let locale = use_locale();
    view! {
        <nav class="nav-main" aria-label=tr!(locale, nav.main)>
            <NavLink href="/overview" icon="overview" text=tr!(locale, nav.overview) />
            <NavLink href="/predict" icon="predict" text=tr!(locale, nav.predict) />
            <NavLink href="/tasks" icon="tasks" text=tr!(locale, nav.tasks) />
            <NavLink href="/transactions" icon="transactions" text=tr!(locale, nav.transactions) />
        </nav>
        <nav class="nav-account" aria-label=tr!(locale, nav.account_area)>
            {balance.map(|balance| view! { <BalanceLink balance /> })}
            <NavLink href="/account" icon="account" text=tr!(locale, nav.account) />
        </nav>
    }
}

#[component]
fn SignedOut() -> impl IntoView {
    let locale = use_locale();
    let is_open = browser::site_rules().registration == Registration::Open;
    let register = is_open.then(|| {
        view! {
            <A href="/register" attr:class="button button-main">
                {tr!(locale, nav.register)}
            </A>
        }
    });
    view! {
        <nav class="nav-account" aria-label=tr!(locale, nav.account_area)>
            <A href="/login" attr:class="button">
                {tr!(locale, nav.login)}
            </A>
            {register}
        </nav>
    }
}

#[component]
fn NavLink(
    /// Its target.
    href: &'static str,
    /// Its icon.
    icon: &'static str,
    /// Its text.
    text: &'static str,
) -> impl IntoView {
    view! {
        <A href=href attr:class="nav-link">
            <Icon name=icon />
            <span>{text}</span>
        </A>
    }
}

#[component]
fn BalanceLink(
    /// The balance.
    balance: BalanceView,
) -> impl IntoView {
    let locale = use_locale();
    let words = format::credits(locale, balance.available);
    view! {
        <a class="balance-chip" href="/overview" aria-label=tr!(locale, nav.balance, credits = words)>
            <Icon name="coins" />
            <span>{format::whole_number(locale, balance.available.0)}</span>
        </a>
    }
}

/// The logo of the service: a gauge.
#[component]
fn Logo() -> impl IntoView {
    view! {
        <svg class="logo" viewBox="0 0 24 24" aria-hidden="true" focusable="false">
            <path class="logo-track" d="M3 18a9 9 0 0 1 18 0" pathLength="100"></path>
            <path
                class="logo-value"
                d="M3 18a9 9 0 0 1 18 0"
                pathLength="100"
                stroke-dasharray="68 200"
            ></path>
            <path class="logo-needle" d="M12 18l3.6-5.4"></path>
        </svg>
    }
}

/// The footer.
#[component]
pub fn Footer() -> impl IntoView {
    let locale = use_locale();
    view! {
        <footer class="site-footer">
            <p class="footer-links">
                <a href="/explore">{tr!(locale, explore.link)}</a>
                <a href="/plan">{tr!(locale, planner.title)}</a>
                <a href=DOCS_PATH>{tr!(locale, api_docs.link)}</a>
            </p>
            <p>{tr!(locale, app.footer)}</p>
        </footer>
    }
}
