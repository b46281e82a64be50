//! Files that a browser sends: the form's own fields, then one file, all within limits.
//!
//! Nothing of a file is kept before the token in front of it was found to be ours. What is refused
//! is read to its end and let go: a browser shows an answer only once it has sent everything. What
//! comes too slowly is cut off, so that nobody keeps others from sending by stalling.

mod pace;

use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use axum::extract::{FromRef, FromRequest, Request};
use axum::http::{HeaderMap, header};
use axum::response::{IntoResponse, Response};
use multer::{Constraints, Field, Multipart, SizeLimit};
use tokio::sync::Semaphore;

use self::pace::{Broken, OF_UPLOADS, Pace, Paced};
use super::guard::{
    Audience, Visitor, admitted, is_same_origin, same_token, see_other, sign_in_of,
};
use super::problem::Problem;
use super::shell::Shell;

/// Largest file that is taken from a browser.
pub const UPLOAD_BYTES_MAX: usize = 20 << 20;
/// So much of a longer one is read to its end, so that its sender sees the answer.
const DRAINED_BYTES_MAX: u64 = 1 << 30;
/// Fields beside the file: the slips of a large class.
const FIELDS_MAX: usize = 2_000;
/// Longest of them.
const FIELD_BYTES_MAX: usize = 16 << 10;
/// Longest name of a file that is kept.
const NAME_CHARS_MAX: usize = 120;
/// How long one may take.
const READ_MAX: Duration = Duration::from_secs(600);

/// Uploads that are read at once: each may take its whole length of memory.
static READING: Semaphore = Semaphore::const_new(2);

/// A file as a browser sent it. Names persons as likely as not: without `Debug`.
pub struct FileSent {
    /// As the person called it, without folders.
    pub name: String,
    /// What is in it.
    pub bytes: Vec<u8>,
}

/// What came where a file was asked for.
pub enum Given {
    /// A file.
    File(FileSent),
    /// None was chosen.
    Nothing,
    /// One with more than [`UPLOAD_BYTES_MAX`] bytes.
    TooLong,
}

/// A form of the session's own pages with a file in it.
pub struct Upload<A> {
    /// Who sent it.
    pub visitor: Visitor<A>,
    /// Its fields, in their order.
    pub fields: Vec<(String, String)>,
    /// The file.
    pub file: Given,
}

impl<A, S> FromRequest<S> for Upload<A>
where
    A: Audience,
    S: Send + Sync,
    Arc<Shell>: FromRef<S>,
{
    type Rejection = Response;

    async fn from_request(request: Request, state: &S) -> Result<Self, Response> {
        let (parts, body) = request.into_parts();
        let shell = Arc::<Shell>::from_ref(state);
        let visitor = match admitted::<A>(&shell, &parts).await {
            Ok(Some(visitor)) => visitor,
            Ok(None) => {
                drain(body).await;
                return Err(see_other(&sign_in_of(&parts.uri)));
            }
            Err(refused) => {
                drain(body).await;
                return Err(refused);
            }
        };
        let reading = tokio::time::timeout(READ_MAX, async {
            let _place = READING.acquire().await.map_err(|_| Problem::Unavailable)?;
            // The body's time begins here: whoever waited for a place has sent nothing yet.
            read(&parts.headers, body, (&visitor.session.csrf, OF_UPLOADS)).await
        });
        let done = reading.await.unwrap_or(Err(Problem::TooSlow));
        let (fields, file) = done.map_err(IntoResponse::into_response)?;
        Ok(Self { visitor, fields, file })
    }
}

/// Whether a request carries a file, or could.
pub(super) fn is_upload(headers: &HeaderMap) -> bool {
    boundary_of(headers).is_some()
}

fn boundary_of(headers: &HeaderMap) -> Option<String> {
    let kind = headers.get(header::CONTENT_TYPE)?.to_str().ok()?;
    multer::parse_boundary(kind).ok()
}

type Read = (Vec<(String, String)>, Given);

