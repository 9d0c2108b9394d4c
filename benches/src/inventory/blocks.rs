//! Which thousands-blocks the inventory has: ranges that the numbering plans have opened.

use std::collections::{HashMap, HashSet};

use numbering::{E164, Facts, NumberType, Places, fold};

use super::{
    BLOCK, Size,
    rows::{Batch, PLACES, row},
};
use crate::Result;

/// A thousand numbers that begin alike.
#[derive(Debug)]
pub(super) struct Block {
    /// What the numbers begin with: E.164 without the last three digits.
    prefix: String,
    /// What the plan says about each of them.
    pub(super) facts: Facts,
    /// The row of their place.
    pub(super) place_id: Option<i64>,
}

impl Block {
    /// Its number with these last three digits.
    pub(super) fn number(&self, line: u64) -> String {
        format!("{}{line:03}", self.prefix)
    }
}

/// A kind of block: how often, what it begins with and how long its numbers are.
struct Kind {
    share: u32,
    number_type: NumberType,
    starts: &'static [&'static str],
    digits: usize,
}

const KINDS: [Kind; 6] = [
    Kind {
        share: 56,
        number_type: NumberType::Geographic,
        starts: &[
            "1905", "1289", "1416", "1647", "1613", "1514", "1604", "1403", "1404", "1678", "1770", "1212",
            "1646", "1718", "1213", "1310", "1415", "1510", "1617", "1312", "1773", "1305", "1786", "1713",
            "1832", "1214", "1469", "1602", "1480", "1206", "1253", "1303", "1720", "1215", "1267", "1702",
            "1615", "1919", "1612", "1503",
        ],
        digits: 11,
    },
    Kind {
        share: 18,
        number_type: NumberType::Geographic,
        starts: &[
            "44117", "44161", "44121", "44113", "44114", "44115", "44116", "44118", "44131", "44141",
            "44151", "44191", "44207", "44208", "44203", "442476", "442920", "441274", "441223", "441202",
            "441273", "441752",
        ],
        digits: 12,
    },
    Kind {
        share: 9,
        number_type: NumberType::TollFree,
        starts: &["1800", "1833", "1844", "1855", "1866", "1877", "1888"],
        digits: 11,
    },
    Kind {
        share: 5,
        number_type: NumberType::TollFree,
        starts: &["44800", "44808"],
        digits: 12,
    },
    Kind {
        share: 6,
        number_type: NumberType::National,
        starts: &["4433"],
        digits: 12,
    },
    Kind {
        share: 6,
        number_type: NumberType::Mobile,
        starts: &["4474", "4477", "4478", "4479"],
        digits: 12,
    },
];

/// Draws of one block before the numbering data counts as unfit.
const DRAWS: u32 = 1000;

pub(super) fn choose(size: &Size) -> Result<Vec<Block>> {
    let places = Places::shared()?;
    let (mut taken, mut ids) = (HashSet::new(), HashMap::new());
    let mut blocks = Vec::new();
    for index in 0..size.numbers / BLOCK {
        let mut random = size.random("blocks", index);
        let (prefix, facts) = (0..DRAWS)
            .find_map(|_| draw(places, &mut random).filter(|(prefix, _)| taken.insert(prefix.clone())))
            .ok_or("the numbering plans have no free block left for so many numbers")?;
        let place_id = facts
            .locality
            .as_ref()
            .zip(facts.country)
            .map(|(locality, country)| {
                let next = ids.len() as i64 + 1;
                let region = facts.region.clone().unwrap_or_default();
                *ids.entry((country, region, fold(locality))).or_insert(next)
            });
        blocks.push(Block {
            prefix,
            facts,
            place_id,
        });
    }
    Ok(blocks)
}

/// A block that may be one: its first and its last number are of the wanted type and of one place.
fn draw(places: &Places, random: &mut fastrand::Rng) -> Option<(String, Facts)> {
    let shares: u32 = KINDS.iter().map(|kind| kind.share).sum();
    let mut at = random.u32(..shares);
    let kind = KINDS.iter().find(|kind| {
        let here = at < kind.share;
        at = at.saturating_sub(kind.share);
        here
    })?;
    let mut prefix = format!("+{}", kind.starts[random.usize(..kind.starts.len())]);
    while prefix.len() < kind.digits + 1 - 3 {
        prefix.push(char::from(random.u8(b'0'..=b'9')));
    }
    let facts = |line: &str| {
        let number = E164::parse_strict(&format!("{prefix}{line}")).ok()?;
        Some(places.describe(&number))
    };
    let first = facts("000")?;
    let same = first.number_type == kind.number_type && facts("999").as_ref() == Some(&first);
    same.then_some((prefix, first))
}

/// The rows of the blocks' places.
pub(super) fn places(blocks: &[Block]) -> Batch {
    let mut seen = HashSet::new();
    let rows = blocks.iter().filter_map(|block| {
        let id = block.place_id.filter(|id| seen.insert(*id))?;
        let facts = &block.facts;
        let (country, name) = facts.country.zip(facts.locality.clone())?;
        let key = fold(&name);
        Some(row![
            id,
            country.as_str().to_owned(),
            facts.region.clone().unwrap_or_default(),
            name,
            key
        ])
    });
    Batch {
        table: &PLACES,
        rows: rows.collect(),
    }
}
