//! Webhooks, signed as Standard Webhooks (<https://www.standardwebhooks.com>) says.

use std::collections::HashMap;

use base64::{
    Engine,
    engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD},
};
use hmac::{Hmac, Mac};
use provider_core::http::HookUrl;
use secrecy::SecretString;
use sha2::Sha256;
use store::WebhookRecord;

use crate::{
    Principal, ServiceError, ServiceResult, Switchboard, UserErrorCode, keys::random_token, validate::Faults,
};

/// What the key of a webhook is signed for.
const PURPOSE: &str = "webhook-key/1";
/// Longest address, in characters.
const LONGEST_URL: usize = 2_000;

/// A webhook as its owner sees it.
pub type Webhook = WebhookRecord;

/// A webhook that has just been made: the only time that its secret can be seen.
#[derive(Debug, Clone)]
pub struct NewWebhook {
    /// The webhook.
    pub webhook: Webhook,
    /// `whsec_...`: what its receiver checks signatures with.
    pub secret: SecretString,
}

impl Switchboard {
    /// The caller's webhooks, oldest first.
    ///
    /// # Errors
    /// [`ServiceError::AccessDenied`]; what the database says.
    pub async fn webhooks(&self, who: &Principal) -> ServiceResult<Vec<Webhook>> {
        who.may_watch_stock()?;
        Ok(store::webhooks(self.database().reader(), who.scope).await?)
    }

    /// Webhooks that the caller may see.
    ///
    /// # Errors
    /// [`ServiceError::AccessDenied`]; what the database says.
    pub async fn webhooks_by_ids(
        &self,
        who: &Principal,
        ids: &[i64],
    ) -> ServiceResult<HashMap<i64, Webhook>> {
        who.may_watch_stock()?;
        Ok(store::webhooks_by_ids(self.database().reader(), who.scope, ids).await?)
    }

    /// A webhook of the caller's.
    ///
    /// # Errors
    /// What the database says.
    pub async fn webhook(&self, who: &Principal, id: i64) -> ServiceResult<Option<Webhook>> {
        if who.may_watch_stock().is_err() {
            return Ok(None);
        }
        let mut found = store::webhooks_by_ids(self.database().reader(), who.scope, &[id]).await?;
        Ok(found.remove(&id))
    }

    /// Makes a webhook.
    ///
    /// # Errors
    /// [`ServiceError::AccessDenied`]; `Refused` at `input.name` or `input.url`.
    pub async fn create_webhook(&self, who: &Principal, name: &str, url: &str) -> ServiceResult<NewWebhook> {
        let reseller_id = who.may_watch_stock()?;
        let mut faults = Faults::default();
        let name = faults.name(name);
        let inside = self.settings().webhooks.allow_private_addresses;
        if url.chars().count() > LONGEST_URL {
            let message = format!("url must be at most {LONGEST_URL} characters");
            faults.add(UserErrorCode::InvalidInput, "input.url", message);
        } else if let Err(error) = HookUrl::parse(url, inside) {
            faults.add(UserErrorCode::InvalidInput, "input.url", format!("url {error}"));
        }
        faults.into_result()?;
        let (url, salt) = (url.to_owned(), random_token(18));
        let salted = salt.clone();
        let id = self
            .database()
            .write::<_, store::StoreError, _>(move |tx| {
                Box::pin(async move { store::insert_webhook(tx, reseller_id, &name, &url, &salted).await })
            })
            .await?;
        let webhook = self.webhook(who, id).await?;
        let webhook = webhook.ok_or_else(|| ServiceError::Internal("a new webhook is gone".to_owned()))?;
        let key = self.webhook_key(&webhook).await?;
        Ok(NewWebhook {
            webhook,
            secret: format!("whsec_{}", STANDARD.encode(key)).into(),
        })
    }

    /// Ends a webhook that no rule uses any more; says whether it was there.
    ///
    /// # Errors
    /// [`ServiceError::AccessDenied`]; `Refused` at `input.webhookId` while rules use it.
    pub async fn delete_webhook(&self, who: &Principal, id: i64) -> ServiceResult<bool> {
        who.may_watch_stock()?;
        let scope = who.scope;
        let work = self.database().write::<_, ServiceError, _>(move |tx| {
            Box::pin(async move {
                if !store::webhooks_by_ids(tx.connection(), scope, &[id])
                    .await?
                    .contains_key(&id)
                {
                    return Ok(false);
                }
                let rules = store::rules_of_webhook(tx.connection(), id).await?;
                if rules.is_empty() {
                    return Ok(store::delete_webhook(tx, scope, id).await?);
                }
                let message = format!("rules use this webhook: {}; change them first", rules.join(", "));
                Err(ServiceError::refused(
                    UserErrorCode::InvalidInput,
                    "input.webhookId",
                    message,
                ))
            })
        });
        work.await
    }

    /// What a webhook is signed with.
    async fn webhook_key(&self, webhook: &Webhook) -> ServiceResult<Vec<u8>> {
        let text = self.sign(PURPOSE, &webhook.salt).await?;
        URL_SAFE_NO_PAD
            .decode(text)
            .map_err(|_| ServiceError::Internal("a webhook's key can't be made".to_owned()))
    }

    /// The headers of a message: its id, the time, and the signature over both and the body.
    pub(super) async fn webhook_headers(
        &self,
        webhook: &Webhook,
        id: &str,
        body: &str,
    ) -> ServiceResult<[(&'static str, String); 3]> {
        let seconds = jiff::Timestamp::now().as_second();
        let key = self.webhook_key(webhook).await?;
        let mut mac = Hmac::<Sha256>::new_from_slice(&key)
            .map_err(|_| ServiceError::Internal("a webhook's key can't be used".to_owned()))?;
        mac.update(format!("{id}.{seconds}.{body}").as_bytes());
        let signature = format!("v1,{}", STANDARD.encode(mac.finalize().into_bytes()));
        Ok([
            ("webhook-id", id.to_owned()),
            ("webhook-timestamp", seconds.to_string()),
            ("webhook-signature", signature),
        ])
    }
}
