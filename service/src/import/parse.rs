//! What can be said about a row without asking the database.

use std::collections::HashMap;

use jiff::Timestamp;
use numbering::{CountryCode, E164, Facts, NumberType, Places};
use provider_core::domain::{Money, NumberStatus, ProviderId};

use super::{ImportRow, RowFault, pools::PoolCells};
use crate::{ServiceError, validate::Faults};

/// Longest code of a tenant and longest external id, in characters.
const LONGEST_CODE: usize = 64;
const LONGEST_EXTERNAL_ID: usize = 255;

/// What rows are read with.
#[derive(Debug)]
pub(super) struct Reader<'a> {
    pub(super) places: &'a Places,
    /// Ids that the column `provider` may have; the first stands for an empty cell.
    pub(super) providers: Vec<ProviderId>,
}

/// A row that the database may be asked about.
#[derive(Debug, Clone)]
pub(super) struct Parsed {
    pub(super) line: u64,
    pub(super) number: E164,
    pub(super) facts: Facts,
    pub(super) provider: String,
    pub(super) external_id: Option<String>,
    pub(super) monthly_cost: Option<(i64, String)>,
    pub(super) tags: Vec<String>,
    /// Absent for stock.
    pub(super) assigned: Option<Assigned>,
}

/// Who has a number, and how.
#[derive(Debug, Clone)]
pub(super) struct Assigned {
    pub(super) status: NumberStatus,
    pub(super) reseller: Option<Tenant>,
    pub(super) dealer: Option<Tenant>,
    pub(super) customer: Tenant,
    pub(super) group: String,
    pub(super) name: Option<String>,
    pub(super) termination_number: E164,
    pub(super) pool: Option<PoolCells>,
    pub(super) quarantine_until: Option<Timestamp>,
}

/// A tenant as a row names it.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct Tenant {
    pub(super) code: String,
    pub(super) name: String,
}

/// Reads rows; each becomes a parsed one or its faults. A number that an earlier row has is a fault.
pub(super) fn read_all(reader: &Reader<'_>, rows: &[ImportRow]) -> Vec<Result<Parsed, Vec<RowFault>>> {
    let mut first_lines = HashMap::new();
    rows.iter()
        .map(|row| {
            let parsed = read(reader, row)?;
            match first_lines.insert(parsed.number.clone(), row.line) {
                None => Ok(parsed),
                Some(line) => {
                    first_lines.insert(parsed.number, line);
                    let reason = format!("the same number stands in line {line}");
                    Err(vec![RowFault {
                        line: row.line,
                        column: "number",
                        reason,
                    }])
                }
            }
        })
        .collect()
}

fn read(reader: &Reader<'_>, row: &ImportRow) -> Result<Parsed, Vec<RowFault>> {
    let mut cells = Cells {
        row,
        faults: Vec::new(),
    };
    let country = cells.country();
    let number = cells.number(reader.places, country);
    let home = number.as_ref().and_then(|(_, facts)| facts.country).or(country);
    let provider = cells.provider(&reader.providers);
    let external_id = cells.text("external_id", &row.external_id, LONGEST_EXTERNAL_ID);
    let monthly_cost = cells.monthly_cost();
    let tags = cells.tags();
    let assigned = cells.assigned(home);
    match number {
        Some((number, facts)) if cells.faults.is_empty() => Ok(Parsed {
            line: row.line,
            number,
            facts,
            provider,
            external_id,
            monthly_cost,
            tags,
            assigned,
        }),
        _ => Err(cells.faults),
    }
}

/// The cells of one row, and what is wrong with them so far.
struct Cells<'a> {
    row: &'a ImportRow,
    faults: Vec<RowFault>,
}

