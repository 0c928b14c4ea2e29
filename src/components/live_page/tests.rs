//! What live changes do to a page.

use super::*;
use crate::types::{Credits, TransactionId, TransactionKind, TransactionView};

fn line(id: i64, amount: i64) -> TransactionView {
    TransactionView {
        id: TransactionId(id),
        kind: TransactionKind::TopUp,
        amount: Credits(amount),
        balance_before: Credits(0),
        balance_after: Credits(amount),
        description: String::new(),
        task_id: None,
        task_title: None,
        created_at: chrono::DateTime::from_timestamp_millis(id).unwrap(),
    }
}

fn page(ids: &[i64], next: Option<&str>) -> Page<TransactionView> {
    Page {
        items: ids.iter().map(|id| line(*id, 0)).collect(),
        next: next.map(ToOwned::to_owned),
    }
}

/// Ids and amounts.
fn contents(page: &Page<TransactionView>) -> Vec<(i64, i64)> {
    let items = page.items.iter();
    items.map(|it| (it.id.0, it.amount.0)).collect()
}

/// A page of the rows 3 and 2, with row 1 on the next one, after a change of the row with this id.
fn merged(id: i64, accepts_new: bool) -> Vec<(i64, i64)> {
    let mut page = page(&[3, 2], Some("2"));
    merge(&mut page, line(id, 7), accepts_new, 10);
    contents(&page)
}

#[test]
fn a_changed_row_is_updated_on_any_page() {
    for accepts_new in [true, false] {
        assert_eq!(merged(2, accepts_new), [(3, 0), (2, 7)]);
    }
}

#[test]
fn a_new_row_is_added_on_the_first_page_only() {
    assert_eq!(merged(4, true), [(4, 7), (3, 0), (2, 0)]);
    assert_eq!(merged(4, false), [(3, 0), (2, 0)]);
}

#[test]
fn a_row_of_an_older_page_is_not_added() {
    assert_eq!(merged(1, true), [(3, 0), (2, 0)]);
}

#[test]
fn new_rows_are_sorted_in_whatever_order_they_arrive() {
    let mut page = page(&[], None);
    for id in [5, 4, 6] {
        merge(&mut page, line(id, 0), true, 10);
    }
    assert_eq!(contents(&page), [(6, 0), (5, 0), (4, 0)]);
}

#[test]
fn a_full_page_leaves_its_oldest_row_to_the_next_page() {
    let mut page = page(&[3, 2, 1], None);
    merge(&mut page, line(4, 0), true, 3);
    assert_eq!(contents(&page), [(4, 0), (3, 0), (2, 0)]);
    assert_eq!(page.next.as_deref(), Some("2"), "row 1 comes after row 2");
}

#[test]
fn a_row_that_no_longer_matches_disappears_and_the_others_stay() {
    let mut shown = page_on_screen(&page(&[3, 2, 1], None));
    let before: Vec<u32> = shown.items.iter().map(|row| row.key).collect();
    // As the server returns it: row 2 is gone, row 1 has changed, row 4 is new.
    let mut latest = page(&[4, 3, 1], None);
    latest.items[2] = line(1, 7);
    show_rows(&mut shown, &latest);
    let ids: Vec<i64> = shown.items.iter().map(Row::id).collect();
    assert_eq!(ids, [4, 3, 1]);
    let keys: Vec<u32> = shown.items.iter().map(|row| row.key).collect();
    assert_eq!(keys[1..], [before[0], before[2]]);
    assert!(!before.contains(&keys[0]));
    assert_eq!(shown.items[2].item.get_untracked().amount, Credits(7));
}

#[test]
fn in_a_list_in_use_rows_change_but_are_not_added_or_removed() {
    let shown = page_on_screen(&page(&[3, 2, 1], None));
    let mut latest = page(&[4, 3, 1], None);
    latest.items[1] = line(3, 7);
    update_rows(&shown.items, &latest);
    let rows = shown.items.iter().map(|row| row.item.get_untracked());
    let rows: Vec<_> = rows.map(|it| (it.id.0, it.amount.0)).collect();
    assert_eq!(rows, [(3, 7), (2, 0), (1, 0)]);
}

fn page_on_screen(page: &Page<TransactionView>) -> Page<Row<TransactionView>> {
    let mut shown = Page {
        items: Vec::new(),
        next: None,
    };
    show_rows(&mut shown, page);
    shown
}
