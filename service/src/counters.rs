//! The counters of numbers: kept, checked, mended.

use store::kpis::{Difference, Folded};

use crate::{ServiceResult, Switchboard};

impl Switchboard {
    /// Puts what changed about numbers into the counters, and builds them first where that was not done. Any replica
    /// may, also while others do.
    ///
    /// # Errors
    /// What the database says; what was folded before the failure stays so.
    pub async fn keep_counters(&self) -> ServiceResult<()> {
        loop {
            match store::kpis::fold(self.database()).await? {
                Folded::NotBuilt => {
                    tracing::info!("counting all numbers, once");
                    self.rebuild_counters().await?;
                }
                folded if folded.more() => {}
                _ => return Ok(()),
            }
        }
    }

    /// Keeps what is not in the counters small while numbers are written by the hundred. Whoever writes them is not
    /// told of a failure: the next one tries again.
    pub(crate) async fn keep_counters_up(&self) {
        if let Err(error) = store::kpis::fold_full(self.database()).await {
            tracing::warn!(%error, "numbers could not be counted; the next fold tries again");
        }
    }

    /// What the counters of numbers say and the numbers don't; nothing when all is well. Other work goes on.
    ///
    /// # Errors
    /// What the database says.
    pub async fn verify_counters(&self) -> ServiceResult<Vec<Difference>> {
        Ok(store::kpis::verify(self.database()).await?)
    }

    /// Builds the counters of numbers anew; false when another process is at it. Other work goes on.
    ///
    /// # Errors
    /// What the database says; then the counters are as they were.
    pub async fn rebuild_counters(&self) -> ServiceResult<bool> {
        Ok(store::kpis::rebuild(self.database()).await?)
    }
}
