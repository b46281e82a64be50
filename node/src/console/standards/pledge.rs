//! The undertaking of secrecy on paper: read, signed, and then noted in the ledger.

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use runtime::texts;
use runtime::web::{Html, Lang, Page, Problem, Visitor};

use super::super::ledgers::Readers;
use super::super::office::Office;
use super::super::words::SCHOOL_WORK;
use super::{TRAINING_HREF, words};

texts! {
    TITLE = "保密承诺书", "Undertaking of secrecy";
    EDITION = "文本版次：2026-1", "Edition of this text: 2026-1";
    INTRO = "本人因工作需要查阅或记录学生心理健康有关情况，郑重承诺：",
        "My work lets me read or write about students' mental health. I undertake:";
    FIRST = "一、只为履行职责查阅，每次如实填写用途；不替他人查阅，不把账号交给他人使用。",
        "1. I read only for my duties, state the purpose each time, read for nobody else and \
         lend my account to nobody.";
    SECOND = "二、不向无关人员透露学生姓名、测评结果、谈话内容、家庭情况和预警级别，不拍照、不外传、不在公开场合谈论。",
        "2. I tell nobody without a part in it a student's name, results, talks, family or tier; \
         I take no pictures, pass nothing on and do not speak of it in public.";
    THIRD = "三、测评结果和预警情况不用于评优、升学、分班、处分，也不作为评价教师的依据。",
        "3. Results and warnings serve no award, admission, placing in classes or discipline, \
         and no judgement of teachers.";
    FOURTH = "四、发现学生有伤害自己或他人的危险、正在受到侵害时，立即报告，不以保密为由拖延。",
        "4. Where a student is in danger, endangers others or is being harmed, I report at once: \
         secrecy is no reason to wait.";
    FIFTH = "五、调离岗位或离校后继续保密；误发、丢失等情况立即报告学校。",
        "5. I keep secrecy after leaving the post or the school, and report any loss or \
         misdirection at once.";
    LAW = "依据：《中华人民共和国未成年人保护法》《中华人民共和国个人信息保护法》《中华人民共和国精神卫生法》。",
        "Under the Law on the Protection of Minors, the Personal Information Protection Law and \
         the Mental Health Law.";
    NAME = "姓名：＿＿＿＿＿＿　　工号：＿＿＿＿＿＿　　岗位：＿＿＿＿＿＿",
        "Name: ____________   Staff number: ____________   Role: ____________";
    SIGNED = "承诺人（签字）：＿＿＿＿＿＿　　日期：＿＿＿＿＿＿", "Signed: ____________   Date: ____________";
    NEXT = "签字后由德育主任在“保密承诺”台账登记签字日期和文本版次；纸质件由学校存档。",
        "Once signed, the moral-education head notes day and edition in the ledger of \
         undertakings; the paper stays in the school's file.";
}

#[derive(Template)]
#[template(path = "console/pledge.html")]
struct PledgeTemplate {
    lang: Lang,
    back: &'static str,
}

pub(super) async fn show(
    State(office): State<Office>,
    visitor: Visitor<Readers>,
) -> Result<Response, Problem> {
    let lang = visitor.frame.lang;
    let body = Html::render(&PledgeTemplate { lang, back: TRAINING_HREF })?;
    let title = TITLE.in_lang(lang).to_owned();
    let crumbs = [SCHOOL_WORK, words::TRAINING, TITLE];
    let crumbs = crumbs.map(|text| text.in_lang(lang).to_owned()).to_vec();
    let note = EDITION.in_lang(lang).to_owned();
    let page = Page { title, note, crumbs, current: TRAINING_HREF, exports: Vec::new(), body };
    office.reply(&visitor, &page)
}
