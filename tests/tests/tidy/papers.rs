//! Papers: links in documents lead somewhere, names of modules in them exist, and the README opens
//! with the two commands that a visitor types.

use crate::check;
use crate::lexer::has_word;
use crate::tree::{File, exists, files, root, text};

/// Documents whose `crate::module` names are promises about the code.
const EXACT: [&str; 2] = ["docs/architecture.md", "docs/requirements.md"];

/// Crates of the workspace, as they stand at the head of a path in a document.
const CRATES: [&str; 7] = ["domain", "proto", "certs", "runtime", "node", "hub", "tests"];

/// A guide that leads to nothing is worse than none.
#[test]
fn links_in_documents_resolve() {
    let mut broken = Vec::new();
    for file in files(&[".md"]) {
        for (number, line) in prose(&file.text) {
            for target in targets(line) {
                if !resolves(&file, &target) {
                    broken.push(format!("{}: {target}", file.at(number)));
                }
            }
        }
    }
    check("correct the path or the heading that the link names, or add the page", &broken);
}

/// What a document says is built can be opened in an editor.
#[test]
fn modules_named_in_documents_exist() {
    let mut broken = Vec::new();
    for path in EXACT {
        let file = File { path: path.to_owned(), text: text(path) };
        for (number, line) in prose(&file.text) {
            for name in code_spans(line).filter(|name| is_module(name)) {
                if !module_exists(name) {
                    broken.push(format!("{}: {name}", file.at(number)));
                }
            }
        }
    }
    check("name the module as the code does, or say `planned`", &broken);
}

/// The first thing a visitor can do works, and CI runs the second.
#[test]
fn readme_opens_with_two_commands() {
    let readme = text("README.md");
    let block = readme.split("```").nth(1).unwrap_or_default();
    let commands: Vec<&str> = block
        .lines()
        .skip(1)
        .map(str::trim)
        .filter(|line| !line.is_empty() && !line.starts_with('#'))
        .collect();
    assert_eq!(
        commands,
        ["cargo run --release --bin xinqiao-city", "cargo test --workspace"],
        "open README.md with a fenced block of exactly these two commands"
    );
}

/// The lines of a document outside of fenced blocks, with their numbers.
fn prose(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let mut fenced = false;
    text.lines().enumerate().filter(move |(_, line)| {
        let is_fence = line.trim_start().starts_with("```");
        fenced ^= is_fence;
        !fenced && !is_fence
    })
}

/// The targets of the links on a line.
fn targets(line: &str) -> Vec<String> {
    let mut spans = line.split('`');
    let mut plain = String::new();
    while let Some(text) = spans.next() {
        plain.push_str(text);
        spans.next();
    }
    let links = plain.split("](").skip(1);
    links.filter_map(|rest| rest.split([')', ' ']).next()).map(str::to_owned).collect()
}

fn resolves(file: &File, target: &str) -> bool {
    if ["https://", "http://", "mailto:"].iter().any(|scheme| target.starts_with(scheme)) {
        return true;
    }
    let (path, heading) = target.split_once('#').unwrap_or((target, ""));
    let folder = file.path.rsplit_once('/').map_or("", |(folder, _)| folder);
    let path = if path.is_empty() { file.path.clone() } else { joined(folder, path) };
    exists(&path) && (heading.is_empty() || headings(&text(&path)).iter().any(|h| h == heading))
}

/// A relative path seen from a folder, without its dots.
fn joined(folder: &str, path: &str) -> String {
    let mut parts: Vec<&str> = folder.split('/').filter(|part| !part.is_empty()).collect();
    for part in path.split('/') {
        match part {
            "." | "" => {}
            ".." => drop(parts.pop()),
            _ => parts.push(part),
        }
    }
    parts.join("/")
}

/// The headings of a document in the form that links use.
fn headings(text: &str) -> Vec<String> {
    prose(text)
        .filter_map(|(_, line)| line.strip_prefix('#'))
        .map(|line| line.trim_start_matches('#').trim().to_lowercase())
        .map(|line| line.chars().filter(|c| c.is_alphanumeric() || " -_".contains(*c)).collect())
        .map(|line: String| line.replace(' ', "-"))
        .collect()
}

fn code_spans(line: &str) -> impl Iterator<Item = &str> {
    line.split('`').skip(1).step_by(2)
}

fn is_module(name: &str) -> bool {
    let plain = |part: &str| part.chars().all(|c| c.is_alphanumeric() || c == '_');
    let mut parts = name.split("::");
    let starts = parts.next().is_some_and(|first| CRATES.contains(&first));
    starts && name.contains("::") && parts.all(plain)
}

/// Whether `crate::module::Item` leads to a file, or to a word in the last file on the way.
fn module_exists(name: &str) -> bool {
    let mut parts = name.split("::");
    let mut folder = root().join(parts.next().unwrap_or_default()).join("src");
    let mut file = folder.join("lib.rs");
    for part in parts {
        let candidates = [folder.join(format!("{part}.rs")), folder.join(part).join("mod.rs")];
        if let Some(found) = candidates.into_iter().find(|path| path.is_file()) {
            file = found;
            folder = folder.join(part);
        } else if !std::fs::read_to_string(&file).is_ok_and(|text| has_word(&text, part)) {
            return false;
        }
    }
    true
}

/// Dots, anchors and code spans are understood.
#[test]
fn links_are_read_as_a_browser_does() {
    assert_eq!(targets("see [a](b.md#c) and `[x](y)` ([d](../e.md))"), ["b.md#c", "../e.md"]);
    assert_eq!(joined("docs/adr", "../guide.md"), "docs/guide.md");
    assert_eq!(headings("# A b, c!\n```\n# no\n```\n## 中文 d"), ["a-b-c", "中文-d"]);
    assert!(is_module("domain::cell") && !is_module("domain") && !is_module("std::fs"));
}
