//! The second step of signing in: what it asks, what it takes, and what it costs to guess.

use certs::onetime::{AppSecret, STEP_SECONDS};

use super::super::factor::{FactorKind, FactorPolicy, Sheet};
use super::super::session_store::factor::{self, StoredFactor};
use super::super::session_store::{MIGRATIONS, SessionStore, set_password};
use super::*;
use crate::sql::Database;
use crate::web::session_store::Chooser;

const NOW: i64 = 1_764_000_000_000;
const STEP_MS: i64 = 30_000;
const PASSWORD: &str = "four green umbrellas";

/// A console with a counsellor, whose role needs a second factor.
async fn sessions() -> Sessions {
    sessions_with(FactorPolicy::Persons).await
}

async fn sessions_with(policy: FactorPolicy) -> Sessions {
    let database = Database::in_memory(MIGRATIONS).expect("database");
    let sessions = Sessions::new(SessionStore::new(database), policy).expect("sessions");
    let person = NewAccount {
        login: "li".to_owned(),
        name: "李老师".to_owned(),
        role: Role::Counsellor,
        password: PASSWORD.to_owned(),
    };
    sessions.put_account(person, NOW).await.expect("account");
    sessions
}

async fn sign_in(sessions: &Sessions, now_ms: i64) -> SessionToken {
    let (login, password) = ("li".to_owned(), PASSWORD.to_owned());
    let attempt = Attempt { login, password, from: None, browser: "Firefox".to_owned() };
    sessions.sign_in(attempt, now_ms).await.expect("token")
}

async fn standing(sessions: &Sessions, token: &SessionToken, now_ms: i64) -> Standing {
    sessions.standing(token.expose(), now_ms).await.expect("store").expect("session")
}

fn code(secret: &AppSecret, now_ms: i64) -> String {
    format!("{:06}", secret.code(now_ms.unsigned_abs() / 1_000 / STEP_SECONDS))
}

/// An account with an app, and the codes of its sheet.
async fn enrolled(sessions: &Sessions) -> (AppSecret, Vec<String>) {
    let token = sign_in(sessions, NOW).await;
    let standing = standing(sessions, &token, NOW).await;
    assert_eq!(standing.hurdle, Some(Hurdle::Enrol));
    assert!(sessions.find(token.expose(), NOW).await.expect("store").is_none(), "opens nothing");
    let secret = AppSecret::generate();
    let typed = code(&secret, NOW);
    let done = sessions.enrol_app(&standing, (&secret, &typed), "Firefox", NOW).await;
    let done = done.expect("enrolled");
    assert!(sessions.find(done.token.expose(), NOW).await.expect("store").is_some());
    assert!(sessions.find(token.expose(), NOW).await.expect("store").is_none(), "the old token");
    (secret, done.sheet.codes.iter().map(|code| code.to_string()).collect())
}

async fn prove(
    sessions: &Sessions,
    token: &SessionToken,
    typed: &str,
    now_ms: i64,
) -> Result<SessionToken, SessionError> {
    sessions.prove(token.expose(), (typed, "Firefox"), now_ms).await
}

/// A password alone opens nothing once there is a factor; a code of the app does, once.
#[tokio::test]
async fn a_code_of_the_app_counts_once() {
    let sessions = sessions().await;
    let (secret, _) = enrolled(&sessions).await;
    let token = sign_in(&sessions, NOW).await;
    assert_eq!(standing(&sessions, &token, NOW).await.hurdle, Some(Hurdle::Code));
    assert!(sessions.find(token.expose(), NOW).await.expect("store").is_none());
    let used = prove(&sessions, &token, &code(&secret, NOW), NOW).await;
    assert!(matches!(used, Err(SessionError::Code)), "the code that enrolled");
    let later = NOW + STEP_MS;
    let proved = prove(&sessions, &token, &code(&secret, later), later).await.expect("proved");
    assert!(sessions.find(proved.expose(), later).await.expect("store").is_some());
    assert!(sessions.standing(token.expose(), later).await.expect("store").is_none(), "rotated");
    let second = sign_in(&sessions, later).await;
    let again = prove(&sessions, &second, &code(&secret, later), later).await;
    assert!(matches!(again, Err(SessionError::Code)), "replayed");
}

/// A code of the sheet opens the session in place of the app, however it is typed, and once.
#[tokio::test]
async fn a_code_of_the_sheet_counts_once() {
    let sessions = sessions().await;
    let (_, codes) = enrolled(&sessions).await;
    let token = sign_in(&sessions, NOW).await;
    let typed = codes[3].to_uppercase().replace('-', " ");
    prove(&sessions, &token, &typed, NOW).await.expect("proved");
    let factor = sessions.factor("li").await.expect("store").expect("factor");
    assert_eq!(factor.codes_left, 9);
    let token = sign_in(&sessions, NOW).await;
    assert!(matches!(prove(&sessions, &token, &typed, NOW).await, Err(SessionError::Code)));
}

