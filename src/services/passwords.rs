//! Argon2id, off the async executor and with a bound on how many run at once.

use std::sync::Arc;

use argon2::password_hash::phc::PasswordHash;
use argon2::{Algorithm, Argon2, Params, PasswordHasher, PasswordVerifier, Version};
use tokio::sync::Semaphore;

use crate::types::AppError;

const MEMORY_KIB: u32 = 19_456;
const PASSES: u32 = 2;
const LANES: u32 = 1;

/// Hashes and verifies passwords.
pub struct Passwords {
    permits: Arc<Semaphore>,
    /// Verified against where there is no user, so that both cases take the same time.
    nobody: String,
}

/// What a verification found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verified {
    /// Not the password.
    Wrong,
    /// The password, hashed with today's parameters.
    Right,
    /// The password, hashed with other parameters: hash it anew.
    RightButOutdated,
}

impl Passwords {
    /// At most `threads` hashes run at the same time.
    pub fn new(threads: usize) -> Self {
        Self {
            permits: Arc::new(Semaphore::new(threads.max(1))),
            nobody: format!(
                "$argon2id$v=19$m={MEMORY_KIB},t={PASSES},p={LANES}$c29tZXNhbHRzb21lc2FsdA$\
                 RdescudvJCsgt3ub+b/dWRWJTmaaJObGRdescudvJCs"
            ),
        }
    }

    /// Hashes a password into a PHC string.
    pub async fn hash(&self, password: &str) -> Result<String, AppError> {
        let password = password.to_owned();
        self.run(move || {
            hasher()
                .hash_password(password.as_bytes())
                .map(|hash| hash.to_string())
                .map_err(|error| {
                    tracing::error!(%error, "hashing a password failed");
                    AppError::Internal
                })
        })
        .await?
    }

    /// Compares a password with a PHC string, or with nobody's where there is no user.
    pub async fn verify(&self, password: &str, hash: Option<&str>) -> Result<Verified, AppError> {
        let known = hash.is_some();
        let hash = hash.unwrap_or(&self.nobody).to_owned();
        let password = password.to_owned();
        let verified = self
            .run(move || {
                let Ok(hash) = PasswordHash::new(&hash) else {
                    return Verified::Wrong;
                };
                if hasher()
                    .verify_password(password.as_bytes(), &hash)
                    .is_err()
                {
                    return Verified::Wrong;
                }
                match Params::try_from(&hash) {
                    Ok(params)
                        if params.m_cost() == MEMORY_KIB
                            && params.t_cost() == PASSES
                            && params.p_cost() == LANES =>
                    {
                        Verified::Right
                    }
                    _ => Verified::RightButOutdated,
                }
            })
            .await?;
        Ok(if known { verified } else { Verified::Wrong })
    }

    async fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, AppError> {
        let permit = Arc::clone(&self.permits).acquire_owned().await;
        tokio::task::spawn_blocking(move || {
            let _permit = permit;
            work()
        })
        .await
        .map_err(|error| {
            tracing::error!(%error, "a password thread died");
            AppError::Internal
        })
    }
}

fn hasher() -> Argon2<'static> {
    #[expect(
        clippy::expect_used,
        reason = "the parameters are constants within argon2's bounds; a test makes them"
    )]
    let params =
        Params::new(MEMORY_KIB, PASSES, LANES, None).expect("constant parameters are valid");
    Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_password_verifies_against_its_own_hash_only() {
        let passwords = Passwords::new(1);
        let hash = passwords.hash("correct horse").await.unwrap();
        assert!(
            hash.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"),
            "{hash}"
        );
        assert_eq!(
            passwords.verify("correct horse", Some(&hash)).await,
            Ok(Verified::Right)
        );
        assert_eq!(
            passwords.verify("wrong horse", Some(&hash)).await,
            Ok(Verified::Wrong)
        );
        assert_eq!(
            passwords.verify("correct horse", None).await,
            Ok(Verified::Wrong)
        );
    }

    #[tokio::test]
    async fn nobodys_hash_is_well_formed_so_that_it_takes_the_same_time() {
        assert!(PasswordHash::new(&Passwords::new(1).nobody).is_ok());
    }

    #[tokio::test]
    async fn a_hash_of_other_parameters_is_right_but_outdated() {
        let old = Argon2::new(
            Algorithm::Argon2id,
            Version::V0x13,
            Params::new(64, 1, 1, None).unwrap(),
        );
        let hash = old.hash_password(b"pass").unwrap().to_string();
        let verified = Passwords::new(1).verify("pass", Some(&hash)).await;
        assert_eq!(verified, Ok(Verified::RightButOutdated));
    }
}
