//! Enumerations about numbers, mirrored from the domain: adding a value there is a compile error here.

use async_graphql::Enum;

/// What a number is for, as its numbering plan says.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "provider_core::domain::NumberType")]
pub(crate) enum NumberType {
    /// Tied to a place by its area code.
    Geographic,
    /// Reached from the whole country at a local price (GB: 03).
    National,
    /// Free for the caller (North America: 800, 833, ...; GB: 0800, 0808).
    TollFree,
    /// Paid by caller and called party together.
    SharedCost,
    /// Dearer than an ordinary call.
    PremiumRate,
    /// Assigned to mobile devices.
    Mobile,
    /// In a range reserved for internet telephony.
    Voip,
    /// Short codes, voicemail access, pagers and personal numbers.
    SpecialService,
    /// The numbering plan's metadata doesn't say.
    Unknown,
}

/// The four kinds that number KPIs count by.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "provider_core::domain::NumberCategory")]
pub(crate) enum NumberCategory {
    /// Local area numbers.
    Geographic,
    /// National-rate, toll-free, shared-cost, premium-rate and internet telephony numbers.
    NonGeographic,
    /// Mobile numbers.
    Mobile,
    /// Short codes, special service numbers and numbers of unknown type.
    SpecialService,
}

/// Where a number is in its life. `Number.nextStatuses` says what may follow.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "provider_core::domain::NumberStatus")]
pub(crate) enum NumberStatus {
    /// In stock: nobody has it, it can be held or assigned.
    Available,
    /// Claimed for a short time; goes back to stock when the hold ends.
    Held,
    /// Ordered, and not yet in service.
    Pending,
    /// In service for an owner.
    Active,
    /// Out of service, and still its owner's.
    Suspended,
    /// Released: resting in quarantine, or gone for good when its quarantine has no end.
    Dropped,
    /// On its way from another carrier to us.
    PortingIn,
    /// On its way from us to another carrier.
    PortingOut,
}

/// How near to what was asked for a number is, the nearest first.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "provider_core::domain::Tier")]
pub(crate) enum MatchTier {
    /// Same area code and exchange.
    #[graphql(name = "SAME_EXCHANGE")]
    T1SameExchange,
    /// Same city and region.
    #[graphql(name = "SAME_CITY")]
    T2SameCity,
    /// The number's own city is unknown, but its area code covers the city asked for.
    #[graphql(name = "COVERING_AREA_CODE")]
    T3CoveringAreaCode,
    /// Another city within 40 km.
    #[graphql(name = "NEARBY_CITY")]
    T4NearbyCity,
    /// Same area code, whatever the city.
    #[graphql(name = "SAME_AREA_CODE")]
    T5SameAreaCode,
    /// An area code that overlays the one asked for.
    #[graphql(name = "OVERLAY_AREA_CODE")]
    T6OverlayAreaCode,
    /// Same state, province or nation; only when `widen` is true.
    #[graphql(name = "SAME_REGION")]
    T7SameRegion,
    /// Exactly what was asked for, where nearness has no meaning: toll-free, national, exact, by area code.
    Requested,
}

/// What happened to a number.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "service::EventKind")]
pub(crate) enum NumberEventKind {
    /// The inventory got it.
    Added,
    /// An order claimed it.
    Claimed,
    /// A claim was given back because its order failed.
    Unclaimed,
    /// It was set aside for a short time.
    Held,
    /// A hold was given back.
    HoldReleased,
    /// A hold ended by itself.
    HoldExpired,
    /// A group got it.
    Assigned,
    /// Its name, route, tags or owner changed.
    Updated,
    /// It was taken out of service.
    Suspended,
    /// It was put back into service.
    Resumed,
    /// Its owner gave it up; our own rests in quarantine, a carrier's went back to the carrier.
    Released,
    /// A release was undone inside quarantine.
    Restored,
    /// Quarantine ended; our own is stock again, a carrier's stays dropped.
    QuarantineEnded,
}

/// What a list of numbers can be ordered by. Equal values are ordered by id.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq, Default)]
#[graphql(remote = "service::NumberOrderBy")]
pub(crate) enum NumberOrderField {
    /// When the inventory got them.
    #[default]
    #[graphql(name = "CREATED_AT")]
    Created,
    /// The number itself, as text.
    #[graphql(name = "E164")]
    E164,
    /// Their last change.
    #[graphql(name = "UPDATED_AT")]
    Updated,
}

/// Which way a list is ordered.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum OrderDirection {
    /// Smallest or oldest first.
    #[default]
    Asc,
    /// Largest or newest first.
    Desc,
}
