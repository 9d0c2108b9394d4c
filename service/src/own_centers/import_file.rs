//! Imports of files, with a report: what became of their lines, and those that can't be used.

use ::calls::RowFault;
use queues::{LineProblem, QueueEvent, json_line};
use store::calls::QueueLogFile;

use super::import::{ImportTarget, QueueImport, QueueImportReport};
use crate::{Principal, ServiceResult, Switchboard};

/// A file of events.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct QueueFile {
    /// Whose events they are.
    pub import: QueueImport,
    /// Name of the file.
    pub name: String,
    /// Name of the format, for the report.
    pub format: String,
    /// What tells its content from that of all others: a file has one report, however often it is imported. Absent
    /// where that can't be known before it is read.
    pub digest: Option<String>,
}

/// Lines of a file that are imported together: some thousand are a good measure.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct QueueLines {
    /// The events.
    pub events: Vec<QueueEvent>,
    /// The line of each event; the first of the file is 1.
    pub lines: Vec<u64>,
    /// How many other lines say nothing about calls or agents' times.
    pub others: u64,
    /// Lines that can't be used.
    pub bad: Vec<LineProblem>,
}

/// An import of a file under way. What was added is in the database; what is cut off is made whole by doing it again.
#[derive(Debug)]
pub struct QueueImporter {
    switchboard: Switchboard,
    target: ImportTarget,
    import_id: i64,
}

impl Switchboard {
    /// Begins an import of a file and its report, which is among those of imports of calls.
    ///
    /// # Errors
    /// [`ServiceError::AccessDenied`](crate::ServiceError::AccessDenied) unless `who` administers the platform;
    /// refusals at `input`; what the database says.
    pub async fn begin_queue_import(&self, who: &Principal, file: QueueFile) -> ServiceResult<QueueImporter> {
        let target = self.import_target(who, &file.import).await?;
        let (owner, actor) = (target.group.owner(), who.actor());
        let begun = self.database().write::<_, store::StoreError, _>(move |tx| {
            Box::pin(async move {
                let log = QueueLogFile {
                    owner,
                    actor: &actor,
                    file: Some(&file.name),
                    format: &file.format,
                    digest: file.digest.as_deref(),
                };
                store::calls::begin_queue_import(tx, &log).await
            })
        });
        Ok(QueueImporter {
            switchboard: self.clone(),
            target,
            import_id: begun.await?,
        })
    }
}

impl QueueImporter {
    /// Row of the report.
    #[must_use]
    pub fn import_id(&self) -> i64 {
        self.import_id
    }

    /// Imports lines in one transaction and keeps those that can't be used. Gives these too, with the events that lie
    /// in the future among them.
    ///
    /// # Errors
    /// [`ServiceError::Busy`](crate::ServiceError::Busy) when the database is; what it says otherwise. Then nothing of
    /// them was imported.
    pub async fn add(&self, lines: QueueLines) -> ServiceResult<(QueueImportReport, Vec<LineProblem>)> {
        let (target, import_id) = (self.target.clone(), self.import_id);
        let written = self
            .switchboard
            .database()
            .write::<_, store::StoreError, _>(move |tx| {
                Box::pin(async move {
                    let QueueLines {
                        events,
                        lines,
                        others,
                        mut bad,
                    } = lines;
                    let future = events.clone();
                    let report = target.writer(tx).write(events).await?;
                    bad.extend(report.in_the_future.iter().filter_map(|index| {
                        Some(LineProblem {
                            line: *lines.get(*index)?,
                            reason: "the time is in the future".to_owned(),
                            content: future.get(*index).map(json_line)?,
                        })
                    }));
                    bad.sort_by_key(|problem| problem.line);
                    let good = report.added + report.known + others;
                    let faults: Vec<RowFault> = bad.iter().map(fault).collect();
                    store::calls::add_to_call_import(tx, import_id, good, &report.calls, &faults).await?;
                    Ok((report, bad))
                })
            });
        Ok(written.await?)
    }

    /// Ends the import.
    ///
    /// # Errors
    /// What the database says.
    pub async fn finish(self) -> ServiceResult<()> {
        let import_id = self.import_id;
        let ended = self
            .switchboard
            .database()
            .write::<_, store::StoreError, _>(move |tx| {
                Box::pin(async move { store::calls::finish_call_import(tx, import_id).await })
            });
        Ok(ended.await?)
    }
}

fn fault(problem: &LineProblem) -> RowFault {
    RowFault::new(problem.line, problem.reason.as_str(), problem.content.as_bytes())
}
