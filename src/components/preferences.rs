//! The user's preferences, language and theme, in the header.
//!
//! Both are cookies that the server reads, so pages are right from the start. The switches are plain forms. With
//! JavaScript, the theme changes without loading the page again. The language is fixed for the life of a page.

use leptos::ev::SubmitEvent;
use leptos::prelude::*;

use super::Icon;
use super::form::use_page;
use crate::client::{Locale, browser, tr, use_locale};
use crate::i18n::I18nLocaleTrait as _;
use crate::types::Theme;

/// The URL that the forms are sent to.
pub const URL: &str = "/preferences";
/// Name of the language, in the form and as a cookie.
pub const LOCALE: &str = "locale";
/// Name of the theme, in the form and as a cookie.
pub const THEME: &str = "theme";
/// Name of the form field with the page to return to.
pub const BACK: &str = "back";

/// The switches, in a panel that a button opens.
#[component]
pub fn Preferences() -> impl IntoView {
    let locale = use_locale();
    view! {
        <details class="preferences">
            <summary aria-label=tr!(locale, preferences.title)>
                <Icon name="preferences" />
            </summary>
            <div class="preferences-panel card">
                <Switch name=LOCALE label=tr!(locale, preferences.language) choices=languages(locale) />
                <ThemeSwitch />
            </div>
        </details>
    }
}

/// One choice of a switch.
struct Choice {
    value: &'static str,
    label: &'static str,
    /// The language of the label, if it is not that of the page.
    lang: Option<&'static str>,
    is_chosen: Signal<bool>,
}

/// All languages, each named in itself.
fn languages(locale: Locale) -> Vec<Choice> {
    let choice = |choice: Locale, label| Choice {
        value: choice.as_str(),
        label,
        lang: (choice != locale).then(|| choice.as_str()),
        is_chosen: Signal::stored(choice == locale),
    };
    vec![
        choice(Locale::en, tr!(Locale::en, preferences.own_name)),
        choice(Locale::ru, tr!(Locale::ru, preferences.own_name)),
    ]
}

#[component]
fn ThemeSwitch() -> impl IntoView {
    let locale = use_locale();
    let chosen = RwSignal::new(browser::document_theme());
    let choices = Theme::ALL.iter().map(|theme| Choice {
        value: theme.as_str(),
        label: match theme {
            Theme::System => tr!(locale, preferences.system),
            Theme::Light => tr!(locale, preferences.light),
            Theme::Dark => tr!(locale, preferences.dark),
        },
        lang: None,
        is_chosen: Signal::derive(move || chosen.get() == *theme),
    });
    let send = Callback::new(move |event: SubmitEvent| {
        let Some(body) = browser::submitted_body(&event) else {
            return;
        };
        event.prevent_default();
        browser::values_in_body(&body, &[THEME], |_, theme| {
            if let Ok(theme) = theme.parse() {
                browser::set_document_theme(theme);
                chosen.set(theme);
            }
        });
        browser::post(URL, body, false, |_| {});
    });
    let choices = choices.collect();
    view! { <Switch name=THEME label=tr!(locale, preferences.theme) choices send /> }
}

/// A row of buttons, one of which is pressed.
#[component]
fn Switch(
    /// Name of the choice.
    name: &'static str,
    /// What is chosen.
    label: &'static str,
    /// The choices.
    choices: Vec<Choice>,
    /// Sends the form once the page is live; without it the browser does.
    #[prop(optional)]
    send: Option<Callback<SubmitEvent>>,
) -> impl IntoView {
    let back = use_page();
    let label_id = format!("{name}-label");
    let buttons = choices.into_iter().map(|choice| {
        let is_chosen = choice.is_chosen;
        view! {
            <button
                type="submit"
                class="chip"
                name=name
                value=choice.value
                lang=choice.lang
                aria-pressed=move || if is_chosen.get() { "true" } else { "false" }
            >
                {choice.label}
            </button>
        }
    });
    view! {
        <form
            action=URL
            method="post"
            class="switch"
            aria-labelledby=label_id.clone()
            on:submit=move |event| {
                if let Some(send) = send {
                    send.run(event);
                }
            }
        >
            <p class="switch-label" id=label_id.clone()>
                {label}
            </p>
            <input type="hidden" name=BACK value=back />
            <div class="switch-choices">{buttons.collect_view()}</div>
        </form>
    }
}
