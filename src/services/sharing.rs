//! Private links: show one result to anybody who has the link, without an account, until its owner revokes it.
//!
//! A link consists of a random nonce, which the database stores, and a MAC of it, made with the key of the service. So
//! the owner can always see the link again, but a copy of the database opens no result. Links made with a key that the
//! service no longer has are invalid.

use std::num::NonZeroU32;
use std::sync::Arc;

use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use hmac::{Hmac, Mac};
use sea_orm::sea_query::OnConflict;
use sea_orm::{EntityTrait, Set};
use sha2::Sha256;

use super::attempts::{Client, network_of};
use super::rate_limit::RateLimit;
use super::service_key::{KeyRing, Ring};
use super::{Catalog, Clock, own_tasks};
use crate::database::Database;
use crate::entities::{shared_result, task, task_result};
use crate::types::{AppError, ShareView, SharedView, TaskId, UserId, hex};

const NONCE_BYTES: usize = 16;
const MAC_BYTES: usize = 16;
/// Separates these MACs from anything else signed with the same key.
const PURPOSE: &[u8] = b"pledgecast shared result";

/// Creates, revokes and opens links.
pub struct Sharing {
    database: Database,
    clock: Arc<dyn Clock>,
    catalog: Arc<Catalog>,
    links: Links,
    visits: RateLimit,
}

/// Encodes and verifies links.
struct Links {
    macs: Ring<Hmac<Sha256>>,
}

impl Sharing {
    /// `keys` sign links; each address may visit `visits_per_minute` links a minute.
    pub fn new(
        database: Database,
        clock: Arc<dyn Clock>,
        catalog: Arc<Catalog>,
        keys: &KeyRing,
        visits_per_minute: NonZeroU32,
    ) -> Self {
        Self {
            database,
            clock,
            catalog,
            links: Links::new(keys),
            visits: RateLimit::per_minute("shared-results", visits_per_minute),
        }
    }

    /// The link of a user's task; created if there is none.
    ///
    /// # Errors
    /// 404, also for another user's task; 409 if the task has no result.
    pub async fn share(&self, user: UserId, id: TaskId) -> Result<ShareView, AppError> {
        let task = own_tasks::find_succeeded(&self.database, user, id, "be shared").await?;
        let link = shared_result::ActiveModel {
            task_id: Set(task.id),
            nonce: Set(hex(&rand::random::<[u8; NONCE_BYTES]>())),
            created_at: Set(self.clock.now()),
        };
        // If two requests come at once, the first creates the link, and both return it.
        let ignore_conflict = OnConflict::column(shared_result::Column::TaskId)
            .do_nothing()
            .to_owned();
        shared_result::Entity::insert(link)
            .on_conflict(ignore_conflict)
            .exec_without_returning(self.database.write())
            .await?;
        self.view(task.id).await
    }

    /// Revokes the link of a user's task, if there is one.
    ///
    /// # Errors
    /// 404, also for another user's task.
    pub async fn unshare(&self, user: UserId, id: TaskId) -> Result<ShareView, AppError> {
        let task = own_tasks::find(&self.database, user, id).await?;
        shared_result::Entity::delete_by_id(task.id)
            .exec(self.database.write())
            .await?;
        Ok(ShareView {
            task_id: task.id,
            path: None,
        })
    }

    /// The link of a user's task, if there is one.
    ///
    /// # Errors
    /// 404, also for another user's task.
    pub async fn link(&self, user: UserId, id: TaskId) -> Result<ShareView, AppError> {
        let task = own_tasks::find(&self.database, user, id).await?;
        self.view(task.id).await
    }

    /// The result that a link shows.
    ///
    /// # Errors
    /// 404 if the link was revoked or never existed; 429 if the visitor's address sends too many requests.
    pub async fn open(&self, visitor: &Client, token: &str) -> Result<SharedView, AppError> {
        self.visits.count(&network_of(visitor.address))?;
        let (nonce, mark) = split(token).ok_or(AppError::NotFound)?;
        let link = shared_result::Entity::of_nonce(&nonce)
            .one(self.database.read())
            .await?
            .ok_or(AppError::NotFound)?;
        if !self.links.is_marked(&link, &mark) {
            return Err(AppError::NotFound);
        }
        let task = task::Entity::find_by_id(link.task_id)
            .one(self.database.read())
            .await?
            .ok_or(AppError::NotFound)?;
        let result = task_result::Entity::of_task(task.id)
            .one(self.database.read())
            .await?
            .ok_or(AppError::NotFound)?;
        Ok(SharedView {
            campaign: task.input,
            model: self.catalog.model_ref(task.model_id).await?,
            explanation: result.explanation.clone(),
            result: result.into(),
        })
    }

