//! A carrier whose answers are written down beforehand, and which notes how it was called.

use std::{
    collections::{BTreeSet, VecDeque},
    num::NonZeroU32,
    sync::{Arc, Mutex},
    time::Duration,
};

use async_trait::async_trait;
use provider_core::{
    call::CallContext,
    config::PolicySettings,
    domain::{NumberOrder, NumberQuery, NumberReceipt, NumberStatus, OrderToken, StockNumber, UpstreamRef},
    error::{Effect, ErrorKind, ProviderError, Result},
    outcome::{Outcome, Refusal, RefusalCode},
    port::{MatchTerms, NumberOrders, NumberSearch, OrderTerms, SearchTerms},
    provider::{Health, HealthState, Instance, Ports, Provider, ProviderInfo},
};

use crate::world::e164;

/// What a carrier answers to one call.
#[derive(Debug, Clone)]
pub(crate) enum Reply {
    /// Sold: this number.
    Sold(&'static str),
    /// Taken, to be asked for later.
    Taken,
    Refused(RefusalCode),
    /// An answer that does not tell.
    Unclear,
    Failed(ErrorKind, Effect),
    /// It wants no more requests for so many seconds.
    Limited(u64),
    /// No trace of the order; only for `find`.
    Absent,
    /// No answer at all.
    Silence,
}

/// How a carrier was called.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Asked {
    Place(OrderToken),
    Get(String),
    Find(OrderToken),
}

#[derive(Debug, Default)]
struct Script {
    place: VecDeque<Reply>,
    get: VecDeque<Reply>,
    find: VecDeque<Reply>,
    search: VecDeque<Reply>,
    asked: Vec<Asked>,
}

#[derive(Debug)]
pub(crate) struct Carrier {
    info: ProviderInfo,
    terms: OrderTerms,
    search: SearchTerms,
    script: Mutex<Script>,
}

impl Carrier {
    /// A carrier that does not know tokens, and whose lost orders can be looked for.
    pub(crate) fn new(id: &str) -> Arc<Self> {
        Self::with(id, false, true)
    }

    pub(crate) fn with(id: &str, idempotent: bool, findable: bool) -> Arc<Self> {
        Arc::new(Self {
            info: ProviderInfo {
                id: id.parse().unwrap(),
                kind: "carrier",
                title: "Carrier",
            },
            terms: OrderTerms {
                matches: MatchTerms::everything(),
                idempotent_by_token: idempotent,
                findable_by_token: findable,
                honors_holds: false,
            },
            search: SearchTerms {
                matches: MatchTerms::everything(),
                largest_limit: 10,
            },
            script: Mutex::default(),
        })
    }

    pub(crate) fn instance(self: &Arc<Self>) -> Instance {
        // Each answer is for one call of the engine: nothing is repeated or kept in between.
        let settings = PolicySettings {
            timeout_seconds: NonZeroU32::MIN,
            ..PolicySettings::local()
        };
        Instance::new(self.clone(), &settings, &BTreeSet::new())
    }

    pub(crate) fn on_place(&self, replies: impl IntoIterator<Item = Reply>) {
        self.script.lock().unwrap().place.extend(replies);
    }

    pub(crate) fn on_get(&self, replies: impl IntoIterator<Item = Reply>) {
        self.script.lock().unwrap().get.extend(replies);
    }

    pub(crate) fn on_find(&self, replies: impl IntoIterator<Item = Reply>) {
        self.script.lock().unwrap().find.extend(replies);
    }

    /// What it has in stock: without a reply it is down.
    pub(crate) fn on_search(&self, replies: impl IntoIterator<Item = Reply>) {
        self.script.lock().unwrap().search.extend(replies);
    }

    pub(crate) fn asked(&self) -> Vec<Asked> {
        self.script.lock().unwrap().asked.clone()
    }

    /// The tokens that orders were placed with, one a call.
    pub(crate) fn placed(&self) -> Vec<OrderToken> {
        let token = |asked| match asked {
            Asked::Place(token) => Some(token),
            Asked::Get(_) | Asked::Find(_) => None,
        };
        self.asked().into_iter().filter_map(token).collect()
    }

    fn take(&self, asked: Asked, queue: impl FnOnce(&mut Script) -> &mut VecDeque<Reply>) -> Reply {
        let mut script = self.script.lock().unwrap();
        let reply = queue(&mut script).pop_front();
        let reply =
            reply.unwrap_or_else(|| panic!("{} was not expected to be asked: {asked:?}", self.info.id));
        script.asked.push(asked);
        reply
    }

