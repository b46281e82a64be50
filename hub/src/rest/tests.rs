//! The interface as a program meets it.

use axum::body::{Body, to_bytes};
use axum::http::{Request, StatusCode};
use certs::key::SigningKey;
use domain::disclosure::noise::{Scale, ScaleRule};
use domain::unit::UnitKind;
use runtime::sql::SqlError;
use runtime::web::trial::{Browser, PASSWORD, shell};
use runtime::web::{Label, Role, Transport};
use serde_json::Value;
use tower::ServiceExt;

use super::*;
use crate::publication::Refused;
use crate::publication::line::{Act, Chain};
use crate::statistics::fixture::{Fixture, NOW_MS, SCHOOLS};
use crate::store::api_key;
use crate::store::publication::{self, Drawn, Publication};

struct Api {
    router: Router,
    key: String,
}

struct Seen {
    status: StatusCode,
    headers: HeaderMap,
    text: String,
}

impl Seen {
    fn json(&self) -> Value {
        serde_json::from_str(&self.text).expect("json")
    }
}

async fn router_of(hub: &Fixture, role: Role) -> Router {
    let unit = Label::new("市南区", "Shinan District");
    let site =
        crate::console::site(UnitKind::District, unit, "370202".to_owned(), Transport::Loopback);
    let statistics = hub.statistics();
    let shell = shell(site, role, statistics.clock().clone()).await.expect("shell");
    let pages = crate::console::router(
        UnitKind::District,
        Arc::clone(&shell),
        Arc::new(statistics.clone()),
    );
    pages.merge(router(shell, statistics))
}

async fn api() -> Api {
    let hub = Fixture::new("370202", UnitKind::District);
    hub.schools(&SCHOOLS);
    api_of(&hub).await
}

async fn api_of(hub: &Fixture) -> Api {
    let key = hub.database.write("key", |tx| api_key::add(tx, "看板", NOW_MS));
    let key = key.expect("key").expose().to_owned();
    Api { router: router_of(hub, Role::Analyst).await, key }
}

impl Api {
    async fn get(&self, path: &str, headers: &[(&str, &str)]) -> Seen {
        let mut request = Request::builder().uri(path).header("host", "127.0.0.1:8443");
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let request = request.body(Body::empty()).expect("request");
        let reply = self.router.clone().oneshot(request).await.expect("reply");
        let (parts, body) = reply.into_parts();
        let bytes = to_bytes(body, 8 << 20).await.expect("body");
        let text = String::from_utf8(bytes.to_vec()).expect("text");
        Seen { status: parts.status, headers: parts.headers, text }
    }

    async fn read(&self, path: &str) -> Seen {
        let bearer = format!("Bearer {}", self.key);
        self.get(path, &[("authorization", &bearer)]).await
    }
}

const STUDENTS: &str = "/api/v1/data?indicator=base.students&period=2025S1";

/// An answer tells the rules of its own figures, in both languages: nothing was rounded of schools'
/// own work, and what was says so.
#[tokio::test]
async fn rules_are_those_of_the_figures() {
    let hub = Fixture::new("370202", UnitKind::District);
    hub.schools(&SCHOOLS);
    let api = api_of(&hub).await;
    for (indicator, is_rounded) in [("base.students", false), ("scr.positive", true)] {
        let asked = format!("/api/v1/data?indicator={indicator}&period=2025S1");
        let told = api.read(&asked).await.json();
        let rule = |name: &str| told[name].as_str().unwrap_or_default().to_owned();
        assert_eq!(rule("rules").contains("base 5"), is_rounded, "{told}");
        assert_eq!(rule("rules_zh").contains("按 5 取整"), is_rounded, "{told}");
        assert!(rule("rules_zh").ends_with("没有报的不是零。"), "{told}");
    }
}

