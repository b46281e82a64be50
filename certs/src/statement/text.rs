//! Statements and requests as text, so that they fit into a file, a mail or a pack.

use super::{SignedRequest, SignedStatement, StatementError};
use crate::countersign::{Countersignature, SIGNATURES_MAX};
use crate::fields::{Reader, Writer};
use crate::signature::{SIGNATURE_BYTES, Signature};

/// The PEM tag of a statement.
pub const STATEMENT_TAG: &str = "XINQIAO KEY STATEMENT";
/// The PEM tag of a request.
pub const REQUEST_TAG: &str = "XINQIAO KEY REQUEST";

/// Most statements that are read from one file: two keys of every school of a large city.
const STATEMENTS_MAX: usize = 4_096;
const TEXT_BYTES_MAX: usize = 32 * 1024 * 1024;
const BODY_BYTES_MAX: usize = 16 * 1024;
const CERTIFICATE_BYTES_MAX: usize = 8 * 1024;
const CHAIN_CERTIFICATES_MAX: u8 = 4;

impl SignedStatement {
    /// The statement as text.
    #[must_use]
    pub fn to_pem(&self) -> String {
        let mut body = Writer::default().field(&self.bytes);
        body = body.byte(u8::try_from(self.signatures.len()).unwrap_or(u8::MAX));
        for signed in &self.signatures {
            body = chain(body.field(&signed.signature.to_bytes()), &signed.chain);
        }
        pem::encode(&pem::Pem::new(STATEMENT_TAG, body.finish()))
    }

    /// Reads all statements of a text, in their order; other blocks are passed over. Nothing is
    /// verified.
    ///
    /// # Errors
    /// The text is too long, or a statement in it is damaged.
    pub fn all_from_pem(text: &[u8]) -> Result<Vec<Self>, StatementError> {
        let bodies = blocks(text, STATEMENT_TAG)?;
        bodies.iter().map(|body| Self::from_body(body)).collect()
    }

    /// Reads the one statement of a file.
    ///
    /// # Errors
    /// No statement, several, or a damaged one.
    pub fn from_pem(text: &[u8]) -> Result<Self, StatementError> {
        match <[Self; 1]>::try_from(Self::all_from_pem(text)?) {
            Ok([one]) => Ok(one),
            Err(_) => Err(StatementError::Form),
        }
    }

    fn from_body(body: &[u8]) -> Result<Self, StatementError> {
        let mut reader = Reader::new(body);
        let bytes = reader.field(BODY_BYTES_MAX)?.to_vec();
        let count = usize::from(reader.byte()?);
        if count > SIGNATURES_MAX {
            return Err(StatementError::Form);
        }
        let mut signatures = Vec::with_capacity(count);
        for _ in 0..count {
            let signature = read_signature(&mut reader)?;
            signatures.push(Countersignature { signature, chain: read_chain(&mut reader)? });
        }
        reader.finish()?;
        let signed = Self { bytes, signatures };
        signed.unverified()?;
        Ok(signed)
    }
}

impl SignedRequest {
    /// The request as text.
    #[must_use]
    pub fn to_pem(&self) -> String {
        let body = Writer::default().field(&self.bytes).field(&self.signature.to_bytes());
        pem::encode(&pem::Pem::new(REQUEST_TAG, chain(body, &self.chain).finish()))
    }

    /// Reads the one request of a file. Nothing is verified.
    ///
    /// # Errors
    /// No request, several, or a damaged one.
    pub fn from_pem(text: &[u8]) -> Result<Self, StatementError> {
        let bodies = blocks(text, REQUEST_TAG)?;
        let [body] = bodies.as_slice() else {
            return Err(StatementError::Form);
        };
        let mut reader = Reader::new(body);
        let bytes = reader.field(BODY_BYTES_MAX)?.to_vec();
        let signature = read_signature(&mut reader)?;
        let chain = read_chain(&mut reader)?;
        reader.finish()?;
        Ok(Self { bytes, signature, chain })
    }
}

fn blocks(text: &[u8], tag: &str) -> Result<Vec<Vec<u8>>, StatementError> {
    if text.len() > TEXT_BYTES_MAX {
        return Err(StatementError::Form);
    }
    let blocks = pem::parse_many(text).map_err(|_| StatementError::Form)?;
    let ours = blocks.into_iter().filter(|block| block.tag() == tag);
    let bodies: Vec<Vec<u8>> = ours.map(pem::Pem::into_contents).collect();
    if bodies.len() > STATEMENTS_MAX {
        return Err(StatementError::Form);
    }
    Ok(bodies)
}

fn chain(body: Writer, chain: &[Vec<u8>]) -> Writer {
    let body = body.byte(u8::try_from(chain.len()).unwrap_or(u8::MAX));
    chain.iter().fold(body, |body, certificate| body.field(certificate))
}

fn read_chain(reader: &mut Reader<'_>) -> Result<Vec<Vec<u8>>, StatementError> {
    let count = reader.byte()?;
    if count > CHAIN_CERTIFICATES_MAX {
        return Err(StatementError::Form);
    }
    let read = (0..count).map(|_| reader.field(CERTIFICATE_BYTES_MAX).map(<[u8]>::to_vec));
    Ok(read.collect::<Result<_, _>>()?)
}

fn read_signature(reader: &mut Reader<'_>) -> Result<Signature, StatementError> {
    Signature::from_bytes(reader.field(SIGNATURE_BYTES)?).map_err(|_| StatementError::Form)
}
