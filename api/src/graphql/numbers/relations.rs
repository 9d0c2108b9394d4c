//! Which relations of numbers a request will ask for: they are read with the numbers, in the same statement.

use async_graphql::Lookahead;
use service::NumberRelations;

/// What is asked of the numbers that these selections are about. Fragments and aliases are seen through; what a
/// directive leaves out may be read in vain.
pub(crate) fn relations(selections: &[Lookahead<'_>]) -> NumberRelations {
    let asks = |field: &str| selections.iter().any(|selection| selection.field(field).exists());
    NumberRelations {
        locality: asks("locality"),
        tags: asks("tags"),
        group: asks("group"),
        customer: asks("customer"),
        dealer: asks("dealer"),
        pool: asks("pool"),
    }
}

/// The same for a field that gives a connection of numbers.
pub(super) fn of_page(connection: &Lookahead<'_>) -> NumberRelations {
    relations(&[connection.field("nodes"), connection.field("edges").field("node")])
}
