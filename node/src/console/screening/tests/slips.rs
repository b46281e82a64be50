//! Slips with codes where something is missing.

use super::*;

/// Where no address is set, a slip prints none, and the page says what is missing and who sets it;
/// a code is made anew only where one was made before.
#[tokio::test]
async fn slips_without_an_address_say_what_is_missing() {
    let fair = fair(&[TestPupil::new(1)]);
    let person = Person { login: "li", role: Role::Counsellor, staff: "T001" };
    trial::account(&fair.school, person, NOW_MS).await;
    let shell = fair.shell(trial::site());
    let office = trial::office(&shell, &fair.school.ledger);
    let mut li = Browser::new(console(shell, router(office, Arc::clone(&fair.shelf), "")));
    li.sign_in("li", PASSWORD).await.expect("sign in");
    let class = format!("/screening/{}/classes/1", fair.run.0);
    let page = li.get(&class).await.expect("class");
    assert!(page.text.contains(">发代码</button>"), "{}", page.text);
    assert!(!page.text.contains("重发代码"), "none was made: {}", page.text);
    let fields = [("csrf", page.field("csrf").expect("csrf")), ("who", "missing"), ("seen", "0")];
    let slips = li.post(&format!("{class}/codes"), &fields).await.expect("slips");
    assert_eq!((slips.status, slips.flaws()), (StatusCode::OK, Vec::new()));
    assert!(slips.text.contains("class=\"slip\""), "{}", slips.text);
    assert!(slips.text.contains("设置项 answer 没有写具体地址"), "{}", slips.text);
    assert!(!slips.text.contains("用浏览器打开"), "{}", slips.text);
    let page = li.get(&class).await.expect("class");
    assert!(page.text.contains(">重发代码</button>"), "{}", page.text);
}
