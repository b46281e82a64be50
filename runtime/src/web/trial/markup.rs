//! A strict look at a page's markup: what a screen reader, a keyboard and an old browser need.
//!
//! Our pages come from our own templates, so the reader here is stricter than a browser: every
//! element is closed where it should be, every attribute is quoted. What a browser would mend in
//! silence is a flaw.

use std::collections::{BTreeMap, BTreeSet};

/// Elements without an end.
const VOID: [&str; 10] =
    ["area", "base", "br", "col", "hr", "img", "input", "link", "meta", "source"];
/// Elements that end a paragraph in a browser, whatever the template thinks.
const BLOCKS: [&str; 19] = [
    "p", "div", "table", "form", "ul", "ol", "dl", "section", "h1", "h2", "h3", "h4", "details",
    "header", "footer", "nav", "main", "pre", "fieldset",
];
/// Elements and attributes that Chromium 78 does not know.
const NEW_ELEMENTS: [&str; 2] = ["search", "selectedcontent"];
const NEW_ATTRIBUTES: [&str; 5] = ["popover", "inert", "popovertarget", "command", "fetchpriority"];
/// What the keyboard stops at.
const INTERACTIVE: [&str; 5] = ["a", "button", "select", "textarea", "summary"];

/// An element of a page.
#[derive(Debug, Default)]
struct Element {
    name: String,
    attributes: BTreeMap<String, String>,
    parent: Option<usize>,
    /// All text inside, also of elements inside; what is hidden from readers is left out.
    text: String,
}

/// A page as it was read.
#[derive(Default)]
struct Reader {
    elements: Vec<Element>,
    open: Vec<usize>,
    flaws: Vec<String>,
}

/// What on a page hinders a screen reader, a keyboard or an old browser.
pub(super) fn flaws(text: &str) -> Vec<String> {
    let mut reader = Reader::default();
    reader.read(text);
    let page = Markup { elements: &reader.elements };
    let mut flaws = std::mem::take(&mut reader.flaws);
    page.frame(&mut flaws);
    page.names(&mut flaws);
    page.fields(&mut flaws);
    page.nesting(&mut flaws);
    page.headings(&mut flaws);
    page.tables(&mut flaws);
    page.age(&mut flaws);
    flaws
}

impl Reader {
    fn read(&mut self, text: &str) {
        let mut rest = text;
        while let Some((before, tail)) = rest.split_once('<') {
            self.say(before);
            let Some((tag, after)) = tag_of(tail) else {
                self.flaws.push("a tag has no end".to_owned());
                return;
            };
            rest = after;
            if tag.starts_with('!') {
                continue;
            }
            match tag.strip_prefix('/') {
                Some(name) => self.close(name.trim()),
                None => self.open(tag),
            }
        }
        let open: Vec<String> = self
            .open
            .iter()
            .filter_map(|at| self.elements.get(*at))
            .map(|e| e.name.clone())
            .collect();
        if !open.is_empty() {
            self.flaws.push(format!("{} is not closed", open.join(", ")));
        }
    }

    fn say(&mut self, text: &str) {
        let hidden = |at: &usize| {
            self.elements.get(*at).is_some_and(|element| element.is("aria-hidden", "true"))
        };
        if self.open.iter().any(hidden) {
            return;
        }
        for at in &self.open {
            if let Some(element) = self.elements.get_mut(*at) {
                element.text.push_str(text);
            }
        }
    }

    fn open(&mut self, tag: &str) {
        let (tag, is_closed) = match tag.strip_suffix('/') {
            Some(tag) => (tag, true),
            None => (tag, false),
        };
        let (name, attributes) = tag.split_once(char::is_whitespace).unwrap_or((tag, ""));
        let mut element = Element { name: name.to_owned(), ..Element::default() };
        element.parent = self.open.last().copied();
        for (key, value) in attributes_of(attributes, &mut self.flaws) {
            if element.attributes.insert(key.clone(), value).is_some() {
                self.flaws.push(format!("{name} has {key} twice"));
            }
        }
        let in_paragraph =
            self.open.iter().any(|at| self.elements.get(*at).is_some_and(|e| e.name == "p"));
        if in_paragraph && BLOCKS.contains(&name) {
            self.flaws.push(format!("{name} stands in a paragraph, which ends there"));
        }
        let name = element.name.clone();
        self.elements.push(element);
        if !is_closed && !VOID.contains(&name.as_str()) {
            self.open.push(self.elements.len() - 1);
        }
    }