/// A key or a session opens the interface; nothing, a revoked key and a wrong role do not.
#[tokio::test]
async fn figures_need_a_key_or_a_session() {
    let hub = Fixture::new("370202", UnitKind::District);
    hub.schools(&SCHOOLS[..2]);
    let api = api_of(&hub).await;
    assert_eq!(api.read(STUDENTS).await.status, StatusCode::OK);
    let nothing = api.get(STUDENTS, &[]).await;
    assert_eq!(nothing.status, StatusCode::UNAUTHORIZED);
    assert_eq!(nothing.headers["www-authenticate"], "Bearer");
    assert_eq!(nothing.json()["error"]["code"], "NOT_AUTHENTICATED");
    let wrong = format!("Bearer {}0", api.key);
    for value in [wrong.as_str(), "Basic abc", "Bearer"] {
        let seen = api.get(STUDENTS, &[("authorization", value)]).await;
        assert_eq!(seen.status, StatusCode::UNAUTHORIZED, "{value}");
        assert!(!seen.text.contains(&api.key));
    }
    let id = api.key.split('_').nth(1).expect("id").to_owned();
    let revoked = hub.database.write("revoke", move |tx| api_key::revoke(tx, &id, NOW_MS));
    assert!(revoked.expect("revoke"));
    assert_eq!(api.read(STUDENTS).await.status, StatusCode::UNAUTHORIZED);

    let mut analyst = Browser::new(api.router.clone());
    analyst.sign_in("reader", PASSWORD).await.expect("sign in");
    assert_eq!(analyst.get(STUDENTS).await.expect("reply").status, StatusCode::OK);
    let mut teacher = Browser::new(router_of(&hub, Role::ClassTeacher).await);
    teacher.sign_in("reader", PASSWORD).await.expect("sign in");
    let refused = teacher.get(&format!("{STUDENTS}&lang=en")).await.expect("reply");
    assert_eq!(refused.status, StatusCode::FORBIDDEN);
    assert!(refused.text.contains("role may not read"), "{}", refused.text);
}

/// Figures carry their coverage, snapshot and definitions, and equal an independent sum.
#[tokio::test]
async fn data_names_everything_it_is_made_of() {
    let seen = api().await.read(STUDENTS).await;
    assert_eq!(seen.status, StatusCode::OK, "{}", seen.text);
    let out = seen.json();
    let catalogue = proto::pack::embedded::catalogue().expect("catalogue");
    let expected: u64 = SCHOOLS.iter().map(|school| school.persons(&catalogue)).sum();
    let whole = &out["units"][0];
    assert_eq!(whole["figures"][0]["value"], expected);
    assert_eq!(whole["figures"][0]["status"], "value");
    assert_eq!(whole["coverage"]["schools_reported"], 14);
    assert_eq!(out["units"].as_array().map(Vec::len), Some(15));
    assert_eq!(out["snapshots"][0]["table"], "clear.term");
    assert_eq!(out["snapshots"][0]["root"].as_str().map(str::len), Some(64));
    assert_eq!(out["catalogue_revision"], 3);
    assert_eq!(out["name"]["zh"], "在校学生数");
}

/// A figure that is not shown has a status and no value field at all; zero has one.
#[tokio::test]
async fn a_blank_has_no_value_field() {
    let api = api().await;
    let path = "/api/v1/data?indicator=scr.positive&period=2025S1&by=stage,sex&unit=370202";
    let out = api.read(path).await.json();
    let figures = out["units"][0]["figures"].as_array().expect("figures").clone();
    let mut statuses: Vec<&str> = Vec::new();
    for figure in &figures {
        let status = figure["status"].as_str().expect("status");
        assert_eq!(figure.get("value").is_some(), status == "value", "{figure}");
        statuses.push(status);
    }
    assert!(statuses.contains(&"suppressed") && statuses.contains(&"not_applicable"));
    let path = "/api/v1/data?indicator=base.schools&period=2025S1&by=school_type&unit=370202";
    let kinds = api.read(path).await.json();
    let kinds = kinds["units"][0]["figures"].as_array().expect("figures").clone();
    let none = kinds.iter().find(|figure| figure["value"] == 0).expect("a kind without schools");
    assert_eq!(none["status"], "value", "zero is a value");
    let closed = api.read("/api/v1/data?indicator=alt.open&period=2025S1").await.json();
    let figure = &closed["units"][0]["figures"][0];
    assert_eq!(
        (&figure["status"], &figure["reason"]),
        (&"not_reported".into(), &"needs_second_hub".into())
    );
    assert_eq!(figure.get("value"), None);
}

