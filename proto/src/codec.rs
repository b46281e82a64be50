//! How messages become bytes on a stream: as the library does it, with small buffers.
//!
//! The library reserves 8 KiB for each direction of each call and keeps it as long as the call is
//! open. A hub holds two open calls of every member for days, of which most say nothing: these
//! buffers alone would be 50 MiB for 2,000 schools. Small ones grow with the message that needs it.

use std::marker::PhantomData;

use prost::Message;
use tonic::codec::{BufferSettings, Codec};
use tonic_prost::{ProstCodec, ProstDecoder, ProstEncoder};

/// What a buffer begins with: more than most answers have.
const BUFFER_BYTES: usize = 512;

/// How much is gathered before it is given to the transport, as the library has it.
const YIELD_BYTES: usize = 32 * 1024;

/// Codec of all services.
#[derive(Clone, Debug)]
pub struct LeanCodec<T, U>(PhantomData<(T, U)>);

impl<T, U> Default for LeanCodec<T, U> {
    fn default() -> Self {
        Self(PhantomData)
    }
}

impl<T, U> Codec for LeanCodec<T, U>
where
    T: Message + Send + 'static,
    U: Message + Default + Send + 'static,
{
    type Encode = T;
    type Decode = U;
    type Encoder = ProstEncoder<T>;
    type Decoder = ProstDecoder<U>;

    fn encoder(&mut self) -> Self::Encoder {
        ProstCodec::<T, U>::raw_encoder(BufferSettings::new(BUFFER_BYTES, YIELD_BYTES))
    }

    fn decoder(&mut self) -> Self::Decoder {
        ProstCodec::<T, U>::raw_decoder(BufferSettings::new(BUFFER_BYTES, YIELD_BYTES))
    }
}

#[cfg(test)]
mod tests {
    use tonic::codec::{Decoder as _, Encoder as _};

    use super::*;
    use crate::wire::sync::LinkRequest;

    /// Both sides begin small; how bytes look is the library's business and stays as it is.
    #[test]
    fn buffers_begin_small() {
        let mut codec = LeanCodec::<LinkRequest, LinkRequest>::default();
        let settings = format!("{:?}", codec.encoder().buffer_settings());
        assert_eq!(settings, format!("{:?}", codec.decoder().buffer_settings()));
        assert!(settings.contains("512"), "{settings}");
    }
}
