//! Pages: every link in a template leads somewhere, what it says is said in both languages, and
//! nothing in one needs a looser policy than the strict content security policy of the web shell.

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

/// Whatever people write is escaped by the templates themselves: none is told to trust a text, and
/// no type but the one that is made of templates passes for markup.
#[test]
fn nothing_is_shown_unescaped() {
    let mut broken = Vec::new();
    for file in templates() {
        for (number, line) in file.text.lines().enumerate() {
            if trusts(line) {
                broken.push(file.at(number));
            }
        }
    }
    for file in rust().iter().filter(|file| !file.is_under(&["tests/", MARKUP])) {
        for (number, line) in file.text.lines().enumerate() {
            if trusts_in_code(line) {
                broken.push(file.at(number));
            }
        }
    }
    let remedy = "show the text as it is, or put markup into a template of its own and render it \
                  with runtime::web::Html";
    check(remedy, &broken);
}

/// The one file that says what is markup.
const MARKUP: &str = "runtime/src/web/html.rs";

/// Whether a line of a template shows something without escaping it.
fn trusts(line: &str) -> bool {
    let dense: String = line.chars().filter(|c| !c.is_whitespace()).collect();
    ["|safe", "|escape(", "|e(", "|linebreaks", "{%filter", "{%-filter", "autoescape"]
        .iter()
        .any(|word| dense.contains(word))
}

/// Whether a line of code lets something pass for markup.
fn trusts_in_code(line: &str) -> bool {
    let dense: String = line.chars().filter(|c| !c.is_whitespace()).collect();
    ["HtmlSafe", "filters::Safe", "escape=\"none\"", "escape=\"txt\"", "MaybeSafe"]
        .iter()
        .any(|word| dense.contains(word))
}

/// A filter that trusts is found however it is written, and an ordinary one is not.
#[test]
fn a_text_that_is_trusted_is_found() {
    let trusting =
        ["{{ text|safe }}", "{{ a.b | safe }}", "{% filter safe %}", "{{ t|escape(\"none\") }}"];
    for line in trusting {
        assert!(trusts(line), "{line}");
    }
    assert!(!trusts("{{ text }} {{ name.in_lang(lang) }} <p>safe</p>"));
    assert!(trusts_in_code("impl HtmlSafe for Page {}") && !trusts_in_code("let safe = 1;"));
}

/// What a person prints for the file, or to be signed, is the record alone: a form, a button or a
/// link to act by stands in a part that the style sheet leaves on the screen.
#[test]
fn printed_pages_print_no_controls() {
    let mut broken = Vec::new();
    for path in PRINTED {
        let file = templates().into_iter().find(|file| file.path == path);
        let Some(file) = file else {
            broken.push(format!("{path}: there is none"));
            continue;
        };
        for (number, line) in controls_on_paper(&file.text) {
            broken.push(format!("{}: {line}", file.at(number)));
        }
    }
    check("give the control, or what it stands in, the class only-screen", &broken);
}

/// Templates that are made to be printed.
const PRINTED: [&str; 12] = [
    "node/templates/console/appointment.html",
    "node/templates/console/certificate.html",
    "node/templates/console/file.html",
    "node/templates/console/inspection.html",
    "node/templates/console/intake_content.html",
    "node/templates/console/letter.html",
    "node/templates/console/pledge.html",
    "node/templates/console/referral_sheet.html",
    "node/templates/console/referral_slip.html",
    "node/templates/console/sheets.html",
    "node/templates/console/survey_slips.html",
    "node/templates/screening/slips.html",
];

/// Classes that the style sheet does not print; a test of the sheet holds it to that.
const ON_SCREEN: [&str; 5] = ["only-screen", "screen", "acts", "does", "pager"];

