//! The specification of the ledger and the queue, as simple as possible.

use std::collections::BTreeMap;
use std::ops::RangeInclusive;

use pledgecast::types::TaskStatus;

pub const WELCOME: i64 = 30;
pub const PRICE: i64 = 10;
pub const LEASE_MS: i64 = 10_000;
pub const MAX_ATTEMPTS: i32 = 3;
/// The time from the start of a case to the next day, which is also the next week and month.
pub const MIDNIGHT_MS: i64 = 30_000;

/// An API key, as the template creates it.
#[derive(Clone, Copy, Debug)]
pub struct KeySpec {
    pub user: usize,
    /// The key that made it.
    pub maker: Option<usize>,
    /// The cap per day, week or month.
    pub cap_of_period: (&'static str, i64),
    pub cap_total: i64,
}

/// The second key pays with the caps of the first, too.
pub const KEYS: [KeySpec; 3] = [
    KeySpec {
        user: 0,
        maker: None,
        cap_of_period: ("cap_day", 60),
        cap_total: 120,
    },
    KeySpec {
        user: 0,
        maker: Some(0),
        cap_of_period: ("cap_month", 30),
        cap_total: 50,
    },
    KeySpec {
        user: 1,
        maker: None,
        cap_of_period: ("cap_week", 45),
        cap_total: 90,
    },
];

#[derive(Clone, Debug)]
pub struct Account {
    pub amount: i64,
    pub held: i64,
    /// The number of ledger lines.
    pub lines: usize,
    /// The earliest round of the user's next task while another task is open.
    next_round: i64,
    top_ups: BTreeMap<u8, i64>,
    submits: BTreeMap<SubmitKey, (bool, usize)>,
}

#[derive(Clone, Debug)]
pub struct Task {
    pub user: usize,
    pub status: TaskStatus,
    pub attempts: i32,
    /// The order of claims, before the order of creation.
    pub round: i64,
    /// The rounds that the task may be in; a single one once it is known.
    rounds: RangeInclusive<i64>,
    claim: Option<usize>,
    expires_ms: i64,
    /// The time before which there is no further attempt.
    retry_ms: i64,
    retries: RangeInclusive<i64>,
    /// The API key, and the day of submission.
    api_key: Option<usize>,
    day: usize,
}

/// The idempotency key of a submit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum SubmitKey {
    One(u8),
    /// The key of a submit in a batch.
    OfBatch(usize, u8),
}

/// The result of one attempt at a task.
#[derive(Clone, Copy, Debug)]
pub enum AttemptKind {
    Succeeded,
    Failed,
    /// The attempt was not made and does not count.
    Released,
}

/// The expected response to a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Response {
    Done,
    /// The task with this index.
    Task(usize),
    KeyReused,
    NotEnough,
    CapReached,
    NotFound,
    TooLate,
}

#[derive(Clone, Debug)]
pub struct Reference {
    pub accounts: Vec<Account>,
    pub tasks: Vec<Task>,
    /// The tasks of each claim.
    pub claims: Vec<Vec<usize>>,
    /// What each API key has spent on each day.
    pub spent: [[i64; 2]; KEYS.len()],
    /// The tasks of each started batch.
    pub started: Vec<Vec<usize>>,
    now_ms: i64,
    /// One after the highest round that was claimed from.
    round: i64,
    batches: usize,
}

/// A key and the one that made it.
fn payers(api_key: usize) -> impl Iterator<Item = usize> {
    std::iter::once(api_key).chain(KEYS[api_key].maker)
}

impl Reference {
    pub fn new(users: usize) -> Self {
        let account = Account {
            amount: WELCOME,
            held: 0,
            lines: 1,
            next_round: 0,
            top_ups: BTreeMap::new(),
            submits: BTreeMap::new(),
        };
        Self {
            accounts: vec![account; users],
            tasks: Vec::new(),
            claims: Vec::new(),
            spent: [[0; 2]; KEYS.len()],
            started: Vec::new(),
            now_ms: 0,
            round: 0,
            batches: 0,
        }
    }

    pub fn top_up(&mut self, user: usize, amount: i64, key: u8) -> Response {
        let account = &mut self.accounts[user];
        match account.top_ups.get(&key) {
            Some(before) if *before == amount => Response::Done,
            Some(_) => Response::KeyReused,
            None => {
                account.top_ups.insert(key, amount);
                account.amount += amount;
                account.lines += 1;
                Response::Done
            }
        }
    }

