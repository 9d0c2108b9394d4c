//! Relations that were not read with their page: each kind is read once for all objects that ask at the same time.

use std::{
    collections::HashMap,
    sync::{Arc, OnceLock},
};

use async_graphql::{
    Context,
    dataloader::{DataLoader, Loader},
};
use provider_core::domain::{Period, ReplacementConfiguration};
use service::{
    CallCenter, CallCenterId, CallStatistics, CenterFigures, CenterHistoryRequest, CenterInterval,
    NumberRecord, NumberRelations, OwnCallCenter, PoolRecord, Principal, SentReport, ServiceResult,
    SubjectKind, Switchboard,
};

use super::{
    access,
    error::{ApiError, Result},
    switchboard,
};

/// The loaders of one request; nothing is kept longer than a batch, since a mutation may change it.
#[derive(Default)]
pub(crate) struct Loaders(OnceLock<DataLoader<Relations>>);

/// Reads relations for whoever asks.
pub(crate) struct Relations {
    switchboard: Switchboard,
    who: Principal,
}

fn loader<'a>(ctx: &Context<'a>) -> Result<&'a DataLoader<Relations>> {
    let Some(loaders) = ctx.data_opt::<Loaders>() else {
        return Err(ApiError::internal("the request has no loaders"));
    };
    let (switchboard, who) = (switchboard(ctx)?, access::viewer(ctx)?);
    Ok(loaders.0.get_or_init(|| {
        let relations = Relations {
            switchboard: switchboard.clone(),
            who: who.clone(),
        };
        DataLoader::new(relations, tokio::spawn)
    }))
}

async fn own_numbers(
    switchboard: &Switchboard,
    who: &Principal,
    ids: &[i64],
) -> ServiceResult<HashMap<i64, NumberRecord>> {
    switchboard.numbers_by_ids(who, ids, NumberRelations::OWN).await
}

