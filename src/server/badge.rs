//! The badge of a shared result: a small SVG drawing with text, for pages of other sites.

use std::fmt::Write as _;

use super::drawing::typeface::Face;
use crate::client::{Locale, tr};
use crate::components::{format, labels};
use crate::i18n::I18nLocaleTrait as _;
use crate::types::{SharedView, Theme, is_invisible};

/// The width and the height in CSS pixels; `pages/task/share.rs` repeats them.
const SIZE: (u16, u16) = (320, 88);
/// Letters are at most about this much wider on a device than in the font that measures them.
const TITLE_WIDTH: f32 = 260.0;
const LIGHT: &str = "--g:#fff;--i:#14212a;--q:#4f5f69;--l:#d5dde0;--a:#0b6b5d";
const DARK: &str = "--g:#172026;--i:#e8eff2;--q:#a5b4bc;--l:#2d3b43;--a:#4fd0b6";
const STYLE: &str = "text{font-family:system-ui,-apple-system,'Segoe UI',Roboto,'Noto Sans',sans-serif;\
    font-size:12px;fill:var(--q)}.b{font-size:14px;font-weight:600;fill:var(--i)}\
    .n{font-size:28px;font-weight:700;fill:var(--a)}.r{fill:var(--g);stroke:var(--l)}\
    .t,.v{fill:none;stroke:var(--l);stroke-width:3;stroke-linecap:round}.v{stroke:var(--a)}";

/// The badge of a result.
pub fn of_result(locale: Locale, theme: Theme, shared: &SharedView) -> String {
    let result = &shared.result;
    let percent = format::percent(locale, result.probability);
    let [low, high] =
        [result.interval_low, result.interval_high].map(|share| format::percent(locale, share));
    let words = tr!(
        locale,
        task.gauge,
        probability = percent.clone(),
        low = low.clone(),
        high = high.clone(),
        verdict = labels::verdict(locale, result.verdict)
    );
    let name = visible(&shared.campaign.name);
    let title = Face::Regular.wrap_at_most(&name, 12.0, TITLE_WIDTH, 1);
    let title = title.first().map_or("", String::as_str);
    let mut texts = String::new();
    for (class, x, y, anchor, text) in [
        ("b", 50, 30, "start", tr!(locale, app.name)),
        ("", 16, 53, "start", tr!(locale, share.badge_label)),
        ("", 16, 74, "start", &isolated(title)),
        ("n", 304, 37, "end", &percent),
        (
            "",
            304,
            53,
            "end",
            &tr!(locale, task.range, low = low, high = high),
        ),
    ] {
        let text = escape(text);
        // Writing to a string never fails.
        let _ = write!(
            texts,
            r#"<text class="{class}" x="{x}" y="{y}" text-anchor="{anchor}">{text}</text>"#
        );
    }
    let title = format!("{}: {}. {words}", tr!(locale, app.name), isolated(&name));
    svg(locale, theme, &title, &texts)
}

/// The badge of a link that shows nothing, or nothing any more.
pub fn of_nothing(locale: Locale, theme: Theme) -> String {
    let text = tr!(locale, share.badge_gone);
    let texts = format!(
        r#"<text class="b" x="50" y="30">{}</text><text x="16" y="60">{}</text>"#,
        escape(tr!(locale, app.name)),
        escape(text)
    );
    svg(locale, theme, text, &texts)
}

fn svg(locale: Locale, theme: Theme, title: &str, texts: &str) -> String {
    let (width, height) = SIZE;
    let colors = match theme {
        Theme::Light => format!("svg{{{LIGHT}}}"),
        Theme::Dark => format!("svg{{{DARK}}}"),
        Theme::System => {
            format!("svg{{{LIGHT}}}@media(prefers-color-scheme:dark){{svg{{{DARK}}}}}")
        }
    };
    format!(
        r#"<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" viewBox="0 0 {width} {height}" role="img" aria-labelledby="title" lang="{}"><title id="title">{}</title><style>{colors}{STYLE}</style><rect class="r" x=".5" y=".5" width="{}" height="{}" rx="10"/><path class="t" d="M18 31a12 12 0 0 1 24 0"/><path class="v" d="M18 31a12 12 0 0 1 24 0" pathLength="100" stroke-dasharray="68 200"/>{texts}</svg>"#,
        locale.as_str(),
        escape(title),
        width - 1,
        height - 1,
    )
}

/// A text without characters that could change the direction of others.
fn visible(text: &str) -> String {
    let is_kept = |it: &char| *it == ' ' || !is_invisible(*it);
    text.chars().filter(is_kept).collect()
}

/// A text whose direction does not affect its surroundings.
fn isolated(text: &str) -> String {
    format!("\u{2068}{text}\u{2069}")
}

fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            // XML allows no other control characters.
            other if other.is_control() && !other.is_whitespace() => {}
            other => escaped.push(other),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::types::{ModelId, ModelRef, ResultView, Verdict, campaign_example};

    fn shared(name: &str) -> SharedView {
        let today = "2026-11-29".parse().unwrap();
        let mut campaign = campaign_example(today).check(today).unwrap();
        campaign.name = name.to_owned();
        SharedView {
            campaign,
            result: ResultView {
                probability: 0.52,
                verdict: Verdict::TossUp,
                interval_low: 0.4,
                interval_high: 0.63,
                context: None,
                inference_us: 1,
                created_at: chrono::DateTime::UNIX_EPOCH,
            },
            model: ModelRef {
                id: ModelId(1),
                name: "m".to_owned(),
                version: "1".to_owned(),
            },
            explanation: None,
        }
    }

    #[test]
    fn a_badge_has_its_numbers_as_text_and_no_script() {
        let svg = of_result(Locale::en, Theme::System, &shared("Lanterns"));
        for part in [
            ">52%<",
            ">40% to 63%<",
            "Lanterns",
            "role=\"img\"",
            "<title",
        ] {
            assert!(svg.contains(part), "{part}: {svg}");
        }
        let russian = of_result(Locale::ru, Theme::System, &shared("Фонарики"));
        assert!(russian.contains("lang=\"ru\""));
        assert!(russian.contains("52\u{a0}%"), "{russian}");
        assert!(!of_nothing(Locale::en, Theme::Light).contains('%'));
    }

    #[test]
    fn a_title_is_escaped_shortened_and_isolated() {
        let name = format!("</text><script>\u{202e}\"&{}", "long ".repeat(30));
        let svg = of_result(Locale::en, Theme::Light, &shared(&name));
        assert!(!svg.contains("<script"), "{svg}");
        assert!(!svg.contains('\u{202e}'), "{svg}");
        let shown = svg.rsplit_once('\u{2068}').unwrap().1;
        let shown = shown.split_once('\u{2069}').unwrap().0;
        assert!(shown.ends_with('…') && shown.len() < 100, "{shown}");
    }

    #[test]
    fn the_theme_can_be_fixed() {
        let dark = of_nothing(Locale::en, Theme::Dark);
        assert!(dark.contains(DARK) && !dark.contains(LIGHT));
        let system = of_nothing(Locale::en, Theme::System);
        assert!(system.contains(DARK) && system.contains(LIGHT));
    }
}
