//! What counting costs, without a database: unpacking days and counting them, for a company's month and year.
//!
//! ```console
//! cargo run --release -p calls --example counting -- 10000000
//! ```
//!
//! Makes so many calls of 500 employees over a year (1,000,000 when it isn't said), and prints medians.

#![allow(clippy::expect_used, clippy::print_stdout, reason = "a measurement")]

use std::time::{Duration, Instant};

use calls::{
    CallFact, PartyDisposition, Side,
    packed::{Day, SECONDS_PER_DAY, Word},
    statistics::{Counter, Cuts, Party, Rules, Stretch, stretch_of},
};
use jiff::{Timestamp, tz::TimeZone};
use provider_core::domain::{CallDirection, GroupingInterval, Period};

const EMPLOYEES: usize = 500;
/// Of one customer.
const FEW: usize = 50;
const DAYS: i64 = 365;
/// 2021-01-01.
const FIRST_DAY: i64 = 18_628;
const ROUNDS: usize = 9;

fn main() {
    let calls = std::env::args().nth(1).and_then(|count| count.parse().ok());
    let packed = packed(calls.unwrap_or(1_000_000));
    let (bytes, words) = packed.iter().flatten().fold((0, 0), |(bytes, words), day| {
        let count = Day::decode(day).expect("a packed day").words().len();
        (bytes + day.len(), words + count)
    });
    println!(
        "{words} calls in {} days of {EMPLOYEES} employees: {:.2} bytes a call",
        packed.iter().map(Vec::len).sum::<usize>(),
        bytes as f64 / words as f64
    );
    println!(
        "unpack a year of {FEW} employees: {}",
        median(|| drop(unpack(&packed, FEW)))
    );
    println!(
        "unpack a year of {EMPLOYEES} employees: {}",
        median(|| drop(unpack(&packed, EMPLOYEES)))
    );
    let employees = unpack(&packed, EMPLOYEES);
    for (what, count, days, interval) in [
        ("one customer, 31 days by DAY", FEW, 31, GroupingInterval::Day),
        (
            "one customer, 365 days by WEEK",
            FEW,
            DAYS,
            GroupingInterval::Week,
        ),
        (
            "all employees, 31 days by DAY",
            EMPLOYEES,
            31,
            GroupingInterval::Day,
        ),
        (
            "all employees, 365 days by WEEK",
            EMPLOYEES,
            DAYS,
            GroupingInterval::Week,
        ),
        (
            "all employees, 365 days by DAY",
            EMPLOYEES,
            DAYS,
            GroupingInterval::Day,
        ),
    ] {
        let cost = median(|| {
            let intervals = count_all(&employees[..count], days, interval);
            assert!(intervals > 0);
        });
        println!("{what}: {cost}");
    }
}

/// The days of each employee, packed.
fn packed(calls: usize) -> Vec<Vec<Vec<u8>>> {
    // A generator that everybody has the numbers of (Knuth's MMIX); its high bits are good.
    let mut state = 1_u64;
    let mut next = |below: u64| {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) % below
    };
    let mut facts: Vec<Vec<Vec<Word>>> = vec![vec![Vec::new(); DAYS as usize]; EMPLOYEES];
    for call in 0..calls {
        let day = next(DAYS as u64);
        let start = 8 * 3600 + next(10 * 3600);
        let disposition = match next(10) {
            0..7 => PartyDisposition::Answered,
            7 | 8 => PartyDisposition::Unanswered,
            _ => PartyDisposition::Busy,
        };
        let fact = CallFact {
            start: (FIRST_DAY + day as i64) * SECONDS_PER_DAY + start as i64,
            seconds: (next(60) * next(20)) as u32,
            side: if next(2) == 0 { Side::Out } else { Side::In },
            disposition,
            local: next(5) == 0,
        };
        facts[call % EMPLOYEES][day as usize].push(Word::of(&fact));
    }
    let pack = |words: &Vec<Word>| {
        let mut day = Day::default();
        day.change(words, &[]).expect("nothing is taken away");
        day.encode()
    };
    facts.iter().map(|days| days.iter().map(pack).collect()).collect()
}

/// The year of each of the first employees, as a process keeps it.
fn unpack(packed: &[Vec<Vec<u8>>], employees: usize) -> Vec<Vec<Stretch>> {
    let unpack = |days: &Vec<Vec<u8>>| {
        let mut stretches: Vec<Stretch> = (stretch_of(FIRST_DAY)..=stretch_of(FIRST_DAY + DAYS - 1))
            .map(Stretch::new)
            .collect();
        for (day, bytes) in (FIRST_DAY..).zip(days) {
            let stretch = (stretch_of(day) - stretch_of(FIRST_DAY)) as usize;
            let calls = Day::decode(bytes).expect("a packed day");
            stretches[stretch].set_day(
                Party {
                    employee_id: 1,
                    extension_id: 1,
                },
                day,
                &calls,
            );
        }
        stretches
    };
    packed.iter().take(employees).map(unpack).collect()
}

fn count_all(employees: &[Vec<Stretch>], days: i64, interval: GroupingInterval) -> usize {
    let at = |day: i64| Timestamp::from_second((FIRST_DAY + day) * SECONDS_PER_DAY).expect("an instant");
    let period = Period::new(at(0), at(days)).expect("a period");
    let zone = TimeZone::get("Europe/Copenhagen").expect("a zone");
    let cuts = Cuts::new(interval, period, &zone).expect("a calendar");
    let rules = Rules {
        ignore_below_seconds: 10,
        ignore_unanswered_below_seconds: 0,
        ignore_local: true,
        direction: CallDirection::Both,
    };
    let count = |stretches: &Vec<Stretch>| {
        let mut counter = Counter::new(&cuts, &rules);
        for stretch in stretches {
            for (_, words) in stretch.parties() {
                counter.add(stretch.base(), words);
            }
        }
        counter.finish().len()
    };
    employees.iter().map(count).sum()
}

fn median(mut work: impl FnMut()) -> String {
    let mut took: Vec<Duration> = (0..ROUNDS)
        .map(|_| {
            let started = Instant::now();
            work();
            started.elapsed()
        })
        .collect();
    took.sort_unstable();
    format!("{:.3} ms", took[ROUNDS / 2].as_secs_f64() * 1e3)
}
