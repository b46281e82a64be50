//! A browser without a network, for tests of consoles: cookies, forms and a look at the markup.
//!
//! It does what a browser with JavaScript switched off does, so a page that a test can use works
//! without scripts. It is here and not in a test because node, hub and the federation tests drive
//! their consoles with it.

mod markup;

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::{HeaderMap, Method, Request, StatusCode, header};
use tower::ServiceExt;

use super::account::Role;
use super::factor::FactorPolicy;
use super::session::{NewAccount, Sessions};
use super::session_store::{MIGRATIONS, SessionStore};
use super::shell::{Shell, Site};
use crate::clock::Clock;
use crate::sql::Database;

/// Largest page that is read.
const PAGE_BYTES_MAX: usize = 8 * 1024 * 1024;

/// Between the parts of a form with a file.
const BOUNDARY: &str = "----trial-of-a-console";

/// Anything that went wrong with a trial itself.
pub type TrialError = Box<dyn std::error::Error + Send + Sync>;

/// Password of the accounts that a trial makes.
pub const PASSWORD: &str = "trial password";

/// What came back.
#[derive(Debug)]
pub struct Seen {
    /// Status of the reply.
    pub status: StatusCode,
    /// Headers of the reply.
    pub headers: HeaderMap,
    /// Body of the reply.
    pub text: String,
}

impl Seen {
    /// A header as text, empty where there is none.
    #[must_use]
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
    }

    /// The value of the first form field of a name.
    #[must_use]
    pub fn field(&self, name: &str) -> Option<&str> {
        let (_, rest) = self.text.split_once(&format!("name=\"{name}\" value=\""))?;
        rest.split_once('"').map(|(value, _)| value)
    }

    /// Writes the page where `XINQIAO_PAGES_DIR` says, to be looked at in a real browser.
    ///
    /// Static files are expected beside it; without the variable nothing happens.
    ///
    /// # Errors
    /// The file could not be written.
    pub fn keep(&self, name: &str) -> Result<(), TrialError> {
        if let Some(folder) = std::env::var_os("XINQIAO_PAGES_DIR") {
            let text = self.text.replace("href=\"/static/", "href=\"");
            std::fs::write(std::path::Path::new(&folder).join(name), text)?;
        }
        Ok(())
    }

    /// What on the page breaks the rules of the shell, or hinders a screen reader, a keyboard or
    /// an old browser.
    #[must_use]
    pub fn flaws(&self) -> Vec<String> {
        let mut flaws = markup::flaws(&self.text);
        for banned in BANNED {
            if self.text.contains(banned) {
                flaws.push(format!("{banned} is inline"));
            }
        }
        for needed in NEEDED {
            if !self.text.contains(needed) {
                flaws.push(format!("{needed} is missing"));
            }
        }
        for form in self.text.split("<form").skip(1) {
            let form = form.split("</form>").next().unwrap_or_default();
            if form.contains("method=\"post\"") && !form.contains("name=\"csrf\"") {
                flaws.push("a form has no token".to_owned());
            }
        }
        for picture in self.text.split("<svg class=\"chart").skip(1) {
            let tag = picture.split('>').next().unwrap_or_default();
            if !tag.contains("role=\"img\"") || !tag.contains("aria-label=\"") {
                flaws.push("a chart has no name".to_owned());
            }
        }
        flaws
    }
}

/// What the content policy would refuse, or what only works with scripts.
const BANNED: [&str; 7] =
    [" style=", "<style", "<script", "javascript:", " onclick=", " onload=", " onchange="];
/// What every page has.
const NEEDED: [&str; 5] = [
    "<meta name=\"renderer\" content=\"webkit\">",
    "<html lang=\"",
    "<title>",
    "<main id=\"main\">",
    "hreflang=\"",
];

/// A browser that keeps cookies.
#[derive(Clone)]
pub struct Browser {
    router: Router,
    cookies: BTreeMap<String, String>,
    /// Headers sent with every request.
    pub headers: Vec<(String, String)>,
}

impl Browser {
    /// Opens a console.
    #[must_use]
    pub const fn new(router: Router) -> Self {
        Self { router, cookies: BTreeMap::new(), headers: Vec::new() }
    }

    /// Asks for a page.
    ///
    /// # Errors
    /// The address is none, or the page is too large.
    pub async fn get(&mut self, path: &str) -> Result<Seen, TrialError> {
        self.send(Method::GET, path, Body::empty()).await
    }

