//! Learns how the library that writes JPEG was compiled, which `lamin doctor` tells.

use std::path::PathBuf;

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rustc-check-cfg=cfg(jpeg_vectors)");
    // The folders of its headers, as its own build script names them to crates that depend on it.
    let folders = std::env::var_os("DEP_JPEG_INCLUDE").unwrap_or_default();
    if std::env::split_paths(&folders).any(has_vectors) {
        println!("cargo::rustc-cfg=jpeg_vectors");
    }
}

#[expect(clippy::disallowed_methods, reason = "a header, while building")]
fn has_vectors(folder: PathBuf) -> bool {
    std::fs::read_to_string(folder.join("jconfig.h")).is_ok_and(|header| header.contains("#define WITH_SIMD 1"))
}
