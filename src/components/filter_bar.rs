//! The form above a history that filters it: a form of plain GET, so that the URL holds the filter. Once the
//! page is live it goes to that URL by itself.

use leptos::ev::SubmitEvent;
use leptos::prelude::*;
use leptos_router::NavigateOptions;
use leptos_router::hooks::use_navigate;

use super::feed::List;
use super::pager::{Filter, Place, list_choices, query_url};
use super::{Locale, browser, labels, tr, use_locale};
use crate::types::{NAME_MAX_CHARS, TaskStatus, TransactionKind, Verdict};

const FORM_ID: &str = "filter";

/// The filters of a history, and its file.
#[component]
pub fn FilterBar(
    /// Which.
    list: List,
    /// Where in it.
    place: Place,
) -> impl IntoView {
    let l = use_locale();
    let (first, chips) = match list {
        List::Tasks => {
            let words = TaskStatus::ALL.iter();
            let words = words.map(|it| (labels::status(l, *it), it.as_str()));
            (
                "status",
                list_choices(&place, "status", tr!(l, tasks.all), words),
            )
        }
        List::Transactions => {
            let words = TransactionKind::ALL.iter();
            let words = words.map(|it| (labels::kind(l, *it), it.as_str()));
            (
                "kind",
                list_choices(&place, "kind", tr!(l, tasks.all), words),
            )
        }
    };
    let fields = match list {
        List::Tasks => Some((search(l, &place), verdict(l, &place))),
        List::Transactions => None,
    };
    let clear = place.is_filtered().then(|| {
        view! {
            <a class="button button-quiet" href=place.all()>
                {tr!(l, history.clear)}
            </a>
        }
    });
    let file = query_url(list.file(), place.filter().chain([("bom", "1".to_owned())]));
    let kept = place.get(first);
    let go = goes(list, place.clone());
    view! {
        <Filter label=tr!(l, tasks.filter) choices=chips />
        <form
            id=FORM_ID
            class="filter-bar"
            method="get"
            action=place.all()
            on:submit=move |event: SubmitEvent| {
                event.prevent_default();
                go();
            }
        >
            {(!kept.is_empty()).then(|| view! { <input type="hidden" name=first value=kept /> })}
            {fields}
            {day(l, "from", &place)}
            {day(l, "to", &place)}
            <div class="buttons">
                <button type="submit" class="button">
                    {tr!(l, history.apply)}
                </button>
                {clear}
                <a class="button button-quiet" href=file rel="external" download="">
                    {tr!(l, history.file)}
                </a>
            </div>
        </form>
    }
}

/// Goes to the URL of what the form holds.
fn goes(list: List, place: Place) -> impl Fn() {
    let navigate = use_navigate();
    move || {
        let filter = list.filters().iter().map(|name| {
            let entered = browser::control_value(FORM_ID, name);
            (*name, entered.unwrap_or_else(|| place.get(name)))
        });
        let url = query_url(place.all(), filter);
        navigate(
            &url,
            NavigateOptions {
                scroll: false,
                ..NavigateOptions::default()
            },
        );
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

fn day(l: Locale, name: &'static str, place: &Place) -> AnyView {
    let control = view! {
        <input
            class="control"
            type="date"
            id=format!("{FORM_ID}-{name}")
            name=name
            value=place.get(name)
        />
    };
    labelled(name, labels::field(l, name), control.into_any())
}

fn search(l: Locale, place: &Place) -> AnyView {
    let control = view! {
        <input
            class="control"
            type="search"
            id=format!("{FORM_ID}-search")
            name="search"
            value=place.get("search")
            maxlength=NAME_MAX_CHARS.to_string()
            autocomplete="off"
        />
    };
    labelled("search", labels::field(l, "search"), control.into_any())
}

fn verdict(l: Locale, place: &Place) -> AnyView {
    let current = place.get("verdict");
    let all = ("", tr!(l, tasks.all));
    let words = Verdict::ALL.iter();
    let words = words.map(|it| (it.as_str(), labels::verdict_short(l, *it)));
    let options: Vec<_> = std::iter::once(all)
        .chain(words)
        .map(|(value, label)| {
            view! {
                <option value=value selected=value == current>
                    {label}
                </option>
            }
        })
        .collect();
    let control = view! {
        <select class="control" id=format!("{FORM_ID}-verdict") name="verdict">
            {options}
        </select>
    };
    labelled("verdict", labels::field(l, "verdict"), control.into_any())
}
