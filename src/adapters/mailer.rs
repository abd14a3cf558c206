//! Letters by SMTP, with `lettre`.

use std::time::{Duration, SystemTime};

use lettre::message::header::{ContentType, Header, HeaderName, HeaderValue};
use lettre::message::{Mailbox, MultiPart, SinglePart};
use lettre::transport::smtp::authentication::Credentials;
use lettre::transport::smtp::client::{Certificate, CertificateStore, Tls, TlsParameters};
use lettre::{Address, Message, SmtpTransport, Transport};

use crate::ports::{Letter, MailSecurity, MailServer, Mailer, Unsent};

/// For each answer of the server.
const ANSWER_SECONDS_MAX: u64 = 20;

pub struct SmtpMailer {
    /// A PEM file of certificate authorities to trust beside Mozilla's.
    more_roots: Vec<u8>,
}

impl SmtpMailer {
    pub fn new(more_roots: Vec<u8>) -> Self {
        SmtpMailer { more_roots }
    }

    fn tls(&self, host: &str) -> Result<TlsParameters, lettre::transport::smtp::Error> {
        let builder = TlsParameters::builder(host.to_owned()).certificate_store(CertificateStore::WebpkiRoots);
        let builder = match Certificate::from_pem(&self.more_roots) {
            Ok(root) if !self.more_roots.is_empty() => builder.add_root_certificate(root),
            Ok(_) | Err(_) => builder,
        };
        builder.build_rustls()
    }
}

/// Says that nobody wrote this by hand, so that nothing answers by itself (RFC 3834).
#[derive(Clone)]
struct AutoSubmitted;

impl Header for AutoSubmitted {
    fn name() -> HeaderName {
        HeaderName::new_from_ascii_str("Auto-Submitted")
    }

    fn parse(_: &str) -> Result<Self, Box<dyn std::error::Error + Send + Sync>> {
        Ok(AutoSubmitted)
    }

    fn display(&self) -> HeaderValue {
        HeaderValue::new(Self::name(), "auto-generated".to_owned())
    }
}

impl Mailer for SmtpMailer {
    fn send(&self, server: &MailServer, letter: &Letter) -> Result<(), Unsent> {
        let message = message(letter)?;
        let secured = |tls: fn(TlsParameters) -> Tls| self.tls(&server.host).map(tls);
        let tls = match server.security {
            MailSecurity::Tls => secured(Tls::Wrapper),
            MailSecurity::StartTls => secured(Tls::Required),
            MailSecurity::Plain => Ok(Tls::None),
        };
        let tls = tls.map_err(|error| Unsent::Later(told(&error)))?;
        let builder = SmtpTransport::builder_dangerous(server.host.clone()).port(server.port).tls(tls);
        let builder = builder.timeout(Some(Duration::from_secs(ANSWER_SECONDS_MAX)));
        let builder = match &server.login {
            Some((user, password)) => builder.credentials(Credentials::new(user.clone(), password.to_string())),
            None => builder,
        };
        match builder.build().send(&message) {
            Ok(_) => Ok(()),
            Err(error) if error.is_permanent() => Err(Unsent::Refused(told(&error))),
            Err(error) => Err(Unsent::Later(told(&error))),
        }
    }
}

/// The error with its causes.
fn told(error: &dyn std::error::Error) -> String {
    let causes = std::iter::successors(error.source(), |cause| cause.source());
    causes.fold(error.to_string(), |told, cause| format!("{told}: {cause}"))
}

fn message(letter: &Letter) -> Result<Message, Unsent> {
    let refused = |error: &dyn std::error::Error| Unsent::Refused(told(error));
    let mailbox = |(name, address): &(String, String)| -> Result<Mailbox, Unsent> {
        let address: Address = address.parse().map_err(|error| refused(&error))?;
        Ok(Mailbox::new(Some(name.clone()).filter(|name| !name.is_empty()), address))
    };
    let from = mailbox(&letter.from)?;
    let micros = u64::try_from(letter.at.micros()).unwrap_or_default();
    let part = |kind: ContentType, text: &str| SinglePart::builder().header(kind).body(text.to_owned());
    let parts = MultiPart::alternative()
        .singlepart(part(ContentType::TEXT_PLAIN, &letter.text))
        .singlepart(part(ContentType::TEXT_HTML, &letter.html));
    Message::builder()
        .message_id(Some(format!("<{}@{}>", letter.id, from.email.domain())))
        .date(SystemTime::UNIX_EPOCH + Duration::from_micros(micros))
        .from(from)
        .to(mailbox(&letter.to)?)
        .subject(letter.subject.clone())
        .header(AutoSubmitted)
        .multipart(parts)
        .map_err(|error| refused(&error))
}
