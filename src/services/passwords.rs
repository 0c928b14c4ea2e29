//! Argon2id on a fixed set of threads, each with one reused buffer, behind a bounded queue.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use argon2::password_hash::phc::{Output, ParamsString, PasswordHash, Salt};
use argon2::{Algorithm, Argon2, Block, Params, Version};
use crossbeam_channel::{Receiver, Sender};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, oneshot};
use typed_text::fold_password;

use super::in_use::{KeyedLimit, KeyedPermit};
use crate::types::AppError;

const MEMORY_KIB: u32 = 19_456;
const PASSES: u32 = 2;
const LANES: u32 = 1;
const OUTPUT_BYTES: usize = 32;
const SALT_BYTES: usize = 16;
/// Requests that may wait per thread: about a second of work.
const QUEUED_PER_THREAD: usize = 50;
const QUEUE_FULL_RETRY_S: u64 = 2;
/// Verified against if the user does not exist, so that both cases take the same time.
const DUMMY_HASH: &str = "$argon2id$v=19$m=19456,t=2,p=1$c29tZXNhbHRzb21lc2FsdA$\
                      RdescudvJCsgt3ub+b/dWRWJTmaaJObGRdescudvJCs";

type Job = Box<dyn FnOnce(&mut Memory) + Send>;

/// Hashes and verifies passwords.
#[derive(Clone)]
pub struct Passwords {
    jobs: Sender<Job>,
    free_slots: Arc<Semaphore>,
    /// Limits the slots of each client to half of all.
    clients: KeyedLimit<String>,
}

/// The right to have one password at a time hashed.
pub struct Slot {
    jobs: Sender<Job>,
    /// A queued job holds its slot even if the request is gone.
    in_use: Arc<(OwnedSemaphorePermit, KeyedPermit<String>)>,
}

/// What a verification found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verified {
    /// The password is wrong.
    Wrong,
    /// The password is right and hashed with the current parameters.
    Right,
    /// The password is right but hashed with other parameters or in another form, and should be hashed again.
    RightButOutdated,
}

impl Passwords {
    /// Starts `threads` threads. Each allocates its buffer (19 MiB) when first needed, and keeps it.
    pub fn new(threads: usize) -> Self {
        let threads = threads.max(1);
        let slots = threads * (1 + QUEUED_PER_THREAD);
        let (jobs, queue) = crossbeam_channel::bounded::<Job>(slots);
        for number in 0..threads {
            let queue = queue.clone();
            let started = std::thread::Builder::new()
                .name(format!("password-{number}"))
                .spawn(move || hash_until_closed(&queue));
            if let Err(error) = started {
                tracing::error!(%error, "cannot start a password thread");
            }
        }
        Self {
            jobs,
            free_slots: Arc::new(Semaphore::new(slots)),
            clients: KeyedLimit::new(slots / 2),
        }
    }

    /// Reserves a slot in the queue for a request of `client`, which may take half of all slots.
    ///
    /// # Errors
    /// 503 if the queue is full; 429 if this client has taken its half.
    pub fn reserve(&self, client: &str) -> Result<Slot, AppError> {
        let Ok(permit) = Arc::clone(&self.free_slots).try_acquire_owned() else {
            let reason = "too many people are logging in right now";
            return Err(AppError::unavailable(reason, QUEUE_FULL_RETRY_S));
        };
        let of_client = self.clients.try_acquire(client.to_owned());
        let of_client = of_client.ok_or(AppError::TooManyRequests {
            retry_after_s: QUEUE_FULL_RETRY_S,
        })?;
        Ok(Slot {
            jobs: self.jobs.clone(),
            in_use: Arc::new((permit, of_client)),
        })
    }
}

impl Slot {
    /// Number of other slots that the same client had when this one was reserved.
    pub fn others(&self) -> usize {
        self.in_use.1.others()
    }

    /// Hashes a password into a PHC string.
    ///
    /// # Errors
    /// 500 if hashing fails.
    pub async fn hash(&self, password: &str) -> Result<String, AppError> {
        let password = fold_password(password).into_owned();
        let hash = self
            .run(move |memory| hash(memory, password.as_bytes()))
            .await?;
        hash.map_err(|error| {
            tracing::error!(%error, "hashing a password failed");
            AppError::Internal
        })
    }

    /// Compares a password with a PHC string, or with a dummy hash if there is none.
    ///
    /// # Errors
    /// 500 if hashing fails.
    pub async fn verify(&self, password: &str, hash: Option<&str>) -> Result<Verified, AppError> {
        let known = hash.is_some();
        let hash = hash.unwrap_or(DUMMY_HASH).to_owned();
        let password = password.to_owned();
        let verified = self
            .run(move |memory| verify_typed(memory, &password, &hash))
            .await?;
        match verified {
            Some(verified) if known => Ok(verified),
            _ => Ok(Verified::Wrong),
        }
    }

