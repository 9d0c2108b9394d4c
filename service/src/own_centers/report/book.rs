//! The report as an Excel workbook.

use exports::{
    Book, Cell, Column, Kind, Table,
    rust_xlsxwriter::{Chart, ChartType},
};
use queues::{QueueFigures, ServiceLevelVariant};
use rust_decimal::Decimal;

use super::content::DailyReport;

/// The threshold of the service level that reports show, in milliseconds.
pub(super) const THRESHOLD_MS: i64 = 20_000;
/// Columns of the chart, counted from 0: the first of the counts and the next.
const ANSWERED: u16 = 2;
const ABANDONED: u16 = 3;

pub(super) fn workbook(report: &DailyReport) -> exports::Result<Vec<u8>> {
    let mut book = Book::in_memory();
    calls(&mut book, report)?;
    day(&mut book, report)?;
    agents(&mut book, report)?;
    let mut bytes = Vec::new();
    book.save(std::io::Cursor::new(&mut bytes))?;
    Ok(bytes)
}

fn calls(book: &mut Book, report: &DailyReport) -> exports::Result<()> {
    let columns = [
        Column::new("Period", Kind::Instant),
        Column::totaled("Offered", Kind::Whole),
        Column::totaled("Answered", Kind::Whole),
        Column::totaled("Abandoned", Kind::Whole),
        Column::totaled("Transferred", Kind::Whole),
        Column::totaled("Timed out", Kind::Whole),
        Column::totaled("Busy overflows", Kind::Whole),
        Column::new("Average wait (s)", Kind::Decimal(1)),
        Column::new("Average abandonment (s)", Kind::Decimal(1)),
        Column::new("Service level 20 s (%)", Kind::Decimal(1)),
        Column::new("Agents talking", Kind::Decimal(2)),
        Column::new("Agents staffed", Kind::Decimal(2)),
    ];
    book.begin_sheet(Table::new("Calls", columns).in_zone(report.zone.clone()))?;
    for row in &report.rows {
        let mut cells = vec![Cell::Instant(row.range.start())];
        cells.extend(figures(row));
        book.row(&cells)?;
    }
    let last = u32::try_from(report.rows.len()).unwrap_or(u32::MAX);
    let mut chart = Chart::new(ChartType::ColumnStacked);
    for column in [ANSWERED, ABANDONED] {
        chart
            .add_series()
            .set_name(("Calls", 0, column))
            .set_categories(("Calls", 1, 0, last, 0))
            .set_values(("Calls", 1, column, last, column));
    }
    chart
        .title()
        .set_name(&format!("{}, {}", report.center, report.day));
    chart.x_axis().set_num_format("hh:mm");
    chart.y_axis().set_name("Calls");
    book.worksheet()?.insert_chart(1, 13, &chart)?;
    Ok(())
}

/// The cells behind the period.
fn figures(row: &QueueFigures) -> Vec<Cell> {
    let level = row.service_level(THRESHOLD_MS, ServiceLevelVariant::AbandonedNegative);
    vec![
        whole(row.offered),
        whole(row.answered()),
        whole(row.abandoned()),
        whole(row.transferred),
        whole(row.timed_out),
        whole(row.overflowed),
        decimal(row.average_wait_seconds(), 1),
        decimal(row.average_abandonment_seconds(), 1),
        decimal(level.map(|level| level * 100.0), 1),
        decimal(Some(row.average_agents_talking()), 2),
        decimal(row.average_agents_staffed(), 2),
    ]
}

fn day(book: &mut Book, report: &DailyReport) -> exports::Result<()> {
    let columns = [
        Column::new("Figure", Kind::Text),
        Column::new("Value", Kind::Decimal(2)),
    ];
    book.begin_sheet(Table::new("Day", columns))?;
    for (name, value) in super::page::summary(report) {
        book.row(&[Cell::text(name), decimal(value, 2)])?;
    }
    Ok(())
}

fn agents(book: &mut Book, report: &DailyReport) -> exports::Result<()> {
    let columns = [
        Column::new("Agent", Kind::Text),
        Column::new("Name", Kind::Text),
        Column::totaled("Handled", Kind::Whole),
        Column::totaled("Unanswered", Kind::Whole),
        Column::new("Average call", Kind::Seconds),
        Column::totaled("Talk", Kind::Seconds),
        Column::totaled("Staffed", Kind::Seconds),
    ];
    book.begin_sheet(Table::new("Agents", columns))?;
    for agent in report.agents.statistics(&report.total).agents {
        book.row(&[
            Cell::text(agent.agent_user_id.as_str()),
            Cell::text(report.agents.display(&agent.agent_user_id)),
            whole(agent.calls_handled),
            whole(agent.calls_unanswered),
            agent.average_call_seconds.map_or(Cell::Empty, rounded),
            seconds(agent.total_talk_seconds),
            seconds(agent.total_staffed_seconds),
        ])?;
    }
    Ok(())
}

fn whole(count: u64) -> Cell {
    Cell::Whole(i64::try_from(count).unwrap_or(i64::MAX))
}

fn seconds(count: u64) -> Cell {
    Cell::Seconds(i64::try_from(count).unwrap_or(i64::MAX))
}

fn rounded(seconds: f64) -> Cell {
    #[expect(
        clippy::cast_possible_truncation,
        reason = "the talk of a call; casts saturate"
    )]
    Cell::Seconds(seconds.round() as i64)
}

fn decimal(value: Option<f64>, digits: u32) -> Cell {
    let decimal = value.and_then(|value| Decimal::try_from(value).ok());
    decimal.map_or(Cell::Empty, |value| Cell::Decimal(value.round_dp(digits)))
}
