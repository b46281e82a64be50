//! Sessions over a database in memory: how they begin, and how they end.

use super::super::session_store::MIGRATIONS;
use super::*;
use crate::sql::Database;

const NOW: i64 = 1_764_000_000_000;

async fn sessions() -> Sessions {
    let database = Database::in_memory(MIGRATIONS).expect("database");
    let sessions =
        Sessions::new(SessionStore::new(database), FactorPolicy::DangerNobody).expect("sessions");
    let person = NewAccount {
        login: "zhao".to_owned(),
        name: "赵处".to_owned(),
        role: Role::Analyst,
        password: "a long password".to_owned(),
    };
    sessions.put_account(person, NOW).await.expect("account");
    sessions
}

fn attempt(login: &str, password: &str) -> Attempt {
    let (login, password) = (login.to_owned(), password.to_owned());
    Attempt { login, password, from: None, browser: "Firefox".to_owned() }
}

async fn check(sessions: &Sessions, password: &str, now_ms: i64) -> bool {
    sessions.sign_in(attempt("Zhao", password), now_ms).await.is_ok()
}

/// A session ends after half an hour without use, and after twelve hours in any case.
#[tokio::test]
async fn sessions_end_when_idle_and_when_old() {
    let sessions = sessions().await;
    let sign_in = sessions.sign_in(attempt("zhao", "a long password"), NOW).await;
    let token = sign_in.expect("token");
    let mut now = NOW;
    for _ in 0..24 {
        now += IDLE_MS - 1;
        let found = sessions.find(token.expose(), now).await.expect("store");
        assert_eq!(found.is_some(), now < NOW + ABSOLUTE_MS);
    }
    let again = sessions.sign_in(attempt("zhao", "a long password"), NOW).await;
    let token = again.expect("token");
    assert!(sessions.find(token.expose(), NOW + IDLE_MS).await.expect("store").is_none());
    assert!(sessions.find(token.expose(), NOW).await.expect("store").is_none(), "revived");
}

/// An account has eight sessions at a time: the ninth takes the place of the one that was unused
/// longest, and of no other account's.
#[tokio::test]
async fn an_account_has_eight_sessions_at_a_time() {
    let sessions = sessions().await;
    let other = NewAccount {
        login: "qian".to_owned(),
        name: "钱处".to_owned(),
        role: Role::Analyst,
        password: "a long password".to_owned(),
    };
    sessions.put_account(other, NOW).await.expect("account");
    let open = |login: &'static str, at| {
        let sign_in = sessions.sign_in(attempt(login, "a long password"), at);
        async move { sign_in.await.expect("token") }
    };
    let beside = open("qian", NOW).await;
    let mut tokens = Vec::new();
    for minute in 0..8 {
        tokens.push(open("zhao", NOW + minute * 60_000).await);
    }
    // The first was used since, so the second is the one that was unused longest.
    let used = NOW + 9 * 60_000;
    assert!(sessions.find(tokens[0].expose(), used).await.expect("store").is_some());
    tokens.push(open("zhao", used + 1).await);
    for (place, token) in tokens.iter().enumerate() {
        let found = sessions.find(token.expose(), used + 2).await.expect("store");
        assert_eq!(found.is_some(), place != 1, "{place}");
    }
    assert!(sessions.find(beside.expose(), used + 2).await.expect("store").is_some());
}

/// Five failures pause an account, for longer each time, and a success forgets them.
#[tokio::test]
async fn repeated_failures_pause_the_account() {
    let sessions = sessions().await;
    for _ in 0..5 {
        assert!(!check(&sessions, "wrong password", NOW).await);
    }
    assert!(!check(&sessions, "a long password", NOW + 1).await, "paused");
    assert!(check(&sessions, "a long password", NOW + PAUSE_MS).await, "pause is over");
    assert!(!check(&sessions, "wrong password", NOW + PAUSE_MS).await);
    assert!(check(&sessions, "a long password", NOW + PAUSE_MS).await, "counted anew");
}

/// A new password ends the sessions of the old one, and only the holder of a token signs out.
#[tokio::test]
async fn a_new_password_ends_open_sessions() {
    let sessions = sessions().await;
    let sign_in = sessions.sign_in(attempt("zhao", "a long password"), NOW).await;
    let token = sign_in.expect("token");
    sessions.sign_out("guessed").await.expect("store");
    assert!(sessions.find(token.expose(), NOW).await.expect("store").is_some());
    let person = NewAccount {
        login: "zhao".to_owned(),
        name: "赵处".to_owned(),
        role: Role::Operator,
        password: "another password".to_owned(),
    };
    sessions.put_account(person, NOW).await.expect("account");
    assert!(sessions.find(token.expose(), NOW).await.expect("store").is_none());
    assert!(!check(&sessions, "a long password", NOW).await);
    assert!(check(&sessions, "another password", NOW).await);
}

/// Whether an account exists cannot be read from the time or the answer of a failure.
#[tokio::test]
async fn unknown_accounts_fail_like_known_ones() {
    let sessions = sessions().await;
    for login in ["zhao", "nobody", "<script>"] {
        let started = std::time::Instant::now();
        let result = sessions.sign_in(attempt(login, "wrong password"), NOW).await;
        assert!(matches!(result, Err(SessionError::Refused)), "{login}");
        assert!(started.elapsed() >= Duration::from_millis(FAILURE_MS), "{login}");
    }
}

/// Secrets are compared whole, and nothing equals an empty one.
#[test]
fn secrets_are_compared_whole() {
    assert!(same_secret("ab", "ab"));
    for (one, other) in [("ab", "ac"), ("ab", "a"), ("", "")] {
        assert!(!same_secret(one, other));
    }
    assert_eq!(fresh_secret().len(), 64);
    assert_ne!(fresh_secret(), fresh_secret());
}
