//! The possible steps.

use proptest::option::of;
use proptest::prelude::{Just, Strategy, any, prop_oneof};
use proptest::sample::Index;

use super::reference::{AttemptKind, KEYS};

/// One step of a user, a worker or the clock. An [`Index`] selects one of the existing items.
#[derive(Clone, Debug)]
pub enum Step {
    TopUp {
        user: usize,
        amount: i64,
        key: u8,
    },
    Submit {
        user: usize,
        key: u8,
        other_body: bool,
        /// The API key; its user submits.
        api_key: Option<usize>,
    },
    Cancel {
        user: usize,
        task: Index,
    },
    /// Uploads a file and starts it, twice with the same key.
    StartBatch {
        user: usize,
        lines: usize,
        api_key: Option<usize>,
    },
    CancelBatch {
        batch: Index,
    },
    /// Corrects a balance, up or down.
    Grant {
        user: usize,
        amount: i64,
    },
    /// Submits of all users at the same time.
    SubmitMany {
        count: u8,
        twice: bool,
        /// Whether the users submit with their API keys in turn.
        with_keys: bool,
    },
    Claim {
        worker: usize,
        limit: u64,
    },
    Renew {
        worker: usize,
        claim: Index,
    },
    /// Settles every task of a claim: possibly late, repeatedly, or by another process than the one that claimed.
    Settle {
        worker: usize,
        claim: Index,
        attempts: [AttemptKind; 3],
    },
    Wait {
        ms: i64,
    },
    Reap {
        worker: usize,
    },
}

/// Few users and few keys, so that steps affect each other.
pub fn step() -> impl Strategy<Value = Step> {
    let (user, user_again, worker) = (0_usize..2, 0_usize..2, 0_usize..3);
    prop_oneof![
        2 => (user.clone(), 1_i64..40, 0_u8..6)
            .prop_map(|(user, amount, key)| Step::TopUp { user, amount, key }),
        8 => (user.clone(), 0_u8..24, proptest::bool::weighted(0.1), of(0..KEYS.len()))
            .prop_map(|(user, key, other_body, api_key)| {
                let user = api_key.map_or(user, |key| KEYS[key].user);
                Step::Submit { user, key, other_body, api_key }
            }),
        2 => (user, any::<Index>()).prop_map(|(user, task)| Step::Cancel { user, task }),
        2 => (0_usize..2, 1_usize..4, of(0..KEYS.len())).prop_map(|(user, lines, api_key)| {
            let user = api_key.map_or(user, |key| KEYS[key].user);
            Step::StartBatch { user, lines, api_key }
        }),
        1 => any::<Index>().prop_map(|batch| Step::CancelBatch { batch }),
        1 => (user_again, -30_i64..30)
            .prop_filter("an adjustment is not 0", |(_, amount)| *amount != 0)
            .prop_map(|(user, amount)| Step::Grant { user, amount }),
        2 => (1_u8..5, any::<bool>(), any::<bool>())
            .prop_map(|(count, twice, with_keys)| Step::SubmitMany { count, twice, with_keys }),
        4 => (worker.clone(), 1_u64..4)
            .prop_map(|(worker, limit)| Step::Claim { worker, limit }),
        1 => (worker.clone(), any::<Index>())
            .prop_map(|(worker, claim)| Step::Renew { worker, claim }),
        4 => (worker.clone(), any::<Index>(), [attempt(), attempt(), attempt()])
            .prop_map(|(worker, claim, attempts)| Step::Settle { worker, claim, attempts }),
        2 => (1_i64..20_000).prop_map(|ms| Step::Wait { ms }),
        2 => worker.prop_map(|worker| Step::Reap { worker }),
    ]
}

fn attempt() -> impl Strategy<Value = AttemptKind> {
    prop_oneof![
        3 => Just(AttemptKind::Succeeded),
        2 => Just(AttemptKind::Failed),
        1 => Just(AttemptKind::Released),
    ]
}
