//! The first set-up in a browser: the school, the hub, the first accounts, the first copy with its
//! test, and what comes next.
//!
//! It is reached by an address that `serve` prints as long as something is missing; whoever has
//! the terminal has it, and nobody else. Each step is a page of its own whose state is read from
//! the node and not from a memory of pages, so it goes on after any interruption, and whatever was
//! done at the command line is done. It makes the first head and the first account of school IT
//! and never another one.

mod pages;
mod words;

use std::borrow::Cow;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use axum::Router;
use axum::extract::{Form, FromRef, FromRequestParts, Path, Query, State};
use axum::http::request::Parts;
use axum::http::{HeaderMap, StatusCode, Uri};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::get;
use certs::digest::sha256;
use certs::invite::Invite;
use domain::ledger::SchoolRole;
use runtime::cli::Failure;
use runtime::cli::doctor::Check;
use runtime::passphrase::Passphrase;
use runtime::sql::SqlError;
use runtime::web::{Frame, Lang, NewAccount, Problem, Role, SessionError, Shell, in_address};
use serde::Deserialize;

use crate::app::Node;
use crate::backup;
use crate::cli::unproven;
use crate::config::{self, Config};
use crate::desk::checks;
use crate::join::{self, Progress};
use crate::ledger::account::{self, Changer};
use crate::ledger::restore_proof::{self, Proof};
use crate::ledger::student;
use crate::unlock::{LedgerKey, Opener, UnlockError};

/// Who made an account here, in the log of accounts.
const CHANGER: &str = "first set-up";

/// Who changed an account, as people call it: nobody had one yet while the school was set up.
pub(super) fn changer(account: &str, lang: Lang) -> Cow<'_, str> {
    if account == CHANGER {
        return words::CHANGER.in_lang(lang).into();
    }
    match account.strip_suffix(account::NOBODY) {
        Some(alone) => format!("{alone}{}", words::NOBODY.in_lang(lang)).into(),
        None => account.into(),
    }
}

/// A step of the set-up, in its order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Step {
    School,
    Join,
    Accounts,
    Sheet,
    Roster,
    Backup,
    Test,
}

impl Step {
    pub(super) const ALL: [Self; 7] = [
        Self::School,
        Self::Join,
        Self::Accounts,
        Self::Sheet,
        Self::Roster,
        Self::Backup,
        Self::Test,
    ];

    pub(super) const fn word(self) -> &'static str {
        match self {
            Self::School => "school",
            Self::Join => "join",
            Self::Accounts => "accounts",
            Self::Sheet => "sheet",
            Self::Roster => "roster",
            Self::Backup => "backup",
            Self::Test => "test",
        }
    }

    fn of(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|step| step.word() == word)
    }
}

#[derive(Clone)]
struct Desk {
    shell: Arc<Shell>,
    node: Node,
    key: Arc<str>,
    is_printed: Arc<AtomicBool>,
}

impl FromRef<Desk> for Arc<Shell> {
    fn from_ref(desk: &Desk) -> Self {
        Self::clone(&desk.shell)
    }
}

/// How far the set-up got, read anew for every page.
pub(super) struct Standing {
    /// What the file says now, which the running node may not know yet.
    config: Config,
    /// Whether the running node still has another configuration.
    needs_restart: bool,
    has_head: bool,
    has_it: bool,
    /// Accounts that there are.
    logins: Vec<String>,
    is_printed: bool,
    students: u64,
    /// The last copy that was put back for a test.
    proof: Option<Proof>,
    /// Whether a key file opens the ledger, and nobody is asked for a passphrase.
    has_key_file: bool,
}

impl Standing {
    pub(super) fn is_done(&self, step: Step) -> bool {
        match step {
            Step::School => self.config.school.school_type.is_some(),
            Step::Join => self.config.membership.is_some(),
            Step::Accounts => self.has_head && self.has_it,
            Step::Sheet => self.is_printed,
            Step::Roster => self.students > 0,
            Step::Backup => self.proof.is_some(),
            Step::Test => false,
        }
    }
}

