//! Calls of the ports of figures.

use std::sync::Arc;

use provider_core::call::Safety;
use provider_core::domain::{AddressChange, ExportFormat, KpiFilter, KpiQuery, PageRequest, ReportingUpdate};
use provider_core::port::{CallCenters, CallStatistics};
use provider_core::provider::Ports;

use super::{Probe, boxed, ended, read};
use crate::conformance::samples::needed;
use crate::conformance::{Broken, Known};

pub(super) fn add(probes: &mut Vec<Probe>, ports: &Ports, known: &Known) -> Result<(), Broken> {
    if let Some(port) = &ports.kpis {
        for grouping in port.terms().groupings.clone() {
            let kpis = Arc::clone(port);
            let count = Probe::read("kpis.count", move |_, _| {
                let port = kpis.clone();
                let query = KpiQuery {
                    grouping,
                    filter: KpiFilter::default(),
                };
                Ok(|cx| boxed(async move { port.count(&cx, &query).await.map(read) }))
            });
            probes.push(count.about(format_args!("by {grouping}")));
        }
    }
    if let Some(port) = &ports.call_stats {
        add_call_stats(probes, port);
    }
    if let Some(port) = &ports.call_centers {
        add_call_centers(probes, port, known)?;
    }
    Ok(())
}

fn add_call_stats(probes: &mut Vec<Probe>, port: &Arc<dyn CallStatistics>) {
    let stats = Arc::clone(port);
    probes.push(Probe::read("call_stats.report", move |samples, _| {
        let (port, query) = (stats.clone(), samples.calls(stats.terms())?);
        Ok(|cx| boxed(async move { port.report(&cx, &query).await.map(read) }))
    }));
    // A file of JSON is passed on as it came, so nothing can be said about what is in it.
    let formats = port.terms().formats.iter();
    for format in formats.copied().filter(|format| *format != ExportFormat::Json) {
        let stats = Arc::clone(port);
        let export = Probe::read("call_stats.export", move |samples, _| {
            let (port, query) = (stats.clone(), samples.calls(stats.terms())?);
            Ok(move |cx| boxed(async move { port.export(&cx, &query, format).await.map(read) }))
        });
        probes.push(export.about(format_args!("as {format}")));
    }
}

fn add_call_centers(
    probes: &mut Vec<Probe>,
    port: &Arc<dyn CallCenters>,
    known: &Known,
) -> Result<(), Broken> {
    let center = needed(known.call_center.clone(), "call_center")?;
    let (range, _) = needed(known.period.clone(), "period")?;
    if port.terms().largest_page > 0 {
        let (centers, group) = (Arc::clone(port), center.group.clone());
        probes.push(Probe::read("call_centers.list", move |_, _| {
            let (port, group) = (centers.clone(), group.clone());
            Ok(|cx| boxed(async move { port.list(&cx, &group, &PageRequest::first(1)).await.map(read) }))
        }));
    }
    let (centers, asked) = (Arc::clone(port), center.clone());
    probes.push(Probe::read("call_centers.reporting", move |_, _| {
        let (port, center) = (centers.clone(), asked.clone());
        Ok(|cx| boxed(async move { port.reporting(&cx, &center).await.map(read) }))
    }));
    let (centers, asked) = (Arc::clone(port), center.clone());
    probes.push(Probe::read("call_centers.statistics", move |_, _| {
        let (port, center) = (centers.clone(), asked.clone());
        Ok(move |cx| boxed(async move { port.statistics(&cx, &center, &range).await.map(read) }))
    }));
    let centers = Arc::clone(port);
    probes.push(Probe::new(
        "call_centers.update_reporting",
        Safety::Idempotent,
        move |_, _| {
            let (port, center) = (centers.clone(), center.clone());
            let update = ReportingUpdate {
                reporting_email_address_1: Some(AddressChange::Set("report@example.com".to_owned())),
                ..ReportingUpdate::default()
            };
            Ok(|cx| boxed(async move { port.update_reporting(&cx, &center, &update).await.map(ended) }))
        },
    ));
    Ok(())
}