    fn close(&mut self, name: &str) {
        let last = self.open.pop();
        let found = last.and_then(|at| self.elements.get(at)).map(|e| e.name.clone());
        if found.as_deref() != Some(name) {
            let found = found.unwrap_or_default();
            self.flaws.push(format!("{name} is closed where {found} is open"));
        }
    }
}

/// The inside of a tag and what follows it; a `>` in quotes does not end it.
fn tag_of(text: &str) -> Option<(&str, &str)> {
    let mut quote = None;
    for (at, c) in text.char_indices() {
        match (quote, c) {
            (None, '>') => return Some((text.get(..at)?, text.get(at + 1..)?)),
            (None, '"' | '\'') => quote = Some(c),
            (Some(open), c) if c == open => quote = None,
            _ => {}
        }
    }
    None
}

fn attributes_of(text: &str, flaws: &mut Vec<String>) -> Vec<(String, String)> {
    let mut found = Vec::new();
    let mut rest = text.trim();
    while !rest.is_empty() {
        let end = rest.find(|c: char| c == '=' || c.is_whitespace()).unwrap_or(rest.len());
        let key = rest.get(..end).unwrap_or_default().to_owned();
        rest = rest.get(end..).unwrap_or_default();
        let Some(value) = rest.strip_prefix('=') else {
            rest = rest.trim_start();
            found.push((key, String::new()));
            continue;
        };
        let Some((inside, after)) = value.strip_prefix('"').and_then(|v| v.split_once('"')) else {
            flaws.push(format!("{key} is not quoted"));
            return found;
        };
        found.push((key, inside.to_owned()));
        rest = after.trim_start();
    }
    found
}

impl Element {
    fn get(&self, name: &str) -> Option<&str> {
        self.attributes.get(name).map(String::as_str)
    }

    fn is(&self, name: &str, value: &str) -> bool {
        self.get(name) == Some(value)
    }

    fn has_name(&self) -> bool {
        let said = |name: &str| self.get(name).is_some_and(|value| !value.trim().is_empty());
        !self.text.trim().is_empty() || said("aria-label") || said("aria-labelledby")
    }

    fn is_field(&self) -> bool {
        match self.name.as_str() {
            "select" | "textarea" => true,
            "input" => !matches!(self.get("type"), Some("hidden" | "submit" | "button")),
            _ => false,
        }
    }
}

/// The elements of a page in their order.
struct Markup<'a> {
    elements: &'a [Element],
}

