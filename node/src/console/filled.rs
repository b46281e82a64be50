//! What stands in the fields of a form, so that a form which was refused comes back filled in.

use serde::Deserialize;

/// Fields and their values in the order in which they came.
#[derive(Clone, Default, Deserialize)]
#[serde(from = "Vec<(String, String)>")]
pub(super) struct Filled(Vec<(String, String)>);

impl From<Vec<(String, String)>> for Filled {
    fn from(fields: Vec<(String, String)>) -> Self {
        Self(fields)
    }
}

impl Filled {
    /// The first value of a field; empty where there is none.
    pub(super) fn text(&self, name: &str) -> &str {
        let found = self.0.iter().find(|(known, _)| known == name);
        found.map_or("", |(_, value)| value.as_str())
    }

    /// Every value of a field.
    pub(super) fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.0.iter().filter(move |(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    /// Whether a field has a value, as ticked boxes and chosen options do.
    pub(super) fn has(&self, name: &str, value: &str) -> bool {
        self.all(name).any(|given| given == value)
    }

    /// Whether a field was sent at all.
    pub(super) fn is_sent(&self, name: &str) -> bool {
        self.all(name).next().is_some()
    }

    /// Filled fields named `NAME.NUMBER`, by their numbers.
    pub(super) fn numbered(&self, name: &str) -> Vec<(i64, String)> {
        let filled = self.0.iter().filter(|(_, value)| !value.trim().is_empty());
        let own = filled.filter_map(|(known, value)| {
            let number = known.strip_prefix(name)?.strip_prefix('.')?.parse().ok()?;
            Some((number, value.clone()))
        });
        own.collect()
    }

    /// With another value for a field.
    #[must_use]
    pub(super) fn with(mut self, name: &str, value: String) -> Self {
        self.0.retain(|(known, _)| known != name);
        self.0.push((name.to_owned(), value));
        self
    }

    /// With a value for a field that was not sent.
    #[must_use]
    pub(super) fn or(mut self, name: &str, value: &impl ToString) -> Self {
        if !self.is_sent(name) {
            self.0.push((name.to_owned(), value.to_string()));
        }
        self
    }

    /// The fields themselves, for a page that sends them again.
    pub(super) fn pairs(&self) -> &[(String, String)] {
        &self.0
    }
}

/// Which of a page's forms was sent, and what stood in it.
#[derive(Clone, Default)]
pub(super) struct Sent(Option<(String, Filled)>);

impl Sent {
    /// A form that was sent, by its name on the page.
    pub(super) fn new(form: impl Into<String>, filled: Filled) -> Self {
        Self(Some((form.into(), filled)))
    }

    /// What stood in a form; nothing where another one was sent.
    pub(super) fn of(&self, form: &str) -> Filled {
        let own = self.0.as_ref().filter(|(name, _)| name == form);
        own.map(|(_, filled)| filled.clone()).unwrap_or_default()
    }
}
