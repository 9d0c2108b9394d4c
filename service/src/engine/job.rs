use provider_core::{
    call::CallContext,
    domain::{NumberOrder, NumberReceipt, PoolOrder, PoolReceipt, PoolResize, UpstreamRef},
    error::{ErrorKind, ProviderError},
    outcome::Outcome,
    provider::Ports,
};
use store::{OperationKind, OperationRecord, PoolRecord};

use crate::{
    AssignNumber, CreateNumberPool, ResizeNumberPool, ServiceError, ServiceResult, Switchboard, UserError,
    engine::token,
};

/// What an operation is to do, read from its input.
#[derive(Debug, Clone)]
pub(crate) enum Job {
    /// Order a number.
    Assign(AssignNumber),
    /// Order a pool.
    CreatePool(CreateNumberPool),
    /// Make a pool larger or smaller.
    ResizePool(ResizeNumberPool, Box<PoolRecord>),
}

/// What a provider says it did.
#[derive(Debug, Clone)]
pub(crate) enum Receipt {
    /// It gave a number.
    Number(Box<NumberReceipt>),
    /// It gave or changed a pool.
    Pool(Box<PoolReceipt>),
}

type ProviderAnswer<T> = Result<T, ProviderError>;

impl Job {
    pub(crate) fn kind(&self) -> OperationKind {
        match self {
            Self::Assign(_) => OperationKind::AssignNumber,
            Self::CreatePool(_) => OperationKind::CreateNumberPool,
            Self::ResizePool(..) => OperationKind::ResizeNumberPool,
        }
    }

    pub(crate) fn pool_id(&self) -> Option<i64> {
        match self {
            Self::Assign(_) | Self::CreatePool(_) => None,
            Self::ResizePool(request, _) => Some(request.pool_id),
        }
    }

    /// The only provider that may be asked, where there is no choice.
    pub(crate) fn provider(&self) -> Option<&str> {
        match self {
            Self::Assign(request) => request.provider.as_ref().map(|id| id.as_str()),
            Self::CreatePool(request) => request.provider.as_ref().map(|id| id.as_str()),
            Self::ResizePool(_, pool) => Some(&pool.provider),
        }
    }

    /// Completes the path of a fault of the match; see [`crate::assignment::at_member`].
    pub(crate) fn at_member(&self, error: UserError) -> UserError {
        match self {
            Self::Assign(request) => crate::assignment::at_member(error, &request.matching),
            Self::CreatePool(request) => {
                crate::assignment::at_member(error, &request.matching.clone().into())
            }
            Self::ResizePool(..) => error,
        }
    }

    /// Whether a provider has the port that this needs.
    pub(crate) fn can_use(&self, ports: &Ports) -> bool {
        match self {
            Self::Assign(_) => ports.orders.is_some(),
            Self::CreatePool(_) | Self::ResizePool(..) => ports.pools.is_some(),
        }
    }

    /// Whether the same token twice has the effect of once.
    pub(crate) fn is_idempotent(&self, ports: &Ports) -> bool {
        match self {
            Self::Assign(_) => ports
                .orders
                .as_ref()
                .is_some_and(|port| port.terms().idempotent_by_token),
            Self::CreatePool(_) => ports
                .pools
                .as_ref()
                .is_some_and(|port| port.terms().idempotent_by_token),
            Self::ResizePool(..) => ports.pools.is_some(),
        }
    }

    /// Whether a lost order can be looked for.
    pub(crate) fn is_findable(&self, ports: &Ports) -> bool {
        match self {
            Self::Assign(_) => ports
                .orders
                .as_ref()
                .is_some_and(|port| port.terms().findable_by_token),
            Self::CreatePool(_) => ports
                .pools
                .as_ref()
                .is_some_and(|port| port.terms().findable_by_token),
            Self::ResizePool(..) => false,
        }
    }

    /// Orders it.
    pub(crate) async fn place(
        &self,
        ports: &Ports,
        cx: &CallContext,
        order: &Prepared,
    ) -> ProviderAnswer<Outcome<Receipt>> {
        match order {
            Prepared::Number(order) => {
                let port = ports.orders.as_ref().ok_or_else(unsupported)?;
                port.place(cx, order).await.map(number)
            }
            Prepared::Pool(order) => {
                let port = ports.pools.as_ref().ok_or_else(unsupported)?;
                port.create(cx, order).await.map(pool)
            }
            Prepared::Resize(resize) => {
                let port = ports.pools.as_ref().ok_or_else(unsupported)?;
                port.resize(cx, resize).await.map(pool)
            }
        }
    }

