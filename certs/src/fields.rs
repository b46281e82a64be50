//! Bytes with one reading: fields one after the other, each with its length in front.
//!
//! What is signed, bound to a ciphertext or digested is written here, so that no two different
//! contents ever have the same bytes. A reader takes exactly what a writer wrote and refuses the
//! rest.

/// Writes fields.
#[derive(Default)]
pub(crate) struct Writer(Vec<u8>);

/// Reads fields in the order in which they were written.
pub(crate) struct Reader<'a>(&'a [u8]);

/// The bytes are not the fields that were asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("fields are cut, too long or of another form")]
pub(crate) struct Malformed;

impl Writer {
    /// A field of any length; four gigabytes are never reached, because every caller has a limit.
    pub(crate) fn field(mut self, bytes: &[u8]) -> Self {
        let length = u32::try_from(bytes.len()).unwrap_or(u32::MAX);
        self.0.extend_from_slice(&length.to_be_bytes());
        self.0.extend_from_slice(bytes);
        self
    }

    /// One byte: a version, an algorithm, a word of a closed list.
    pub(crate) fn byte(mut self, byte: u8) -> Self {
        self.0.push(byte);
        self
    }

    /// An instant or a count.
    pub(crate) fn number(mut self, number: i64) -> Self {
        self.0.extend_from_slice(&number.to_be_bytes());
        self
    }

    pub(crate) fn finish(self) -> Vec<u8> {
        self.0
    }
}

impl<'a> Reader<'a> {
    pub(crate) const fn new(bytes: &'a [u8]) -> Self {
        Self(bytes)
    }

    /// A field of at most so many bytes.
    pub(crate) fn field(&mut self, bytes_max: usize) -> Result<&'a [u8], Malformed> {
        let length = u32::from_be_bytes(self.take::<4>()?);
        let length = usize::try_from(length).map_err(|_| Malformed)?;
        if length > bytes_max {
            return Err(Malformed);
        }
        let (field, rest) = self.0.split_at_checked(length).ok_or(Malformed)?;
        self.0 = rest;
        Ok(field)
    }

    /// A field of exactly so many bytes.
    pub(crate) fn array<const N: usize>(&mut self) -> Result<[u8; N], Malformed> {
        self.field(N)?.try_into().map_err(|_| Malformed)
    }

    /// A field that is text.
    pub(crate) fn text(&mut self, bytes_max: usize) -> Result<&'a str, Malformed> {
        std::str::from_utf8(self.field(bytes_max)?).map_err(|_| Malformed)
    }

    pub(crate) fn byte(&mut self) -> Result<u8, Malformed> {
        self.take::<1>().map(|[byte]| byte)
    }

    pub(crate) fn number(&mut self) -> Result<i64, Malformed> {
        self.take().map(i64::from_be_bytes)
    }

    /// Nothing may follow.
    pub(crate) const fn finish(self) -> Result<(), Malformed> {
        if self.0.is_empty() { Ok(()) } else { Err(Malformed) }
    }

    fn take<const N: usize>(&mut self) -> Result<[u8; N], Malformed> {
        let (taken, rest) = self.0.split_first_chunk::<N>().ok_or(Malformed)?;
        self.0 = rest;
        Ok(*taken)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What was written is read back, and nothing that is cut, longer or over a limit.
    #[test]
    fn fields_have_one_reading() {
        let bytes = Writer::default().byte(7).field(b"ab").field(b"").number(9).finish();
        let read = |bytes: &[u8], max| {
            let mut reader = Reader::new(bytes);
            let found = (reader.byte()?, reader.text(max)?.to_owned(), reader.field(max)?.len());
            let number = reader.number()?;
            reader.finish().map(|()| (found, number))
        };
        assert_eq!(read(&bytes, 2), Ok(((7, "ab".to_owned(), 0), 9)));
        assert_eq!(read(&bytes, 1), Err(Malformed));
        for cut in 0..bytes.len() {
            assert_eq!(read(&bytes[..cut], 2), Err(Malformed), "{cut}");
        }
        assert_eq!(read(&[bytes.as_slice(), b"x"].concat(), 2), Err(Malformed));
        let other = Writer::default().byte(7).field(b"a").field(b"b").number(9).finish();
        assert_ne!(other, bytes);
    }

    /// A field of a fixed length has that length.
    #[test]
    fn an_array_is_no_shorter() {
        let bytes = Writer::default().field(b"abc").finish();
        assert_eq!(Reader::new(&bytes).array(), Ok(*b"abc"));
        assert_eq!(Reader::new(&bytes).array::<2>(), Err(Malformed));
        assert_eq!(Reader::new(&bytes).array::<4>(), Err(Malformed));
    }
}