/// No way of asking shows a single school's rounded figure.
#[tokio::test]
async fn no_school_has_a_rounded_figure() {
    let api = api().await;
    for indicator in ["scr.completed", "scr.positive", "r.scr.coverage", "scr.refused"] {
        for by in ["", "stage"] {
            let path = format!("/api/v1/data?indicator={indicator}&period=2025S1&by={by}");
            let out = api.read(&path).await.json();
            for unit in out["units"].as_array().expect("units").iter().skip(1) {
                let shown = unit["figures"].as_array().expect("figures").iter();
                assert_eq!(shown.filter(|figure| figure["status"] == "value").count(), 0);
            }
        }
    }
}

/// The same state has the same tag and is not sent twice; a new snapshot has another one.
#[tokio::test]
async fn a_known_state_is_not_sent_again() {
    let hub = Fixture::new("370202", UnitKind::District);
    hub.schools(&SCHOOLS[..2]);
    let api = api_of(&hub).await;
    let first = api.read(STUDENTS).await;
    let tag = first.headers["etag"].to_str().expect("tag").to_owned();
    assert_eq!(first.headers["cache-control"], "private, no-cache");
    let bearer = format!("Bearer {}", api.key);
    let headers = [("authorization", bearer.as_str()), ("if-none-match", tag.as_str())];
    let again = api.get(STUDENTS, &headers).await;
    assert_eq!((again.status, again.text.as_str()), (StatusCode::NOT_MODIFIED, ""));
    hub.schools(&SCHOOLS[2..3]);
    let later = api.get(STUDENTS, &headers).await;
    assert_eq!(later.status, StatusCode::OK);
    assert_ne!(later.headers["etag"].to_str().expect("tag"), tag);
}

const TREND: &str = "/api/v1/trends?indicator=base.students&from=2025S1&to=2025S2";

/// A trend has every period between its ends, each with the figure, coverage and state that asking
/// for it alone gives, and says why the line is broken; as JSON and as CSV.
#[tokio::test]
async fn a_trend_is_made_of_single_figures() {
    let hub = Fixture::new("370202", UnitKind::District);
    hub.schools(&SCHOOLS);
    let api = api_of(&hub).await;
    let seen = api.read(TREND).await;
    assert_eq!(seen.status, StatusCode::OK, "{}", seen.text);
    let out = seen.json();
    let alone = api.read(&format!("{STUDENTS}&unit=370202")).await.json();
    let points = out["points"].as_array().expect("points");
    assert_eq!(points.len(), 2);
    assert_eq!(
        (&points[0]["unit"], &points[0]["snapshots"]),
        (&alone["units"][0], &alone["snapshots"])
    );
    assert_eq!((&points[0]["period"], &points[1]["period"]), (&"2025S1".into(), &"2025S2".into()));
    assert_eq!(points[0]["breaks"], serde_json::json!([]));
    assert_eq!(points[1]["breaks"][0]["code"], "no_value");
    assert_eq!(points[1]["breaks"][0]["why"]["zh"], "本期没有数据上报，曲线在此断开。");
    assert_eq!(points[1]["unit"]["figures"][0]["status"], "not_reported");
    assert_eq!(points[1]["unit"]["coverage"]["schools_due"], 14);
    let tidy = api.read(&format!("{TREND}&format=csv")).await;
    assert_eq!(tidy.headers["content-type"], "text/csv; charset=utf-8");
    let text = tidy.text.strip_prefix('\u{feff}').expect("byte order mark");
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    let head = reader.headers().expect("head").clone();
    let column = |name: &str| head.iter().position(|known| known == name).expect("column");
    let rows: Vec<csv::StringRecord> = reader.records().map(|row| row.expect("row")).collect();
    assert_eq!(rows.len(), 2);
    let value = alone["units"][0]["figures"][0]["value"].to_string();
    assert_eq!((&rows[0][column("value")], &rows[0][column("breaks")]), (value.as_str(), ""));
    assert_eq!((&rows[1][column("value")], &rows[1][column("breaks")]), ("", "no_value"));
    assert_eq!(&rows[1][column("status")], "not_reported");
}

