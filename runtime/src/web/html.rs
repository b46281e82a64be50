//! Markup that is known to be escaped.
//!
//! [`Html`] is made from a template and from nothing else: there is no way to turn a string into
//! it. Whatever a page or a chart puts into another template has therefore been escaped once,
//! and exactly once.

use std::fmt;

use askama::Template;
use askama::filters::HtmlSafe;

/// Escaped markup, fit to stand in another template as it is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Html(String);

/// A template could not be rendered.
#[derive(Debug, thiserror::Error)]
#[error("page could not be rendered")]
pub struct RenderError(#[from] askama::Error);

impl Html {
    /// Renders a template.
    ///
    /// # Errors
    /// The template refused to render, which only a failing `Display` inside it can cause.
    pub fn render(template: &impl Template) -> Result<Self, RenderError> {
        Ok(Self(template.render()?))
    }

    /// Pieces of markup one after the other, each escaped already.
    #[must_use]
    pub fn joined<const N: usize>(parts: [Self; N]) -> Self {
        Self(parts.into_iter().map(Self::into_string).collect())
    }

    /// The markup as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether there is nothing to show.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The markup as an owned text, for the body of a reply.
    #[must_use]
    pub fn into_string(self) -> String {
        self.0
    }
}

impl fmt::Display for Html {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl HtmlSafe for Html {}

/// A template that is shown inside another one without an intermediate text.
///
/// Templates escape what they are given, so what one shows needs no second escaping.
#[derive(Debug)]
pub struct Part<T>(pub T);

impl<T: Template> fmt::Display for Part<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut text = String::new();
        self.0.render_into(&mut text).map_err(|_| fmt::Error)?;
        f.write_str(&text)
    }
}

impl<T: Template> HtmlSafe for Part<T> {}
