//! A receiver's node at the terminal: what it is before it joins, and that neither role has the
//! other's commands.

use domain::unit::UnitKind;

use crate::support::{City, Folder, run, text};

/// A new node of a receiver, not joined.
fn receiver() -> Folder {
    let folder = Folder { root: tempfile::tempdir().expect("folder") };
    let (data, key, sheet) = (folder.data(), folder.path("machine.key"), folder.path("sheet.txt"));
    let place = ["init", "--data", text(&data), "--danger-key-file", text(&key)];
    let kind = ["--recovery-sheet", text(&sheet), "--role", "receiver", "--name-zh", "示例医院"];
    let ran = run(&[place.as_slice(), &kind].concat());
    assert_eq!(ran.code, 0, "{}{}", ran.out, ran.err);
    folder
}

/// A school's commands are none of a receiver, and a receiver's none of a school.
#[test]
fn neither_role_has_the_others_commands() {
    let (clinic, school) = (receiver(), Folder::new(&[]));
    for command in [
        &["import", "list"][..],
        &["release", "list"],
        &["roll", "turn", "list"],
        &["sealed", "list"],
        &["inspection"],
    ] {
        let ran = clinic.run(command);
        assert_eq!((ran.code, ran.error().as_str()), (4, "NODE_ROLE"), "{command:?} {}", ran.err);
        let ran = school.run(command);
        assert!(ran.code == 0 || ran.error() != "NODE_ROLE", "{command:?}");
    }
    let ran = school.run(&["intake", "list"]);
    assert_eq!((ran.code, ran.error().as_str()), (4, "NODE_ROLE"), "{}", ran.err);
    let ran = clinic.run(&["intake", "list"]);
    assert_eq!((ran.code, ran.error().as_str()), (4, "NO_RECEIVER"), "it has not joined");
}

/// An invite of the other kind is refused before a key is made; a receiver has no type of school,
/// and a third role is none.
#[test]
fn an_invite_of_the_other_kind_is_refused() {
    let (clinic, school, city) = (receiver(), Folder::new(&[]), City::new());
    for (folder, kind, code) in [
        (&school, Some(UnitKind::Clinic), "INVITE_FOR_CLINIC"),
        (&school, Some(UnitKind::Centre), "INVITE_FOR_CENTRE"),
        (&clinic, Some(UnitKind::School), "INVITE_FOR_SCHOOL"),
        (&clinic, None, "INVITE_FOR_SCHOOL"),
    ] {
        let file = folder.file("invite.txt", city.invite_for(24, kind));
        let ran = folder.run(&["join", "--code-file", text(&file), "--roots-compared"]);
        assert_eq!((ran.code, ran.error().as_str()), (5, code), "{}", ran.err);
        assert!(!folder.data().join("joining.key").exists());
    }
    let (data, sheet) = (clinic.path("other"), clinic.path("other.txt"));
    let place = ["init", "--json", "--data", text(&data), "--recovery-sheet", text(&sheet)];
    for wrong in [&["--role", "clinic"][..], &["--role", "receiver", "--grades", "7-9"]] {
        let ran = run(&[place.as_slice(), wrong].concat());
        assert_eq!((ran.code, ran.error().as_str()), (2, "CONFIG"), "{}", ran.err);
        assert!(!data.exists());
    }
}

/// A receiver has its own roles; whoever looks after the machine reads nothing that came.
#[test]
fn a_receiver_has_its_own_roles() {
    let clinic = receiver();
    let first = clinic.file("first", "a first password\n");
    let add = |login: &str, role: &str| {
        let password = ["--password-file", text(&first)];
        clinic.run(&[["user", "add", login, "--role", role].as_slice(), &password].concat())
    };
    for role in ["operator", "intake", "clinician", "receiver-head"] {
        assert_eq!(add(role, role).code, 0, "{role}");
    }
    for role in ["counsellor", "analyst", "moral-head"] {
        let ran = add("other", role);
        assert_eq!((ran.code, ran.error().as_str()), (2, "ROLE"), "{role}");
    }
    let ran = clinic.run(&["key", "request", "--out", text(&clinic.path("request.pem"))]);
    assert_eq!(ran.error(), "NOT_JOINED");
}