    async fn view(&self, task: TaskId) -> Result<ShareView, AppError> {
        // Reads from the writer, which sees a link that was just inserted.
        let link = shared_result::Entity::of_task(task)
            .one(self.database.write())
            .await?;
        Ok(ShareView {
            task_id: task,
            path: link.map(|link| format!("/shared/{}", self.links.token(&link))),
        })
    }
}

impl Links {
    fn new(keys: &KeyRing) -> Self {
        Self {
            macs: keys.macs(PURPOSE),
        }
    }

    fn mac_of(mac: &Hmac<Sha256>, link: &shared_result::Model) -> Hmac<Sha256> {
        let mut mac = mac.clone();
        mac.update(&link.task_id.0.to_le_bytes());
        mac.update(link.nonce.as_bytes());
        mac
    }

    fn token(&self, link: &shared_result::Model) -> String {
        let mac = Self::mac_of(self.macs.newest(), link);
        let mark = mac.finalize().into_bytes();
        // The inverse of `hex`: 16 bytes are a u128.
        let nonce = u128::from_str_radix(&link.nonce, 16).unwrap_or_default();
        let mut bytes = nonce.to_be_bytes().to_vec();
        bytes.extend_from_slice(&mark[..MAC_BYTES]);
        BASE64_URL_SAFE_NO_PAD.encode(bytes)
    }

    /// Compares in constant time.
    fn is_marked(&self, link: &shared_result::Model, mark: &[u8]) -> bool {
        self.macs
            .all()
            .any(|mac| Self::mac_of(mac, link).verify_truncated_left(mark).is_ok())
    }
}

/// The nonce as stored, and the MAC.
fn split(token: &str) -> Option<(String, Vec<u8>)> {
    let mut bytes = BASE64_URL_SAFE_NO_PAD.decode(token).ok()?;
    if bytes.len() != NONCE_BYTES + MAC_BYTES {
        return None;
    }
    let mark = bytes.split_off(NONCE_BYTES);
    Some((hex(&bytes), mark))
}

#[cfg(test)]
mod tests {
    use tower_cookies::Key;

    use super::*;

    fn link(task_id: i64, nonce: u8) -> shared_result::Model {
        shared_result::Model {
            task_id: TaskId(task_id),
            nonce: hex(&[nonce; NONCE_BYTES]),
            created_at: chrono::DateTime::UNIX_EPOCH,
        }
    }

    #[test]
    fn a_link_opens_only_its_own_result_and_only_with_the_key_that_made_it() {
        let ring = |byte| KeyRing::new(Key::from(&[byte; 64]));
        let links = Links::new(&ring(7));
        let token = links.token(&link(5, 9));
        let (nonce, mark) = split(&token).unwrap();
        assert_eq!(nonce, link(5, 9).nonce);
        assert!(links.is_marked(&link(5, 9), &mark));
        assert!(!links.is_marked(&link(6, 9), &mark));
        assert!(!links.is_marked(&link(5, 8), &mark));
        let other_key = Links::new(&ring(8));
        assert!(!other_key.is_marked(&link(5, 9), &mark));
        let rotated = Links::new(&ring(8).with_older(Key::from(&[7; 64])));
        assert!(rotated.is_marked(&link(5, 9), &mark));
        assert_ne!(rotated.token(&link(5, 9)), token);
    }

    #[test]
    fn malformed_tokens_are_rejected_without_a_query() {
        for bad in ["", "x", "%%%", &"A".repeat(42), &"A".repeat(44), "../../x"] {
            assert_eq!(split(bad), None, "{bad}");
        }
        assert!(split(&"A".repeat(43)).is_some());
    }
}
