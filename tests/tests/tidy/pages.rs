//! Pages: every link in a template leads somewhere, and nothing in one needs a looser policy than
//! the strict content security policy that the web shell sends.

use std::collections::BTreeSet;

use crate::check;
use crate::lexer::lex;
use crate::tree::{File, files, rust};

/// Attributes whose value is an address.
const ADDRESSES: [&str; 3] = ["href=", "src=", "action="];

/// A missing asset is found here and not by a school on its first morning.
#[test]
fn links_in_templates_resolve() {
    let known = Known::read();
    let mut broken = Vec::new();
    for file in templates() {
        for (number, line) in file.text.lines().enumerate() {
            for address in addresses(line) {
                if !known.resolves(&address) {
                    broken.push(format!("{}: {address}", file.at(number)));
                }
            }
        }
    }
    let remedy = "add the file to the crate's static folder and embed it, or add the route; pages \
                  load nothing from another site";
    check(remedy, &broken);
}

/// The policy forbids inline script and style, so a page with one would look broken.
#[test]
fn templates_hold_no_inline_script_or_style() {
    let mut broken = Vec::new();
    for file in templates() {
        for (number, line) in file.text.lines().enumerate() {
            if is_inline(line) {
                broken.push(file.at(number));
            }
        }
    }
    let remedy = "move the style to the stylesheet and the script to enhance.js; the content \
                  security policy allows neither inline";
    check(remedy, &broken);
}

fn templates() -> Vec<File> {
    let mut found = files(&[".html"]);
    found.retain(|file| file.path.contains("/templates/"));
    found
}

/// What an address may lead to: routes named in the code, and embedded static files.
struct Known {
    routes: Vec<String>,
    embedded: BTreeSet<String>,
}

impl Known {
    fn read() -> Self {
        let mut routes = Vec::new();
        let mut embedded = BTreeSet::new();
        for file in rust().iter().filter(|file| !file.is_under(&["tests/"])) {
            for literal in lex(&file.text).literals {
                if literal.text.starts_with('/') && !literal.text.contains(' ') {
                    routes.push(literal.text);
                } else if literal.text.contains("static/") {
                    embedded.extend(literal.text.rsplit('/').next().map(str::to_owned));
                }
            }
        }
        let folders = files(&[".css", ".js", ".svg", ".png", ".ico", ".txt", ".json"]);
        let names: BTreeSet<String> = folders
            .iter()
            .filter(|file| file.path.contains("/static/"))
            .filter_map(|file| file.path.rsplit('/').next().map(str::to_owned))
            .collect();
        embedded.retain(|name| names.contains(name));
        Self { routes, embedded }
    }

    fn resolves(&self, address: &str) -> bool {
        let path = address.split(['?', '#']).next().unwrap_or_default();
        let name = path.rsplit('/').next().unwrap_or_default();
        let is_here = path.is_empty() || path.starts_with('*');
        let is_static = path.contains("static/");
        is_here
            || (is_static && self.embedded.contains(name))
            || (!is_static && self.routes.iter().any(|route| matches(route, path)))
    }
}

/// Whether a route (with `{name}` parts) answers a path (with `*` where a template fills in).
fn matches(route: &str, path: &str) -> bool {
    let parts = |text: &str| -> Vec<String> {
        text.trim_matches('/').split('/').map(str::to_owned).collect()
    };
    let (route, path) = (parts(route), parts(path));
    route.len() == path.len()
        && route.iter().zip(&path).all(|(r, p)| r == p || r.starts_with('{') || p.contains('*'))
}

/// The addresses on a line, with every expression of the template replaced by a star.
fn addresses(line: &str) -> Vec<String> {
    let mut found = Vec::new();
    for attribute in ADDRESSES {
        for (at, _) in line.match_indices(attribute) {
            let before = line[..at].chars().next_back();
            let rest = &line[at + attribute.len()..];
            let Some(quote) = rest.chars().next().filter(|c| matches!(c, '"' | '\'')) else {
                continue;
            };
            if before.is_none_or(char::is_whitespace) {
                found.extend(starred(&rest[1..]).split(quote).next().map(str::to_owned));
            }
        }
    }
    found
}

/// The text with `{{ ... }}` as a star and `{% ... %}` taken out.
fn starred(text: &str) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some(open) = rest.find('{') {
        let (close, shown) = match rest.get(open..open + 2) {
            Some("{{") => ("}}", "*"),
            Some("{%") => ("%}", ""),
            _ => ("{", "{"),
        };
        out.push_str(&rest[..open]);
        out.push_str(shown);
        let end = rest[open + 1..].find(close).map_or(rest.len(), |at| open + 1 + at + close.len());
        rest = &rest[if close == "{" { open + 1 } else { end }..];
    }
    out + rest
}

fn is_inline(line: &str) -> bool {
    let opens_inline = |tag: &str| !tag.split('>').next().unwrap_or_default().contains("src=");
    let script = line.split("<script").skip(1).any(opens_inline);
    let handler = ["onclick=", "onchange=", "onsubmit=", "onload=", "oninput=", "onerror="];
    let style = line.contains("<style") || line.contains(" style=");
    script || style || line.contains("javascript:") || handler.iter().any(|h| line.contains(h))
}

/// Expressions become stars, routes with parameters answer them, other sites do not resolve.
#[test]
fn addresses_are_compared_with_routes() {
    let line = r#"<a class="x" href="/release/{{ id }}?lang={{ lang }}" data-href="/no">"#;
    assert_eq!(addresses(line), ["/release/*?lang=*"]);
    assert!(matches("/release/{id}", "/release/*"));
    assert!(!matches("/release/{id}", "/release"));
    let known = Known { routes: vec![String::from("/")], embedded: BTreeSet::new() };
    assert!(known.resolves("/") && known.resolves("#top") && known.resolves("?lang=en"));
    assert!(!known.resolves("https://example.org/") && !known.resolves("/static/app.css"));
}
