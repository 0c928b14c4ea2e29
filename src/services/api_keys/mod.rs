//! API keys: created, listed, renamed and revoked by users, and checked with each request. What they have spent is in
//! the ledger.

mod rules;
mod secret;
mod store;

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use chrono::{DateTime, Timelike as _, Utc};
use parking_lot::Mutex;
use sea_orm::sea_query::Expr;
use sea_orm::{DbErr, EntityTrait, QueryFilter};

use self::secret::Secret;
pub(super) use self::store::revoke_keys;
use self::store::{KEYS_EVER_MAX, KEYS_MAX, NewKey, Stored, find_keys};
use super::batcher::Batcher;
use super::field_check::check_text;
use super::{Catalog, Clock, User, ledger};
use crate::database::{Database, Pool, is_among};
use crate::entities::{api_key, api_key_spend};
use crate::queue;
use crate::types::{
    ApiKeyId, ApiKeyInput, ApiKeySpendInput, ApiKeySpendView, ApiKeyView, AppError, Credits,
    LABEL_MAX_CHARS, NewApiKeyView, Spent, UserId, Violation,
};

pub use crate::entities::api_key::Model as ApiKey;

/// Keys per statement.
const KEYS_AT_ONCE: usize = 100;
/// Statements at the same time.
const READS_AT_ONCE: usize = 2;

/// The key of a request, as found before the body of the request is read.
#[derive(Clone, Debug)]
pub struct UsedKey(pub Arc<ApiKey>);

/// Creates, lists, revokes and checks keys.
pub struct ApiKeys {
    database: Database,
    clock: Arc<dyn Clock>,
    catalog: Arc<Catalog>,
    /// Keys with their users, by hash; concurrent requests share a statement.
    found: Batcher<String, Option<(ApiKey, User)>>,
    /// Keys whose last use is being written.
    noting: Arc<Mutex<HashSet<ApiKeyId>>>,
}

impl ApiKeys {
    /// Uses one database.
    pub fn new(database: Database, clock: Arc<dyn Clock>, catalog: Arc<Catalog>) -> Self {
        let found = {
            let database = database.clone();
            Batcher::new(KEYS_AT_ONCE, READS_AT_ONCE, move |hashes| {
                find_keys(database.clone(), hashes)
            })
        };
        Self {
            database,
            clock,
            catalog,
            found,
            noting: Arc::default(),
        }
    }

    /// The key with this text, and its user. Notes the use, to the minute, without waiting for it.
    ///
    /// # Errors
    /// [`AppError::InvalidKey`] if the text is no key, or the key is unknown, revoked or expired; 503 if the database
    /// is unavailable.
    pub async fn authenticate(&self, text: &str) -> Result<(UsedKey, User), AppError> {
        let secret = Secret::parse(text).map_err(invalid)?;
        let (key, user) = self.find(secret.hash()).await?;
        self.note_use(&key);
        Ok((UsedKey(Arc::new(key)), user))
    }

    /// Checks again that a key is valid; returns its user.
    ///
    /// # Errors
    /// [`AppError::InvalidKey`] if it was revoked or has expired; 503 if the database is unavailable.
    pub async fn user(&self, UsedKey(key): &UsedKey) -> Result<User, AppError> {
        let (_, user) = self.find(key.hash.clone()).await?;
        Ok(user)
    }

    async fn find(&self, hash: String) -> Result<(ApiKey, User), AppError> {
        let found = self.found.submit(hash).await?;
        let (key, user) = found.ok_or_else(|| invalid("this API key does not exist"))?;
        match ledger::end_of(&key, self.clock.now()) {
            Some(reason) => Err(invalid(reason)),
            None => Ok((key, user)),
        }
    }

    /// The minute is written at most once by each process, and in the background.
    fn note_use(&self, key: &ApiKey) {
        let minute = start_of_minute(self.clock.now());
        if key.last_used_at.is_some_and(|at| at >= minute) || !self.noting.lock().insert(key.id) {
            return;
        }
        let (database, noting, id) = (self.database.clone(), Arc::clone(&self.noting), key.id);
        tokio::spawn(async move {
            let noted = api_key::Entity::note_use(id, minute)
                .exec(database.write())
                .await;
            if let Err(error) = noted {
                tracing::warn!(%error, key = %id, "cannot note the use of an API key");
            }
            noting.lock().remove(&id);
        });
    }

    /// Creates a key. A key that makes another gives it no more than it has itself, and pays for it with its own caps.
    ///
    /// # Errors
    /// 422 naming fields; 409 if the user has too many keys.
    pub async fn create(
        &self,
        user: UserId,
        maker: Option<&UsedKey>,
        input: &ApiKeyInput,
    ) -> Result<NewApiKeyView, AppError> {
        let now = self.clock.now();
        let maker = maker.map(|UsedKey(key)| key.as_ref());
        let checked = rules::check(input, maker, now)?;
        let secret = Secret::generate();
        let new = NewKey {
            user,
            maker: maker.map(|key| key.id),
            hint: secret.hint(),
            hash: secret.hash(),
            checked,
            now,
        };
        let stored = self
            .database
            .transaction("create API key", new, |transaction, new| {
                Box::pin(new.insert(transaction))
            })
            .await?;
        let key = match stored {
            Stored::Key(key) => *key,
            Stored::MakerRevoked => return Err(invalid("this API key was revoked")),
            Stored::TooMany => {
                return Err(AppError::Conflict(format!(
                    "you have {KEYS_MAX} API keys, or have had {KEYS_EVER_MAX}, which is the maximum; revoke keys \
                     that are no longer used"
                )));
            }
        };
        tracing::info!(%user, key = %key.id, "created an API key");
        Ok(NewApiKeyView {
            secret: secret.into_text(),
            key: view(key, Spent::default(), now),
        })
    }