/// Whether a node still lacks what the set-up gives.
///
/// # Errors
/// The store cannot be read.
pub fn is_unfinished(node: &Node) -> Result<bool, SqlError> {
    let (has_head, ..) = first_accounts(node)?;
    let config = node.config();
    Ok(!has_head || config.school.school_type.is_none() || config.membership.is_none())
}

/// Whether there is a head, whether there is an account of school IT, and the accounts.
fn first_accounts(node: &Node) -> Result<(bool, bool, Vec<String>), SqlError> {
    let lines = node.ledger().read(account::list)?;
    let has = |roles: &[SchoolRole]| {
        lines.iter().filter_map(|line| line.role.school()).any(|role| roles.contains(&role))
    };
    let has_head = has(&[SchoolRole::MoralHead, SchoolRole::Principal]);
    let has_it = has(&[SchoolRole::Operator]);
    Ok((has_head, has_it, lines.into_iter().map(|line| line.login).collect()))
}

/// The pages, under the address with the key.
pub(super) fn router(shell: Arc<Shell>, node: Node, key: &str) -> Router {
    let is_printed = Arc::new(AtomicBool::new(false));
    Router::new()
        .route("/welcome/{key}", get(begin))
        .route("/welcome/{key}/{step}", get(show).post(act))
        .with_state(Desk { shell, node, key: key.into(), is_printed })
}

/// Somebody who has the address.
struct Holder {
    frame: Frame,
}

impl FromRequestParts<Desk> for Holder {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, desk: &Desk) -> Result<Self, Response> {
        let given = parts.uri.path().split('/').nth(2).unwrap_or_default();
        // Digests are compared, so the time taken tells nothing of the key.
        if sha256(given.as_bytes()) != sha256(desk.key.as_bytes()) {
            return Err(Problem::NotFound.into_response());
        }
        Ok(Self { frame: frame(&parts.uri, &parts.headers) })
    }
}

fn frame(uri: &Uri, headers: &HeaderMap) -> Frame {
    Frame {
        lang: Lang::of_request(uri, headers),
        uri: uri.clone(),
        session: None,
        is_answer: false,
    }
}

/// The fields of all steps; each reads its own.
#[derive(Clone, Default, Deserialize)]
#[serde(default)]
pub(super) struct Fields {
    pub(super) name_zh: String,
    pub(super) school_type: String,
    pub(super) grades: String,
    pub(super) line: String,
    compared: String,
    pub(super) login: String,
    pub(super) name: String,
    pub(super) role: String,
    password: String,
    again: String,
    pub(super) to: String,
    passphrase: String,
}

/// What a step came to, for its page.
pub(super) enum Outcome {
    Looked,
    /// An account was made just now.
    Made(String),
    /// Refused, with what was typed; never a password.
    Refused(Failure, Box<Fields>),
    /// An invite that was read, to be compared.
    Invite(Box<(Invite, String)>),
    /// The hub's operator has to approve first.
    Pending,
    Checked(Box<Check>),
    /// A copy was made and put back for a test.
    Proven(Proof),
}

async fn begin(State(desk): State<Desk>, _holder: Holder) -> Result<Response, Problem> {
    let state = desk.state().await?;
    let open = Step::ALL.into_iter().find(|step| !state.is_done(*step)).unwrap_or(Step::Test);
    Ok(Redirect::to(&desk.href(open)).into_response())
}

async fn show(
    State(desk): State<Desk>,
    holder: Holder,
    Path((_, step)): Path<(String, String)>,
    Query(done): Query<Done>,
) -> Result<Response, Problem> {
    let step = Step::of(&step).ok_or(Problem::NotFound)?;
    let outcome = done.made.map_or(Outcome::Looked, Outcome::Made);
    desk.page(&holder, step, outcome).await
}

