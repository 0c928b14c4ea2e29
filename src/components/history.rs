//! A history as a page shows it: its rows, what waits to come in, and the way to older ones.

use leptos::ev::beforeprint;
use leptos::html::Tbody;
use leptos::prelude::*;

use super::browser::ScrollAnchor;
use super::errors::error_text;
use super::feed::Feed;
use super::list_item::ListItem;
use super::pager::Place;
use super::rows::{Group, Groups, Row};
use super::scroll_restoration::{SavedList, ScrollRestoration};
use super::{Empty, Icon, browser, format, tr, use_locale, use_session};
use crate::types::Page;

/// The rows of a history that begin with a page.
#[component]
pub fn History<T: ListItem>(
    /// Where in it.
    place: Place,
    /// The page there.
    page: Page<T>,
) -> impl IntoView {
    let feed = begin(place.clone(), page);
    follow(feed);
    let older = place.clone();
    let older = move || {
        let next = feed.next.get()?;
        let url = older.at(next);
        Some(view! { <Older feed url /> })
    };
    let newest = (!place.cursor.is_empty()).then(|| {
        let l = use_locale();
        view! {
            <a class="button" href=place.at(String::new())>
                {tr!(l, pager.newest)}
            </a>
        }
    });
    view! {
        <div
            class="history-rows"
            // Around what waits too: whoever goes there to let it in must not let it in by leaving.
            on:pointerenter=move |_| feed.set_pointer(true)
            on:pointerleave=move |_| feed.set_pointer(false)
        >
            <Waiting feed />
            <Rows feed is_filtered=place.is_filtered() />
        </div>
        <div class="history-foot">
            <Progress feed />
            <div class="pager">{newest} {older}</div>
        </div>
    }
}

/// Goes on where the browser's button leads back to, and remembers the place for the next time.
fn begin<T: ListItem>(place: Place, page: Page<T>) -> Feed<T> {
    let Some(scroll_restoration) = use_context::<ScrollRestoration>() else {
        return Feed::new(place, page);
    };
    let url = browser::path_and_query();
    let feed = match scroll_restoration.take(&url) {
        Some(left) => Feed::resume(place, left, page),
        None => Feed::new(place, page),
    };
    let spot = StoredValue::new(ScrollAnchor::default());
    ScrollRestoration::follow_scrolling(url.clone(), move |to| {
        spot.set_value(to);
        feed.look_at(to.group);
    });
    on_cleanup(move || {
        scroll_restoration.keep(SavedList {
            url,
            spot: spot.try_get_value().unwrap_or_default(),
            groups: feed.groups.try_get_untracked().unwrap_or_default(),
            next: feed.next.try_get_untracked().flatten(),
        });
    });
    feed
}

/// Takes live changes over, and reads the newest page again where some may have been missed. A printer gets all.
fn follow<T: ListItem>(feed: Feed<T>) {
    T::on_change(move |entry| feed.take(entry));
    let session = use_session();
    Effect::new(move || {
        let printed = window_event_listener(beforeprint, move |_| feed.draw_all());
        on_cleanup(move || printed.remove());
    });
    Effect::new(move |before: Option<u32>| {
        let version = session.version();
        if before.is_some_and(|before| before != version) {
            feed.refresh();
        }
        version
    });
}

/// Says how many rows wait, and lets them in. It keeps its height, so that nothing moves when it has
/// something to say.
#[component]
fn Waiting<T: ListItem>(
    /// The rows.
    feed: Feed<T>,
) -> impl IntoView {
    let l = use_locale();
    let words = move || {
        let count = i64::try_from(feed.waiting.with(Vec::len)).unwrap_or(i64::MAX);
        (count > 0).then(|| {
            view! {
                <button type="button" class="chip" on:click=move |_| feed.apply_pending()>
                    {T::waiting(l, count)}
                </button>
            }
        })
    };
    view! {
        <div class="waiting with-script" role="status">
            {words}
        </div>
    }
}

