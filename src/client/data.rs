//! Data that a page loads: a resource whose type the client bundle compiles once, whatever it holds.
//!
//! A `Resource<T>` of Leptos is compiled anew for each `T`, about 10 kB a time. Inside a [`Data`] there is
//! always the same one, of a [`Payload`] that is parsed as a `T` only where it is used.

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
        /// Only the server writes values into a page; the client bundle has no serializers.
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

    /// Holds a value that is not sent to the browser; [`Self::held`] returns it.
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

/// The response to a request for data.
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
    fn encode(_response: &Response) -> Result<String, Self::Error> {
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

/// A request on its way from the source of a resource, which reads signals, to its fetcher. No two are equal, so every
/// change of those signals loads again.
#[derive(Clone)]
struct Request(Arc<Mutex<Option<ResponseFuture>>>);

impl PartialEq for Request {
    fn eq(&self, _other: &Self) -> bool {
        false
    }
}

type Source = Box<dyn Fn() -> Request + Send + Sync>;

fn resource(source: Source) -> Resource<Response, ResponseCodec> {
    let fetch = |Request(fetching): Request| async move {
        let fetching = fetching
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .take();
        match fetching {
            Some(fetching) => fetching.await,
            None => Err(AppError::Internal),
        }
    };
    Resource::new_with_options(source, fetch, false)
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
    /// Loads with `fetch`, which reads the signals it depends on before it returns its future, and again whenever they
    /// change.
    pub fn new<F>(fetch: impl Fn() -> F + Send + Sync + 'static) -> Self
    where
        F: Future<Output = Result<T, AppError>> + Send + 'static,
    {
        Self::raw(move || {
            let fetching = fetch();
            Box::pin(async move { fetching.await.map(Payload::of) })
        })
    }

    /// The same with a `fetch` that returns payloads.
    pub fn raw(fetch: impl Fn() -> ResponseFuture + Send + Sync + 'static) -> Self {
        let source = move || Request(Arc::new(Mutex::new(Some(fetch()))));
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

    /// Loads again what could not be loaded.
    pub fn retry_failed(self) {
        if matches!(self.inner.get_untracked(), Some(Err(_))) {
            self.inner.refetch();
        }
    }

    /// Changes the data in place. While a request is under way the data is loaded again instead: the response may be older
    /// than the change, and a change made now would discard it.
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

    /// For futures that may outlive the page, whose arena is freed with it.
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

/// A [`Data`] with shared ownership.
#[derive(Clone)]
pub struct SharedData(ArcResource<Response, ResponseCodec>);

impl SharedData {
    /// The response, once it has arrived.
    pub fn response(&self) -> ResponseFuture {
        Box::pin(self.0.clone().into_future())
    }
}

#[cfg(all(test, feature = "ssr"))]
mod tests {
    use super::*;

    #[test]
    fn a_response_survives_the_way_through_the_page() {
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