/// Guessing codes pauses the account, also when the password is given again in between.
#[tokio::test]
async fn guessed_codes_pause_the_account() {
    let sessions = sessions().await;
    let (secret, _) = enrolled(&sessions).await;
    for guess in 0..5 {
        let token = sign_in(&sessions, NOW).await;
        let wrong = prove(&sessions, &token, &format!("00000{guess}"), NOW).await;
        assert!(wrong.is_err());
    }
    let (login, password) = ("li".to_owned(), PASSWORD.to_owned());
    let attempt = Attempt { login, password, from: None, browser: String::new() };
    assert!(sessions.sign_in(attempt, NOW + 1).await.is_err(), "paused");
    let later = NOW + PAUSE_MS + STEP_MS;
    let token = sign_in(&sessions, later).await;
    prove(&sessions, &token, &code(&secret, later), later).await.expect("over");
}

/// Guesses at the same time are judged no more often than guesses one after the other.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_burst_of_guesses_is_a_row_of_guesses() {
    let sessions = Arc::new(sessions().await);
    let (secret, _) = enrolled(&sessions).await;
    let token = sign_in(&sessions, NOW).await.expose().to_owned();
    let right: u32 = code(&secret, NOW).parse().expect("digits");
    let guesses: Vec<_> = (0..60)
        .map(|guess| {
            let (sessions, token) = (Arc::clone(&sessions), token.clone());
            let typed = format!("{:06}", (right + 1 + guess) % 1_000_000);
            tokio::spawn(async move { sessions.prove(&token, (&typed, ""), NOW).await.is_ok() })
        })
        .collect();
    for guess in guesses {
        assert!(!guess.await.expect("judged"));
    }
    let login: Login = "li".parse().expect("login");
    let account = sessions.store().account(&login).await.expect("store").expect("account");
    assert_eq!(account.failures, FAILURES_MAX, "the sixth was not looked at");
    assert!(account.locked_until_ms > NOW, "and no late one lifted the pause");
}

/// Somebody with the password alone neither puts the owner out nor sets a factor over the owner's.
#[tokio::test]
async fn a_password_alone_moves_nothing_of_the_owner() {
    let sessions = sessions().await;
    let early = sign_in(&sessions, NOW).await;
    let thief = standing(&sessions, &early, NOW).await;
    assert_eq!(thief.hurdle, Some(Hurdle::Enrol), "before the owner set one up");
    let (secret, _) = enrolled(&sessions).await;
    let later = NOW + STEP_MS;
    let own = sign_in(&sessions, later).await;
    let own = prove(&sessions, &own, &code(&secret, later), later).await.expect("proved");
    for _ in 0..20 {
        sign_in(&sessions, later).await;
    }
    assert!(sessions.find(own.expose(), later).await.expect("store").is_some(), "still in");
    let other = AppSecret::generate();
    let typed = code(&other, later);
    let stolen = sessions.enrol_app(&thief, (&other, &typed), "", later).await;
    assert!(matches!(stolen, Err(SessionError::Moved)));
    assert!(matches!(sessions.draw_sheet(&thief, later).await, Err(SessionError::Moved)));
    let who = standing(&sessions, &own, later).await;
    let app = sessions.confirm_sheet(&who, ("abcd-efgh", ""), later).await;
    assert!(matches!(app, Err(SessionError::Moved)), "no sheet waits");
    assert!(sessions.find(own.expose(), later).await.expect("store").is_some());
}

/// Whoever is locked while a sign-in is under way stays locked and gets no session.
#[tokio::test]
async fn a_lock_outlives_what_was_under_way() {
    let sessions = sessions_with(FactorPolicy::DangerNobody).await;
    let token = sign_in(&sessions, NOW).await;
    let who = standing(&sessions, &token, NOW).await;
    let lock = |tx: &Tx<'_>| {
        let login: Login = "li".parse().map_err(|_| SqlError::Type)?;
        crate::web::session_store::set_locked(tx, &login, true)
    };
    sessions.store().database().write("lock", lock).expect("locked");
    let late = sessions.open("li".to_owned(), (true, ""), NOW).await;
    assert!(matches!(late, Err(SessionError::Refused)), "a session after the lock");
    sessions.store().forget_failures("li").await.expect("store");
    let (old, new) = (PASSWORD.to_owned(), "five yellow umbrellas".to_owned());
    assert!(sessions.change_password(&who, (old, new), "", NOW).await.is_err());
    let login: Login = "li".parse().expect("login");
    let account = sessions.store().account(&login).await.expect("store").expect("account");
    assert_eq!(account.locked_until_ms, crate::web::session_store::LOCKED_MS);
}