    /// Sends a form.
    ///
    /// # Errors
    /// As [`Browser::get`].
    pub async fn post(&mut self, path: &str, fields: &[(&str, &str)]) -> Result<Seen, TrialError> {
        let pairs: Vec<String> = fields
            .iter()
            .map(|(name, value)| format!("{name}={}", percent_encoded(value)))
            .collect();
        self.send(Method::POST, path, Body::from(pairs.join("&"))).await
    }

    /// Sends a form with a file behind its fields.
    ///
    /// # Errors
    /// As [`Browser::get`].
    pub async fn upload(
        &mut self,
        path: &str,
        fields: &[(&str, &str)],
        (name, bytes): (&str, &[u8]),
    ) -> Result<Seen, TrialError> {
        let mut body = Vec::new();
        for (field, value) in fields {
            let head = format!("--{BOUNDARY}\r\ncontent-disposition: form-data; name=\"{field}\"");
            body.extend(format!("{head}\r\n\r\n{value}\r\n").into_bytes());
        }
        let head = format!("--{BOUNDARY}\r\ncontent-disposition: form-data; name=\"file\"");
        body.extend(format!("{head}; filename=\"{name}\"\r\n\r\n").into_bytes());
        body.extend_from_slice(bytes);
        body.extend(format!("\r\n--{BOUNDARY}--\r\n").into_bytes());
        let kind = format!("multipart/form-data; boundary={BOUNDARY}");
        self.send_as(Method::POST, path, (&kind, Body::from(body))).await
    }

    /// Signs in through the form.
    ///
    /// # Errors
    /// As [`Browser::get`].
    pub async fn sign_in(&mut self, login: &str, password: &str) -> Result<Seen, TrialError> {
        let form = self.get("/login").await?;
        let csrf = form.field("csrf").unwrap_or_default().to_owned();
        let fields = [("csrf", csrf.as_str()), ("login", login), ("password", password)];
        self.post("/login", &fields).await
    }

    /// Forgets a cookie.
    pub fn forget(&mut self, name: &str) {
        self.cookies.remove(name);
    }

    async fn send(&mut self, method: Method, path: &str, body: Body) -> Result<Seen, TrialError> {
        self.send_as(method, path, ("application/x-www-form-urlencoded", body)).await
    }

    async fn send_as(
        &mut self,
        method: Method,
        path: &str,
        (kind, body): (&str, Body),
    ) -> Result<Seen, TrialError> {
        let mut request = Request::builder()
            .method(method)
            .uri(path)
            .header(header::HOST, "127.0.0.1:8443")
            .header(header::CONTENT_TYPE, kind);
        for (name, value) in &self.headers {
            request = request.header(name, value);
        }
        let jar: Vec<String> = self.cookies.iter().map(|(k, v)| format!("{k}={v}")).collect();
        if !jar.is_empty() {
            request = request.header(header::COOKIE, jar.join("; "));
        }
        let reply = self.router.clone().oneshot(request.body(body)?).await?;
        let (parts, body) = reply.into_parts();
        self.keep_cookies(&parts.headers);
        let bytes = to_bytes(body, PAGE_BYTES_MAX).await?;
        let text = String::from_utf8_lossy(&bytes).into_owned();
        Ok(Seen { status: parts.status, headers: parts.headers, text })
    }

    fn keep_cookies(&mut self, headers: &HeaderMap) {
        for line in headers.get_all(header::SET_COOKIE) {
            let pair = line.to_str().ok().and_then(|line| line.split(';').next()?.split_once('='));
            match pair {
                Some((name, "")) => drop(self.cookies.remove(name)),
                Some((name, value)) => drop(self.cookies.insert(name.into(), value.into())),
                None => {}
            }
        }
    }
}

/// A shell whose accounts are in memory, with one account of a role: login `reader`.
///
/// # Errors
/// The store could not be made.
pub async fn shell(site: Site, role: Role, clock: Clock) -> Result<Arc<Shell>, TrialError> {
    let sessions = Sessions::new(
        SessionStore::new(Database::in_memory(MIGRATIONS)?),
        FactorPolicy::DangerNobody,
    )?;
    let person = NewAccount {
        login: "reader".to_owned(),
        name: "赵老师".to_owned(),
        role,
        password: PASSWORD.to_owned(),
    };
    sessions.put_account(person, clock.now_ms()).await?;
    Ok(Arc::new(Shell { site, sessions, clock }))
}

fn percent_encoded(text: &str) -> String {
    text.bytes()
        .map(|byte| match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' => char::from(byte).to_string(),
            other => format!("%{other:02X}"),
        })
        .collect()
}
