//! Ten thousand watched websites, once a minute each, on addresses of their own in 127.0.0.0/8; every fifth takes the connection and never
//! answers. How late do looks begin, is one missed, how much memory and processor does the engine take?
//!
//! `cargo bench --bench monitors [-- SECONDS [WEBSITES]]`; the websites are a process of their own. As a test it only shows that it works.
//! `benches/monitors/beside.py` measures looks over TLS for each second of processor beside prometheus-blackbox-exporter: with `tls` as the
//! third argument all websites answer, over TLS.

use std::collections::VecDeque;
use std::io::{BufRead as _, BufReader};
use std::net::Ipv4Addr;
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::time::Duration;

use lamin::adapters::HttpProber;
use lamin::app::App;
use lamin::boot;
use lamin::config::Config;
use lamin::kernel::Timestamp;
use lamin::kernel::id::MonitorId;
use lamin::kernel::time::MINUTE;
use lamin::monitoring::schedule::engine::Engine;
use lamin::monitoring::schedule::rules::slot_after;
use lamin::monitoring::sites::model::Watched;
use lamin::monitoring::sites::store;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

/// Seconds and websites of the bench, and of the test.
const WHOLE: (u64, u64) = (150, 10_000);
const BRIEF: (u64, u64) = (3, 100);
const LOOK_SECONDS_MAX: &str = "5";
/// One in so many never answers; over TLS all do.
const SILENT_SHARE: u32 = 5;
/// Addresses that the certificate names: websites over TLS share them, each with a page of its own.
const SECURED_ADDRESSES: u32 = 100;
const PAGE_BYTES: usize = 20_000;

fn main() {
    let (flags, arguments): (Vec<String>, Vec<String>) =
        std::env::args().skip(1).partition(|argument| argument.starts_with("--"));
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    if arguments.first().is_some_and(|first| first == "websites") {
        runtime.block_on(websites(arguments.get(1).map(String::as_str)));
        return;
    }
    let number = |at: usize, default: u64| arguments.get(at).map_or(default, |text| text.parse().unwrap());
    let (seconds, websites) = if flags.iter().any(|flag| flag == "--bench") { WHOLE } else { BRIEF };
    let is_secured = arguments.get(2).is_some_and(|third| third == "tls");
    runtime.block_on(measure(number(0, seconds), number(1, websites) as u32, is_secured));
}

/// Answers on every address of 127.0.0.0/8, but for those that are silent; with a file for its certificate over TLS, and all.
async fn websites(certificate: Option<&str>) {
    // They end with whoever began them, however that ends.
    std::thread::spawn(|| {
        let _ = std::io::stdin().read_line(&mut String::new());
        std::process::exit(0);
    });
    let tls = certificate.map(acceptor);
    let listener = tokio::net::TcpListener::bind("0.0.0.0:0").await.unwrap();
    println!("{}", listener.local_addr().unwrap().port());
    let words = "<p>Selamat datang di situs resmi dinas kami.</p>".repeat(PAGE_BYTES / 48);
    let page = format!("<!doctype html><html lang=id><title>Dinas</title><body>{words}</body></html>");
    let answer = format!("HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: {}\r\n\r\n{page}", page.len());
    let answer: Arc<str> = answer.into();
    loop {
        let Ok((mut stream, _)) = listener.accept().await else { continue };
        let (answer, tls) = (answer.clone(), tls.clone());
        tokio::spawn(async move {
            let mut request = [0; 4096];
            if let Some(tls) = tls {
                let Ok(mut stream) = tls.accept(stream).await else { return };
                let _ = stream.read(&mut request).await;
                let _ = stream.write_all(answer.as_bytes()).await;
                let _ = stream.shutdown().await;
                return;
            }
            let read = stream.read(&mut request).await;
            let silent = stream.local_addr().is_ok_and(|own| match own.ip() {
                std::net::IpAddr::V4(ip) => number(ip).is_multiple_of(SILENT_SHARE),
                std::net::IpAddr::V6(_) => false,
            });
            if silent {
                // Until whoever looks gives up.
                let _ = stream.read(&mut request).await;
            } else if read.is_ok() {
                let _ = stream.write_all(answer.as_bytes()).await;
            }
        });
    }
}

/// Makes a certificate for the secured addresses, and leaves it in a file.
fn acceptor(file: &str) -> tokio_rustls::TlsAcceptor {
    let names: Vec<String> = (0..SECURED_ADDRESSES).map(|number| address(number).to_string()).collect();
    let made = rcgen::generate_simple_self_signed(names).unwrap();
    write(file, made.cert.pem().as_bytes());
    let key = rustls::pki_types::PrivateKeyDer::try_from(made.signing_key.serialize_der()).unwrap();
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = rustls::ServerConfig::builder_with_provider(provider).with_safe_default_protocol_versions().unwrap();
    let mut config = config.with_no_client_auth().with_single_cert(vec![made.cert.der().clone()], key).unwrap();
    // Each look is a whole handshake.
    config.send_tls13_tickets = 0;
    tokio_rustls::TlsAcceptor::from(Arc::new(config))
}

#[expect(clippy::disallowed_methods, reason = "a file of this bench")]
fn write(file: &str, bytes: &[u8]) {
    std::fs::write(file, bytes).unwrap();
}

