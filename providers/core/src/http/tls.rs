//! How encrypted upstreams are known.

use std::path::Path;
use std::sync::Arc;

use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use rustls::{ClientConfig, ConfigBuilder, Error, RootCertStore, WantsVerifier};
use rustls_platform_verifier::Verifier;

use crate::config::ConfigFault;

/// TLS that trusts whom this machine trusts, and the authorities in a file besides.
pub(super) fn trusting_the_machine(more: Option<&Path>) -> Result<ClientConfig, ConfigFault> {
    let more = more.map(certificates).transpose()?.unwrap_or_default();
    let verified = || {
        let builder = builder()?;
        let verifier = Verifier::new_with_extra_roots(more, Arc::clone(builder.crypto_provider()))?;
        let builder = builder
            .dangerous()
            .with_custom_certificate_verifier(Arc::new(verifier));
        Ok(builder.with_no_client_auth())
    };
    verified().map_err(|error: Error| {
        let message = format!(
            "https needs the certificates of this machine (package ca-certificates, SSL_CERT_FILE, or \
             http.trusted_certificates): {error}"
        );
        ConfigFault::new("config.base_url", message)
    })
}

/// TLS that trusts nobody, where nothing is encrypted: a machine without certificates can reach itself.
pub(super) fn trusting_nobody() -> Result<ClientConfig, ConfigFault> {
    let builder = builder().map_err(|error| ConfigFault::new("config.http", error.to_string()))?;
    Ok(builder
        .with_root_certificates(RootCertStore::empty())
        .with_no_client_auth())
}

fn builder() -> Result<ConfigBuilder<ClientConfig, WantsVerifier>, Error> {
    // Named, not taken from the process: other parts of the program may have none or another one.
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions()
}

fn certificates(path: &Path) -> Result<Vec<CertificateDer<'static>>, ConfigFault> {
    let fault = |why: String| {
        let message = format!("{} holds no certificates (PEM): {why}", path.display());
        ConfigFault::new("config.http.trusted_certificates", message)
    };
    let found: Vec<_> = CertificateDer::pem_file_iter(path)
        .and_then(Iterator::collect)
        .map_err(|error| fault(error.to_string()))?;
    if found.is_empty() {
        return Err(fault("there is none in it".to_owned()));
    }
    Ok(found)
}
