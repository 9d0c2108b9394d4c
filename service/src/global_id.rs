use std::fmt::Display;

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};

/// The form of global ids; a later form gets another number, and this one stays readable.
pub const GLOBAL_ID_VERSION: &str = "1";

/// The global id of an object as clients of the API have it (<https://relay.dev/graphql/objectidentification.htm>):
/// base64url without padding of `1:<type>:<key>`, where the key of what has a row is its number.
#[must_use]
pub fn global_id(kind: impl Display, key: impl Display) -> String {
    URL_SAFE_NO_PAD.encode(format!("{GLOBAL_ID_VERSION}:{kind}:{key}"))
}
