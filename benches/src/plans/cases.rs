use numbering::{CountryCode, GeographicMatch, NumberMatch, NumberType};
use provider_core::domain::NumberStatus;
use sea_orm::ConnectionTrait;
use store::{Key, NumberFilter, NumberOrderBy, PageRequest, Position, Scope, sql::Sql};

use crate::Result;

/// The provider of the loaded numbers.
pub(super) const PROVIDER: &str = "inventory";
/// Numbers of a page.
const PAGE: u32 = 50;

/// A page of a list of numbers.
#[derive(Debug, Clone)]
pub struct List {
    /// What it is.
    pub name: String,
    /// Who looks.
    pub scope: Scope,
    /// At what.
    pub filter: NumberFilter,
    /// In which order; true for the largest first.
    pub order: (NumberOrderBy, bool),
    /// At which part.
    pub request: PageRequest,
}

/// A search in stock.
#[derive(Debug, Clone)]
pub struct Stock {
    /// What it is.
    pub name: String,
    /// What is wanted.
    pub wanted: NumberMatch,
    /// Whether near places will do.
    pub widen: bool,
}

/// Rows of the inventory that lists are made about.
struct Sample {
    number: i64,
    e164: String,
    updated_at: i64,
    reseller: i64,
    dealer: i64,
    customer: i64,
    group: i64,
    pool: i64,
    tag: String,
}

impl Sample {
    /// A number in the middle of the inventory that has everything that lists filter by.
    async fn take(connection: &impl ConnectionTrait) -> Result<Self> {
        let row = Sql::new(
            "SELECT n.id, n.e164, n.updated_at, n.reseller_id, n.dealer_id, n.customer_id, n.group_id, n.pool_id, \
             t.tag FROM numbers n JOIN number_tags t ON t.number_id = n.id WHERE n.pool_id IS NOT NULL AND \
             n.dealer_id IS NOT NULL AND n.id >= (SELECT max(id) / 2 FROM numbers) ORDER BY n.id LIMIT 1",
        )
        .one(connection)
        .await?
        .ok_or("the database has no inventory: load one first")?;
        Ok(Self {
            number: row.try_get_by_index(0)?,
            e164: row.try_get_by_index(1)?,
            updated_at: row.try_get_by_index(2)?,
            reseller: row.try_get_by_index(3)?,
            dealer: row.try_get_by_index(4)?,
            customer: row.try_get_by_index(5)?,
            group: row.try_get_by_index(6)?,
            pool: row.try_get_by_index(7)?,
            tag: row.try_get_by_index(8)?,
        })
    }

    /// A page in the middle of the list.
    fn deep(&self, by: NumberOrderBy) -> PageRequest {
        let key = match by {
            NumberOrderBy::Created => Key::Int(self.number),
            NumberOrderBy::E164 => Key::Text(self.e164.clone()),
            NumberOrderBy::Updated => Key::Int(self.updated_at),
        };
        PageRequest {
            after: Some(Position { key, id: self.number }),
            ..PageRequest::first(PAGE)
        }
    }
}

pub(super) async fn lists(connection: &impl ConnectionTrait) -> Result<Vec<List>> {
    let sample = Sample::take(connection).await?;
    let filters = filters(&sample)?;
    let scopes = [
        ("platform", Scope::Platform),
        (
            "reseller",
            Scope::Reseller {
                reseller_id: sample.reseller,
            },
        ),
        (
            "customer",
            Scope::Customer {
                reseller_id: sample.reseller,
                customer_id: sample.customer,
            },
        ),
    ];
    let created = (NumberOrderBy::Created, false);
    let mut lists = Vec::new();
    for (who, scope) in scopes {
        for (what, filter) in &filters {
            let request = PageRequest::first(PAGE);
            let name = format!("{who}: {what}");
            lists.push(List {
                name,
                scope,
                filter: filter.clone(),
                order: created,
                request,
            });
        }
    }
    for (who, scope) in scopes {
        lists.extend(orders(&sample, who, scope, &filters));
    }
    Ok(lists)
}

