use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use hmac::{Hmac, Mac};
use jiff::Timestamp;
use secrecy::SecretString;
use sha2::Sha256;
use store::{AccessLevel, ApiKeyRecord, NewApiKey, Scope};

use crate::{Principal, ServiceError, ServiceResult, Switchboard};

/// The start of every key, so that a leaked one is recognized.
const PREFIX: &str = "sb_live_";
/// Characters of a key that are kept readable, to tell keys apart.
const SHOWN: usize = 14;
const SECRET_SETTING: &str = "api_key_secret";

/// A key to issue.
#[derive(Debug, Clone)]
pub struct KeyRequest {
    /// For people.
    pub name: String,
    /// What it may do.
    pub level: AccessLevel,
    /// What it may do it to.
    pub scope: Scope,
    /// When it stops working.
    pub expires_at: Option<Timestamp>,
}

/// A key that has just been issued: the only time that it can be seen.
#[derive(Debug, Clone)]
pub struct IssuedKey {
    /// Row id.
    pub id: i64,
    /// The key.
    pub key: SecretString,
    /// Its first characters, which stay readable.
    pub prefix: String,
}

/// A client reference for a change that came without one: a repetition of the change is a new operation then.
pub(crate) fn made_reference() -> String {
    format!("made-here-{}", random_token(18))
}

/// Random text of `bytes` random bytes, in the URL-safe base64 alphabet.
pub(crate) fn random_token(bytes: usize) -> String {
    let mut buffer = vec![0_u8; bytes];
    if getrandom::fill(&mut buffer).is_err() {
        // Without randomness no key and no order token may be made: nothing useful can run on such a machine.
        tracing::error!("the operating system gives no random bytes");
        std::process::abort();
    }
    URL_SAFE_NO_PAD.encode(buffer)
}

/// Hashes keys with a secret of this database: a stolen table alone does not let anyone guess keys.
#[derive(Clone)]
pub(crate) struct KeyHasher(Vec<u8>);

impl std::fmt::Debug for KeyHasher {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("KeyHasher([redacted])")
    }
}

impl KeyHasher {
    fn hash(&self, key: &str) -> String {
        let Some(mac) = self.mac(key) else {
            return String::new();
        };
        mac.finalize()
            .into_bytes()
            .iter()
            .map(|byte| format!("{byte:02x}"))
            .collect()
    }

    fn mac(&self, text: &str) -> Option<Hmac<Sha256>> {
        let mut mac = Hmac::<Sha256>::new_from_slice(&self.0).ok()?;
        mac.update(text.as_bytes());
        Some(mac)
    }
}

/// What is signed for one purpose is good for no other.
fn signed_text(purpose: &str, text: &str) -> String {
    format!("{purpose}\n{text}")
}

impl Switchboard {
    async fn hasher(&self) -> ServiceResult<&KeyHasher> {
        self.inner
            .hasher
            .get_or_try_init(|| async {
                let known = store::setting(self.database().reader(), SECRET_SETTING).await?;
                let secret = match known {
                    Some(secret) => secret,
                    None => {
                        self.database()
                            .write::<_, store::StoreError, _>(|tx| {
                                Box::pin(async move {
                                    store::ensure_setting(tx, SECRET_SETTING, &random_token(32)).await
                                })
                            })
                            .await?
                    }
                };
                Ok(KeyHasher(secret.into_bytes()))
            })
            .await
    }

    /// Who a key is.
    ///
    /// # Errors
    /// [`ServiceError::Unauthenticated`] when it is unknown, expired or revoked.
    pub async fn authenticate(&self, key: &str) -> ServiceResult<Principal> {
        let hash = self.hasher().await?.hash(key);
        let record = store::api_key_by_hash(self.database().reader(), &hash).await?;
        match record {
            Some(record) if record.is_good_at(Timestamp::now()) => Ok(principal(record)),
            _ => Err(ServiceError::Unauthenticated),
        }
    }

    /// Who the key of this row is, if it is still good.
    pub(crate) async fn principal_of_key(&self, id: i64) -> ServiceResult<Option<Principal>> {
        let record = store::api_key(self.database().reader(), id).await?;
        let good = record.filter(|record| record.is_good_at(Timestamp::now()));
        Ok(good.map(principal))
    }

