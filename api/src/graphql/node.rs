//! Global ids and the `Node` interface (<https://relay.dev/graphql/objectidentification.htm>).

use std::{borrow::Cow, sync::Arc};

use async_graphql::{
    Context, ContextSelectionSet, ID, Interface, Object, OutputType, Positioned, ServerResult, Value,
    parser::types::Field, registry::Registry,
};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use futures_util::future::join_all;
use provider_core::domain::ProviderId;
use service::{CallCenterId, EmployeeCallsId, GLOBAL_ID_VERSION, NumberBy, Principal, global_id};
use strum::{Display, EnumIter, EnumString};

use super::{
    access,
    alerts::{Alert, AlertRule, Webhook},
    call_centers::{self, CallCenter},
    call_stats::{self, Call, CallImport, EmployeeCallStatistics, QuarantinedCallRow},
    error::{ApiError, Result},
    exports::Export,
    loaders,
    numbers::{Hold, Number, NumberEvent},
    operations::Operation,
    pools::NumberPool,
    providers::{self, Provider},
    switchboard,
    tenants::{Customer, Dealer, Employee, Group},
};

/// Most ids that `nodes` takes.
const MOST_IDS: usize = 100;

/// The types that have global ids.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Display, EnumString, EnumIter)]
pub(crate) enum NodeKind {
    Number,
    NumberPool,
    Group,
    Customer,
    Dealer,
    Employee,
    Operation,
    Hold,
    NumberEvent,
    Provider,
    CallCenter,
    EmployeeCallStatistics,
    Call,
    CallImport,
    QuarantinedCallRow,
    AlertRule,
    Alert,
    Webhook,
    Export,
}

/// A global id: base64url of `1:<type>:<row>`, for providers of `1:Provider:<name>`, for call centers of
/// `1:CallCenter:<provider>:<group>:<name>`, for rows of call statistics of `1:EmployeeCallStatistics:<question>`, for
/// rows that an import could not use of `1:QuarantinedCallRow:<import>:<position>`. Opaque to clients, and the same for
/// as long as the object exists.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct NodeId {
    kind: NodeKind,
    key: Key,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Key {
    Row(i64),
    Provider(ProviderId),
    CallCenter(CallCenterId),
    EmployeeCalls(Box<EmployeeCallsId>),
    /// A part of a row, by its position.
    Part(i64, i64),
}

impl NodeId {
    /// The id of a row.
    pub(crate) fn new(kind: NodeKind, row: i64) -> Self {
        Self {
            kind,
            key: Key::Row(row),
        }
    }

    /// The id of a provider.
    pub(crate) fn provider(id: ProviderId) -> Self {
        Self {
            kind: NodeKind::Provider,
            key: Key::Provider(id),
        }
    }

    /// The id of a call center.
    pub(crate) fn call_center(id: CallCenterId) -> Self {
        Self {
            kind: NodeKind::CallCenter,
            key: Key::CallCenter(id),
        }
    }

    /// The id of a row of call statistics.
    pub(crate) fn employee_calls(id: EmployeeCallsId) -> Self {
        Self {
            kind: NodeKind::EmployeeCallStatistics,
            key: Key::EmployeeCalls(Box::new(id)),
        }
    }

    /// The id of a part of a row, by its position.
    pub(crate) fn part(kind: NodeKind, row: i64, position: i64) -> Self {
        Self {
            kind,
            key: Key::Part(row, position),
        }
    }

    /// Reads an id; none when it isn't one that [`NodeId::encode`] writes.
    pub(crate) fn parse(id: &ID) -> Option<Self> {
        let text = String::from_utf8(URL_SAFE_NO_PAD.decode(id.as_bytes()).ok()?).ok()?;
        let mut parts = text.splitn(3, ':');
        if parts.next()? != GLOBAL_ID_VERSION {
            return None;
        }
        let kind = parts.next()?.parse().ok()?;
        let key = parts.next()?;
        let key = match kind {
            NodeKind::Provider => Key::Provider(key.parse().ok()?),
            NodeKind::CallCenter => Key::CallCenter(read_call_center(key)?),
            NodeKind::EmployeeCallStatistics => Key::EmployeeCalls(serde_json::from_str(key).ok()?),
            NodeKind::QuarantinedCallRow => read_part(key)?,
            _ => Key::Row(key.parse().ok().filter(|row: &i64| *row > 0)?),
        };
        let parsed = Self { kind, key };
        (parsed.encode() == id.as_str()).then_some(parsed)
    }

