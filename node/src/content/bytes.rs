//! Fields of a content: each with its length in front, every list and text with a limit.

use domain::digest::Digest;
use domain::ledger::Word;
use jiff::civil::Date;
use zeroize::Zeroizing;

use super::ContentError;
use crate::ledger::entry::Moment;

/// Longest text in bytes; a page of Chinese.
pub const TEXT_BYTES_MAX: usize = 4_000;

/// Room from the start: growing would leave copies of names in freed memory.
const ROOM: usize = certs::referral::CONTENT_BYTES_MAX;

const WORD_BYTES_MAX: usize = 40;
const DATE_BYTES_MAX: usize = 16;
const DIGEST_BYTES: usize = 33;

/// Writes fields.
pub(super) struct Writer(Zeroizing<Vec<u8>>);

/// Reads fields in the order in which they were written.
pub(super) struct Reader<'a>(&'a [u8]);

impl Writer {
    pub(super) fn new() -> Self {
        Self(Zeroizing::new(Vec::with_capacity(ROOM)))
    }

    pub(super) fn byte(&mut self, byte: u8) -> Result<(), ContentError> {
        self.append(&[byte])
    }

    pub(super) fn flag(&mut self, flag: bool) -> Result<(), ContentError> {
        self.byte(u8::from(flag))
    }

    pub(super) fn count(&mut self, count: u32) -> Result<(), ContentError> {
        self.append(&count.to_be_bytes())
    }

    pub(super) fn number(&mut self, number: i64) -> Result<(), ContentError> {
        self.append(&number.to_be_bytes())
    }

    pub(super) fn moment(&mut self, moment: Moment) -> Result<(), ContentError> {
        self.number(moment.0)
    }

    pub(super) fn text(&mut self, text: &str) -> Result<(), ContentError> {
        if text.len() > TEXT_BYTES_MAX {
            return Err(ContentError::Long);
        }
        self.field(text.as_bytes())
    }

    /// What was written before, whole.
    pub(super) fn whole(&mut self, bytes: &[u8]) -> Result<(), ContentError> {
        self.field(bytes)
    }

    pub(super) fn word(&mut self, word: impl Word) -> Result<(), ContentError> {
        self.field(word.as_str().as_bytes())
    }

    pub(super) fn day(&mut self, day: Date) -> Result<(), ContentError> {
        self.field(day.to_string().as_bytes())
    }

    pub(super) fn digest(&mut self, digest: Digest) -> Result<(), ContentError> {
        self.field(&digest.to_tagged())
    }

    pub(super) fn id(&mut self, id: &[u8; 16]) -> Result<(), ContentError> {
        self.append(id)
    }

    /// What may be missing.
    pub(super) fn option<T>(
        &mut self,
        value: Option<&T>,
        write: impl FnOnce(&mut Self, &T) -> Result<(), ContentError>,
    ) -> Result<(), ContentError> {
        self.flag(value.is_some())?;
        value.map_or(Ok(()), |value| write(self, value))
    }

    /// At most so many of something.
    pub(super) fn list<T>(
        &mut self,
        (values, most): (&[T], usize),
        mut write: impl FnMut(&mut Self, &T) -> Result<(), ContentError>,
    ) -> Result<(), ContentError> {
        if values.len() > most {
            return Err(ContentError::Long);
        }
        self.count(u32::try_from(values.len()).map_err(|_| ContentError::Long)?)?;
        values.iter().try_for_each(|value| write(self, value))
    }

    pub(super) fn finish(self) -> Zeroizing<Vec<u8>> {
        self.0
    }

    fn field(&mut self, bytes: &[u8]) -> Result<(), ContentError> {
        self.count(u32::try_from(bytes.len()).map_err(|_| ContentError::Long)?)?;
        self.append(bytes)
    }

    fn append(&mut self, bytes: &[u8]) -> Result<(), ContentError> {
        if self.0.len().saturating_add(bytes.len()) > ROOM {
            return Err(ContentError::Long);
        }
        self.0.extend_from_slice(bytes);
        Ok(())
    }
}