    /// Runs other work that takes a processor for milliseconds.
    ///
    /// # Errors
    /// 500 if it panics.
    pub(super) async fn compute<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, AppError> {
        self.run(|_| work()).await
    }

    async fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut Memory) -> T + Send + 'static,
    ) -> Result<T, AppError> {
        let (sender, receiver) = oneshot::channel();
        let in_use = Arc::clone(&self.in_use);
        let job: Job = Box::new(move |memory| {
            // Skips the work if nobody waits for the result any more.
            let done = (!sender.is_closed()).then(|| work(memory));
            // Before the result is sent, so that the client's next request does not find this slot in use.
            drop(in_use);
            if let Some(done) = done {
                // Fails only if the request has ended meanwhile.
                let _ = sender.send(done);
            }
        });
        // The channel has room for every slot, so a full channel means that a slot ran two jobs at once.
        self.jobs.try_send(job).map_err(|error| {
            tracing::error!(%error, "cannot queue a password job");
            AppError::Internal
        })?;
        receiver.await.map_err(|_| {
            tracing::error!("hashing a password panicked");
            AppError::Internal
        })
    }
}

fn hash_until_closed(queue: &Receiver<Job>) {
    let mut memory = Memory::default();
    for job in queue {
        // A panic drops the sender of the result, which the request notices.
        let _ = catch_unwind(AssertUnwindSafe(|| job(&mut memory)));
    }
}

/// The working memory of one thread: empty until first needed, then kept.
#[derive(Default)]
struct Memory(Vec<Block>);

impl Memory {
    /// Runs Argon2. A hash that needs a larger buffer gets a temporary one.
    fn run(
        &mut self,
        argon2: &Argon2<'_>,
        password: &[u8],
        salt: &[u8],
        output: &mut [u8],
    ) -> argon2::Result<()> {
        let needed = argon2.params().block_count();
        if self.0.is_empty() {
            self.0 = vec![Block::new(); hasher().params().block_count()];
        }
        if needed <= self.0.len() {
            argon2.hash_password_into_with_memory(password, salt, output, &mut self.0)
        } else {
            argon2.hash_password_into(password, salt, output)
        }
    }
}

fn hash(memory: &mut Memory, password: &[u8]) -> Result<String, argon2::password_hash::Error> {
    let argon2 = hasher();
    let salt = Salt::new(&rand::random::<[u8; SALT_BYTES]>())?;
    let mut output = [0; OUTPUT_BYTES];
    memory.run(&argon2, password, &salt, &mut output)?;
    let hash = PasswordHash {
        algorithm: Algorithm::Argon2id.ident(),
        version: Some(Version::V0x13.into()),
        params: ParamsString::try_from(argon2.params())?,
        salt: Some(salt),
        hash: Some(Output::new(&output)?),
    };
    Ok(hash.to_string())
}

/// Verifies a password in its folded form, and if that is wrong as it was typed, because older hashes were made of that.
/// Whether there is a second attempt depends on what was typed only, so the time reveals nothing about the account.
fn verify_typed(memory: &mut Memory, password: &str, hash: &str) -> Option<Verified> {
    let folded = fold_password(password);
    match verify(memory, folded.as_bytes(), hash)? {
        Verified::Wrong if *folded != *password => {
            let typed = verify(memory, password.as_bytes(), hash)?;
            Some(match typed {
                Verified::Wrong => Verified::Wrong,
                Verified::Right | Verified::RightButOutdated => Verified::RightButOutdated,
            })
        }
        verified => Some(verified),
    }
}

/// `None` if the PHC string cannot be parsed.
fn verify(memory: &mut Memory, password: &[u8], hash: &str) -> Option<Verified> {
    let hash = PasswordHash::new(hash).ok()?;
    let (salt, expected) = (hash.salt?, hash.hash?);
    let algorithm = Algorithm::try_from(hash.algorithm.as_str()).ok()?;
    let version = match hash.version {
        Some(version) => Version::try_from(version).ok()?,
        None => Version::default(),
    };
    let params = Params::try_from(&hash).ok()?;
    let is_outdated = algorithm != Algorithm::Argon2id
        || version != Version::V0x13
        || (params.m_cost(), params.t_cost(), params.p_cost()) != (MEMORY_KIB, PASSES, LANES);
    let argon2 = Argon2::new(algorithm, version, params);
    let mut output = [0; Output::MAX_LENGTH];
    let output = output.get_mut(..expected.len())?;
    memory.run(&argon2, password, &salt, output).ok()?;
    // `Output` compares in constant time.
    Some(if Output::new(output).ok()? != expected {
        Verified::Wrong
    } else if is_outdated {
        Verified::RightButOutdated
    } else {
        Verified::Right
    })
}

fn hasher() -> Argon2<'static> {
    #[expect(
        clippy::expect_used,
        reason = "the parameters are constants within argon2's bounds; a test covers them"
    )]
    let params = Params::new(MEMORY_KIB, PASSES, LANES, Some(OUTPUT_BYTES))
        .expect("constant parameters are valid");
    Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
}