/// Declares the key of a kind of object, its loader and the function that resolvers call.
macro_rules! batches {
    ($($(#[$doc:meta])* $name:ident, $key:ident -> $value:ty: $read:expr;)*) => {$(
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        struct $key(i64);

        impl Loader<$key> for Relations {
            type Value = $value;
            type Error = ApiError;

            async fn load(&self, keys: &[$key]) -> Result<HashMap<$key, $value>> {
                let ids: Vec<i64> = keys.iter().map(|key| key.0).collect();
                let read: HashMap<i64, $value> = $read(&self.switchboard, &self.who, &ids).await?;
                Ok(read.into_iter().map(|(id, value)| ($key(id), value)).collect())
            }
        }

        $(#[$doc])*
        pub(crate) async fn $name(ctx: &Context<'_>, id: i64) -> Result<Option<$value>> {
            loader(ctx)?.load_one($key(id)).await
        }
    )*};
}

batches! {
    /// A number with its own facts.
    number, NumberKey -> NumberRecord: own_numbers;
    /// A pool.
    pool, PoolKey -> PoolRecord: Switchboard::pools_by_ids;
    /// What a pool replaces.
    replacement, ReplacementKey -> ReplacementConfiguration: Switchboard::replacements;
    /// What a carrier says of a number.
    number_upstream_facts, NumberFactsKey -> service::UpstreamFacts: Switchboard::number_upstream_facts;
    /// What a carrier says of a pool.
    pool_upstream_facts, PoolFactsKey -> service::UpstreamFacts: Switchboard::pool_upstream_facts;
    /// A group.
    group, GroupKey -> service::Group: Switchboard::groups_by_ids;
    /// A customer.
    customer, CustomerKey -> service::Customer: Switchboard::customers_by_ids;
    /// An employee.
    employee, EmployeeKey -> service::Employee: Switchboard::employees_by_ids;
    /// Who took part in a call.
    call_parties, CallPartiesKey -> Vec<service::PartyView>: Switchboard::call_parties;
    /// A dealer.
    dealer, DealerKey -> service::Dealer: Switchboard::dealers_by_ids;
    /// An alert rule, be it deleted or not.
    alert_rule, AlertRuleKey -> service::AlertRuleRecord: Switchboard::rules_of_alerts;
    /// Who was told of an alert.
    alert_deliveries, AlertDeliveriesKey -> Vec<service::DeliveryRecord>: Switchboard::deliveries_of_alerts;
    /// A webhook.
    webhook, WebhookKey -> service::Webhook: Switchboard::webhooks_by_ids;
}

impl Loader<CallCenterId> for Relations {
    type Value = CallCenter;
    type Error = ApiError;

    async fn load(&self, keys: &[CallCenterId]) -> Result<HashMap<CallCenterId, CallCenter>> {
        Ok(self.switchboard.call_centers_by_ids(&self.who, keys).await?)
    }
}

/// A call center whose group the caller sees.
pub(crate) async fn call_center(ctx: &Context<'_>, id: CallCenterId) -> Result<Option<CallCenter>> {
    loader(ctx)?.load_one(id).await
}

/// Declares the key of something that call centers on own data have, its loader and the function that resolvers call.
macro_rules! of_centers {
    ($($(#[$doc:meta])* $name:ident, $key:ident -> $value:ty: $read:ident;)*) => {$(
        #[derive(Debug, Clone, PartialEq, Eq, Hash)]
        struct $key(CallCenterId);

        impl Loader<$key> for Relations {
            type Value = $value;
            type Error = ApiError;

            async fn load(&self, keys: &[$key]) -> Result<HashMap<$key, $value>> {
                let ids: Vec<CallCenterId> = keys.iter().map(|key| key.0.clone()).collect();
                let read = self.switchboard.$read(&self.who, &ids).await?;
                Ok(read.into_iter().map(|(id, value)| ($key(id), value)).collect())
            }
        }

        $(#[$doc])*
        pub(crate) async fn $name(ctx: &Context<'_>, id: CallCenterId) -> Result<Option<$value>> {
            loader(ctx)?.load_one($key(id)).await
        }
    )*};
}

of_centers! {
    /// What a call center on own data is.
    own_call_center, OwnCenterKey -> OwnCallCenter: own_call_centers;
    /// The daily reports of a call center on own data.
    sent_reports, SentReportsKey -> Vec<SentReport>: sent_reports;
}

/// A call center on own data, and the range that its figures are of.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct CenterFiguresKey(CallCenterId, Period);

impl Loader<CenterFiguresKey> for Relations {
    type Value = Arc<CenterFigures>;
    type Error = ApiError;

    async fn load(&self, keys: &[CenterFiguresKey]) -> Result<HashMap<CenterFiguresKey, Arc<CenterFigures>>> {
        let mut asked: HashMap<Period, Vec<CallCenterId>> = HashMap::new();
        for CenterFiguresKey(id, range) in keys {
            asked.entry(*range).or_default().push(id.clone());
        }
        let mut counted = HashMap::with_capacity(keys.len());
        for (range, ids) in asked {
            let found = self.switchboard.center_figures(&self.who, &ids, range).await?;
            let of_range = |(id, figures)| (CenterFiguresKey(id, range), figures);
            counted.extend(found.into_iter().map(of_range));
        }
        Ok(counted)
    }
}

/// The figures of a call center on own data over a range: read together with those of all others that are asked for
/// over the same range.
pub(crate) async fn center_figures(
    ctx: &Context<'_>,
    id: CallCenterId,
    range: Period,
) -> Result<Option<Arc<CenterFigures>>> {
    loader(ctx)?.load_one(CenterFiguresKey(id, range)).await
}

/// A call center on own data, and what is asked about its figures over time.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct CenterHistoryKey(CallCenterId, CenterHistoryRequest);

impl Loader<CenterHistoryKey> for Relations {
    type Value = Arc<Vec<CenterInterval>>;
    type Error = ApiError;

    async fn load(&self, keys: &[CenterHistoryKey]) -> Result<HashMap<CenterHistoryKey, Self::Value>> {
        let mut asked: HashMap<&CenterHistoryRequest, Vec<CallCenterId>> = HashMap::new();
        for CenterHistoryKey(id, request) in keys {
            asked.entry(request).or_default().push(id.clone());
        }
        let mut told = HashMap::with_capacity(keys.len());
        for (request, ids) in asked {
            let found = self
                .switchboard
                .center_histories(&self.who, &ids, request)
                .await?;
            let key = |(id, history)| (CenterHistoryKey(id, request.clone()), history);
            told.extend(found.into_iter().map(key));
        }
        Ok(told)
    }
}

/// The figures of a call center on own data over time: read together with those of all others that are asked for
/// alike.
pub(crate) async fn center_history(
    ctx: &Context<'_>,
    id: CallCenterId,
    request: CenterHistoryRequest,
) -> Result<Option<Arc<Vec<CenterInterval>>>> {
    loader(ctx)?.load_one(CenterHistoryKey(id, request)).await
}

/// Whose calls are counted, and which: the question as text.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct CallsOf {
    kind: SubjectKind,
    id: i64,
    question: String,
}

impl Loader<CallsOf> for Relations {
    type Value = Arc<CallStatistics>;
    type Error = ApiError;

    async fn load(&self, keys: &[CallsOf]) -> Result<HashMap<CallsOf, Arc<CallStatistics>>> {
        let mut asked: HashMap<(SubjectKind, &str), Vec<i64>> = HashMap::new();
        for key in keys {
            asked.entry((key.kind, &key.question)).or_default().push(key.id);
        }
        let mut counted = HashMap::with_capacity(keys.len());
        for ((kind, question), ids) in asked {
            let request =
                serde_json::from_str(question).map_err(|error| ApiError::internal(&error.to_string()))?;
            let found = self
                .switchboard
                .call_statistics_of(&self.who, kind, &ids, &request)
                .await?;
            counted.extend(found.into_iter().map(|(id, statistics)| {
                let question = question.to_owned();
                (CallsOf { kind, id, question }, statistics)
            }));
        }
        Ok(counted)
    }
}

/// The calls of an employee, a number or a pool, counted as `question` (a request as JSON) says.
pub(crate) async fn calls_of(
    ctx: &Context<'_>,
    kind: SubjectKind,
    id: i64,
    question: String,
) -> Result<Option<Arc<CallStatistics>>> {
    loader(ctx)?.load_one(CallsOf { kind, id, question }).await
}