    /// The text that clients see.
    pub(crate) fn encode(&self) -> String {
        let Self { kind, key } = self;
        match key {
            Key::Row(row) => global_id(kind, row),
            Key::Provider(id) => global_id(kind, id),
            Key::CallCenter(CallCenterId {
                provider,
                group_id,
                name,
            }) => global_id(kind, format_args!("{provider}:{group_id}:{name}")),
            Key::EmployeeCalls(id) => global_id(kind, serde_json::json!(id)),
            Key::Part(row, position) => global_id(kind, format_args!("{row}:{position}")),
        }
    }

    /// The row, if this is the id of such a thing.
    pub(crate) fn row_of(self, kind: NodeKind) -> Option<i64> {
        match self.key {
            Key::Row(row) if self.kind == kind => Some(row),
            _ => None,
        }
    }

    /// The provider, if this is the id of one.
    pub(crate) fn into_provider(self) -> Option<ProviderId> {
        match self.key {
            Key::Provider(id) => Some(id),
            _ => None,
        }
    }

    /// The call center, if this is the id of one.
    pub(crate) fn into_call_center(self) -> Option<CallCenterId> {
        match self.key {
            Key::CallCenter(id) => Some(id),
            _ => None,
        }
    }

    /// Says that `id` is not what was expected.
    pub(crate) fn wrong(id: &ID, kind: NodeKind) -> String {
        let shown: String = id.chars().filter(|c| !c.is_control()).take(60).collect();
        format!("\"{shown}\" is not the id of a {kind}: take it from the field id of one")
    }
}

/// Reads `<provider>:<group>:<name>`; only the name can hold colons.
fn read_call_center(key: &str) -> Option<CallCenterId> {
    let mut parts = key.splitn(3, ':');
    let id = CallCenterId {
        provider: parts.next()?.parse().ok()?,
        group_id: parts.next()?.parse().ok().filter(|row: &i64| *row > 0)?,
        name: parts.next()?.to_owned(),
    };
    id.is_sound().then_some(id)
}

/// Reads `<row>:<position>`.
fn read_part(key: &str) -> Option<Key> {
    let (row, position) = key.split_once(':')?;
    let row = row.parse().ok().filter(|row: &i64| *row > 0)?;
    let position = position.parse().ok().filter(|position: &i64| *position >= 0)?;
    Some(Key::Part(row, position))
}

impl From<&NodeId> for ID {
    fn from(id: &NodeId) -> Self {
        Self(id.encode())
    }
}

/// Encoded only when it is asked for.
impl OutputType for NodeId {
    fn type_name() -> Cow<'static, str> {
        <ID as OutputType>::type_name()
    }

    fn create_type_info(registry: &mut Registry) -> String {
        <ID as OutputType>::create_type_info(registry)
    }

    async fn resolve(&self, _: &ContextSelectionSet<'_>, _: &Positioned<Field>) -> ServerResult<Value> {
        Ok(Value::String(self.encode()))
    }
}

/// An object with a global id, by which it can be read again.
#[derive(Interface)]
#[graphql(field(
    name = "id",
    ty = "NodeId",
    desc = "Global id: opaque, and the same for as long as the object exists."
))]
#[allow(clippy::large_enum_variant, reason = "an answer is made once and not kept")]
pub(crate) enum Node {
    Number(Number),
    NumberPool(NumberPool),
    Group(Group),
    Customer(Customer),
    Dealer(Dealer),
    Employee(Employee),
    Operation(Operation),
    Hold(Hold),
    NumberEvent(NumberEvent),
    Provider(Arc<Provider>),
    CallCenter(CallCenter),
    EmployeeCallStatistics(EmployeeCallStatistics),
    Call(Call),
    CallImport(CallImport),
    QuarantinedCallRow(QuarantinedCallRow),
    AlertRule(AlertRule),
    Alert(Alert),
    Webhook(Webhook),
    Export(Export),
}