/// The other orders, and pages deep in the list: of everything and of one type and status.
fn orders(sample: &Sample, who: &str, scope: Scope, filters: &[(&'static str, NumberFilter)]) -> Vec<List> {
    let mut lists = Vec::new();
    for (what, filter) in filters
        .iter()
        .filter(|(name, _)| ["all", "type and status"].contains(name))
    {
        for by in [
            NumberOrderBy::Created,
            NumberOrderBy::E164,
            NumberOrderBy::Updated,
        ] {
            let mut add = |how: &str, descending, request| {
                let name = format!("{who}: {what}, by {by:?}, {how}");
                lists.push(List {
                    name,
                    scope,
                    filter: filter.clone(),
                    order: (by, descending),
                    request,
                });
            };
            add("deep", false, sample.deep(by));
            add("largest first", true, PageRequest::first(PAGE));
        }
    }
    lists
}

fn filters(sample: &Sample) -> Result<Vec<(&'static str, NumberFilter)>> {
    use NumberStatus::{Active, Available, Dropped, Held, Suspended};
    let (us, gb): (CountryCode, CountryCode) = ("US".parse()?, "GB".parse()?);
    let all = NumberFilter::default;
    Ok(vec![
        ("all", all()),
        (
            "status",
            NumberFilter {
                statuses: Some(vec![Suspended]),
                ..all()
            },
        ),
        (
            "a status that no number has",
            NumberFilter {
                statuses: Some(vec![Held]),
                ..all()
            },
        ),
        (
            "two statuses",
            NumberFilter {
                statuses: Some(vec![Suspended, Dropped]),
                ..all()
            },
        ),
        (
            "common type",
            NumberFilter {
                types: Some(vec![NumberType::Geographic]),
                ..all()
            },
        ),
        (
            "type",
            NumberFilter {
                types: Some(vec![NumberType::National]),
                ..all()
            },
        ),
        (
            "type and status",
            NumberFilter {
                types: Some(vec![NumberType::Geographic]),
                statuses: Some(vec![Active]),
                ..all()
            },
        ),
        (
            "two types and two statuses",
            NumberFilter {
                types: Some(vec![NumberType::TollFree, NumberType::National]),
                statuses: Some(vec![Available, Suspended]),
                ..all()
            },
        ),
        (
            "customer",
            NumberFilter {
                customer_id: Some(sample.customer),
                ..all()
            },
        ),
        (
            "customer and status",
            NumberFilter {
                customer_id: Some(1),
                statuses: Some(vec![Suspended]),
                ..all()
            },
        ),
        (
            "group",
            NumberFilter {
                group_id: Some(sample.group),
                ..all()
            },
        ),
        (
            "dealer",
            NumberFilter {
                dealer_id: Some(Some(sample.dealer)),
                ..all()
            },
        ),
        (
            "no dealer",
            NumberFilter {
                dealer_id: Some(None),
                ..all()
            },
        ),
        (
            "pool",
            NumberFilter {
                pool_id: Some(Some(sample.pool)),
                ..all()
            },
        ),
        (
            "tag",
            NumberFilter {
                tag: Some(sample.tag.clone()),
                ..all()
            },
        ),
        (
            "rare tag",
            NumberFilter {
                tag: Some("vip".to_owned()),
                ..all()
            },
        ),
        (
            "unknown tag",
            NumberFilter {
                tag: Some("no such tag".to_owned()),
                ..all()
            },
        ),
        (
            "country",
            NumberFilter {
                country: Some(gb),
                ..all()
            },
        ),
        (
            "country and area code",
            NumberFilter {
                country: Some(gb),
                area_code: Some("1223".to_owned()),
                ..all()
            },
        ),
        (
            "an area code without numbers",
            NumberFilter {
                country: Some(us),
                area_code: Some("907".to_owned()),
                ..all()
            },
        ),
        (
            "country and region",
            NumberFilter {
                country: Some(us),
                region: Some("OR".to_owned()),
                ..all()
            },
        ),
        (
            "prefix",
            NumberFilter {
                e164_prefix: Some(sample.e164.chars().take(8).collect()),
                ..all()
            },
        ),
        (
            "a prefix without numbers",
            NumberFilter {
                e164_prefix: Some("+81".to_owned()),
                ..all()
            },
        ),
        (
            "common name",
            NumberFilter {
                name_contains: Some("Radio".to_owned()),
                ..all()
            },
        ),
        (
            "rare name",
            NumberFilter {
                name_contains: Some(format!("line {}", sample.number)),
                ..all()
            },
        ),
        (
            "unknown name",
            NumberFilter {
                name_contains: Some("no such name".to_owned()),
                ..all()
            },
        ),
        (
            "provider",
            NumberFilter {
                provider: Some(PROVIDER.to_owned()),
                ..all()
            },
        ),
        (
            "unknown provider",
            NumberFilter {
                provider: Some("nowhere".to_owned()),
                ..all()
            },
        ),
    ])
}

impl Stock {
    /// The searches of the ordering documents' examples, and wider ones.
    ///
    /// # Errors
    /// Never: the examples are well formed.
    pub fn examples() -> Result<Vec<Self>> {
        let (us, gb): (CountryCode, CountryCode) = ("US".parse()?, "GB".parse()?);
        let near = |prefix: Option<&str>| -> Result<NumberMatch> {
            Ok(NumberMatch::LocalToNumber {
                number: numbering::E164::parse_strict("+19056372046")?,
                prefix: prefix.map(str::parse).transpose()?,
            })
        };
        let city = |city: &str, region: &str, country| NumberMatch::LocalToCity {
            city: city.to_owned(),
            region: Some(region.to_owned()),
            country,
            prefix: None,
        };
        let bristol = GeographicMatch::City {
            country: gb,
            city: "Bristol".to_owned(),
            region: None,
        };
        let cases = [
            ("local to +19056372046, filter 289", near(Some("289"))?, false),
            ("local to +19056372046", near(None)?, false),
            ("local to +19056372046, widened", near(None)?, true),
            ("local to Atlanta, GA", city("Atlanta", "GA", us), false),
            (
                "local to Anchorage, AK, widened",
                city("Anchorage", "AK", us),
                true,
            ),
            (
                "toll-free 833",
                NumberMatch::TollFree {
                    country: us,
                    prefix: Some("833".parse()?),
                },
                false,
            ),
            ("Bristol", NumberMatch::Geographic(bristol), false),
            ("national GB", NumberMatch::National { country: gb }, false),
        ];
        Ok(cases
            .into_iter()
            .map(|(name, wanted, widen)| Self {
                name: name.to_owned(),
                wanted,
                widen,
            })
            .collect())
    }
}
