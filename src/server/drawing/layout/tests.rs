//! Where a report is placed on its pages.

use super::*;

fn report(blocks: Vec<Block>) -> Report {
    Report {
        title: "Report".to_owned(),
        subject: "Something".to_owned(),
        language: "en",
        blocks,
    }
}

fn place(blocks: Vec<Block>) -> Layout {
    Layout::of(&report(blocks), |page, pages| format!("{page}/{pages}"))
}

fn texts(page: &[Item]) -> Vec<&str> {
    page.iter()
        .filter_map(|item| match &item.shape {
            Shape::Text { text, .. } => Some(text.trim_end()),
            Shape::Bar { .. } => None,
        })
        .collect()
}

#[test]
fn a_long_report_goes_on_on_the_next_page_within_the_margins() {
    let paragraph = Block::paragraph(Tone::Plain, "word ".repeat(3000));
    let pages = place(vec![paragraph]);
    assert!(pages.pages.len() > 1);
    let all = pages.pages.len();
    for (index, page) in pages.pages.iter().enumerate() {
        assert_eq!(
            texts(page).last(),
            Some(&format!("{}/{all}", index + 1).as_str())
        );
        for item in page.iter().filter(|item| item.has_meaning) {
            assert!(item.x >= MARGIN && item.y <= BOTTOM, "{item:?}");
            if let Shape::Text { text, face, size } = &item.shape {
                let end = item.x + face.width(text.trim_end(), *size);
                assert!(end <= PAGE.0 - MARGIN + 0.01, "{item:?}");
            }
        }
    }
}

#[test]
fn a_page_break_begins_a_page_and_a_heading_is_not_left_alone() {
    let mut blocks = vec![Block::PageBreak, Block::heading(2, "Second")];
    let pages = place(blocks.clone());
    assert_eq!(texts(&pages.pages[1])[0], "Second");
    blocks.clear();
    blocks.push(Block::Facts(vec![("a".to_owned(), "b".to_owned()); 43]));
    blocks.push(Block::heading(3, "Last"));
    blocks.push(Block::paragraph(Tone::Plain, "text ".repeat(200)));
    let pages = place(blocks);
    let of_heading = pages
        .pages
        .iter()
        .find(|page| texts(page).contains(&"Last"));
    assert!(
        texts(of_heading.unwrap())
            .iter()
            .any(|text| text.starts_with("text"))
    );
}

#[test]
fn a_table_has_the_structure_that_screen_readers_need() {
    let table = Block::Table {
        caption: "Numbers".to_owned(),
        head: vec!["Name".to_owned(), "Value".to_owned()],
        rows: vec![vec!["one".to_owned(), "1".to_owned()]],
    };
    let pages = place(vec![table]);
    let roles: Vec<_> = pages.elements.iter().map(|it| it.role.clone()).collect();
    let expected = [
        Role::Heading(1),
        Role::Table,
        Role::Row,
        Role::ColumnHead,
        Role::ColumnHead,
        Role::Row,
        Role::RowHead,
        Role::Cell,
    ];
    assert_eq!(roles, expected);
    assert_eq!(pages.top, [0, 1]);
}
