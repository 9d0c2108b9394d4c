use std::collections::{HashMap, HashSet};

use super::{Batch, Cell, Inventory, Size};

const NOW: i64 = 1_800_000_000_000;

fn size(seed: u64) -> Size {
    Size {
        numbers: 6000,
        customers: 60,
        dealers: 8,
        pools: 40,
        seed,
        now_ms: NOW,
    }
}

fn batches(seed: u64) -> Vec<Batch> {
    let mut batches = Vec::new();
    let inventory = Inventory::new(size(seed)).unwrap();
    inventory
        .write(|batch| {
            batches.push(batch);
            Ok(())
        })
        .unwrap();
    batches
}

/// The rows of a table, each by column.
fn rows<'a>(batches: &'a [Batch], table: &str) -> Vec<HashMap<&'static str, &'a Cell>> {
    let of_table = batches.iter().filter(|batch| batch.table.name == table);
    of_table
        .flat_map(|batch| {
            batch
                .rows
                .iter()
                .map(|row| batch.table.columns.iter().copied().zip(row).collect())
        })
        .collect()
}

fn int(cell: &Cell) -> Option<i64> {
    if let Cell::Int(value) = cell {
        Some(*value)
    } else {
        None
    }
}

fn text(cell: &Cell) -> &str {
    if let Cell::Text(value) = cell { value } else { "" }
}

#[test]
fn one_seed_gives_one_inventory_and_another_seed_another() {
    let rows = |seed| {
        batches(seed)
            .into_iter()
            .flat_map(|batch| batch.rows)
            .collect::<Vec<_>>()
    };
    assert_eq!(rows(1), rows(1));
    assert_ne!(rows(1), rows(2));
}

#[test]
fn every_row_has_a_cell_for_each_column_of_its_table() {
    for batch in batches(1) {
        let width = batch.table.columns.len();
        assert!(
            batch.rows.iter().all(|row| row.len() == width),
            "{}",
            batch.table.name
        );
    }
}

#[test]
fn numbers_are_valid_and_none_comes_twice() {
    let batches = batches(1);
    let numbers = rows(&batches, "numbers");
    assert_eq!(numbers.len(), 6000);
    let distinct: HashSet<&str> = numbers.iter().map(|number| text(number["e164"])).collect();
    assert_eq!(distinct.len(), 6000);
    assert!(
        distinct
            .iter()
            .all(|number| numbering::E164::parse_strict(number).is_ok())
    );
}

#[test]
fn pools_have_as_many_numbers_as_they_say_and_all_of_their_own_group() {
    let batches = batches(1);
    let numbers = rows(&batches, "numbers");
    let pools = rows(&batches, "pools");
    assert_eq!(pools.len(), 40);
    for pool in pools {
        let of_pool = numbers.iter().filter(|number| number["pool_id"] == pool["id"]);
        let groups: Vec<_> = of_pool.map(|number| int(number["group_id"])).collect();
        assert_eq!(Some(groups.len() as i64), int(pool["quantity"]));
        assert!(groups.iter().all(|group| *group == int(pool["group_id"])));
    }
}

#[test]
fn what_is_assigned_has_an_assignment_that_lasts_and_what_rests_rests_beyond_today() {
    let batches = batches(1);
    let assignments = rows(&batches, "assignments");
    let lasting: HashSet<_> = assignments
        .iter()
        .filter(|assignment| *assignment["released_at"] == Cell::Null)
        .map(|assignment| int(assignment["number_id"]))
        .collect();
    for number in rows(&batches, "numbers") {
        let status = text(number["status"]);
        let assigned = ["ACTIVE", "SUSPENDED"].contains(&status);
        assert_eq!(lasting.contains(&int(number["id"])), assigned);
        assert_eq!(*number["group_id"] == Cell::Null, status == "AVAILABLE");
        let rests = int(number["quarantine_until"]).is_some_and(|until| until > NOW);
        assert_eq!(rests, status == "DROPPED");
    }
}

#[test]
fn sizes_that_can_not_be_are_refused() {
    let bad = [
        Size {
            numbers: 1500,
            ..size(1)
        },
        Size {
            customers: 0,
            ..size(1)
        },
        Size {
            pools: 1000,
            ..size(1)
        },
    ];
    assert!(bad.into_iter().all(|size| Inventory::new(size).is_err()));
}
