use async_trait::async_trait;
use numbering::{E164, MatchPlan, NumberMatch};
use provider_core::{
    call::CallContext,
    domain::{
        CallRoute, Page, PageRequest, PageToken, PoolMatch, PoolNumber, PoolOrder, PoolReceipt, PoolResize,
        PoolRetirement, PoolStatus, PoolUpdate, RetireReceipt, SmsRoute, UpstreamRef,
    },
    error::{ErrorKind, ProviderError, Result},
    outcome::{Outcome, Refusal, RefusalCode},
    port::{NumberPools, PoolTerms},
};
use store::{EventKind, NewEvent, NumberRelations, PoolRecord, Scope, StoreError};

use super::{
    CONTENDED, INVENTORY_ID, LOOKS, OwnInventory, Standing, conflict, ended, failure, note_claims,
    orders::reference, orders::steps,
};

const POOLS: &str = "pools";

#[async_trait]
impl NumberPools for OwnInventory {
    fn terms(&self) -> &PoolTerms {
        &self.pool_terms
    }

    async fn create(&self, cx: &CallContext, order: &PoolOrder) -> Result<Outcome<PoolReceipt>> {
        let token = order.token.as_str();
        let claim = self
            .claim_many(cx, token, &order.matching, order.quantity, order.allow_partial)
            .await?;
        let matching = NumberMatch::from(order.matching.clone());
        Ok(match claim {
            Ok(numbers) if self.may_answer(&matching, false, &numbers) && fits(order, &numbers) => {
                Outcome::Done(ordered(order, &numbers))
            }
            Ok(_) => Outcome::Refused(conflict()),
            Err(refusal) => Outcome::Refused(refusal),
        })
    }

    async fn get(&self, _: &CallContext, pool: &UpstreamRef) -> Result<Outcome<PoolReceipt>> {
        if let Some(record) = self.pool(pool).await? {
            return Ok(Outcome::Done(self.describe_pool(&record).await?));
        }
        let claimed = self.claimed_numbers(pool.as_str()).await?;
        if claimed.is_empty() {
            return Err(unknown(pool));
        }
        Ok(Outcome::Done(unsettled(pool, &claimed)))
    }

    async fn list(&self, _: &CallContext, page: &PageRequest) -> Result<Page<PoolReceipt>> {
        let after = page.after.as_ref().and_then(|token| token.0.parse::<i64>().ok());
        let request = store::PageRequest {
            after: after.map(|id| store::Position {
                key: store::Key::Int(id),
                id,
            }),
            ..store::PageRequest::first(page.limit)
        };
        let filter = store::PoolFilter {
            status: Some(PoolStatus::Active),
            provider: Some(INVENTORY_ID.to_owned()),
            ..store::PoolFilter::default()
        };
        let keyset = store::Keyset::BY_ID;
        let found = store::pools(self.database.reader(), Scope::Platform, &filter, keyset, &request)
            .await
            .map_err(|error| failure(POOLS, error))?;
        let last = found.items.last().map(|(position, _)| position.id.to_string());
        let mut items = Vec::with_capacity(found.items.len());
        for (_, record) in &found.items {
            items.push(self.describe_pool(record).await?);
        }
        let next = last.filter(|_| found.has_next).map(PageToken);
        Ok(Page {
            items,
            next,
            total: None,
        })
    }

    async fn update(&self, _: &CallContext, update: &PoolUpdate) -> Result<Outcome<PoolReceipt>> {
        // What a pool of our own replaces and where it routes is kept by the caller's side alone.
        let Some(record) = self.pool(&update.pool).await? else {
            return Ok(not_found());
        };
        let mut receipt = self.describe_pool(&record).await?;
        receipt.name = update.name.clone().or(receipt.name);
        receipt.route = update.route.clone().or(receipt.route);
        receipt.replacement = update.replacement.clone().or(receipt.replacement);
        receipt.match_period_minutes = update.match_period_minutes.or(receipt.match_period_minutes);
        Ok(Outcome::Done(receipt))
    }

