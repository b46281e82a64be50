//! The parts of an envelope: each as long as the room in a letter, to the byte.
//!
//! What is cut was padded and sealed so that it fills whole parts. Nothing in a letter therefore
//! says how long its envelope is, but the number of its parts.

use super::terms::{EnvelopeId, TermsError};
use crate::codes::UnknownCode;
use crate::fields::{Reader, Writer};

/// Bytes of every part: what a letter of 14 KiB has room for beside its header, its sealing and its
/// routing.
pub const PART_BYTES: usize = 12_622;

/// Most parts of an envelope; the longest content needs no more.
pub const PARTS_MAX: u8 = 7;

/// Which part of how many, counted from one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct PartNumber {
    number: u8,
    of: u8,
}

/// One part.
#[derive(Clone, PartialEq, Eq)]
pub struct Part {
    envelope: EnvelopeId,
    number: PartNumber,
    bytes: Vec<u8>,
}

/// All parts of an envelope, one after the other. Only a [`super::Collector`] makes one.
pub struct Whole {
    envelope: EnvelopeId,
    bytes: Vec<u8>,
}

/// Why bytes are no part.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PartError {
    /// Another length.
    #[error("a part has {PART_BYTES} bytes, {0} were given")]
    Length(usize),
    /// No such part.
    #[error("part {number} of {of} does not exist; an envelope has 1 to {PARTS_MAX} parts")]
    Number {
        /// Which part.
        number: u8,
        /// Of how many.
        of: u8,
    },
}

impl PartNumber {
    /// This part of so many.
    ///
    /// # Errors
    /// There is none.
    pub const fn new(number: u8, of: u8) -> Result<Self, PartError> {
        if number == 0 || number > of || of > PARTS_MAX {
            return Err(PartError::Number { number, of });
        }
        Ok(Self { number, of })
    }

    /// Which part, counted from one.
    #[must_use]
    pub const fn number(self) -> u8 {
        self.number
    }

    /// Of how many.
    #[must_use]
    pub const fn of(self) -> u8 {
        self.of
    }

    pub(crate) fn write(self, writer: Writer) -> Writer {
        writer.byte(self.number).byte(self.of)
    }

    pub(crate) fn read(reader: &mut Reader<'_>) -> Result<Self, TermsError> {
        let (number, of) = (reader.byte()?, reader.byte()?);
        let code = if of > PARTS_MAX { of } else { number };
        Self::new(number, of).map_err(|_| UnknownCode { what: "part", code }.into())
    }
}

impl Part {
    /// A part of an envelope.
    ///
    /// # Errors
    /// The bytes have another length.
    pub fn new(
        envelope: EnvelopeId,
        number: PartNumber,
        bytes: Vec<u8>,
    ) -> Result<Self, PartError> {
        if bytes.len() != PART_BYTES {
            return Err(PartError::Length(bytes.len()));
        }
        Ok(Self { envelope, number, bytes })
    }

    /// Of which envelope.
    #[must_use]
    pub const fn envelope(&self) -> EnvelopeId {
        self.envelope
    }

    /// Which part.
    #[must_use]
    pub const fn number(&self) -> PartNumber {
        self.number
    }

    /// Its bytes.
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }
}

impl Whole {
    /// Parts in their order.
    pub(super) fn joined<'p>(
        envelope: EnvelopeId,
        parts: impl IntoIterator<Item = &'p [u8]>,
    ) -> Self {
        let mut bytes = Vec::new();
        parts.into_iter().for_each(|part| bytes.extend_from_slice(part));
        Self { envelope, bytes }
    }

    /// Of which envelope, as the routing says.
    #[must_use]
    pub const fn envelope(&self) -> EnvelopeId {
        self.envelope
    }

    /// The bytes.
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }
}

/// How many parts so many bytes fill.
pub(super) const fn parts_of(bytes: usize) -> usize {
    bytes.div_ceil(PART_BYTES)
}

/// Cuts bytes that fill whole parts.
pub(super) fn cut(envelope: EnvelopeId, bytes: &[u8]) -> Result<Vec<Part>, PartError> {
    let of = u8::try_from(parts_of(bytes.len())).unwrap_or(u8::MAX);
    let numbered = (1..=of).zip(bytes.chunks(PART_BYTES));
    let parts = numbered
        .map(|(number, part)| Part::new(envelope, PartNumber::new(number, of)?, part.to_vec()));
    parts.collect()
}
