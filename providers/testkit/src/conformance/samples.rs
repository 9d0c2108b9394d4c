//! Requests, made from what the twin knows.

use std::sync::atomic::{AtomicU32, Ordering};

use provider_core::domain::{
    CallRoute, CallStatisticsQuery, CountryCode, E164, GeographicMatch, GroupRef, GroupingInterval,
    HoldRequest, NumberMatch, NumberOrder, NumberQuery, OrderToken, PoolMatch, PoolOrder,
    ReplacementConfiguration, ReplacementInput, Selector, TrackingSourceInput,
};
use provider_core::port::{CallStatisticsTerms, HoldTerms, PoolTerms};

use super::{Broken, Known};

/// Requests, each of them new: with a token and a name of its own.
#[derive(Debug)]
pub(super) struct Samples<'a> {
    known: &'a Known,
}

impl<'a> Samples<'a> {
    pub(super) const fn new(known: &'a Known) -> Self {
        Self { known }
    }

    pub(super) const fn known(&self) -> &'a Known {
        self.known
    }

    pub(super) fn group(&self) -> Result<GroupRef, Broken> {
        needed(self.known.group.clone(), "group")
    }

    /// The known match of a selector.
    pub(super) fn matching(&self, selector: Selector) -> Result<NumberMatch, Broken> {
        let known = self
            .known
            .matches
            .iter()
            .find(|known| Selector::of(known) == selector);
        needed(known.cloned(), &format!("match by {selector} in `matches`"))
    }

    pub(super) fn any_match(&self) -> Result<NumberMatch, Broken> {
        needed(self.known.matches.first().cloned(), "match in `matches`")
    }

    pub(super) fn pool_matching(&self, selector: Selector) -> Result<PoolMatch, Broken> {
        let of = |known: &&PoolMatch| Selector::of(&NumberMatch::from((*known).clone())) == selector;
        let known = self.known.pool_matches.iter().find(of);
        needed(known.cloned(), &format!("match by {selector} in `pool_matches`"))
    }

    pub(super) fn query(&self) -> Result<NumberQuery, Broken> {
        Ok(NumberQuery {
            matching: self.any_match()?,
            widen: false,
            limit: 1,
        })
    }

    pub(super) fn order(&self) -> Result<NumberOrder, Broken> {
        self.order_of(self.any_match()?)
    }

    pub(super) fn order_of(&self, matching: NumberMatch) -> Result<NumberOrder, Broken> {
        let (token, name) = fresh()?;
        Ok(NumberOrder {
            token,
            name,
            group: self.group()?,
            route: self.route(country(&matching))?,
            matching,
            widen: false,
            hold: None,
        })
    }

    pub(super) fn hold(&self, terms: &HoldTerms, number: E164) -> Result<HoldRequest, Broken> {
        Ok(HoldRequest {
            token: fresh()?.0,
            number,
            group: self.group()?,
            duration: terms.longest,
        })
    }

    pub(super) fn pool(&self, terms: &PoolTerms) -> Result<PoolOrder, Broken> {
        let matching = needed(
            self.known.pool_matches.first().cloned(),
            "match in `pool_matches`",
        )?;
        self.pool_of(terms, matching)
    }

    /// A pool of two numbers, where pools can be that large.
    pub(super) fn pool_of(&self, terms: &PoolTerms, matching: PoolMatch) -> Result<PoolOrder, Broken> {
        let (token, name) = fresh()?;
        let (shortest, longest) = (
            terms.match_period_minutes.start(),
            terms.match_period_minutes.end(),
        );
        Ok(PoolOrder {
            token,
            name,
            group: self.group()?,
            match_period_minutes: 30.clamp(*shortest, *longest),
            quantity: terms.largest_quantity.min(2),
            route: self.route(Some(matching.country()))?,
            matching,
            replacement: replacement()?,
            allow_partial: false,
        })
    }

    /// The calls of all employees of the known period, all of them.
    pub(super) fn calls(&self, terms: &CallStatisticsTerms) -> Result<CallStatisticsQuery, Broken> {
        let (period, zone) = needed(self.known.period.clone(), "period")?;
        let interval = match terms.intervals.first() {
            Some(_) if terms.intervals.contains(&GroupingInterval::Day) => GroupingInterval::Day,
            first => needed(first.copied(), "interval in the terms of `call_stats`")?,
        };
        Ok(CallStatisticsQuery {
            customer: self.known.customer.clone().filter(|_| terms.any_customer),
            employees: Vec::new(),
            period,
            zone,
            ignore_below_seconds: 0,
            ignore_unanswered_below_seconds: 0,
            include_empty: false,
            ignore_local: false,
            direction: provider_core::domain::CallDirection::Both,
            interval,
            fields: Vec::new(),
            sort: None,
        })
    }

    pub(super) fn route(&self, country: Option<CountryCode>) -> Result<CallRoute, Broken> {
        if let Some(route) = &self.known.route {
            return Ok(route.clone());
        }
        let number = if country == Some(CountryCode::GB) {
            "+441274792823"
        } else {
            "+14165551234"
        };
        Ok(CallRoute::Basic {
            termination_number: number_of(number)?,
        })
    }
}