impl Cells<'_> {
    fn fault(&mut self, column: &'static str, reason: impl Into<String>) {
        self.faults.push(RowFault {
            line: self.row.line,
            column,
            reason: reason.into(),
        });
    }

    /// The value, or a fault of the column.
    fn check<T, E: ToString>(&mut self, column: &'static str, value: Result<T, E>) -> Option<T> {
        value.map_err(|error| self.fault(column, error.to_string())).ok()
    }

    /// Text without space around it, none for an empty cell.
    fn text(&mut self, column: &'static str, cell: &Option<String>, longest: usize) -> Option<String> {
        let text = filled(cell)?;
        if text.chars().count() > longest || text.chars().any(char::is_control) {
            self.fault(
                column,
                format!("must be at most {longest} characters without control characters"),
            );
        }
        Some(text.to_owned())
    }

    fn country(&mut self) -> Option<CountryCode> {
        let text = filled(&self.row.country)?;
        self.check("country", text.parse())
    }

    fn number(&mut self, places: &Places, country: Option<CountryCode>) -> Option<(E164, Facts)> {
        if self.row.number.trim().is_empty() {
            self.fault("number", "is empty");
            return None;
        }
        let number = self.check("number", E164::parse(self.row.number.trim(), country))?;
        let facts = places.describe(&number);
        if facts.number_type == NumberType::Unknown {
            self.fault("number", format!("no numbering plan has the number {number}"));
        }
        Some((number, facts))
    }

    fn provider(&mut self, known: &[ProviderId]) -> String {
        let own = known.first().map(ToString::to_string).unwrap_or_default();
        let Some(text) = filled(&self.row.provider) else {
            return own;
        };
        if !known.iter().any(|id| id.as_str() == text) {
            let names: Vec<&str> = known.iter().map(ProviderId::as_str).collect();
            self.fault(
                "provider",
                format!(
                    "no provider \"{text}\" is configured; there are {}",
                    names.join(", ")
                ),
            );
        }
        text.to_owned()
    }

    fn monthly_cost(&mut self) -> Option<(i64, String)> {
        match (filled(&self.row.monthly_cost), filled(&self.row.currency)) {
            (None, None) => None,
            (None, Some(_)) => {
                self.fault("monthly_cost", "is empty, and currency is not");
                None
            }
            (Some(_), None) => {
                self.fault(
                    "currency",
                    "is needed with monthly_cost: an ISO 4217 code such as USD",
                );
                None
            }
            (Some(amount), Some(currency)) => {
                let minor = minor_units(amount, currency);
                minor.map_err(|(column, reason)| self.fault(column, reason)).ok()
            }
        }
    }

    fn tags(&mut self) -> Vec<String> {
        let Some(text) = filled(&self.row.tags) else {
            return Vec::new();
        };
        let tags: Vec<String> = text.split(';').map(str::to_owned).collect();
        let mut faults = Faults::default();
        let clean = faults.tags(&tags);
        self.refusals("tags", faults);
        clean
    }

    fn name(&mut self, column: &'static str, cell: &Option<String>) -> Option<String> {
        let mut faults = Faults::default();
        let name = faults.name(filled(cell)?);
        self.refusals(column, faults);
        Some(name)
    }

    /// Takes over faults that the API's rules found.
    fn refusals(&mut self, column: &'static str, faults: Faults) {
        if let Err(ServiceError::Refused(refusals)) = faults.into_result() {
            for refusal in refusals {
                self.fault(column, refusal.message);
            }
        }
    }

    fn tenant(&mut self, [code, name]: [(&'static str, &Option<String>); 2]) -> Option<Tenant> {
        let named = self.name(name.0, name.1);
        match (self.text(code.0, code.1, LONGEST_CODE), named) {
            (Some(code), named) => Some(Tenant {
                name: named.unwrap_or_else(|| code.clone()),
                code,
            }),
            (None, Some(_)) => {
                self.fault(code.0, format!("is needed with {}", name.0));
                None
            }
            (None, None) => None,
        }
    }

    fn assigned(&mut self, home: Option<CountryCode>) -> Option<Assigned> {
        let row = self.row;
        let status = self.status();
        let reseller = self.tenant([("reseller", &row.reseller), ("reseller_name", &row.reseller_name)]);
        let dealer = self.tenant([("dealer", &row.dealer), ("dealer_name", &row.dealer_name)]);
        let customer = self.tenant([("customer", &row.customer), ("customer_name", &row.customer_name)]);
        let group = self.name("group", &row.group);
        let name = self.name("name", &row.name);
        let pool = PoolCells::read(
            &mut |column, reason| {
                self.faults.push(RowFault {
                    line: row.line,
                    column,
                    reason,
                })
            },
            row,
        );
        let termination_number = self.termination_number(home);
        let quarantine_until = self.quarantine_until(status);
        let Some(group) = group else {
            self.stock_only(status);
            return None;
        };
        if name.is_none() && pool.is_none() {
            self.fault(
                "name",
                "is needed with group: the number's name, unique in its group",
            );
        }
        if customer.is_none() {
            self.fault(
                "customer",
                "is needed with group: the code of the customer that the group is part of",
            );
        }
        if termination_number.is_none() && filled(&row.termination_number).is_none() {
            self.fault(
                "termination_number",
                "is needed with group: the number that calls are forwarded to",
            );
        }
        Some(Assigned {
            status: status.unwrap_or(NumberStatus::Active),
            reseller,
            dealer,
            customer: customer?,
            group,
            name,
            termination_number: termination_number?,
            pool,
            quarantine_until,
        })
    }

    /// What a row without a group must not have.
    fn stock_only(&mut self, status: Option<NumberStatus>) {
        let row = self.row;
        if let Some(status) = status.filter(|status| *status != NumberStatus::Available) {
            self.fault(
                "group",
                format!("is needed: a number that is {status} is somebody's"),
            );
        }
        let owned = [
            ("reseller", &row.reseller),
            ("dealer", &row.dealer),
            ("customer", &row.customer),
            ("name", &row.name),
            ("termination_number", &row.termination_number),
            ("pool", &row.pool),
        ];
        for (column, _) in owned.into_iter().filter(|(_, cell)| filled(cell).is_some()) {
            self.fault(
                column,
                "is for a number that somebody has: give the group too, or leave it empty",
            );
        }
    }

    fn status(&mut self) -> Option<NumberStatus> {
        use NumberStatus::{Active, Available, Dropped, Suspended};
        let text = filled(&self.row.status)?;
        match text.to_ascii_uppercase().parse() {
            Ok(status @ (Available | Active | Suspended | Dropped)) => {
                if status == Available && filled(&self.row.group).is_some() {
                    self.fault(
                        "status",
                        "a number of a group can't be AVAILABLE: leave group or status empty",
                    );
                }
                Some(status)
            }
            _ => {
                self.fault(
                    "status",
                    format!("\"{text}\" must be AVAILABLE, ACTIVE, SUSPENDED or DROPPED"),
                );
                None
            }
        }
    }

    fn termination_number(&mut self, home: Option<CountryCode>) -> Option<E164> {
        let text = filled(&self.row.termination_number)?;
        self.check("termination_number", E164::parse(text, home))
    }

    fn quarantine_until(&mut self, status: Option<NumberStatus>) -> Option<Timestamp> {
        let text = filled(&self.row.quarantine_until)?;
        if status != Some(NumberStatus::Dropped) {
            self.fault("quarantine_until", "is for numbers that are DROPPED");
        }
        let instant = text.parse::<Timestamp>();
        self.check(
            "quarantine_until",
            instant.map_err(|_| "must be an instant such as 2026-03-31T00:00:00Z"),
        )
    }
}

/// What a cell holds, without space around it.
pub(super) fn filled(cell: &Option<String>) -> Option<&str> {
    cell.as_deref().map(str::trim).filter(|text| !text.is_empty())
}

/// An amount in the currency's main unit as its minor unit.
fn minor_units(amount: &str, currency: &str) -> Result<(i64, String), (&'static str, String)> {
    let currency = currency.to_ascii_uppercase();
    let money = |amount: &str| {
        serde_json::from_value::<Money>(serde_json::json!({ "amount": amount, "currency": currency }))
    };
    // The zero is valid in whatever currency, so this tells which cell is wrong.
    if money("0").is_err() {
        return Err((
            "currency",
            format!("\"{currency}\" is no ISO 4217 code such as USD"),
        ));
    }
    let wrong = |reason: &str| ("monthly_cost", format!("\"{amount}\" {reason}"));
    let money = money(amount).map_err(|_| wrong("is no amount such as 1.15"))?;
    let factor = 10_u64.pow(u32::from(money.currency.exponent().unwrap_or_default()));
    let minor = money
        .amount
        .checked_mul(factor.into())
        .ok_or_else(|| wrong("is too large"))?
        .normalize();
    if minor.is_sign_negative() && !minor.is_zero() {
        return Err(wrong("is negative"));
    }
    if minor.scale() > 0 {
        return Err(wrong("is finer than the currency's minor unit"));
    }
    let minor = i64::try_from(minor.mantissa()).map_err(|_| wrong("is too large"))?;
    Ok((minor, currency))
}