/// A trend is not sent twice, changes its tag with any of its periods, and needs a key.
#[tokio::test]
async fn a_known_trend_is_not_sent_again() {
    let hub = Fixture::new("370202", UnitKind::District);
    hub.schools(&SCHOOLS);
    let api = api_of(&hub).await;
    assert_eq!(api.get(TREND, &[]).await.status, StatusCode::UNAUTHORIZED);
    let tag = api.read(TREND).await.headers["etag"].to_str().expect("tag").to_owned();
    let bearer = format!("Bearer {}", api.key);
    let headers = [("authorization", bearer.as_str()), ("if-none-match", tag.as_str())];
    assert_eq!(api.get(TREND, &headers).await.status, StatusCode::NOT_MODIFIED);
    let next = "2025S2".parse().expect("term");
    hub.take(&SCHOOLS[0].release_in(&hub.packs.last(), "clear.term", next), 1, NOW_MS);
    assert_eq!(api.get(TREND, &headers).await.status, StatusCode::OK);
}

/// What is no run of periods is refused in words, in both languages, with a limit.
#[tokio::test]
async fn ends_that_are_none_are_refused_in_words() {
    let api = api().await;
    let at = |from: &str, to: &str, lang: &str| {
        format!("/api/v1/trends?indicator=base.students&from={from}&to={to}&lang={lang}")
    };
    for (from, to, zh, en) in [
        ("2025S1", "2026-W01", "不是同一种时段", "different lengths"),
        ("2026-W02", "2026-W01", "to 早于 from", "to lies before from"),
        ("2010-W01", "2026-W01", "超过 522 个时段", "More than 522 periods"),
        ("1990S1", "1991S1", "校历中没有", "none of these terms"),
    ] {
        for (lang, word) in [("zh", zh), ("en", en)] {
            let seen = api.read(&at(from, to, lang)).await;
            assert_eq!(seen.status, StatusCode::BAD_REQUEST, "{from} {to}");
            assert_eq!(seen.json()["error"]["code"], "SPAN_INVALID");
            assert!(seen.text.contains(word), "{}", seen.text);
        }
    }
    let wrong = api.read(&at("2025S9", "2025S1", "en")).await;
    assert_eq!(wrong.json()["error"]["code"], "PARAMETER_INVALID");
    let unknown = api.read("/api/v1/trends?indicator=no.such&from=2025S1&to=2025S2").await;
    assert_eq!(unknown.status, StatusCode::NOT_FOUND);
}

/// CSV opens in Excel: byte order mark, one row a figure, a status in every row.
#[tokio::test]
async fn csv_is_tidy() {
    let api = api().await;
    let path = "/api/v1/data?indicator=scr.completed&period=2025S1&by=stage&unit=370202&format=csv";
    let seen = api.read(path).await;
    assert_eq!(seen.headers["content-type"], "text/csv; charset=utf-8");
    let text = seen.text.strip_prefix('\u{feff}').expect("byte order mark");
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    let head = reader.headers().expect("head").clone();
    let column = |name: &str| head.iter().position(|known| known == name).expect("column");
    let (status, value, stage) = (column("status"), column("value"), column("stage"));
    let rows: Vec<csv::StringRecord> = reader.records().map(|row| row.expect("row")).collect();
    assert_eq!(rows.len(), 7, "one a stage");
    for row in &rows {
        assert_eq!(row[value].is_empty(), &row[status] != "value", "{row:?}");
    }
    let senior = rows.iter().find(|row| &row[stage] == "senior").expect("row");
    assert_eq!(&senior[status], "suppressed");
}