async fn read(
    headers: &HeaderMap,
    body: Body,
    (expected, pace): (&str, Pace),
) -> Result<Read, Problem> {
    let Some(boundary) = boundary_of(headers) else {
        drain(body).await;
        return Err(Problem::BadRequest);
    };
    let limit = SizeLimit::new().whole_stream(DRAINED_BYTES_MAX);
    let limits = Constraints::new().size_limit(limit);
    let mut parts = Multipart::with_constraints(Paced::new(body, pace), boundary, limits);
    let mut form = Form::new(expected, is_same_origin(headers));
    let mut refused = None;
    while let Some(part) = parts.next_field().await.map_err(|error| broken(&error))? {
        let taken = if refused.is_none() { form.take(part).await } else { pass(part).await };
        if matches!(taken, Err(Problem::TooSlow)) {
            return Err(Problem::TooSlow);
        }
        refused = refused.or(taken.err());
    }
    match refused {
        Some(problem) => Err(problem),
        None => form.finish(),
    }
}

/// Why a form could not be read: it came too slowly, or is none.
fn broken(error: &multer::Error) -> Problem {
    let cause = match error {
        multer::Error::StreamReadFailed(cause) => cause.downcast_ref::<Broken>(),
        _ => None,
    };
    match cause {
        Some(Broken::TooSlow) => Problem::TooSlow,
        Some(Broken::Read(_)) | None => Problem::BadRequest,
    }
}

/// A form as its parts come in.
struct Form<'a> {
    expected: &'a str,
    is_ours: bool,
    has_token: bool,
    fields: Vec<(String, String)>,
    file: Given,
}

impl<'a> Form<'a> {
    const fn new(expected: &'a str, is_ours: bool) -> Self {
        Self { expected, is_ours, has_token: false, fields: Vec::new(), file: Given::Nothing }
    }

    async fn take(&mut self, mut part: Field<'static>) -> Result<(), Problem> {
        let name = part.name().unwrap_or_default().to_owned();
        if let Some(called) = part.file_name().map(plain_name) {
            return self.take_file(part, called).await;
        }
        let Some(bytes) = bytes_of(&mut part, FIELD_BYTES_MAX).await? else {
            return Err(Problem::TooLong);
        };
        let value = String::from_utf8(bytes).map_err(|_| Problem::BadRequest)?;
        if name == "csrf" {
            self.has_token = self.is_ours && same_token(&value, self.expected);
            return if self.has_token { Ok(()) } else { Err(Problem::StaleForm) };
        }
        if self.fields.len() == FIELDS_MAX {
            return Err(Problem::TooLong);
        }
        self.fields.push((name, value));
        Ok(())
    }

    async fn take_file(&mut self, mut part: Field<'static>, name: String) -> Result<(), Problem> {
        if !self.has_token {
            pass(part).await?;
            return Err(Problem::StaleForm);
        }
        let given = match bytes_of(&mut part, UPLOAD_BYTES_MAX).await? {
            None => Given::TooLong,
            // A browser sends a part without name and content where nothing was chosen.
            Some(bytes) if bytes.is_empty() && name.is_empty() => return Ok(()),
            Some(bytes) => Given::File(FileSent { name, bytes }),
        };
        if !matches!(self.file, Given::Nothing) {
            return Err(Problem::BadRequest);
        }
        self.file = given;
        Ok(())
    }

    fn finish(self) -> Result<Read, Problem> {
        if self.has_token { Ok((self.fields, self.file)) } else { Err(Problem::StaleForm) }
    }
}

/// All of a part, or nothing where it is longer; read to its end in any case.
async fn bytes_of(part: &mut Field<'static>, most: usize) -> Result<Option<Vec<u8>>, Problem> {
    let mut bytes = Vec::new();
    let mut is_long = false;
    while let Some(chunk) = part.chunk().await.map_err(|error| broken(&error))? {
        is_long = is_long || bytes.len() + chunk.len() > most;
        if is_long {
            bytes = Vec::new();
        } else {
            bytes.extend_from_slice(&chunk);
        }
    }
    Ok((!is_long).then_some(bytes))
}

async fn pass(mut part: Field<'static>) -> Result<(), Problem> {
    bytes_of(&mut part, 0).await.map(drop)
}

/// Reads a body to its end, within limits, and keeps nothing of it.
async fn drain(body: Body) {
    use tokio_stream::StreamExt as _;
    let mut chunks = Paced::new(body, OF_UPLOADS);
    let mut read = 0_u64;
    let reading = tokio::time::timeout(READ_MAX, async {
        while let Some(Ok(chunk)) = chunks.next().await {
            read = read.saturating_add(chunk.len() as u64);
            if read > DRAINED_BYTES_MAX {
                return;
            }
        }
    });
    // Whoever goes on sending longer than that is cut off.
    let _ = reading.await;
}

