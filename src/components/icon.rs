//! Icons, 24 by 24, in the colour of the text. They are always next to text, so hidden from screen readers.

use leptos::prelude::*;

/// An icon; an unknown name draws nothing.
#[component]
pub fn Icon(
    /// Its name.
    name: &'static str,
) -> impl IntoView {
    let path = match name {
        "alert" => "M12 8v5M12 16.5v.5M12 3 2.5 20h19z",
        "check" => "M5 12.5 10 17.5 19.5 7",
        "clock" => "M12 7v5l3.5 2M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18",
        "cross" => "M6 6l12 12M18 6 6 18",
        "spinner" => "M12 3a9 9 0 1 1-9 9",
        "stop" => "M6 12h12M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18",
        "overview" => "M4 13h6V4H4zM14 20h6V11h-6zM4 20h6v-4H4zM14 8h6V4h-6z",
        "predict" => "M4 17a8 8 0 0 1 16 0M12 17l4-5",
        "tasks" => "M9 6h11M9 12h11M9 18h11M4.5 6h.01M4.5 12h.01M4.5 18h.01",
        "transactions" => "M7 4v15M7 19l-3-3M7 19l3-3M17 20V5M17 5l-3 3M17 5l3 3",
        "account" => {
            "M12 12a4 4 0 1 0 0-8 4 4 0 0 0 0 8M4.5 20.5c1-4 4-5.5 7.5-5.5s6.5 1.5 7.5 5.5"
        }
        "preferences" => "M4 5h9M10.5 2.5v5M5.5 9.5 8 5l4 4.5M12 21l4.5-10L21 21M13.5 18h6",
        "arrow" => "M5 12h14M13 6l6 6-6 6",
        "coins" => {
            "M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18M9 9.5c0-2 6-2 6 0M9 14.5c0 2 6 2 6 0c0-3-6-2-6-5"
        }
        _ => "",
    };
    view! {
        <svg class=format!("icon icon-{name}") viewBox="0 0 24 24" aria-hidden="true" focusable="false">
            <path d=path></path>
        </svg>
    }
}