/// Without a telephone a sheet is the factor, from the first code on that is typed from it.
#[tokio::test]
async fn a_sheet_alone_is_a_factor_once_it_was_confirmed() {
    let sessions = sessions().await;
    let token = sign_in(&sessions, NOW).await;
    let who = standing(&sessions, &token, NOW).await;
    let sheet = sessions.draw_sheet(&who, NOW).await.expect("sheet");
    assert_eq!(sheet.codes.len(), 40);
    let again = sign_in(&sessions, NOW).await;
    assert_eq!(standing(&sessions, &again, NOW).await.hurdle, Some(Hurdle::Enrol), "unconfirmed");
    let wrong = sessions.confirm_sheet(&who, ("abcd-efgh", "Firefox"), NOW).await;
    assert!(matches!(wrong, Err(SessionError::Code)));
    let given = (sheet.codes[0].as_str(), "Firefox");
    let open = sessions.confirm_sheet(&who, given, NOW).await.expect("confirmed");
    assert!(sessions.find(open.expose(), NOW).await.expect("store").is_some());
    let next = sign_in(&sessions, NOW).await;
    assert_eq!(standing(&sessions, &next, NOW).await.hurdle, Some(Hurdle::Code));
    prove(&sessions, &next, &sheet.codes[1], NOW).await.expect("proved");
}

/// The app of the owner, as it is stored when the owner set it up.
fn owners_app() -> StoredFactor {
    StoredFactor {
        kind: FactorKind::App,
        secret: AppSecret::generate().expose().to_vec(),
        is_confirmed: true,
        last_step: 1,
        codes_left: 0,
        salt: Vec::new(),
    }
}

/// Somebody with the password alone, who drew a sheet before the owner set up an app, gets no
/// session that counts as proved, however the two fall together.
///
/// Method: the app is put in while the code of the sheet is hashed, and, by a trigger, right after
/// the code was used up.
#[tokio::test]
async fn a_sheet_is_not_confirmed_over_what_the_owner_set_up() {
    let sessions = sessions().await;
    let token = sign_in(&sessions, NOW).await;
    let thief = standing(&sessions, &token, NOW).await;
    let sheet = sessions.draw_sheet(&thief, NOW).await.expect("sheet");
    let given = (sheet.codes[0].as_str(), "");
    let database = sessions.store().database();
    let trigger = "create trigger at_once after update of used_ms on account_code begin \
                   update account_factor set kind = 'app', confirmed_ms = 1; end";
    let between = |tx: &Tx<'_>| tx.execute(trigger, &[]);
    database.write("trigger", between).expect("trigger");
    let stolen = sessions.confirm_sheet(&thief, given, NOW).await;
    assert!(matches!(stolen, Err(SessionError::Moved)), "right after the code");
    database.write("trigger", |tx| tx.execute("drop trigger at_once", &[])).expect("dropped");
    let all = u32::try_from(HASHES_MAX).expect("turns");
    let turns = sessions.turns.acquire_many(all).await.expect("turns");
    let owner = async {
        tokio::time::sleep(Duration::from_millis(50)).await;
        let codes = Sheet::draw(1).expect("sheet").stored;
        let put = move |tx: &Tx<'_>| factor::put(tx, "li", &owners_app(), &codes, NOW);
        database.write("enrol", put).expect("enrolled");
        drop(turns);
    };
    let (stolen, ()) = tokio::join!(sessions.confirm_sheet(&thief, given, NOW), owner);
    assert!(matches!(stolen, Err(SessionError::Moved)), "while the code is hashed");
    let kept = sessions.factor("li").await.expect("store").expect("factor");
    assert_eq!((kept.kind, kept.is_confirmed, kept.last_step), (FactorKind::App, true, 1));
    assert_eq!(standing(&sessions, &token, NOW).await.hurdle, Some(Hurdle::Code));
}

/// A session that waits for a code has ended after ten minutes.
#[tokio::test]
async fn a_session_does_not_wait_for_a_code_for_long() {
    let sessions = sessions().await;
    enrolled(&sessions).await;
    let token = sign_in(&sessions, NOW).await;
    let at = |now_ms| sessions.standing(token.expose(), now_ms);
    assert!(at(NOW + CODE_MS - 1).await.expect("store").is_some());
    assert!(at(NOW + CODE_MS).await.expect("store").is_none());
}

