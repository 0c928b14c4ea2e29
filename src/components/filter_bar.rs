//! The filters of a history: a GET form, so that the URL holds them. Once the page is live, it navigates to that URL by
//! itself.

use leptos::ev::SubmitEvent;
use leptos::prelude::*;
use leptos_router::NavigateOptions;
use leptos_router::hooks::use_navigate;

use super::labels;
use super::list_item::ListItem;
use super::pager::{Filter, FilterChoice, ListUrl};
use super::query::query_url;
use super::select::{Choice, options, position_of};
use crate::client::{Locale, browser, tr, use_locale};
use crate::types::{NAME_MAX_CHARS, Verdict};

const FORM_ID: &str = "filter";
/// Characters of a day such as `2026-11-02`.
const DAY_LENGTH: usize = 10;

/// The first and the last day.
const DAYS: [&str; 2] = ["from", "to"];

/// The filters of a history, and its CSV download. `list_url` is the URL of the page.
pub fn filter_bar<T: ListItem>(list_url: Memo<ListUrl>) -> AnyView {
    let locale = use_locale();
    // The document keeps what was typed, so the form is updated when the URL changes.
    Effect::new(move |before: Option<()>| {
        let list_url = list_url.get();
        if before.is_some() {
            for (name, value) in list_url.filter() {
                browser::write_control(FORM_ID, name, shown(name, &value));
            }
        }
    });
    let first = list_url.get_untracked();
    let has = |name| T::FILTERS.contains(&name);
    let search = has("search").then(|| input(locale, "search", "search", &first));
    let verdict = has("verdict").then(|| verdict(locale, &first));
    let days = DAYS.map(|name| input(locale, name, "date", &first));
    let is_open = ["verdict"]
        .iter()
        .chain(&DAYS)
        .any(|name| !first.get(name).is_empty());
    let has_utc_day = move || {
        list_url.with(|list_url| {
            let mut days = DAYS.iter().map(|name| list_url.get(name));
            days.any(|day| !day.is_empty() && shown(DAYS[0], &day) == day)
        })
    };
    let chosen = T::FILTERS[0];
    let kept = move || {
        let value = list_url.with(|list_url| list_url.get(chosen));
        (!value.is_empty()).then(|| view! { <input type="hidden" name=chosen value=value /> })
    };
    let navigate = use_navigate();
    let go = move |event: SubmitEvent| {
        event.prevent_default();
        let options = NavigateOptions {
            scroll: false,
            ..NavigateOptions::default()
        };
        navigate(&entered_url::<T>(&list_url.get_untracked()), options);
    };
    view! {
        {move || list_url.with(|list_url| chips::<T>(locale, list_url))}
        <form id=FORM_ID class="filter-bar" method="get" action=T::PATH on:submit=go>
            {kept}
            {search}
            <div class="buttons">
                <button type="submit" class="button">
                    {tr!(locale, history.apply)}
                </button>
                {move || list_url.with(|list_url| links::<T>(locale, list_url))}
            </div>
            <details class="filter-more" open=is_open>
                <summary>{T::more_filters(locale)}</summary>
                <div>{verdict} {Vec::from(days)}</div>
                <p class="field-hint" class:without-script=move || !has_utc_day()>
                    {tr!(locale, history.days_utc)}
                </p>
            </details>
        </form>
    }
    .into_any()
}

fn chips<T: ListItem>(locale: Locale, list_url: &ListUrl) -> AnyView {
    let filter = T::FILTERS[0];
    let current = list_url.get(filter);
    let choices = std::iter::once((tr!(locale, tasks.all), ""))
        .chain(T::choices(locale))
        .map(|(label, value)| FilterChoice {
            label: label.to_owned(),
            url: list_url.with(filter, value),
            is_current: current == value,
        });
    view! { <Filter label=tr!(locale, tasks.filter) choices=choices.collect() /> }.into_any()
}

/// Links to all rows and to the CSV download of the filtered ones.
fn links<T: ListItem>(locale: Locale, list_url: &ListUrl) -> AnyView {
    let clear = list_url.is_filtered().then(|| {
        view! {
            <a class="button button-quiet" href=T::PATH>
                {tr!(locale, history.clear)}
            </a>
        }
    });
    let mark = ("bom", "1".to_owned());
    let file = query_url(T::FILE, list_url.filter().chain([mark]));
    view! {
        {clear}
        <a class="button button-quiet" href=file rel="external" download="">
            {tr!(locale, history.file)}
        </a>
    }
    .into_any()
}

/// The URL with the filters in the form.
fn entered_url<T: ListItem>(list_url: &ListUrl) -> String {
    let filter = T::FILTERS.iter().map(|name| {
        let entered = browser::control_value(FORM_ID, name);
        let entered = entered.map(|value| {
            if DAYS.contains(name) {
                // Like the days in the list, in the device's time zone.
                browser::with_offset(&value, *name == DAYS[1])
            } else {
                value
            }
        });
        (*name, entered.unwrap_or_else(|| list_url.get(name)))
    });
    query_url(T::PATH, filter)
}

/// What the control of a filter shows: a day without its offset, anything else as it is.
fn shown<'a>(name: &str, value: &'a str) -> &'a str {
    if DAYS.contains(&name) {
        value.get(..DAY_LENGTH).unwrap_or(value)
    } else {
        value
    }
}

fn labelled(locale: Locale, name: &str, control: AnyView) -> AnyView {
    view! {
        <div class="field">
            <label for=format!("{FORM_ID}-{name}")>{labels::field(locale, name).to_owned()}</label>
            {control}
        </div>
    }
    .into_any()
}

fn input(locale: Locale, name: &'static str, kind: &'static str, list_url: &ListUrl) -> AnyView {
    let control = view! {
        <input
            class="control"
            type=kind
            id=format!("{FORM_ID}-{name}")
            name=name
            value=shown(name, &list_url.get(name)).to_owned()
            maxlength=(kind == "search").then(|| NAME_MAX_CHARS.to_string())
            autocomplete="off"
        />
    };
    labelled(locale, name, control.into_any())
}

fn verdict(locale: Locale, list_url: &ListUrl) -> AnyView {
    let all = Choice::new("", tr!(locale, tasks.all));
    let verdicts = Verdict::ALL.iter();
    let verdicts = verdicts.map(|it| Choice::new(it.as_str(), labels::verdict_short(locale, *it)));
    let choices: Vec<_> = std::iter::once(all).chain(verdicts).collect();
    let groups = [choices.into()];
    let options = options(&groups, position_of(&groups, &list_url.get("verdict")));
    let control = view! {
        <select
            class="control"
            id=format!("{FORM_ID}-verdict")
            name="verdict"
            inner_html=options
        ></select>
    };
    labelled(locale, "verdict", control.into_any())
}
