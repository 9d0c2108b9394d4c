use async_graphql::{Context, ID, Object, SimpleObject};
use service::ExportRecord;

use super::words::ExportState;
use crate::graphql::{
    access,
    error::Result,
    input,
    node::{NodeId, NodeKind},
    scalars::{DateTime, Long},
    switchboard,
};

/// A file that is made when its link is followed, and how far it is. Only the key that asked for it sees it, until a day
/// after the link has ended.
#[derive(SimpleObject)]
pub(crate) struct Export {
    /// Global id.
    #[graphql(owned)]
    pub(crate) id: NodeId,
    /// What the file is called.
    file_name: String,
    /// How far it is. A link can be followed again while it works, and the file is made anew.
    state: ExportState,
    /// How many rows were written so far.
    rows: Long,
    /// How many rows there were when the file was asked for. Null where nobody counts before.
    total_rows: Option<Long>,
    /// When it was asked for.
    created_at: DateTime,
    /// From when the link no longer works.
    expires_at: DateTime,
    /// When all of it was sent, or it was cut off. Null before.
    finished_at: Option<DateTime>,
}

impl From<ExportRecord> for Export {
    fn from(record: ExportRecord) -> Self {
        Self {
            id: NodeId::new(NodeKind::Export, record.id),
            file_name: record.file_name,
            state: record.state.into(),
            rows: long(record.row_count),
            total_rows: record.total_rows.map(long),
            created_at: record.created_at.into(),
            expires_at: record.expires_at.into(),
            finished_at: record.finished_at.map(Into::into),
        }
    }
}

/// A count of rows, which never comes near what a client can't hold.
fn long(rows: i64) -> Long {
    Long::saturating(u64::try_from(rows).unwrap_or_default())
}

#[derive(Default)]
pub(crate) struct ExportQueries;

#[Object]
impl ExportQueries {
    /// How far a file is. Null when there is none with this id, or another key asked for it.
    async fn export(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Global id of an Export.")] id: ID,
    ) -> Option<Result<Export>> {
        find(ctx, &id).await.transpose()
    }
}

async fn find(ctx: &Context<'_>, id: &ID) -> Result<Option<Export>> {
    let who = access::principal(ctx)?;
    let row = input::row(id, NodeKind::Export, "id")?;
    Ok(switchboard(ctx)?.export(&who, row).await?.map(Export::from))
}
