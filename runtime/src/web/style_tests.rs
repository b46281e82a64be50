//! The style sheet: enough contrast for everybody, and nothing that an old browser passes over.
//!
//! Contrast is computed as WCAG 2.1 does it, from the sheet itself: a rule with a colour is held
//! against its own background, else against every surface that its text may lie on.

const STYLE: &str = include_str!("../../static/xinqiao.css");

/// Surfaces of the pages: cards, the page, headings of tables, sums, groups.
const LIGHT: [&str; 5] = ["#fff", "#f4f6f9", "#f7f9fb", "#f1f5fa", "#eef2f7"];
/// The bar at the top.
const DARK: [&str; 1] = ["#12325a"];
/// Contrast of text, and of what marks a field or the focus.
const TEXT_MIN: f64 = 4.5;
const MARK_MIN: f64 = 3.0;

/// Syntax that Chromium 78 drops, with the whole rule around it.
const NEW: [&str; 36] = [
    ":has(",
    ":is(",
    ":where(",
    ":focus-visible",
    "::marker",
    "aspect-ratio",
    "inset",
    "color-mix(",
    "accent-color",
    "dvh",
    "svh",
    "lvh",
    "@container",
    "@layer",
    "@property",
    "clamp(",
    "min(",
    "max(",
    " gap:",
    "row-gap:",
    "overflow: clip",
    "anywhere",
    "content-visibility",
    "scrollbar-gutter",
    "text-wrap",
    "text-underline-offset",
    " appearance:",
    "margin-inline:",
    "padding-inline:",
    "margin-block:",
    "padding-block:",
    "revert",
    "oklch(",
    "translate:",
    "rotate:",
    "&",
];

struct Rule {
    selector: String,
    declarations: Vec<(String, String)>,
}

