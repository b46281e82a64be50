//! A client's TLS stream whose first bytes from the hub were already read.
//!
//! In TLS 1.3 a client learns at its first read whether the hub accepted its certificate. HTTP/2
//! would read that refusal in the background and keep only its text, or nothing; so it is read
//! here, while there is somebody to tell, and what was read is handed on.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio_rustls::client::TlsStream;

/// Most bytes that are read ahead: a hub's HTTP/2 settings are below a hundred.
const FIRST_BYTES_MAX: usize = 1024;

/// The stream with what was read ahead.
pub(super) struct PrimedStream {
    stream: TlsStream<TcpStream>,
    first: Vec<u8>,
    taken: usize,
}

impl PrimedStream {
    /// Waits for the hub's first bytes, which follow its acceptance.
    pub(super) async fn open(mut stream: TlsStream<TcpStream>) -> io::Result<Self> {
        let mut first = vec![0; FIRST_BYTES_MAX];
        let read = stream.read(&mut first).await?;
        if read == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        first.truncate(read);
        Ok(Self { stream, first, taken: 0 })
    }
}

impl AsyncRead for PrimedStream {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let waiting = self.first.get(self.taken..).unwrap_or_default();
        if waiting.is_empty() {
            return Pin::new(&mut self.stream).poll_read(cx, buf);
        }
        let length = waiting.len().min(buf.remaining());
        buf.put_slice(waiting.get(..length).unwrap_or_default());
        self.taken += length;
        Poll::Ready(Ok(()))
    }
}

impl AsyncWrite for PrimedStream {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(cx, buf)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bufs: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write_vectored(cx, bufs)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }
}
