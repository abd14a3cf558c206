//! The judge of files against files that were made to fool it.

use std::io::{Read, Write};
use std::time::{Duration, Instant};

use lamin::kernel::{Digest, Error};
use lamin::media::judge::judge;
use lamin::media::{Accepted, Kind};
use tempfile::NamedTempFile;

use crate::hostile_files::{self, Case, Expected};

/// What the issue asks for.
const FILES_MIN: usize = 200;
/// For one file. An unoptimised build is many times slower, and other tests run beside it.
const LONGEST: Duration = Duration::from_secs(if cfg!(debug_assertions) { 60 } else { 2 });
/// The most memory that the process may hold while it judges any of them, the files themselves included.
const MEMORY_KIB_MAX: u64 = 256 * 1024;

fn judged(case: &Case) -> Result<(Accepted, Vec<u8>), Error> {
    let folder = tempfile::tempdir().unwrap();
    let mut file = NamedTempFile::new_in(folder.path()).unwrap();
    file.write_all(&case.bytes).unwrap();
    let accepted = judge(file, &case.name)?;
    let mut kept = Vec::new();
    accepted.file.reopen().unwrap().read_to_end(&mut kept).unwrap();
    Ok((accepted, kept))
}

/// What is wrong with the verdict.
fn wrong(case: &Case) -> Option<String> {
    let judged = judged(case);
    match (&case.expected, judged) {
        (Expected::Kept(media_type), Ok((accepted, kept))) => wrongly_kept(case, media_type, &accepted, &kept, &[]),
        (Expected::Without(media_type, gone), Ok((accepted, kept))) => {
            wrongly_kept(case, media_type, &accepted, &kept, gone)
        }
        (Expected::Refused(reason), Err(Error::Refused(refusal))) => {
            let told = refusal.extras().get("reason").and_then(|told| told.as_str()).unwrap_or_default().to_owned();
            let placed = refusal.extras().contains_key("place");
            (told != *reason || !placed).then(|| format!("{reason} expected, not {refusal}"))
        }
        (Expected::Beyond(limit), Err(Error::Refused(refusal))) => {
            (!refusal.extras().contains_key(*limit)).then(|| format!("{limit} expected, not {refusal}"))
        }
        (expected, Ok(_)) => Some(format!("{expected:?} expected, but it is kept")),
        (expected, Err(error)) => Some(format!("{expected:?} expected, not {error}")),
    }
}

fn wrongly_kept(case: &Case, media_type: &str, accepted: &Accepted, kept: &[u8], gone: &[&str]) -> Option<String> {
    if accepted.media_type != media_type {
        return Some(format!("{media_type} expected, not {}", accepted.media_type));
    }
    if accepted.digest != Digest::of(kept) || accepted.size_bytes != kept.len() as u64 {
        return Some("digest or size are not those of what is kept".into());
    }
    if let Some(left) = gone.iter().find(|gone| memchr::memmem::find(kept, gone.as_bytes()).is_some()) {
        return Some(format!("{left:?} is still in it"));
    }
    if accepted.kind != Kind::Picture || media_type == "image/svg+xml" {
        return None;
    }
    let (before, after) = (image::load_from_memory(&case.bytes), image::load_from_memory(kept));
    match (before, after) {
        (Ok(before), Ok(after)) if before == after => {
            let size = Some((after.width(), after.height()));
            (accepted.size_pixels != size).then(|| format!("{size:?} pixels, not {:?}", accepted.size_pixels))
        }
        (Err(error), _) | (_, Err(error)) => Some(format!("the picture does not show: {error}")),
        (Ok(_), Ok(_)) => Some("the picture shows something else".into()),
    }
}

#[test]
fn no_hostile_file_is_kept_and_no_legal_one_is_refused() {
    let cases = hostile_files::all();
    assert!(cases.len() >= FILES_MIN, "only {} files", cases.len());
    let (mut faults, mut longest) = (Vec::new(), (Duration::ZERO, String::new()));
    for case in &cases {
        let start = Instant::now();
        let fault = wrong(case);
        let took = start.elapsed();
        if took > longest.0 {
            longest = (took, case.about.clone());
        }
        faults.extend(fault.map(|fault| format!("{} ({}): {fault}", case.about, case.name)));
    }
    println!("{} files; the longest took {:?}: {}", cases.len(), longest.0, longest.1);
    assert!(faults.is_empty(), "{} of {} verdicts are wrong:\n{}", faults.len(), cases.len(), faults.join("\n"));
    assert!(longest.0 < LONGEST, "{longest:?}");
}

/// The largest resident memory of the process so far.
#[expect(clippy::disallowed_methods, reason = "what the system says of this process")]
fn peak_kib() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
    line.trim().trim_end_matches(" kB").parse().unwrap()
}

/// Alone in its process (`make audit`), because memory is counted by process.
#[test]
fn no_hostile_file_takes_long_or_much_memory() {
    if std::env::var_os("LAMIN_TEST_AUDIT").is_none() {
        return;
    }
    let cases = hostile_files::all();
    println!("{} files, made with {} KiB at most", cases.len(), peak_kib());
    let timed = |case: &Case| {
        let start = Instant::now();
        // What the verdict must be, another test says.
        let _ = judged(case);
        (start.elapsed(), case.about.clone())
    };
    let mut times: Vec<(Duration, String)> = cases.iter().map(timed).collect();
    times.sort();
    let total: Duration = times.iter().map(|(took, _)| *took).sum();
    println!("judged in {total:?}, with {} KiB at most; those that took longest:", peak_kib());
    for (took, about) in times.iter().rev().take(5) {
        println!("  {took:?} {about}");
    }
    assert!(times.last().unwrap().0 < LONGEST, "{:?}", times.last());
    assert!(peak_kib() < MEMORY_KIB_MAX, "{} KiB", peak_kib());
}

#[test]
fn what_was_kept_is_kept_as_it_is_the_next_time() {
    for case in hostile_files::all() {
        let Ok((_, kept)) = judged(&case) else { continue };
        let again = Case { bytes: kept.clone(), ..Case::new(&*case.about, &case.name, [], case.expected.clone()) };
        assert!(judged(&again).unwrap().1 == kept, "{} ({}) is changed again", case.about, case.name);
    }
}

#[test]
fn a_turned_picture_stays_turned() {
    use image::ImageDecoder;
    let exif = [b"Exif\0\0".as_slice(), &hostile_files::made::tiff(6)].concat();
    for (name, bytes) in [
        ("a.jpg", hostile_files::made::jpeg_with(0xE1, &exif)),
        ("a.png", hostile_files::made::png_with(b"eXIf", &hostile_files::made::tiff(6))),
    ] {
        let (_, kept) = judged(&Case::new("turned", name, bytes, Expected::Kept(""))).unwrap();
        let reader = image::ImageReader::new(std::io::Cursor::new(kept)).with_guessed_format().unwrap();
        let orientation = reader.into_decoder().unwrap().orientation().unwrap();
        assert_eq!(orientation, image::metadata::Orientation::Rotate90, "{name}");
    }
}
