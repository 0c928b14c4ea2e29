//! Data that a page loads: a resource whose type the client bundle compiles once, whatever it holds.
//!
//! A `Resource<T>` of Leptos is compiled anew for each `T`, about 10 kB a time. Inside a [`Data`] there is
//! always the same one, of a [`Payload`] that is read as a `T` only where it is used.

use std::any::Any;
use std::fmt;
use std::future::{Future, IntoFuture};
use std::marker::PhantomData;
use std::pin::{Pin, pin};
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Waker};

use compact_json::InvalidJson;
use leptos::prelude::*;
use leptos::server::codee::{Decoder, Encoder};
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::types::AppError;

/// What can be loaded.
pub trait Wire: Serialize + DeserializeOwned + Clone + Send + Sync + 'static {}

impl<T: Serialize + DeserializeOwned + Clone + Send + Sync + 'static> Wire for T {}

/// A value of any type, or its JSON.
#[derive(Clone)]
pub struct Payload(Held);

#[derive(Clone)]
enum Held {
    Json(Arc<str>),
    Value {
        value: Arc<dyn Any + Send + Sync>,
        /// Only the server writes values into a page; the client bundle must not carry how.
        #[cfg(feature = "ssr")]
        to_json: fn(&dyn Any) -> String,
    },
}

impl Payload {
    /// Holds a value.
    pub fn of<T: Wire>(value: T) -> Self {
        Self(Held::Value {
            value: Arc::new(value),
            #[cfg(feature = "ssr")]
            to_json: |value| {
                let json = value.downcast_ref::<T>().map(serde_json::to_string);
                json.and_then(Result::ok).unwrap_or_default()
            },
        })
    }

    /// Holds a value of which the page tells the browser nothing; [`Self::held`] gets it back.
    pub fn server_only(value: impl Any + Send + Sync) -> Self {
        Self(Held::Value {
            value: Arc::new(value),
            #[cfg(feature = "ssr")]
            to_json: |_| String::new(),
        })
    }

    /// Holds JSON.
    pub fn of_json(json: &str) -> Self {
        Self(Held::Json(json.into()))
    }

    /// The value.
    ///
    /// # Errors
    /// [`AppError::Internal`] where it is something else.
    pub fn get<T: Wire>(&self) -> Result<T, AppError> {
        match &self.0 {
            Held::Json(json) => compact_json::from_str(json).ok(),
            Held::Value { .. } => self.held(),
        }
        .ok_or(AppError::Internal)
    }

    /// The value, where it is held as such.
    pub fn held<T: Any + Clone>(&self) -> Option<T> {
        match &self.0 {
            Held::Json(_) => None,
            Held::Value { value, .. } => value.downcast_ref::<T>().cloned(),
        }
    }

    #[cfg(feature = "ssr")]
    fn json(&self) -> String {
        match &self.0 {
            Held::Json(json) => json.as_ref().to_owned(),
            Held::Value { value, to_json } => to_json(value.as_ref()),
        }
    }
}

impl fmt::Debug for Payload {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Payload")
    }
}

/// What came of asking for something.
pub type Response = Result<Payload, AppError>;

/// The value of a response.
///
/// # Errors
/// That of the response; [`AppError::Internal`] where the value is something else.
pub fn value_of<T: Wire>(response: Response) -> Result<T, AppError> {
    response?.get()
}

/// Writes a response into the page: its JSON after a `+`, or that of its error after a `-`.
pub struct ResponseCodec;

impl Encoder<Response> for ResponseCodec {
    type Error = serde_json::Error;
    type Encoded = String;

    #[cfg(not(feature = "ssr"))]
    fn encode(_reply: &Response) -> Result<String, Self::Error> {
        Ok(String::new())
    }

    #[cfg(feature = "ssr")]
    fn encode(response: &Response) -> Result<String, Self::Error> {
        Ok(match response {
            Ok(payload) => format!("+{}", payload.json()),
            Err(error) => format!("-{}", serde_json::to_string(error)?),
        })
    }
}

impl Decoder<Response> for ResponseCodec {
    type Error = InvalidJson;
    type Encoded = str;

    fn decode(text: &str) -> Result<Response, Self::Error> {
        match text.strip_prefix('+') {
            Some(json) => Ok(Ok(Payload::of_json(json))),
            None => compact_json::from_str(text.trim_start_matches('-')).map(Err),
        }
    }
}

/// A response on its way.
pub type ResponseFuture = Pin<Box<dyn Future<Output = Response> + Send>>;

/// A question on its way from where its parts were read to where it is asked. No two are the same: each
/// change of what it is made of asks anew.
#[derive(Clone)]
struct Question(Arc<Mutex<Option<ResponseFuture>>>);

