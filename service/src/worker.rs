//! What happens by itself: orders that were left open, holds and quarantines that end. Every replica runs it.

use std::time::Duration;

use provider_core::domain::NumberStatus;
use store::{Due, EventKind, NewEvent, NumberBy, Scope};
use tokio::{sync::watch, task::JoinHandle};

use crate::{
    INVENTORY_ID, ServiceResult, Switchboard,
    lifecycle::{rested, unclaimed, unheld},
};

/// Numbers handled in one transaction, so that a writer never waits long.
const BATCH: u32 = 200;

/// How often changes of numbers are put into the counters: answers are exact without it, but add up what is not there.
const COUNT_EVERY: Duration = Duration::from_millis(250);

impl Switchboard {
    /// Starts the worker. It is ready after its first sweep, and ends when `shutdown` becomes true.
    pub fn start_workers(&self, mut shutdown: watch::Receiver<bool>) -> JoinHandle<()> {
        let switchboard = self.clone();
        tokio::spawn(async move {
            let (mut ending, mut closing) = (shutdown.clone(), shutdown.clone());
            let alerts = tokio::spawn(switchboard.clone().looking_after_alerts());
            tokio::join!(
                switchboard.sweeping(&mut shutdown),
                switchboard.counting(&mut ending),
                switchboard.reporting(&mut closing)
            );
            // A receiver may be slow: what was being delivered is tried again by whoever comes next.
            alerts.abort();
        })
    }

    async fn sweeping(&self, shutdown: &mut watch::Receiver<bool>) {
        loop {
            match self.sweep().await {
                Ok(()) => {
                    self.inner.swept.send_replace(true);
                }
                Err(error) => tracing::warn!(%error, "a sweep failed; the next one tries again"),
            }
            tokio::select! {
                () = tokio::time::sleep(self.settings().sweep_every) => {}
                _ = shutdown.wait_for(|stop| *stop) => return,
            }
        }
    }

    /// Mails reports, beside all else: a mail server can be slow.
    async fn reporting(&self, shutdown: &mut watch::Receiver<bool>) {
        loop {
            if let Err(error) = self.send_reports().await {
                tracing::warn!(%error, "reports could not be sent; the next round tries again");
            }
            tokio::select! {
                () = tokio::time::sleep(self.settings().sweep_every) => {}
                _ = shutdown.wait_for(|stop| *stop) => return,
            }
        }
    }

    /// Watches the stock and tells of alerts, beside the sweeps: a receiver that is slow must not keep holds from ending.
    async fn looking_after_alerts(self) {
        loop {
            if let Err(error) = self.look_after_alerts().await {
                tracing::warn!(%error, "alerts could not be looked after; the next round tries again");
            }
            tokio::time::sleep(self.settings().sweep_every).await;
        }
    }

    /// Keeps the counters of numbers.
    async fn counting(&self, shutdown: &mut watch::Receiver<bool>) {
        loop {
            if let Err(error) = self.keep_counters().await {
                tracing::warn!(%error, "numbers could not be counted; the next fold tries again");
            }
            tokio::select! {
                () = tokio::time::sleep(COUNT_EVERY) => {}
                _ = shutdown.wait_for(|stop| *stop) => return,
            }
        }
    }

    /// One round: open orders, ended holds, ended quarantines.
    ///
    /// # Errors
    /// What the database says; what was done before the failure stays done.
    pub async fn sweep(&self) -> ServiceResult<()> {
        self.recover().await?;
        for due in [Due::HoldExpiry, Due::QuarantineEnd] {
            while self.expire(due).await? == BATCH as usize {}
        }
        while self.unclaim_leftovers().await? == BATCH as usize {}
        Ok(())
    }

    /// Returns own numbers to stock that an operation claimed and ended without.
    async fn unclaim_leftovers(&self) -> ServiceResult<usize> {
        self.write_announced(|tx| {
            Box::pin(async move {
                let mut events = Vec::new();
                for id in store::leftover_claims(tx, BATCH).await? {
                    let row = store::lock_number(tx, Scope::Platform, &NumberBy::Id(id)).await?;
                    let Some(before) = row.filter(|number| number.provider == INVENTORY_ID) else {
                        continue;
                    };
                    let event = NewEvent {
                        kind: EventKind::Unclaimed,
                        actor: "worker",
                        cause: Some("its order ended without it"),
                        operation_id: None,
                    };
                    events.push(store::save_number(tx, &before, &unclaimed(&before), event).await?);
                }
                Ok((events.len(), events))
            })
        })
        .await
    }

    /// Returns numbers to stock whose time has come; a carrier's number is never stock of ours.
    async fn expire(&self, due: Due) -> ServiceResult<usize> {
        let (kind, status) = match due {
            Due::HoldExpiry => (EventKind::HoldExpired, NumberStatus::Held),
            Due::QuarantineEnd => (EventKind::QuarantineEnded, NumberStatus::Dropped),
        };
        self.write_announced(move |tx| {
            Box::pin(async move {
                let mut events = Vec::new();
                for id in store::due_numbers(tx, due, BATCH).await? {
                    let row = store::lock_number(tx, Scope::Platform, &NumberBy::Id(id)).await?;
                    let Some(before) = row.filter(|number| number.status == status) else {
                        continue;
                    };
                    let after = match due {
                        Due::HoldExpiry => {
                            store::end_hold(tx, id, "EXPIRED").await?;
                            unheld(&before)
                        }
                        Due::QuarantineEnd => rested(&before),
                    };
                    let event = NewEvent {
                        kind,
                        actor: "worker",
                        cause: None,
                        operation_id: None,
                    };
                    events.push(store::save_number(tx, &before, &after, event).await?);
                }
                Ok((events.len(), events))
            })
        })
        .await
    }
}