/// What the address says was done.
#[derive(Deserialize)]
struct Done {
    made: Option<String>,
}

async fn act(
    State(desk): State<Desk>,
    holder: Holder,
    Path((_, step)): Path<(String, String)>,
    Form(fields): Form<Fields>,
) -> Result<Response, Problem> {
    let step = Step::of(&step).ok_or(Problem::NotFound)?;
    let typed = Fields {
        password: String::new(),
        again: String::new(),
        passphrase: String::new(),
        ..fields.clone()
    };
    let done = match step {
        Step::School => desk.keep_school(&fields).map(|()| None),
        Step::Join => desk.join(fields).await,
        Step::Accounts => {
            let login = fields.login.trim().to_owned();
            desk.add(fields).await.map(|()| Some(Outcome::Made(login)))
        }
        Step::Sheet => {
            desk.is_printed.store(true, Ordering::Relaxed);
            Ok(None)
        }
        Step::Roster => Ok(None),
        Step::Backup => desk.back_up(fields).await.map(|proof| Some(Outcome::Proven(proof))),
        Step::Test => desk.test().await.map(|check| Some(Outcome::Checked(Box::new(check)))),
    };
    match done {
        // Said on the page of accounts, so that nobody wonders whether it was made.
        Ok(Some(Outcome::Made(login))) => {
            let to = format!("{}?made={}", desk.href(step), in_address(&login));
            Ok(Redirect::to(&to).into_response())
        }
        Ok(Some(outcome)) => desk.page(&holder, step, outcome).await,
        Ok(None) => begin(State(desk), holder).await,
        Err(failure) => desk.page(&holder, step, Outcome::Refused(failure, Box::new(typed))).await,
    }
}

impl Desk {
    fn href(&self, step: Step) -> String {
        format!("/welcome/{}/{}", self.key, step.word())
    }

    async fn state(&self) -> Result<Standing, Problem> {
        let (node, is_printed) = (self.node.clone(), self.is_printed.load(Ordering::Relaxed));
        let read = runtime::blocking::run(move || -> Result<Standing, Problem> {
            let config = Config::load(&node.config().data).map_err(|_| Problem::Unavailable)?;
            let running = node.config();
            let needs_restart = config.membership != running.membership
                || config.school != running.school
                || config.backup.as_ref().map(|plan| &plan.to)
                    != running.backup.as_ref().map(|plan| &plan.to);
            let (has_head, has_it, logins) = first_accounts(&node)?;
            let (students, proof) = node.ledger().read(|tx| {
                Ok::<_, SqlError>((student::count_on_roll(tx)?, restore_proof::last(tx)?))
            })?;
            let has_key_file = config.danger_key_file.is_some();
            Ok(Standing {
                config,
                needs_restart,
                has_head,
                has_it,
                logins,
                is_printed,
                students,
                proof,
                has_key_file,
            })
        });
        read.await.map_err(|_| Problem::Internal)?
    }

    async fn page(
        &self,
        holder: &Holder,
        step: Step,
        outcome: Outcome,
    ) -> Result<Response, Problem> {
        let state = self.state().await?;
        let refused = matches!(outcome, Outcome::Refused(..));
        let page = pages::page(&state, (step, &outcome), &self.key, holder.frame.lang)?;
        let status = if refused { StatusCode::CONFLICT } else { StatusCode::OK };
        self.shell.reply_with(status, &holder.frame, &page)
    }

    /// Writes what the school is into the file; values of environment and command line go before.
    fn keep_school(&self, fields: &Fields) -> Result<(), Failure> {
        let data = &self.node.config().data;
        let given = [
            ("name_zh", &fields.name_zh),
            ("school_type", &fields.school_type),
            ("grades", &fields.grades),
        ];
        let given: Vec<_> = given.map(|(key, value)| (key, value.trim().to_owned())).to_vec();
        crate::app::check_settings(data, &given)?;
        Ok(config::update(&data.join(config::FILE_NAME), &given)?)
    }

