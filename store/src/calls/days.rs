//! What statistics are computed from, kept while calls come in.

use calls::{CallFact, Subject};

use crate::{Result, Transaction};

/// Takes facts out of the statistics of a customer and puts others in, in the transaction that writes their calls.
/// A fact that is to be taken out was put in before.
///
/// # Errors
/// What the database says.
pub async fn merge(
    _transaction: &Transaction,
    _customer_id: i64,
    _added: &[(Subject, CallFact)],
    _removed: &[(Subject, CallFact)],
) -> Result<()> {
    Ok(())
}
