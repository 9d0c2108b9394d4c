//! Numbers, with their labels, owners, pools and history.

use super::{
    BLOCK, Batch, Cell, Inventory,
    blocks::Block,
    events, names,
    pools::Pool,
    rows::{ASSIGNMENTS, EVENTS, MEMBERS, NUMBERS, TAGS, row},
    tenants::Tenant,
};
use crate::Result;

/// Numbers written together.
const CHUNK: u64 = 5000;
/// Days that a released number rests.
const QUARANTINE_DAYS: f64 = 90.0;
/// A prime, so that multiplying by it goes through all positions in an order that looks like none.
const STRIDE: u64 = 2_654_435_761;

/// A number's place in its life.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Status {
    Available,
    Active,
    Suspended,
    Dropped,
}

impl Status {
    fn draw(random: &mut fastrand::Rng, in_pool: bool) -> Self {
        match random.u32(..100) {
            0..2 => Self::Suspended,
            _ if in_pool => Self::Active,
            2..76 => Self::Active,
            76..92 => Self::Available,
            _ => Self::Dropped,
        }
    }

    fn word(self) -> &'static str {
        match self {
            Self::Available => "AVAILABLE",
            Self::Active => "ACTIVE",
            Self::Suspended => "SUSPENDED",
            Self::Dropped => "DROPPED",
        }
    }
}

/// When things happened to a number, in milliseconds since the epoch.
#[derive(Debug, Clone, Copy)]
pub(super) struct Times {
    pub(super) created: i64,
    pub(super) assigned: Option<i64>,
    pub(super) suspended: Option<i64>,
    pub(super) dropped: Option<i64>,
}

/// Who has a number (or had it, while it rests), and as what.
#[derive(Debug)]
pub(super) struct Ownership<'a> {
    pub(super) tenant: Tenant,
    pub(super) name: Option<String>,
    pub(super) termination: String,
    pub(super) pool: Option<&'a Pool>,
}

/// All numbers, in the order in which they were bought.
pub(super) fn write(inventory: &Inventory, sink: &mut impl FnMut(Batch) -> Result<()>) -> Result<()> {
    let total = inventory.size.numbers;
    for start in (0..total).step_by(CHUNK as usize) {
        let mut rows = Rows::default();
        for index in start..total.min(start + CHUNK) {
            rows.add(inventory, index);
        }
        for batch in rows.into_batches() {
            sink(batch)?;
        }
    }
    Ok(())
}

#[derive(Default)]
struct Rows {
    numbers: Vec<Vec<Cell>>,
    tags: Vec<Vec<Cell>>,
    assignments: Vec<Vec<Cell>>,
    members: Vec<Vec<Cell>>,
    events: Vec<Vec<Cell>>,
}

impl Rows {
    fn into_batches(self) -> [Batch; 5] {
        [
            Batch {
                table: &NUMBERS,
                rows: self.numbers,
            },
            Batch {
                table: &TAGS,
                rows: self.tags,
            },
            Batch {
                table: &ASSIGNMENTS,
                rows: self.assignments,
            },
            Batch {
                table: &MEMBERS,
                rows: self.members,
            },
            Batch {
                table: &EVENTS,
                rows: self.events,
            },
        ]
    }

    fn add(&mut self, inventory: &Inventory, index: u64) {
        let position = index * STRIDE % inventory.size.numbers;
        let (at, line) = ((position / BLOCK) as usize, position % BLOCK);
        let block = &inventory.blocks[at];
        let mut random = inventory.size.random("numbers", index);
        let id = index as i64 + 1;
        let pool = inventory.pools.of(at, line);
        let status = Status::draw(&mut random, pool.is_some());
        let times = times(inventory, index, status, &mut random);
        let owner = (status != Status::Available).then(|| ownership(inventory, id, pool, &mut random));
        if let Some(owner) = &owner {
            self.assign(id, owner, &times);
        }
        if random.u32(..8) == 0 {
            self.tags.push(row![id, names::tag(&mut random)]);
        }
        self.events
            .extend(events::of(id, owner.as_ref(), status.word(), &times));
        self.numbers.push(number(
            id,
            block,
            line,
            status,
            owner.as_ref(),
            &times,
            &mut random,
        ));
    }