    async fn resize(&self, cx: &CallContext, resize: &PoolResize) -> Result<Outcome<PoolReceipt>> {
        let Some(record) = self.pool(&resize.pool).await? else {
            return Ok(not_found());
        };
        if record.status != PoolStatus::Active {
            return Ok(out_of_service());
        }
        let token = resize.token.as_str();
        let mut members = self.members(&record).await?;
        let has = u32::try_from(members.len()).unwrap_or(u32::MAX);
        if resize.quantity <= has {
            // Which leave: those that joined last. None has a session yet that could tell the longest idle.
            let kept = members.into_iter().take(resize.quantity as usize).collect();
            return Ok(Outcome::Done(pool_receipt(&record, kept)));
        }
        let missing = resize.quantity - has;
        let claim = self
            .claim_many(cx, token, &record.matching, missing, resize.allow_partial)
            .await?;
        let added = match claim {
            Ok(added) => added,
            Err(refusal) => return Ok(Outcome::Refused(refusal)),
        };
        // What an earlier attempt claimed may be too little or too much by now: another change came between.
        if added.len() < missing as usize && !resize.allow_partial {
            return Ok(changed_meanwhile());
        }
        members.extend(added.into_iter().take(missing as usize));
        Ok(Outcome::Done(pool_receipt(&record, members)))
    }

    async fn retire(&self, cx: &CallContext, retirement: &PoolRetirement) -> Result<Outcome<RetireReceipt>> {
        let Some(record) = self.pool(&retirement.pool).await? else {
            return self.retire_unsettled(cx, &retirement.pool).await;
        };
        let found = record.status == PoolStatus::Active;
        let numbers = self.members(&record).await?;
        let (released, kept) = match retirement.leftover {
            provider_core::domain::Leftover::Release => (numbers, Vec::new()),
            provider_core::domain::Leftover::Keep => (Vec::new(), numbers),
        };
        let pool = retirement.pool.clone();
        Ok(Outcome::Done(RetireReceipt {
            pool,
            found,
            released,
            kept,
        }))
    }

    async fn find(&self, _: &CallContext, order: &PoolOrder) -> Result<Option<Outcome<PoolReceipt>>> {
        let known = self.claimed_numbers(order.token.as_str()).await?;
        Ok((!known.is_empty()).then(|| Outcome::Done(ordered(order, &known))))
    }
}

impl OwnInventory {
    async fn claimed_numbers(&self, token: &str) -> Result<Vec<E164>> {
        let claimed = store::claimed_by(self.database.reader(), token)
            .await
            .map_err(|error| failure(POOLS, error))?;
        Ok(claimed.into_iter().map(|(_, number)| number).collect())
    }

    async fn pool(&self, pool: &UpstreamRef) -> Result<Option<PoolRecord>> {
        store::pool_by_external_id(self.database.reader(), INVENTORY_ID, pool.as_str())
            .await
            .map_err(|error| failure(POOLS, error))
    }

    /// The numbers of a pool, in the order in which they joined.
    async fn members(&self, record: &PoolRecord) -> Result<Vec<E164>> {
        let reader = self.database.reader();
        let ids = store::members(reader, record.id)
            .await
            .map_err(|error| failure(POOLS, error))?;
        let mut numbers = store::numbers_by_ids(reader, Scope::Platform, &ids, NumberRelations::default())
            .await
            .map_err(|error| failure(POOLS, error))?;
        Ok(ids
            .iter()
            .filter_map(|id| numbers.remove(id))
            .map(|number| number.e164)
            .collect())
    }

    async fn describe_pool(&self, record: &PoolRecord) -> Result<PoolReceipt> {
        Ok(pool_receipt(record, self.members(record).await?))
    }

