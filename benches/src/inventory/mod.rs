//! A made-up inventory. The same size, seed and day give the same rows, on both databases.
//!
//! Its shape is that of a reseller platform: few customers have most of the numbers, a tenth of the numbers work
//! in pools, about a seventh is stock, and numbers of one area are spread over the whole list, as they are after
//! years of buying a few at a time.

mod blocks;
mod events;
mod names;
mod numbers;
mod pools;
mod rows;
mod tenants;
#[cfg(test)]
mod tests;

pub use rows::{Batch, Cell, TABLES, Table};

use crate::Result;
use blocks::Block;
use pools::Pools;
use tenants::Tenants;

/// Numbers of one thousands-block, the unit that carriers hand out.
pub const BLOCK: u64 = 1000;
const DAY_MS: i64 = 86_400_000;

/// How large the inventory is, and what decides its details.
#[derive(Debug, Clone)]
pub struct Size {
    /// Numbers; whole thousands-blocks.
    pub numbers: u64,
    /// Customers.
    pub customers: u64,
    /// Dealers.
    pub dealers: u64,
    /// Pools, of about twenty numbers each.
    pub pools: u64,
    /// Another seed gives other rows.
    pub seed: u64,
    /// The instant up to which things happened, in milliseconds since the epoch.
    pub now_ms: i64,
}

impl Size {
    fn check(&self) -> Result<()> {
        let blocks = self.numbers / BLOCK;
        if self.numbers == 0 || !self.numbers.is_multiple_of(BLOCK) {
            return Err(format!("--numbers must be a multiple of {BLOCK}").into());
        }
        if self.customers == 0 || self.dealers == 0 {
            return Err("--customers and --dealers must be at least 1".into());
        }
        if self.pools > blocks * pools::MOST_IN_A_BLOCK {
            let most = blocks * pools::MOST_IN_A_BLOCK;
            return Err(format!("--pools can be at most {most} for so many numbers").into());
        }
        Ok(())
    }

    /// Randomness of its own for the row `index` of a table.
    fn random(&self, table: &str, index: u64) -> fastrand::Rng {
        let salt = table.bytes().fold(self.seed, |hash, byte| {
            hash.wrapping_mul(31).wrapping_add(u64::from(byte))
        });
        fastrand::Rng::with_seed(salt ^ index.wrapping_mul(0x9E37_79B9_7F4A_7C15))
    }

    fn days_ago(&self, days: f64) -> i64 {
        self.now_ms - (days * DAY_MS as f64) as i64
    }
}

/// An inventory, ready to be written row by row.
#[derive(Debug)]
pub struct Inventory {
    size: Size,
    blocks: Vec<Block>,
    tenants: Tenants,
    pools: Pools,
}

impl Inventory {
    /// Decides everything that rows of several tables have in common.
    ///
    /// # Errors
    /// A size that can't be, or damaged numbering data.
    pub fn new(size: Size) -> Result<Self> {
        size.check()?;
        let blocks = blocks::choose(&size)?;
        let tenants = Tenants::choose(&size);
        let pools = Pools::choose(&size, &blocks, &tenants);
        Ok(Self {
            size,
            blocks,
            tenants,
            pools,
        })
    }

    /// How many numbers [`Inventory::write`] gives.
    #[must_use]
    pub fn numbers(&self) -> u64 {
        self.size.numbers
    }

    /// Gives all rows, those that others refer to first.
    ///
    /// # Errors
    /// What `sink` gives.
    pub fn write(&self, mut sink: impl FnMut(Batch) -> Result<()>) -> Result<()> {
        sink(blocks::places(&self.blocks))?;
        self.tenants.write(&self.size, &mut sink)?;
        self.pools.write(&self.size, &self.blocks, &mut sink)?;
        numbers::write(self, &mut sink)
    }
}

/// An index below `count`, small ones far more often: density falls with the root.
fn skewed(random: &mut fastrand::Rng, count: u64) -> u64 {
    let unit = random.f64();
    ((unit * unit * count as f64) as u64).min(count - 1)
}
