//! How a list on the screen takes over a live change.

/// Puts a changed or new item into a list that is newest first.
///
/// An item that is there is replaced, or taken out once it no longer `fits` the list's filter; one that is
/// not is put on top where the list `starts_at_top` and it is newer than all.
pub fn merge<T>(
    items: &mut Vec<T>,
    item: T,
    id: impl Fn(&T) -> i64,
    fits: bool,
    starts_at_top: bool,
) {
    if let Some(index) = items.iter().position(|it| id(it) == id(&item)) {
        if fits {
            items[index] = item;
        } else {
            items.remove(index);
        }
    } else if fits && starts_at_top && items.first().is_none_or(|first| id(first) < id(&item)) {
        items.insert(0, item);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn merged(item: (i64, &'static str), fits: bool, at_top: bool) -> Vec<(i64, &'static str)> {
        let mut items = vec![(3, "c"), (2, "b")];
        merge(&mut items, item, |it| it.0, fits, at_top);
        items
    }

    #[test]
    fn a_known_item_is_replaced_where_it_stands() {
        assert_eq!(merged((2, "B"), true, true), [(3, "c"), (2, "B")]);
    }

    #[test]
    fn a_known_item_that_no_longer_fits_the_filter_goes() {
        assert_eq!(merged((3, "C"), false, true), [(2, "b")]);
    }

    #[test]
    fn a_newer_item_comes_on_top_of_the_first_page_only() {
        assert_eq!(merged((4, "d"), true, true), [(4, "d"), (3, "c"), (2, "b")]);
        assert_eq!(merged((4, "d"), true, false), [(3, "c"), (2, "b")]);
        assert_eq!(merged((4, "d"), false, true), [(3, "c"), (2, "b")]);
    }

    #[test]
    fn an_older_item_belongs_to_another_page() {
        assert_eq!(merged((1, "a"), true, true), [(3, "c"), (2, "b")]);
    }
}
