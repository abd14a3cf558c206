//! Parses the command line and calls the library; nothing else.

use clap::Parser;

/// Many small allocations while rendering: see `docs/performance.md` for what it pays.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> std::process::ExitCode {
    // In tests it has calls to the file system fail; elsewhere it does nothing.
    let _faults = fail::FailScenario::setup();
    lamin::cli::main(lamin::cli::Cli::parse())
}
