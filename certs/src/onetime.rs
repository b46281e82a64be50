//! One-time codes: those of an authenticator app (RFC 6238) and those on a printed sheet.
//!
//! A code of an app is judged against the time step before, the present one and the one after, and
//! never against a step that was used already: whoever looks over a shoulder gains nothing. SHA-1
//! is what every app understands; HMAC does not lean on its resistance to collisions.

use aws_lc_rs::hmac;
use zeroize::Zeroizing;

use crate::base32;
use crate::digest::random_bytes;

/// Seconds of one time step.
pub const STEP_SECONDS: u64 = 30;
/// Digits of a code.
pub const DIGITS: usize = 6;
/// Bytes of a secret, as RFC 4226 recommends.
pub const SECRET_BYTES: usize = 20;
/// Steps before and after the present one whose codes are taken, for clocks that differ.
const SKEW_STEPS: u64 = 1;
/// What a code is reduced by: ten to the power of [`DIGITS`].
const MODULUS: u32 = 1_000_000;
/// Base 32 of RFC 4648, which apps read; another alphabet than that of our own lines.
const APP_ALPHABET: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

/// The secret that an authenticator app and we share. Neither printed nor compared.
pub struct AppSecret(Zeroizing<[u8; SECRET_BYTES]>);

impl AppSecret {
    /// Draws a new secret.
    #[must_use]
    pub fn generate() -> Self {
        Self(Zeroizing::new(random_bytes()))
    }

    /// Takes a secret that was stored.
    #[must_use]
    pub fn from_bytes(bytes: [u8; SECRET_BYTES]) -> Self {
        Self(Zeroizing::new(bytes))
    }

    /// Reads what [`AppSecret::expose_text`] wrote; spaces and case do not matter.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let mut bytes = Zeroizing::new([0; SECRET_BYTES]);
        let (mut held, mut bits) = (0_u16, 0_u32);
        let mut free = bytes.iter_mut();
        for symbol in text.bytes().filter(|byte| *byte != b' ') {
            let symbol = symbol.to_ascii_uppercase();
            let value = APP_ALPHABET.iter().position(|known| *known == symbol)?;
            held = held << 5 | u16::try_from(value).ok()?;
            bits += 5;
            if bits >= 8 {
                bits -= 8;
                *free.next()? = u8::try_from(held >> bits & 0xff).ok()?;
            }
            held &= (1 << bits) - 1;
        }
        (free.next().is_none() && bits == 0).then(|| Self(bytes))
    }

    /// The secret itself, for the store that keeps accounts and for nothing else.
    #[must_use]
    pub fn expose(&self) -> &[u8; SECRET_BYTES] {
        &self.0
    }

    /// The secret as an app takes it when it is typed: 32 letters and digits.
    #[must_use]
    pub fn expose_text(&self) -> Zeroizing<String> {
        let mut text = String::with_capacity(SECRET_BYTES * 8 / 5);
        for five in self.0.chunks(5) {
            let bits = five.iter().fold(0_u64, |bits, byte| bits << 8 | u64::from(*byte));
            for place in (0..8).rev() {
                let at = usize::try_from(bits >> (place * 5) & 31).unwrap_or_default();
                text.push(APP_ALPHABET.get(at).map_or('A', |byte| char::from(*byte)));
            }
        }
        Zeroizing::new(text)
    }

    /// The time step of a typed code, if it is that of a step near now and after `last_step`.
    ///
    /// Every step in question is computed and compared, so the time taken tells nothing.
    #[must_use]
    pub fn accepted_step(&self, typed: &str, now_ms: i64, last_step: u64) -> Option<u64> {
        let digits: String = typed.chars().filter(|c| !c.is_whitespace()).collect();
        let is_code = digits.len() == DIGITS && digits.bytes().all(|byte| byte.is_ascii_digit());
        let typed: u32 = digits.parse().ok().filter(|_| is_code)?;
        let now = u64::try_from(now_ms).ok()? / 1_000 / STEP_SECONDS;
        let steps = now.saturating_sub(SKEW_STEPS)..=now.saturating_add(SKEW_STEPS);
        steps.fold(None, |found, step| {
            let fits = self.code(step) ^ typed == 0 && step > last_step;
            if fits { Some(step) } else { found }
        })
    }

    /// The code of a time step: RFC 4226, section 5.3.
    #[must_use]
    pub fn code(&self, step: u64) -> u32 {
        let key = hmac::Key::new(hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY, self.0.as_ref());
        let tag = hmac::sign(&key, &step.to_be_bytes());
        let bytes = tag.as_ref();
        let offset = usize::from(bytes.last().copied().unwrap_or_default() & 15);
        let word = bytes.iter().skip(offset).take(4);
        let word = word.fold(0_u32, |word, byte| word << 8 | u32::from(*byte));
        (word & 0x7fff_ffff) % MODULUS
    }
}

