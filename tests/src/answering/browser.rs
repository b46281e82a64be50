//! A browser over a kept connection, as small as a student needs one: pages, forms, cookies.

use std::net::SocketAddr;

use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::TcpStream;

/// Longest page that is read.
const PAGE_BYTES_MAX: usize = 1 << 20;

/// What came back.
pub struct Reply {
    /// Status of the reply.
    pub status: u16,
    /// Where it leads, blank where it leads nowhere.
    pub location: String,
    /// Its body.
    pub text: String,
}

impl Reply {
    /// The token of the page's first form.
    #[must_use]
    pub fn csrf(&self) -> &str {
        let after = self.text.split_once("name=\"csrf\" value=\"").map_or("", |(_, rest)| rest);
        after.split('"').next().unwrap_or_default()
    }
}

/// One student's browser.
pub struct Browser {
    stream: BufReader<TcpStream>,
    cookies: Vec<(String, String)>,
    csrf: String,
}

impl Browser {
    /// Connects.
    ///
    /// # Errors
    /// Nobody listens there.
    pub async fn connect(address: SocketAddr) -> std::io::Result<Self> {
        let stream = TcpStream::connect(address).await?;
        stream.set_nodelay(true)?;
        let (cookies, csrf) = (Vec::new(), String::new());
        Ok(Self { stream: BufReader::new(stream), cookies, csrf })
    }

    /// Types a code and opens the first question.
    ///
    /// # Errors
    /// The connection broke, or the code was not taken.
    pub async fn enter(&mut self, code: &str) -> std::io::Result<()> {
        let page = self.get("/answer").await?;
        let fields = format!("csrf={}&code={code}", page.csrf());
        let reply = self.post("/answer", &fields).await?;
        if reply.status != 303 {
            return Err(std::io::Error::other(format!("the code got {}", reply.status)));
        }
        let page = self.get("/answer/start").await?;
        page.csrf().clone_into(&mut self.csrf);
        Ok(())
    }

    /// Presses an answer; it is on the disk when this returns.
    ///
    /// # Errors
    /// The connection broke, or the answer was not taken.
    pub async fn press(&mut self, place: usize, value: u8) -> std::io::Result<String> {
        let fields = format!("csrf={}&value={value}", self.csrf);
        let reply = self.post(&format!("/answer/items/{place}"), &fields).await?;
        if reply.status == 303 { Ok(reply.location) } else { Err(refused(reply.status)) }
    }

    /// Hands in.
    ///
    /// # Errors
    /// The connection broke, or it was not taken.
    pub async fn hand_in(&mut self) -> std::io::Result<()> {
        let fields = format!("csrf={}", self.csrf);
        let reply = self.post("/answer/submit", &fields).await?;
        if reply.status == 200 { Ok(()) } else { Err(refused(reply.status)) }
    }

    /// Asks for a page.
    ///
    /// # Errors
    /// The connection broke.
    pub async fn get(&mut self, path: &str) -> std::io::Result<Reply> {
        self.send("GET", path, "").await
    }

    async fn post(&mut self, path: &str, fields: &str) -> std::io::Result<Reply> {
        self.send("POST", path, fields).await
    }

    async fn send(&mut self, method: &str, path: &str, fields: &str) -> std::io::Result<Reply> {
        let jar: Vec<String> = self.cookies.iter().map(|(k, v)| format!("{k}={v}")).collect();
        let path = path.split('#').next().unwrap_or_default();
        let request = format!(
            "{method} {path} HTTP/1.1\r\nhost: school\r\ncookie: {}\r\n\
             content-type: application/x-www-form-urlencoded\r\ncontent-length: {}\r\n\r\n{fields}",
            jar.join("; "),
            fields.len()
        );
        self.stream.get_mut().write_all(request.as_bytes()).await?;
        self.reply().await
    }

    async fn reply(&mut self) -> std::io::Result<Reply> {
        let (mut status, mut length, mut location) = (0, 0, String::new());
        let mut line = String::new();
        loop {
            line.clear();
            if self.stream.read_line(&mut line).await? == 0 {
                return Err(std::io::ErrorKind::UnexpectedEof.into());
            }
            let head = line.trim_end();
            if head.is_empty() {
                break;
            }
            if let Some(rest) = head.strip_prefix("HTTP/1.1 ") {
                status = rest.get(..3).and_then(|code| code.parse().ok()).unwrap_or(0);
            }
            let Some((name, value)) = head.split_once(": ") else { continue };
            match name {
                "content-length" => length = value.parse().unwrap_or(0),
                "location" => value.clone_into(&mut location),
                "set-cookie" => self.keep(value),
                _ => {}
            }
        }
        let mut body = vec![0; length.min(PAGE_BYTES_MAX)];
        self.stream.read_exact(&mut body).await?;
        Ok(Reply { status, location, text: String::from_utf8_lossy(&body).into_owned() })
    }

    fn keep(&mut self, line: &str) {
        let pair = line.split(';').next().and_then(|pair| pair.split_once('='));
        let Some((name, value)) = pair else { return };
        self.cookies.retain(|(known, _)| known != name);
        if !value.is_empty() {
            self.cookies.push((name.to_owned(), value.to_owned()));
        }
    }
}

fn refused(status: u16) -> std::io::Error {
    std::io::Error::other(format!("refused with {status}"))
}