#[component]
fn Rows<T: ListItem>(
    /// The rows.
    feed: Feed<T>,
    /// Whether there may be more without the filter.
    is_filtered: bool,
) -> impl IntoView {
    let l = use_locale();
    let is_empty = Memo::new(move |_| feed.groups.with(|groups| groups.all().is_empty()));
    move || {
        if !is_empty.get() {
            return T::around(view! { <Table feed /> }.into_any());
        }
        let (title, text, action) = if feed.next.with(Option::is_some) {
            let (title, text) = (tr!(l, history.not_yet), tr!(l, history.not_yet_text));
            (title, text, None)
        } else {
            T::nothing(l, is_filtered)
        };
        view! { <Empty title text action /> }.into_any()
    }
}

#[component]
fn Table<T: ListItem>(
    /// The rows.
    feed: Feed<T>,
) -> impl IntoView {
    let l = use_locale();
    // Some browsers forget what the parts of a table are where they are not laid out as such.
    view! {
        <table
            class=T::LIST.table()
            role="table"
            on:focusin=move |_| feed.set_focus(true)
            on:focusout=move |_| feed.set_focus(false)
        >
            <caption class="visually-hidden">{T::caption(l)}</caption>
            <thead role="rowgroup">
                <tr role="row">{T::head()}</tr>
            </thead>
            <For
                each=move || feed.groups.with(|groups| groups.all().to_vec())
                key=|group| group.key
                children=group_view
            />
        </table>
    }
}

fn group_view<T: ListItem>(group: Group<T>) -> AnyView {
    let Group { rows, is_near, .. } = group;
    let slot = NodeRef::<Tbody>::new();
    let is_drawn = Memo::new(move |before: Option<&bool>| {
        // What is picked in it, or has the focus, is not taken away.
        let is_in_use = || {
            slot.get_untracked()
                .is_some_and(|it| browser::is_in_use(&it))
        };
        is_near.get() || before.is_some_and(|drawn| *drawn) && is_in_use()
    });
    let rows = move || {
        let rows = rows.clone();
        is_drawn.get().then(|| {
            view! { <For each=move || rows.get() key=|row| row.id children=row_view /> }
        })
    };
    view! {
        <tbody role="rowgroup" node_ref=slot>
            {rows}
        </tbody>
    }
    .into_any()
}

fn row_view<T: ListItem>(row: Row<T>) -> AnyView {
    let cells = move || row.entry.get().cells();
    view! { <tr role="row">{cells}</tr> }.into_any()
}

/// The way to older rows: a link that leads to them, and once the page is live brings them here.
#[component]
fn Older<T: ListItem>(
    /// The rows.
    feed: Feed<T>,
    /// The URL of the older page.
    url: String,
) -> impl IntoView {
    let l = use_locale();
    view! {
        <a
            class="button"
            href=url
            rel="next"
            aria-busy=move || feed.loading.get().then_some("true")
            on:click=move |event| {
                let is_plain = !(event.ctrl_key() || event.meta_key() || event.shift_key());
                if is_plain {
                    event.prevent_default();
                    feed.load_older();
                }
            }
        >
            {tr!(l, pager.older)}
            <Icon name="arrow" />
        </a>
    }
}

/// How many rows there are, read aloud as more come.
#[component]
fn Progress<T: ListItem>(
    /// The rows.
    feed: Feed<T>,
) -> impl IntoView {
    let l = use_locale();
    let words = move || {
        if let Some(error) = feed.error.get() {
            return error_text(l, &error);
        }
        if feed.loading.get() {
            return tr!(l, app.loading).to_owned();
        }
        let count = i64::try_from(feed.groups.with(Groups::count)).unwrap_or(i64::MAX);
        if count == 0 {
            return String::new();
        }
        let number = format::whole_number(l, count);
        if feed.next.with(Option::is_some) {
            tr!(l, history.shown, count = count, number = number)
        } else {
            tr!(l, history.shown_all, count = count, number = number)
        }
    };
    view! {
        <p class="quiet history-progress" role="status">
            {words}
        </p>
    }
}