impl<'a> Reader<'a> {
    pub(super) const fn new(bytes: &'a [u8]) -> Self {
        Self(bytes)
    }

    pub(super) fn byte(&mut self) -> Result<u8, ContentError> {
        self.take::<1>().map(|[byte]| byte)
    }

    pub(super) fn flag(&mut self) -> Result<bool, ContentError> {
        match self.byte()? {
            0 => Ok(false),
            1 => Ok(true),
            _ => Err(ContentError::Form),
        }
    }

    pub(super) fn count(&mut self) -> Result<u32, ContentError> {
        self.take().map(u32::from_be_bytes)
    }

    pub(super) fn number(&mut self) -> Result<i64, ContentError> {
        self.take().map(i64::from_be_bytes)
    }

    /// An instant that a calendar has.
    pub(super) fn moment(&mut self) -> Result<Moment, ContentError> {
        let moment = self.number()?;
        jiff::Timestamp::from_millisecond(moment).map_err(|_| ContentError::Form)?;
        Ok(Moment(moment))
    }

    pub(super) fn text(&mut self) -> Result<String, ContentError> {
        self.str(TEXT_BYTES_MAX).map(str::to_owned)
    }

    /// What was written before, whole.
    pub(super) fn whole(&mut self) -> Result<&'a [u8], ContentError> {
        self.field(ROOM)
    }

    /// A word of a closed list; one of a later version is said by the list's name.
    pub(super) fn word<W: Word>(&mut self, what: &'static str) -> Result<W, ContentError> {
        W::from_word(self.str(WORD_BYTES_MAX)?).ok_or(ContentError::Unknown(what))
    }

    pub(super) fn day(&mut self) -> Result<Date, ContentError> {
        self.str(DATE_BYTES_MAX)?.parse().map_err(|_| ContentError::Form)
    }

    pub(super) fn digest(&mut self) -> Result<Digest, ContentError> {
        Digest::from_tagged(self.field(DIGEST_BYTES)?).map_err(|_| ContentError::Form)
    }

    pub(super) fn id(&mut self) -> Result<[u8; 16], ContentError> {
        self.take()
    }

    /// What may be missing.
    pub(super) fn option<T>(
        &mut self,
        read: impl FnOnce(&mut Self) -> Result<T, ContentError>,
    ) -> Result<Option<T>, ContentError> {
        if self.flag()? { read(self).map(Some) } else { Ok(None) }
    }

    /// At most so many of something.
    pub(super) fn list<T>(
        &mut self,
        most: usize,
        mut read: impl FnMut(&mut Self) -> Result<T, ContentError>,
    ) -> Result<Vec<T>, ContentError> {
        let count = usize::try_from(self.count()?).map_err(|_| ContentError::Form)?;
        if count > most {
            return Err(ContentError::Form);
        }
        (0..count).map(|_| read(self)).collect()
    }

    /// Nothing may follow.
    pub(super) const fn finish(self) -> Result<(), ContentError> {
        if self.0.is_empty() { Ok(()) } else { Err(ContentError::Form) }
    }

    fn str(&mut self, bytes_max: usize) -> Result<&'a str, ContentError> {
        std::str::from_utf8(self.field(bytes_max)?).map_err(|_| ContentError::Form)
    }

    fn field(&mut self, bytes_max: usize) -> Result<&'a [u8], ContentError> {
        let length = usize::try_from(self.count()?).map_err(|_| ContentError::Form)?;
        if length > bytes_max {
            return Err(ContentError::Form);
        }
        let (field, rest) = self.0.split_at_checked(length).ok_or(ContentError::Form)?;
        self.0 = rest;
        Ok(field)
    }

    fn take<const N: usize>(&mut self) -> Result<[u8; N], ContentError> {
        let (taken, rest) = self.0.split_first_chunk::<N>().ok_or(ContentError::Form)?;
        self.0 = rest;
        Ok(*taken)
    }
}
