//! What is counted, from the built-in text to the next version of it.

use std::path::Path;

use crate::support::{Ran, ca, hub, text};

/// A city's hub whose ceremony was held, with a pack key.
pub fn city(folder: &Path) {
    let at = |name: &str| folder.join(name);
    let (data, root, signed) = (at("city"), at("root"), at("issuer.pem"));
    let run = |ran: Ran| assert_eq!(ran.code, 0, "{}", ran.err);
    let args = ["init", "--data", text(&data), "--kind", "city", "--unit", "370200"];
    run(hub(&[args.as_slice(), &["--zone", "qd.example", "--name", "示范市"]].concat()));
    let args = ["init", "--commission", "education", "--zone", "qd.example", "--dir", text(&root)];
    run(ca(&[args.as_slice(), &["--danger-no-passphrase"]].concat()));
    let request = data.join("issuer-request.toml");
    let args = ["sign-issuer", "--dir", text(&root), "--request", text(&request), "--yes"];
    run(ca(&[args.as_slice(), &["--out", text(&signed)]].concat()));
    let pem = root.join("root.pem");
    let args = ["init", "--data", text(&data), "--issuer", text(&signed), "--root", text(&pem)];
    run(hub(&[args.as_slice(), &["--yes"]].concat()));
    let key = at("packs.key");
    let args = ["pack-key", "--dir", text(&root), "--out", text(&key)];
    run(ca(&[args.as_slice(), &["--danger-no-passphrase"]].concat()));
}

/// An operator who wants another calendar gets the text, changes it, signs and publishes it, and
/// the next one starts from that.
#[test]
fn a_pack_is_exported_changed_signed_and_published() {
    let folder = tempfile::tempdir().expect("folder");
    city(folder.path());
    let at = |name: &str| folder.path().join(name);
    let data = at("city");
    let export = |file: &str, more: &[&str]| {
        let args = ["directive", "export", "--data", text(&data), "--out", file];
        hub(&[args.as_slice(), more].concat())
    };
    let (first, again) = (at("calendar.toml"), at("again.toml"));
    let ran = export(text(&first), &["calendar"]);
    assert_eq!((ran.code, &ran.json()["next_serial"]), (0, &1.into()), "{}", ran.err);
    let taken = export(text(&first), &["calendar"]);
    assert_eq!(taken.failed(), (4, "SOURCE_FILE".to_owned()));
    let built_in = std::fs::read_to_string(&first).expect("text");
    let offline = at("offline.toml");
    assert_eq!(ca(&["export-pack", "calendar", "--out", text(&offline)]).code, 0);
    assert_eq!(std::fs::read_to_string(&offline).expect("text"), built_in);
    let changed = format!("# autumn moved by a week\n{built_in}");
    std::fs::write(&first, &changed).expect("text");
    let signed = at("calendar.pack");
    let key = at("packs.key");
    let args = ["sign-pack", "--key", text(&key), "--kind", "calendar", "--name", "calendar"];
    let version = ["--serial", "1", "--version-name", "1", "--effective-from", "2025-09-01"];
    let files = [text(&first), "--out", text(&signed)];
    let ran = ca(&[args.as_slice(), &version, &files].concat());
    assert_eq!(ran.code, 0, "{}", ran.err);
    let ran = hub(&["directive", "publish", "--data", text(&data), text(&signed)]);
    assert_eq!((ran.code, &ran.json()[0]["new"]), (0, &true.into()), "{}", ran.err);
    let ran = export(text(&again), &["calendar"]);
    assert_eq!((ran.code, &ran.json()["next_serial"]), (0, &2.into()), "{}", ran.err);
    assert_eq!(std::fs::read_to_string(&again).expect("text"), changed);
    let scale = at("scale.toml");
    let nameless = export(text(&scale), &["scale"]);
    assert_eq!(nameless.failed(), (2, "SCALE_NAME".to_owned()));
    assert!(nameless.err.contains("phq-9"), "{}", nameless.err);
    let unknown = export(text(&scale), &["scale", "--name", "phq-99"]);
    assert_eq!(unknown.failed(), (3, "NO_PACK".to_owned()));
    assert!(!scale.exists());
    assert_eq!(export(text(&scale), &["scale", "--name", "phq-9"]).code, 0);
}
