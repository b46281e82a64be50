//! The node as a service of the system: what is shown is what is written, and it starts unasked.

use crate::support::{Folder, run, text};

/// A dry run writes nothing and shows the very file that is written then, once; one that somebody
/// changed stays as it is.
#[test]
fn a_service_is_shown_and_then_written_once() {
    let folder = Folder::joined(&[]);
    let units = folder.path("units");
    std::fs::create_dir(&units).expect("folder");
    let install = ["service", "install", "--account", "xinqiao", "--units", text(&units)];
    let dry = folder.run(&[&install[..], &["--dry-run"]].concat());
    assert_eq!(dry.code, 0, "{}", dry.err);
    let (shown, name) = (dry.json(), "xinqiao-node-f370202004j01");
    assert_eq!((&shown["name"], &shown["written"]), (&name.into(), &false.into()));
    let unit = shown["text"].as_str().expect("text");
    let starts = format!("\"serve\" \"--no-input\" \"--data\" \"{}\"\n", text(&folder.data()));
    assert!(unit.contains("User=xinqiao\n") && unit.contains(&starts), "{unit}");
    let file = units.join(format!("{name}.service"));
    assert!(!file.exists(), "a dry run wrote");
    for _ in 0..2 {
        let ran = folder.run(&install);
        assert_eq!((ran.code, &ran.json()["written"]), (0, &true.into()), "{}", ran.err);
        assert_eq!(std::fs::read_to_string(&file).expect("unit"), unit);
    }
    std::fs::write(&file, "ours by hand").expect("write");
    let ran = folder.run(&install);
    assert_eq!((ran.code, ran.error().as_str()), (4, "FILE_EXISTS"), "{}", ran.err);
    assert!(ran.err.contains("left as it is") && ran.err.contains("--dry-run"), "{}", ran.err);
    assert_eq!(std::fs::read_to_string(&file).expect("unit"), "ours by hand");
    let said = folder.run_in("zh", &[&install[..], &["--dry-run"]].concat());
    assert!(said.out.contains("没有写入") && said.out.contains("systemctl enable"), "{}", said.out);
}

/// A ledger under a passphrase is opened by a credential or a file, and a service without either
/// is not set up: it would only ever fail.
#[test]
fn a_service_opens_its_ledger_without_a_person() {
    let root = tempfile::tempdir().expect("folder");
    let (data, sheet) = (root.path().join("data"), root.path().join("sheet.txt"));
    let passphrase = root.path().join("passphrase");
    std::fs::write(&passphrase, "correct horse battery\n").expect("write");
    let on = |args: &[&str]| run(&[&["--json", "--data", text(&data)], args].concat());
    let init = ["init", "--recovery-sheet", text(&sheet), "--passphrase-file", text(&passphrase)];
    let made = on(&init);
    assert_eq!(made.code, 0, "{}", made.err);
    let install = ["service", "install", "--dry-run", "--account", "xinqiao"];
    let ran = on(&install);
    assert_eq!((ran.code, ran.error().as_str()), (2, "CREDENTIAL_NEEDED"), "{}", ran.err);
    assert!(ran.err.contains("nothing was changed") && ran.err.contains("systemd-creds"));
    let with = |more: &[&str]| {
        let ran = on(&[&install[..], more].concat());
        assert_eq!(ran.code, 0, "{}", ran.err);
        ran.json()["text"].as_str().expect("text").to_owned()
    };
    let unit = with(&["--credential", "/etc/ledger.cred"]);
    let line = "LoadCredentialEncrypted=xinqiao-ledger:/etc/ledger.cred\n";
    assert!(unit.contains(line) && !unit.contains("--passphrase-file"), "{unit}");
    let unit = with(&["--passphrase-file", text(&passphrase)]);
    let words = format!("\"--passphrase-file\" \"{}\"", text(&passphrase));
    assert!(unit.contains(&words) && !unit.contains("LoadCredential"), "{unit}");
    assert!(!unit.contains("correct horse"), "{unit}");
}
