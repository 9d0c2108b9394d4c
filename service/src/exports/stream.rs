//! Making a file while it is sent: rows are read a page at a time, written by a thread of their own, and handed on in
//! pieces. Whoever is slower makes the others wait, so that memory does not grow with the file.

use std::{
    io::{self, BufWriter, Write},
    time::{Duration, Instant},
};

use ::exports::{Cell, ExportError, Table, TableWriter};
use futures_util::Stream;
use provider_core::domain::ExportFormat;
use store::{ExportRecord, ExportState, StoreError};
use tokio::sync::mpsc;
use tokio_stream::wrappers::ReceiverStream;

use super::{Subject, format_of};
use crate::{Principal, ServiceError, ServiceResult, Switchboard};

/// Bytes of a piece.
const PIECE: usize = 64 * 1024;
/// Pieces and pages that may wait.
const WAITING: usize = 2;
/// How often progress is noted.
const NOTED_EVERY: Duration = Duration::from_millis(500);

/// The pieces of a file. An error ends it: what was sent is not all of it.
pub type DownloadBody = ReceiverStream<io::Result<Vec<u8>>>;

/// A file that is being made.
#[derive(Debug)]
pub struct Download {
    /// What to call it.
    pub file_name: String,
    /// Its media type.
    pub media_type: &'static str,
    /// Its pieces.
    pub body: DownloadBody,
}

/// Rows of a table.
pub(super) type Rows = Vec<Vec<Cell>>;

/// Hands pieces on, and waits until they are taken.
struct Pieces(mpsc::Sender<io::Result<Vec<u8>>>);

impl Write for Pieces {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let sent = self.0.blocking_send(Ok(bytes.to_vec()));
        sent.map_err(|_| io::Error::new(io::ErrorKind::BrokenPipe, "nobody reads the file any more"))?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

fn write(
    table: Table,
    format: ExportFormat,
    mut pages: mpsc::Receiver<ServiceResult<Rows>>,
    pieces: mpsc::Sender<io::Result<Vec<u8>>>,
) -> Result<(), ExportError> {
    let out = BufWriter::with_capacity(PIECE, Pieces(pieces));
    let mut writer = TableWriter::new(table, format, out)?;
    while let Some(page) = pages.blocking_recv() {
        let page = page.map_err(|_| io::Error::other("the rows could not be read"))?;
        for row in page {
            writer.row(&row)?;
        }
    }
    writer
        .finish()?
        .into_inner()
        .map_err(io::IntoInnerError::into_error)?;
    Ok(())
}

impl Switchboard {
    /// Begins to make a file.
    pub(super) async fn open_export(&self, who: Principal, record: ExportRecord) -> ServiceResult<Download> {
        let subject: Subject = serde_json::from_str(&record.subject)
            .map_err(|error| ServiceError::Internal(format!("export {}: {error}", record.id)))?;
        let format = format_of(&record.format)?;
        let (page_sender, pages) = mpsc::channel(WAITING);
        let (piece_sender, pieces) = mpsc::channel(WAITING);
        let table = match &subject {
            Subject::Numbers { zone, .. } => {
                who.may_view()?;
                super::numbers::table(zone)
            }
            Subject::NumberKpis {
                grouping,
                filter,
                within,
                source,
            } => {
                // A source that fails is told before a file begins.
                let rows = self
                    .kpi_rows(&who, source.as_ref(), *grouping, (filter, within))
                    .await?;
                // There is room: the channel is new.
                let _ = page_sender.try_send(Ok(rows));
                super::kpis::table(*grouping)
            }
        };
        let failed = piece_sender.clone();
        let writer = tokio::task::spawn_blocking(move || write(table, format, pages, piece_sender));
        let (switchboard, id) = (self.clone(), record.id);
        tokio::spawn(async move {
            let mut progress = Progress::new(&switchboard, id);
            progress.note(ExportState::Running).await;
            if let Subject::Numbers { filter, .. } = &subject {
                switchboard
                    .send_numbers(&who, filter, page_sender, &mut progress)
                    .await;
            } else {
                drop(page_sender);
            }
            let outcome = writer.await;
            let state = match &outcome {
                Ok(Ok(())) => ExportState::Done,
                Ok(Err(error)) => {
                    tracing::warn!(export = id, %error, "an export was cut off");
                    ExportState::Failed
                }
                Err(error) => {
                    tracing::error!(export = id, %error, "an export failed");
                    ExportState::Failed
                }
            };
            progress.note(state).await;
            if state == ExportState::Failed {
                // Whoever reads must see that it is not all there.
                let _ = failed.send(Err(io::Error::other("the export was cut off"))).await;
            }
        });
        Ok(Download {
            file_name: record.file_name,
            media_type: ::exports::media_type(format),
            body: ReceiverStream::new(pieces),
        })
    }
}

/// What is noted of a file that is being made.
pub(super) struct Progress<'s> {
    switchboard: &'s Switchboard,
    id: i64,
    rows: i64,
    noted: Instant,
}

impl<'s> Progress<'s> {
    fn new(switchboard: &'s Switchboard, id: i64) -> Self {
        Self {
            switchboard,
            id,
            rows: 0,
            noted: Instant::now(),
        }
    }

    /// Counts rows, and notes them from time to time.
    pub(super) async fn add(&mut self, rows: usize) {
        self.rows = self.rows.saturating_add(i64::try_from(rows).unwrap_or(i64::MAX));
        if self.noted.elapsed() >= NOTED_EVERY {
            self.note(ExportState::Running).await;
        }
    }

    /// Notes the state. A failure is only logged: the file matters more.
    async fn note(&mut self, state: ExportState) {
        let (id, rows) = (self.id, self.rows);
        let noted = self.switchboard.database().write::<_, StoreError, _>(move |tx| {
            Box::pin(async move { store::note_export(tx, id, state, rows).await })
        });
        if let Err(error) = noted.await {
            tracing::warn!(export = id, %error, "the progress of an export could not be noted");
        }
        self.noted = Instant::now();
    }
}

/// The body of a file is a stream that can be sent between tasks.
const _: fn() = || {
    fn sendable<T: Stream + Send + 'static>() {}
    sendable::<DownloadBody>();
};
