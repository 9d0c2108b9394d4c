use std::collections::HashMap;

use calls::{
    Call, CallFact, CallNumbers, CallRecord, Direction, Directory, Extension, Format, NumberOwner,
    NumberReader, OwnNumber, Party, PartyDisposition, Side, Subject, Tenure,
};
use numbering::CountryCode;

use crate::support::{MASTER, at, by_call, good};

const DAY: &str = "2026-03-02T00:00:00Z";

/// Extensions 201 to 203 of employees 1 to 3, and 204, which is nobody's.
fn directory() -> Directory {
    let mut extensions: HashMap<String, Extension> = (1..=3)
        .map(|id| {
            let holder = Tenure {
                what: id,
                from: at(DAY),
                until: None,
            };
            (
                format!("20{id}"),
                Extension {
                    id: 10 + id,
                    holders: vec![holder],
                },
            )
        })
        .collect();
    extensions.insert(
        "204".to_owned(),
        Extension {
            id: 14,
            holders: Vec::new(),
        },
    );
    let owner = NumberOwner {
        customer_id: 7,
        group_id: 70,
        pool_id: Some(700),
    };
    let own = OwnNumber {
        id: 5,
        owners: vec![Tenure {
            what: owner,
            from: at("2026-03-02T09:15:00Z"),
            until: None,
        }],
    };
    Directory {
        customer_id: 7,
        extensions,
        numbers: HashMap::from([("+441174960001".parse().unwrap(), own)]),
    }
}

fn records(directory: &Directory) -> HashMap<String, CallRecord> {
    let mut reader = NumberReader::new(Some(CountryCode::GB));
    let calls = by_call(good(Format::AsteriskCsv, MASTER));
    calls
        .iter()
        .map(|(id, legs)| {
            let call = Call::of(legs).unwrap();
            let numbers = CallNumbers::of(&call, &mut reader);
            (id.clone(), directory.resolve(&call, &numbers))
        })
        .collect()
}

fn party(id: i64, side: Side, disposition: PartyDisposition, seconds: u32) -> Party {
    Party {
        employee_id: id,
        extension_id: 10 + id,
        side,
        disposition,
        seconds,
    }
}

#[test]
fn in_a_ring_group_one_answers_and_it_rang_elsewhere_for_the_others() {
    use PartyDisposition::{Answered, RungElsewhere, Unanswered};
    let records = records(&directory());
    let group = &records["1772442000.1"];
    assert_eq!(group.direction, Direction::Inbound);
    assert_eq!(
        group.parties,
        [
            party(1, Side::In, Answered, 91),
            party(2, Side::In, RungElsewhere, 8),
            party(3, Side::In, RungElsewhere, 8)
        ]
    );
    // What rang after the call was answered is a transfer of its own fate.
    let transfer = &records["pbx1-1772445600.5"];
    assert_eq!(
        transfer.parties,
        [
            party(1, Side::In, Answered, 30),
            party(2, Side::In, Unanswered, 16)
        ]
    );
    // 204 answered and is nobody's.
    assert_eq!(
        records["pbx1-1772445000.1"].parties,
        [party(3, Side::In, RungElsewhere, 20)]
    );
    assert_eq!(records["1772442600.5"].parties, []);
}

#[test]
fn a_local_call_is_out_for_one_and_in_for_the_other() {
    let record = &records(&directory())["1772443800.10"];
    assert!(record.local);
    assert_eq!(record.direction, Direction::Internal);
    use PartyDisposition::Answered;
    assert_eq!(
        record.parties,
        [party(1, Side::Out, Answered, 0), party(2, Side::In, Answered, 0)]
    );
    let out = &records(&directory())["1772444400.12"];
    assert_eq!((out.direction, out.local), (Direction::Outbound, false));
    assert_eq!(out.parties, [party(2, Side::Out, PartyDisposition::Failed, 1)]);
    assert_eq!(out.callee.as_deref(), Some("+441214960200"));
}

#[test]
fn an_extension_is_the_employees_who_had_it_when_the_call_started() {
    let mut directory = directory();
    let noon = "2026-03-02T09:25:00Z";
    directory.extensions.get_mut("202").unwrap().holders = vec![
        Tenure {
            what: 8,
            from: at("2026-03-02T09:00:00Z"),
            until: Some(at(noon)),
        },
        Tenure {
            what: 9,
            from: at(noon),
            until: None,
        },
    ];
    let records = records(&directory);
    let who = |id: &str| {
        records[id]
            .parties
            .iter()
            .map(|party| party.employee_id)
            .collect::<Vec<_>>()
    };
    assert_eq!(who("1772442000.1"), [1, 8, 3]);
    assert_eq!(who("1772443200.6"), [8]);
    assert_eq!(who("1772443800.10"), [1, 9]);
}

#[test]
fn a_call_belongs_to_the_number_that_was_the_customers_and_to_its_pool() {
    let mut directory = directory();
    let later = &records(&directory)["1772443200.6"];
    let number = later.number.unwrap();
    assert_eq!(
        (number.number_id, number.group_id, number.pool_id),
        (5, 70, Some(700))
    );
    // Before the first owner that is known, it was the first owner's.
    assert_eq!(records(&directory)["1772442000.1"].number, later.number);
    // Calls to somebody else's number are not ours.
    directory.customer_id = 8;
    assert_eq!(records(&directory)["1772443200.6"].number, None);
    directory.customer_id = 7;
    let owners = &mut directory.numbers.values_mut().next().unwrap().owners;
    owners[0].until = Some(at("2026-03-02T09:20:00Z"));
    let records = records(&directory);
    assert_eq!(
        records["1772443200.6"].number, None,
        "it was released at the instant at which the call started"
    );
    assert!(records["1772442600.5"].number.is_some());
}

#[test]
fn statistics_see_each_party_the_number_and_the_pool() {
    let record = &records(&directory())["1772442000.1"];
    let facts = record.facts();
    let start = at("2026-03-02T09:00:00Z").as_second();
    let fact = |seconds, disposition| CallFact {
        start,
        seconds,
        side: Side::In,
        disposition,
        local: false,
    };
    let employee = |id: i64| Subject::Employee {
        employee_id: id,
        extension_id: 10 + id,
    };
    use PartyDisposition::{Answered, RungElsewhere};
    assert_eq!(
        facts,
        [
            (employee(1), fact(91, Answered)),
            (employee(2), fact(8, RungElsewhere)),
            (employee(3), fact(8, RungElsewhere)),
            (Subject::Number(5), fact(91, Answered)),
            (Subject::Pool(700), fact(91, Answered)),
        ]
    );
}
