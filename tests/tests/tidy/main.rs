//! Tidy rules: what this workspace promises about its own shape, kept true by tests.
//!
//! Every rule returns the places that break it, and fails with one sentence on what to do. A rule
//! has no exceptions by file name beyond the lists at its head; to change a rule, change it here
//! in a commit of its own, with the reason. Needs the source tree, and nothing else.

#[cfg(test)]
mod clocks;
#[cfg(test)]
mod crates;
#[cfg(test)]
mod lexer;
#[cfg(test)]
mod migrations;
#[cfg(test)]
mod pages;
#[cfg(test)]
mod papers;
#[cfg(test)]
mod privacy;
#[cfg(test)]
mod requirements;
#[cfg(test)]
mod roles;
#[cfg(test)]
mod size;
#[cfg(test)]
mod sql;
#[cfg(test)]
mod tree;

/// Fails with the remedy and every place that breaks the rule.
#[cfg(test)]
fn check(remedy: &str, broken: &[String]) {
    assert!(
        broken.is_empty(),
        "\n{} place(s) break a tidy rule.\nWhat to do: {remedy}\n  {}\n",
        broken.len(),
        broken.join("\n  ")
    );
}
