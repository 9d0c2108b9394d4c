//! What a request asks providers: each question once, however often its document comes to it, and not without
//! end.

use std::{
    collections::HashMap,
    future::Future,
    hash::Hash,
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};

use async_graphql::Context;
use provider_core::{
    domain::{CallCenterStatistics, KpiAnswer, KpiFilter, Period, ProviderId, ReportingSettings},
    provider::Health,
};
use service::{
    CallCenterId, CountBy, CountRow, KpiBreakdown, NumberStock, Principal, ServiceResult, Switchboard, Within,
};
use tokio::sync::OnceCell;

use super::{
    access,
    error::{ApiError, Result},
    switchboard,
};

/// Most questions of one request.
const MOST_QUESTIONS: usize = 200;
/// How long answers are kept. A query is over by then; a subscription's events go on and need new answers.
const KEPT: Duration = Duration::from_secs(10);

/// Something that providers can be asked.
pub(crate) trait Question: Clone + Eq + Hash {
    /// What they answer.
    type Answer: Clone;

    /// The answers to questions of this kind.
    fn answers(round: &mut Round) -> &mut Answers<Self>;
}

/// Answers by question, each there or on its way.
pub(crate) type Answers<Q> = HashMap<Q, Arc<OnceCell<Result<<Q as Question>::Answer>>>>;

/// Declares the kinds of questions.
macro_rules! questions {
    ($($(#[$doc:meta])* $name:ident($($part:ty),+) -> $answer:ty, $answers:ident;)*) => {
        $(
            $(#[$doc])*
            #[derive(Debug, Clone, PartialEq, Eq, Hash)]
            pub(crate) struct $name($(pub(crate) $part),+);

            impl Question for $name {
                type Answer = $answer;

                fn answers(round: &mut Round) -> &mut Answers<Self> {
                    &mut round.$answers
                }
            }
        )*

        /// The questions of a request, or of some seconds of a subscription.
        pub(crate) struct Round {
            began: Instant,
            $($answers: Answers<$name>,)*
        }

        impl Round {
            fn new(began: Instant) -> Self {
                Self {
                    began,
                    $($answers: HashMap::new(),)*
                }
            }

            fn questions(&self) -> usize {
                0 $(+ self.$answers.len())*
            }
        }
    };
}

questions! {
    /// How a provider is, by its name.
    HealthOf(String) -> Option<Health>, health;
    /// Counts of numbers.
    Kpis(ProviderId, KpiBreakdown, KpiFilter, Within) -> Arc<KpiAnswer>, kpis;
    /// Counts of our own numbers by more than providers count by.
    OwnCounts(ProviderId, CountBy, KpiFilter, Within) -> Arc<Vec<CountRow>>, own_counts;
    /// How full our own stock is.
    Stock(ProviderId, KpiFilter, Within) -> Arc<NumberStock>, stock;
    /// Statistics of calls: the planned question as text.
    Calls(String) -> Arc<service::CallStatistics>, calls;
    /// How a call center reports.
    Reporting(CallCenterId) -> ReportingSettings, reporting;
    /// What happened in a call center.
    Happened(CallCenterId, Period) -> Arc<CallCenterStatistics>, happened;
}

/// What one request has asked.
pub(crate) struct Asked(Mutex<Round>);

impl Default for Asked {
    fn default() -> Self {
        Self(Mutex::new(Round::new(Instant::now())))
    }
}

impl Asked {
    fn cell<Q: Question>(&self, question: &Q, now: Instant) -> Result<Arc<OnceCell<Result<Q::Answer>>>> {
        let mut round = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if now.duration_since(round.began) > KEPT {
            *round = Round::new(now);
        }
        if let Some(known) = Q::answers(&mut round).get(question) {
            return Ok(Arc::clone(known));
        }
        if round.questions() >= MOST_QUESTIONS {
            return Err(ApiError::too_complex(format!(
                "The document asks providers more than {MOST_QUESTIONS} questions. Ask for less, or in several requests."
            )));
        }
        let cell = Arc::default();
        Q::answers(&mut round).insert(question.clone(), Arc::clone(&cell));
        Ok(cell)
    }
}

/// The answer to a question, which is asked by whoever comes first.
pub(crate) async fn once<Q, Fut>(
    ctx: &Context<'_>,
    question: Q,
    ask: impl FnOnce(Switchboard, Principal) -> Fut,
) -> Result<Q::Answer>
where
    Q: Question,
    Fut: Future<Output = ServiceResult<Q::Answer>>,
{
    let Some(asked) = ctx.data_opt::<Asked>() else {
        return Err(ApiError::internal("the request has no memory of its questions"));
    };
    let (switchboard, who) = (switchboard(ctx)?.clone(), access::caller(ctx)?);
    let cell = asked.cell(&question, Instant::now())?;
    let answer = cell.get_or_init(|| async { ask(switchboard, who).await.map_err(ApiError::from) });
    answer.await.clone()
}

/// Drops the answer to a question, for which a change may have made another one.
pub(crate) fn forget<Q: Question>(ctx: &Context<'_>, question: &Q) {
    if let Some(asked) = ctx.data_opt::<Asked>() {
        let mut round = asked.0.lock().unwrap_or_else(PoisonError::into_inner);
        Q::answers(&mut round).remove(question);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::graphql::error::ErrorCode;

    fn question(number: usize) -> HealthOf {
        HealthOf(number.to_string())
    }

    #[test]
    fn a_request_asks_so_many_questions_and_no_more_and_repetitions_are_free() {
        let (asked, now) = (Asked::default(), Instant::now());
        for number in 0..MOST_QUESTIONS {
            assert!(asked.cell(&question(number), now).is_ok());
        }
        assert!(asked.cell(&question(0), now).is_ok());
        let refused = asked.cell(&question(MOST_QUESTIONS), now).map(|_| ());
        assert_eq!(refused.unwrap_err().code(), ErrorCode::QueryTooComplex);
    }

    #[test]
    fn a_subscription_that_goes_on_asks_anew() {
        let (asked, now) = (Asked::default(), Instant::now());
        let first = asked.cell(&question(1), now).unwrap();
        assert!(Arc::ptr_eq(
            &first,
            &asked.cell(&question(1), now + KEPT / 2).unwrap()
        ));
        assert!(!Arc::ptr_eq(
            &first,
            &asked.cell(&question(1), now + KEPT * 2).unwrap()
        ));
    }
}
