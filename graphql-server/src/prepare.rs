//! From parameters to an operation that may be executed: the same path for every transport.

use std::sync::Arc;

use apollo_compiler::{ast::OperationType, executable::Operation as ValidOperation};
use async_graphql::{Request, Variables};

use crate::{
    auth::Authenticated,
    cost::{self, Cost},
    error::{FrontError, FrontErrorCode, Refusal},
    guard,
    outcome::Executed,
    params::Params,
    request_id::RequestId,
    server::Shared,
};

/// Operations a transport can carry.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Allowed {
    pub(crate) mutations: bool,
    pub(crate) subscriptions: bool,
}

/// An operation that passed every check.
pub(crate) struct Operation {
    pub(crate) request: Request,
    pub(crate) executed: Executed,
    pub(crate) is_subscription: bool,
    pub(crate) cost: Cost,
}

/// Checks a request step by step, each before the work it protects from: text, syntax, shape, validity,
/// variables, pages, budget.
pub(crate) fn prepare(
    shared: &Shared,
    params: Params,
    client: &Authenticated,
    allowed: Allowed,
    id: &RequestId,
) -> Result<Operation, Refusal> {
    let found = shared.persisted.find(params.query.as_deref(), params.persisted)?;
    let (limits, oracle) = (&shared.limits, &shared.oracle);
    guard::check(&found.text, limits)?;
    let syntax = oracle.parse(&found.text, limits)?;
    cost::check_shape(&syntax, limits)?;
    let document = oracle.validate(&syntax, limits)?;
    let operation = document
        .operations
        .get(params.operation_name.as_deref())
        .map_err(|error| {
            FrontError::new(
                FrontErrorCode::OperationResolutionFailure,
                error.message().to_string(),
            )
        })?;
    allowed.check(operation)?;
    let variables = oracle.coerce(&document, operation, &params.variables)?;
    let cost = cost::check_nodes(&document, &operation.selection_set, &variables, limits)?;
    client.charge(cost)?;
    if let Some(hash) = found.to_keep {
        shared.persisted.keep(hash, Arc::clone(&found.text));
    }

    // The executor's parser lacks some escapes of the specification (`\u{1F600}`, surrogate pairs); written
    // anew, the document has none.
    let rewritten = found.text.contains("\\u");
    let text = if rewritten {
        document.to_string().into()
    } else {
        found.text
    };
    let variables = serde_json::to_value(&*variables).map_err(|_| FrontError::internal())?;
    let mut request = Request::new(&*text).variables(Variables::from_json(variables));
    if let Some(name) = params.operation_name {
        request = request.operation_name(name);
    }
    Ok(Operation {
        request: client.attach(request).data(id.clone()).data(cost),
        executed: Executed { text, rewritten },
        is_subscription: operation.is_subscription(),
        cost,
    })
}

impl Allowed {
    fn check(self, operation: &ValidOperation) -> Result<(), FrontError> {
        match operation.operation_type {
            OperationType::Mutation if !self.mutations => Err(FrontError::new(
                FrontErrorCode::MethodNotAllowed,
                "Mutations need the method POST.",
            )),
            OperationType::Subscription if !self.subscriptions => Err(FrontError::new(
                FrontErrorCode::NotAcceptable,
                "Subscriptions need \"Accept: text/event-stream\", or the WebSocket path.",
            )),
            _ => Ok(()),
        }
    }
}