    /// A user's keys that are not revoked, newest first.
    ///
    /// # Errors
    /// 503 if the database is unavailable.
    pub async fn list(&self, user: UserId) -> Result<Vec<ApiKeyView>, AppError> {
        let database = self.database.read();
        let keys = api_key::Entity::kept(user).all(database).await?;
        Ok(self.views(database, keys).await?)
    }

    /// The key of a request.
    ///
    /// # Errors
    /// 503 if the database is unavailable.
    pub async fn current(&self, UsedKey(key): &UsedKey) -> Result<ApiKeyView, AppError> {
        let views = self.views(self.database.read(), vec![ApiKey::clone(key)]);
        views.await?.pop().ok_or(AppError::NotFound)
    }

    /// Gives a key another label.
    ///
    /// # Errors
    /// 422 naming `label`; 404, also for a key that is revoked or another user's.
    pub async fn rename(
        &self,
        user: UserId,
        id: ApiKeyId,
        label: &str,
    ) -> Result<ApiKeyView, AppError> {
        let label = check_text("label", label, LABEL_MAX_CHARS)?;
        if label.is_empty() {
            return Err(AppError::invalid("label", Violation::Required));
        }
        let renamed = api_key::Entity::change(user, id)
            .col_expr(api_key::Column::Label, Expr::value(label))
            .exec_with_returning(self.database.write())
            .await?;
        self.first(renamed).await
    }

    /// Revokes a key and those that it made, for good. A key that is already revoked is returned as it is.
    ///
    /// # Errors
    /// 404, also for another user's key.
    pub async fn revoke(&self, user: UserId, id: ApiKeyId) -> Result<ApiKeyView, AppError> {
        self.end(user, Some(id)).await?;
        let key = api_key::Entity::of_user(user, id)
            .all(self.database.write())
            .await?;
        self.first(key).await
    }

    /// Revokes all keys of a user; returns how many.
    ///
    /// # Errors
    /// 503 if the database is unavailable.
    pub async fn revoke_all(&self, user: UserId) -> Result<u64, AppError> {
        Ok(self.end(user, None).await?)
    }

    async fn end(&self, user: UserId, key: Option<ApiKeyId>) -> Result<u64, DbErr> {
        let input = (user, key, self.clock.now());
        let ended = self
            .database
            .transaction("revoke API keys", input, |transaction, (user, key, now)| {
                Box::pin(revoke_keys(transaction, *user, *key, *now))
            })
            .await?;
        tracing::info!(%user, keys = ended, "revoked API keys");
        Ok(ended)
    }

    /// What a user's keys have spent by day and model, newest first.
    ///
    /// # Errors
    /// 422 naming `id`, `from` or `to`; 503 if the database is unavailable.
    pub async fn spend(
        &self,
        user: UserId,
        input: &ApiKeySpendInput,
    ) -> Result<Vec<ApiKeySpendView>, AppError> {
        let (key, from, to) = input.check(self.clock.now().date_naive())?;
        let rows = api_key_spend::Entity::between(user, key, from, to)
            .all(self.database.read())
            .await?;
        let ids: HashSet<ApiKeyId> = rows.iter().map(|row| row.api_key_id).collect();
        let keys = api_key::Entity::find()
            .filter(is_among(self.database.backend(), api_key::Column::Id, ids))
            .all(self.database.read())
            .await?;
        let keys: HashMap<ApiKeyId, ApiKey> = keys.into_iter().map(|key| (key.id, key)).collect();
        let models = rows.iter().map(|row| row.model_id).collect();
        let models = self.catalog.named(models).await?;
        let views = rows.into_iter().filter_map(|row| {
            let (key, model) = (keys.get(&row.api_key_id)?, models.get(&row.model_id)?);
            Some(ApiKeySpendView {
                day: row.day,
                api_key_id: key.id,
                label: key.label.clone(),
                hint: key.hint.clone(),
                model: model.model_ref(),
                predictions: row.predictions.unsigned_abs(),
                credits: Credits(row.credits),
            })
        });
        Ok(views.collect())
    }

    /// Reads from the writer, which sees what was just written.
    async fn first(&self, keys: Vec<ApiKey>) -> Result<ApiKeyView, AppError> {
        let views = self.views(self.database.write(), keys).await?;
        views.into_iter().next().ok_or(AppError::NotFound)
    }

    async fn views(&self, database: &Pool, keys: Vec<ApiKey>) -> Result<Vec<ApiKeyView>, DbErr> {
        let now = queue::read_now(database, self.clock.now()).await?;
        let ids: Vec<ApiKeyId> = keys.iter().map(|key| key.id).collect();
        let spent = ledger::read_spent(database, &ids, now).await?;
        let views = keys.into_iter().map(|key| {
            let spent = spent.get(&key.id).copied().unwrap_or_default();
            view(key, spent, now)
        });
        Ok(views.collect())
    }
}

fn invalid(reason: &str) -> AppError {
    AppError::InvalidKey(reason.to_owned())
}

fn start_of_minute(now: DateTime<Utc>) -> DateTime<Utc> {
    now.with_second(0)
        .and_then(|now| now.with_nanosecond(0))
        .unwrap_or(now)
}

fn view(key: ApiKey, spent: Spent, now: DateTime<Utc>) -> ApiKeyView {
    ApiKeyView {
        id: key.id,
        caps: key.caps(),
        is_expired: key.is_expired(now),
        label: key.label,
        hint: key.hint,
        scopes: key.scopes.0,
        spent,
        created_at: key.created_at,
        last_used_at: key.last_used_at,
        expires_at: key.expires_at,
        revoked_at: key.revoked_at,
        made_by: key.parent_id,
    }
}
