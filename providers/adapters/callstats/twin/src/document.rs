//! Numbers that give the document's answers.
//!
//! The document shows four tables and not how they cross, so the crossings are made up, always the same:
//! * 2150 customers, each with one dealer: 750 + 500 + 900 by the document.
//! * 1500 of them have geographic numbers, 850 non-geographic and 200 mobile ones: 2550 together, so 400 have both
//!   of the first two.
//! * 2050 have active numbers and 45 others suspended ones; the 55 that are left had numbers that were dropped.
//!
//! Each customer has a number of each of its types. The rest of the 5847 goes around among the customers, as long
//! as their dealer, their type and their status have numbers left.

use crate::number::{Number, NumberType, Status};

const CUSTOMERS: u32 = 2150;

/// "Numbers by Dealer": code, numbers, and the number that ends its customers.
const DEALERS: [(&str, u32, u32); 3] = [
    ("DEALER01", 1850, 750),
    ("DEALER02", 1250, 1250),
    ("DIRECT", 2747, CUSTOMERS),
];

/// "Numbers by Type".
const TYPES: [(NumberType, u32); 3] = [
    (NumberType::Geographic, 3500),
    (NumberType::NonGeographic, 1847),
    (NumberType::Mobile, 500),
];

/// "Numbers by Status".
const STATUSES: [(Status, u32); 3] = [
    (Status::Active, 5234),
    (Status::Suspended, 85),
    (Status::Dropped, 528),
];

/// A customer's numbers of one type.
#[derive(Debug, Clone, Copy)]
struct Slot {
    customer: u32,
    dealer: usize,
    number_type: usize,
    /// What the customer is known by.
    status: Status,
}

pub(crate) fn numbers() -> Vec<Number> {
    let slots: Vec<Slot> = (0..CUSTOMERS).flat_map(slots).collect();
    let mut platform = Platform::default();
    for slot in &slots {
        platform.add(*slot, slot.status);
    }
    // An active customer may have had other numbers that were dropped.
    let may_have = |slot: &Slot, status| match status {
        Status::Dropped => slot.status != Status::Suspended,
        _ => slot.status == status,
    };
    for status in [Status::Suspended, Status::Dropped, Status::Active] {
        let fitting: Vec<Slot> = slots
            .iter()
            .filter(|slot| may_have(slot, status))
            .copied()
            .collect();
        let mut round = || fitting.iter().filter(|slot| platform.add(**slot, status)).count();
        while round() > 0 {}
    }
    platform.in_the_order_of_the_document()
}

fn slots(customer: u32) -> impl Iterator<Item = Slot> {
    // Both factors have no divisor in common with the number of customers, so they shuffle it.
    let (by_type, by_status) = (customer * 7 % CUSTOMERS, customer * 11 % CUSTOMERS);
    let number_types: &[usize] = match by_type {
        0..1100 => &[0],
        1100..1500 => &[0, 1],
        1500..1950 => &[1],
        _ => &[2],
    };
    let status = match by_status {
        0..45 => Status::Suspended,
        45..100 => Status::Dropped,
        _ => Status::Active,
    };
    let dealer = DEALERS.iter().take_while(|(_, _, end)| *end <= customer).count();
    number_types.iter().map(move |number_type| Slot {
        customer,
        dealer,
        number_type: *number_type,
        status,
    })
}

/// Numbers, and how many are left to be made.
struct Platform {
    numbers: Vec<Number>,
    dealers: [u32; 3],
    types: [u32; 3],
    statuses: [u32; 3],
}

impl Default for Platform {
    fn default() -> Self {
        Self {
            numbers: Vec::new(),
            dealers: DEALERS.map(|(_, count, _)| count),
            types: TYPES.map(|(_, count)| count),
            statuses: STATUSES.map(|(_, count)| count),
        }
    }
}

impl Platform {
    /// Adds a number unless there are enough of its kind already.
    fn add(&mut self, slot: Slot, status: Status) -> bool {
        let Some(at) = STATUSES.iter().position(|(known, _)| *known == status) else {
            return false;
        };
        let left = [
            &mut self.dealers[slot.dealer],
            &mut self.types[slot.number_type],
            &mut self.statuses[at],
        ];
        if left.iter().any(|left| **left == 0) {
            return false;
        }
        for left in left {
            *left -= 1;
        }
        self.numbers.push(Number {
            status,
            dealer: Some(DEALERS[slot.dealer].0.to_owned()),
            number_type: TYPES[slot.number_type].0,
            customer: Some(slot.customer),
        });
        true
    }

    /// Rows come in the order in which their keys are first met.
    fn in_the_order_of_the_document(mut self) -> Vec<Number> {
        let place = |number: &Number| {
            let status = STATUSES.iter().position(|(status, _)| *status == number.status);
            let number_type = TYPES.iter().position(|(kind, _)| *kind == number.number_type);
            (number.dealer.clone(), status, number_type)
        };
        self.numbers.sort_by_cached_key(place);
        self.numbers
    }
}
