//! Tests of the configuration.

use super::*;

fn folder(text: &str) -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("folder");
    std::fs::write(folder.path().join(FILE_NAME), text).expect("write");
    folder
}

fn check(text: &str) -> Result<Config, ConfigError> {
    Config::load(folder(text).path())
}

/// A misspelt key is named together with the one that was probably meant.
#[test]
fn an_unknown_key_is_an_error_with_the_nearest_one() {
    let message = check("consol = \"127.0.0.1:1\"").expect_err("unknown").to_string();
    assert_eq!(message, "node.toml: consol is not a setting; did you mean console?");
    let message = check("colour = \"red\"").expect_err("unknown").to_string();
    assert_eq!(message, "node.toml: colour is not a setting");
}

/// The environment is held to the same list as the file.
#[test]
fn an_unknown_variable_is_an_error_too() {
    let folder = folder("");
    let mut sources = Sources::of_folder(folder.path());
    sources.environment = vec![("XINQIAO_NODE_GRADE".to_owned(), "7-9".to_owned())];
    let message = Settings::resolve(&sources).expect_err("unknown").to_string();
    assert!(message.ends_with("did you mean grades?"), "{message}");
    sources.environment = vec![
        ("XINQIAO_NODE_PASSPHRASE_FILE".to_owned(), "x".to_owned()),
        ("XINQIAO_HUB_LISTEN".to_owned(), "x".to_owned()),
    ];
    assert!(Settings::resolve(&sources).is_ok());
}

/// Flag before environment before file before default, and each says where it came from.
#[test]
fn the_nearest_source_wins_and_is_named() {
    let folder = folder("console = \"127.0.0.1:1\"\ngrades = \"7-9\"\nschool_type = \"junior\"");
    let mut sources = Sources::of_folder(folder.path());
    sources.environment = vec![
        ("XINQIAO_NODE_CONSOLE".to_owned(), "127.0.0.1:2".to_owned()),
        ("XINQIAO_NODE_NAME_ZH".to_owned(), "示例中学".to_owned()),
    ];
    sources.flags = vec![("console", "127.0.0.1:3".to_owned())];
    let settings = Settings::resolve(&sources).expect("settings");
    let origin = |name: &str| {
        let setting = settings.iter().find(|setting| setting.key.name == name).expect("key");
        (setting.value.clone(), setting.origin.to_string().split(' ').next().map(str::to_owned))
    };
    let expected = |value: &str, origin: &str| (value.to_owned(), Some(origin.to_owned()));
    assert_eq!(origin("console"), expected("127.0.0.1:3", "flag"));
    assert_eq!(origin("name_zh"), expected("示例中学", "environment"));
    assert_eq!(origin("grades"), expected("7-9", "file"));
    assert_eq!(origin("danger_demo_scales"), expected("false", "default"));
}

/// A wrong value names its key and what to write instead.
#[test]
fn a_wrong_value_names_its_key() {
    for (text, start) in [
        ("console = \"0.0.0.0:80\"", "console is not usable: the console is for this machine"),
        ("console = 8080", "console is not usable: write a text in quotation marks"),
        ("danger_demo_scales = \"yes\"", "danger_demo_scales is not usable: write true or false"),
        ("grades = \"9-7\"", "grades is not usable: write the lowest and the highest"),
        ("school_type = \"college\"", "school_type is not usable: write one of kindergarten"),
        ("school_type = \"senior\"\ngrades = \"7-9\"", "grades is not usable: a school of type"),
        ("copies_kept_days = \"0\"", "copies_kept_days is not usable: write a number of days"),
        ("small_school_classes = \"few\"", "small_school_classes is not usable"),
        ("copies_kept_days = \"soon\"", "copies_kept_days is not usable"),
        ("name_zh = \"a\"\n\nname_en = ", "node.toml, line 3"),
    ] {
        let message = check(text).expect_err("wrong").to_string();
        assert!(message.starts_with(start), "{message}");
    }
    assert!(matches!(Config::load(Path::new("nowhere")), Err(ConfigError::Missing)));
}

/// The file of a new node is read back, and joining changes only its own lines.
#[test]
fn a_new_file_is_read_back_and_joining_keeps_the_rest() {
    let given = [
        ("name_zh", "示例中学".to_owned()),
        ("also_called", "甲校|乙校".to_owned()),
        ("school_type", "junior".to_owned()),
        ("grades", "7-9".to_owned()),
    ];
    let folder = folder(&(template(&given) + "# a note of ours\n"));
    let config = Config::load(folder.path()).expect("config");
    assert_eq!((config.school.also_called.len(), config.membership), (2, None));
    let joined = [
        ("unit", "F370202004J01".to_owned()),
        ("zone", "qingdao.example".to_owned()),
        ("name", "f370202004j01.370202.qingdao.example".to_owned()),
        ("parent_address", "127.0.0.1:7443".to_owned()),
        ("parent_name", "370202004.370202.qingdao.example".to_owned()),
    ];
    let path = folder.path().join(FILE_NAME);
    update(&path, &joined).expect("update");
    let config = Config::load(folder.path()).expect("config");
    assert_eq!(config.unit().map(UnitId::as_str), Some("F370202004J01"));
    assert_eq!(config.school.name_zh, "示例中学");
    let text = std::fs::read_to_string(path).expect("read");
    assert!(text.contains("# a note of ours") && text.matches("parent_name =").count() == 1);
}

/// A receiver is said before it joins, and has nothing of a school; whoever writes another word is
/// no school by default.
#[test]
fn a_receiver_has_no_pupils() {
    assert_eq!(check("").expect("school").role, NodeRole::School);
    let receiver = check("role = \"receiver\"\nname_zh = \"示例医院\"").expect("receiver");
    assert_eq!(receiver.role, NodeRole::Receiver);
    for (text, key) in [
        ("role = \"clinic\"", "role"),
        ("role = \"receiver\"\nschool_type = \"junior\"", "school_type"),
        ("role = \"receiver\"\ngrades = \"7-9\"", "grades"),
        ("role = \"receiver\"\nanswer = \"127.0.0.1:1\"", "answer"),
    ] {
        match check(text) {
            Err(ConfigError::Value { key: found, .. }) => assert_eq!(found, key, "{text}"),
            other => panic!("{text}: {}", other.is_ok()),
        }
    }
    for kind in [UnitKind::Centre, UnitKind::Clinic] {
        assert!(NodeRole::Receiver.is_of(kind) && !NodeRole::School.is_of(kind));
    }
    assert!(
        NodeRole::School.is_of(UnitKind::School) && !NodeRole::Receiver.is_of(UnitKind::School)
    );
    assert!(!NodeRole::Receiver.is_of(UnitKind::District));
}