#[derive(Default)]
pub(crate) struct NodeQuery;

#[Object]
impl NodeQuery {
    /// The object with a global id. Null when there is none, or none that this key may see; null with an error
    /// when it can't be read.
    async fn node(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "A global id, from the field `id` of any object.")] id: ID,
    ) -> Option<Result<Node>> {
        one(ctx, &id).await.transpose()
    }

    /// The objects with these global ids, in the order of the ids; each null as `node` would be.
    async fn nodes(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "At most 100 global ids.")] ids: Vec<ID>,
    ) -> Result<Vec<Option<Result<Node>>>> {
        let who = access::principal(ctx)?;
        if ids.len() > MOST_IDS {
            let message = format!("at most {MOST_IDS} ids at once; there are {}", ids.len());
            return Err(ApiError::bad_input("ids", message));
        }
        let found = ids.iter().map(|id| async {
            match read(id, "ids") {
                Ok(id) => batched(ctx, &who, id).await.transpose(),
                Err(error) => Some(Err(error)),
            }
        });
        Ok(join_all(found).await)
    }
}

async fn one(ctx: &Context<'_>, id: &ID) -> Result<Option<Node>> {
    let who = access::principal(ctx)?;
    match read(id, "id")? {
        NodeId {
            kind: NodeKind::Number,
            key: Key::Row(row),
        } => {
            let relations = super::numbers::relations(&[ctx.look_ahead()]);
            let number = switchboard(ctx)?
                .number(&who, &NumberBy::Id(row), relations)
                .await?;
            Ok(number.map(|record| Number::new(record, relations).into()))
        }
        id => batched(ctx, &who, id).await,
    }
}

fn read(id: &ID, argument: &str) -> Result<NodeId> {
    NodeId::parse(id).ok_or_else(|| {
        ApiError::bad_input(
            argument,
            "this is no global id: take ids from the field id of an object",
        )
    })
}

/// Reads an object together with the others of its type that the request asks for now.
async fn batched(ctx: &Context<'_>, who: &Principal, NodeId { kind, key }: NodeId) -> Result<Option<Node>> {
    let row = match key {
        Key::Provider(id) => return Ok(providers::find(ctx, id.as_str())?.map(Node::from)),
        Key::CallCenter(id) => return Ok(call_centers::with_id(ctx, id).await?.map(Node::from)),
        Key::EmployeeCalls(id) => return Ok(call_stats::with_id(ctx, *id).await?.map(Node::from)),
        Key::Part(import, position) => {
            let fault = switchboard(ctx)?.call_import_fault(who, import, position).await?;
            return Ok(fault.map(|fault| QuarantinedCallRow::from(fault).into()));
        }
        Key::Row(row) => row,
    };
    let switchboard = switchboard(ctx)?;
    Ok(match kind {
        NodeKind::Number => loaders::number(ctx, row)
            .await?
            .map(|record| Number::bare(record).into()),
        NodeKind::NumberPool => loaders::pool(ctx, row)
            .await?
            .map(|record| NumberPool::from(record).into()),
        NodeKind::Group => loaders::group(ctx, row)
            .await?
            .map(|record| Group::from(record).into()),
        NodeKind::Customer => loaders::customer(ctx, row)
            .await?
            .map(|record| Customer::from(record).into()),
        NodeKind::Dealer => loaders::dealer(ctx, row)
            .await?
            .map(|record| Dealer::from(record).into()),
        NodeKind::Employee => switchboard
            .employee(who, row)
            .await?
            .map(|record| Employee::from(record).into()),
        NodeKind::Operation => switchboard
            .operation(who, row)
            .await?
            .map(|record| Operation::from(record).into()),
        NodeKind::Hold => switchboard
            .hold(who, row)
            .await?
            .map(|record| Hold::from(record).into()),
        NodeKind::NumberEvent => switchboard
            .event(who, row)
            .await?
            .map(|record| NumberEvent::from(record).into()),
        NodeKind::Call => switchboard
            .call(who, row)
            .await?
            .map(|record| Call::from(record).into()),
        NodeKind::CallImport => switchboard
            .call_import(who, row)
            .await?
            .map(|record| CallImport::from(record).into()),
        NodeKind::AlertRule => switchboard
            .alert_rule(who, row)
            .await?
            .map(|record| AlertRule::from(record).into()),
        NodeKind::Alert => switchboard
            .alert(who, row)
            .await?
            .map(|record| Alert::from(record).into()),
        NodeKind::Export => switchboard
            .export(who, row)
            .await?
            .map(|record| Export::from(record).into()),
        NodeKind::Webhook => switchboard
            .webhook(who, row)
            .await?
            .map(|record| Webhook::from(record).into()),
        NodeKind::Provider
        | NodeKind::CallCenter
        | NodeKind::EmployeeCallStatistics
        | NodeKind::QuarantinedCallRow => None,
    })
}

