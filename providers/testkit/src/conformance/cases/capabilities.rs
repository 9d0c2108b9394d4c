//! What a provider can do.

use std::collections::BTreeSet;
use std::sync::Arc;

use provider_core::contract::capabilities_are_stable;
use provider_core::provider::Capability;
use strum::IntoEnumIterator;
use toml::Value;

use crate::conformance::bench::{Bench, Manner};
use crate::conformance::{Subject, Verdict, ensure};

pub(super) async fn capabilities_follow_from_the_ports(subject: &Subject) -> Verdict {
    let bench = Bench::open(subject).await?;
    let provider = bench.provider()?;
    capabilities_are_stable(&provider)?;
    let own = Arc::clone(&provider).ports().capabilities();
    let guarded = bench.instance(Manner::PATIENT)?.ports().capabilities();
    ensure(own == guarded, || {
        format!("the provider has {own:?}, its instance {guarded:?}")
    })?;
    let again = bench.capabilities()?;
    ensure(own == again, || {
        format!("one provider has {own:?}, another of the same settings {again:?}")
    })
}

pub(super) async fn denied_ports_are_gone(subject: &Subject) -> Verdict {
    let bench = Bench::open(subject).await?;
    let all = bench.capabilities()?;
    for denied in Capability::iter() {
        let mut table = bench.table(Manner::PATIENT);
        table.insert("deny".to_owned(), Value::Array(vec![denied.to_string().into()]));
        let left = bench.instance_of(table)?.ports().capabilities();
        let expected: BTreeSet<Capability> = all.iter().copied().filter(|port| *port != denied).collect();
        ensure(left == expected, || {
            format!("of {all:?}, without {denied}, {left:?} are left")
        })?;
    }
    Ok(())
}
