//! The key that makes a paid request safe to repeat: made once, kept until its answer has come.
//!
//! The server writes a fresh key into the form, so a double post of one rendered page pays once even
//! without JavaScript. With it, the key of a request without an answer also survives a reload.

use leptos::prelude::*;

use super::form_action::FormAction;
use super::{Session, browser, use_session};
use crate::types::{AppError, JsonText};

/// Name of the hidden input, on the wire too.
pub const FIELD: &str = "idempotency_key";

/// The key of the next request of one form.
#[derive(Clone, Copy)]
pub struct IdempotencyKey {
    name: &'static str,
    session: Session,
    value: RwSignal<String>,
}

impl IdempotencyKey {
    /// A key for the form of that name; the one of its last request where that may have been carried out.
    pub fn new(name: &'static str, sending: FormAction) -> Self {
        let unanswered = sending
            .error_untracked()
            .filter(|error| !settles(error))
            .map(|_| sending.entered(FIELD))
            .filter(|key| !key.is_empty());
        let first = SharedValue::<_, JsonText>::new_with_encoding(|| {
            unanswered.unwrap_or_else(browser::random_key)
        })
        .into_inner();
        let key = Self {
            name,
            session: use_session(),
            value: RwSignal::new(first),
        };
        Effect::new(move |_| {
            if key.session.has_account()
                && let Some(unanswered) = key.session.stored(name)
            {
                key.value.set(unanswered);
            }
        });
        key
    }

    /// Keeps the key over a reload: its request is on the way.
    pub fn keep(self) {
        self.session.store(self.name, &self.value.get_untracked());
    }

    /// Takes a new key if the answer proves that the request is over; otherwise repeating it is safe.
    pub fn settle<T>(self, answer: &Result<T, AppError>) {
        if answer.as_ref().err().is_none_or(settles) {
            self.session.forget(self.name);
            self.value.set(browser::random_key());
        }
    }

    /// The hidden input.
    pub fn input(self) -> impl IntoView {
        view! {
            <input
                type="hidden"
                name=FIELD
                autocomplete="off"
                value=move || self.value.get()
            />
        }
    }
}

/// True where the error proves that nothing was or will be paid for this request.
fn settles(error: &AppError) -> bool {
    !matches!(
        error,
        AppError::Unreachable | AppError::Internal | AppError::Unavailable { .. }
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::types::Credits;

    #[test]
    fn only_an_answer_that_leaves_doubt_keeps_the_key() {
        assert!(settles(&AppError::KeyReused));
        assert!(settles(&AppError::InsufficientCredits {
            needed: Credits(10),
            available: Credits(0),
        }));
        assert!(!settles(&AppError::Unreachable));
        assert!(!settles(&AppError::Internal));
    }
}
