//! Who the twin knows: the people of the document's examples.

/// A customer with its employees.
#[derive(Debug)]
pub(crate) struct Customer {
    pub(crate) id: &'static str,
    pub(crate) employees: &'static [Employee],
}

/// An employee with an extension.
#[derive(Debug)]
pub(crate) struct Employee {
    pub(crate) id: &'static str,
    pub(crate) name: &'static str,
    pub(crate) extension_id: &'static str,
    pub(crate) extension_number: &'static str,
    /// What the document says of the weeks from its first on.
    pub(crate) documented: &'static [Week],
}

/// The calls of an employee in a week.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Week {
    pub(crate) outbound: Side,
    pub(crate) inbound: Side,
}

/// The calls of a week in one direction.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Side {
    pub(crate) calls: u64,
    /// Of those that were answered, together.
    pub(crate) seconds: u64,
    pub(crate) unanswered: u64,
    /// Those of the unanswered that failed, or found the callee busy.
    pub(crate) failed_or_busy: u64,
}

/// The first of the weeks of the document's example, with its ISO year.
pub(crate) const FIRST_DOCUMENTED: (i16, i8) = (2020, 49);

/// The customer of the account: the employees of the document's answer.
pub(crate) const OWN: Customer = Customer {
    id: "5450f17e4b75ff2103256000",
    employees: &[
        Employee {
            id: "5450f1834b75ff21032563a1",
            name: "Bo Madsen",
            extension_id: "5bf2b81b462b727cd09b05cd",
            extension_number: "232",
            documented: &[
                week(side(80, 14276, 14, 0), side(111, 27041, 9, 0)),
                week(side(106, 33521, 21, 0), side(159, 45536, 3, 0)),
                week(side(58, 13651, 19, 0), side(77, 11903, 5, 0)),
            ],
        },
        Employee {
            id: "53da4c7552b2dbf05521c09b",
            name: "Benny Andersen",
            extension_id: "5c5a97d983a3bc74d5891c51",
            extension_number: "289",
            documented: &[
                week(side(71, 8685, 8, 1), side(63, 9269, 11, 1)),
                week(side(114, 17523, 18, 0), side(83, 11317, 20, 0)),
                week(side(66, 14204, 6, 0), side(47, 5206, 15, 5)),
            ],
        },
        Employee {
            id: "534bf567221eb20000136767",
            name: "Hans Hansen",
            extension_id: "5c5aa35183a3bc74d5891cd1",
            extension_number: "302",
            documented: &[
                week(side(40, 9652, 4, 0), side(36, 9038, 8, 3)),
                week(side(73, 31671, 7, 0), side(91, 17661, 22, 8)),
                week(side(42, 13548, 11, 0), side(62, 7571, 16, 5)),
            ],
        },
    ],
};

/// A customer of the account, which is a reseller's: the ids of the document's query.
pub(crate) const RESOLD: Customer = Customer {
    id: "12345678901234567890ABCD",
    employees: &[
        Employee {
            id: "12345678901234567890AAAA",
            name: "Anne Larsen",
            extension_id: "5c5b01d983a3bc74d5891d01",
            extension_number: "1001",
            documented: &[],
        },
        Employee {
            id: "12345678901234567890BBBB",
            name: "Birgitte Holm",
            extension_id: "5c5b01d983a3bc74d5891d02",
            extension_number: "99",
            documented: &[],
        },
    ],
};

const fn week(outbound: Side, inbound: Side) -> Week {
    Week { outbound, inbound }
}

const fn side(calls: u64, seconds: u64, unanswered: u64, failed_or_busy: u64) -> Side {
    Side {
        calls,
        seconds,
        unanswered,
        failed_or_busy,
    }
}