    /// First shows what an invite says; redeems it once two persons compared the roots.
    async fn join(&self, fields: Fields) -> Result<Option<Outcome>, Failure> {
        let clock = self.node.clock();
        let config = Config::load(&self.node.config().data)?;
        let invite = Invite::parse(&fields.line, clock.now())?;
        join::check(&config, &invite)?;
        if fields.compared != "yes" {
            return Ok(Some(Outcome::Invite(Box::new((invite, fields.line)))));
        }
        let file = config.data.join(config::FILE_NAME);
        match join::redeem(&config.data, (&file, config.role), &invite, clock).await? {
            Progress::Joined(_) => Ok(None),
            Progress::Pending(_) => Ok(Some(Outcome::Pending)),
        }
    }

    /// Makes the first head or the first account of school IT.
    async fn add(&self, fields: Fields) -> Result<(), Failure> {
        let role: Role = fields.role.parse().map_err(SessionError::Account)?;
        let (has_head, has_it, _) = first_accounts(&self.node)?;
        let is_missing = match role {
            Role::MoralHead | Role::Principal => !has_head,
            Role::Operator => !has_it,
            _ => false,
        };
        if !is_missing {
            return Err(pages::not_first());
        }
        if fields.password != fields.again {
            return Err(pages::passwords_differ());
        }
        let name = if fields.name.trim().is_empty() { &fields.login } else { &fields.name };
        let (login, name, password) = (fields.login.clone(), name.clone(), fields.password);
        let stored = NewAccount { login, name, role, password }.hashed().await;
        let stored = stored.map_err(SessionError::Account)?;
        let changer = Changer { by: CHANGER.to_owned(), at_ms: self.node.clock().now_ms() };
        let ledger = self.node.ledger().clone();
        let put = runtime::blocking::run(move || {
            ledger.write("first_account", move |tx| account::put(tx, &stored, None, &changer))
        });
        Ok(put.await.unwrap_or(Err(SqlError::Closed.into()))?)
    }

    /// Sets where copies go, makes the first one, and puts it back for a test: what opens it is
    /// what would open it after a loss.
    async fn back_up(&self, fields: Fields) -> Result<Proof, Failure> {
        let data = self.node.config().data.clone();
        let to = fields.to.trim().to_owned();
        if !std::path::Path::new(&to).is_dir() {
            return Err(pages::no_place(&to));
        }
        let given = [("backup_to", to)];
        crate::app::check_settings(&data, &given)?;
        let config = Config::load(&data)?;
        let opener = match &config.danger_key_file {
            Some(path) => Opener::danger_from_key_file(path)?,
            None => {
                let typed = Passphrase::typed(&fields.passphrase);
                Opener::Passphrase(typed.map_err(UnlockError::from)?)
            }
        };
        // Before anything is copied or written: a passphrase that opens nothing proves nothing.
        let node = self.node.clone();
        let done = runtime::blocking::run(move || {
            LedgerKey::open(&data, &opener)?;
            config::update(&data.join(config::FILE_NAME), &given)?;
            let config = Config::load(&data)?;
            let plan = config.backup.ok_or_else(|| pages::no_place(""))?;
            let made = backup::make(&node, &plan).map_err(|error| pages::not_copied(&error))?;
            let copy = plan.to.join(made.name);
            backup::prove(&node, &copy, &opener).map_err(|error| unproven(&copy, error))
        });
        done.await.unwrap_or_else(|_| Err(SqlError::Closed.into()))
    }

    /// One hello to the hub, as the file has it now.
    async fn test(&self) -> Result<Check, Failure> {
        let config = Config::load(&self.node.config().data)?;
        let outward = crate::app::open_outward(config, self.node.clock().clone())?;
        Ok(checks::hub(&outward).await)
    }
}

#[cfg(test)]
mod tests;
