//! A report as a PDF file: tagged for screen readers, with text that can be selected and searched.

use std::num::NonZeroU16;

use chrono::{DateTime, Datelike as _, Timelike as _, Utc};
use krilla::color::rgb;
use krilla::geom::{PathBuilder, Point, Rect};
use krilla::metadata::{self, Metadata};
use krilla::page::PageSettings;
use krilla::paint::Fill;
use krilla::surface::Surface;
use krilla::tagging::{
    Artifact, ArtifactType, ContentTag, Identifier, ListNumbering, Node as TagNode, SpanTag,
    TableHeaderScope, Tag, TagGroup, TagKind, TagTree,
};
use krilla::text::{Font, GlyphId, KrillaGlyph};
use krilla::{Document, SerializeSettings};

use super::layout::{Layout, PAGE};
use super::placed::{Element, Ink, Item, Node, Role, Shape};
use super::typeface::Face;
use crate::app::reports::Report;

/// Both fonts.
struct Fonts {
    regular: Font,
    bold: Font,
}

/// The file; `None` if it cannot be written. `footer` returns the text below a page, from its number and the number of
/// all.
pub fn write(
    report: &Report,
    made_at: DateTime<Utc>,
    footer: impl Fn(usize, usize) -> String,
) -> Option<Vec<u8>> {
    let fonts = Fonts {
        regular: Font::new(Face::Regular.bytes().into(), 0)?,
        bold: Font::new(Face::Bold.bytes().into(), 0)?,
    };
    let pages = Layout::of(report, footer);
    let mut document = Document::new_with(SerializeSettings {
        enable_tagging: true,
        ..SerializeSettings::default()
    });
    let mut drawn = Vec::new();
    for items in &pages.pages {
        let mut page = document.start_page_with(PageSettings::from_wh(PAGE.0, PAGE.1)?);
        let mut surface = page.surface();
        let ids = items.iter().map(|item| draw(&mut surface, &fonts, item));
        drawn.push(ids.collect::<Vec<_>>());
        surface.finish();
        page.finish();
    }
    let mut tree = TagTree::new().with_lang(Some(report.language.to_owned()));
    for element in &pages.top {
        tree.push(group(&pages.elements, *element, &drawn));
    }
    document.set_tag_tree(tree);
    document.set_metadata(metadata_of(report, made_at));
    let file = document.finish();
    file.inspect_err(|error| tracing::error!(?error, "a report could not be written"))
        .ok()
}

fn metadata_of(report: &Report, made_at: DateTime<Utc>) -> Metadata {
    let part = |number: u32| u8::try_from(number).unwrap_or_default();
    let date = metadata::DateTime::new(u16::try_from(made_at.year()).unwrap_or_default())
        .month(part(made_at.month()))
        .day(part(made_at.day()))
        .hour(part(made_at.hour()))
        .minute(part(made_at.minute()))
        .second(part(made_at.second()))
        .utc_offset_hour(0)
        .utc_offset_minute(0);
    Metadata::new()
        .title(format!("{}: {}", report.title, report.subject))
        .language(report.language.to_owned())
        .creator("Pledgecast".to_owned())
        .creation_date(date)
}

/// Draws an item; returns its place in the structure.
fn draw(surface: &mut Surface<'_>, fonts: &Fonts, item: &Item) -> Identifier {
    let tag = if item.has_meaning {
        ContentTag::Span(SpanTag::empty())
    } else {
        ContentTag::Artifact(Artifact::with_kind(ArtifactType::Other))
    };
    let id = surface.start_tagged(tag);
    surface.set_fill(Some(Fill {
        paint: color(item.ink).into(),
        ..Fill::default()
    }));
    match &item.shape {
        Shape::Text { text, face, size } => {
            let font = match face {
                Face::Regular => &fonts.regular,
                Face::Bold => &fonts.bold,
            };
            let glyphs = face.glyphs(text).map(|(range, glyph)| {
                let id = GlyphId::new(glyph.id);
                KrillaGlyph::new(id, glyph.advance, 0.0, 0.0, 0.0, range, None)
            });
            let glyphs: Vec<_> = glyphs.collect();
            let start = Point::from_xy(item.x, item.y);
            surface.draw_glyphs(start, &glyphs, font.clone(), text, *size, false);
        }
        Shape::Bar { width, height } => {
            let rect = Rect::from_xywh(item.x, item.y, *width, *height);
            let path = rect.and_then(|rect| {
                let mut path = PathBuilder::new();
                path.push_rect(rect);
                path.finish()
            });
            if let Some(path) = path {
                surface.draw_path(&path);
            }
        }
    }
    surface.end_tagged();
    id
}

/// An element with all that it contains.
fn group(elements: &[Element], element: usize, drawn: &[Vec<Identifier>]) -> TagGroup {
    let Element { role, nodes } = &elements[element];
    let children = nodes.iter().map(|node| match node {
        Node::Element(child) => TagNode::Group(group(elements, *child, drawn)),
        Node::Item(page, item) => TagNode::Leaf(drawn[*page][*item]),
    });
    let mut children: Vec<_> = children.collect();
    if *role == Role::Item {
        let body = TagGroup::with_children(Tag::LBody, children);
        children = vec![TagNode::Group(body)];
    }
    TagGroup::with_children(tag_of(role), children)
}

fn tag_of(role: &Role) -> TagKind {
    match role {
        Role::Heading(level) => {
            let level = NonZeroU16::new(*level).unwrap_or(NonZeroU16::MIN);
            Tag::Hn(level, None).into()
        }
        Role::Paragraph => Tag::P.into(),
        Role::Figure(words) => Tag::Figure(Some(words.clone())).into(),
        Role::List => Tag::L(ListNumbering::Disc).into(),
        Role::Item => Tag::LI.into(),
        Role::Table => Tag::Table.into(),
        Role::Row => Tag::TR.into(),
        Role::ColumnHead => Tag::TH(TableHeaderScope::Column).into(),
        Role::RowHead => Tag::TH(TableHeaderScope::Row).into(),
        Role::Cell => Tag::TD.into(),
    }
}

fn color(ink: Ink) -> rgb::Color {
    let (red, green, blue) = match ink {
        Ink::Plain => (0x14, 0x21, 0x2a),
        Ink::Quiet => (0x4f, 0x5f, 0x69),
        Ink::Line => (0xd5, 0xdd, 0xe0),
        Ink::Soft => (0x9f, 0xd3, 0xc8),
        Ink::Accent => (0x0b, 0x6b, 0x5d),
    };
    rgb::Color::new(red, green, blue)
}
