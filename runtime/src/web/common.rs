//! Passwords that are tried first: words that everybody takes, keys in a row, the own login.
//!
//! A list that fits on a page stops what a person would guess; what a machine would guess is
//! stopped by the pauses. Nothing is asked of a password but length and not to be one of these: a
//! rule about capitals and signs makes passwords worse.

/// What is left of a common password without its digits and signs.
const WORDS: [&str; 54] = [
    "password",
    "passw",
    "passwd",
    "pass",
    "admin",
    "administrator",
    "root",
    "user",
    "guest",
    "login",
    "welcome",
    "letmein",
    "iloveyou",
    "monkey",
    "dragon",
    "master",
    "sunshine",
    "princess",
    "football",
    "baseball",
    "superman",
    "batman",
    "trustno",
    "changeme",
    "secret",
    "default",
    "test",
    "testtest",
    "abc",
    "abcabc",
    "aaa",
    "qwe",
    "asd",
    "zxc",
    "woaini",
    "woaiwojia",
    "wobuzhidao",
    "nihao",
    "mima",
    "laoshi",
    "xuexiao",
    "teacher",
    "student",
    "school",
    "counsellor",
    "principal",
    "operator",
    "auditor",
    "xinqiao",
    "xinqiaoxinqiao",
    "xinlilaoshi",
    "qingdao",
    "shanghai",
    "china",
];
/// Keys that lie in a row, forwards; also read backwards.
const ROWS: [&str; 8] = [
    "0123456789012345678901234567890",
    "abcdefghijklmnopqrstuvwxyz",
    "qwertyuiop",
    "asdfghjkl",
    "zxcvbnm",
    "1qaz2wsx3edc4rfv5tgb6yhn7ujm8ik,9ol.0p;/",
    "qazwsxedcrfvtgbyhnujmikolp",
    "1q2w3e4r5t6y7u8i9o0p",
];
/// Different characters that a password has at least.
const DISTINCT_MIN: usize = 4;
/// Shortest run that counts as keys in a row.
const RUN_CHARS: usize = 4;

/// Whether a password is one of those that are tried first.
#[must_use]
pub(super) fn is_common(password: &str, login: &str) -> bool {
    let lower = password.to_lowercase();
    let letters: String = lower.chars().filter(|c| c.is_alphabetic()).collect();
    let mut distinct: Vec<char> = lower.chars().collect();
    distinct.sort_unstable();
    distinct.dedup();
    distinct.len() < DISTINCT_MIN
        || WORDS.contains(&letters.as_str())
        || is_login(&lower, &letters, &login.to_lowercase())
        || is_repeated(&lower)
        || is_rows(&lower)
}

/// The login, alone or with digits and signs around it.
fn is_login(lower: &str, letters: &str, login: &str) -> bool {
    let own: String = login.chars().filter(|c| c.is_alphabetic()).collect();
    lower == login || (own.chars().count() > 2 && letters == own)
}

/// One piece written several times, as in `abc1abc1abc1`.
fn is_repeated(lower: &str) -> bool {
    let chars: Vec<char> = lower.chars().collect();
    (1..=chars.len() / 2).any(|size| {
        let piece = chars.get(..size).unwrap_or_default();
        chars.chunks(size).all(|part| piece.starts_with(part))
    })
}

/// Nothing but keys in a row, in runs of four or more.
fn is_rows(lower: &str) -> bool {
    let mut rest = lower;
    while !rest.is_empty() {
        let run = ROWS.iter().map(|row| run_in(rest, row)).max().unwrap_or(0);
        if run < RUN_CHARS {
            return false;
        }
        rest = rest.get(run..).unwrap_or_default();
    }
    true
}

/// How many bytes at the head of a text lie in a row of keys, forwards or backwards.
fn run_in(text: &str, row: &str) -> usize {
    let back: String = row.chars().rev().collect();
    let heads = text.char_indices().map(|(at, c)| at + c.len_utf8());
    let lies = |end: &usize| {
        text.get(..*end).is_some_and(|head| row.contains(head) || back.contains(head))
    };
    heads.take_while(lies).last().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What everybody would try is refused, however it is dressed up.
    #[test]
    fn what_everybody_would_try_is_common() {
        for password in [
            "Password123!",
            "1234567890",
            "0987654321",
            "qwertyuiop",
            "Qwerty12345",
            "woaini1314520",
            "aaaaaaaaaaaa",
            "abc123abc123",
            "1qaz2wsx3edc",
            "li.xinzheng2026",
            "xinqiao2026",
            "心桥心桥心桥心桥心桥",
            "admin@12345",
        ] {
            assert!(is_common(password, "li.xinzheng"), "{password}");
        }
    }

    /// Words of one's own pass, also simple ones and also in Chinese.
    #[test]
    fn words_of_ones_own_pass() {
        for password in [
            "a long password",
            "correct horse",
            "trial password",
            "海上生明月天涯共此时",
            "four green umbrellas",
            "k7m2-9qxd-3w",
            "another password",
        ] {
            assert!(!is_common(password, "li.xinzheng"), "{password}");
        }
    }
}