    /// A correction by the operator.
    pub fn grant(&mut self, user: usize, amount: i64) -> Response {
        let account = &mut self.accounts[user];
        if account.amount + amount < account.held {
            return Response::TooLate;
        }
        account.amount += amount;
        account.lines += 1;
        Response::Done
    }

    pub fn next_batch(&mut self) -> usize {
        self.batches += 1;
        self.batches
    }

    /// The current day.
    pub fn day(&self) -> usize {
        usize::from(self.now_ms >= MIDNIGHT_MS)
    }

    /// Whether a price exceeds a cap of this key or of the key that made it.
    fn exceeds_cap(&self, api_key: usize, price: i64) -> bool {
        let today = self.day();
        payers(api_key).any(|payer| {
            let (
                KeySpec {
                    cap_of_period,
                    cap_total,
                    ..
                },
                spent,
            ) = (KEYS[payer], self.spent[payer]);
            spent[today] + price > cap_of_period.1 || spent.iter().sum::<i64>() + price > cap_total
        })
    }

    pub fn submit(
        &mut self,
        user: usize,
        key: SubmitKey,
        other_body: bool,
        api_key: Option<usize>,
    ) -> Response {
        let exceeds_cap = api_key.is_some_and(|key| self.exceeds_cap(key, PRICE));
        let day = self.day();
        // One round after the user's last task, unless none is open.
        let next = match self.accounts[user].held {
            0 => 0,
            _ => self.accounts[user].next_round,
        };
        let first = next.max(self.round);
        // A submit that turned out to repeat an earlier one may have used up a round.
        let rounds = first..=first + 200;
        let account = &mut self.accounts[user];
        match account.submits.get(&key) {
            Some((body, task)) if *body == other_body => Response::Task(*task),
            Some(_) => Response::KeyReused,
            None if exceeds_cap => Response::CapReached,
            None if account.amount - account.held < PRICE => Response::NotEnough,
            None => {
                account.held += PRICE;
                account.next_round = first + 1;
                account.submits.insert(key, (other_body, self.tasks.len()));
                self.tasks.push(Task {
                    user,
                    status: TaskStatus::Queued,
                    attempts: 0,
                    round: first,
                    rounds,
                    claim: None,
                    expires_ms: 0,
                    retry_ms: i64::MIN,
                    retries: 0..=0,
                    api_key,
                    day,
                });
                for payer in api_key.into_iter().flat_map(payers) {
                    self.spent[payer][day] += PRICE;
                }
                Response::Task(self.tasks.len() - 1)
            }
        }
    }

    /// Starts a batch: all of its tasks are queued, one per round, or none.
    pub fn start_batch(&mut self, user: usize, lines: usize, api_key: Option<usize>) -> Response {
        let price = PRICE * i64::try_from(lines).unwrap();
        if api_key.is_some_and(|key| self.exceeds_cap(key, price)) {
            return Response::CapReached;
        }
        let account = &self.accounts[user];
        if account.amount - account.held < price {
            return Response::NotEnough;
        }
        let mut tasks = Vec::new();
        for _ in 0..lines {
            let key = SubmitKey::OfBatch(self.next_batch(), 0);
            tasks.push(self.tasks.len());
            self.submit(user, key, false, api_key);
        }
        self.started.push(tasks);
        Response::Done
    }

    /// Cancels the queued tasks of a batch.
    pub fn cancel_batch(&mut self, batch: usize) {
        for task in self.started[batch].clone() {
            let user = self.tasks[task].user;
            self.cancel(user, task);
        }
    }

    pub fn cancel(&mut self, user: usize, task: usize) -> Response {
        let canceled = &mut self.tasks[task];
        if canceled.user != user {
            return Response::NotFound;
        }
        match canceled.status {
            TaskStatus::Queued => {}
            TaskStatus::Canceled => return Response::Task(task),
            _ => return Response::TooLate,
        }
        canceled.status = TaskStatus::Canceled;
        canceled.release(&mut self.accounts, &mut self.spent);
        Response::Task(task)
    }