    /// The outcome of a reply; `Ok(None)` for an order that is absent.
    async fn answer(
        &self,
        reply: Reply,
        order: Option<&NumberOrder>,
    ) -> Result<Option<Outcome<NumberReceipt>>> {
        Ok(Some(match reply {
            Reply::Sold(number) => Outcome::Done(receipt(number, order)),
            Reply::Taken => Outcome::Pending {
                upstream_ref: reference("order-1"),
                poll_after: Some(Duration::ZERO),
            },
            Reply::Refused(code) => {
                Outcome::Refused(Refusal::new(code, "the carrier says no").at("matching"))
            }
            Reply::Unclear => Outcome::Unknown { reference: None },
            Reply::Failed(kind, effect) => {
                return Err(ProviderError::new(kind, "orders.place", "it failed").with_effect(effect));
            }
            Reply::Limited(seconds) => {
                let error = ProviderError::new(ErrorKind::RateLimited, "orders.place", "slow down");
                return Err(error.with_retry_after(Duration::from_secs(seconds)));
            }
            Reply::Absent => return Ok(None),
            Reply::Silence => return std::future::pending().await,
        }))
    }
}

fn receipt(number: &str, order: Option<&NumberOrder>) -> NumberReceipt {
    NumberReceipt {
        number: e164(number),
        external_id: reference(&format!("id-{}", &number[1..])),
        name: order.map(|order| order.name.clone()),
        group: None,
        status: NumberStatus::Active,
        route: None,
        route_ref: None,
        sms_route: None,
        created_at: None,
        matched: None,
    }
}

fn reference(text: &str) -> UpstreamRef {
    UpstreamRef::parse(text).unwrap()
}

#[async_trait]
impl Provider for Carrier {
    fn info(&self) -> &ProviderInfo {
        &self.info
    }

    fn ports(self: Arc<Self>) -> Ports {
        Ports {
            orders: Some(self.clone()),
            search: Some(self),
            ..Ports::default()
        }
    }

    async fn health(&self, _: &CallContext) -> Result<Health> {
        Ok(Health {
            state: HealthState::Up,
            latency: None,
            checked_at: jiff::Timestamp::now(),
            last_error: None,
        })
    }
}

#[async_trait]
impl NumberOrders for Carrier {
    fn terms(&self) -> &OrderTerms {
        &self.terms
    }

    async fn place(&self, _: &CallContext, order: &NumberOrder) -> Result<Outcome<NumberReceipt>> {
        let reply = self.take(Asked::Place(order.token.clone()), |script| &mut script.place);
        let answer = self.answer(reply, Some(order)).await?;
        Ok(answer.expect("an order that is placed is never absent"))
    }

    async fn get(&self, _: &CallContext, order: &UpstreamRef) -> Result<Outcome<NumberReceipt>> {
        let reply = self.take(Asked::Get(order.to_string()), |script| &mut script.get);
        let answer = self.answer(reply, None).await?;
        Ok(answer.expect("an order that was taken is never absent"))
    }

    async fn find(&self, _: &CallContext, order: &NumberOrder) -> Result<Option<Outcome<NumberReceipt>>> {
        let reply = self.take(Asked::Find(order.token.clone()), |script| &mut script.find);
        self.answer(reply, Some(order)).await
    }
}

#[async_trait]
impl NumberSearch for Carrier {
    fn terms(&self) -> &SearchTerms {
        &self.search
    }

    async fn search(&self, _: &CallContext, _: &NumberQuery) -> Result<Vec<StockNumber>> {
        let reply = self.script.lock().unwrap().search.pop_front();
        let error = |kind, message| ProviderError::new(kind, "search.search", message);
        match reply {
            Some(Reply::Sold(number)) => Ok(vec![StockNumber {
                number: e164(number),
                external_id: None,
                matched: None,
                monthly_cost: None,
            }]),
            Some(Reply::Limited(seconds)) => {
                Err(error(ErrorKind::RateLimited, "slow down").with_retry_after(Duration::from_secs(seconds)))
            }
            Some(Reply::Silence) => std::future::pending().await,
            Some(other) => panic!("{other:?} is no answer to a search"),
            None => Err(error(ErrorKind::Unavailable, "it is down").with_effect(Effect::None)),
        }
    }
}
