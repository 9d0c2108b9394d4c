use async_graphql::{Context, ID, InputObject, Subscription};
use futures_util::{Stream, StreamExt, future};
use service::{EventKind, NumberNotice};

use super::{NumberEvent, words::NumberEventKind};
use crate::graphql::{access, error::Result, input, node::NodeKind, switchboard};

/// Which events to send. All given conditions must hold.
#[derive(InputObject, Default)]
struct NumberEventFilter {
    /// Of this number, by global id.
    number_id: Option<ID>,
    /// Of this group's numbers, by global id.
    group_id: Option<ID>,
    /// Of this customer's numbers, by global id.
    customer_id: Option<ID>,
    /// Of one of these kinds.
    kinds: Option<Vec<NumberEventKind>>,
}

struct Wanted {
    number: Option<i64>,
    group: Option<i64>,
    customer: Option<i64>,
    kinds: Option<Vec<EventKind>>,
}

impl NumberEventFilter {
    fn read(self) -> Result<Wanted> {
        let row = |id: &Option<ID>, kind, argument| input::optional_row(id.as_ref(), kind, argument);
        Ok(Wanted {
            number: row(&self.number_id, NodeKind::Number, "filter.numberId")?,
            group: row(&self.group_id, NodeKind::Group, "filter.groupId")?,
            customer: row(&self.customer_id, NodeKind::Customer, "filter.customerId")?,
            kinds: self
                .kinds
                .map(|kinds| kinds.into_iter().map(EventKind::from).collect()),
        })
    }
}

impl Wanted {
    fn admits(&self, NumberNotice { number_id, event }: &NumberNotice) -> bool {
        let group = event.owner.map(|owner| owner.group_id);
        let customer = event.owner.map(|owner| owner.customer_id);
        self.number.is_none_or(|wanted| wanted == *number_id)
            && (self.group.is_none() || self.group == group)
            && (self.customer.is_none() || self.customer == customer)
            && self
                .kinds
                .as_ref()
                .is_none_or(|kinds| kinds.contains(&event.kind))
    }
}

#[derive(Default)]
pub(crate) struct NumberSubscriptions;

#[Subscription]
impl NumberSubscriptions {
    /// What happens to the numbers that this key may see, from now on. A subscriber that reads too slowly misses
    /// events; `Number.history` has them all.
    async fn number_events(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which events; all when absent.")] filter: Option<NumberEventFilter>,
    ) -> Result<impl Stream<Item = NumberEvent> + use<>> {
        let who = access::principal(ctx)?;
        let wanted = filter.unwrap_or_default().read()?;
        let notices = switchboard(ctx)?.number_events(&who);
        Ok(notices
            .filter(move |notice| future::ready(wanted.admits(notice)))
            .map(|notice| NumberEvent::from(notice.event)))
    }
}
