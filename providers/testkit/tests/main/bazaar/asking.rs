//! How the adapter asks, and how it does not.

use std::time::Duration;

use provider_core::call::{CallContext, Operation, Safety};
use provider_core::error::{Effect, ErrorKind, ProviderError, Result};
use provider_core::http::{Method, Reply};
use provider_core::outcome::{Outcome, Refusal, RefusalCode};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use super::Lie;
use super::adapter::Bazaar;

impl Bazaar {
    /// Asks for something.
    pub(super) async fn read<T: DeserializeOwned>(
        &self,
        operation: &'static str,
        cx: &CallContext,
        request: &impl Serialize,
    ) -> Result<T> {
        let call = Call {
            query: Some(serde_json::to_string(request).unwrap()),
            ..Call::of(Operation::read(operation), Method::GET)
        };
        self.read_or_nothing(self.attempt(cx, &call).await, &call)
    }

    /// Asks for something by a POST, as some upstreams want it.
    pub(super) async fn ask<T: DeserializeOwned>(
        &self,
        operation: &'static str,
        cx: &CallContext,
        request: &impl Serialize,
    ) -> Result<T> {
        let call = Call {
            body: Some(serde_json::to_value(request).unwrap()),
            ..Call::of(Operation::read(operation), Method::POST)
        };
        self.read_or_nothing(self.attempt(cx, &call).await, &call)
    }

    /// Asks for a thing by its name.
    pub(super) async fn look<T: DeserializeOwned>(
        &self,
        operation: &'static str,
        cx: &CallContext,
        name: &str,
    ) -> Result<T> {
        let call = Call {
            name: Some(name.to_owned()),
            ..Call::of(Operation::read(operation), Method::GET)
        };
        self.read_or_nothing(self.attempt(cx, &call).await, &call)
    }

    /// Changes something.
    pub(super) async fn change<T: DeserializeOwned>(
        &self,
        operation: Operation,
        cx: &CallContext,
        request: &impl Serialize,
    ) -> Result<Outcome<T>> {
        let call = Call {
            body: Some(serde_json::to_value(request).unwrap()),
            ..Call::of(operation, Method::POST)
        };
        let answer = self.attempt(cx, &call).await;
        let outcome = answer.and_then(|answer| self.parse(operation, answer));
        let no = |code| Ok(Outcome::Refused(Refusal::new(code, "no")));
        match outcome {
            Err(error) if self.lies(Lie::TakesGarbageForNo) && error.kind() == ErrorKind::BadResponse => {
                no(RefusalCode::InvalidRequest)
            }
            Err(error) if self.lies(Lie::TakesFailureForNo) && error.kind() == ErrorKind::Unavailable => {
                no(RefusalCode::InvalidState)
            }
            Ok(Outcome::Refused(refusal))
                if self.lies(Lie::NoStockIsAnOutage) && refusal.code == RefusalCode::NoStock =>
            {
                Err(ProviderError::new(
                    ErrorKind::Unavailable,
                    operation.name,
                    "nothing is left",
                ))
            }
            outcome => outcome,
        }
    }

    fn read_or_nothing<T: DeserializeOwned>(&self, answer: Result<Value>, call: &Call) -> Result<T> {
        let answer = answer.and_then(|answer| self.parse(call.operation, answer));
        let error = match answer {
            Err(error) if self.lies(Lie::SwallowsErrors) => error,
            answer => return answer,
        };
        let nothing = [
            json!([]),
            json!(null),
            json!({ "rows": [], "caveats": [], "as_of": null }),
            json!({ "items": [], "next": null, "total": null }),
        ];
        let mut nothing = nothing.into_iter();
        nothing
            .find_map(|nothing| serde_json::from_value(nothing).ok())
            .ok_or(error)
    }

    async fn attempt(&self, cx: &CallContext, call: &Call) -> Result<Value> {
        if self.lies(Lie::LogsSecret) {
            tracing::trace!(key = self.secret.expose(), "asks");
        }
        if self.lies(Lie::IgnoresDeadlines) && cx.deadline.is_some() {
            std::thread::sleep(Duration::from_millis(3500));
        }
        let mut resend = self
            .lies(Lie::ResendsWhenDropped)
            .then(|| Resend(Some(self.raw(call))));
        let strays = [Lie::FollowsRedirects, Lie::LeavesTheBaseUrl, Lie::PastesPaths];
        let mut answer = if strays.into_iter().any(|lie| self.lies(lie)) {
            self.stray(call).await
        } else {
            self.send(cx, call).await
        };
        if let (Ok(answer), true) = (&mut answer, self.lies(Lie::MixesAnswers)) {
            self.last.lock().unwrap().clone_from(answer);
            tokio::task::yield_now().await;
            answer.clone_from(&self.last.lock().unwrap());
        }
        if answer.is_err() && self.lies(Lie::RetriesItself) {
            answer = self.send(cx, call).await;
        }
        if let Some(Resend(resend)) = &mut resend {
            resend.take();
        }
        answer.map_err(|error| self.told(error))
    }

    async fn send(&self, cx: &CallContext, call: &Call) -> Result<Value> {
        let mut request = self
            .client
            .request(call.operation, call.method.clone())
            .path([call.operation.name].into_iter().chain(call.name.as_deref()));
        if let Some(query) = &call.query {
            request = request.query("request", query);
        }
        if let Some(body) = &call.body {
            request = request.json(body);
        }
        let reply = request.send(cx).await?;
        if reply.is_success() {
            reply.json()
        } else {
            Err(self.failure(call.operation, &reply))
        }
    }