/// The last part of a path, short enough to show.
fn plain_name(name: &str) -> String {
    let last = name.rsplit(['/', '\\']).next().unwrap_or_default();
    last.chars().filter(|c| !c.is_control()).take(NAME_CHARS_MAX).collect()
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    fn headers() -> HeaderMap {
        let mut headers = HeaderMap::new();
        let kind = HeaderValue::from_static("multipart/form-data; boundary=xq");
        headers.insert(header::CONTENT_TYPE, kind);
        headers
    }

    fn field(name: &str, value: &str) -> String {
        format!("--xq\r\ncontent-disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n")
    }

    fn file(name: &str, content: &str) -> String {
        format!(
            "--xq\r\ncontent-disposition: form-data; name=\"file\"; filename=\"{name}\"\r\n\
             content-type: text/csv\r\n\r\n{content}\r\n"
        )
    }

    async fn check(parts: &[String]) -> Result<Read, Problem> {
        let body = format!("{}--xq--\r\n", parts.concat());
        read(&headers(), Body::from(body), ("token.1", OF_UPLOADS)).await
    }

    /// Fields and file are read behind the token, and a name keeps no folder.
    #[tokio::test]
    async fn a_form_with_a_file_is_read() {
        let sent = [field("csrf", "token.7"), field("kind", "名册"), file("C:\\a\\b.csv", "x,y")];
        let (fields, given) = check(&sent).await.expect("read");
        assert_eq!(fields, [("kind".to_owned(), "名册".to_owned())]);
        let Given::File(file) = given else { panic!("a file") };
        assert_eq!((file.name.as_str(), file.bytes.as_slice()), ("b.csv", b"x,y".as_slice()));
    }

    /// Without our token in front of it nothing of a file is kept, and another token is none.
    #[tokio::test]
    async fn a_file_without_our_token_is_refused() {
        for sent in [
            vec![file("a.csv", "x"), field("csrf", "token.1")],
            vec![field("csrf", "other.1"), file("a.csv", "x")],
            vec![file("a.csv", "x")],
            vec![field("kind", "roster")],
        ] {
            assert!(matches!(check(&sent).await, Err(Problem::StaleForm)));
        }
    }

    /// A file that is too long is said to be, with its form; the limit itself is taken.
    #[tokio::test]
    async fn a_file_that_is_too_long_is_told() {
        let of = |bytes: usize| [field("csrf", "token.1"), file("a.csv", &"x".repeat(bytes))];
        let (_, given) = check(&of(UPLOAD_BYTES_MAX + 1)).await.expect("read");
        assert!(matches!(given, Given::TooLong));
        let (_, given) = check(&of(UPLOAD_BYTES_MAX)).await.expect("read");
        assert!(matches!(given, Given::File(_)));
        let (_, given) = check(&[field("csrf", "token.1"), file("", "")]).await.expect("read");
        assert!(matches!(given, Given::Nothing));
    }

    /// What is cut off in the middle is no form.
    #[tokio::test]
    async fn a_form_that_breaks_off_is_refused() {
        let body = format!("{}{}", field("csrf", "token.1"), file("a.csv", "x"));
        let read = read(&headers(), Body::from(body), ("token.1", OF_UPLOADS)).await;
        assert!(matches!(read, Err(Problem::BadRequest)));
    }

    /// A form that stalls, in a file or before one, is cut off and said to be too slow.
    #[tokio::test]
    async fn a_form_that_stalls_is_cut_off() {
        use tokio_stream::{StreamExt as _, once, pending};
        let pace = Pace { grace: Duration::from_millis(100), bytes_a_second: 1 << 20 };
        let begun = file("a.csv", "x").replace("x\r\n", "x");
        for sent in [field("csrf", "token.1") + &begun, String::new()] {
            let sent = once(Ok::<_, std::convert::Infallible>(sent)).chain(pending());
            let read = read(&headers(), Body::from_stream(sent), ("token.1", pace)).await;
            assert!(matches!(read, Err(Problem::TooSlow)), "{:?}", read.map(drop));
        }
    }
}
