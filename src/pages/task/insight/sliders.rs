//! The code of the "what if" sliders, which works on the card that the server rendered. The answer for one change is in
//! the card. The answer for several comes from the model of the result.

use std::rc::Rc;
use std::time::Duration;

use chrono::NaiveDate;
use leptos::prelude::set_timeout;
use leptos::server_fn::ServerFn as _;
use leptos::wasm_bindgen::JsCast;
use leptos::wasm_bindgen::prelude::Closure;
use leptos::web_sys::{Element, Event, HtmlInputElement};

use super::slider_specs::{Kind, plan};
use super::what_if::{position_words, share};
use crate::api::{WhatIf, WhatIfExample};
use crate::client::data::{Response, value_of};
use crate::client::{Locale, browser, tr};
use crate::components::format;
use crate::components::query::query;
use crate::components::server_part::Live;
use crate::types::{AppError, WhatIfView};

/// The sliders must rest this long before the request is sent.
const REST: Duration = Duration::from_millis(250);

/// Selects a card whose sliders are not live yet.
const INERT: &str = ".what-if:not([data-live])";

/// The sliders, in a chunk of their own.
pub const WHAT_IF: Live = Live {
    selector: INERT,
    chunk: "task_what_if",
    wake: chunk_entry::task_what_if,
};

mod chunk_entry {
    use leptos::web_sys::Element;

    use crate::client::Locale;

    #[inline(never)]
    pub fn task_what_if(card: Element, locale: Locale) {
        super::wake(card, locale);
    }
}

/// Makes the sliders of a card live. Those that were moved before count.
fn wake(card: Element, locale: Locale) {
    let Some(answer) = find(&card, ".what-if-answer") else {
        return;
    };
    // So that it is not made live twice.
    let _ = card.set_attribute("data-live", "");
    let before = number(&card, "data-probability");
    let unchanged = answer.text_content().unwrap_or_default();
    let sliders = Rc::new(Sliders {
        locale,
        card,
        answer,
        before,
        unchanged,
    });
    let turned = Rc::clone(&sliders);
    sliders.listen("input", move |slider| {
        if let Ok(slider) = slider.dyn_into() {
            turned.turned(&slider);
        }
    });
    let reset = Rc::clone(&sliders);
    sliders.listen("click", move |target| {
        if target
            .closest("button")
            .is_ok_and(|button| button.is_some())
        {
            reset.reset();
        }
    });
    for slider in sliders.elements().filter(SliderElement::is_turned) {
        sliders.turned(&slider.input);
    }
}

/// A card.
struct Sliders {
    locale: Locale,
    card: Element,
    /// The element with the answer.
    answer: Element,
    /// The probability of the campaign without changes.
    before: f64,
    /// The answer if nothing is changed.
    unchanged: String,
}

impl Sliders {
    fn listen(&self, event: &str, act: impl Fn(Element) + 'static) {
        let act = move |event: Event| {
            if let Some(target) = event.target().and_then(|it| it.dyn_into().ok()) {
                act(target);
            }
        };
        let act = Closure::<dyn FnMut(Event)>::new(act).into_js_value();
        // Fails only if `act` is not a function.
        let _ = self
            .card
            .add_event_listener_with_callback(event, act.unchecked_ref());
    }

    fn elements(&self) -> impl Iterator<Item = SliderElement> + use<> {
        let found = self.card.get_elements_by_class_name("slider");
        (0..found.length()).filter_map(move |index| SliderElement::of(found.item(index)?))
    }

    fn turned(self: &Rc<Self>, input: &HtmlInputElement) {
        let kind: Option<Kind> = input.name().parse().ok();
        for slider in self.elements() {
            if Some(slider.kind) == kind {
                slider.show(self.locale);
            } else if slider.kind.is_launch() && kind.is_some_and(Kind::is_launch) {
                // Both move the launch. The one that was moved last counts.
                slider.reset(self.locale);
            }
        }
        self.tell();
    }

    fn reset(self: &Rc<Self>) {
        for slider in self.elements() {
            slider.reset(self.locale);
        }
        self.tell();
    }

    /// The moved sliders and their settings.
    fn chosen(&self) -> Vec<(Kind, String)> {
        let turned = self.elements().filter(SliderElement::is_turned);
        let setting = |slider: SliderElement| {
            Some((slider.kind, slider.row()?.get_attribute("data-setting")?))
        };
        turned.filter_map(setting).collect()
    }

