//! The fields of the launch planner: their names, defaults, ranges and rules. The URL of a plan holds them.

use super::field_checker::Checker;
use super::launch_plan::{Assumptions, Cents, Channel, Rate, Scenarios, hundredths};
use super::typed_number::NumberFormat;
use super::typical_pledges::TypicalPledge;
use super::{FieldErrors, Violation, categories_by_parent};

const GOAL_MIN: f64 = 0.01;
const GOAL_MAX: f64 = 1e10;
/// Kickstarter's smallest pledge is one unit of any currency.
const PLEDGE_MIN: f64 = 1.0;
const PLEDGE_MAX: f64 = 1e6;
const FIXED_FEE_MAX: f64 = 1e3;
const PEOPLE_MAX: f64 = 1e8;

/// The shares of subscribers of a mailing list who pledge. `docs/launch-planner.md` has the sources of all ranges.
pub const SUBSCRIBER_RATES: Scenarios<Rate> = [Rate(100), Rate(500), Rate(1_000)];
/// The shares of followers of a pre-launch page who pledge.
pub const FOLLOWER_RATES: Scenarios<Rate> = [Rate(1_000), Rate(1_500), Rate(2_500)];
/// The shares of followers on social networks who pledge.
pub const SOCIAL_RATES: Scenarios<Rate> = [Rate(10), Rate(50), Rate(100)];

/// Name, default and kind of each field.
#[rustfmt::skip]
const FIELDS: [(&str, &str, Kind); 16] = [
    ("goal", "", Kind::Sum),
    ("currency", "USD", Kind::Word),
    ("category", "", Kind::Word),
    ("average_pledge", "", Kind::Sum),
    ("subscribers", "", Kind::Sum),
    ("subscriber_rate", "5", Kind::Rate),
    ("followers", "", Kind::Sum),
    ("follower_rate", "15", Kind::Rate),
    ("social_followers", "", Kind::Sum),
    ("social_rate", "0.5", Kind::Rate),
    ("early_share", "33", Kind::Rate),
    ("platform_fee", "5", Kind::Rate),
    ("payment_fee", "3", Kind::Rate),
    ("payment_fixed", "0.20", Kind::Sum),
    ("uncollected", "3", Kind::Rate),
    ("backer_cost", "", Kind::Sum),
];

/// How the text of a field is read.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// One of a list.
    Word,
    /// A number that people write with digit groups.
    Sum,
    /// A number of percent.
    Rate,
}

/// The fields as text, as they were typed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PlannerInput([String; FIELDS.len()]);

impl PlannerInput {
    /// The names of all fields, in their order on the page.
    pub const NAMES: [&str; FIELDS.len()] = {
        let mut names = [""; FIELDS.len()];
        let mut index = 0;
        while index < names.len() {
            names[index] = FIELDS[index].0;
            index += 1;
        }
        names
    };

    /// The fields that `given` knows by name, and the defaults of the others with this decimal separator.
    pub fn read(given: impl Fn(&str) -> Option<String>, decimal: &str) -> Self {
        Self(
            FIELDS.map(|(name, default, _)| {
                given(name).unwrap_or_else(|| default.replace('.', decimal))
            }),
        )
    }

    /// The text of a field; empty if there is no such field.
    pub fn get(&self, name: &str) -> &str {
        let index = Self::NAMES.iter().position(|it| *it == name);
        index.map_or("", |index| self.0[index].as_str())
    }

    /// Writes all numbers in plain notation, so that a page in another language reads them alike. Ambiguous numbers
    /// stay as they are.
    pub fn make_plain(&mut self, format: NumberFormat) {
        for (text, (_, _, kind)) in self.0.iter_mut().zip(FIELDS) {
            if let Ok(plain) = plain(text, kind, format) {
                *text = plain;
            }
        }
    }

    /// Checks every field, whose numbers are in this notation.
    ///
    /// # Errors
    /// Every violation, by the name of its field.
    pub fn check(&self, format: NumberFormat) -> Result<Assumptions, FieldErrors> {
        let mut reader = Reader {
            input: self,
            format,
            checker: Checker::default(),
        };
        let assumptions = reader.assumptions();
        reader.checker.finish(assumptions)
    }
}

/// A number in plain notation; anything else as it is, which the rules then refuse.
fn plain(text: &str, kind: Kind, format: NumberFormat) -> Result<String, Violation> {
    match kind {
        Kind::Word => Ok(text.to_owned()),
        Kind::Sum => format.read_sum(text),
        Kind::Rate => {
            let text = text.trim();
            let text = text.strip_suffix('%').unwrap_or(text);
            Ok(format.read_rate(text.trim()))
        }
    }
}

struct Reader<'a> {
    input: &'a PlannerInput,
    format: NumberFormat,
    checker: Checker,
}

