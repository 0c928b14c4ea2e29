//! How far down a history is scrolled.

use leptos::prelude::{document, window};
use wasm_bindgen::JsCast;
use web_sys::{Element, NodeList};

use super::ScrollAnchor;

fn groups() -> Option<NodeList> {
    let groups = document().query_selector_all(".rows > tbody").ok()?;
    (groups.length() > 0).then_some(groups)
}

/// How far below the top of the window a group begins, in CSS pixels.
fn top_of(groups: &NodeList, at: u32) -> f64 {
    let group = groups.item(at).and_then(|it| it.dyn_into::<Element>().ok());
    group.map_or(0.0, |group| group.get_bounding_client_rect().top())
}

/// Where the history on this page is scrolled to.
pub fn spot() -> ScrollAnchor {
    let Some(groups) = groups() else {
        return ScrollAnchor::default();
    };
    // The last one that begins above the window, or the first of all.
    let (mut group, mut beyond) = (0, groups.length());
    while beyond - group > 1 {
        let middle = u32::midpoint(group, beyond);
        if top_of(&groups, middle) <= 0.0 {
            group = middle;
        } else {
            beyond = middle;
        }
    }
    ScrollAnchor {
        group: usize::try_from(group).unwrap_or_default(),
        above: -top_of(&groups, group),
    }
}

/// Whether something in an element is picked or has the focus.
pub fn is_in_use(element: &Element) -> bool {
    let used = element.query_selector(":checked, :focus");
    used.is_ok_and(|used| used.is_some())
}

/// Scrolls the history on this page there.
pub fn scroll_to(spot: ScrollAnchor) {
    let (Some(groups), Ok(group)) = (groups(), u32::try_from(spot.group)) else {
        return;
    };
    let scrolled = window().scroll_y().unwrap_or_default();
    let group = group.min(groups.length() - 1);
    window().scroll_to_with_x_and_y(0.0, scrolled + top_of(&groups, group) + spot.above);
}
