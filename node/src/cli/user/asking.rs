//! What the terminal asks of a head, once the school has had one: accounts of readers and signers.

use runtime::cli::{Exit, Failure, Sentence, Terminal};
use runtime::sql::Tx;
use runtime::web::account::{Login, half_password, joined};
use runtime::web::time::minute;
use runtime::web::{Role, SessionError, hash_chosen};
use serde_json::json;

use super::super::words;
use super::changer;
use crate::app::Node;
use crate::ledger::account;
use crate::ledger::account_ask::terminal::{self as asked, AloneError};
use crate::ledger::account_ask::{AskError, Wish};
use crate::ledger::entry::{Moment, StaffId};

/// What `user add` means: a new account, or a new way into one that is there in the same role.
pub(super) fn wish_of(
    node: &Node,
    login: &str,
    (name, role): (&str, Role),
    (staff, number): (Option<StaffId>, Option<&str>),
) -> Result<Wish, Failure> {
    let lines = node.ledger().read(account::list)?;
    let line = lines.into_iter().find(|line| line.login == login.trim().to_lowercase());
    let name = name.chars().take(80).collect();
    let Some(line) = line else { return Ok(Wish::New { name, role, staff }) };
    // Another role or person is a wish of its own, and what decides about it is the role of now.
    let is_same = number.is_none_or(|number| line.staff.as_deref() == Some(number));
    match line.role == role && is_same {
        true => Ok(Wish::Opening),
        false => Ok(Wish::Role { role, staff }),
    }
}

/// Asks a head where the wish needs one, and says so; tells whether it did.
pub(super) fn is_asked(
    terminal: &Terminal,
    node: &Node,
    (login, wish, reason): (&str, &Wish, &str),
) -> Result<bool, Failure> {
    // A receiver's accounts are made at its terminal.
    if node.is_receiver() {
        return Ok(false);
    }
    let named: Login = login.parse().map_err(SessionError::Account)?;
    let (half, changer) = (half_password().to_string(), changer(node));
    let (wanted, given, why) = (wish.clone(), half.clone(), reason.to_owned());
    let work = move |tx: &Tx<'_>| -> Result<Option<asked::Asked>, AskError> {
        if !asked::needs_head(tx, &named, &wanted)? {
            return Ok(None);
        }
        asked::ask(tx, &changer, &named, (&wanted, &given, &why)).map(Some)
    };
    let Some(found) = node.ledger().write("ask_head", work)? else { return Ok(false) };
    let half = matches!(wish, Wish::New { .. } | Wish::Opening).then_some(half);
    let value = json!({"login": login, "waits_for_head": true, "first_half": half,
        "ends_ms": found.ends.0, "alone_from_ms": found.alone_from.map(|from| from.0)});
    terminal.result(&value, |terminal| {
        let mut lines = vec![terminal.text(words::ASKED_HEAD, &[&login, &minute(found.ends.0)])];
        lines.extend(half.map(|half| terminal.text(words::ASKED_HALF, &[&half])));
        lines.extend(
            found
                .alone_from
                .map(|from| terminal.text(words::ASKED_ALONE, &[&minute(from.0), &login])),
        );
        lines.join("\n")
    })?;
    Ok(true)
}

/// Carries out what was asked for a head and nobody answered.
pub(super) async fn carry_out(
    terminal: &Terminal,
    node: &Node,
    login: &str,
) -> Result<(), Failure> {
    let named: Login = login.parse().map_err(SessionError::Account)?;
    let now = Moment(node.clock().now_ms());
    let of = named.clone();
    let find = move |tx: &Tx<'_>| -> Result<_, AskError> { asked::waiting_for(tx, &of, now) };
    let request = node.ledger().read(find)?;
    let second = half_password().to_string();
    let hash = match &request.half {
        Some(first) => Some(hashed(login, &joined(first, &second)).await?),
        None => None,
    };
    let (changer, has_half) = (changer(node), hash.is_some());
    let work =
        move |tx: &Tx<'_>| asked::carry_out_unanswered(tx, &changer, &named, hash.as_deref());
    node.ledger().write("unanswered", work)?;
    let half = has_half.then_some(second);
    let value = json!({"login": login, "done": true, "second_half": half});
    terminal.result(&value, |terminal| {
        let mut lines = vec![terminal.text(words::UNANSWERED_DONE, &[&login])];
        lines.extend(half.map(|half| terminal.text(words::SECOND_HALF, &[&half])));
        lines.join("\n")
    })
}

async fn hashed(login: &str, password: &str) -> Result<String, Failure> {
    Ok(hash_chosen(login, password).await.map_err(SessionError::Account)?)
}

impl From<AskError> for Failure {
    fn from(error: AskError) -> Self {
        use crate::ledger::refusal::LedgerRefusal as R;
        match error {
            AskError::Refused(R::Double) => {
                Self::new(Exit::Refused, "DOUBLE", words::ASKED_TWICE).hint(words::ASKED_TWICE_NEXT)
            }
            AskError::Refused(R::Reason) => Self::new(Exit::Invalid, "REASON", words::ASKED_REASON)
                .hint(words::ASKED_REASON_NEXT),
            AskError::Refused(R::Unknown | R::NotWaiting) => {
                Self::new(Exit::NotFound, "NOT_WAITING", words::NOTHING_ASKED)
                    .hint(words::NOTHING_ASKED_NEXT)
            }
            AskError::Refused(R::NotAllowed) => {
                Self::new(Exit::Refused, "HEADS_ONLY", words::HEADS_ONLY)
                    .hint(words::HEADS_ONLY_NEXT)
            }
            AskError::Refused(refusal) => refusal.into(),
            AskError::Account(error) => error.into(),
            AskError::PasswordWaits => {
                Self::new(Exit::Refused, "PASSWORD_WAITS", words::PASSWORD_IS_NEW)
                    .hint(words::PASSWORD_IS_NEW_NEXT)
            }
        }
    }
}

impl From<AloneError> for Failure {
    fn from(error: AloneError) -> Self {
        match error {
            AloneError::Ask(error) => error.into(),
            AloneError::Early(from) => {
                let message = Sentence::new(words::ALONE_EARLY, &[&minute(from.0)]);
                Self::new(Exit::Refused, "EARLY", message).hint(words::ALONE_EARLY_NEXT)
            }
            AloneError::HeadAtWork => Self::new(Exit::Refused, "HEAD_AT_WORK", words::HEAD_AT_WORK)
                .hint(words::HEAD_AT_WORK_NEXT),
        }
    }
}
