//! Words that names are made of.

const FAMILIES: [&str; 40] = [
    "Adler",
    "Bennett",
    "Carver",
    "Dalton",
    "Easton",
    "Fletcher",
    "Garrison",
    "Hartley",
    "Ingram",
    "Jarvis",
    "Keller",
    "Lambert",
    "Mercer",
    "Norwood",
    "Osborne",
    "Prescott",
    "Quinlan",
    "Redmond",
    "Sawyer",
    "Thornton",
    "Underhill",
    "Vance",
    "Whitaker",
    "Yardley",
    "Zeller",
    "Ashford",
    "Bradley",
    "Colby",
    "Drummond",
    "Ellison",
    "Farrow",
    "Granger",
    "Holloway",
    "Irving",
    "Jessup",
    "Kendrick",
    "Langley",
    "Maddox",
    "Nolan",
    "Oakley",
];
const TRADES: [&str; 30] = [
    "Plumbing",
    "Dental",
    "Roofing",
    "Motors",
    "Insurance",
    "Logistics",
    "Bakery",
    "Law",
    "Realty",
    "Heating",
    "Flooring",
    "Electric",
    "Travel",
    "Fitness",
    "Optical",
    "Storage",
    "Landscaping",
    "Catering",
    "Security",
    "Veterinary",
    "Furniture",
    "Tires",
    "Printing",
    "Windows",
    "Solar",
    "Moving",
    "Cleaning",
    "Pharmacy",
    "Accounting",
    "Hotels",
];
const FORMS: [&str; 4] = ["Ltd", "Inc", "Group", "& Sons"];
const GROUPS: [&str; 6] = [
    "Head office",
    "Marketing",
    "Sales",
    "Support",
    "Field service",
    "Reservations",
];
const USES: [&str; 12] = [
    "Main line",
    "Spring campaign",
    "Search ads",
    "Billboard",
    "Radio spot",
    "Newsletter",
    "Support line",
    "Reception",
    "Showroom",
    "After hours",
    "Partner page",
    "Local listing",
];
const TAGS: [&str; 24] = [
    "advertising",
    "billing",
    "branch",
    "campaign",
    "directory",
    "emergency",
    "events",
    "fax",
    "hotline",
    "intake",
    "mail",
    "maps",
    "outbound",
    "print",
    "radio",
    "referral",
    "retail",
    "sales",
    "seasonal",
    "service",
    "social",
    "survey",
    "trial",
    "vip",
];

pub(super) fn company(random: &mut fastrand::Rng) -> String {
    format!(
        "{} {} {}",
        pick(random, &FAMILIES),
        pick(random, &TRADES),
        pick(random, &FORMS)
    )
}

/// The groups of a customer have different names as long as there are no more than six of them.
pub(super) fn group(index: u64) -> &'static str {
    GROUPS[index as usize % GROUPS.len()]
}

pub(super) fn purpose(random: &mut fastrand::Rng) -> &'static str {
    pick(random, &USES)
}

pub(super) fn tag(random: &mut fastrand::Rng) -> &'static str {
    TAGS[super::skewed(random, TAGS.len() as u64) as usize]
}

fn pick<'a>(random: &mut fastrand::Rng, words: &[&'a str]) -> &'a str {
    words[random.usize(..words.len())]
}