/// A password that somebody else chose has to be replaced, and the change ends what was open.
#[tokio::test]
async fn a_password_of_somebody_else_is_replaced_first() {
    let sessions = sessions_with(FactorPolicy::DangerNobody).await;
    let open = sign_in(&sessions, NOW).await;
    let hash = Password::typed(PASSWORD.to_owned()).expect("password").hash().expect("hash");
    let reset = move |tx: &Tx<'_>| set_password(tx, "li", &hash, Chooser::Another);
    assert!(sessions.store().database().write("reset", reset).expect("reset"));
    assert!(sessions.find(open.expose(), NOW).await.expect("store").is_none(), "ended");
    let token = sign_in(&sessions, NOW).await;
    let who = standing(&sessions, &token, NOW).await;
    assert_eq!(who.hurdle, Some(Hurdle::Password));
    let change = |old: &str, new: &str| {
        let given = (old.to_owned(), new.to_owned());
        sessions.change_password(&who, given, "Firefox", NOW)
    };
    let refused = |result: Result<SessionToken, SessionError>| result.err().expect("refused");
    assert!(matches!(
        refused(change(PASSWORD, PASSWORD).await),
        SessionError::Account(AccountError::Same)
    ));
    assert!(matches!(
        refused(change(PASSWORD, "password123").await),
        SessionError::Account(AccountError::Common)
    ));
    assert!(matches!(refused(change("wrong", "three blue hats").await), SessionError::Refused));
    let new = change(PASSWORD, "three blue hats").await.expect("changed");
    assert!(sessions.find(new.expose(), NOW).await.expect("store").is_some());
    assert!(sessions.find(token.expose(), NOW).await.expect("store").is_none(), "the old one");
}

/// A command at a terminal is asked for the code as well.
#[tokio::test]
async fn a_command_needs_the_code_too() {
    let sessions = sessions().await;
    let (secret, _) = enrolled(&sessions).await;
    let later = NOW + STEP_MS;
    let verify = |code: Option<String>| {
        let sessions = &sessions;
        async move { sessions.verify("li", PASSWORD.to_owned(), code.as_deref(), later).await }
    };
    assert!(matches!(verify(None).await, Err(SessionError::CodeNeeded)));
    assert!(matches!(verify(Some("000000".to_owned())).await, Err(SessionError::Code)));
    assert_eq!(verify(Some(code(&secret, later))).await.expect("known").login, "li");
}

/// Somebody who tries many accounts from one address waits, whichever account is next.
#[tokio::test]
async fn many_failures_from_one_address_wait() {
    let sessions = sessions().await;
    let address = std::net::IpAddr::from([192, 0, 2, 7]);
    let from = Some(address);
    let wrong = |at: u32| {
        let (login, password) = (format!("guess{at}"), "wrong password".to_owned());
        sessions.sign_in(Attempt { login, password, from, browser: String::new() }, NOW)
    };
    for _ in 1..20 {
        sessions.throttle.note_failure(address, "li", NOW);
    }
    assert!(matches!(wrong(1).await, Err(SessionError::Refused)));
    let waits = wrong(2).await.err();
    assert!(matches!(waits, Some(SessionError::Address { seconds: 15 })), "{waits:?}");
    let (login, password) = ("li".to_owned(), PASSWORD.to_owned());
    let attempt = Attempt { login, password, from: None, browser: String::new() };
    assert!(sessions.sign_in(attempt, NOW).await.is_ok(), "elsewhere");
}

/// A person sees the own sessions, ends one of them or all others, and no one else's.
#[tokio::test]
async fn sessions_are_ended_by_their_owner() {
    let sessions = sessions_with(FactorPolicy::DangerNobody).await;
    let kept = sign_in(&sessions, NOW).await;
    let other = sign_in(&sessions, NOW + 1).await;
    let third = sign_in(&sessions, NOW + 2).await;
    let lines = sessions.open_sessions("li", NOW + 3).await.expect("store");
    assert_eq!(lines.len(), 3);
    assert_eq!((lines[0].created_ms, lines[0].browser.as_str()), (NOW + 2, "Firefox"));
    let token = digest_of(other.expose());
    sessions.end_session("somebody", token).await.expect("store");
    assert!(sessions.find(other.expose(), NOW + 3).await.expect("store").is_some());
    sessions.end_session("li", token).await.expect("store");
    assert!(sessions.find(other.expose(), NOW + 3).await.expect("store").is_none());
    sessions.end_others("li", kept.expose()).await.expect("store");
    assert!(sessions.find(third.expose(), NOW + 3).await.expect("store").is_none());
    assert!(sessions.find(kept.expose(), NOW + 3).await.expect("store").is_some());
}