    fn failure(&self, operation: Operation, reply: &Reply) -> ProviderError {
        let error = reply.error();
        let said: Option<Value> = reply.error_body();
        match said {
            Some(said) if self.lies(Lie::PassesTextOn) => {
                let text = said["message"].as_str().unwrap_or_default();
                ProviderError::new(error.kind(), operation.name, text)
                    .with_effect(error.effect())
                    .with_upstream(reply.answer())
            }
            _ => error,
        }
    }

    /// A request that no rule of the client applies to.
    async fn stray(&self, call: &Call) -> Result<Value> {
        let failed = |kind| {
            ProviderError::new(kind, call.operation.name, "failed").with_effect(effect(call.operation))
        };
        let answer = self
            .raw(call)
            .send()
            .await
            .map_err(|_| failed(ErrorKind::Unavailable))?;
        if !answer.status().is_success() {
            return Err(failed(ErrorKind::BadResponse));
        }
        answer.json().await.map_err(|_| failed(ErrorKind::BadResponse))
    }

    fn raw(&self, call: &Call) -> reqwest::RequestBuilder {
        let base = match self.lie {
            Some(Lie::LeavesTheBaseUrl) => self.base_url.splitn(4, '/').take(3).collect::<Vec<_>>().join("/"),
            _ => self.base_url.trim_end_matches('/').to_owned(),
        };
        let name = call
            .name
            .as_deref()
            .map(|name| format!("/{name}"))
            .unwrap_or_default();
        let url = format!("{base}/{}{name}", call.operation.name);
        let client = reqwest::Client::builder().no_proxy().build().unwrap();
        let mut request = client
            .request(call.method.clone(), url)
            .bearer_auth(self.secret.expose());
        if let Some(query) = &call.query {
            request = request.query(&[("request", query)]);
        }
        if let Some(body) = &call.body {
            request = request.json(body);
        }
        request
    }

    /// What is told of a failure.
    fn told(&self, error: ProviderError) -> ProviderError {
        let again = |kind: ErrorKind, message: &str| {
            let again = ProviderError::new(kind, error.operation(), message).with_effect(error.effect());
            match error.upstream() {
                Some(answer) => again.with_upstream(answer.clone()),
                None => again,
            }
        };
        match self.lie {
            Some(Lie::AlwaysUnavailable) => again(ErrorKind::Unavailable, error.message()),
            Some(Lie::ForgetsRetryAfter) => again(error.kind(), error.message()),
            Some(Lie::TellsSecret) => again(error.kind(), &format!("failed with {}", self.secret.expose())),
            Some(Lie::EffectAlwaysNone) => error.with_effect(Effect::None),
            Some(Lie::EffectAlwaysUnknown) => error.with_effect(Effect::Unknown),
            _ => error,
        }
    }

    fn parse<T: DeserializeOwned>(&self, operation: Operation, answer: Value) -> Result<T> {
        let parsed = serde_json::from_value(answer.clone());
        let lenient = [Lie::LenientTypes, Lie::DefaultsWords]
            .into_iter()
            .any(|lie| self.lies(lie));
        let parsed = match parsed {
            Err(_) if lenient => {
                let mut answer = answer;
                self.mend(&mut answer);
                serde_json::from_value(answer)
            }
            parsed => parsed,
        };
        parsed.map_err(|_| {
            let message = "the answer is not what the protocol says";
            let error = ProviderError::new(ErrorKind::BadResponse, operation.name, message);
            self.told(error.with_effect(effect(operation)))
        })
    }

    /// Makes something readable of what is not.
    fn mend(&self, answer: &mut Value) {
        match answer {
            Value::Object(fields)
                if self.lies(Lie::LenientTypes) && fields.contains_key("of a wrong type") =>
            {
                *answer = 0.into();
            }
            Value::Object(fields) => {
                for (name, field) in fields {
                    let known = ["ACTIVE", "SUSPENDED", "DROPPED"];
                    let is_word = name.eq_ignore_ascii_case("status") && field.is_string();
                    let unknown = is_word && !field.as_str().is_some_and(|word| known.contains(&word));
                    if self.lies(Lie::DefaultsWords) && unknown {
                        *field = "ACTIVE".into();
                    } else {
                        self.mend(field);
                    }
                }
            }
            Value::Array(items) => items.iter_mut().for_each(|item| self.mend(item)),
            _ => {}
        }
    }
}

/// A request, before it is one of a client.
struct Call {
    operation: Operation,
    method: Method,
    name: Option<String>,
    query: Option<String>,
    body: Option<Value>,
}

impl Call {
    const fn of(operation: Operation, method: Method) -> Self {
        Self {
            operation,
            method,
            name: None,
            query: None,
            body: None,
        }
    }
}

fn effect(operation: Operation) -> Effect {
    match operation.safety {
        Safety::Read => Effect::None,
        Safety::Idempotent | Safety::Unsafe => Effect::Unknown,
    }
}

/// Sends once more when it is dropped.
struct Resend(Option<reqwest::RequestBuilder>);

impl Drop for Resend {
    fn drop(&mut self) {
        if let Some(request) = self.0.take() {
            tokio::spawn(request.send());
        }
    }
}
