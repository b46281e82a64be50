//! Unpacks an archive once into nothing, to see that its declared sizes are true.
//!
//! What an archive declares can be a lie, and the workbook reader believes it: it also reserves
//! memory for as many texts as the shared strings announce. Both are checked here with a small
//! buffer, before the reader sees the file.

use std::io::{self, Read, SeekFrom};

use flate2::read::DeflateDecoder;

use super::archive::Entry;
use super::{FILE_BYTES_MAX, Input, SourceError};

/// Bytes of the fixed part of a local header.
const LOCAL_HEADER_BYTES: usize = 30;
/// Bytes at the start of a part in which its attributes stand.
const HEAD_BYTES: u64 = 4_096;
/// Bytes of the shortest shared text, `<si/>`.
const SHARED_TEXT_BYTES_MIN: u64 = 5;

/// Refuses an archive with a part that is larger than declared, or that announces more shared
/// texts than it can hold.
pub(super) fn verify(input: &mut dyn Input, entries: &[Entry]) -> Result<(), SourceError> {
    for entry in entries {
        let start = content_start(input, entry)?;
        input.seek(SeekFrom::Start(start))?;
        let packed = Read::take(&mut *input, entry.packed);
        match entry.method {
            0 => verify_part(packed, entry)?,
            8 => verify_part(DeflateDecoder::new(packed), entry)?,
            _ => return Err(SourceError::DamagedWorkbook(None)),
        }
    }
    Ok(())
}

/// The bytes of one file of an archive whose sizes are verified.
pub(super) fn content(input: &mut dyn Input, entry: &Entry) -> Result<Vec<u8>, SourceError> {
    if entry.unpacked > FILE_BYTES_MAX {
        return Err(SourceError::TooLarge { bytes: entry.unpacked });
    }
    let start = content_start(input, entry)?;
    input.seek(SeekFrom::Start(start))?;
    let packed = Read::take(&mut *input, entry.packed);
    let mut bytes = Vec::new();
    let read = match entry.method {
        0 => packed.take(entry.unpacked).read_to_end(&mut bytes),
        8 => DeflateDecoder::new(packed).take(entry.unpacked).read_to_end(&mut bytes),
        _ => return Err(SourceError::DamagedWorkbook(None)),
    };
    read.map_err(|_| SourceError::DamagedWorkbook(None))?;
    Ok(bytes)
}

fn verify_part(mut part: impl Read, entry: &Entry) -> Result<(), SourceError> {
    let damaged = |_| SourceError::DamagedWorkbook(None);
    let mut head = Vec::new();
    part.by_ref().take(HEAD_BYTES).read_to_end(&mut head).map_err(damaged)?;
    let declared = entry.unpacked.saturating_add(1).saturating_sub(head.len() as u64);
    let rest = io::copy(&mut part.take(declared), &mut io::sink()).map_err(damaged)?;
    let unpacked = rest.saturating_add(head.len() as u64);
    let texts = if entry.name.ends_with(b"haredStrings.xml") { announced(&head) } else { 0 };
    if unpacked > entry.unpacked || texts > entry.unpacked / SHARED_TEXT_BYTES_MIN {
        return Err(SourceError::Bomb);
    }
    Ok(())
}

/// The number in `uniqueCount="..."`; the largest there is when it is too long to read.
fn announced(head: &[u8]) -> u64 {
    const NAME: &[u8] = b"uniqueCount";
    let Some(at) = head.windows(NAME.len()).position(|window| window == NAME) else {
        return 0;
    };
    let rest = head.get(at + NAME.len()..).unwrap_or_default().trim_ascii_start();
    let rest = rest.strip_prefix(b"=").unwrap_or(rest).trim_ascii_start();
    let digits = rest.iter().skip(1).take_while(|byte| **byte != b'"' && **byte != b'\'');
    digits.fold(0_u64, |sum, digit| {
        let digit = if digit.is_ascii_digit() { u64::from(digit - b'0') } else { u64::MAX };
        sum.saturating_mul(10).saturating_add(digit)
    })
}

/// Where the bytes of a part begin, behind its own header.
fn content_start(input: &mut dyn Input, entry: &Entry) -> Result<u64, SourceError> {
    let damaged = || SourceError::DamagedWorkbook(None);
    input.seek(SeekFrom::Start(entry.start))?;
    let mut header = [0_u8; LOCAL_HEADER_BYTES];
    input.read_exact(&mut header).map_err(|_| damaged())?;
    if !header.starts_with(b"PK\x03\x04") {
        return Err(damaged());
    }
    let [.., name_low, name_high, extra_low, extra_high] = header;
    let name = u64::from(u16::from_le_bytes([name_low, name_high]));
    let extra = u64::from(u16::from_le_bytes([extra_low, extra_high]));
    Ok(entry.start.saturating_add(LOCAL_HEADER_BYTES as u64).saturating_add(name + extra))
}