impl PartialEq for Question {
    fn eq(&self, _other: &Self) -> bool {
        false
    }
}

type Source = Box<dyn Fn() -> Question + Send + Sync>;

fn resource(source: Source) -> Resource<Response, ResponseCodec> {
    let ask = |Question(fetching): Question| async move {
        let fetching = fetching
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .take();
        match fetching {
            Some(fetching) => fetching.await,
            None => Err(AppError::Internal),
        }
    };
    Resource::new_with_options(source, ask, false)
}

/// Something that is loaded.
pub struct Data<T> {
    inner: Resource<Response, ResponseCodec>,
    of: PhantomData<fn() -> T>,
}

impl<T> Clone for Data<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for Data<T> {}

impl<T: Wire> Data<T> {
    /// Loads by `fetch`, which reads what it depends on before it gives its future, and again whenever that
    /// changes.
    pub fn new<F>(fetch: impl Fn() -> F + Send + Sync + 'static) -> Self
    where
        F: Future<Output = Result<T, AppError>> + Send + 'static,
    {
        Self::raw(move || {
            let fetching = fetch();
            Box::pin(async move { fetching.await.map(Payload::of) })
        })
    }

    /// The same where `fetch` gives the values packed already.
    pub fn raw(fetch: impl Fn() -> ResponseFuture + Send + Sync + 'static) -> Self {
        let source = move || Question(Arc::new(Mutex::new(Some(fetch()))));
        Self {
            inner: resource(Box::new(source)),
            of: PhantomData,
        }
    }

    /// What is there now.
    pub fn get(self) -> Option<Result<T, AppError>> {
        self.inner.get().map(value_of)
    }

    /// Takes a value over.
    pub fn set(self, value: T) {
        self.inner.set(Some(Ok(Payload::of(value))));
    }

    /// Loads anew.
    pub fn refetch(self) {
        self.inner.refetch();
    }

    /// Loads again what could not be loaded, whenever `version` changes: the connection may be back.
    pub fn retry_when_changed(self, version: impl Fn() -> u32 + 'static) {
        Effect::new(move |before: Option<u32>| {
            let now = version();
            let is_new = before.is_some_and(|before| before != now);
            if is_new && matches!(self.inner.get_untracked(), Some(Err(_))) {
                self.inner.refetch();
            }
            now
        });
    }

    /// Changes what is there. While it loads, it is loaded once more instead: the answer on its way may be
    /// older than the change, and a change made now would throw that answer away.
    pub fn update(self, change: impl FnOnce(&mut T)) {
        let mut context = Context::from_waker(Waker::noop());
        let is_loading = pin!(self.inner.ready()).poll(&mut context).is_pending();
        if is_loading {
            self.inner.refetch();
        } else if let Some(Ok(mut value)) = self.inner.get_untracked().map(value_of::<T>) {
            change(&mut value);
            self.set(value);
        }
    }

    /// For those who outlive the page that loads it: its arena may be freed while the data is on its way.
    pub fn share(self) -> SharedData {
        SharedData(self.inner.into())
    }
}

impl<T: Wire> IntoFuture for Data<T> {
    type Output = Result<T, AppError>;
    type IntoFuture = Pin<Box<dyn Future<Output = Self::Output> + Send>>;

    fn into_future(self) -> Self::IntoFuture {
        let response = self.share().response();
        Box::pin(async move { value_of(response.await) })
    }
}

/// A [`Data`] that is counted.
#[derive(Clone)]
pub struct SharedData(ArcResource<Response, ResponseCodec>);

impl SharedData {
    /// What comes.
    pub fn response(&self) -> ResponseFuture {
        Box::pin(self.0.clone().into_future())
    }
}

#[cfg(all(test, feature = "ssr"))]
mod tests {
    use super::*;

    #[test]
    fn a_reply_comes_out_of_the_page_as_it_went_in() {
        let written = ResponseCodec::encode(&Ok(Payload::of(vec![1, 2]))).unwrap();
        assert_eq!(written, "+[1,2]");
        let read = ResponseCodec::decode(&written).unwrap();
        assert_eq!(value_of::<Vec<i32>>(read), Ok(vec![1, 2]));

        let written = ResponseCodec::encode(&Err(AppError::NotFound)).unwrap();
        let read = ResponseCodec::decode(&written).unwrap();
        assert_eq!(value_of::<Vec<i32>>(read), Err(AppError::NotFound));
    }

    #[test]
    fn a_payload_of_another_type_is_an_error() {
        assert_eq!(
            Payload::of("text".to_owned()).get::<i32>(),
            Err(AppError::Internal)
        );
        assert_eq!(Payload::of_json("[]").get::<i32>(), Err(AppError::Internal));
    }
}
