use std::sync::Arc;

use provider_core::{
    domain::{NumberMatch, NumberQuery, ProviderId, StockNumber},
    error::{ErrorKind, ProviderError},
    port::NumberSearch,
};
use store::OperationKind;

use crate::{
    AssignNumber, AvailableNumbers, OrderAnswer, Principal, ServiceError, ServiceResult, Switchboard,
    UserError, UserErrorCode,
    engine::{Asked, jobs::Assign},
    validate::Faults,
};

impl Switchboard {
    /// Gives a group a number (document: telmetrics-number-assignment).
    ///
    /// The operation is written first; the answer comes when it is finished, or after the time of
    /// [`Settings::answer_within`](crate::Settings) with the operation to follow. The same reference with the
    /// same input gives the same answer and never a second number.
    ///
    /// # Errors
    /// [`ServiceError::Refused`] for what is wrong before anything is written.
    pub async fn assign_number(
        &self,
        who: &Principal,
        mut request: AssignNumber,
    ) -> ServiceResult<OrderAnswer> {
        who.may_manage()?;
        let mut faults = Faults::default();
        faults.client_reference(&request.client_reference);
        request.name = faults.name(&request.name);
        request.tags = faults.tags(&request.tags);
        self.known_provider(&mut faults, request.provider.as_ref());
        faults.into_result()?;
        let group = self.group_for(who, request.group_id).await?;
        let kind = OperationKind::AssignNumber;
        let asked = Asked::of(kind, &request.client_reference, &request)?;
        if let Some(known) = self.known_order(who, group.owner(), &asked).await? {
            return Ok(known);
        }
        self.places()
            .plan(&request.matching, request.widen)
            .map_err(|error| match_refused(&error, &request.matching))?;
        if let Err(refused) = self.free_number_name(group.id, &request.name, None).await {
            // The name may have been taken by this very request, sent twice at the same time.
            let known = self.known_order(who, group.owner(), &asked).await?;
            return known.ok_or(refused);
        }
        self.order(who, &group, asked, Arc::new(Assign(request))).await
    }

    /// What [`Switchboard::assign_number`] would give now, and why; nothing is claimed.
    ///
    /// # Errors
    /// [`ServiceError::Refused`], with NO_STOCK when it would give nothing.
    pub async fn preview_assignment(
        &self,
        who: &Principal,
        group_id: i64,
        matching: &NumberMatch,
        widen: bool,
        provider: Option<&ProviderId>,
    ) -> ServiceResult<(ProviderId, StockNumber)> {
        who.may_view()?;
        self.group_for(who, group_id).await?;
        self.places()
            .plan(matching, widen)
            .map_err(|error| match_refused(&error, matching))?;
        let mut faults = Faults::default();
        self.known_provider(&mut faults, provider);
        faults.into_result()?;
        let query = NumberQuery {
            matching: matching.clone(),
            widen,
            limit: 1,
        };
        // Those that an order would go to; one that can't tell its stock beforehand is left out.
        let asked: Vec<ProviderId> = self
            .inner
            .providers
            .all()
            .iter()
            .filter(|handle| handle.ports().orders.is_some() && handle.ports().search.is_some())
            .map(|handle| handle.info().id.clone())
            .filter(|id| provider.is_none_or(|wanted| wanted == id))
            .collect();
        let mut found = self.available_numbers(who, &query, Some(&asked)).await?;
        if !found.numbers.is_empty() {
            return Ok(found.numbers.swap_remove(0));
        }
        let failed = |(_, error): &(ProviderId, ProviderError)| error.kind() != ErrorKind::Unsupported;
        match found.failures.into_iter().find(failed) {
            Some((_, error)) => Err(ServiceError::Provider(error)),
            None => {
                let message = "nothing in stock matches; widen the match or ask for another area";
                let error = UserError::new(UserErrorCode::NoStock, "input.match", message);
                Err(ServiceError::Refused(vec![at_member(error, matching)]))
            }
        }
    }