/// 127.1.0.0 is the first.
fn address(number: u32) -> Ipv4Addr {
    Ipv4Addr::from(u32::from(Ipv4Addr::new(127, 1, 0, 0)) + number)
}

fn number(address: Ipv4Addr) -> u32 {
    u32::from(address) - u32::from(Ipv4Addr::new(127, 1, 0, 0))
}

async fn measure(seconds: u64, many: u32, is_secured: bool) {
    let folder = tempfile::tempdir().unwrap();
    let certificate = folder.path().join("certificate.pem");
    let mut child = Command::new(std::env::current_exe().unwrap())
        .arg("websites")
        .args(is_secured.then_some(&certificate))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("the websites start");
    let mut line = String::new();
    BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
    let port: u16 = line.trim().parse().unwrap();
    let settings = [
        ("monitor_look_seconds_max", LOOK_SECONDS_MAX.to_owned()),
        ("monitor_line_targets", [1, 2, 3].map(|number| url(number, port, is_secured)).join(",")),
    ];
    let flags: Vec<(String, String)> = settings.map(|(name, value)| (name.to_owned(), value)).to_vec();
    let (data, public) = (folder.path().join("data"), folder.path().join("public"));
    let app = boot::open(Config::from_parts(&data, &public, &[], &flags).unwrap()).unwrap();
    let ids = watch(&app, many, |number| url(number, port, is_secured));
    let roots = if is_secured { read(&certificate) } else { Vec::new() };
    let prober = HttpProber::new(|_| true, &[], (&roots, "bench")).unwrap();
    let begun = app.now();
    let mut engine = Engine::open(&app, Arc::new(prober)).await.unwrap().unwrap();
    let before = processor_seconds();
    let (stop, mut stopped) = tokio::sync::watch::channel(false);
    let clock = tokio::spawn(async move {
        tokio::time::sleep(Duration::from_secs(seconds)).await;
        stop.send_replace(true);
        // Whoever waits for a change hears no more when the sender has gone.
        std::future::pending::<()>().await;
    });
    engine.work(&mut stopped).await.unwrap();
    clock.abort();
    report(&engine, (&ids, begun, app.now()), processor_seconds() - before);
    let _ = child.kill();
    let _ = child.wait();
}

#[expect(clippy::disallowed_methods, reason = "a file of this bench")]
fn read(file: &std::path::Path) -> Vec<u8> {
    std::fs::read(file).unwrap()
}

fn url(number: u32, port: u16, is_secured: bool) -> String {
    match is_secured {
        true => format!("https://{}:{port}/{number}", address(number % SECURED_ADDRESSES)),
        false => format!("http://{}:{port}/", address(number)),
    }
}

fn watch(app: &App, many: u32, url: impl Fn(u32) -> String) -> Vec<MonitorId> {
    let now = app.now();
    let one = |number: u32| Watched::new(app.id(MonitorId::new), format!("Dinas {number}"), url(number), now);
    let all: Vec<Watched> = (0..many).map(one).collect();
    app.db.write_blocking(|tx| all.iter().try_for_each(|one| store::insert(tx, one))).unwrap();
    all.into_iter().map(|one| one.id).collect()
}

fn report(engine: &Engine, (ids, begun, ended): (&[MonitorId], Timestamp, Timestamp), processor: f64) {
    let mut due = 0_u64;
    for id in ids {
        let mut at = slot_after(id.as_str(), MINUTE, begun);
        while at <= ended {
            due += 1;
            at = slot_after(id.as_str(), MINUTE, at);
        }
    }
    let tally = &engine.tally;
    let looks = tally.looks;
    println!("websites {}, seconds {:.0}", ids.len(), (ended.micros() - begun.micros()) as f64 / 1e6);
    println!("slots {due}, looks {looks}, stored {}", tally.stored);
    println!("start lag in ms of slots: {}", lags(&tally.slot_lags_ms));
    println!("start lag in ms of confirmations: {}", lags(&tally.confirmation_lags_ms));
    println!("resident {} MB, peak {} MB", memory("VmRSS") / 1024, memory("VmHWM") / 1024);
    println!("processor {processor:.1} s, {:.0} looks per second of it", looks as f64 / processor);
}

fn lags(found: &VecDeque<u32>) -> String {
    let mut lags: Vec<u32> = found.iter().copied().collect();
    lags.sort_unstable();
    let part = |share: f64| lags.get(((lags.len() as f64 - 1.0) * share) as usize).copied().unwrap_or(0);
    format!("{} looks, p50 {}, p99 {}, max {}", lags.len(), part(0.5), part(0.99), part(1.0))
}

/// Kilobytes, as the kernel counts them.
#[expect(clippy::disallowed_methods, reason = "what the kernel says of this process")]
fn memory(name: &str) -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find(|line| line.starts_with(name)).unwrap();
    line.split_whitespace().nth(1).unwrap().parse().unwrap()
}

/// Of all threads of this process.
#[expect(clippy::disallowed_methods, reason = "what the kernel says of this process")]
fn processor_seconds() -> f64 {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap();
    let after = stat.rsplit(") ").next().unwrap();
    let ticks: u64 = after.split(' ').skip(11).take(2).map(|ticks| ticks.parse::<u64>().unwrap()).sum();
    ticks as f64 / 100.0
}