    /// Claims `quantity` numbers in one transaction: all of them, or none unless fewer are welcome.
    async fn claim_many(
        &self,
        cx: &CallContext,
        token: &str,
        matching: &PoolMatch,
        quantity: u32,
        allow_partial: bool,
    ) -> Result<std::result::Result<Vec<E164>, Refusal>> {
        let known = self.claimed_numbers(token).await?;
        if !known.is_empty() {
            return Ok(Ok(known));
        }
        let plan = match self.places.plan(&NumberMatch::from(matching.clone()), false) {
            Ok(plan) => plan,
            Err(error) => return Ok(Err(Refusal::from(&error))),
        };
        for look in 0..LOOKS {
            let seen = store::find_stock(self.database.reader(), INVENTORY_ID, &plan, quantity)
                .await
                .map_err(|error| failure(POOLS, error))?;
            let have = u32::try_from(seen.len()).unwrap_or(u32::MAX);
            if have == 0 || (have < quantity && !allow_partial) {
                return Ok(Err(no_stock(quantity, have)));
            }
            let claimed = self
                .claim_seen(cx, token, &plan, steps(&seen), quantity, allow_partial)
                .await;
            match claimed {
                Ok(numbers) => return Ok(Ok(numbers)),
                Err(Short::Ended) => return Ok(Err(ended())),
                Err(Short::Store(error)) => return Err(failure(POOLS, error)),
                Err(Short::TooFew) => {}
            }
            tokio::time::sleep(CONTENDED * (look % 8 + 1)).await;
        }
        Ok(Err(no_stock(quantity, 0)))
    }

    /// One transaction over the steps that stock was seen in.
    async fn claim_seen(
        &self,
        cx: &CallContext,
        token: &str,
        plan: &MatchPlan,
        steps: std::collections::BTreeSet<usize>,
        quantity: u32,
        allow_partial: bool,
    ) -> std::result::Result<Vec<E164>, Short> {
        let cells: Vec<_> = steps
            .iter()
            .filter_map(|step| plan.steps.get(*step))
            .map(|step| step.cell.clone())
            .collect();
        let (token, actor) = (token.to_owned(), cx.actor.0.clone());
        let (numbers, events) = self
            .database
            .write(move |tx| {
                Box::pin(async move {
                    match Standing::of(tx, &token).await? {
                        Standing::Open => {}
                        Standing::Has(numbers) => return Ok((numbers, Vec::new())),
                        Standing::Ended => return Err(Short::Ended),
                    }
                    let mut claimed = Vec::new();
                    for cell in &cells {
                        let missing = quantity - u32::try_from(claimed.len()).unwrap_or(quantity);
                        if missing == 0 {
                            break;
                        }
                        claimed.extend(store::claim_stock(tx, INVENTORY_ID, cell, &token, missing).await?);
                    }
                    if claimed.is_empty() || (claimed.len() < quantity as usize && !allow_partial) {
                        return Err(Short::TooFew);
                    }
                    let events = note_claims(tx, &claimed, &actor).await?;
                    let numbers: Vec<_> = claimed.into_iter().map(|(_, number)| number).collect();
                    Ok((numbers, events))
                })
            })
            .await?;
        self.notices.announce(&events).await;
        Ok(numbers)
    }

    /// Gives back what a pool order claimed that its caller never took.
    async fn retire_unsettled(&self, cx: &CallContext, pool: &UpstreamRef) -> Result<Outcome<RetireReceipt>> {
        let released = self.claimed_numbers(pool.as_str()).await?;
        let (token, actor) = (pool.as_str().to_owned(), cx.actor.0.clone());
        let events = self
            .database
            .write::<_, StoreError, _>(move |tx| {
                Box::pin(async move {
                    let event = NewEvent {
                        kind: EventKind::Unclaimed,
                        actor: &actor,
                        cause: Some("the pool was retired"),
                        operation_id: None,
                    };
                    Self::unclaim(tx, &token, event).await
                })
            })
            .await
            .map_err(|error| failure(POOLS, error))?;
        self.notices.announce(&events).await;
        Ok(Outcome::Done(RetireReceipt {
            pool: pool.clone(),
            found: !released.is_empty(),
            released,
            kept: Vec::new(),
        }))
    }
}

