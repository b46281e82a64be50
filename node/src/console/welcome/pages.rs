//! The pages of the first set-up as functions of how far it got.

use askama::Template;
use certs::words::{self as spoken, Length};
use domain::catalogue::SchoolType;
use runtime::cli::doctor::{Check, Verdict};
use runtime::cli::{Exit, Failure, Sentence};
use runtime::web::{Html, Lang, Page, Part, RenderError, Role, Tag, Text, Tone, time};

use super::{Outcome, Standing, Step, words};
use crate::backup::BackupError;
use crate::cli::school_type_name;
use crate::ledger::restore_proof::Proof;

#[derive(Template)]
#[template(path = "console/welcome.html")]
struct WelcomeTemplate<'a> {
    lang: Lang,
    steps: Vec<StepView>,
    here: String,
    next: Option<String>,
    title: &'static str,
    told: Option<(String, String)>,
    made: Option<String>,
    needs_restart: bool,
    body: Body<'a>,
}

struct StepView {
    href: String,
    title: &'static str,
    tag: Part<Tag>,
    is_here: bool,
}

/// What stands in the middle of a step's page.
enum Body<'a> {
    School {
        name_zh: &'a str,
        grades: &'a str,
        types: Vec<(&'static str, &'static str, bool)>,
    },
    Joined(String),
    Line {
        pending: bool,
        line: &'a str,
    },
    Invite {
        line: &'a str,
        about: String,
        roots: Vec<(String, String)>,
    },
    Accounts {
        has_head: bool,
        has_it: bool,
        roles: Vec<(&'static str, &'static str, bool)>,
        login: &'a str,
        name: &'a str,
    },
    Sheet,
    Roster(String),
    Backup {
        to: String,
        asks: bool,
        proven: Option<String>,
    },
    Test(Option<(Part<Tag>, String, String)>),
}

pub(super) fn page(
    standing: &Standing,
    (step, outcome): (Step, &Outcome),
    key: &str,
    lang: Lang,
) -> Result<Page, RenderError> {
    let href = |step: Step| format!("/welcome/{key}/{}", step.word());
    let steps = Step::ALL.iter().map(|other| StepView {
        href: href(*other),
        title: title(*other).in_lang(lang),
        tag: match standing.is_done(*other) {
            true => Tag::of(Tone::Good, words::DONE, lang),
            false => Tag::of(Tone::Muted, words::OPEN, lang),
        },
        is_here: *other == step,
    });
    let told = match outcome {
        Outcome::Refused(failure, _) => {
            let next = failure.next_step(lang).unwrap_or_default().to_owned();
            Some((failure.message(lang).to_owned(), next))
        }
        _ => None,
    };
    let made = match outcome {
        Outcome::Made(login) if standing.logins.contains(login) => {
            Some(words::MADE.with(lang, login))
        }
        _ => None,
    };
    // After an account the set-up goes on with whatever is still open, before it or after it.
    let is_open = |other: &&Step| **other != step && !standing.is_done(**other);
    let after = match made {
        Some(_) => Step::ALL.iter().find(is_open),
        None => Step::ALL.iter().skip_while(|other| **other != step).nth(1),
    };
    let body = Html::render(&WelcomeTemplate {
        lang,
        steps: steps.collect(),
        here: href(step),
        next: after.map(|step| href(*step)),
        title: title(step).in_lang(lang),
        told,
        made,
        needs_restart: standing.needs_restart,
        body: body(standing, (step, outcome), lang),
    })?;
    Ok(Page {
        title: words::WELCOME.in_lang(lang).to_owned(),
        note: words::WELCOME_NOTE.in_lang(lang).to_owned(),
        crumbs: Vec::new(),
        current: "",
        exports: Vec::new(),
        body,
    })
}

const fn title(step: Step) -> Text {
    match step {
        Step::School => words::SCHOOL,
        Step::Join => words::JOIN,
        Step::Accounts => words::ACCOUNTS,
        Step::Sheet => words::SHEET,
        Step::Roster => words::ROSTER,
        Step::Backup => words::BACKUP,
        Step::Test => words::TEST,
    }
}

