use std::{sync::Arc, time::Duration};

use jiff::SignedDuration;
use mail::Mailer;
use numbering::Places;
use provider_core::{
    http::HookClient,
    provider::{Instance, Provider},
};
use store::{Database, DatabaseOptions, Lease, StoreError};
use tokio::sync::watch;

use crate::{
    ServiceResult, alerts::AlertNotices, events::Notices, inventory::OwnInventory, keys::KeyHasher,
    providers::Providers,
};

/// The schedule that Standard Webhooks gives as an example: about three days.
const DELIVERY_WAITS: [u64; 9] = [5, 300, 1_800, 7_200, 18_000, 36_000, 50_400, 72_000, 86_400];

/// Where webhooks may lead.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct WebhookSettings {
    /// Also to addresses of private networks and of this machine, and without TLS. Whoever may make a webhook can then
    /// have requests sent inside the network that the program runs in.
    pub allow_private_addresses: bool,
}

/// What a [`Switchboard`] is opened with.
#[derive(Debug, Clone)]
pub struct Settings {
    /// `sqlite://FILE` or `postgres://...`.
    pub database_url: String,
    /// Connections.
    pub database: DatabaseOptions,
    /// Configured providers, in the order in which orders try them. The own inventory stands before them.
    pub providers: Vec<Instance>,
    /// How many days a released number of our own rests.
    pub quarantine_days: u32,
    /// The mail server; without one nothing is mailed.
    pub mailer: Option<Mailer>,
    /// Where webhooks may lead.
    pub webhooks: WebhookSettings,
    /// Name of this process, unique among the replicas.
    pub replica: String,
    /// How long a mutation waits for its order before it answers PENDING.
    pub answer_within: Duration,
    /// How long one call to a provider may take.
    pub provider_deadline: Duration,
    /// How often the stock is looked at for alert rules, while numbers change.
    pub watch_stock_every: Duration,
    /// How long to wait after each failed attempt to tell of an alert; after the last one it is given up.
    pub delivery_waits: Vec<Duration>,
    /// How often recovery, hold expiry and quarantine end are looked after.
    pub sweep_every: Duration,
    /// How many bytes of calls are kept in memory for statistics.
    pub call_cache_bytes: u64,
    /// Most calls and agents' sessions that the figures of call centers which are asked for together are counted
    /// from: some 40 bytes of memory each.
    pub most_queue_rows: u64,
    /// For how long the link to a file works.
    pub links_last: Duration,
}

impl Settings {
    /// The defaults, for a database.
    pub fn new(database_url: impl Into<String>) -> Self {
        Self {
            database_url: database_url.into(),
            database: DatabaseOptions::default(),
            providers: Vec::new(),
            quarantine_days: 90,
            mailer: None,
            webhooks: WebhookSettings::default(),
            replica: crate::keys::random_token(12),
            answer_within: Duration::from_secs(2),
            provider_deadline: Duration::from_secs(8),
            watch_stock_every: Duration::from_secs(5),
            delivery_waits: DELIVERY_WAITS.map(Duration::from_secs).to_vec(),
            sweep_every: Duration::from_secs(2),
            call_cache_bytes: 256 << 20,
            most_queue_rows: 1_000_000,
            links_last: Duration::from_secs(300),
        }
    }

    /// How long a released number of our own rests.
    pub(crate) fn quarantine(&self) -> SignedDuration {
        SignedDuration::from_hours(i64::from(self.quarantine_days) * 24)
    }
}

/// Why a [`Switchboard`] could not be opened.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The database can't be used.
    #[error(transparent)]
    Database(#[from] StoreError),
    /// The numbering data can't be read.
    #[error("numbering data: {0}")]
    Places(String),
}

/// The use cases, over one database and the configured providers. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Switchboard {
    pub(crate) inner: Arc<Inner>,
}

#[derive(Debug)]
pub(crate) struct Inner {
    pub(crate) settings: Settings,
    pub(crate) database: Database,
    pub(crate) places: &'static Places,
    pub(crate) providers: Providers,
    pub(crate) inventory: Arc<OwnInventory>,
    pub(crate) notices: Notices,
    pub(crate) alert_notices: AlertNotices,
    pub(crate) hook_client: std::sync::OnceLock<HookClient>,
    pub(crate) hasher: tokio::sync::OnceCell<KeyHasher>,
    pub(crate) swept: watch::Sender<bool>,
    /// Daily reports are to be mailed without a mail server: that was said.
    pub(crate) missing_mail: std::sync::Once,
}

impl Switchboard {
    /// Connects to the database and builds the providers. Does not change the database: see
    /// [`Switchboard::migrate`].
    ///
    /// # Errors
    /// [`StartError`].
    pub async fn open(settings: Settings) -> Result<Self, StartError> {
        let database = Database::connect(&settings.database_url, &settings.database).await?;
        Self::over(database, settings)
    }

    /// The same over a database that is connected already.
    ///
    /// # Errors
    /// [`StartError`].
    pub fn over(database: Database, settings: Settings) -> Result<Self, StartError> {
        let places = Places::shared().map_err(|error| StartError::Places(error.to_string()))?;
        let notices = Notices::new(database.clone());
        let inventory = Arc::new(OwnInventory::new(
            database.clone(),
            places,
            notices.clone(),
            settings.quarantine(),
            settings.call_cache_bytes,
        ));
        let providers = Providers::new(inventory.clone(), &settings.providers);
        let inner = Inner {
            settings,
            database,
            places,
            providers,
            inventory,
            notices,
            alert_notices: AlertNotices::default(),
            hook_client: std::sync::OnceLock::new(),
            hasher: tokio::sync::OnceCell::new(),
            swept: watch::Sender::new(false),
            missing_mail: std::sync::Once::new(),
        };
        Ok(Self {
            inner: Arc::new(inner),
        })
    }

    /// Brings the schema up to date.
    ///
    /// # Errors
    /// What the database says.
    pub async fn migrate(&self) -> Result<(), StartError> {
        Ok(self.database().migrate().await?)
    }

    /// How many migrations wait to be run.
    ///
    /// # Errors
    /// What the database says.
    pub async fn pending_migrations(&self) -> Result<usize, StartError> {
        Ok(self.database().pending_migrations().await?)
    }

    /// The database.
    #[must_use]
    pub fn database(&self) -> &Database {
        &self.inner.database
    }

    /// The numbering data.
    #[must_use]
    pub fn places(&self) -> &'static Places {
        self.inner.places
    }

    /// Our own stock as a provider, for checks that every provider must pass.
    #[must_use]
    pub fn inventory(&self) -> Arc<dyn Provider> {
        self.inner.inventory.clone()
    }

    /// What it was opened with.
    #[must_use]
    pub fn settings(&self) -> &Settings {
        &self.inner.settings
    }

    /// True after the first recovery sweep: nothing that an earlier process left half done is unknown.
    #[must_use]
    pub fn is_ready(&self) -> bool {
        *self.inner.swept.borrow()
    }

    /// Asks the database whether it answers.
    ///
    /// # Errors
    /// What the database says.
    pub async fn check(&self) -> ServiceResult<()> {
        self.database().now_ms().await?;
        Ok(())
    }

    /// The lease that this process takes on operations: long enough for a provider's slowest answer.
    pub(crate) fn lease(&self) -> Lease {
        let milliseconds = self.settings().provider_deadline.as_millis() + 10_000;
        Lease {
            owner: self.settings().replica.clone(),
            milliseconds: i64::try_from(milliseconds).unwrap_or(i64::MAX),
        }
    }
}
