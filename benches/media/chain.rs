//! The chain of one picture for `benches/media/measure.py`: reads a file, makes all its forms, writes them into a folder.
//!
//! `chain <file> <folder> <turns> jpeg|avif`. With `avif` what every browser reads is made before and not counted, as in a
//! server. Prints one JSON object: wall and processor seconds of each turn, and the files that were made.

use std::collections::HashMap;
use std::path::Path;
use std::time::Instant;

use lamin::kernel::Digest;
use lamin::media::derive::model::Made;
use lamin::media::derive::work::{self, Extent, Work};
use serde_json::{Value, json};

type Outcome<T> = Result<T, Box<dyn std::error::Error>>;

/// What this process has used of the processors, in seconds.
fn processor() -> f64 {
    let mut now = libc::timespec { tv_sec: 0, tv_nsec: 0 };
    // SAFETY: the pointer is to a value of this frame, which the call fills in.
    unsafe { libc::clock_gettime(libc::CLOCK_PROCESS_CPUTIME_ID, &raw mut now) };
    now.tv_sec as f64 + now.tv_nsec as f64 / 1e9
}

fn made(digest: &Digest, file: &[u8], extent: Extent, known: &HashMap<Digest, Made>) -> Outcome<Work> {
    Ok(work::derive((digest, file), None, extent, known)?)
}

fn main() -> Outcome<()> {
    let usage = "chain <file> <folder> <turns> jpeg|avif";
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [file, folder, turns, kind] = arguments.as_slice() else { return Err(usage.into()) };
    let extent = match kind.as_str() {
        "jpeg" => Extent::Plain,
        "avif" => Extent::Whole,
        _ => return Err(usage.into()),
    };
    #[expect(clippy::disallowed_methods, reason = "no part of the product")]
    let file = std::fs::read(file)?;
    let digest = Digest::of(&file);
    let mut known = HashMap::new();
    if extent == Extent::Whole {
        let plain = made(&digest, &file, Extent::Plain, &known)?.new;
        known.extend(plain.into_iter().map(|(made, _)| (made.derivative.name, made)));
    }
    let (mut times, mut last) = (Vec::new(), Vec::new());
    for _ in 0..turns.parse::<usize>()? {
        let (begun, used) = (Instant::now(), processor());
        last = made(&digest, &file, extent, &known)?.new;
        times.push(json!({"wall": begun.elapsed().as_secs_f64(), "cpu": processor() - used}));
    }
    let files =
        last.iter().map(|(made, bytes)| written(Path::new(folder), made, bytes)).collect::<Outcome<Vec<_>>>()?;
    println!("{}", json!({"turns": times, "files": files}));
    Ok(())
}

fn written(folder: &Path, made: &Made, bytes: &[u8]) -> Outcome<Value> {
    let width = made.derivative.width;
    let path = folder.join(format!("lamin-{width}.{}", made.derivative.media_type.extension()));
    #[expect(clippy::disallowed_methods, reason = "no part of the product")]
    std::fs::write(&path, bytes)?;
    Ok(json!({"width": width, "path": path, "bytes": bytes.len(), "quality": made.quality}))
}
