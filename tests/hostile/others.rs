//! Programs, archives, texts, videos, and what is nothing of all that.

use super::Case;
use super::Expected::{Kept, Refused};
use super::made;

pub fn all() -> Vec<Case> {
    [programs(), texts(), videos()].into_iter().flatten().collect()
}

/// Each under its own name and under one that promises something else.
fn programs() -> Vec<Case> {
    let mut tar = vec![b'a'; 257];
    tar.extend(b"ustar\0");
    tar.resize(1_024, 0);
    let mut iso = vec![0; 0x8001];
    iso.extend(b"CD001\x01");
    let kinds: Vec<(&str, Vec<u8>, &str)> = vec![
        ("a.exe", b"MZ\x90\0\x03\0\0\0\x04\0\0\0\xff\xff\0\0".repeat(8), "executable"),
        ("a.so", b"\x7fELF\x02\x01\x01\0\0\0\0\0\0\0\0\0\x03\0\x3e\0".to_vec(), "executable"),
        ("a.macho", b"\xcf\xfa\xed\xfe\x07\0\0\x01".to_vec(), "executable"),
        ("a.class", b"\xca\xfe\xba\xbe\0\0\0\x34".to_vec(), "executable"),
        ("a.wasm", b"\0asm\x01\0\0\0".to_vec(), "executable"),
        ("a.dex", b"dex\n035\0".to_vec(), "executable"),
        ("a.sh", b"#!/bin/sh\nrm -rf /\n".to_vec(), "executable"),
        ("a.lnk", b"L\0\0\0\x01\x14\x02\0\0\0".to_vec(), "executable"),
        ("a.chm", b"ITSF\x03\0\0\0".to_vec(), "executable"),
        ("a.doc", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1\0\0".to_vec(), "old_office"),
        ("a.rtf", b"{\\rtf1\\ansi {\\object\\objocx}}".to_vec(), "old_office"),
        ("a.rar", b"Rar!\x1a\x07\x01\0".to_vec(), "archive"),
        ("a.7z", b"7z\xbc\xaf\x27\x1c\0\x04".to_vec(), "archive"),
        ("a.gz", b"\x1f\x8b\x08\0\0\0\0\0".to_vec(), "archive"),
        ("a.bz2", b"BZh91AY&SY".to_vec(), "archive"),
        ("a.xz", b"\xfd7zXZ\0\0\x04".to_vec(), "archive"),
        ("a.zst", b"\x28\xb5\x2f\xfd\x04\0".to_vec(), "archive"),
        ("a.cab", b"MSCF\0\0\0\0".to_vec(), "archive"),
        ("a.tar", tar, "archive"),
        ("a.iso", iso, "archive"),
        ("a.sqlite", b"SQLite format 3\0".to_vec(), "unknown_kind"),
        ("a.heic", b"\0\0\0\x18ftypheic\0\0\0\0heicmif1".to_vec(), "unknown_kind"),
        ("a.avif", b"\0\0\0\x18ftypavif\0\0\0\0avifmif1".to_vec(), "unknown_kind"),
        ("a.bmp", b"BM\x46\0\0\0\0\0\0\0\x36\0\0\0".to_vec(), "unknown_kind"),
        ("a.tif", b"II*\0\x08\0\0\0\0\0".to_vec(), "unknown_kind"),
        ("a.mp3", b"ID3\x04\0\0\0\0\0\0".to_vec(), "unknown_kind"),
        ("a.swf", b"CWS\x0a\0\0\0\0x\x9c".to_vec(), "unknown_kind"),
        ("a.woff2", b"wOF2\0\x01\0\0".to_vec(), "unknown_kind"),
        ("kosong", Vec::new(), "unknown_kind"),
        ("noise", (0..4_096u32).map(|at| (at.wrapping_mul(2_654_435_761) >> 13) as u8).collect(), "unknown_kind"),
    ];
    let mut cases = Vec::new();
    for (name, bytes, reason) in kinds {
        for shown in [name, "foto.jpg", "laporan.pdf"] {
            cases.push(Case::new(format!("{name} as {shown}"), shown, bytes.clone(), Refused(reason)));
        }
    }
    cases
}

fn texts() -> Vec<Case> {
    let eicar = ["X5O!P%@AP[4\\PZX54(P^)7CC)7}$", "EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"].concat();
    let page = "<!doctype html><p>x";
    let late = ["a".repeat(9_000), "<script>".into()].concat();
    let cut = &"a€".as_bytes()[..3];
    vec![
        Case::new("plain", "a.txt", "isi", Kept("text/plain")),
        Case::new("a table", "a.csv", "a,b\n1,2\n", Kept("text/csv")),
        Case::new("a table with capitals", "a.CSV", "a;b\n", Kept("text/csv")),
        Case::new("a byte order mark", "a.txt", "\u{feff}isi", Kept("text/plain")),
        Case::new("letters of two to four bytes", "a.txt", "é€😀".repeat(40_000), Kept("text/plain")),
        Case::new("MZ as a word", "a.txt", "MZ adalah singkatan", Kept("text/plain")),
        Case::new("markup far below", "a.txt", late, Kept("text/plain")),
        Case::new("harmless to all but scanners", "a.txt", eicar, Kept("text/plain")),
        Case::new("a page", "a.txt", page, Refused("markup")),
        Case::new("a page after lines", "a.txt", ["\n\n  ", page].concat(), Refused("markup")),
        Case::new("a page after a mark", "a.csv", ["\u{feff}", page].concat(), Refused("markup")),
        Case::new("a page after words", "a.txt", ["isi ", page].concat(), Refused("markup")),
        Case::new("PHP after words", "a.csv", "a,b\n<?php x ?>", Refused("markup")),
        Case::new("XML", "a.xml", "<?xml version=\"1.0\"?><a/>", Refused("markup")),
        Case::new("zeros", "a.txt", "a\0b", Refused("unknown_kind")),
        Case::new("zeros far below", "a.txt", ["a".repeat(70_000), "\0".into()].concat(), Refused("unknown_kind")),
        Case::new("Latin-1", "a.txt", b"Caf\xe9 Anda".as_slice(), Refused("unknown_kind")),
        Case::new("UTF-16", "a.txt", b"\xff\xfea\0b\0".as_slice(), Refused("unknown_kind")),
        Case::new("half a letter", "a.txt", cut, Refused("unknown_kind")),
        Case::new("only lines", "a.txt", "\n \n", Refused("unknown_kind")),
    ]
}

fn videos() -> Vec<Case> {
    let video = made::mp4();
    let mut cases = vec![
        Case::new("whole", "a.mp4", video.clone(), Kept("video/mp4")),
        Case::new("named as a picture", "a.png", video.clone(), Kept("video/mp4")),
        Case::new("an unknown box", "a.mp4", [video.clone(), made::atom(b"evil", b"x")].concat(), Refused("broken")),
        Case::new("no data", "a.mp4", &video[..video.len() - 72], Refused("truncated")),
    ];
    for cut in [video.len() / 4, video.len() / 2, video.len() - 1] {
        cases.push(Case::new(format!("{cut} of {} bytes", video.len()), "a.mp4", &video[..cut], Refused("truncated")));
    }
    cases
}
