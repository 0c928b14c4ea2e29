//! What search engines and messengers show of a page: a description, a picture, the address. The browser needs none of
//! it, so the client bundle has no code for it.

/// What others show of a page.
#[derive(Clone, Debug)]
pub struct Preview {
    /// The name of the page.
    pub title: String,
    /// A sentence or two.
    pub description: String,
    /// The page's path.
    pub path: String,
    /// The path of its picture, of 1200 by 630 pixels.
    pub image: String,
    /// Whether search engines may show it, in each language.
    pub is_indexed: bool,
}

/// The path of the picture of pages that have none of their own.
const SITE_IMAGE: &str = "/card.png";

impl Preview {
    /// The preview of a page that is the same for everybody.
    pub fn of_public_page(title: &str, description: &str, path: &str) -> Self {
        Self {
            title: title.to_owned(),
            description: description.to_owned(),
            path: path.to_owned(),
            image: SITE_IMAGE.to_owned(),
            is_indexed: true,
        }
    }
}

/// Whether the page has its preview already. The server provides it to each page as context.
#[cfg(feature = "ssr")]
#[derive(Clone, Debug, Default)]
pub struct Described(std::sync::Arc<std::sync::atomic::AtomicBool>);

/// Writes the preview into the head of the document; does nothing in the browser.
///
/// Only the first call of a page counts: the server renders twice what waits for data.
pub fn describe(preview: impl FnOnce() -> Preview) {
    #[cfg(feature = "ssr")]
    if written::is_first() {
        written::write(&preview());
    }
    #[cfg(not(feature = "ssr"))]
    drop(preview);
}

#[cfg(feature = "ssr")]
mod written {
    use std::sync::atomic::Ordering;

    use http::request::Parts;
    use leptos::prelude::*;
    use leptos_meta::{Link, LinkProps, Meta, MetaProps};

    use super::{Described, Preview};
    use crate::client::locale::{LANGUAGE, Locale, locale_of_query, tr, use_locale};
    use crate::i18n::I18nLocaleTrait as _;
    use crate::types::SiteOrigin;

    pub fn is_first() -> bool {
        use_context().is_none_or(|Described(before)| !before.swap(true, Ordering::Relaxed))
    }

    pub fn write(preview: &Preview) {
        let locale = use_locale();
        named("description", &preview.description);
        for (name, value) in [
            ("og:type", "website"),
            ("og:site_name", tr!(locale, app.name)),
            ("og:title", &preview.title),
            ("og:description", &preview.description),
            ("og:locale", territory(locale)),
        ] {
            property(name, value);
        }
        for other in Locale::get_all().iter().filter(|it| **it != locale) {
            property("og:locale:alternate", territory(*other));
        }
        named("twitter:card", "summary_large_image");
        // Without an address, the others would name another page.
        if let Some(SiteOrigin(origin)) = use_context() {
            write_addresses(preview, &origin, locale);
        }
    }

    fn write_addresses(preview: &Preview, origin: &str, locale: Locale) {
        let page = format!("{origin}{}", preview.path);
        let request = use_context::<Parts>();
        let chosen = request.and_then(|request| locale_of_query(request.uri.query()?));
        let own = chosen.map_or_else(|| page.clone(), |chosen| in_language(&page, chosen));
        let image = in_language(&format!("{origin}{}", preview.image), locale);
        for (name, value) in [
            ("og:url", own.as_str()),
            ("og:image", &image),
            ("og:image:type", "image/png"),
            ("og:image:width", "1200"),
            ("og:image:height", "630"),
            ("og:image:alt", &preview.description),
        ] {
            property(name, value);
        }
        link("canonical", None, own);
        if preview.is_indexed {
            for other in Locale::get_all() {
                link(
                    "alternate",
                    Some(other.as_str()),
                    in_language(&page, *other),
                );
            }
            link("alternate", Some("x-default"), page);
        }
    }

    fn in_language(url: &str, locale: Locale) -> String {
        format!("{url}?{LANGUAGE}={}", locale.as_str())
    }

    /// The language with a country, as Open Graph names it.
    fn territory(locale: Locale) -> &'static str {
        match locale {
            Locale::en => "en_US",
            Locale::ru => "ru_RU",
        }
    }

    fn named(name: &'static str, content: &str) {
        let props = MetaProps::builder().name(name).content(content.to_owned());
        write_tag(Meta(props.build()));
    }

    fn property(name: &'static str, content: &str) {
        let props = MetaProps::builder()
            .property(name)
            .content(content.to_owned());
        write_tag(Meta(props.build()));
    }

    fn link(rel: &'static str, language: Option<&'static str>, href: String) {
        let props = LinkProps::builder().rel(rel).href(href);
        match language {
            Some(language) => write_tag(Link(props.hreflang(language).build())),
            None => write_tag(Link(props.build())),
        }
    }

    /// Rendering a tag of `leptos_meta` adds it to the head, and nothing to the body.
    fn write_tag(tag: impl IntoView) {
        let _ = tag.into_view().to_html();
    }
}
