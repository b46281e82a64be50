//! Cookies: reading one by name and writing the two that the consoles set.
//!
//! Ports do not separate cookies, so a console's own cookies carry its unit's id in their names:
//! two consoles on one loopback address must not log each other out.

use axum::http::{HeaderMap, HeaderValue, header};

/// How the console is reached, which decides what a browser may be told about cookies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Transport {
    /// HTTPS: cookies are `Secure` and bound to the host by their `__Host-` name.
    Tls,
    /// Plain HTTP on the machine's own loopback address.
    Loopback,
}

/// Longest cookie value that is looked at.
const VALUE_BYTES_MAX: usize = 256;

/// The value of a cookie of a request.
#[must_use]
pub fn value<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers
        .get_all(header::COOKIE)
        .iter()
        .filter_map(|line| line.to_str().ok())
        .flat_map(|line| line.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .find(|(key, _)| *key == name)
        .map(|(_, value)| value)
        .filter(|value| value.len() <= VALUE_BYTES_MAX)
}

/// The name under which a console keeps a secret in the browser.
#[must_use]
pub fn secret_name(transport: Transport, purpose: &str, unit: &str) -> String {
    let prefix = match transport {
        Transport::Tls => "__Host-",
        Transport::Loopback => "",
    };
    format!("{prefix}xinqiao-{purpose}-{}", unit.to_ascii_lowercase())
}

/// A cookie that only the server reads and that no other site can make the browser send.
///
/// An empty value removes the cookie. `None` if name or value cannot stand in a header.
#[must_use]
pub fn secret(transport: Transport, name: &str, value: &str) -> Option<HeaderValue> {
    let secure = match transport {
        Transport::Tls => "; Secure",
        Transport::Loopback => "",
    };
    let end = if value.is_empty() { "; Max-Age=0" } else { "" };
    let line = format!("{name}={value}; Path=/; HttpOnly; SameSite=Strict{secure}{end}");
    HeaderValue::from_str(&line).ok()
}

/// A cookie for a preference that is no secret, kept for a year.
#[must_use]
pub fn preference(name: &str, value: &str) -> Option<HeaderValue> {
    let line = format!("{name}={value}; Path=/; HttpOnly; SameSite=Lax; Max-Age=31536000");
    HeaderValue::from_str(&line).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Over TLS a session cookie is bound to the host and never sent in the clear; on loopback
    /// HTTP, where browsers refuse `Secure`, it stays out of reach of scripts and other sites.
    #[test]
    fn session_cookies_are_as_strict_as_the_transport_allows() {
        let tls = secret_name(Transport::Tls, "session", "370200");
        let line = secret(Transport::Tls, &tls, "abc").expect("cookie");
        assert_eq!(
            line.to_str().expect("text"),
            "__Host-xinqiao-session-370200=abc; Path=/; HttpOnly; SameSite=Strict; Secure"
        );
        let plain = secret_name(Transport::Loopback, "session", "370200");
        let line = secret(Transport::Loopback, &plain, "").expect("cookie");
        assert_eq!(
            line.to_str().expect("text"),
            "xinqiao-session-370200=; Path=/; HttpOnly; SameSite=Strict; Max-Age=0"
        );
    }

    /// Consoles of two units on one address keep apart.
    #[test]
    fn consoles_of_two_units_do_not_share_a_cookie() {
        let name = |unit| secret_name(Transport::Loopback, "session", unit);
        assert_ne!(name("370200"), name("F370202004J01"));
        let mut headers = HeaderMap::new();
        let line = "xinqiao-session-370200=one; xinqiao-session-f370202004j01=two";
        headers.insert(header::COOKIE, HeaderValue::from_static(line));
        assert_eq!(value(&headers, &name("F370202004J01")), Some("two"));
        assert_eq!(value(&headers, "absent"), None);
    }
}
