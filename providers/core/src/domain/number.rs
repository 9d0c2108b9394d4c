//! The life of a number: its statuses and the one table of what may follow what.

use serde::{Deserialize, Serialize};
use strum::{Display, EnumIter, EnumString, IntoStaticStr};

/// Where a number is in its life.
///
/// Whether an upstream is being asked to change something is told by the operation, not by the status.
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Display,
    EnumString,
    EnumIter,
    IntoStaticStr,
    Serialize,
    Deserialize,
)]
#[strum(serialize_all = "SCREAMING_SNAKE_CASE")]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum NumberStatus {
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

impl NumberStatus {
    /// The statuses that may follow this one, in the order of the enum.
    ///
    /// This is the only table of transitions. Its less obvious entries:
    /// * `AVAILABLE` and `HELD` go straight to `ACTIVE` when own stock is assigned: nobody is waited for.
    /// * `PENDING` goes back to `AVAILABLE` when the order is refused, and to `DROPPED` when it was
    ///   fulfilled and then undone.
    /// * `DROPPED` becomes `AVAILABLE` at the end of quarantine, what it was (`ACTIVE` or `SUSPENDED`)
    ///   when the release is undone, and `PORTING_IN` when a number that left is won back.
    /// * A port that fails gives back what was there before; one out that succeeds ends in `DROPPED`.
    #[must_use]
    pub const fn next(self) -> &'static [Self] {
        use NumberStatus::{Active, Available, Dropped, Held, Pending, PortingIn, PortingOut, Suspended};
        match self {
            Available => &[Held, Pending, Active],
            Held => &[Available, Pending, Active],
            Pending => &[Available, Active, Dropped],
            Active => &[Suspended, Dropped, PortingOut],
            Suspended => &[Active, Dropped, PortingOut],
            Dropped => &[Available, Active, Suspended, PortingIn],
            PortingIn => &[Available, Active, Dropped],
            PortingOut => &[Active, Suspended, Dropped],
        }
    }

    /// Whether `next` may follow this status. No status follows itself.
    #[must_use]
    pub fn may_become(self, next: Self) -> bool {
        self.next().contains(&next)
    }

    /// Goes to `next` if the table allows it.
    ///
    /// # Errors
    /// [`TransitionRefused`], which names the statuses that are allowed.
    pub fn transition_to(self, next: Self) -> Result<Self, TransitionRefused> {
        if self.may_become(next) {
            Ok(next)
        } else {
            Err(TransitionRefused { from: self, to: next })
        }
    }

    /// Whether a number in this status has an owner.
    #[must_use]
    pub const fn is_assigned(self) -> bool {
        matches!(
            self,
            Self::Pending | Self::Active | Self::Suspended | Self::PortingOut
        )
    }
}

/// A number was asked to go where its status does not lead.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a number that is {from} cannot become {to}; it may become {}", .from.next().iter().map(NumberStatus::to_string).collect::<Vec<_>>().join(", "))]
pub struct TransitionRefused {
    /// The status it has.
    pub from: NumberStatus,
    /// The status that was asked for.
    pub to: NumberStatus,
}

impl TransitionRefused {
    /// What would have been allowed.
    #[must_use]
    pub const fn allowed(&self) -> &'static [NumberStatus] {
        self.from.next()
    }
}