    /// Looks for an order whose answer was lost.
    pub(crate) async fn find(
        &self,
        ports: &Ports,
        cx: &CallContext,
        order: &Prepared,
    ) -> ProviderAnswer<Option<Outcome<Receipt>>> {
        match order {
            Prepared::Number(order) => {
                let port = ports.orders.as_ref().ok_or_else(unsupported)?;
                Ok(port.find(cx, order).await?.map(number))
            }
            Prepared::Pool(order) => {
                let port = ports.pools.as_ref().ok_or_else(unsupported)?;
                Ok(port.find(cx, order).await?.map(pool))
            }
            Prepared::Resize(_) => Err(unsupported()),
        }
    }

    /// Asks what became of an order that was taken.
    pub(crate) async fn get(
        &self,
        ports: &Ports,
        cx: &CallContext,
        reference: &UpstreamRef,
    ) -> ProviderAnswer<Outcome<Receipt>> {
        match self {
            Self::Assign(_) => {
                let port = ports.orders.as_ref().ok_or_else(unsupported)?;
                port.get(cx, reference).await.map(number)
            }
            Self::CreatePool(_) | Self::ResizePool(..) => {
                let port = ports.pools.as_ref().ok_or_else(unsupported)?;
                port.get(cx, reference).await.map(pool)
            }
        }
    }
}

fn number(outcome: Outcome<NumberReceipt>) -> Outcome<Receipt> {
    outcome.map(|receipt| Receipt::Number(Box::new(receipt)))
}

fn pool(outcome: Outcome<PoolReceipt>) -> Outcome<Receipt> {
    outcome.map(|receipt| Receipt::Pool(Box::new(receipt)))
}

fn unsupported() -> ProviderError {
    ProviderError::new(ErrorKind::Unsupported, "order", "the provider can't do this")
}

/// An order in the contract's words.
#[derive(Debug, Clone)]
pub(crate) enum Prepared {
    Number(Box<NumberOrder>),
    Pool(Box<PoolOrder>),
    Resize(PoolResize),
}

impl Switchboard {
    /// The order that an operation stands for; the same each time.
    pub(crate) async fn prepare(&self, operation: &OperationRecord, job: &Job) -> ServiceResult<Prepared> {
        let (token, group) = (token(operation)?, self.group_ref(operation).await?);
        Ok(match job {
            Job::Assign(request) => Prepared::Number(Box::new(NumberOrder {
                token,
                group,
                name: request.name.clone(),
                matching: request.matching.clone(),
                widen: request.widen,
                hold: request
                    .hold_id
                    .map(|id| id.to_string().parse())
                    .transpose()
                    .map_err(internal)?,
                route: request.route.clone(),
            })),
            Job::CreatePool(request) => Prepared::Pool(Box::new(PoolOrder {
                token,
                group,
                name: request.name.clone(),
                match_period_minutes: request.match_period_minutes,
                quantity: request.quantity,
                matching: request.matching.clone(),
                replacement: request.replacement.clone(),
                route: request.route.clone(),
                allow_partial: request.allow_partial,
            })),
            Job::ResizePool(request, pool) => {
                let reference = pool.external_id.as_deref().unwrap_or_default();
                Prepared::Resize(PoolResize {
                    token,
                    pool: reference.parse().map_err(internal)?,
                    quantity: request.quantity,
                    leftover: crate::pools::leftover(request.keep_numbers),
                    allow_partial: request.allow_partial,
                })
            }
        })
    }

    /// What an operation was asked to do, from its stored input.
    pub(crate) async fn job_of(&self, operation: &OperationRecord) -> ServiceResult<Job> {
        let input = &operation.input;
        Ok(match operation.kind {
            OperationKind::AssignNumber => Job::Assign(serde_json::from_str(input).map_err(internal)?),
            OperationKind::CreateNumberPool => {
                Job::CreatePool(serde_json::from_str(input).map_err(internal)?)
            }
            OperationKind::ResizeNumberPool => {
                let request: ResizeNumberPool = serde_json::from_str(input).map_err(internal)?;
                let pool = store::pool(self.database().reader(), store::Scope::Platform, request.pool_id)
                    .await?
                    .ok_or_else(|| ServiceError::Internal(format!("pool {} is gone", request.pool_id)))?;
                Job::ResizePool(request, Box::new(pool))
            }
        })
    }
}

fn internal(error: impl std::fmt::Display) -> ServiceError {
    ServiceError::Internal(error.to_string())
}
