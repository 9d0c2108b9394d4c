//! The report as text and as a page of HTML.

use html_escape::encode_text;
use queues::ServiceLevelVariant;

use super::{book::THRESHOLD_MS, content::DailyReport};

/// What the page calls its chart.
pub(super) const CHART: &str = "chart";

pub(super) fn subject(report: &DailyReport) -> String {
    format!("Call center {}: {}", report.center, report.day)
}

pub(super) fn file_name(report: &DailyReport) -> String {
    let plain = |c: char| if c.is_alphanumeric() { c } else { '-' };
    let name: String = report.center.chars().map(plain).take(60).collect();
    format!("{name}-{}.xlsx", report.day)
}

/// The figures of the whole day, by name.
pub(super) fn summary(report: &DailyReport) -> Vec<(&'static str, Option<f64>)> {
    let total = &report.total;
    #[expect(clippy::cast_precision_loss, reason = "counts of calls")]
    let count = |count: u64| Some(count as f64);
    let percent = |part: Option<f64>| part.map(|part| part * 100.0);
    let level = total.service_level(THRESHOLD_MS, ServiceLevelVariant::AbandonedNegative);
    vec![
        ("Calls offered", count(total.offered)),
        ("Calls answered", count(total.answered())),
        ("Calls abandoned", count(total.abandoned())),
        ("Calls transferred", count(total.transferred)),
        ("Calls timed out", count(total.timed_out)),
        ("Busy overflows", count(total.overflowed)),
        ("Average wait (s)", total.average_wait_seconds()),
        ("Average abandonment (s)", total.average_abandonment_seconds()),
        ("Longest wait (s)", total.longest_wait_seconds()),
        ("Service level 20 s (%)", percent(level)),
        ("Abandonment rate (%)", percent(total.abandonment_rate())),
        ("Occupancy (%)", percent(total.occupancy())),
        ("Agents talking, on average", Some(total.average_agents_talking())),
        ("Agents staffed, on average", total.average_agents_staffed()),
    ]
}

/// A figure as people read it: at most two digits after the point.
fn figure(value: Option<f64>) -> String {
    let Some(value) = value else { return "-".to_owned() };
    let text = format!("{value:.2}");
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

pub(super) fn text(report: &DailyReport) -> String {
    let mut text = format!("{}\n\n", subject(report));
    for (name, value) in summary(report) {
        text.push_str(&format!("{name}: {}\n", figure(value)));
    }
    text.push_str("\nThe figures of each period and each agent are in the workbook.\n");
    text
}

pub(super) fn html(report: &DailyReport) -> String {
    let mut page = format!(
        "<!DOCTYPE html><html lang=\"en\"><head><meta charset=\"utf-8\"><title>{title}</title></head>\
         <body style=\"font-family:sans-serif\"><h1 style=\"font-size:1.3em\">{title}</h1>\
         <p><img src=\"cid:{CHART}\" alt=\"Calls by period\" width=\"800\"></p>",
        title = encode_text(&subject(report)),
    );
    let rows = summary(report)
        .into_iter()
        .map(|(name, value)| vec![name.to_owned(), figure(value)]);
    table(&mut page, &["Figure", "Value"], rows);
    let agents = report.agents.statistics(&report.total).agents.into_iter();
    let rows = agents.map(|agent| {
        vec![
            report.agents.display(&agent.agent_user_id),
            agent.calls_handled.to_string(),
            agent.calls_unanswered.to_string(),
            clock(agent.total_talk_seconds),
            clock(agent.total_staffed_seconds),
        ]
    });
    let headings = ["Agent", "Handled", "Unanswered", "Talk", "Staffed"];
    table(&mut page, &headings, rows);
    page.push_str("</body></html>");
    page
}

/// Hours, minutes and seconds.
fn clock(seconds: u64) -> String {
    format!("{}:{:02}:{:02}", seconds / 3600, seconds / 60 % 60, seconds % 60)
}

fn table(page: &mut String, headings: &[&str], rows: impl Iterator<Item = Vec<String>>) {
    page.push_str("<table cellpadding=\"4\" style=\"border-collapse:collapse\"><tr>");
    for heading in headings {
        page.push_str(&format!("<th align=\"left\">{}</th>", encode_text(heading)));
    }
    page.push_str("</tr>");
    for row in rows {
        page.push_str("<tr style=\"border-top:1px solid #ddd\">");
        for cell in row {
            page.push_str(&format!("<td>{}</td>", encode_text(&cell)));
        }
        page.push_str("</tr>");
    }
    page.push_str("</table>");
}
