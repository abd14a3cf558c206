//! TLS that tells what it thinks of a certificate instead of hanging up.

use std::sync::Arc;

use rustls::client::WebPkiServerVerifier;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::CryptoProvider;
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{CertificateError, ClientConfig, DigitallySignedStruct, Error, SignatureScheme};

use super::super::tls::roots;
use crate::kernel::{Context, Result};

pub struct Tls {
    pub config: Arc<ClientConfig>,
    judge: Arc<WebPkiServerVerifier>,
}

impl Tls {
    pub fn new(more_roots: &[u8]) -> Result<Self> {
        let roots = roots(more_roots)?;
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let judge = WebPkiServerVerifier::builder_with_provider(Arc::new(roots), provider.clone());
        let judge = judge.build().context("make a judge of certificates")?;
        let builder = ClientConfig::builder_with_provider(provider.clone()).with_safe_default_protocol_versions();
        let builder = builder.context("choose the versions of TLS")?.dangerous();
        let config = builder.with_custom_certificate_verifier(Arc::new(Lenient { judge: judge.clone(), provider }));
        let mut config = config.with_no_client_auth();
        // Each look is to be a whole handshake, as a new visitor makes it.
        config.resumption = rustls::client::Resumption::disabled();
        Ok(Tls { config: Arc::new(config), judge })
    }

    /// Why a browser would refuse this chain for this name now; `None` when it would not.
    pub fn why_distrusted(&self, chain: &[CertificateDer<'_>], name: &ServerName<'_>) -> Option<String> {
        let Some((own, others)) = chain.split_first() else { return Some("no certificate".to_owned()) };
        let judged = self.judge.verify_server_cert(own, others, name, &[], UnixTime::now());
        judged.err().map(|error| said(&error))
    }
}

fn said(error: &Error) -> String {
    match error {
        Error::InvalidCertificate(CertificateError::Expired | CertificateError::ExpiredContext { .. }) => {
            "expired".into()
        }
        Error::InvalidCertificate(CertificateError::NotValidYet | CertificateError::NotValidYetContext { .. }) => {
            "not valid yet".into()
        }
        Error::InvalidCertificate(
            CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. },
        ) => "for another name".into(),
        Error::InvalidCertificate(CertificateError::UnknownIssuer) => {
            "of an unknown issuer, or without the chain to it".into()
        }
        Error::InvalidCertificate(CertificateError::Revoked) => "revoked".into(),
        other => other.to_string(),
    }
}

/// Takes every certificate, but no signature of the handshake that is false: whoever shows a certificate has its key.
#[derive(Debug)]
struct Lenient {
    judge: Arc<WebPkiServerVerifier>,
    provider: Arc<CryptoProvider>,
}

impl ServerCertVerifier for Lenient {
    fn verify_server_cert(
        &self,
        _: &CertificateDer<'_>,
        _: &[CertificateDer<'_>],
        _: &ServerName<'_>,
        _: &[u8],
        _: UnixTime,
    ) -> std::result::Result<ServerCertVerified, Error> {
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> std::result::Result<HandshakeSignatureValid, Error> {
        self.judge.verify_tls12_signature(message, certificate, signed)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> std::result::Result<HandshakeSignatureValid, Error> {
        self.judge.verify_tls13_signature(message, certificate, signed)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.provider.signature_verification_algorithms.supported_schemes()
    }
}
