//! Every stable code of node, hub and authority has a sentence in Chinese, and no Chinese sentence
//! is filled with the English of an error.
#![allow(
    clippy::expect_used,
    clippy::panic,
    reason = "a test that cannot go on says so by stopping"
)]

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use runtime::cli::Failure;
use runtime::web::Lang;

/// What a log would say; it must not turn up in a sentence.
const ENGLISH: &str = "what the log says";

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("workspace").to_owned()
}

fn source(path: &str) -> String {
    let path = root().join(path);
    std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// Program text below a folder, without tests.
fn sources(folder: &Path, found: &mut Vec<(PathBuf, String)>) {
    for entry in std::fs::read_dir(folder).expect("folder").flatten() {
        let path = entry.path();
        if path.is_dir() && !path.ends_with("tests") {
            sources(&path, found);
        } else if path.extension().is_some_and(|end| end == "rs") && !path.ends_with("tests.rs") {
            let text = std::fs::read_to_string(&path).expect("source");
            let program = text.split("#[cfg(test)]").next().unwrap_or_default().to_owned();
            found.push((path, program));
        }
    }
}

/// Quoted words of a text that look like stable codes.
fn codes(text: &str) -> BTreeSet<String> {
    let quoted = text.split('"').skip(1).step_by(2);
    let is_code = |word: &&str| {
        word.len() > 2 && word.bytes().all(|byte| byte.is_ascii_uppercase() || byte == b'_')
    };
    quoted.filter(is_code).map(str::to_owned).collect()
}

/// Codes that travel or are stored are looked up later, by another program in another language.
#[test]
fn codes_of_the_link_are_known() {
    let files = [
        "hub/src/enrolment/error.rs",
        "hub/src/service/peer.rs",
        "hub/src/service/enrol.rs",
        "hub/src/service/link.rs",
        "runtime/src/uplink/code.rs",
    ];
    let found: BTreeSet<String> = files.iter().flat_map(|path| codes(&source(path))).collect();
    assert!(found.len() > 30, "the walk found only {found:?}");
    for code in found {
        let failure = Failure::of_link(&code, ENGLISH);
        assert_eq!(failure.code(), code, "add it to runtime/src/cli/link.rs");
        assert!(!failure.message(Lang::Zh).contains(ENGLISH), "{code}");
    }
}

/// Why a release was refused is read at the school, on a page and in a terminal.
#[test]
fn codes_of_refused_releases_are_known() {
    let files = [
        "intake/verify.rs",
        "intake/decide.rs",
        "letters/handed.rs",
        "relay/judge.rs",
        "relay/up.rs",
    ];
    let text = files.map(|file| source(&format!("hub/src/{file}"))).concat();
    let text: String = text.split_whitespace().collect();
    let mut found = BTreeSet::new();
    for opening in ["refuse(\"", "refused(\"", "Err((\"", "Standing::Refused(\"", "Some((\""] {
        let after = text.split(opening).skip(1).filter_map(|rest| rest.split('"').next());
        found.extend(after.map(str::to_owned));
    }
    assert!(found.len() > 8, "the walk found only {found:?}");
    for code in found {
        let label = node::egress::refusal::label(&code, ENGLISH);
        assert!(!label.in_lang(Lang::Zh).contains(ENGLISH), "{code}: node/src/egress/refusal.rs");
    }
}

/// Failures of the three programs take their sentences from pairs that the compiler checked; what
/// fills them is a name, a number or a path, never the text of an error, which is English.
#[test]
fn no_chinese_sentence_is_filled_with_an_error() {
    let mut all = Vec::new();
    for folder in ["node/src", "hub/src", "runtime/src/cli"] {
        sources(&root().join(folder), &mut all);
    }
    let (mut count, mut broken) = (BTreeSet::new(), Vec::new());
    for (path, text) in &all {
        let text: String = text.split_whitespace().collect();
        for site in text.split("Failure::new(Exit::").skip(1) {
            count.extend(site.split('"').nth(1).map(str::to_owned));
        }
        for values in text.split("Sentence::new(words::").skip(1) {
            let values = values.split("])").next().unwrap_or_default();
            let filled = ["&error", "&cause", "&other", "&said", "[other", "[cause", "[error"];
            let plain = values.replace("&cause.kind()", "");
            if filled.iter().any(|name| plain.contains(name)) {
                broken.push(format!("{}: {values}", path.display()));
            }
        }
    }
    assert!(count.len() > 60, "the walk found only {} codes", count.len());
    assert!(
        broken.is_empty(),
        "say it in both languages, and give the error to because(): {broken:#?}"
    );
}
