//! The form above a history that filters it: a form of plain GET, so that the URL holds the filter. Once the
//! page is live it goes to that URL by itself.

use leptos::ev::SubmitEvent;
use leptos::prelude::*;
use leptos_router::NavigateOptions;
use leptos_router::hooks::use_navigate;

use super::labels;
use super::list_item::List;
use super::pager::{Filter, ListUrl, list_choices, query_url};
use super::select::{Choice, Group, options, position_of};
use crate::client::{Locale, browser, tr, use_locale};
use crate::types::{NAME_MAX_CHARS, TaskStatus, TransactionKind, Verdict};

const FORM_ID: &str = "filter";
/// Characters of a day such as `2026-11-02`.
const DAY_LENGTH: usize = 10;

/// The first and the last day.
const DAYS: [&str; 2] = ["from", "to"];

/// The filters of a history, and its file.
#[component]
pub fn FilterBar(
    /// The history.
    list: List,
    /// The URL of the page.
    list_url: Memo<ListUrl>,
) -> impl IntoView {
    let locale = use_locale();
    // What was typed stays in the document, so it is written there when the URL says something else.
    Effect::new(move |before: Option<()>| {
        let list_url = list_url.get();
        if before.is_some() {
            for (name, value) in list_url.filter() {
                browser::write_control(FORM_ID, name, shown(name, &value));
            }
        }
    });
    let first = list_url.get_untracked();
    let (search, verdict) = match list {
        List::Tasks => (Some(search(locale, &first)), Some(verdict(locale, &first))),
        List::Transactions => (None, None),
    };
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
    let chosen = chips_of(list);
    let kept = move || {
        let value = list_url.with(|list_url| list_url.get(chosen));
        (!value.is_empty()).then(|| view! { <input type="hidden" name=chosen value=value /> })
    };
    let links = move || list_url.with(|list_url| links(locale, list, list_url));
    let navigate = use_navigate();
    let go = move |event: SubmitEvent| {
        event.prevent_default();
        let options = NavigateOptions {
            scroll: false,
            ..NavigateOptions::default()
        };
        navigate(&entered_url(list, &list_url.get_untracked()), options);
    };
    view! {
        {move || list_url.with(|list_url| chips(locale, list, list_url))}
        <form id=FORM_ID class="filter-bar" method="get" action=list.path() on:submit=go>
            {kept}
            {search}
            <div class="buttons">
                <button type="submit" class="button">
                    {tr!(locale, history.apply)}
                </button>
                {links}
            </div>
            <details class="filter-more" open=is_open>
                <summary>
                    {match list {
                        List::Tasks => tr!(locale, history.more_tasks),
                        List::Transactions => tr!(locale, history.more_transactions),
                    }}
                </summary>
                <div>{verdict} {day(locale, DAYS[0], &first)} {day(locale, DAYS[1], &first)}</div>
                <p class="field-hint" class:without-script=move || !has_utc_day()>
                    {tr!(locale, history.days_utc)}
                </p>
            </details>
        </form>
    }
}

/// The filter whose values are links.
const fn chips_of(list: List) -> &'static str {
    match list {
        List::Tasks => "status",
        List::Transactions => "kind",
    }
}

fn chips(locale: Locale, list: List, list_url: &ListUrl) -> AnyView {
    let all = tr!(locale, tasks.all);
    let choices = match list {
        List::Tasks => {
            let words = TaskStatus::ALL.iter();
            let words = words.map(|it| (labels::status(locale, *it), it.as_str()));
            list_choices(list_url, chips_of(list), all, words)
        }
        List::Transactions => {
            let words = TransactionKind::ALL.iter();
            let words = words.map(|it| (labels::kind(locale, *it), it.as_str()));
            list_choices(list_url, chips_of(list), all, words)
        }
    };
    view! { <Filter label=tr!(locale, tasks.filter) choices /> }.into_any()
}

/// The way to all rows, and to the file of those that are shown.
fn links(locale: Locale, list: List, list_url: &ListUrl) -> AnyView {
    let clear = list_url.is_filtered().then(|| {
        view! {
            <a class="button button-quiet" href=list_url.all()>
                {tr!(locale, history.clear)}
            </a>
        }
    });
    let mark = ("bom", "1".to_owned());
    let file = query_url(list.file(), list_url.filter().chain([mark]));
    view! {
        {clear}
        <a class="button button-quiet" href=file rel="external" download="">
            {tr!(locale, history.file)}
        </a>
    }
    .into_any()
}

/// The URL of what the form holds.
fn entered_url(list: List, list_url: &ListUrl) -> String {
    let filter = list.filters().iter().map(|name| {
        let entered = browser::control_value(FORM_ID, name);
        let entered = entered.map(|value| {
            if DAYS.contains(name) {
                // A day as the list shows it: of the device.
                browser::with_offset(&value, *name == DAYS[1])
            } else {
                value
            }
        });
        (*name, entered.unwrap_or_else(|| list_url.get(name)))
    });
    query_url(list.path(), filter)
}

/// What the control of a filter shows: of a day with an offset the day.
fn shown<'a>(name: &str, value: &'a str) -> &'a str {
    if DAYS.contains(&name) {
        value.get(..DAY_LENGTH).unwrap_or(value)
    } else {
        value
    }
}

fn labelled(name: &str, label: &str, control: AnyView) -> AnyView {
    view! {
        <div class="field">
            <label for=format!("{FORM_ID}-{name}")>{label.to_owned()}</label>
            {control}
        </div>
    }
    .into_any()
}

fn day(locale: Locale, name: &'static str, list_url: &ListUrl) -> AnyView {
    let control = view! {
        <input
            class="control"
            type="date"
            id=format!("{FORM_ID}-{name}")
            name=name
            value=shown(name, &list_url.get(name)).to_owned()
        />
    };
    labelled(name, labels::field(locale, name), control.into_any())
}

fn search(locale: Locale, list_url: &ListUrl) -> AnyView {
    let control = view! {
        <input
            class="control"
            type="search"
            id=format!("{FORM_ID}-search")
            name="search"
            value=list_url.get("search")
            maxlength=NAME_MAX_CHARS.to_string()
            autocomplete="off"
        />
    };
    labelled(
        "search",
        labels::field(locale, "search"),
        control.into_any(),
    )
}

fn verdict(locale: Locale, list_url: &ListUrl) -> AnyView {
    let current = list_url.get("verdict");
    let all = Choice::new("", tr!(locale, tasks.all));
    let verdicts = Verdict::ALL.iter();
    let verdicts = verdicts.map(|it| Choice::new(it.as_str(), labels::verdict_short(locale, *it)));
    let choices = std::iter::once(all).chain(verdicts).collect();
    let groups = [Group {
        label: None,
        choices,
    }];
    let options = options(&groups, position_of(&groups, &current));
    let control = view! {
        <select
            class="control"
            id=format!("{FORM_ID}-verdict")
            name="verdict"
            inner_html=options
        ></select>
    };
    labelled(
        "verdict",
        labels::field(locale, "verdict"),
        control.into_any(),
    )
}