    fn assign(&mut self, id: i64, owner: &Ownership<'_>, times: &Times) {
        let Tenant {
            reseller,
            customer,
            group,
            ..
        } = owner.tenant;
        let pool = owner.pool.map(|pool| pool.id);
        let name = owner.name.clone().unwrap_or_default();
        self.assignments.push(row![
            id,
            reseller,
            customer,
            group,
            pool,
            name,
            times.assigned,
            times.dropped
        ]);
        if let Some(pool) = pool {
            self.members.push(row![pool, id, times.assigned]);
        }
    }
}

fn times(inventory: &Inventory, index: u64, status: Status, random: &mut fastrand::Rng) -> Times {
    let size = &inventory.size;
    let age = 1.0 + 1000.0 * (size.numbers - index) as f64 / size.numbers as f64;
    // A number that rests was released inside the last quarantine, so that its rest is not over yet.
    let released = (QUARANTINE_DAYS - 1.0) * random.f64().min(age / (QUARANTINE_DAYS + age));
    let since = released + (age - released) * random.f64();
    Times {
        created: size.days_ago(age),
        assigned: (status != Status::Available).then(|| size.days_ago(since)),
        suspended: (status == Status::Suspended).then(|| size.days_ago(since * random.f64())),
        dropped: (status == Status::Dropped).then(|| size.days_ago(released)),
    }
}

fn ownership<'a>(
    inventory: &Inventory,
    id: i64,
    pool: Option<&'a Pool>,
    random: &mut fastrand::Rng,
) -> Ownership<'a> {
    let tenant = pool.map_or_else(|| inventory.tenants.pick(random), |pool| pool.tenant);
    let to = &inventory.blocks[random.usize(..inventory.blocks.len())];
    Ownership {
        tenant,
        name: pool.is_none().then(|| format!("{} {id}", names::purpose(random))),
        termination: to.number(random.u64(..BLOCK)),
        pool,
    }
}

fn number(
    id: i64,
    block: &Block,
    line: u64,
    status: Status,
    owner: Option<&Ownership<'_>>,
    times: &Times,
    random: &mut fastrand::Rng,
) -> Vec<Cell> {
    let facts = &block.facts;
    let number_type: &'static str = facts.number_type.into();
    let tenant = owner.map(|owner| owner.tenant);
    let name = owner.and_then(|owner| owner.name.clone());
    let british = facts.country.is_some_and(|country| country.as_str() == "GB");
    let rest_ends = times
        .dropped
        .map(|at| at + (QUARANTINE_DAYS as i64) * super::DAY_MS);
    let updated = [times.assigned, times.suspended, times.dropped]
        .into_iter()
        .flatten()
        .max();
    row![
        id,
        block.number(line),
        facts.country.map(|country| country.as_str().to_owned()),
        number_type,
        status.word(),
        facts.area_code.clone(),
        facts.exchange.clone(),
        facts.region.clone(),
        block.place_id,
        "inventory",
        name.clone(),
        name.as_deref().map(store::name_key),
        tenant.map(|tenant| tenant.reseller),
        tenant.and_then(|tenant| tenant.dealer),
        tenant.map(|tenant| tenant.customer),
        tenant.map(|tenant| tenant.group),
        owner.and_then(|owner| owner.pool).map(|pool| pool.id),
        owner.map(|owner| owner.termination.clone()),
        25 * random.i64(4..=40),
        if british { "GBP" } else { "USD" },
        rest_ends,
        times.assigned,
        times.suspended,
        times.dropped,
        times.created,
        updated.unwrap_or(times.created),
    ]
}
