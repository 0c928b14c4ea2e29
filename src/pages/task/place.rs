//! The place of a queued task, asked for again and again while somebody looks.

use leptos::prelude::*;
use leptos::task::spawn_local;

use crate::api::get_task;
use crate::client::data::Data;
use crate::client::{Locale, browser, tr, use_locale};
use crate::components::format;
use crate::types::{AppError, QueueView, TaskStatus, TaskView};

const ASK_EVERY_MS: u64 = 2_000;

/// Keeps `place` as it is while the task is queued. That the task itself has changed comes by the stream of
/// live changes; others move it in the queue without a word.
pub fn follow(task: Data<TaskView>, place: RwSignal<Option<QueueView>>) {
    let is_waiting = StoredValue::new(false);
    Effect::new(move |_| {
        let queued = queued_id(task.get());
        if queued.is_some() && !is_waiting.get_value() {
            is_waiting.set_value(true);
            wait(task, place, is_waiting);
        }
    });
}

fn queued_id(task: Option<Result<TaskView, AppError>>) -> Option<String> {
    match task {
        Some(Ok(task)) if task.status == TaskStatus::Queued => Some(task.id.to_string()),
        _ => None,
    }
}

fn wait(task: Data<TaskView>, place: RwSignal<Option<QueueView>>, is_waiting: StoredValue<bool>) {
    browser::after_ms(ASK_EVERY_MS, move || {
        // It is not there any more once the page was left.
        if place.is_disposed() {
            return;
        }
        let Some(id) = untrack(|| queued_id(task.get())) else {
            is_waiting.set_value(false);
            return;
        };
        if browser::is_hidden() {
            wait(task, place, is_waiting);
            return;
        }
        spawn_local(async move {
            let answer = get_task(id).await;
            if place.is_disposed() {
                return;
            }
            match answer {
                Ok(now) if now.status != TaskStatus::Queued => {
                    is_waiting.set_value(false);
                    task.update(|task| *task = now);
                }
                answer => {
                    if let Ok(now) = answer {
                        place.set(now.queue);
                    }
                    wait(task, place, is_waiting);
                }
            }
        });
    });
}

/// The place and the expected wait, in words.
#[component]
pub fn Place(
    /// Where the task stands.
    place: RwSignal<Option<QueueView>>,
) -> impl IntoView {
    let locale = use_locale();
    // Inside a region that is read aloud; every step of a queue would be too much.
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

/// Seconds, or whole minutes where they are many.
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