/// Draws a code for a printed sheet: 40 bits as two groups of four letters and digits.
#[must_use]
pub fn draw_sheet_code() -> Zeroizing<String> {
    let text = Zeroizing::new(base32::encode(&random_bytes::<5>()));
    let (front, back) = text.split_at_checked(4).unwrap_or((&text, ""));
    Zeroizing::new(format!("{front}-{back}"))
}

/// A code of a sheet as it is hashed: without hyphens, spaces and case, look-alikes as digits.
///
/// Nothing where it cannot be one.
#[must_use]
pub fn narrow_sheet_code(typed: &str) -> Option<Zeroizing<String>> {
    let symbols = typed.chars().filter(|c| !c.is_whitespace() && *c != '-');
    let narrow: Option<String> = symbols.map(|c| base32::value(c).map(base32::symbol)).collect();
    narrow.filter(|text| text.len() == 8).map(Zeroizing::new)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The codes are those of RFC 6238, appendix B, of which an app shows the last six digits.
    #[test]
    fn codes_agree_with_the_standard() {
        let secret = AppSecret::from_bytes(*b"12345678901234567890");
        for (seconds, code) in [
            (59, 287_082),
            (1_111_111_109, 81_804),
            (1_111_111_111, 50_471),
            (1_234_567_890, 5_924),
            (2_000_000_000, 279_037),
            (20_000_000_000, 353_130),
        ] {
            assert_eq!(secret.code(seconds / STEP_SECONDS), code, "{seconds}");
        }
        assert_eq!(&*secret.expose_text(), "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ");
    }

    /// A clock may be one step off, a code counts once, and nothing else is a code.
    #[test]
    fn a_code_is_taken_within_one_step_and_once() {
        let secret = AppSecret::from_bytes(*b"12345678901234567890");
        let now_ms = 59_000;
        let check = |typed: &str, now_ms, last| secret.accepted_step(typed, now_ms, last);
        assert_eq!(check("287082", now_ms, 0), Some(1));
        assert_eq!(check("287 082", now_ms + 30_000, 0), Some(1), "one step late");
        assert_eq!(check("287082", now_ms - 59_000, 0), Some(1), "one step early");
        assert_eq!(check("287082", now_ms + 61_000, 0), None, "two steps late");
        assert_eq!(check("287082", now_ms, 1), None, "used before");
        for typed in ["", "28708", "2870820", "+87082", "28708x", "２８７０８２"] {
            assert_eq!(check(typed, now_ms, 0), None, "{typed}");
        }
    }

    /// A secret survives being typed into an app, and what is no secret is none.
    #[test]
    fn a_secret_is_read_back_from_its_text() {
        let secret = AppSecret::generate();
        let text = secret.expose_text();
        let again = AppSecret::parse(&text.to_lowercase()).expect("secret");
        assert_eq!(again.expose(), secret.expose());
        for wrong in ["", "ABC", "1EZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ", &format!("{}A", &*text)] {
            assert!(AppSecret::parse(wrong).is_none(), "{wrong}");
        }
    }

    /// A code on paper is read however it is typed.
    #[test]
    fn a_sheet_code_is_read_however_it_is_typed() {
        let code = draw_sheet_code();
        assert_eq!(code.len(), 9);
        let narrow = narrow_sheet_code(&code).expect("code");
        let typed = format!(" {} ", code.to_uppercase().replace('-', " "));
        assert_eq!(narrow_sheet_code(&typed).expect("code"), narrow);
        assert_eq!(*narrow_sheet_code("OoIl-2345").expect("code"), "00112345");
        assert!(narrow_sheet_code("123456").is_none() && narrow_sheet_code("uuuu-uuuu").is_none());
    }
}
