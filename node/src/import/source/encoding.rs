//! How a text file's characters are written: a mark first, then strict UTF-8, then GB18030.
//!
//! The whole file is read before an answer is given, because a file whose first screen is plain
//! ASCII says nothing. UTF-8 with one damaged byte is refused rather than read as GB18030: there
//! it would give names that look like names and are nobody's.

use std::io::{Read, SeekFrom};

use encoding_rs::{DecoderResult, GB18030, UTF_16BE, UTF_16LE};

use super::{Input, SourceError};

/// A way of writing characters that is read here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Encoding {
    /// UTF-8 without a mark; also plain ASCII.
    Utf8,
    /// UTF-8 with a byte order mark, as Excel saves it.
    Utf8Mark,
    /// UTF-16, low byte first, with a mark.
    Utf16Le,
    /// UTF-16, high byte first, with a mark.
    Utf16Be,
    /// GB18030, with GBK and GB 2312 in it.
    Gb18030,
}

/// So many well-formed characters before the first wrong byte cannot be GB18030 by chance.
const UTF8_CHARACTERS_ENOUGH: u32 = 8;

/// Bytes read at a time.
const CHUNK_BYTES: usize = 64 << 10;

impl Encoding {
    /// The name as it is shown.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Utf8 | Self::Utf8Mark => "UTF-8",
            Self::Utf16Le | Self::Utf16Be => "UTF-16",
            Self::Gb18030 => "GB18030",
        }
    }

    /// Bytes of the mark at the start of the file.
    pub(super) const fn mark_bytes(self) -> u64 {
        match self {
            Self::Utf8Mark => 3,
            Self::Utf16Le | Self::Utf16Be => 2,
            Self::Utf8 | Self::Gb18030 => 0,
        }
    }

    /// The decoder for everything but UTF-8, which needs none.
    pub(super) fn decoder(self) -> Option<encoding_rs::Decoder> {
        let encoding = match self {
            Self::Utf8 | Self::Utf8Mark => return None,
            Self::Utf16Le => UTF_16LE,
            Self::Utf16Be => UTF_16BE,
            Self::Gb18030 => GB18030,
        };
        Some(encoding.new_decoder_without_bom_handling())
    }
}

/// Finds out how the characters of a file are written; leaves the input anywhere.
pub(super) fn detect(input: &mut dyn Input) -> Result<Encoding, SourceError> {
    let mut mark = Vec::new();
    input.take(3).read_to_end(&mut mark)?;
    let marked = match mark.as_slice() {
        [0xEF, 0xBB, 0xBF] => Some(Encoding::Utf8Mark),
        [0xFF, 0xFE, ..] => Some(Encoding::Utf16Le),
        [0xFE, 0xFF, ..] => Some(Encoding::Utf16Be),
        _ => None,
    };
    if let Some(encoding) = marked {
        input.seek(SeekFrom::Start(encoding.mark_bytes()))?;
        return match encoding {
            Encoding::Utf8Mark => match survey_utf8(input)? {
                Utf8::Sound => Ok(encoding),
                Utf8::Broken { line, .. } => Err(SourceError::DamagedUtf8 { line }),
            },
            _ => survey_decoded(input, encoding),
        };
    }
    input.rewind()?;
    match survey_utf8(input)? {
        Utf8::Sound => Ok(Encoding::Utf8),
        Utf8::Broken { line, characters } if characters >= UTF8_CHARACTERS_ENOUGH => {
            Err(SourceError::DamagedUtf8 { line })
        }
        Utf8::Broken { .. } => {
            input.rewind()?;
            survey_decoded(input, Encoding::Gb18030)
        }
    }
}

/// What strict UTF-8 says of a file.
enum Utf8 {
    Sound,
    Broken { line: u32, characters: u32 },
}

fn survey_utf8(input: &mut dyn Input) -> Result<Utf8, SourceError> {
    let mut chunk = vec![0_u8; CHUNK_BYTES];
    let (mut held, mut line, mut characters) = (0_usize, 1_u32, 0_u32);
    let mut solid = false;
    loop {
        let count = input.read(chunk.get_mut(held..).unwrap_or_default())?;
        let bytes = chunk.get(..held + count).unwrap_or_default();
        let (valid, broken) = match std::str::from_utf8(bytes) {
            Ok(_) => (bytes.len(), false),
            Err(error) => {
                let cut = error.error_len().is_none() && count > 0;
                (error.valid_up_to(), !cut)
            }
        };
        let (good, rest) = bytes.split_at_checked(valid).unwrap_or((bytes, &[]));
        refuse_binary(good)?;
        solid |= good.iter().any(|byte| !byte.is_ascii_whitespace());
        line = line.saturating_add(count_where(good, |byte| byte == b'\n'));
        if characters < UTF8_CHARACTERS_ENOUGH {
            characters = characters.saturating_add(count_where(good, |byte| byte >= 0xC0));
        }
        if broken {
            refuse_binary(rest)?;
            return Ok(Utf8::Broken { line, characters });
        }
        if count == 0 {
            return if solid { Ok(Utf8::Sound) } else { Err(SourceError::Empty) };
        }
        held = rest.len();
        chunk.copy_within(valid..valid + held, 0);
    }
}

/// Reads the file once through its decoder; one malformed character refuses it.
fn survey_decoded(input: &mut dyn Input, encoding: Encoding) -> Result<Encoding, SourceError> {
    let Some(mut decoder) = encoding.decoder() else {
        return Ok(encoding);
    };
    let mut chunk = vec![0_u8; CHUNK_BYTES];
    let mut text = vec![0_u8; CHUNK_BYTES * 3 + 16];
    let mut solid = false;
    loop {
        let count = input.read(&mut chunk)?;
        let bytes = chunk.get(..count).unwrap_or_default();
        let (result, _, written) =
            decoder.decode_to_utf8_without_replacement(bytes, &mut text, count == 0);
        if result != DecoderResult::InputEmpty {
            return Err(SourceError::NotText);
        }
        let decoded = text.get(..written).unwrap_or_default();
        refuse_binary(decoded)?;
        refuse_private(decoded)?;
        solid |= decoded.iter().any(|byte| !byte.is_ascii_whitespace());
        if count == 0 {
            return if solid { Ok(encoding) } else { Err(SourceError::Empty) };
        }
    }
}

fn count_where(bytes: &[u8], wanted: impl Fn(u8) -> bool) -> u32 {
    u32::try_from(bytes.iter().filter(|byte| wanted(**byte)).count()).unwrap_or(u32::MAX)
}

/// Refuses control characters that no table holds.
fn refuse_binary(bytes: &[u8]) -> Result<(), SourceError> {
    let binary = |byte: &u8| *byte < 0x20 && !matches!(*byte, b'\t'..=b'\r' | 0x1A | 0x1F);
    if bytes.iter().any(binary) { Err(SourceError::NotText) } else { Ok(()) }
}

/// Refuses private-use characters: they show that the bytes were never GB18030.
fn refuse_private(utf8: &[u8]) -> Result<(), SourceError> {
    let private = |pair: &[u8]| match pair {
        [0xEE, _] => true,
        [0xEF, second] => *second < 0xA4,
        _ => false,
    };
    if utf8.windows(2).any(private) { Err(SourceError::NotText) } else { Ok(()) }
}
