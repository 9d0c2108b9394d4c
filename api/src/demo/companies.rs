//! Who has the demo's numbers: made-up companies, sold to by made-up resellers and dealers.

use fastrand::Rng;
use provider_core::domain::CountryCode;

/// How many customers the demo has.
const CUSTOMERS: usize = 200;

/// Code and name of a reseller or dealer.
pub(super) type Named = (&'static str, &'static str);

/// The reseller whose key is well known, and whose customer the well-known customer is.
pub(super) const FIRST_RESELLER: Named = ("TIDEWATER", "Tidewater Voice");

/// Resellers with their dealers; those of the first reseller of every database stand last.
const RESELLERS: [(Named, &[Named]); 5] = [
    (
        FIRST_RESELLER,
        &[
            ("TW-NORTH", "Tidewater North"),
            ("TW-SOUTH", "Tidewater South"),
            ("TW-WEB", "Tidewater Web"),
        ],
    ),
    (
        ("NORTHGATE", "Northgate Numbers"),
        &[("NG-1", "Copperfield Agency"), ("NG-2", "Larkfield Agency")],
    ),
    (
        ("BLUEFERN", "Bluefern Wholesale"),
        &[("BF-1", "Bluefern Partners"), ("BF-2", "Fernhill Sales")],
    ),
    (
        ("KESTREL", "Kestrel Lines"),
        &[("KS-1", "Kestrel Direct"), ("KS-2", "Skyward Sales")],
    ),
    (
        ("DIRECT", "Direct"),
        &[
            ("D-EAST", "Eastside Desk"),
            ("D-WEST", "Westside Desk"),
            ("D-GB", "Desk for Britain"),
        ],
    ),
];

const STARTS: [&str; 20] = [
    "Bram", "Cald", "Dun", "Elm", "Fair", "Gar", "Hart", "Ivel", "Kel", "Lind", "Marl", "Nor", "Oak", "Pem",
    "Quill", "Ros", "Sal", "Thorn", "Ulver", "Wind",
];
const ENDS: [&str; 14] = [
    "brook", "bury", "croft", "dale", "field", "gate", "holm", "ley", "mere", "ridge", "shaw", "stead",
    "ton", "wick",
];
const TRADES: [&str; 20] = [
    "Accounting",
    "Autos",
    "Bakery",
    "Carpets",
    "Dental",
    "Electrical",
    "Flowers",
    "Garages",
    "Heating",
    "Insurance",
    "Joinery",
    "Kitchens",
    "Law",
    "Motors",
    "Optics",
    "Plumbing",
    "Roofing",
    "Tires",
    "Travel",
    "Windows",
];
const GROUPS: [&str; 6] = [
    "Head office",
    "Marketing",
    "Sales",
    "Support",
    "Web shop",
    "Service desk",
];

/// A customer with its groups.
#[derive(Debug)]
pub(super) struct Company {
    pub(super) code: String,
    pub(super) name: String,
    pub(super) reseller: Named,
    pub(super) dealer: Option<Named>,
    pub(super) country: CountryCode,
    pub(super) groups: Vec<&'static str>,
    /// Where its calls go.
    pub(super) termination_number: String,
}

/// The customers; the first is the one with well-known keys.
pub(super) fn make(random: &mut Rng) -> Vec<Company> {
    let mut names: Vec<String> = STARTS
        .iter()
        .flat_map(|start| ENDS.iter().map(move |end| format!("{start}{end}")))
        .collect();
    random.shuffle(&mut names);
    names.truncate(CUSTOMERS);
    names
        .iter()
        .enumerate()
        .map(|(index, name)| company(index, name, random))
        .collect()
}

fn company(index: usize, name: &str, random: &mut Rng) -> Company {
    let is_first = index == 0;
    let (reseller, dealers) = RESELLERS[if is_first {
        0
    } else {
        random.usize(..RESELLERS.len())
    }];
    let dealer = if is_first || random.u8(..10) < 8 {
        random.choice(dealers).copied()
    } else {
        None
    };
    let country = match random.u8(..10) {
        _ if is_first => CountryCode::US,
        0..4 => CountryCode::US,
        4..6 => CountryCode::CA,
        _ => CountryCode::GB,
    };
    let groups = if is_first { 5 } else { 1 + random.usize(..4) };
    let trade = TRADES[random.usize(..TRADES.len())];
    Company {
        code: name.to_uppercase(),
        name: format!("{name} {trade}"),
        reseller,
        dealer,
        country,
        groups: GROUPS[..groups].to_vec(),
        termination_number: termination_number(country, random),
    }
}

/// A number of a range that is kept for fiction.
fn termination_number(country: CountryCode, random: &mut Rng) -> String {
    let last = random.u32(100..200);
    match country {
        CountryCode::GB => format!("+441632960{last:03}"),
        CountryCode::CA => format!("+1416555{last:04}"),
        _ => format!("+1212555{last:04}"),
    }
}
