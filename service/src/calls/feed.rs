//! From a file to an import, never more than a few batches at once in memory.

use ::calls::{Row, RowFault, Rows};
use tokio::sync::mpsc;

use super::{CallImportReport, CallImporter};
use crate::ServiceError;

/// Batches that wait to be imported.
const AHEAD: usize = 2;

/// Why a file was not imported to its end. What came before is.
#[derive(Debug, thiserror::Error)]
pub enum CallImportError {
    /// It can't be read any further.
    #[error("can't be read: {0}")]
    Read(std::io::Error),
    /// The database could not take it.
    #[error(transparent)]
    Service(#[from] ServiceError),
}

#[derive(Default)]
struct Batch {
    rows: Vec<Row>,
    bad: Vec<RowFault>,
    position: u64,
}

/// What is told after each batch.
#[derive(Debug)]
pub struct CallImportStep<'a> {
    /// Bytes of the file that were read.
    pub position: u64,
    /// What was done so far.
    pub report: &'a CallImportReport,
    /// The bad rows of this batch.
    pub bad: &'a [RowFault],
}

impl CallImporter {
    /// Imports all rows of a file, and tells after each batch how far it is.
    ///
    /// # Errors
    /// [`CallImportError`], also when `told` gives one.
    pub async fn feed<E: From<CallImportError>>(
        &mut self,
        rows: Rows,
        mut told: impl FnMut(CallImportStep<'_>) -> Result<(), E>,
    ) -> Result<(), E> {
        let (sender, mut batches) = mpsc::channel(AHEAD);
        // Reading and splitting lines is work for a thread that may be blocked.
        let reading = tokio::task::spawn_blocking(move || send(rows, &sender));
        while let Some(Batch { rows, bad, position }) = batches.recv().await {
            let bad = self.add(rows, bad).await.map_err(CallImportError::from)?;
            told(CallImportStep {
                position,
                report: self.report(),
                bad: &bad,
            })?;
        }
        let read = reading
            .await
            .unwrap_or_else(|error| Err(std::io::Error::other(error)));
        Ok(read.map_err(CallImportError::Read)?)
    }
}

/// Sends all rows; ends early when nobody wants them any more.
fn send(mut rows: Rows, sender: &mpsc::Sender<Batch>) -> std::io::Result<()> {
    let mut batch = Batch::default();
    while let Some(row) = rows.next() {
        match row {
            Ok(Ok(row)) => batch.rows.push(row),
            Ok(Err(fault)) => batch.bad.push(fault),
            Err(error) => {
                let _ = sender.blocking_send(batch);
                return Err(error);
            }
        }
        batch.position = rows.position();
        if batch.rows.len() + batch.bad.len() >= CallImporter::BATCH
            && sender.blocking_send(std::mem::take(&mut batch)).is_err()
        {
            return Ok(());
        }
    }
    batch.position = rows.position();
    // Nobody to send to: whoever stopped listening tells why.
    let _ = sender.blocking_send(batch);
    Ok(())
}
