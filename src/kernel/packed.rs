//! Bytes as they are kept where much of the same is said again and again: gzip.

use std::io::{Read as _, Write as _};

use flate2::Compression;
use flate2::read::GzDecoder;
use flate2::write::GzEncoder;

use super::{Error, Result};

/// The same bytes give the same packed ones.
pub fn pack(bytes: &[u8]) -> Result<Vec<u8>> {
    let mut packer = GzEncoder::new(Vec::new(), Compression::default());
    let packed = packer.write_all(bytes).and_then(|()| packer.finish());
    packed.map_err(|error| Error::broken("pack what is kept", error))
}

/// What [`pack`] packed. Only for what this house packed itself: there is no limit to what it may become.
pub fn unpack(packed: &[u8]) -> Result<Vec<u8>> {
    let mut bytes = Vec::new();
    let read = GzDecoder::new(packed).read_to_end(&mut bytes);
    read.map_err(|error| Error::broken("unpack what was kept", error))?;
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_packed_comes_back_and_nonsense_is_an_error() {
        let text = "laporan ".repeat(1_000);
        let packed = pack(text.as_bytes()).unwrap();
        assert!(packed.len() < 200);
        assert_eq!(unpack(&packed).unwrap(), text.as_bytes());
        assert!(unpack(b"bukan gzip").is_err());
    }
}
