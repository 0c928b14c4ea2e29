//! Closed sets of words that the database, the API and the pages share.

use super::words::{stored_words, words};

stored_words!(
    /// The state of a task.
    TaskStatus {
        /// Its price is held; it waits for a worker.
        Queued = "queued",
        /// Leased by a worker.
        Running = "running",
        /// It has a result and a charge.
        Succeeded = "succeeded",
        /// It ran out of attempts, or waited too long for a worker; its hold is released.
        Failed = "failed",
        /// Canceled by its user while queued; its hold is released.
        Canceled = "canceled",
    }
);

impl TaskStatus {
    /// Whether the task can no longer change.
    pub const fn is_final(self) -> bool {
        matches!(self, Self::Succeeded | Self::Failed | Self::Canceled)
    }
}

stored_words!(
    /// Why a ledger line was written.
    TransactionKind {
        /// The credits that a new user starts with.
        Welcome = "welcome",
        /// Credits bought.
        TopUp = "top_up",
        /// The price of a succeeded task.
        Charge = "charge",
        /// A correction by the operator.
        Adjustment = "adjustment",
    }
);

stored_words!(
    /// What a user may do.
    Role {
        /// Predicts and pays.
        User = "user",
        /// May also register models and see their drift.
        Admin = "admin",
    }
);

stored_words!(
    /// Whether a model is on offer.
    ModelState {
        /// Registered but not on offer yet.
        Candidate = "candidate",
        /// On offer; the newest live one is the default.
        Live = "live",
        /// No longer on offer; its results stay.
        Retired = "retired",
    }
);

stored_words!(
    /// The probability in one word.
    Verdict {
        /// At least [`Verdict::LIKELY_FROM`], and more likely than not in the whole interval.
        Likely = "likely",
        /// Too close to call.
        TossUp = "toss_up",
        /// At most [`Verdict::UNLIKELY_TO`], and less likely than not in the whole interval.
        Unlikely = "unlikely",
    }
);

impl Verdict {
    /// The lowest probability that is called likely.
    pub const LIKELY_FROM: f64 = 0.6;
    /// The highest probability that is called unlikely.
    pub const UNLIKELY_TO: f64 = 0.4;
    /// As likely as not.
    const EVEN: f64 = 0.5;

    /// The verdict of a probability and the ends of its interval, all between 0 and 1.
    pub fn of(probability: f64, low: f64, high: f64) -> Self {
        if probability >= Self::LIKELY_FROM && low > Self::EVEN {
            Self::Likely
        } else if probability <= Self::UNLIKELY_TO && high < Self::EVEN {
            Self::Unlikely
        } else {
            Self::TossUp
        }
    }
}

words!(
    /// Sentences that the service stores with tasks and transactions, in the API's wording. Pages translate them.
    /// Other texts are shown unchanged.
    SystemMessage {
        /// Why a task failed, in earlier versions: its model could not be loaded.
        ModelUnavailable = "the model could not be loaded",
        /// Why a task failed: its model returned an error or panicked.
        ModelFailed = "the model could not score this campaign",
        /// The wording of the same sentence in earlier versions.
        ModelFailedEarlier = "the model could not answer for this campaign",
        /// Why a task failed: its model exceeded the time limit.
        ModelTooSlow = "the model took too long over this campaign",
        /// Why a task failed: its workers died repeatedly.
        WorkLost = "processing was interrupted too many times",
        /// The wording of the same sentence in earlier versions.
        WorkLostEarlier = "the work on this task broke off too often",
        /// Why a task failed: for too long, no worker could load its model.
        NoCapableWorker = "no worker could run the model in time",
        /// A transaction: the credits that a new user starts with.
        WelcomeCredits = "Welcome credits",
        /// A transaction: credits without a payment.
        DemonstrationTopUp = "Top-up (demonstration: no card was charged)",
        /// Which campaigns the shipped model's rates are about, from its manifest.
        ShippedPopulation = "campaigns in public Kickstarter listings of 2024-25 that ran to their end",
        /// Which campaigns the shipped model's amounts are about, from its manifest.
        ShippedOutcomes = "funded campaigns of another public Kickstarter scrape, launched from 2017 to 2024",
    }
);

#[cfg(test)]
mod tests {
    use super::*;
    use crate::types::UnknownWord;

    #[test]
    fn every_word_reads_back_as_itself() {
        for status in TaskStatus::ALL {
            assert_eq!(status.as_str().parse(), Ok(*status));
        }
        for kind in TransactionKind::ALL {
            assert_eq!(kind.as_str().parse(), Ok(*kind));
        }
        assert_eq!("paid".parse::<TaskStatus>(), Err(UnknownWord));
    }

    #[cfg(feature = "ssr")]
    #[test]
    fn the_database_has_the_same_words() {
        fn assert_same<T>(all: &[T], word: fn(T) -> &'static str)
        where
            T: sea_orm::ActiveEnum<Value = String> + Copy,
        {
            for value in all {
                assert_eq!(value.to_value(), word(*value));
            }
        }
        assert_same(TaskStatus::ALL, TaskStatus::as_str);
        assert_same(TransactionKind::ALL, TransactionKind::as_str);
        assert_same(Role::ALL, Role::as_str);
        assert_same(ModelState::ALL, ModelState::as_str);
        assert_same(Verdict::ALL, Verdict::as_str);
    }

    #[test]
    fn the_verdict_changes_at_its_bounds_and_respects_the_interval() {
        for (probability, low, high, expected) in [
            (0.6, 0.51, 0.7, Verdict::Likely),
            (0.599, 0.51, 0.7, Verdict::TossUp),
            (0.61, 0.44, 0.75, Verdict::TossUp),
            (0.4, 0.3, 0.49, Verdict::Unlikely),
            (0.401, 0.3, 0.49, Verdict::TossUp),
            (0.39, 0.25, 0.55, Verdict::TossUp),
        ] {
            assert_eq!(
                Verdict::of(probability, low, high),
                expected,
                "{probability}"
            );
        }
    }
}
