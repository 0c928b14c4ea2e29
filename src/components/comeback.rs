//! Back to a history by the browser's button: the rows that were shown there, and how far down.

use std::any::Any;

use leptos::ev::{popstate, scroll};
use leptos::prelude::*;

use super::browser;
use super::feed::Row;
use super::listed::Listed;

/// What a history showed when it was left.
pub struct Left<T> {
    /// Its path and query.
    pub url: String,
    /// How far down, in CSS pixels.
    pub scrolled: f64,
    /// What was shown, newest first.
    pub rows: Vec<Row<T>>,
    /// Where the next older page begins, where there is one.
    pub next: Option<String>,
}

/// What was left last, and whether the browser's button led to where one is now.
#[derive(Clone, Copy)]
pub struct Comeback {
    /// A [`Left`] of whatever the history lists.
    left: StoredValue<Option<Box<dyn Any + Send + Sync>>>,
    back_at: StoredValue<Option<String>>,
}

impl Comeback {
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
    pub fn take<T: Listed>(self, url: &str) -> Option<Left<T>> {
        let is_back = self
            .back_at
            .try_update_value(Option::take)
            .flatten()
            .is_some_and(|at| at == url);
        let left = self.left.try_update_value(Option::take).flatten();
        let left = left?.downcast::<Left<T>>().ok();
        let left = *left.filter(|left| is_back && left.url == url)?;
        let scrolled = left.scrolled;
        // The first frame draws the rows.
        request_animation_frame(move || {
            request_animation_frame(move || browser::scroll_to(scrolled));
        });
        Some(left)
    }

    /// How far down the page at that URL was scrolled last. When it is left, the page that comes next is scrolled
    /// to its top before the one that goes is told.
    pub fn follow_scrolling(url: String) -> StoredValue<f64> {
        let scrolled = StoredValue::new(0.0);
        Effect::new(move || {
            let url = url.clone();
            let moved = window_event_listener(scroll, move |_| {
                if browser::path_and_query() == url {
                    scrolled.set_value(browser::scrolled());
                }
            });
            on_cleanup(move || moved.remove());
        });
        scrolled
    }

    /// Keeps what a history shows as it is left.
    pub fn keep<T: Listed>(self, left: Left<T>) {
        self.left.set_value(Some(Box::new(left)));
    }
}
