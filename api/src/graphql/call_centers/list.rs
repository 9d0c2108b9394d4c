use async_graphql::Context;
use service::CallCenter as Record;

use super::{CallCenter, CallCenterFilter};
use crate::graphql::{
    access,
    error::{ApiError, Result},
    input,
    node::NodeKind,
    pagination::{Counted, List, PageArguments, Paged, connect, cut},
    switchboard,
};

/// A page of a group's call centers. A provider's own pages go forward only and mark no rows: the few centers that a
/// group has are all read, and the page is cut from them.
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
    let centers = switchboard.call_centers(&who, Some(&provider), group).await?;
    let counted = Counted::Known(i64::try_from(centers.len()).ok());
    let page = cut(centers, &request, |center: &Record| center.id().name);
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