/// What cannot be answered is JSON with a code and two sentences, in the caller's language.
#[tokio::test]
async fn errors_are_sentences() {
    let api = api().await;
    for (path, status, code) in [
        ("data?indicator=no.such&period=2025S1", 404, "UNKNOWN_INDICATOR"),
        ("data?indicator=base.students&period=soon", 400, "PARAMETER_INVALID"),
        ("data?indicator=base.students", 400, "PARAMETER_INVALID"),
        ("data?indicator=base.students&period=2025S1&by=tier", 400, "DIMENSION_INVALID"),
        ("data?indicator=base.students&period=2025S1&unit=999", 404, "UNKNOWN_UNIT"),
        ("data?indicator=base.students&period=2025S1&format=xml", 400, "PARAMETER_INVALID"),
        ("data?indicator=base.students&period=2025S1&colour=red", 400, "PARAMETER_INVALID"),
        ("indicators/no.such", 404, "UNKNOWN_INDICATOR"),
        ("snapshots/999", 404, "UNKNOWN_SNAPSHOT"),
        ("snapshots/last", 404, "UNKNOWN_SNAPSHOT"),
        ("reporting-rates?period=", 400, "PARAMETER_INVALID"),
        ("special-periods/none", 404, "UNKNOWN_SPECIAL_PERIOD"),
        ("nothing", 404, "UNKNOWN_ADDRESS"),
    ] {
        let seen = api.read(&format!("/api/v1/{path}")).await;
        let error = &seen.json()["error"];
        assert_eq!((seen.status.as_u16(), error["code"].as_str()), (status, Some(code)), "{path}");
        let sentences = [&error["message"], &error["hint"]];
        assert!(sentences.iter().all(|text| text.as_str().is_some_and(|t| t.ends_with('。'))));
    }
    let english = api.read("/api/v1/indicators/no.such?lang=en").await;
    assert_eq!(english.json()["error"]["message"], "The catalogue has no such indicator.");
}

/// Indicators, units, a snapshot and the reporting rates describe what figures refer to.
#[tokio::test]
async fn lists_describe_what_figures_refer_to() {
    let api = api().await;
    let all = api.read("/api/v1/indicators").await.json();
    assert!(all["indicators"].as_array().is_some_and(|list| list.len() > 120));
    let one = api.read("/api/v1/indicators/r.scr.coverage").await.json();
    assert_eq!((&one["kind"], &one["numerator"]), (&"ratio".into(), &"scr.completed".into()));
    assert_eq!(one["dimensions"][0]["values"][3]["name"]["zh"], "初中");
    let units = api.read("/api/v1/units").await.json();
    assert_eq!(units["units"].as_array().map(Vec::len), Some(15));
    let data = api.read(STUDENTS).await.json();
    let number = data["snapshots"][0]["number"].as_u64().expect("number");
    let snapshot = api.read(&format!("/api/v1/snapshots/{number}")).await.json();
    assert_eq!(snapshot["root"], data["snapshots"][0]["root"]);
    assert_eq!(snapshot["contributions"].as_array().map(Vec::len), Some(14));
    let rates = api.read("/api/v1/reporting-rates?period=2025S1").await.json();
    assert_eq!(
        (&rates["due"], &rates["tables"][0]["units"][0]["on_time"]),
        (&"2026-02-13".into(), &true.into())
    );
}

/// The description needs no key, is OpenAPI 3.1, and is the one kept in the documents.
///
/// To accept a change of the interface, write what the test prints to `docs/openapi.json`.
#[tokio::test]
async fn the_description_is_the_documented_one() {
    let seen = api().await.get(OPENAPI_HREF, &[]).await;
    assert_eq!(seen.status, StatusCode::OK);
    assert!(seen.json()["openapi"].as_str().is_some_and(|version| version.starts_with("3.1")));
    assert_eq!(seen.json()["paths"].as_object().map(serde_json::Map::len), Some(11));
    let kept = include_str!("../../../docs/openapi.json");
    if kept != seen.text {
        println!("{}", seen.text);
        panic!("docs/openapi.json differs from the interface");
    }
}

/// A release with two figures, one of them below twenty, and a closed one.
fn released() -> (Publication, [Drawn; 3]) {
    let digest = domain::digest::Digest::sha256([6; 32]);
    let new = Publication {
        id: "2025S1-alerts".to_owned(),
        school_year: 2025,
        epsilon: domain::disclosure::noise::Epsilon(750),
        identity: digest,
        catalogue: digest,
        schools_reported: 11,
        schools_due: 12,
        persons: 2_400,
        sums: 1,
        carried: 0,
        opened_at_ms: NOW_MS,
        login: "operator".to_owned(),
        name: "运维一号".to_owned(),
        paid_at_ms: NOW_MS,
        number: 1,
        drawn_at_ms: None,
    };
    let cell = |state: &str, value| Drawn {
        query: "state".to_owned(),
        key: vec![state.to_owned()],
        value,
        left_out: false,
    };
    (new, [cell("t1", Some(417)), cell("t2", Some(-3)), cell("t3", None)])
}