#[cfg(test)]
mod tests {
    use argon2::PasswordHasher as _;

    use super::*;

    async fn verified(passwords: &Passwords, password: &str, hash: Option<&str>) -> Verified {
        let slot = passwords.reserve("a").unwrap();
        slot.verify(password, hash).await.unwrap()
    }

    #[tokio::test]
    async fn a_password_verifies_against_its_own_hash_only() {
        let passwords = Passwords::new(1);
        let hash = passwords.reserve("a").unwrap().hash("correct horse").await;
        let hash = hash.unwrap();
        assert!(
            hash.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"),
            "{hash}"
        );
        for (password, hash, expected) in [
            ("correct horse", Some(hash.as_str()), Verified::Right),
            ("wrong horse", Some(&hash), Verified::Wrong),
            ("correct horse", None, Verified::Wrong),
            ("correct horse", Some("not a hash"), Verified::Wrong),
        ] {
            assert_eq!(verified(&passwords, password, hash).await, expected);
        }
    }

    #[tokio::test]
    async fn a_used_buffer_hashes_like_a_new_one() {
        let passwords = Passwords::new(1);
        let hash = hasher()
            .hash_password(b"correct horse")
            .unwrap()
            .to_string();
        for _ in 0..2 {
            let verified = verified(&passwords, "correct horse", Some(&hash)).await;
            assert_eq!(verified, Verified::Right);
        }
    }

    #[test]
    fn the_dummy_hash_is_well_formed_so_that_verifying_it_takes_the_same_time() {
        assert!(PasswordHash::new(DUMMY_HASH).is_ok());
    }

    #[tokio::test]
    async fn a_hash_of_other_parameters_is_right_but_outdated() {
        let passwords = Passwords::new(1);
        for (memory_kib, version) in [
            (64, Version::V0x13),
            (30_000, Version::V0x13),
            (64, Version::V0x10),
        ] {
            let params = Params::new(memory_kib, 1, 1, None).unwrap();
            let old = Argon2::new(Algorithm::Argon2id, version, params);
            let hash = old.hash_password(b"pass").unwrap().to_string();
            let verified = verified(&passwords, "pass", Some(&hash)).await;
            assert_eq!(verified, Verified::RightButOutdated, "{hash}");
        }
    }

    #[tokio::test]
    async fn a_password_verifies_in_each_form_that_it_can_be_typed_in() {
        let passwords = Passwords::new(1);
        let hash = passwords.reserve("a").unwrap().hash("pa\u{308}ss").await;
        let hash = hash.unwrap();
        for typed in ["pa\u{308}ss", "p\u{e4}ss", "ｐ\u{e4}ｓｓ"] {
            let verified = verified(&passwords, typed, Some(&hash)).await;
            assert_eq!(verified, Verified::Right, "{typed:?}");
        }
        let before = hasher().hash_password("pa\u{308}ss".as_bytes()).unwrap();
        let before = before.to_string();
        let as_typed = verified(&passwords, "pa\u{308}ss", Some(&before)).await;
        assert_eq!(as_typed, Verified::RightButOutdated);
        let other = verified(&passwords, "ｐ\u{e4}ss", Some(&before)).await;
        assert_eq!(other, Verified::Wrong);
    }

    #[test]
    fn the_buffer_of_a_thread_is_allocated_once() {
        let mut memory = Memory::default();
        assert_eq!(memory.0.capacity(), 0, "none is needed yet");
        hash(&mut memory, b"guess").unwrap();
        let buffer = memory.0.as_ptr();
        for _ in 0..3 {
            let verified = verify(&mut memory, b"guess", DUMMY_HASH);
            assert_eq!(verified, Some(Verified::Wrong));
            assert_eq!(memory.0.as_ptr(), buffer);
        }
    }

    #[tokio::test]
    async fn concurrent_requests_are_all_answered() {
        let passwords = Passwords::new(2);
        let logins = (0..20).map(|_| verified(&passwords, "guess", None));
        let verified = futures::future::join_all(logins).await;
        assert_eq!(verified, [Verified::Wrong; 20]);
    }

    #[tokio::test]
    async fn a_full_queue_refuses_requests_and_no_client_can_fill_it_alone() {
        let passwords = Passwords::new(1);
        let all = passwords.free_slots.available_permits();
        let half = all / 2;
        let mut slots: Vec<Slot> = (0..half).map(|_| passwords.reserve("a").unwrap()).collect();
        assert_eq!(slots[half - 1].others(), half - 1);
        let refused = passwords.reserve("a").err().unwrap();
        assert_eq!(refused.status(), 429);
        while let Ok(slot) = passwords.reserve(&slots.len().to_string()) {
            slots.push(slot);
        }
        assert_eq!(slots.len(), all);
        let refused = passwords.reserve("b").err().unwrap();
        assert_eq!(refused.status(), 503);
        assert!(refused.retry_after_s().is_some());

        drop(slots);
        assert!(passwords.clients.is_empty());
        verified(&passwords, "a", None).await;
    }
}
