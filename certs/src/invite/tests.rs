//! Facts about invites.

use proptest::prelude::*;

use super::*;

fn terms() -> InviteTerms {
    let zone = "qingdao.example".parse().expect("zone");
    let district: UnitId = "370202".parse().expect("unit");
    InviteTerms {
        address: "Hub.Qingdao.example:7443".parse().expect("address"),
        hub: IdentityName::in_district(district.clone(), &district, zone),
        unit: "F370202004J01".parse().expect("unit"),
        kind: None,
        expires: "2025-10-08T08:30:59Z".parse().expect("instant"),
        roots: vec![sha256(b"education"), sha256(b"health")],
    }
}

fn now() -> Timestamp {
    "2025-10-01T08:30:00Z".parse().expect("instant")
}

fn line() -> String {
    Invite::new(terms()).expect("invite").expose_line().to_string()
}

fn check(text: &str) -> Result<InviteTerms, InviteError> {
    Invite::parse(text, now()).map(|invite| invite.terms().clone())
}

/// The line says what it is for, and both ends derive the same key from it.
#[test]
fn a_line_gives_back_what_was_invited_to() {
    let invite = Invite::new(terms()).expect("invite");
    let line = invite.expose_line();
    assert!(line.starts_with("xq1:hub.qingdao.example/7443:370202.370202.qingdao.example:f37"));
    let read = Invite::parse(&line, now()).expect("invite");
    assert_eq!(read.terms().expires, "2025-10-08T08:30:00Z".parse().expect("instant"));
    assert_eq!(read.terms().roots, terms().roots);
    assert_eq!(read.terms().unit, terms().unit);
    assert_eq!(read.terms().address.as_str(), "hub.qingdao.example:7443");
    assert_eq!(read.id(), invite.id());
    let public = |invite: &Invite| invite.key().and_then(|key| key.public()).expect("key");
    assert_eq!(public(&read), public(&invite));
}

/// An IPv6 address, and a city with one root, survive too.
#[test]
fn addresses_and_roots_may_differ() {
    let mut terms = terms();
    terms.address = "[fd00::1]:443".parse().expect("address");
    terms.roots.truncate(1);
    let line = Invite::new(terms.clone()).expect("invite").expose_line().to_string();
    let read = check(&line).expect("terms");
    assert_eq!((read.address, read.roots), (terms.address.clone(), terms.roots.clone()));
    terms.roots.clear();
    assert_eq!(Invite::new(terms).err(), Some(InviteError::Terms));
    for wrong in ["hub", "hub:0", ":443", "a b:1", "[zz]:1", "hub:70000", "fd00::1:443"] {
        assert!(wrong.parse::<Address>().is_err(), "{wrong}");
    }
}

/// A hub's line says what it is for; a school's is as nodes of every version read it.
#[test]
fn a_line_says_what_the_unit_is() {
    let kind = |kind| {
        let invite = Invite::new(InviteTerms { kind, ..terms() }).expect("invite");
        let line = invite.expose_line().to_string();
        (check(&line).expect("terms").kind, line.contains("f370202004j01:"))
    };
    assert_eq!(kind(Some(UnitKind::Street)), (Some(UnitKind::Street), false));
    assert_eq!(kind(Some(UnitKind::Clinic)), (Some(UnitKind::Clinic), false));
    assert_eq!(kind(Some(UnitKind::School)), (None, true));
    assert_eq!(kind(None), (None, true));
}

/// What mail programs, input methods and people do to a line does not matter.
#[test]
fn a_line_survives_its_journey() {
    let line = line();
    let expected = check(&line).expect("terms");
    let folded: String = line
        .chars()
        .enumerate()
        .flat_map(|(at, symbol)| {
            let fold = if at % 60 == 59 { "\r\n> " } else { "" };
            std::iter::once(symbol).chain(fold.chars())
        })
        .collect();
    let quoted = line
        .chars()
        .collect::<Vec<_>>()
        .chunks(70)
        .map(|part| part.iter().collect::<String>())
        .collect::<Vec<_>>()
        .join("=\r\n");
    let wide: String = line
        .chars()
        .map(|symbol| char::from_u32(u32::from(symbol) + 0xfee0).expect("full width"))
        .collect();
    let seed_typed = line.to_uppercase();
    for text in [
        format!("\u{feff}{line}\r\n"),
        format!("老师您好，邀请如下：\n“{line}”\n谢谢！"),
        format!("Your invite:\n\n{line}\n\nKind regards: the district\n"),
        line.replace(':', "：\u{200b}"),
        folded,
        quoted,
        wide,
        seed_typed,
    ] {
        assert_eq!(check(&text).as_ref(), Ok(&expected), "{text}");
    }
}

/// A line that ends too early is called cut off, wherever it ends.
#[test]
fn a_cut_line_is_called_cut_off() {
    let line = line();
    for length in 1..line.len() {
        let cut = &line[..length];
        assert_eq!(check(cut), Err(InviteError::CutOff), "{cut}");
    }
}

/// Text without an invite, a later version and an invite that is over are told apart.
#[test]
fn other_texts_are_named() {
    assert_eq!(check(""), Err(InviteError::NotAnInvite));
    assert_eq!(check("hello"), Err(InviteError::NotAnInvite));
    assert_eq!(check(&line().replace("xq1:", "xq2:")), Err(InviteError::Version));
    let end: Timestamp = "2025-10-08T08:30:00Z".parse().expect("instant");
    let late = Invite::parse(&line(), end).map(|_| ());
    assert_eq!(late, Err(InviteError::Expired { at: end }));
    let early = end - SignedDuration::from_secs(1);
    assert!(Invite::parse(&line(), early).is_ok());
}

proptest! {
    /// One wrong character is never taken for another invite.
    #[test]
    fn a_typing_error_is_noticed(at in any::<prop::sample::Index>(), typed in "[0-9a-z:.+/-]") {
        let line = line();
        let at = 4 + at.index(line.len() - 4);
        let mut changed = line.clone();
        changed.replace_range(at..=at, &typed);
        let alike = "oil01".contains(&line[at..=at]) && "oil01".contains(&typed);
        let moved = typed == ":" || &line[at..=at] == ":";
        match check(&changed) {
            Ok(read) => prop_assert!(changed == line || alike && Ok(read) == check(&line)),
            Err(InviteError::CutOff) => prop_assert!(moved, "{}", changed),
            Err(other) => prop_assert_eq!(other, InviteError::Damaged, "{}", changed),
        }
    }
}

/// A proof holds for one seed, one connection and one request.
#[test]
fn a_proof_does_not_travel() {
    let invite = Invite::new(terms()).expect("invite");
    let (key, other) = (invite.key().expect("key"), Invite::new(terms()).expect("invite"));
    let public = key.public().expect("key");
    let (here, there) = (Exporter::from_bytes([1; 32]), Exporter::from_bytes([2; 32]));
    let proof = key.prove(&here, b"request");
    assert_eq!(public.verify(invite.id(), &here, b"request", &proof), Ok(()));
    assert_eq!(public.verify(invite.id(), &there, b"request", &proof), Err(ProofError));
    assert_eq!(public.verify(invite.id(), &here, b"another", &proof), Err(ProofError));
    assert_eq!(public.verify(other.id(), &here, b"request", &proof), Err(ProofError));
    let thief = other.key().expect("key").public().expect("key");
    assert_eq!(thief.verify(invite.id(), &here, b"request", &proof), Err(ProofError));
}