/// What a subject has to tell.
pub(super) fn needed<T>(known: Option<T>, what: &str) -> Result<T, Broken> {
    known.ok_or_else(|| Broken::new(format!("the subject's `Known` must name a {what} for this case")))
}

/// A token and a name that nobody has used.
pub(super) fn fresh() -> Result<(OrderToken, String), Broken> {
    static SERIAL: AtomicU32 = AtomicU32::new(1);
    let serial = SERIAL.fetch_add(1, Ordering::Relaxed);
    let token = OrderToken::parse(format!("conformance-{serial:06}"));
    let token = token.map_err(|error| Broken::new(error.to_string()))?;
    Ok((token, format!("Conformance {serial}")))
}

pub(super) fn number_of(text: &str) -> Result<E164, Broken> {
    E164::parse_strict(text).map_err(|error| Broken::new(error.to_string()))
}

/// A match of each kind, in the United States where it can be.
pub(super) fn of_each_kind() -> Result<Vec<NumberMatch>, Broken> {
    let number = number_of("+14045550100")?;
    let (country, city, region) = (CountryCode::US, "Atlanta".to_owned(), Some("GA".to_owned()));
    Ok(vec![
        NumberMatch::LocalToNumber {
            number: number.clone(),
            prefix: None,
        },
        NumberMatch::LocalToCity {
            city: city.clone(),
            region: region.clone(),
            country,
            prefix: None,
        },
        NumberMatch::TollFree {
            country,
            prefix: None,
        },
        NumberMatch::Geographic(GeographicMatch::City {
            country,
            city,
            region,
        }),
        NumberMatch::Geographic(GeographicMatch::AreaCode {
            country,
            area_code: "404".to_owned(),
        }),
        NumberMatch::National {
            country: CountryCode::GB,
        },
        NumberMatch::Exact(number),
    ])
}

/// The same, as far as pools can be asked for so.
pub(super) fn of_each_pool_kind() -> Result<Vec<PoolMatch>, Broken> {
    let pool = |matching| match matching {
        NumberMatch::Geographic(place) => Some(PoolMatch::Geographic(place)),
        NumberMatch::TollFree { country, .. } => Some(PoolMatch::TollFree { country }),
        NumberMatch::National { country } => Some(PoolMatch::National { country }),
        NumberMatch::LocalToNumber { .. } | NumberMatch::LocalToCity { .. } | NumberMatch::Exact(_) => None,
    };
    Ok(of_each_kind()?.into_iter().filter_map(pool).collect())
}

/// The same match with a filter, where it can have one and has none: the area code of a number that answers it.
pub(super) fn with_prefix(matching: &NumberMatch, number: &E164) -> Option<NumberMatch> {
    let npa = number.digits().get(1..4).filter(|_| number.is_nanp())?;
    let mut filtered = matching.clone();
    match &mut filtered {
        NumberMatch::LocalToNumber { prefix, .. }
        | NumberMatch::LocalToCity { prefix, .. }
        | NumberMatch::TollFree { prefix, .. }
            if prefix.is_none() =>
        {
            *prefix = npa.parse().ok();
        }
        _ => return None,
    }
    Some(filtered)
}

/// The country of a match, where it says one.
fn country(matching: &NumberMatch) -> Option<CountryCode> {
    match matching {
        NumberMatch::LocalToNumber { number, .. } | NumberMatch::Exact(number) => {
            (!number.is_nanp()).then_some(CountryCode::GB)
        }
        NumberMatch::LocalToCity { country, .. }
        | NumberMatch::TollFree { country, .. }
        | NumberMatch::National { country }
        | NumberMatch::Geographic(
            GeographicMatch::City { country, .. } | GeographicMatch::AreaCode { country, .. },
        ) => Some(*country),
    }
}

/// The replacement configuration of the document's first example.
fn replacement() -> Result<ReplacementConfiguration, Broken> {
    let numbers = ["01011231234", "4402078395555", "4409011231234"];
    let input = ReplacementInput {
        replace_all_numbers: false,
        numbers_to_replace: numbers.map(str::to_owned).into(),
        tracking_sources: vec![TrackingSourceInput {
            referrer_domain: "Any".to_owned(),
            url_triggers: vec!["gclid=*".to_owned()],
            track_organic: false,
        }],
    };
    ReplacementConfiguration::new(&input).map_err(|faults| Broken::new(faults.to_string()))
}
