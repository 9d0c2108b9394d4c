use async_graphql::{Enum, ID, InputObject};
use provider_core::domain::{DealerFilter, KpiFilter, KpiStatusFilter, KpiType};
use provider_core::domain::{NumberCategory as Category, NumberType as Type};
use service::Within;

use crate::graphql::{
    error::{ApiError, Result},
    input,
    node::NodeKind,
    scalars::Country,
};

/// The types of number that can be counted alone: the document's four, which are NumberCategory's, and the finer
/// ones of the own inventory. A source that does not know one says so.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
enum NumberKpiType {
    /// Local area numbers (the document's `geographic`).
    Geographic,
    /// National-rate, toll-free, shared-cost, premium-rate and internet telephony numbers (the document's
    /// `non_geographic`).
    NonGeographic,
    /// Mobile numbers (the document's `mobile`).
    Mobile,
    /// Short codes, special service numbers and numbers of unknown type (the document's "special services").
    SpecialService,
    /// Of the non-geographic: reached from the whole country at a local price.
    National,
    /// Of the non-geographic: free for the caller.
    TollFree,
    /// Of the non-geographic: paid by caller and called party together.
    SharedCost,
    /// Of the non-geographic: dearer than an ordinary call.
    PremiumRate,
    /// Of the non-geographic: reserved for internet telephony.
    Voip,
    /// Of the special services: the numbering plan's metadata doesn't say what they are.
    Unknown,
}

impl From<NumberKpiType> for KpiType {
    fn from(wanted: NumberKpiType) -> Self {
        match wanted {
            NumberKpiType::Geographic => Self::Category(Category::Geographic),
            NumberKpiType::NonGeographic => Self::Category(Category::NonGeographic),
            NumberKpiType::Mobile => Self::Category(Category::Mobile),
            NumberKpiType::SpecialService => Self::Category(Category::SpecialService),
            NumberKpiType::National => Self::Type(Type::National),
            NumberKpiType::TollFree => Self::Type(Type::TollFree),
            NumberKpiType::SharedCost => Self::Type(Type::SharedCost),
            NumberKpiType::PremiumRate => Self::Type(Type::PremiumRate),
            NumberKpiType::Voip => Self::Type(Type::Voip),
            NumberKpiType::Unknown => Self::Type(Type::Unknown),
        }
    }
}

/// Which numbers are counted: with the parameters of the document "Number KPIs" (callstats), and more. All given
/// conditions must hold.
#[derive(InputObject, Default)]
pub(crate) struct NumberKpiFilter {
    /// Every number but the dropped ones.
    active: Option<bool>,
    /// The same: the document calls it an alias of `active`.
    exclude_dropped: Option<bool>,
    /// Only dropped numbers. Excludes the two above.
    dropped: Option<bool>,
    /// Only numbers of the dealer with this code; with the empty text `""` only numbers without a dealer.
    dealer_code: Option<String>,
    /// Only numbers of this type.
    number_type: Option<NumberKpiType>,
    /// Only numbers that come from the Provider with this global id. The own inventory alone can tell, as for the
    /// conditions below.
    provider: Option<ID>,
    /// Only numbers of this country.
    country: Option<Country>,
    /// Only numbers of the Customer with this global id; none of one that the key does not see.
    customer: Option<ID>,
    /// Only numbers of the Group with this global id; none of one that the key does not see.
    group: Option<ID>,
}

impl NumberKpiFilter {
    pub(crate) fn read(self) -> Result<(KpiFilter, Within)> {
        let within = Within {
            provider: input::optional_provider(self.provider.as_ref(), "filter.provider")?
                .map(|id| id.to_string()),
            country: self
                .country
                .map(|country| country.argument("filter.country"))
                .transpose()?,
            customer_id: input::optional_row(self.customer.as_ref(), NodeKind::Customer, "filter.customer")?,
            group_id: input::optional_row(self.group.as_ref(), NodeKind::Group, "filter.group")?,
        };
        let set = |flag: Option<bool>| flag.unwrap_or(false);
        let status =
            KpiStatusFilter::from_flags(set(self.active), set(self.exclude_dropped), set(self.dropped))
                .map_err(|error| ApiError::bad_input("filter.dropped", error.to_string()))?;
        let dealer = input::text(self.dealer_code, "filter.dealerCode")?;
        let filter = KpiFilter {
            status,
            dealer: dealer.as_deref().map(DealerFilter::from_code),
            number_type: self.number_type.map(KpiType::from),
        };
        Ok((filter, within))
    }
}