    fn tell(self: &Rc<Self>) {
        let turned: Vec<SliderElement> = self.elements().filter(SliderElement::is_turned).collect();
        match turned.as_slice() {
            [] => self.say(&self.unchanged),
            [one] => {
                if let Some(row) = one.row() {
                    self.answer(number(&row, "data-probability"));
                }
            }
            _ => {
                self.say(tr!(self.locale, what_if.asking));
                let (this, chosen) = (Rc::clone(self), self.chosen());
                let ask = move || {
                    if this.card.is_connected() && this.chosen() == chosen {
                        this.ask(chosen);
                    }
                };
                set_timeout(ask, REST);
            }
        }
    }

    fn ask(self: Rc<Self>, chosen: Vec<(Kind, String)>) {
        let days = ["data-created-at", "data-launched-at", "data-deadline"];
        let fields = plan(days.map(|name| day(&self.card, name)), &chosen);
        let task = self.card.get_attribute("data-task");
        let url = match task {
            Some(_) => WhatIf::PATH,
            None => WhatIfExample::PATH,
        };
        let id = task.map(|task| ("id", task));
        let body = query(id.into_iter().chain(fields));
        browser::post(url, body, false, move |response| {
            // The sliders may have been moved meanwhile.
            if self.chosen() == chosen {
                self.take(response);
            }
        });
    }

    fn take(&self, response: Response) {
        match value_of::<WhatIfView>(response) {
            Ok(answer) => self.answer(answer.probability),
            Err(AppError::TooManyRequests { .. }) => self.say(tr!(self.locale, what_if.too_often)),
            Err(_) => self.say(tr!(self.locale, what_if.refused)),
        }
    }

    fn answer(&self, probability: f64) {
        let locale = self.locale;
        self.say(&tr!(
            locale,
            what_if.answer,
            probability = format::percent(locale, probability),
            points = format::points(locale, probability - self.before)
        ));
    }

    fn say(&self, words: &str) {
        self.answer.set_text_content(Some(words));
    }
}

/// One slider and the elements around it.
struct SliderElement {
    kind: Kind,
    element: Element,
    input: HtmlInputElement,
}

impl SliderElement {
    fn of(element: Element) -> Option<Self> {
        let input: HtmlInputElement = find(&element, "input")?.dyn_into().ok()?;
        let kind = input.name().parse().ok()?;
        Some(Self {
            kind,
            element,
            input,
        })
    }

    fn is_turned(&self) -> bool {
        self.input.value() != self.input.default_value()
    }

    fn reset(&self, locale: Locale) {
        self.input.set_value(&self.input.default_value());
        self.show(locale);
    }

    fn position(&self) -> usize {
        self.input.value().parse().unwrap_or_default()
    }

    /// The row of its table for the current position.
    fn row(&self) -> Option<Element> {
        let rows = find(&self.element, "tbody")?.children();
        rows.item(self.position().try_into().ok()?)
    }

    /// Shows the current position in the elements around it.
    fn show(&self, locale: Locale) {
        let cell = |name| {
            self.row()
                .and_then(|row| find(&row, name)?.text_content())
                .unwrap_or_default()
        };
        let words = position_words(locale, &cell("th"), &cell("td"));
        if let Some(output) = find(&self.element, "output") {
            output.set_text_content(Some(&words));
        }
        let _ = self.input.set_attribute("aria-valuetext", &words);
        let last = self.input.max().parse().unwrap_or_default();
        let at = share(self.position(), last);
        if let Some(mark) = find(&self.element, ".curve-mark") {
            for end in ["x1", "x2"] {
                let _ = mark.set_attribute(end, &at);
            }
        }
    }
}

fn find(within: &Element, selector: &str) -> Option<Element> {
    within.query_selector(selector).ok().flatten()
}

fn number(of: &Element, name: &str) -> f64 {
    let text = of.get_attribute(name);
    text.and_then(|text| text.parse().ok()).unwrap_or_default()
}

fn day(of: &Element, name: &str) -> NaiveDate {
    let text = of.get_attribute(name);
    text.and_then(|text| text.parse().ok()).unwrap_or_default()
}
