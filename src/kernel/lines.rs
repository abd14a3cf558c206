//! Places in texts as people count them.

/// The line, from 1, in which a byte of the source stands.
pub fn line_of(source: &str, offset: usize) -> usize {
    1 + source.bytes().take(offset).filter(|byte| *byte == b'\n').count()
}
