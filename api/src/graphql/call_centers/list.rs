use async_graphql::Context;
use provider_core::domain::{Page, PageToken};
use service::{CallCenter as Record, Key, PageRequest, Position};

use super::{CallCenter, CallCenterFilter};
use crate::graphql::{
    access,
    error::{ApiError, Result},
    input,
    node::NodeKind,
    pagination::{Counted, List, PageArguments, Paged, connect},
    switchboard,
};

/// A page of a group's call centers.
///
/// A provider marks pages, not rows. A cursor holds the mark of the page that its row was on, and how many rows to pass
/// over there.
pub(super) async fn page(
    ctx: &Context<'_>,
    filter: CallCenterFilter,
    arguments: PageArguments,
) -> Result<Paged<CallCenter>> {
    let who = access::principal(ctx)?;
    let wanted = input::optional_provider(filter.provider.as_ref(), "filter.provider")?;
    let group = input::row(&filter.group_id, NodeKind::Group, "filter.groupId")?;
    let switchboard = switchboard(ctx)?;
    let provider = switchboard.call_center_provider(wanted.as_ref(), "filter.provider")?;
    let list = List::new("callCenters", &(&provider, group)).by_text(true);
    let request = arguments.read(&list)?;
    let place = Place::of(&request);
    let found = switchboard
        .call_centers(&who, Some(&provider), group, place.limit, place.mark.clone())
        .await?;
    let counted = Counted::Known(found.total.and_then(|total| total.try_into().ok()));
    let page = place.page(found, &request);
    let items = page.items.into_iter().map(|(position, record)| {
        let center = CallCenter::of(ctx, record)?;
        Ok((position, center))
    });
    let page = service::Page {
        items: items.collect::<Result<Vec<_>, ApiError>>()?,
        has_previous: page.has_previous,
        has_next: page.has_next,
    };
    Ok(connect(page, &list, counted, |center| center))
}

/// Where a page begins in the provider's listing.
#[derive(Debug)]
struct Place {
    /// The mark of the provider's page; absent for its first.
    mark: Option<PageToken>,
    /// How many of its rows come before ours.
    pass_over: usize,
    /// How many rows to ask for.
    limit: u32,
}

impl Place {
    fn of(request: &PageRequest) -> Self {
        let (mark, pass_over) = match &request.after {
            Some(Position {
                key: Key::Text(mark),
                id,
            }) => (mark.as_str(), *id),
            _ => ("", 0),
        };
        let pass_over = u32::try_from(pass_over).unwrap_or(0);
        Self {
            mark: (!mark.is_empty()).then(|| PageToken(mark.to_owned())),
            pass_over: usize::try_from(pass_over).unwrap_or(0),
            limit: pass_over.saturating_add(request.limit),
        }
    }

    fn page(&self, found: Page<Record>, request: &PageRequest) -> service::Page<Record> {
        let on_it = found.items.len();
        let wanted = usize::try_from(request.limit).unwrap_or(usize::MAX);
        let end = self.pass_over.saturating_add(wanted).min(on_it);
        let position = |behind: usize| match &found.next {
            // Behind the last row of a page stands the next one.
            Some(next) if behind == on_it => (next.0.clone(), 0),
            _ => (
                self.mark.as_ref().map(|mark| mark.0.clone()).unwrap_or_default(),
                behind,
            ),
        };
        let rows = found.items.into_iter().enumerate().take(end).skip(self.pass_over);
        let items = rows.map(|(index, record)| {
            let (mark, behind) = position(index + 1);
            let id = i64::try_from(behind).unwrap_or(i64::MAX);
            (
                Position {
                    key: Key::Text(mark),
                    id,
                },
                record,
            )
        });
        service::Page {
            items: items.collect(),
            has_previous: request.after.is_some(),
            has_next: end < on_it || found.next.is_some(),
        }
    }
}
