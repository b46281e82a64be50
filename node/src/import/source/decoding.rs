//! A reader that turns a file's bytes into UTF-8 with one kind of line end.
//!
//! Line ends become `\n` and the last line always has one: only so can the number of a row be
//! told from the line count, with blank lines and quoted line breaks in the file. Holds one chunk
//! of the file and its text, whatever the size of the file.

use std::io::{self, Read, SeekFrom};

use encoding_rs::{Decoder, DecoderResult};

use super::{Encoding, Input};

/// Bytes of the file held at a time.
const CHUNK_BYTES: usize = 64 << 10;

/// The text of a file, as UTF-8 bytes.
pub(super) struct TextReader<'a> {
    input: &'a mut dyn Input,
    decoder: Option<Decoder>,
    chunk: Vec<u8>,
    text: Vec<u8>,
    given: usize,
    last_byte: u8,
    after_return: bool,
    ended: bool,
}

impl<'a> TextReader<'a> {
    /// Starts at the first character after the mark.
    pub(super) fn start(input: &'a mut dyn Input, encoding: Encoding) -> io::Result<Self> {
        input.seek(SeekFrom::Start(encoding.mark_bytes()))?;
        Ok(Self {
            input,
            decoder: encoding.decoder(),
            chunk: vec![0; CHUNK_BYTES],
            text: Vec::new(),
            given: 0,
            last_byte: b'\n',
            after_return: false,
            ended: false,
        })
    }

    /// Reads and converts the next chunk.
    fn refill(&mut self) -> io::Result<()> {
        let count = self.input.read(&mut self.chunk)?;
        self.text.clear();
        self.given = 0;
        self.ended = count == 0;
        let bytes = self.chunk.get(..count).unwrap_or_default();
        match &mut self.decoder {
            None => self.text.extend_from_slice(bytes),
            Some(decoder) => decode(decoder, bytes, &mut self.text)?,
        }
        self.after_return = unify_line_ends(&mut self.text, self.after_return);
        if let Some(last) = self.text.last() {
            self.last_byte = *last;
        }
        if self.ended && self.last_byte != b'\n' {
            self.text.push(b'\n');
            self.last_byte = b'\n';
        }
        Ok(())
    }
}

impl Read for TextReader<'_> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        while self.given == self.text.len() {
            if self.ended {
                return Ok(0);
            }
            self.refill()?;
        }
        let mut rest = self.text.get(self.given..).unwrap_or_default();
        let count = rest.read(out)?;
        self.given += count;
        Ok(count)
    }
}

fn decode(decoder: &mut Decoder, bytes: &[u8], text: &mut Vec<u8>) -> io::Result<()> {
    let room = decoder.max_utf8_buffer_length_without_replacement(bytes.len());
    text.resize(room.unwrap_or(CHUNK_BYTES * 3), 0);
    let last = bytes.is_empty();
    let (result, _, written) = decoder.decode_to_utf8_without_replacement(bytes, text, last);
    text.truncate(written);
    match result {
        DecoderResult::InputEmpty => Ok(()),
        _ => Err(io::Error::new(io::ErrorKind::InvalidData, "the file changed while it was read")),
    }
}

/// Turns `\r\n` and `\r` into `\n`; says whether the text ended in `\r`.
fn unify_line_ends(text: &mut Vec<u8>, after_return: bool) -> bool {
    if !after_return && !text.contains(&b'\r') {
        return false;
    }
    let mut returned = after_return;
    text.retain_mut(|byte| {
        let second_half = returned && *byte == b'\n';
        returned = *byte == b'\r';
        if returned {
            *byte = b'\n';
        }
        !second_half
    });
    returned
}