    /// Signs a text with the secret of this database, which all replicas share.
    pub(crate) async fn sign(&self, purpose: &str, text: &str) -> ServiceResult<String> {
        let mac = self.hasher().await?.mac(&signed_text(purpose, text));
        let mac = mac.ok_or_else(|| ServiceError::Internal("the key secret can't be used".to_owned()))?;
        Ok(URL_SAFE_NO_PAD.encode(mac.finalize().into_bytes()))
    }

    /// Whether a text was signed here for this purpose.
    pub(crate) async fn is_signed(&self, purpose: &str, text: &str, signature: &str) -> ServiceResult<bool> {
        let Ok(signature) = URL_SAFE_NO_PAD.decode(signature) else {
            return Ok(false);
        };
        let mac = self.hasher().await?.mac(&signed_text(purpose, text));
        // Compares in constant time.
        Ok(mac.is_some_and(|mac| mac.verify_slice(&signature).is_ok()))
    }

    /// Issues a key that this caller may issue: an administrator any, nobody else yet.
    ///
    /// # Errors
    /// [`ServiceError::AccessDenied`].
    pub async fn issue_key(&self, who: &Principal, request: KeyRequest) -> ServiceResult<IssuedKey> {
        who.may_administer()?;
        self.insert_key(request, format!("{PREFIX}{}", random_token(32)))
            .await
    }

    /// Every key, oldest first: what is known of it, never the key itself.
    ///
    /// # Errors
    /// [`ServiceError::AccessDenied`].
    pub async fn keys(&self, who: &Principal) -> ServiceResult<Vec<ApiKeyRecord>> {
        who.may_administer()?;
        Ok(store::api_keys(self.database().reader()).await?)
    }

    /// Ends a key for good; says whether there was one that still worked.
    ///
    /// # Errors
    /// [`ServiceError::AccessDenied`].
    pub async fn revoke_key(&self, who: &Principal, id: i64) -> ServiceResult<bool> {
        who.may_administer()?;
        let scope = who.scope;
        let revoked = self.database().write::<_, store::StoreError, _>(move |tx| {
            Box::pin(async move { store::revoke_api_key(tx, scope, id).await })
        });
        Ok(revoked.await?)
    }

    /// On the first start, issues the one key that everything else is made with; `None` when there are keys.
    ///
    /// # Errors
    /// What the database says.
    pub async fn ensure_first_key(&self) -> ServiceResult<Option<IssuedKey>> {
        if store::count_api_keys(self.database().reader()).await? > 0 {
            return Ok(None);
        }
        let request = KeyRequest {
            name: "first administrator".to_owned(),
            level: AccessLevel::Admin,
            scope: Scope::Platform,
            expires_at: None,
        };
        self.insert_key(request, format!("{PREFIX}{}", random_token(32)))
            .await
            .map(Some)
    }

    /// Makes a well-known key, for the demo alone; it stays what it is when it is there already.
    ///
    /// # Errors
    /// What the database says.
    pub async fn ensure_demo_key(
        &self,
        name: &str,
        key: &str,
        level: AccessLevel,
        scope: Scope,
    ) -> ServiceResult<()> {
        if self.authenticate(key).await.is_ok() {
            return Ok(());
        }
        let request = KeyRequest {
            name: name.to_owned(),
            level,
            scope,
            expires_at: None,
        };
        self.insert_key(request, key.to_owned()).await.map(|_| ())
    }

    async fn insert_key(&self, request: KeyRequest, key: String) -> ServiceResult<IssuedKey> {
        let prefix: String = key.chars().take(SHOWN).collect();
        let new = NewApiKey {
            name: request.name,
            prefix: prefix.clone(),
            hash: self.hasher().await?.hash(&key),
            level: request.level,
            scope: request.scope,
            expires_at: request.expires_at,
        };
        let id = self
            .database()
            .write::<_, store::StoreError, _>(move |tx| {
                Box::pin(async move { store::insert_api_key(tx, &new).await })
            })
            .await?;
        Ok(IssuedKey {
            id,
            key: key.into(),
            prefix,
        })
    }
}

fn principal(record: ApiKeyRecord) -> Principal {
    Principal {
        key_id: record.id,
        name: record.name,
        level: record.level,
        scope: record.scope,
        request_id: None,
    }
}