fn body<'a>(standing: &'a Standing, (step, outcome): (Step, &'a Outcome), lang: Lang) -> Body<'a> {
    let typed = match outcome {
        Outcome::Refused(_, typed) => Some(&**typed),
        _ => None,
    };
    match step {
        Step::School => {
            let school = &standing.config.school;
            let set = school.school_type.map_or("", SchoolType::as_str);
            let set = typed.map_or(set, |typed| &typed.school_type);
            let types = SchoolType::ALL.iter().map(|kind| {
                (kind.as_str(), school_type_name(*kind).in_lang(lang), kind.as_str() == set)
            });
            let grades = standing.config.settings.text("grades");
            Body::School {
                name_zh: typed.map_or(&school.name_zh, |typed| &typed.name_zh),
                grades: typed.map_or(grades, |typed| &typed.grades),
                types: types.collect(),
            }
        }
        Step::Join => joining(standing, outcome, lang),
        Step::Accounts => {
            let (has_head, has_it) = (standing.has_head, standing.has_it);
            let mut roles = Vec::new();
            if !has_head {
                roles.extend([Role::Principal, Role::MoralHead]);
            }
            if !has_it {
                roles.push(Role::Operator);
            }
            let asked = typed.map_or("", |typed| &typed.role);
            let roles = roles.iter().map(|role| {
                let word = role.as_str();
                (word, super::super::title(*role).in_lang(lang), word == asked)
            });
            Body::Accounts {
                has_head,
                has_it,
                roles: roles.collect(),
                login: typed.map_or("", |typed| &typed.login),
                name: typed.map_or("", |typed| &typed.name),
            }
        }
        Step::Sheet => Body::Sheet,
        Step::Roster => Body::Roster(words::ROSTER_COUNT.with(lang, standing.students)),
        Step::Backup => copying(standing, outcome, (typed.map(|typed| &*typed.to), lang)),
        Step::Test => match outcome {
            Outcome::Checked(check) => Body::Test(Some(checked(check, lang))),
            _ => Body::Test(None),
        },
    }
}

/// Where copies go, and what putting one back told.
fn copying<'a>(
    standing: &Standing,
    outcome: &Outcome,
    (typed, lang): (Option<&str>, Lang),
) -> Body<'a> {
    let set = standing.config.backup.as_ref();
    let set = set.map_or_else(String::new, |plan| plan.to.display().to_string());
    let proof = match outcome {
        Outcome::Proven(proof) => Some(proof),
        _ => standing.proof.as_ref(),
    };
    let told = |proof: &Proof| {
        let at = time::minute(proof.at_ms);
        words::PROVEN.fill(lang, &[&at, &proof.copy, &proof.students, &proof.entries])
    };
    Body::Backup {
        to: typed.map_or(set, str::to_owned),
        asks: !standing.has_key_file,
        proven: proof.map(told),
    }
}

fn joining<'a>(standing: &Standing, outcome: &'a Outcome, lang: Lang) -> Body<'a> {
    let line = match outcome {
        Outcome::Refused(_, typed) => typed.line.as_str(),
        _ => "",
    };
    match (outcome, &standing.config.membership) {
        (Outcome::Invite(shown), _) => {
            let (invite, line) = &**shown;
            let terms = invite.terms();
            let ends = time::minute(terms.expires.as_millisecond());
            let about = words::INVITE_UNIT
                .fill(lang, &[&terms.unit, &terms.hub, &terms.address.as_str(), &ends]);
            let words_of =
                |root| (spoken::english(root, Length::Full), spoken::chinese(root, Length::Full));
            Body::Invite { line, about, roots: terms.roots.iter().map(words_of).collect() }
        }
        (Outcome::Pending, _) => Body::Line { pending: true, line },
        (_, Some(membership)) => Body::Joined(words::JOINED.with(lang, membership.name.unit())),
        (_, None) => Body::Line { pending: false, line },
    }
}

fn checked(check: &Check, lang: Lang) -> (Part<Tag>, String, String) {
    let tone = match check.verdict() {
        Verdict::Well => Tone::Good,
        Verdict::Unchecked => Tone::Muted,
        Verdict::Warning => Tone::Notice,
        Verdict::Problem => Tone::Bad,
    };
    let fix = check.fix(lang).unwrap_or_default().to_owned();
    (Tag::new(tone, check.title(lang)), check.found(lang).to_owned(), fix)
}

/// Nothing was written: the folder is not there.
pub(super) fn no_place(to: &str) -> Failure {
    let message = Sentence::new(words::NO_PLACE, &[&to]);
    Failure::new(Exit::NotFound, "BACKUP_AWAY", message).hint(words::NO_PLACE_NEXT)
}

/// The first copy failed; where copies go is set all the same.
pub(super) fn not_copied(error: &BackupError) -> Failure {
    Failure::new(Exit::Failed, "BACKUP", words::NOT_COPIED)
        .hint(words::NOT_COPIED_NEXT)
        .because(error)
}

pub(super) fn not_first() -> Failure {
    Failure::new(Exit::Refused, "NOT_FIRST", words::NOT_FIRST).hint(words::NOT_FIRST_NEXT)
}

pub(super) fn passwords_differ() -> Failure {
    Failure::new(Exit::Usage, "SECRETS_DIFFER", words::DIFFER).hint(words::DIFFER_NEXT)
}