impl Markup<'_> {
    fn named<'b>(&'b self, name: &'b str) -> impl Iterator<Item = &'b Element> {
        self.elements.iter().filter(move |element| element.name == name)
    }

    /// The elements around one, nearest first.
    fn around<'b>(&'b self, element: &Element) -> impl Iterator<Item = &'b Element> {
        let up = |at: Option<usize>| at.and_then(|at| self.elements.get(at));
        std::iter::successors(up(element.parent), move |inner| up(inner.parent))
    }

    /// Language, title, one main part that the first link leads to.
    fn frame(&self, flaws: &mut Vec<String>) {
        let lang = self.named("html").next().and_then(|html| html.get("lang"));
        if !matches!(lang, Some("zh-CN" | "en")) {
            flaws.push("the page has no language".to_owned());
        }
        if !self.named("title").any(|title| !title.text.trim().is_empty()) {
            flaws.push("the page has no title".to_owned());
        }
        if self.named("main").count() != 1 {
            flaws.push("the page has not one main part".to_owned());
        }
        let first = self.named("a").next().and_then(|link| link.get("href"));
        if first != Some("#main") {
            flaws.push("the first link does not skip to the main part".to_owned());
        }
    }

    /// Ids are there once, what points at one finds it, and everything that is pressed, followed
    /// or looked at has a name.
    fn names(&self, flaws: &mut Vec<String>) {
        let mut ids = BTreeSet::new();
        for id in self.elements.iter().filter_map(|element| element.get("id")) {
            if !ids.insert(id) {
                flaws.push(format!("id {id} is there twice"));
            }
        }
        for element in self.elements {
            for name in ["for", "aria-describedby", "aria-labelledby", "aria-controls", "list"] {
                let pointed = element.get(name).unwrap_or_default().split_whitespace();
                for id in pointed.filter(|id| !ids.contains(id)) {
                    flaws.push(format!("{name} points at {id}, which is not there"));
                }
            }
            let pressed = matches!(element.name.as_str(), "a" | "button" | "summary");
            if pressed && !element.has_name() {
                flaws.push(format!("a {} has no name", element.name));
            }
            if element.name == "img" && element.get("alt").is_none() {
                flaws.push("an image has no alternative text".to_owned());
            }
            let hidden = element.is("aria-hidden", "true")
                || self.around(element).any(|outer| outer.is("aria-hidden", "true"));
            let is_shown = element.name == "svg" && !hidden;
            if is_shown && !(element.is("role", "img") && element.get("aria-label").is_some()) {
                flaws.push("a picture is neither named nor hidden".to_owned());
            }
        }
    }

    /// Every field has a label: one around it, one that points at it, or one of its own.
    fn fields(&self, flaws: &mut Vec<String>) {
        let labels: BTreeSet<&str> =
            self.named("label").filter_map(|label| label.get("for")).collect();
        for field in self.elements.iter().filter(|element| element.is_field()) {
            let pointed = field.get("id").is_some_and(|id| labels.contains(id));
            let around = self
                .around(field)
                .any(|outer| outer.name == "label" && !outer.text.trim().is_empty());
            let own = field.get("aria-label").is_some_and(|label| !label.trim().is_empty())
                || field.get("aria-labelledby").is_some();
            if !pointed && !around && !own {
                let name = field.get("name").unwrap_or_default();
                flaws.push(format!("the field {name} has no label"));
            }
        }
        for radio in self.elements.iter().filter(|element| element.is("type", "radio")) {
            if !self.around(radio).any(|o| o.name == "fieldset" || o.is("role", "radiogroup")) {
                flaws.push("a radio button stands in no group".to_owned());
            }
        }
        for group in self.named("fieldset") {
            let has_legend = self.named("legend").any(|legend| {
                self.around(legend).next().is_some_and(|outer| std::ptr::eq(outer, group))
            });
            if !has_legend {
                flaws.push("a group of fields has no legend".to_owned());
            }
        }
    }

    /// Nothing that is pressed stands in another; lists and disclosures hold what they may.
    fn nesting(&self, flaws: &mut Vec<String>) {
        for element in self.elements {
            let name = element.name.as_str();
            let parent = self.around(element).next().map_or("", |outer| outer.name.as_str());
            let pressed = INTERACTIVE.contains(&name) || element.is_field();
            if pressed && self.around(element).any(|o| matches!(&*o.name, "a" | "button")) {
                flaws.push(format!("a {name} stands in another control"));
            }
            if name == "form" && self.around(element).any(|outer| outer.name == "form") {
                flaws.push("a form stands in a form".to_owned());
            }
            let misplaced = match name {
                "li" => !matches!(parent, "ul" | "ol"),
                "dt" | "dd" => !matches!(parent, "dl" | "div"),
                "summary" => parent != "details",
                "tr" => !matches!(parent, "thead" | "tbody" | "tfoot"),
                "td" | "th" => parent != "tr",
                "caption" => parent != "table",
                "option" => !matches!(parent, "select" | "optgroup" | "datalist"),
                _ => matches!(parent, "ul" | "ol") && !matches!(name, "li"),
            };
            if misplaced {
                flaws.push(format!("{name} stands in {parent}"));
            }
            if element.get("tabindex").is_some_and(|at| !matches!(at, "0" | "-1")) {
                flaws.push("tabindex changes the order of the keyboard".to_owned());
            }
        }
        if self.elements.iter().filter(|element| element.get("autofocus").is_some()).count() > 1 {
            flaws.push("two fields want the first focus".to_owned());
        }
    }

    /// One heading of the page, and no level is left out below it.
    fn headings(&self, flaws: &mut Vec<String>) {
        let mut level = 0;
        for element in self.elements {
            let Some(own) = element.name.strip_prefix('h').and_then(|n| n.parse::<u8>().ok())
            else {
                continue;
            };
            if element.text.trim().is_empty() {
                flaws.push(format!("{} is empty", element.name));
            }
            if !self.around(element).any(|outer| outer.name == "main") {
                continue;
            }
            if own > level + 1 {
                flaws.push(format!("h{own} follows h{level}"));
            }
            level = own;
        }
        if self.named("h1").count() != 1 {
            flaws.push("the page has not one main heading".to_owned());
        }
    }

    /// Heading cells say what they head; a table has some.
    fn tables(&self, flaws: &mut Vec<String>) {
        for cell in self.named("th") {
            if !matches!(cell.get("scope"), Some("col" | "row" | "colgroup" | "rowgroup")) {
                flaws.push("a heading cell has no scope".to_owned());
            }
        }
        for region in self.elements.iter().filter(|e| e.is("role", "region")) {
            if !region.has_name() {
                flaws.push("a region has no name".to_owned());
            }
        }
    }

    /// Nothing that Chromium 78 does not know.
    fn age(&self, flaws: &mut Vec<String>) {
        for element in self.elements {
            if NEW_ELEMENTS.contains(&element.name.as_str()) {
                flaws.push(format!("{} is newer than Chromium 78", element.name));
            }
            for name in NEW_ATTRIBUTES.iter().filter(|name| element.get(name).is_some()) {
                flaws.push(format!("{name} is newer than Chromium 78"));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn page(body: &str) -> String {
        format!(
            "<!doctype html><html lang=\"en\"><head><title>T</title></head><body>\
             <a href=\"#main\">Skip</a><main id=\"main\"><h1>H</h1>{body}</main></body></html>"
        )
    }

    /// A page as it should be has no flaw.
    #[test]
    fn a_sound_page_has_no_flaw() {
        let body = "<h2>A</h2><form><label>Name <input name=\"a\"></label>\
                    <label for=\"b\">B</label><select id=\"b\"><option value=\"x > y\">1</option>\
                    </select><button>Go</button></form><table><thead><tr><th scope=\"col\">N</th>\
                    </tr></thead><tbody><tr><td>1</td></tr></tbody></table>\
                    <svg role=\"img\" aria-label=\"chart\"><path d=\"M0\"/></svg>";
        assert_eq!(flaws(&page(body)), Vec::<String>::new());
    }

    /// Each rule sees what it is for.
    #[test]
    fn each_flaw_is_seen() {
        for (body, flaw) in [
            ("<input name=\"a\">", "the field a has no label"),
            ("<label for=\"x\">A</label>", "for points at x, which is not there"),
            ("<i id=\"main\">a</i>", "id main is there twice"),
            ("<a href=\"/\"><svg aria-hidden=\"true\"></svg></a>", "a a has no name"),
            ("<svg></svg>", "a picture is neither named nor hidden"),
            ("<h3>A</h3>", "h3 follows h1"),
            ("<h1>B</h1>", "the page has not one main heading"),
            ("<p><div>a</div></p>", "div stands in a paragraph, which ends there"),
            ("<b><i>a</b></i>", "b is closed where i is open"),
            ("<a href=\"/\">a <button>b</button></a>", "a button stands in another control"),
            ("<form><form></form></form>", "a form stands in a form"),
            ("<ul><a href=\"/\">a</a></ul>", "a stands in ul"),
            ("<table><tr><td>a</td></tr></table>", "tr stands in table"),
            ("<i class=a>b</i>", "class is not quoted"),
            ("<i tabindex=\"3\">b</i>", "tabindex changes the order of the keyboard"),
            ("<div popover=\"auto\">b</div>", "popover is newer than Chromium 78"),
            ("<img src=\"/a.svg\">", "an image has no alternative text"),
            ("<table><thead><tr><th>N</th></tr></thead></table>", "a heading cell has no scope"),
        ] {
            assert!(
                flaws(&page(body)).contains(&flaw.to_owned()),
                "{body}: {:?}",
                flaws(&page(body))
            );
        }
    }
}
