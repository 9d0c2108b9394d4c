//! Pools: each has its numbers from one block.

use numbering::{GeographicMatch, NumberType};
use provider_core::domain::PoolMatch;

use super::{
    BLOCK, Size,
    blocks::Block,
    names,
    rows::{Batch, POOLS, SOURCES, row},
    tenants::{Tenant, Tenants},
};
use crate::Result;

/// Pools that a block has room for.
pub(super) const MOST_IN_A_BLOCK: u64 = BLOCK / LARGEST;
const SMALLEST: u64 = 3;
const LARGEST: u64 = 37;

#[derive(Debug)]
pub(super) struct Pool {
    /// The row.
    pub(super) id: i64,
    /// Who has it.
    pub(super) tenant: Tenant,
    quantity: u64,
    matching: String,
}

/// The pools of each block.
#[derive(Debug)]
pub(super) struct Pools(Vec<Vec<Pool>>);

impl Pools {
    pub(super) fn choose(size: &Size, blocks: &[Block], tenants: &Tenants) -> Self {
        let mut chosen: Vec<Vec<Pool>> = blocks.iter().map(|_| Vec::new()).collect();
        // Some kinds of block can't have pools; the others take theirs as far as they have room.
        let fit: Vec<(usize, String)> = blocks
            .iter()
            .enumerate()
            .filter_map(|(at, block)| Some((at, matching(block)?)))
            .collect();
        let slots = fit.iter().cycle().take(fit.len() * MOST_IN_A_BLOCK as usize);
        for (index, (at, matching)) in slots.take(size.pools as usize).enumerate() {
            let mut random = size.random("pools", index as u64);
            chosen[*at].push(Pool {
                id: index as i64 + 1,
                tenant: tenants.pick(&mut random),
                quantity: random.u64(SMALLEST..=LARGEST),
                matching: matching.clone(),
            });
        }
        Self(chosen)
    }

    /// The pool that a block's number works in: the first numbers do, as many as the pools have places.
    pub(super) fn of(&self, block: usize, line: u64) -> Option<&Pool> {
        let mut end = 0;
        self.0[block].iter().find(|pool| {
            end += pool.quantity;
            line < end
        })
    }

    pub(super) fn write(
        &self,
        size: &Size,
        blocks: &[Block],
        sink: &mut impl FnMut(Batch) -> Result<()>,
    ) -> Result<()> {
        let (mut rows, mut sources) = (Vec::new(), Vec::new());
        for pool in self.0.iter().flatten() {
            let mut random = size.random("pool rows", pool.id as u64);
            let name = format!("{} pool {}", names::purpose(&mut random), pool.id);
            let key = store::name_key(&name);
            let created = size.days_ago(1.0 + 900.0 * random.f64());
            let to = blocks[random.usize(..blocks.len())].number(random.u64(..BLOCK));
            let Tenant {
                reseller,
                customer,
                group,
                ..
            } = pool.tenant;
            rows.push(row![
                pool.id,
                reseller,
                customer,
                group,
                name,
                key,
                "ACTIVE",
                "inventory",
                format!("bench-pool-{}", pool.id),
                pool.matching.clone(),
                15 * random.i64(1..=4),
                pool.quantity as i64,
                true,
                to,
                created,
                created,
            ]);
            sources.push(row![
                pool.id,
                0,
                format!("www.example{}.com", pool.id),
                random.bool()
            ]);
        }
        sink(Batch { table: &POOLS, rows })?;
        sink(Batch {
            table: &SOURCES,
            rows: sources,
        })
    }
}

/// What a pool of a block's numbers was ordered by; none for kinds that pools aren't made of.
fn matching(block: &Block) -> Option<String> {
    // North American toll-free numbers are of no country: they are ordered for one.
    let country = match block.facts.country {
        Some(country) => country,
        None => "US".parse().ok()?,
    };
    let matching = match block.facts.number_type {
        NumberType::Geographic => PoolMatch::Geographic(GeographicMatch::AreaCode {
            country,
            area_code: block.facts.area_code.clone()?,
        }),
        NumberType::TollFree => PoolMatch::TollFree { country },
        NumberType::National => PoolMatch::National { country },
        _ => return None,
    };
    serde_json::to_string(&matching).ok()
}
