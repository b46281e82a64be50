//! What districts and the city make public when the year is over: every release of its terms,
//! planned by the hub's own command with the attacker before it, and drawn once.
//!
//! Nobody signs in: the draw is the library's behind the command, by an operator of no account.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Error;
use std::sync::Arc;

use certs::identity::LeafIdentity;
use domain::disclosure::noise::{ReleaseName, Subject};
use hub::app::{load_pins, open_store};
use hub::config::Config;
use hub::packs::Packs;
use hub::publication::{By, Office};
use runtime::web::Role;
use serde_json::Value;

use crate::city::build::{BuildError, City};
use crate::city::days::Course;
use crate::city::plan::CITY;
use crate::city::process::Program;
use crate::city::site::path_text;

/// What was drawn, and what was refused.
#[derive(Debug, Default)]
pub(super) struct Releases {
    /// Releases by the hub that drew them.
    pub(super) drawn: BTreeMap<String, BTreeSet<String>>,
    /// Hub, release and code of each that was refused.
    pub(super) refused: Vec<String>,
}

impl Releases {
    /// What was drawn, each with its hub before it.
    pub(super) fn named(&self) -> Vec<String> {
        let of = |(unit, drawn): (&String, &BTreeSet<String>)| -> Vec<String> {
            drawn.iter().map(|id| format!("{unit} {id}")).collect()
        };
        self.drawn.iter().flat_map(of).collect()
    }
}

/// Draws every release of the terms of a course at each leader and at the city.
pub(super) async fn draw_all(city: &City, course: Course) -> Result<Releases, BuildError> {
    let mut releases = Releases::default();
    for unit in city.areas.iter().map(|area| area.unit.as_str()).chain([CITY.0]) {
        let names = course.terms().flat_map(|term| {
            Subject::ALL.into_iter().map(move |subject| ReleaseName { term, subject })
        });
        for name in names {
            match planned(city, unit, name).await? {
                Ok(code) => {
                    let office = office(city, unit)?;
                    let drawn = tokio::task::spawn_blocking(move || drawn(&office, name, &code));
                    let id = drawn.await??;
                    releases.drawn.entry(unit.to_owned()).or_default().insert(id);
                }
                Err(code) => releases.refused.push(format!("{unit} {name}: {code}")),
            }
        }
    }
    Ok(releases)
}

/// The code of a release's plan, or that of its refusal.
async fn planned(
    city: &City,
    unit: &str,
    name: ReleaseName,
) -> Result<Result<String, String>, BuildError> {
    let (id, data) = (name.to_string(), path_text(&city.folder(unit)));
    let args = ["publish", "plan", id.as_str(), "--json", "--data", data.as_str()];
    let ended = city.launcher().ended(Program::Hub, unit, &args).await?;
    let said: Value = serde_json::from_str(&ended.printed).unwrap_or_default();
    let text = |value: Option<&Value>| value.and_then(Value::as_str).map(str::to_owned);
    let (code, refusal) = (said.get("code"), said.get("error").and_then(|error| error.get("code")));
    match (ended.code, text(code), text(refusal)) {
        (0, Some(code), _) => Ok(Ok(code)),
        (1.., _, Some(refusal)) => Ok(Err(refusal)),
        _ => {
            let text = format!("publish plan {id} ended with {}: {}", ended.code, ended.printed);
            Err(Error::other(text).into())
        }
    }
}

fn office(city: &City, unit: &str) -> Result<Office, BuildError> {
    let config = Config::load(&city.folder(unit)).map_err(Error::other)?;
    let database = open_store(&config).map_err(Error::other)?;
    let (today, pins) = (city.clock().today(), load_pins(&config).map_err(Error::other)?);
    let packs = database.read(move |tx| Packs::load(tx, today, &pins)).map_err(Error::other)?;
    let identity = LeafIdentity::load(&config.path("identity.pem")).map_err(Error::other)?;
    Ok(Office {
        config,
        database,
        packs: Arc::new(packs),
        signer: identity.key().clone(),
        today,
        now_ms: city.clock().now_ms(),
    })
}

fn drawn(office: &Office, name: ReleaseName, code: &str) -> Result<String, BuildError> {
    let by = By { login: "demo".to_owned(), name: "演示账号".to_owned(), role: Role::Operator };
    Ok(office.draw(name, code, &by).map_err(Error::other)?.id)
}
