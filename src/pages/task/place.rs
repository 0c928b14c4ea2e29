//! The position of a queued task, requested again and again while the page is visible.

use std::time::Duration;

use leptos::prelude::*;
use leptos::task::spawn_local;

use crate::api::get_task;
use crate::client::data::Data;
use crate::client::{Locale, browser, tr, use_locale};
use crate::components::format;
use crate::types::{AppError, QueueView, TaskStatus, TaskView};

const TICK_S: u64 = 2;

/// Keeps `place` up to date while the task is queued. Changes of the task itself come with the event stream, but other
/// tasks move it in the queue without an event.
pub fn follow(task: Data<TaskView>, place: RwSignal<Option<QueueView>>) {
    let queued = Memo::new(move |_| match task.get() {
        Some(Ok(task)) if task.status == TaskStatus::Queued => Some(task.id.to_string()),
        _ => None,
    });
    Effect::new(move || {
        let Some(id) = queued.get() else {
            return;
        };
        // How many ticks pass without a request.
        let skipped = StoredValue::new(0);
        let tick = move || {
            if skipped.get_value() > 0 {
                skipped.update_value(|ticks| *ticks -= 1);
            } else if !browser::is_hidden() {
                // Until the response has arrived.
                skipped.set_value(u64::MAX);
                spawn_local(request(id.clone(), task, place, skipped));
            }
        };
        if let Ok(ticks) = set_interval_with_handle(tick, Duration::from_secs(TICK_S)) {
            on_cleanup(move || ticks.clear());
        }
    });
}

async fn request(
    id: String,
    task: Data<TaskView>,
    place: RwSignal<Option<QueueView>>,
    skipped: StoredValue<u64>,
) {
    let response = get_task(id).await;
    // The user has left the page, or the task is no longer queued.
    if skipped.is_disposed() {
        return;
    }
    let pause_s = match response {
        Ok(now) if now.status == TaskStatus::Queued => {
            place.set(now.queue);
            0
        }
        Ok(now) => {
            task.update(|task| *task = now);
            return;
        }
        // The session has ended.
        Err(AppError::Unauthorized) => return,
        Err(error) => error.retry_after_s().unwrap_or_default(),
    };
    skipped.set_value(pause_s.div_ceil(TICK_S));
}

/// The position and the expected wait, in words.
#[component]
pub fn Place(
    /// The position.
    place: RwSignal<Option<QueueView>>,
) -> impl IntoView {
    let locale = use_locale();
    // It is inside a live region, and reading every step aloud would be too much.
    view! {
        <p class="queue-place" aria-live="off">
            {move || place.get().map(|place| words(locale, place))}
        </p>
    }
}

fn words(locale: Locale, place: QueueView) -> String {
    if place.waiting_for_worker {
        return tr!(locale, queue.waiting_for_worker).to_owned();
    }
    let ahead = i64::from(place.ahead);
    let number = format::whole_number(locale, ahead);
    let ahead = if place.ahead == 0 {
        tr!(locale, queue.next).to_owned()
    } else if place.ahead >= QueueView::AHEAD_MAX {
        tr!(locale, queue.many, number = number)
    } else {
        tr!(locale, queue.ahead, count = ahead, number = number)
    };
    match place.wait_s.map(|seconds| duration(locale, seconds)) {
        Some(wait) => format!("{ahead} {}", tr!(locale, queue.wait, wait = wait)),
        None => ahead,
    }
}

/// Seconds, or whole minutes from 90 seconds on.
fn duration(locale: Locale, seconds: u32) -> String {
    if seconds < 90 {
        tr!(locale, queue.seconds, count = i64::from(seconds))
    } else {
        tr!(
            locale,
            queue.minutes,
            count = i64::from(seconds.div_ceil(60))
        )
    }
}