impl Reader<'_> {
    fn assumptions(&mut self) -> Option<Assumptions> {
        let currency = self.checker.currency(self.input.get("currency"));
        let currency = currency.map(|currency| currency.code);
        let parent = self.parent();
        let goal = self.required_sum("goal", GOAL_MIN, GOAL_MAX);
        let own_pledge = self.sum("average_pledge", PLEDGE_MIN, PLEDGE_MAX);
        let average_pledge = own_pledge.or_else(|| self.typical_pledge(currency?, parent?));
        let subscribers = self.channel("subscribers", "subscriber_rate", SUBSCRIBER_RATES);
        let followers = self.channel("followers", "follower_rate", FOLLOWER_RATES);
        let social = self.channel("social_followers", "social_rate", SOCIAL_RATES);
        let early_share = self.rate("early_share");
        let platform_fee = self.rate("platform_fee");
        let payment_fee = self.rate("payment_fee");
        let payment_fixed = self.required_sum("payment_fixed", 0.0, FIXED_FEE_MAX);
        let uncollected = self.rate("uncollected");
        let backer_cost = self.sum("backer_cost", 0.0, PLEDGE_MAX);
        Some(Assumptions {
            currency: currency?,
            parent: parent?,
            goal: goal?,
            average_pledge: average_pledge?,
            is_typical_pledge: own_pledge.is_none(),
            platform_fee: platform_fee?,
            payment_fee: payment_fee?,
            payment_fixed: payment_fixed?,
            uncollected: uncollected?,
            backer_cost: backer_cost.unwrap_or_default(),
            subscribers: subscribers?,
            followers: followers?,
            social: social?,
            early_share: early_share?,
        })
    }

    /// The parent category; empty if none is chosen.
    fn parent(&mut self) -> Option<&'static str> {
        let text = self.input.get("category").trim();
        if text.is_empty() {
            return Some("");
        }
        let mut parents = categories_by_parent().into_iter().map(|(parent, _)| parent);
        let found = parents.find(|parent| parent.eq_ignore_ascii_case(text));
        found.or_else(|| {
            let parents = categories_by_parent().into_iter().map(|(parent, _)| parent);
            let violation = Violation::not_one_of(parents);
            self.checker.refuse("category", violation)
        })
    }

    /// The median of a category, which is known in US dollars only and never converted.
    fn typical_pledge(&mut self, currency: &str, parent: &str) -> Option<Cents> {
        if currency == "USD" {
            Some(TypicalPledge::of(parent).median)
        } else {
            self.checker.refuse("average_pledge", Violation::Required)
        }
    }

    /// The plain text of a field, without white space around it; `None` if it is blank or ambiguous.
    fn plain(&mut self, name: &str, kind: Kind) -> Option<String> {
        match plain(self.input.get(name), kind, self.format) {
            Ok(text) if text.trim().is_empty() => None,
            Ok(text) => Some(text.trim().to_owned()),
            Err(violation) => self.checker.refuse(name, violation),
        }
    }

    /// A sum; `None` if the field is blank.
    fn sum(&mut self, name: &str, min: f64, max: f64) -> Option<Cents> {
        let text = self.plain(name, Kind::Sum)?;
        let sum = self.checker.number(name, &text, min, max)?;
        Some(Cents::of_units(sum))
    }

    fn required_sum(&mut self, name: &str, min: f64, max: f64) -> Option<Cents> {
        let sum = self.sum(name, min, max);
        if sum.is_none() {
            // Keeps the violation that is already there, if any.
            self.checker.fail(name, Violation::Required);
        }
        sum
    }

    fn rate(&mut self, name: &str) -> Option<Rate> {
        let Some(text) = self.plain(name, Kind::Rate) else {
            return self.checker.refuse(name, Violation::Required);
        };
        let percent = self.checker.number(name, &text, 0.0, 100.0)?;
        Some(Rate(hundredths(percent)))
    }

    /// A channel with the creator's rate as the expected one. The range is the published one, and wider if it does not
    /// contain that rate.
    fn channel(&mut self, people: &str, rate: &str, range: Scenarios<Rate>) -> Option<Channel> {
        let people = self.people(people);
        let expected = self.rate(rate)?;
        let [low, _, high] = range;
        Some(Channel {
            people: people?,
            rates: [low.min(expected), expected, high.max(expected)],
        })
    }

    /// A number of people; blank means nobody.
    fn people(&mut self, name: &str) -> Option<i64> {
        let Some(text) = self.plain(name, Kind::Sum) else {
            // An ambiguous number has been refused.
            return (!self.checker.errors.contains_key(name)).then_some(0);
        };
        let people = self.checker.number(name, &text, 0.0, PEOPLE_MAX)?;
        if people.fract() != 0.0 {
            return self.checker.refuse(name, Violation::NotAWholeNumber);
        }
        Some(hundredths(people) / 100)
    }
}

#[cfg(test)]
mod tests;
