//! `lamin read-document`: what a PDF on the standard input says and how its first page looks, for a server that must not
//! die of it. Needs no installation and touches no file.

use std::process::ExitCode;

use crate::kernel::{Error, Result};

#[cfg(feature = "documents")]
pub fn run() -> Result<ExitCode> {
    use std::io::Read;

    use crate::kernel::Context;
    use crate::media::derive::{document, pdf};

    limit(libc::RLIMIT_CPU, document::SECONDS_MAX)?;
    limit(libc::RLIMIT_AS, document::MEMORY_BYTES_MAX)?;
    limit(libc::RLIMIT_CORE, 0)?;
    let mut file = Vec::new();
    std::io::stdin().read_to_end(&mut file).context("read a document")?;
    let mut out = std::io::stdout().lock();
    pdf::tell(file, &mut out).context("read a document")?;
    Ok(ExitCode::SUCCESS)
}

/// What this process may take of something, from now on and for good.
#[cfg(feature = "documents")]
fn limit(what: libc::__rlimit_resource_t, most: u64) -> Result<()> {
    let limit = libc::rlimit { rlim_cur: most, rlim_max: most };
    // SAFETY: it reads the structure that it is given and nothing else.
    match unsafe { libc::setrlimit(what, &raw const limit) } {
        0 => Ok(()),
        _ => Err(Error::broken("limit a reader of documents", std::io::Error::last_os_error())),
    }
}

#[cfg(not(feature = "documents"))]
pub fn run() -> Result<ExitCode> {
    Err(Error::broken("read a document", "this program was built without the feature documents"))
}