    /// Searches the stock of every capable provider at once, each under its own deadline. A provider that
    /// fails stands in `failures`; it never looks empty.
    ///
    /// # Errors
    /// [`ServiceError::Refused`] when the match can't be answered anywhere.
    pub async fn available_numbers(
        &self,
        who: &Principal,
        query: &NumberQuery,
        providers: Option<&[ProviderId]>,
    ) -> ServiceResult<AvailableNumbers> {
        who.may_view()?;
        self.places()
            .plan(&query.matching, query.widen)
            .map_err(|error| match_refused(&error, &query.matching))?;
        let unknown = providers.unwrap_or_default().iter().find(|id| {
            self.inner
                .providers
                .get(id.as_str())
                .is_none_or(|handle| handle.ports().search.is_none())
        });
        if let Some(id) = unknown {
            return Err(ServiceError::refused(
                UserErrorCode::UnknownProvider,
                "providers",
                format!("no provider {id} that can search its stock is configured"),
            ));
        }
        let asked = self.inner.providers.all().iter().filter_map(|handle| {
            let wanted = providers.is_none_or(|ids| ids.contains(&handle.info().id));
            let port = handle.ports().search.clone().filter(|_| wanted)?;
            Some(self.search_one(who, handle.info().id.clone(), port, query))
        });
        let mut answer = AvailableNumbers {
            numbers: Vec::new(),
            failures: Vec::new(),
        };
        for (id, found) in futures_util::future::join_all(asked).await {
            match found {
                Ok(numbers) => answer
                    .numbers
                    .extend(numbers.into_iter().map(|number| (id.clone(), number))),
                Err(error) if error.kind() == ErrorKind::Unsupported && providers.is_none() => {}
                Err(error) => answer.failures.push((id, error)),
            }
        }
        answer.numbers.truncate(query.limit as usize);
        Ok(answer)
    }

    async fn search_one(
        &self,
        who: &Principal,
        id: ProviderId,
        port: Arc<dyn NumberSearch>,
        query: &NumberQuery,
    ) -> (ProviderId, Result<Vec<StockNumber>, ProviderError>) {
        let cx = self.call_context(who, "search");
        let limit = query.limit.min(port.terms().largest_limit);
        let query = NumberQuery {
            limit,
            ..query.clone()
        };
        let found = port.search(&cx, &query).await;
        (id, found)
    }

    /// Adds a fault when the named provider isn't configured.
    pub(crate) fn known_provider(&self, faults: &mut Faults, provider: Option<&ProviderId>) {
        if let Some(id) = provider
            && self.inner.providers.get(id.as_str()).is_none()
        {
            let known: Vec<&str> = self
                .inner
                .providers
                .all()
                .iter()
                .map(|handle| handle.info().id.as_str())
                .collect();
            faults.add(
                UserErrorCode::UnknownProvider,
                "input.provider",
                format!("no provider {id} is configured; known: {}", known.join(", ")),
            );
        }
    }
}

/// A match that no stock can answer, as a refusal about the field that is wrong.
pub(crate) fn match_refused(error: &numbering::MatchError, matching: &NumberMatch) -> ServiceError {
    let refusal = provider_core::outcome::Refusal::from(error);
    ServiceError::Refused(vec![at_member(UserError::from(&refusal), matching)])
}

/// Completes the path of a fault of a match with the member of the input that was given:
/// `input.match.city` becomes `input.match.localToCity.city`.
pub(crate) fn at_member(mut error: UserError, matching: &NumberMatch) -> UserError {
    let member = match matching {
        NumberMatch::LocalToNumber { .. } => "localToNumber",
        NumberMatch::LocalToCity { .. } => "localToCity",
        NumberMatch::TollFree { .. } => "tollFree",
        NumberMatch::Geographic(_) => "geographic",
        NumberMatch::National { .. } => "national",
        NumberMatch::Exact(_) => "exact",
    };
    if error.path.get(1).is_some_and(|part| part == "match")
        && error.path.get(2).is_none_or(|part| part != member)
    {
        error.path.insert(2, member.to_owned());
    }
    error
}
