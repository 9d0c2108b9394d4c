//! The packed days of calls: checked, mended.

use store::calls::days::{self, Difference};

use crate::{ServiceResult, Switchboard};

/// Customers that are looked up at once.
const CUSTOMERS: u32 = 500;

impl Switchboard {
    /// Counts all calls anew, customer by customer, and tells what the packed days say otherwise; gives how many
    /// differences there are. With `repair`, the days of a customer that differ are made anew, and whoever keeps them
    /// in memory reads them again. Other work goes on.
    ///
    /// # Errors
    /// What the database says; what was made anew before the failure stays so.
    pub async fn verify_calls(
        &self,
        repair: bool,
        mut told: impl FnMut(&Difference) + Send,
    ) -> ServiceResult<u64> {
        let (database, mut after, mut found) = (self.database(), 0, 0);
        loop {
            let customers = days::customers_with_calls(database.reader(), after, CUSTOMERS).await?;
            let Some(last) = customers.last() else {
                return Ok(found);
            };
            after = *last;
            for customer_id in customers {
                let differences = days::verify(database, customer_id).await?;
                differences.iter().for_each(&mut told);
                found += differences.len() as u64;
                if repair {
                    days::repair(database, customer_id, &differences).await?;
                }
            }
        }
    }
}
