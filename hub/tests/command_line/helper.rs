//! The health commission's hub: set up under its own root, and a member of the city's hub.

use std::path::{Path, PathBuf};

use crate::support::{Ran, assert_private, ca, hub, said, text};

pub const ZONE: [&str; 2] = ["--zone", "qd.example"];

/// Roots of both commissions in folders of these names.
pub fn roots(folder: &Path) -> [PathBuf; 2] {
    ["education", "health"].map(|commission| {
        let dir = folder.join(commission);
        let args = ["init", "--commission", commission, "--dir", text(&dir)];
        let made = ca(&[args.as_slice(), &ZONE, &["--danger-no-passphrase"]].concat());
        assert_eq!(made.code, 0, "{}", made.err);
        dir
    })
}

pub fn helper(folder: &Path) -> PathBuf {
    let data = folder.join("helper");
    let args = ["init", "--role", "helper", "--data", text(&data), "--unit", "HC-QD"];
    let name = [args.as_slice(), &ZONE, &["--name", "市卫健委"]].concat();
    let open = hub(&name);
    assert_eq!(open.failed(), (2, "HELPER_ADVERTISE".to_owned()), "nobody could dial it");
    let made = hub(&[name.as_slice(), &["--advertise", "10.0.0.6:7443"]].concat());
    assert_eq!(made.code, 0, "{}", made.err);
    data
}

pub fn sign(data: &Path, root: &Path, out: &Path) -> Ran {
    let request = data.join("issuer-request.toml");
    let args = ["sign-issuer", "--dir", text(root), "--request", text(&request), "--yes"];
    ca(&[args.as_slice(), &["--out", text(out)]].concat())
}

pub fn install(data: &Path, signed: &Path, roots: &[&PathBuf]) -> Ran {
    let pems: Vec<_> = roots.iter().map(|root| root.join("root.pem")).collect();
    let mut args = vec!["init", "--data", text(data), "--issuer", text(signed), "--yes"];
    // As a node's `join` says it; the one may stand beside the other.
    args.push("--roots-compared");
    pems.iter().for_each(|pem| args.extend(["--root", text(pem)]));
    hub(&args)
}

/// Health's root signs a helper and nothing else, education's everything but a helper; a helper
/// pins both.
#[test]
fn a_helper_stands_under_healths_root_alone() {
    let folder = tempfile::tempdir().expect("folder");
    let [education, health] = roots(folder.path());
    let both = ["init", "--role", "helper", "--kind", "district", "--unit", "HC-QD"];
    assert_eq!(hub(&[both.as_slice(), &ZONE, &["--name", "x"]].concat()).code, 2);
    let other = folder.path().join("other");
    let coded = ["init", "--role", "helper", "--unit", "370202", "--data", text(&other)];
    let refused = hub(&[coded.as_slice(), &ZONE, &["--name", "x"]].concat());
    assert_eq!(refused.failed(), (4, "ID_FORM".to_owned()));
    let short = ["init", "--kind", "city", "--unit", "3702", "--data", text(&other)];
    let refused = hub(&[short.as_slice(), &ZONE, &["--name", "x"]].concat());
    assert_eq!(refused.failed(), (4, "ID_FORM".to_owned()), "an id is for life");
    let (data, signed) = (helper(folder.path()), folder.path().join("issuer.pem"));
    let refused = sign(&data, &education, &signed);
    assert_eq!(refused.failed(), (4, "OTHER_COMMISSION".to_owned()));
    assert!(!signed.exists());
    let made = sign(&data, &health, &signed);
    assert_eq!(made.json()["subtree"], "hc-qd.qd.example", "{}", made.err);
    let alone = install(&data, &signed, &[&health]);
    assert_eq!(alone.failed(), (2, "TWO_ROOTS".to_owned()));
    let done = install(&data, &signed, &[&education, &health]);
    assert_eq!(done.code, 0, "{}", done.err);
    assert_eq!(done.json()["name"], "hc-qd.hc-qd.qd.example");
    let added = ["unit", "add", "--id", "F370202004J01", "--kind", "school", "--name", "校"];
    let added = hub(&[added.as_slice(), &["--data", text(&data)]].concat());
    assert_eq!(added.failed(), (4, "KIND_NOT_HERE".to_owned()), "a helper has no members");
    // What it sums is published by others: a list says so, and not that nothing was published.
    for (lang, words) in [("en", "This hub does not publish."), ("zh", "本枢纽不公开发布：")]
    {
        let listed = said(lang, &["publish", "list", "--data", text(&data)]);
        assert_eq!(listed.code, 0, "{}", listed.err);
        assert!(listed.out.starts_with(words), "{}", listed.out);
    }
    let packs = ["plan", "publish", "plan.pack", "roster.pack", "--data", text(&data)];
    let refused = hub(&packs);
    assert_eq!(refused.failed(), (4, "CITY_PUBLISHES".to_owned()));
    assert!(refused.err.contains("plans and rosters are published by"), "{}", refused.err);
    // And the other way round: health's root makes no district.
    let district = folder.path().join("district");
    let args = ["init", "--kind", "district", "--unit", "370202", "--data", text(&district)];
    assert_eq!(hub(&[args.as_slice(), &ZONE, &["--name", "区"]].concat()).code, 0);
    let refused = sign(&district, &health, &folder.path().join("no.pem"));
    assert_eq!(refused.failed(), (4, "OTHER_COMMISSION".to_owned()));
}

