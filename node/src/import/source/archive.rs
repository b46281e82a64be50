//! The table of contents of a zip file, read before anything in it is unpacked.
//!
//! A workbook is a zip file, and so is a OneRoster bundle. Its declared sizes decide whether it is
//! opened at all, and its names tell these two from the other things that are zip files too.

use std::io::{Read, SeekFrom};

use super::{Input, SourceError, unpacking};
use crate::import::said::Said;

/// Most files in a workbook.
const ENTRIES_MAX: usize = 2_000;
/// Most bytes that a workbook may declare when unpacked.
const UNPACKED_BYTES_MAX: u64 = 256 << 20;
/// Unpacked bytes for one packed byte, beyond which a large workbook is not believed.
const RATIO_MAX: u64 = 200;
/// Below this size no ratio is asked for: a small sheet of equal cells packs very well.
const RATIO_FREE_BYTES: u64 = 16 << 20;
/// Where the end record can begin, counted from the end of the file.
const END_BYTES_MAX: u64 = 65_557;

/// One file in the archive.
pub(super) struct Entry {
    /// How it is packed: 0 not at all, 8 deflate.
    pub method: u64,
    /// Declared bytes in the archive.
    pub packed: u64,
    /// Declared bytes when unpacked.
    pub unpacked: u64,
    /// Where its own header begins.
    pub start: u64,
    /// Its path in the archive.
    pub name: Vec<u8>,
}

/// Whether a file begins as zip files do.
pub(super) fn is_zip(head: &[u8]) -> bool {
    head.starts_with(b"PK\x03\x04") || head.starts_with(b"PK\x05\x06")
}

/// The files of an archive, by its table of contents.
pub(super) fn list(input: &mut dyn Input, bytes: u64) -> Result<Vec<Entry>, SourceError> {
    entries(&directory(input, bytes)?)
}

/// Refuses an archive that is no xlsx workbook or would unpack to too much.
pub(super) fn check(
    input: &mut dyn Input,
    bytes: u64,
    entries: &[Entry],
) -> Result<(), SourceError> {
    let has = |name: &[u8]| entries.iter().any(|entry| entry.name == name);
    if !has(b"xl/workbook.xml") {
        return Err(SourceError::Foreign { kind: kind_of(entries) });
    }
    bounded(input, bytes, entries)
}

/// Refuses an archive that would unpack to too much, or that lies about its sizes.
pub(super) fn bounded(
    input: &mut dyn Input,
    bytes: u64,
    entries: &[Entry],
) -> Result<(), SourceError> {
    let unpacked = entries.iter().fold(0_u64, |sum, entry| sum.saturating_add(entry.unpacked));
    let packed = entries.iter().fold(0_u64, |sum, entry| sum.saturating_add(entry.packed));
    let dense = unpacked > packed.max(1).saturating_mul(RATIO_MAX);
    if unpacked > UNPACKED_BYTES_MAX || (unpacked > RATIO_FREE_BYTES && dense) || packed > bytes {
        return Err(SourceError::Bomb);
    }
    unpacking::verify(input, entries)
}

fn kind_of(entries: &[Entry]) -> Said {
    let has = |prefix: &[u8]| entries.iter().any(|entry| entry.name.starts_with(prefix));
    if has(b"xl/workbook.bin") {
        Said::fixed("xlsb 工作簿", "an xlsb workbook")
    } else if has(b"word/") {
        Said::fixed("Word 文档", "a Word document")
    } else if has(b"ppt/") {
        Said::fixed("演示文稿", "a presentation")
    } else if has(b"content.xml") {
        Said::fixed("OpenDocument 文件", "an OpenDocument file")
    } else {
        Said::fixed("zip 压缩包", "a zip archive")
    }
}

/// The bytes of the table of contents.
fn directory(input: &mut dyn Input, bytes: u64) -> Result<Vec<u8>, SourceError> {
    let tail_bytes = bytes.min(END_BYTES_MAX);
    input.seek(SeekFrom::Start(bytes - tail_bytes))?;
    let mut tail = Vec::new();
    input.take(tail_bytes).read_to_end(&mut tail)?;
    let end = tail.windows(22).rposition(|window| window.starts_with(b"PK\x05\x06"));
    let record = end.and_then(|at| tail.get(at..)).ok_or(damaged())?;
    let count = number(record, 10, 2)?;
    let length = number(record, 12, 4)?;
    let start = number(record, 16, 4)?;
    let beyond = start.saturating_add(length) > bytes;
    // All ones announce the large form, which no workbook of a school needs.
    if count > ENTRIES_MAX as u64 || length == 0xFFFF_FFFF || start == 0xFFFF_FFFF {
        return Err(SourceError::Bomb);
    }
    if beyond {
        return Err(damaged());
    }
    input.seek(SeekFrom::Start(start))?;
    let mut directory = Vec::new();
    input.take(length).read_to_end(&mut directory)?;
    Ok(directory)
}

fn entries(directory: &[u8]) -> Result<Vec<Entry>, SourceError> {
    let mut entries = Vec::new();
    let mut rest = directory;
    while rest.starts_with(b"PK\x01\x02") {
        if entries.len() == ENTRIES_MAX {
            return Err(SourceError::Bomb);
        }
        let name_bytes = size(rest, 28)?;
        let skipped = size(rest, 30)?.saturating_add(size(rest, 32)?);
        let name = rest.get(46..46 + name_bytes).ok_or(damaged())?.to_vec();
        entries.push(Entry {
            method: number(rest, 10, 2)?,
            packed: number(rest, 20, 4)?,
            unpacked: number(rest, 24, 4)?,
            start: number(rest, 42, 4)?,
            name,
        });
        rest = rest.get(46 + name_bytes + skipped..).unwrap_or_default();
    }
    Ok(entries)
}

fn size(bytes: &[u8], at: usize) -> Result<usize, SourceError> {
    usize::try_from(number(bytes, at, 2)?).map_err(|_| damaged())
}

/// A little-endian number of `width` bytes.
fn number(bytes: &[u8], at: usize, width: usize) -> Result<u64, SourceError> {
    let field = bytes.get(at..at + width).ok_or(damaged())?;
    Ok(field.iter().rev().fold(0, |value, byte| value << 8 | u64::from(*byte)))
}

fn damaged() -> SourceError {
    SourceError::DamagedWorkbook(None)
}
