//! What a certificate says of itself.

use jiff::Timestamp;
use serde::Serialize;
use x509_parser::prelude::{FromDer, GeneralName, X509Certificate};
use x509_parser::public_key::PublicKey;

/// The certificate that a website showed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Certificate {
    pub subject: String,
    pub issuer: String,
    /// Names that it is for.
    pub names: Vec<String>,
    pub not_before: Timestamp,
    pub not_after: Timestamp,
    /// Whole days; negative when they have passed.
    pub days_left: i64,
    /// `1.2` or `1.3`.
    pub tls: String,
    /// Why browsers refuse it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub distrusted: Option<String>,
    /// Why its key or signature is too weak.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub weak: Option<String>,
}

const NAMES_MAX: usize = 100;
/// The CA/Browser Forum's baseline requirements, 6.1.5.
const RSA_BITS_MIN: usize = 2_048;
const DAY_SECONDS: i64 = 86_400;

impl Certificate {
    /// Reads the first of a chain; `None` when it is none.
    pub fn read(chain: &[Vec<u8>], (tls, distrusted): (&str, Option<&str>), now: Timestamp) -> Option<Self> {
        let (_, certificate) = X509Certificate::from_der(chain.first()?).ok()?;
        let validity = certificate.validity();
        let at = |seconds: i64| Timestamp::from_second(seconds).ok();
        let not_after = at(validity.not_after.timestamp())?;
        let names = certificate.subject_alternative_name().ok().flatten();
        let names = names.map(|found| found.value.general_names.iter().filter_map(name_of).take(NAMES_MAX).collect());
        Some(Certificate {
            subject: certificate.subject().to_string(),
            issuer: certificate.issuer().to_string(),
            names: names.unwrap_or_default(),
            not_before: at(validity.not_before.timestamp())?,
            not_after,
            days_left: (not_after.as_second() - now.as_second()).div_euclid(DAY_SECONDS),
            tls: tls.to_owned(),
            distrusted: distrusted.map(str::to_owned),
            weak: weakness(&certificate),
        })
    }
}

fn name_of(name: &GeneralName<'_>) -> Option<String> {
    match name {
        GeneralName::DNSName(name) => Some((*name).to_owned()),
        GeneralName::IPAddress(bytes) => match bytes.len() {
            4 => <[u8; 4]>::try_from(*bytes).ok().map(|bytes| std::net::IpAddr::from(bytes).to_string()),
            _ => <[u8; 16]>::try_from(*bytes).ok().map(|bytes| std::net::IpAddr::from(bytes).to_string()),
        },
        _ => None,
    }
}

fn weakness(certificate: &X509Certificate<'_>) -> Option<String> {
    if let Ok(PublicKey::RSA(key)) = certificate.public_key().parsed()
        && key.key_size() < RSA_BITS_MIN
    {
        return Some(format!("RSA key of {} bits", key.key_size()));
    }
    // sha1WithRSAEncryption and md5WithRSAEncryption, RFC 8017.
    let signature = certificate.signature_algorithm.algorithm.to_id_string();
    match signature.as_str() {
        "1.2.840.113549.1.1.5" => Some("signed with SHA-1".to_owned()),
        "1.2.840.113549.1.1.4" => Some("signed with MD5".to_owned()),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_certificate_says_for_whom_and_until_when() {
        let names = vec!["situs.example.go.id".to_owned(), "127.0.0.1".to_owned()];
        let made = rcgen::generate_simple_self_signed(names.clone()).unwrap();
        let now: Timestamp = "2026-01-05T00:00:00Z".parse().unwrap();
        let read = Certificate::read(&[made.cert.der().to_vec()], ("1.3", Some("x")), now).unwrap();
        assert_eq!((read.names, read.tls.as_str(), read.weak), (names, "1.3", None));
        assert!(read.days_left > 365 * 100, "{}", read.days_left);
        assert_eq!(Certificate::read(&[vec![1, 2, 3]], ("1.3", None), now), None);
        assert_eq!(Certificate::read(&[], ("1.3", None), now), None);
    }
}