#[cfg(test)]
mod tests {
    use strum::IntoEnumIterator;

    use super::*;

    #[test]
    fn a_global_id_is_read_back_as_what_it_was_made_of() {
        let of_rows = |kind: &NodeKind| {
            use NodeKind::{CallCenter, EmployeeCallStatistics, Provider, QuarantinedCallRow};
            !matches!(
                kind,
                Provider | CallCenter | EmployeeCallStatistics | QuarantinedCallRow
            )
        };
        for kind in NodeKind::iter().filter(of_rows) {
            let id = NodeId::new(kind, 42);
            assert_eq!(NodeId::parse(&ID::from(&id)), Some(id));
        }
        let id = NodeId::part(NodeKind::QuarantinedCallRow, 42, 0);
        assert_eq!(NodeId::parse(&ID::from(&id)), Some(id));
        let id = NodeId::provider("telmetrics-uk".parse().unwrap());
        assert_eq!(NodeId::parse(&ID::from(&id)), Some(id));
        for name in ["APIOTestCCBasic@sip.netaxis.be", "a:b::c", "Kö"] {
            let id = NodeId::call_center(CallCenterId {
                provider: "apio".parse().unwrap(),
                group_id: 42,
                name: name.to_owned(),
            });
            assert_eq!(NodeId::parse(&ID::from(&id)), Some(id));
        }
    }

    #[test]
    fn only_what_was_written_here_is_a_global_id() {
        let encoded = |text: &str| ID(URL_SAFE_NO_PAD.encode(text));
        for wrong in [
            "",
            "1:Number",
            "2:Number:1",
            "1:Nope:1",
            "1:Number:0",
            "1:Number:-1",
            "1:Number:01",
            "1:Number:+1",
            "1:Number:1:2",
            "1:Number:99999999999999999999",
            "1:Provider:Not Valid",
            "1:CallCenter:apio:1",
            "1:CallCenter:apio:1:",
            "1:CallCenter:apio:0:name",
            "1:CallCenter:Not Valid:1:name",
            "1:CallCenter:apio:1:na\nme",
            "1:QuarantinedCallRow:1",
            "1:QuarantinedCallRow:0:1",
            "1:QuarantinedCallRow:1:-1",
            "1:QuarantinedCallRow:1:1:1",
            "1:EmployeeCallStatistics:7",
            "1:EmployeeCallStatistics:{}",
            "1:EmployeeCallStatistics:{\"source\":\"telecomx\",\"request\":{},\"row\":\"0\",\"more\":1}",
        ] {
            assert_eq!(NodeId::parse(&encoded(wrong)), None, "{wrong}");
        }
        assert_eq!(NodeId::parse(&ID("42".into())), None);
        assert_eq!(NodeId::parse(&ID("not base64 !".into())), None);
    }

    #[test]
    fn an_id_of_one_type_names_nothing_of_another() {
        assert_eq!(NodeId::new(NodeKind::Group, 7).row_of(NodeKind::Customer), None);
        assert_eq!(NodeId::new(NodeKind::Group, 7).row_of(NodeKind::Group), Some(7));
    }
}