/// A hub's keys for its half: several are held, each with the words to read out, readable by their
/// owner only; one that no plan names may be destroyed, and its record stays.
#[test]
fn keys_of_sealed_sums_are_made_listed_and_destroyed() {
    let folder = tempfile::tempdir().expect("folder");
    let [education, health] = roots(folder.path());
    let (data, signed) = (helper(folder.path()), folder.path().join("issuer.pem"));
    let run = |args: &[&str]| hub(&[args, &["--data", text(&data)]].concat());
    let at = |name: &str| folder.path().join(name);
    let request = |purpose: &str, out: &str, more: &[&str]| {
        let out = at(out);
        run(&[&["key", "request", "--purpose", purpose, "--out", text(&out)], more].concat())
    };
    let early = request("aggregate-helper", "early", &[]);
    assert_ne!(early.code, 0, "before the ceremony there is no identity");
    assert!(!at("early").exists());
    assert_eq!(sign(&data, &health, &signed).code, 0);
    assert_eq!(install(&data, &signed, &[&education, &health]).code, 0);
    let other = request("aggregate-leader", "other", &[]);
    assert_eq!(other.failed(), (4, "OTHER_HALF".to_owned()));
    let first = request("aggregate-helper", "first", &[]).json();
    let again = request("aggregate-helper", "again", &[]).json();
    assert_eq!(first["key"], again["key"], "one key until a new one is asked for");
    let next = request("aggregate-helper", "next", &["--renew"]).json();
    assert_ne!(first["key"], next["key"]);
    for entry in std::fs::read_dir(data.join("share-keys")).expect("keys") {
        assert_private(&entry.expect("key").path());
    }
    let list = run(&["key", "list"]).json();
    assert_eq!(list["keys"].as_array().map(Vec::len), Some(2), "{list}");
    assert_eq!(list["keys"][0]["key"], next["key"], "the newest first");
    let shown = ca(&["show", text(&at("first"))]).json();
    assert_eq!(shown["words_en"], first["words_en"]);
    assert_eq!(shown["purpose"], "aggregate-helper");
    let name = first["key"].as_str().expect("key");
    let differs = run(&["key", "destroy", name, "--confirm", "x"]);
    assert_eq!(differs.failed(), (4, "CONFIRM_DIFFERS".to_owned()));
    let gone = run(&["key", "destroy", name, "--confirm", name]);
    assert_eq!(gone.code, 0, "{}", gone.err);
    let list = run(&["key", "list"]).json();
    assert_eq!(list["keys"].as_array().map(Vec::len), Some(1), "{list}");
    assert_eq!(list["destroyed"][0]["key"], name);
    let again = run(&["key", "destroy", name, "--confirm", name]);
    assert_eq!(again.failed(), (3, "KEY_UNKNOWN".to_owned()));
}