/// Why a claim of several numbers was rolled back.
enum Short {
    /// Others took too much of what was seen.
    TooFew,
    /// The order came to its end.
    Ended,
    /// The database failed.
    Store(StoreError),
}

impl From<StoreError> for Short {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

fn no_stock(quantity: u32, have: u32) -> Refusal {
    let message = format!(
        "{quantity} numbers were asked for and {have} are in stock; ask for fewer, or allow a partial answer"
    );
    Refusal::new(RefusalCode::NoStock, message).at("matching")
}

fn not_found() -> Outcome<PoolReceipt> {
    Outcome::Refused(Refusal::new(RefusalCode::NotFound, "there is no such pool").at("poolId"))
}

fn out_of_service() -> Outcome<PoolReceipt> {
    let message = "the pool is retired; create a new one";
    Outcome::Refused(Refusal::new(RefusalCode::InvalidState, message).at("poolId"))
}

fn changed_meanwhile() -> Outcome<PoolReceipt> {
    let message = "the pool was changed while it was resized; look at it and ask again";
    Outcome::Refused(Refusal::new(RefusalCode::InvalidState, message).at("poolId"))
}

fn unknown(pool: &UpstreamRef) -> ProviderError {
    ProviderError::new(
        ErrorKind::NotFound,
        "pools.get",
        format!("there is no pool {pool}"),
    )
}

fn entries(numbers: &[E164]) -> Vec<PoolNumber> {
    numbers
        .iter()
        .map(|number| PoolNumber {
            number: number.clone(),
            external_id: reference(number),
        })
        .collect()
}

/// Whether there are as many numbers as the order asks for.
fn fits(order: &PoolOrder, numbers: &[E164]) -> bool {
    let quantity = order.quantity as usize;
    numbers.len() == quantity || (order.allow_partial && numbers.len() < quantity)
}

/// A pool whose numbers are claimed, and which its caller has not taken yet.
fn unsettled(pool: &UpstreamRef, numbers: &[E164]) -> PoolReceipt {
    PoolReceipt {
        external_id: pool.clone(),
        name: None,
        group: None,
        status: PoolStatus::Pending,
        match_period_minutes: None,
        numbers: entries(numbers),
        replacement: None,
        route: None,
        sms_route: None,
    }
}

/// A pool of our own is called by the token of its order.
fn ordered(order: &PoolOrder, numbers: &[E164]) -> PoolReceipt {
    PoolReceipt {
        external_id: pool_reference(order.token.as_str()),
        name: Some(order.name.clone()),
        group: None,
        status: PoolStatus::Active,
        match_period_minutes: Some(order.match_period_minutes),
        numbers: entries(numbers),
        replacement: Some(order.replacement.clone()),
        route: Some(order.route.clone()),
        sms_route: Some(SmsRoute::None),
    }
}

fn pool_receipt(record: &PoolRecord, numbers: Vec<E164>) -> PoolReceipt {
    PoolReceipt {
        external_id: pool_reference(record.external_id.as_deref().unwrap_or_default()),
        name: Some(record.name.clone()),
        group: None,
        status: record.status,
        match_period_minutes: Some(record.match_period_minutes),
        numbers: entries(&numbers),
        replacement: None,
        route: Some(CallRoute::Basic {
            termination_number: record.termination_number.clone(),
        }),
        sms_route: Some(SmsRoute::None),
    }
}

fn pool_reference(token: &str) -> UpstreamRef {
    #[expect(
        clippy::expect_used,
        reason = "the fallback is a constant, and tokens are a narrower alphabet"
    )]
    UpstreamRef::parse(token)
        .or_else(|_| UpstreamRef::parse("unknown"))
        .expect("a constant reference")
}
