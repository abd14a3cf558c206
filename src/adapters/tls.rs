//! TLS for outgoing connections, noting which certificate each host showed.

use std::collections::HashMap;
use std::io::{Read, Write};
use std::sync::{Arc, Mutex, PoisonError};

use rustls::pki_types::{CertificateDer, ServerName, pem::PemObject};
use rustls::{ClientConfig, ClientConnection, RootCertStore, StreamOwned};
use ureq::Error;
use ureq::unversioned::transport::{
    Buffers, ConnectionDetails, Connector, Either, LazyBuffers, NextTimeout, Transport, TransportAdapter,
};

use crate::kernel::{Context, Digest, Result};

/// The newest certificate of each host and port.
#[derive(Debug, Default, Clone)]
pub struct Shown(Arc<Mutex<HashMap<String, Digest>>>);

impl Shown {
    pub fn by(&self, authority: &str) -> Option<Digest> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).get(authority).copied()
    }

    fn note(&self, authority: &str, certificate: &CertificateDer<'_>) {
        let digest = Digest::of(certificate.as_ref());
        self.0.lock().unwrap_or_else(PoisonError::into_inner).insert(authority.to_owned(), digest);
    }
}

/// Mozilla's authorities, and those of a PEM file.
pub fn roots(more_roots: &[u8]) -> Result<RootCertStore> {
    let mut roots = RootCertStore { roots: webpki_roots::TLS_SERVER_ROOTS.to_vec() };
    for root in CertificateDer::pem_slice_iter(more_roots) {
        let root = root.context("read a certificate of fetch_roots_file")?;
        roots.add(root).context("trust a certificate of fetch_roots_file")?;
    }
    Ok(roots)
}

/// Wraps a connection to an `https` address in TLS.
pub struct Tls {
    config: Arc<ClientConfig>,
    shown: Shown,
}

impl std::fmt::Debug for Tls {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Tls")
    }
}

impl Tls {
    /// Trusts Mozilla's roots and those of a PEM file, such as a region's own authority.
    pub fn new(more_roots: &[u8], shown: Shown) -> Result<Self> {
        let roots = roots(more_roots)?;
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let builder = ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions();
        let builder = builder.context("choose the versions of TLS")?;
        let config = builder.with_root_certificates(roots).with_no_client_auth();
        Ok(Tls { config: Arc::new(config), shown })
    }
}

impl<In: Transport> Connector<In> for Tls {
    type Out = Either<In, Stream>;

    fn connect(&self, details: &ConnectionDetails, chained: Option<In>) -> Result<Option<Self::Out>, Error> {
        let Some(transport) = chained else { return Ok(None) };
        if !details.needs_tls() {
            return Ok(Some(Either::A(transport)));
        }
        let authority = details.uri.authority().ok_or(Error::HostNotFound)?;
        let host = authority.host().trim_start_matches('[').trim_end_matches(']').to_owned();
        let name = ServerName::try_from(host).map_err(|_| Error::Tls("the host is no name for a certificate"))?;
        let mut conn = ClientConnection::new(self.config.clone(), name).map_err(tls)?;
        let mut sock = TransportAdapter::new(transport.boxed(), details.current_time.clone());
        sock.set_timeout(details.timeout);
        conn.complete_io(&mut sock)?;
        if let Some(certificate) = conn.peer_certificates().and_then(|chain| chain.first()) {
            self.shown.note(authority.as_str(), certificate);
        }
        let buffers = LazyBuffers::new(details.config.input_buffer_size(), details.config.output_buffer_size());
        Ok(Some(Either::B(Stream { buffers, stream: StreamOwned { conn, sock } })))
    }
}

fn tls(error: rustls::Error) -> Error {
    Error::Io(std::io::Error::new(std::io::ErrorKind::InvalidData, error))
}

/// A connection under TLS.
pub struct Stream {
    buffers: LazyBuffers,
    stream: StreamOwned<ClientConnection, TransportAdapter>,
}

impl std::fmt::Debug for Stream {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Stream")
    }
}

impl Transport for Stream {
    fn buffers(&mut self) -> &mut dyn Buffers {
        &mut self.buffers
    }

    fn transmit_output(&mut self, amount: usize, timeout: NextTimeout) -> Result<(), Error> {
        self.stream.get_mut().set_timeout(timeout);
        let output = &self.buffers.output()[..amount];
        self.stream.write_all(output)?;
        Ok(())
    }

    fn await_input(&mut self, timeout: NextTimeout) -> Result<bool, Error> {
        self.stream.get_mut().set_timeout(timeout);
        let input = self.buffers.input_append_buf();
        let amount = self.stream.read(input)?;
        self.buffers.input_appended(amount);
        Ok(amount > 0)
    }

    fn is_open(&mut self) -> bool {
        self.stream.get_mut().get_mut().is_open()
    }

    fn is_tls(&self) -> bool {
        true
    }
}