    /// Returns the claimed tasks.
    pub fn claim(&mut self, limit: usize) -> Vec<usize> {
        let claim = self.claims.len();
        let is_due =
            |task: &Task| task.status == TaskStatus::Queued && task.retry_ms <= self.now_ms;
        let mut first: Vec<_> = (0..self.tasks.len())
            .filter(|index| is_due(&self.tasks[*index]))
            .collect();
        first.sort_by_key(|index| (self.tasks[*index].round, *index));
        first.truncate(limit);
        for index in &first {
            let task = &mut self.tasks[*index];
            task.status = TaskStatus::Running;
            task.attempts += 1;
            task.claim = Some(claim);
            task.expires_ms = self.now_ms + LEASE_MS;
            self.round = self.round.max(task.round + 1);
        }
        // In the same order as a claim.
        first.sort_unstable();
        self.claims.push(first.clone());
        first
    }

    /// Returns how many tasks are still held under the claim.
    pub fn renew(&mut self, claim: usize) -> u64 {
        let mut renewed = 0;
        for task in self.tasks.iter_mut().filter(|it| it.is_held_by(claim)) {
            task.expires_ms = self.now_ms + LEASE_MS;
            renewed += 1;
        }
        renewed
    }

    pub fn settle(&mut self, claim: usize, attempts: [AttemptKind; 3]) {
        for (position, index) in self.claims[claim].iter().enumerate() {
            let task = &mut self.tasks[*index];
            if !task.is_held_by(claim) {
                continue;
            }
            match attempts[position] {
                AttemptKind::Succeeded => {
                    task.status = TaskStatus::Succeeded;
                    let account = &mut self.accounts[task.user];
                    account.amount -= PRICE;
                    account.held -= PRICE;
                    account.lines += 1;
                }
                AttemptKind::Failed => {
                    task.end_attempt(&mut self.accounts, &mut self.spent, self.round, self.now_ms);
                }
                AttemptKind::Released => {
                    task.attempts -= 1;
                    task.queue_again(self.round);
                }
            }
        }
    }

    pub fn now_ms(&self) -> i64 {
        self.now_ms
    }

    /// Records the actual round of a task; returns the allowed rounds.
    pub fn learn_round(&mut self, task: usize, round: i64) -> RangeInclusive<i64> {
        let task = &mut self.tasks[task];
        let allowed = std::mem::replace(&mut task.rounds, round..=round);
        if allowed != task.rounds {
            task.round = round;
            let account = &mut self.accounts[task.user];
            account.next_round = account.next_round.max(round + 1);
        }
        allowed
    }

    /// Records the actual time of a task's retry; returns the allowed times.
    pub fn learn_retry(&mut self, task: usize, at_ms: i64) -> RangeInclusive<i64> {
        let task = &mut self.tasks[task];
        let allowed = std::mem::replace(&mut task.retries, at_ms..=at_ms);
        task.retry_ms = at_ms;
        allowed
    }

    pub fn wait(&mut self, ms: i64) {
        self.now_ms += ms;
    }

    pub fn reap(&mut self) {
        for task in &mut self.tasks {
            if task.status == TaskStatus::Running && task.expires_ms < self.now_ms {
                task.end_attempt(&mut self.accounts, &mut self.spent, self.round, self.now_ms);
            }
        }
    }
}

impl Task {
    fn is_held_by(&self, claim: usize) -> bool {
        self.status == TaskStatus::Running && self.claim == Some(claim)
    }

    /// Gives the price back to the user and to the keys.
    fn release(&self, accounts: &mut [Account], spent: &mut [[i64; 2]]) {
        accounts[self.user].held -= PRICE;
        for payer in self.api_key.into_iter().flat_map(payers) {
            spent[payer][self.day] -= PRICE;
        }
    }

    fn end_attempt(
        &mut self,
        accounts: &mut [Account],
        spent: &mut [[i64; 2]],
        round: i64,
        now_ms: i64,
    ) {
        if self.attempts < MAX_ATTEMPTS {
            let longest_ms = 1_000 * 4_i64.pow(self.attempts.unsigned_abs() - 1);
            self.retries = now_ms + longest_ms / 2..=now_ms + longest_ms;
            self.queue_again(round);
        } else {
            self.claim = None;
            self.status = TaskStatus::Failed;
            self.release(accounts, spent);
        }
    }

    /// The task keeps its round unless that is before the current one.
    fn queue_again(&mut self, round: i64) {
        self.claim = None;
        self.status = TaskStatus::Queued;
        self.round = self.round.max(round);
        self.rounds = self.round..=self.round;
    }
}
