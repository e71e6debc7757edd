//! How a telephone system is reached: in the clear within a house's own network, or encrypted.

use std::sync::Arc;

use anyhow::Context;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::rustls::crypto::ring::default_provider;
use tokio_rustls::rustls::pki_types::pem::PemObject;
use tokio_rustls::rustls::pki_types::{CertificateDer, ServerName};
use tokio_rustls::rustls::{ClientConfig, RootCertStore};

use crate::ids::SourceId;

/// What an administrator entered for a source.
#[derive(Clone, PartialEq, Eq)]
pub struct Link {
    pub source: SourceId,
    pub address: String,
    pub account: String,
    pub secret: String,
    pub tls: bool,
    pub tls_authority: Option<String>,
    pub trunk_context: String,
    pub may_control: bool,
    pub inside_context: String,
}

impl std::fmt::Debug for Link {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Link").field("source", &self.source).field("tls", &self.tls).finish_non_exhaustive()
    }
}

/// Either kind of connection.
pub trait Wire: AsyncRead + AsyncWrite + Send + Sync + Unpin {}
impl<W: AsyncRead + AsyncWrite + Send + Sync + Unpin> Wire for W {}

impl Link {
    pub async fn connect(&self) -> anyhow::Result<Box<dyn Wire>> {
        let stream = TcpStream::connect(self.address_with_port()).await?;
        stream.set_nodelay(true)?;
        if !self.tls {
            return Ok(Box::new(stream));
        }
        let name = ServerName::try_from(self.host().to_owned()).context("no name that a certificate could have")?;
        let connector = TlsConnector::from(Arc::new(self.tls_config()?));
        Ok(Box::new(connector.connect(name, stream).await?))
    }

    fn address_with_port(&self) -> String {
        match self.split_address() {
            (_, Some(_)) => self.address.clone(),
            (host, None) => format!("{host}:{}", if self.tls { 5039 } else { 5038 }),
        }
    }

    /// As a certificate names it: "[::1]:5039" without its port and brackets.
    fn host(&self) -> &str {
        self.split_address().0.trim_start_matches('[').trim_end_matches(']')
    }

    fn split_address(&self) -> (&str, Option<u16>) {
        let split = self.address.rsplit_once(':').and_then(|(host, port)| Some((host, port.parse().ok()?)));
        split.map_or((self.address.as_str(), None), |(host, port)| (host, Some(port)))
    }

    /// A house's own authority replaces the public ones.
    fn tls_config(&self) -> anyhow::Result<ClientConfig> {
        let mut roots = RootCertStore::empty();
        match &self.tls_authority {
            Some(pem) => {
                for certificate in CertificateDer::pem_slice_iter(pem.as_bytes()) {
                    roots.add(certificate.context("no certificate")?)?;
                }
            }
            None => roots.extend(webpki_roots::TLS_SERVER_ROOTS.iter().cloned()),
        }
        let config = ClientConfig::builder_with_provider(Arc::new(default_provider()))
            .with_safe_default_protocol_versions()?
            .with_root_certificates(roots);
        Ok(config.with_no_client_auth())
    }
}