impl Rule {
    fn value(&self, name: &str) -> Option<&str> {
        self.declarations.iter().rev().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    fn is_dark(&self) -> bool {
        [".top", ".logo", ".out"].iter().any(|start| self.selector.starts_with(start))
    }

    fn surfaces(&self) -> Vec<String> {
        let own = ["background", "background-color"].iter().find_map(|name| self.value(name));
        let own = own.and_then(|value| value.split_whitespace().find(|word| word.starts_with('#')));
        match own {
            Some(own) => vec![own.to_owned()],
            None if self.is_dark() => DARK.map(str::to_owned).to_vec(),
            None => LIGHT.map(str::to_owned).to_vec(),
        }
    }
}

fn without_comments() -> String {
    let mut text = String::new();
    let mut rest = STYLE;
    while let Some((before, tail)) = rest.split_once("/*") {
        text.push_str(before);
        rest = tail.split_once("*/").map_or("", |(_, after)| after);
    }
    text + rest
}

/// Rules of the screen: what is printed is black on white.
fn rules() -> Vec<Rule> {
    let text = without_comments();
    let (screen, _) = text.split_once("@media print").expect("a part for paper");
    let mut found = Vec::new();
    for piece in screen.split('}') {
        let Some((head, body)) = piece.rsplit_once('{') else { continue };
        let selector = head.rsplit('{').next().unwrap_or_default().trim().to_owned();
        let declarations = body
            .split(';')
            .filter_map(|line| line.split_once(':'))
            .map(|(key, value)| (key.trim().to_owned(), value.trim().to_owned()))
            .collect();
        found.push(Rule { selector, declarations });
    }
    assert!(found.len() > 100, "{}", found.len());
    found
}

fn luminance(colour: &str) -> Option<f64> {
    let digits = colour.strip_prefix('#')?;
    let whole: String = match digits.len() {
        3 => digits.chars().flat_map(|c| [c, c]).collect(),
        6 => digits.to_owned(),
        _ => return None,
    };
    let channel = |at: usize| {
        let value = u8::from_str_radix(whole.get(at..at + 2)?, 16).ok()?;
        let value = f64::from(value) / 255.0;
        Some(if value <= 0.03928 { value / 12.92 } else { ((value + 0.055) / 1.055).powf(2.4) })
    };
    Some(0.2126 * channel(0)? + 0.7152 * channel(2)? + 0.0722 * channel(4)?)
}

fn contrast(one: &str, other: &str) -> Option<f64> {
    let (one, other) = (luminance(one)?, luminance(other)?);
    Some((one.max(other) + 0.05) / (one.min(other) + 0.05))
}

fn check(property: &str, least: f64, of: impl Fn(&Rule) -> bool) -> Vec<String> {
    let mut broken = Vec::new();
    for rule in rules().iter().filter(|rule| of(rule)) {
        let value = rule.value(property).unwrap_or_default();
        let Some(colour) = value.split_whitespace().find(|word| word.starts_with('#')) else {
            continue;
        };
        for surface in rule.surfaces() {
            match contrast(colour, &surface) {
                Some(found) if found >= least => {}
                found => {
                    broken.push(format!("{}: {colour} on {surface}: {found:?}", rule.selector));
                }
            }
        }
    }
    broken
}

/// Text has 4.5 to 1, wherever it may lie.
#[test]
fn text_is_readable() {
    assert!((contrast("#000", "#fff").expect("colours") - 21.0).abs() < 0.01);
    assert!((contrast("#777777", "#fff").expect("colours") - 4.48).abs() < 0.01);
    assert_eq!(check("color", TEXT_MIN, |_| true), Vec::<String>::new());
    let labels = |rule: &Rule| rule.selector.ends_with("text") || rule.selector.contains(".axis");
    let labels = check("fill", TEXT_MIN, |rule| labels(rule) && !rule.selector.contains(".t3"));
    assert_eq!(labels, Vec::<String>::new());
}

/// The ring of the focus and the edge of a field have 3 to 1.
#[test]
fn focus_and_fields_are_seen() {
    let rings = |rule: &Rule| rule.selector.contains(":focus");
    assert_eq!(check("outline", MARK_MIN, rings), Vec::<String>::new());
    assert_eq!(check("outline-color", MARK_MIN, rings), Vec::<String>::new());
    let fields = |rule: &Rule| rule.selector.starts_with("select, input");
    assert_eq!(check("border", MARK_MIN, fields), Vec::<String>::new());
    let rule =
        rules().into_iter().find(|rule| rule.selector.starts_with(":focus")).expect("a ring");
    assert!(rule.value("outline").is_some_and(|ring| ring.starts_with("3px solid")));
    let text = without_comments();
    assert!(
        !text.contains("outline: none") && !text.contains("outline: 0"),
        "a ring is taken away"
    );
}

/// The sheet holds nothing that Chromium 78 does not know.
#[test]
fn the_sheet_is_old_enough() {
    let text = without_comments();
    let found: Vec<&str> = NEW.into_iter().filter(|word| text.contains(word)).collect();
    assert_eq!(found, Vec::<&str>::new());
    assert!(!text.contains("display: grid"), "gap of a grid is written as one of flex");
}

/// What is printed: the rules of paper, each with the selectors and the declarations of its own.
fn paper_rules() -> Vec<Rule> {
    let text = without_comments();
    let (_, paper) = text.split_once("@media print").expect("a part for paper");
    let paper = paper.split_once('{').map_or("", |(_, rules)| rules);
    let mut found = Vec::new();
    for piece in paper.split('}') {
        let Some((head, body)) = piece.split_once('{') else { continue };
        let declarations: Vec<_> = body
            .split(';')
            .filter_map(|line| line.split_once(':'))
            .map(|(key, value)| (key.trim().to_owned(), value.trim().to_owned()))
            .collect();
        for selector in head.split(',') {
            let selector = selector.trim().to_owned();
            found.push(Rule { selector, declarations: declarations.clone() });
        }
    }
    found
}

/// The last value that rules give a property of a selector.
fn value<'a>(rules: &'a [Rule], selector: &str, property: &str) -> Option<&'a str> {
    let own =
        rules.iter().filter(|rule| rule.selector.split(',').any(|one| one.trim() == selector));
    own.filter_map(|rule| rule.value(property)).next_back()
}

/// The paper file is the record and nothing of the screen: no menu, no bar, no form to act by and
/// no filter; what is for paper alone appears there only, a slip begins its own page, a table has
/// its head on each page and no row torn in two, and nothing is cut off at the edge of a scroll.
#[test]
fn paper_carries_the_record_alone() {
    let (screen, paper) = (rules(), paper_rules());
    for gone in [
        ".nav",
        ".skip",
        ".only-screen",
        ".filter",
        ".screen",
        ".acts",
        ".out",
        ".ex",
        ".pager",
        ".does",
        ".top .r",
        "details.data",
        "details.raw",
    ] {
        assert_eq!(value(&paper, gone, "display"), Some("none"), "{gone} is printed");
    }
    assert_eq!(value(&screen, ".paper", "display"), Some("none"), "only for paper");
    assert_eq!(value(&paper, ".paper", "display"), Some("block"));
    for property in ["break-before", "page-break-before"] {
        assert!(value(&paper, ".leaf", property).is_some(), "old browsers know the second");
    }
    assert_eq!(value(&paper, "thead", "display"), Some("table-header-group"));
    assert_eq!(value(&paper, "tr", "break-inside"), Some("avoid"));
    assert_eq!(value(&paper, ".scroll", "overflow"), Some("visible"));
    assert_eq!(value(&paper, "main", "max-width"), Some("none"));
    assert_eq!(value(&paper, "body", "background"), Some("#fff"));
    for ink in ["a", ".top"] {
        assert_eq!(value(&paper, ink, "color"), Some("#000"), "{ink}");
    }
}
