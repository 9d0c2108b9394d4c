use async_graphql::Enum;
use provider_core::domain::KpiGrouping;

/// How far a file is.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "service::ExportState")]
pub(crate) enum ExportState {
    /// Nobody has followed the link.
    Ready,
    /// It is being made and sent.
    Running,
    /// All of it was sent.
    Done,
    /// It was cut off: make a new one.
    Failed,
}

/// By what a file of number KPIs counts: the requests of the document "Number KPIs" (callstats).
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum NumberKpiExportKind {
    /// All numbers in one row ("Number Summary").
    Summary,
    /// A row for each status ("Numbers by Status").
    Status,
    /// A row for each dealer ("Numbers by Dealer").
    Dealer,
    /// A row for each type ("Numbers by Type").
    Type,
}

impl From<NumberKpiExportKind> for KpiGrouping {
    fn from(kind: NumberKpiExportKind) -> Self {
        match kind {
            NumberKpiExportKind::Summary => Self::Summary,
            NumberKpiExportKind::Status => Self::Status,
            NumberKpiExportKind::Dealer => Self::Dealer,
            NumberKpiExportKind::Type => Self::Type,
        }
    }
}
