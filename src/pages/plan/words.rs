//! The numbers of a plan in words, and the sentence that concludes it.

use crate::client::{Locale, tr};
use crate::components::format;
use crate::types::{Assumptions, Cents, EXPECTED, LaunchPlan, Outcome, Reach};

/// Numbers in words.
#[derive(Clone, Copy)]
pub struct Words {
    /// The language.
    pub locale: Locale,
    currency: &'static str,
}

impl Words {
    /// Words for sums in the currency of these assumptions.
    pub fn of(locale: Locale, assumptions: &Assumptions) -> Self {
        Self {
            locale,
            currency: assumptions.currency,
        }
    }

    /// A sum of money.
    pub fn money(self, sum: Cents) -> String {
        format::money(self.locale, self.currency, sum)
    }

    /// A sum of money, rounded to whole units of the currency.
    pub fn whole_money(self, sum: Cents) -> String {
        self.money(Cents((sum.0 + 50) / 100 * 100))
    }

    /// A number of people.
    pub fn people(self, people: i64) -> String {
        format::whole_number(self.locale, people)
    }

    /// The sentence that says whether the audience is enough.
    pub fn conclusion(self, plan: &LaunchPlan) -> String {
        let expected = &plan.outcomes[EXPECTED];
        match plan.reach {
            Reach::NoAudience => tr!(
                self.locale,
                planner.no_audience,
                backers = format::backers(self.locale, plan.backers_needed)
            ),
            Reach::Low => tr!(self.locale, planner.reached_low).to_owned(),
            Reach::Expected => self.short_of(
                tr!(self.locale, planner.reached_expected),
                &plan.outcomes[0],
            ),
            Reach::High => self.short_of(tr!(self.locale, planner.reached_high), expected),
            Reach::Short => self.short_of(tr!(self.locale, planner.not_reached), expected),
        }
    }

    /// The beginning of a sentence, and how many backers and how much money are missing.
    fn short_of(self, begin: &str, outcome: &Outcome) -> String {
        let missing = outcome.missing_backers;
        tr!(
            self.locale,
            planner.short,
            count = missing,
            begin = begin,
            number = self.people(missing),
            money = self.money(outcome.missing_money)
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::types::{NumberFormat, PlannerInput};

    fn conclusion(locale: Locale, fields: &[(&str, &str)]) -> String {
        let given = |name: &str| {
            let mut fields = fields.iter();
            fields.find_map(|(it, text)| (*it == name).then(|| (*text).to_owned()))
        };
        let input = PlannerInput::read(given, ".");
        let assumptions = input.check(NumberFormat::English).unwrap();
        Words::of(locale, &assumptions).conclusion(&LaunchPlan::of(&assumptions))
    }

    #[test]
    fn the_sentence_says_how_much_is_missing_where() {
        for (subscribers, parts) in [
            ("", vec!["100 backers"]),
            ("500", vec!["high", "75 backers", "$3,750"]),
            ("1000", vec!["only", "50 backers", "$2,500"]),
            ("2000", vec!["expected", "80 backers", "$4,000"]),
            ("10000", vec!["low"]),
        ] {
            let fields = [
                ("goal", "5000"),
                ("average_pledge", "50"),
                ("subscribers", subscribers),
            ];
            let words = conclusion(Locale::en, &fields);
            for part in parts {
                assert!(words.contains(part), "{subscribers}: {words}");
            }
        }
    }

    #[test]
    fn russian_declines_the_missing_backers() {
        for (goal, missing) in [
            ("50", "1\u{a0}спонсора"),
            ("100", "2\u{a0}спонсоров"),
            ("1050", "21\u{a0}спонсора"),
            ("55", "2\u{a0}спонсоров"),
        ] {
            let fields = [("goal", goal), ("average_pledge", "50"), ("followers", "1")];
            let words = conclusion(Locale::ru, &fields);
            assert!(words.contains(missing), "{goal}: {words}");
        }
    }
}