/// Buttons, forms and links as buttons that stand in nothing that stays on the screen.
fn controls_on_paper(text: &str) -> Vec<(usize, String)> {
    let (mut found, mut open): (_, Vec<(String, bool)>) = (Vec::new(), Vec::new());
    for (number, line) in text.lines().enumerate() {
        for piece in starred(line).split('<').skip(1) {
            let tag = piece.split('>').next().unwrap_or_default();
            if let Some(name) = tag.strip_prefix('/') {
                while let Some((last, _)) = open.pop() {
                    if last == name {
                        break;
                    }
                }
                continue;
            }
            let name = tag.split_whitespace().next().unwrap_or_default().to_owned();
            let class = tag.split("class=\"").nth(1).and_then(|rest| rest.split('"').next());
            let has = |wanted: &str| class.unwrap_or_default().split(' ').any(|one| one == wanted);
            let is_hidden = ON_SCREEN.iter().any(|class| has(class));
            let on_screen = is_hidden || open.iter().any(|(_, hidden)| *hidden);
            let acts = matches!(name.as_str(), "form" | "button") || has("btn");
            if acts && !on_screen {
                found.push((number, tag.to_owned()));
            }
            if !matches!(name.as_str(), "input" | "br" | "img" | "hr") {
                open.push((name, is_hidden));
            }
        }
    }
    found
}

/// A control is found where it would be printed, and not where something around it stays on the
/// screen.
#[test]
fn controls_are_found_by_what_they_stand_in() {
    let printed = "<p><a class=\"btn\" href=\"/x\">x</a></p>\n\
                   <p class=\"only-screen\"><button>y</button></p>";
    let found: Vec<usize> = controls_on_paper(printed).into_iter().map(|(line, _)| line).collect();
    assert_eq!(found, [0]);
    let around = "<td class=\"only-screen\">{% if a %}<form method=\"post\">{{ b }}</form>\
                  {% endif %}</td>";
    assert!(controls_on_paper(around).is_empty());
}

/// Every sentence of a page comes from a pair in both languages, which the compiler holds to be
/// whole; a template has no words of its own but commands to be typed.
#[test]
fn templates_hold_no_words_of_their_own() {
    let mut broken = Vec::new();
    for file in templates() {
        broken.extend(own_words(&file.text).iter().map(|own| format!("{}: {own}", file.path)));
    }
    check("put it among the words of the page, in Chinese and in English", &broken);
}

/// Attributes that are read to people.
const READ_OUT: [&str; 5] =
    [" title=\"", " alt=\"", " aria-label=\"", " placeholder=\"", " label=\""];

/// What a template says by itself, between tags and in attributes that people meet.
fn own_words(text: &str) -> Vec<String> {
    let mut found = Vec::new();
    for piece in starred(text).split('<') {
        let (tag, between) = piece.split_once('>').unwrap_or(("", piece));
        let typed = tag == "pre" || tag.starts_with("pre ") || tag == "code";
        if !typed && is_worded(between) {
            found.push(between.trim().to_owned());
        }
        let values = READ_OUT.iter().filter_map(|name| tag.split(name).nth(1)?.split('"').next());
        found.extend(values.filter(|value| is_worded(value)).map(str::to_owned));
    }
    found
}

/// Whether a text has a word: a character of Chinese, or two letters on end outside an entity.
fn is_worded(text: &str) -> bool {
    let mut plain = String::new();
    for (place, piece) in text.split('&').enumerate() {
        let rest = match place {
            0 => piece,
            _ => piece.split_once(';').map_or(piece, |(_, rest)| rest),
        };
        plain.push_str(rest);
        plain.push(' ');
    }
    let is_han = |c: char| ('\u{4e00}'..='\u{9fff}').contains(&c);
    let letters = |pair: &[u8]| pair.iter().all(u8::is_ascii_alphabetic);
    plain.chars().any(is_han) || plain.as_bytes().windows(2).any(letters)
}

/// A word is found between tags and where it is read out, and a command, an entity or a value that
/// is sent is none.
#[test]
fn own_words_are_found() {
    let own =
        "<p>{{ a }} 未读</p><img alt=\"a chart\" src=\"/x.svg\"><b>{% if a %}yes{% endif %}</b>";
    assert_eq!(own_words(own), ["* 未读", "a chart", "yes"]);
    let none = "<h1>{{ a }} &middot; {{ b }}</h1><pre class=\"hex\">xinqiao-node join</pre>\
                <option value=\"男\">{{ c }}</option><p title=\"{{ d }}\">:</p>";
    assert_eq!(own_words(none), Vec::<String>::new());
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
