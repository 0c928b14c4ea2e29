//! Back to a history by the browser's button: the rows that were shown there, and how far down.

use std::any::Any;

use leptos::ev::{popstate, scroll};
use leptos::prelude::*;

use super::browser::{self, ScrollAnchor};
use super::list_item::ListItem;
use super::rows::Groups;

/// What a history showed when it was left.
pub struct SavedList<T> {
    /// Its path and query.
    pub url: String,
    /// How far down.
    pub spot: ScrollAnchor,
    /// What was shown.
    pub groups: Groups<T>,
    /// Where the next older page begins, where there is one.
    pub next: Option<String>,
}

/// What was left last, and whether the browser's button led to where one is now.
#[derive(Clone, Copy)]
pub struct ScrollRestoration {
    /// A [`SavedList`] of whatever the history lists.
    left: StoredValue<Option<Box<dyn Any + Send + Sync>>>,
    back_at: StoredValue<Option<String>>,
}

impl ScrollRestoration {
    /// For all pages; hears the browser's buttons from now on.
    pub fn provide() {
        let this = Self {
            left: StoredValue::new(None),
            back_at: StoredValue::new(None),
        };
        provide_context(this);
        Effect::new(move || {
            let pressed = window_event_listener(popstate, move |_| {
                this.back_at.set_value(Some(browser::path_and_query()));
            });
            on_cleanup(move || pressed.remove());
        });
    }

    /// What was shown here, where the browser's button led back to it. Scrolls there once it is drawn.
    pub fn take<T: ListItem>(self, url: &str) -> Option<SavedList<T>> {
        let is_back = self
            .back_at
            .try_update_value(Option::take)
            .flatten()
            .is_some_and(|at| at == url);
        let left = self.left.try_update_value(Option::take).flatten();
        let left = left?.downcast::<SavedList<T>>().ok();
        let left = *left.filter(|left| is_back && left.url == url)?;
        let spot = left.spot;
        // The first frame draws the rows; once those above are near the window, their true heights are known.
        after_two_frames(move || {
            browser::scroll_to(spot);
            after_two_frames(move || browser::scroll_to(spot));
        });
        Some(left)
    }

    /// Tells `moved` where the history at that URL is scrolled to. When it is left, the page that comes next is
    /// scrolled to its top before the one that goes is told.
    pub fn follow_scrolling(url: String, moved: impl Fn(ScrollAnchor) + Copy + 'static) {
        Effect::new(move || {
            moved(browser::spot());
            let url = url.clone();
            let listener = window_event_listener(scroll, move |_| {
                if browser::path_and_query() == url {
                    moved(browser::spot());
                }
            });
            on_cleanup(move || listener.remove());
        });
    }

    /// Keeps what a history shows as it is left.
    pub fn keep<T: ListItem>(self, left: SavedList<T>) {
        self.left.set_value(Some(Box::new(left)));
    }
}

fn after_two_frames(act: impl FnOnce() + 'static) {
    request_animation_frame(move || request_animation_frame(act));
}