/// Pays for the release as its hub does: by a line, which names the scale.
fn pay(tx: &runtime::sql::Tx<'_>) -> Result<(), Refused> {
    let (new, _) = released();
    let (zone, unit) = ("qd.example".parse().expect("zone"), "370202".parse().expect("unit"));
    let signer = SigningKey::generate().expect("key");
    let chain = Chain { zone: &zone, unit: &unit, signer: &signer, now_ms: NOW_MS };
    let number = chain.append(
        tx,
        Act::Paid {
            release: &new.id,
            epsilon: new.epsilon,
            scale: Scale::new(4, 1)?,
            identity: new.identity,
            login: &new.login,
            rule: Some(ScaleRule::NOW),
        },
    )?;
    assert_eq!(number, new.number);
    Ok(publication::insert(tx, &new, &[])?)
}

/// A release is read as JSON and as CSV with its error, coverage and cost; a figure below twenty
/// has no value in either, and one that is paid for and not drawn has none at all.
#[tokio::test]
async fn releases_are_read_with_their_error() {
    let hub = Fixture::new("370202", UnitKind::District);
    let api = api_of(&hub).await;
    let list = api.read("/api/v1/publications").await.json();
    assert_eq!(
        (list["releases"].as_array().map(Vec::len), &list["student_year"]),
        (Some(0), &"3.000".into())
    );
    assert_eq!(list["budgets"][0]["left"], "2.000");
    let path = "/api/v1/publications/2025S1-alerts";
    let unknown = api.read(path).await;
    assert_eq!(unknown.status, StatusCode::NOT_FOUND);
    assert_eq!(unknown.json()["error"]["code"], "UNKNOWN_PUBLICATION");
    hub.database.write("paid", pay).expect("paid");
    let half = api.read(path).await;
    assert_eq!(
        (&half.json()["state"], half.json()["tables"][2]["cells"].as_array().map(Vec::len)),
        (&"paid".into(), Some(0))
    );
    let kept =
        |tx: &runtime::sql::Tx<'_>| publication::keep(tx, "2025S1-alerts", &released().1, NOW_MS);
    assert!(hub.database.write("kept", kept).expect("kept"));
    assert!(!hub.database.write("again", kept).expect("kept"), "numbers are kept once");
    let whole = api.read(path).await;
    assert_ne!(whole.headers["etag"], half.headers["etag"]);
    let out = whole.json();
    let cells = &out["tables"][2]["cells"];
    assert_eq!((&out["margin95"], &out["epsilon"]), (&12.into(), &"0.750".into()));
    assert_eq!((&cells[0]["value"], &cells[0]["low"]), (&417.into(), &405.into()));
    assert_eq!((&cells[1]["shown"], &cells[1]["value"]), (&"<20".into(), &Value::Null));
    assert_eq!(cells[2]["status"], "closed");
    assert!(!whole.text.contains("运维一号") && !list.to_string().contains("运维一号"));
    assert!(!whole.text.contains(":-3"), "what is below twenty is told nowhere");
    let table = api.read(&format!("{path}?format=csv")).await.text;
    let row = table.lines().find(|line| line.contains(",t1,")).expect("row");
    assert!(row.contains("noised,417,417,405,429") && row.contains("need not add up"));
    assert!(!table.contains(",-3,") && table.lines().count() == 4);
    let other = api.read(&format!("{path}?format=xml")).await;
    assert_eq!(other.status, StatusCode::BAD_REQUEST);
    assert_eq!(api.get(path, &[]).await.status, StatusCode::UNAUTHORIZED);
}

/// A store that cannot be read is said to be so, without a cause.
#[tokio::test]
async fn a_store_that_fails_tells_no_cause() {
    let refusal = problem::Refusal::from(SqlError::Locked);
    let reply = refusal.reply(runtime::web::Lang::En);
    assert_eq!(reply.status(), StatusCode::SERVICE_UNAVAILABLE);
    let body = to_bytes(reply.into_body(), 1 << 16).await.expect("body");
    let text = String::from_utf8(body.to_vec()).expect("text");
    assert!(text.contains("nothing is lost") && !text.contains("locked"));
}
