//! The directory of a demonstration city: fictitious hospitals, a centre, desks, experts and an
//! agency, made of a table and signed as offices and commissions do it.

use std::fmt::Write as _;

use domain::directory::Field;
use domain::ledger::Word as _;
use jiff::ToSpan as _;
use jiff::civil::Date;
use proto::pack::PackKind;

use super::build::BuildError;
use super::commissions::{self, Unsigned};
use super::plan::CITY;
use super::site::{Site, path_text};

/// What an office knows of a recipient: columns and what stands in them.
type Known = &'static [(Field, &'static str)];

/// Recipients of the demonstration; telephones that nobody has.
const ENTRIES: [Known; 10] = [
    &[
        (Field::Id, "DEMO-H1"),
        (Field::Kind, "医院或诊所"),
        (Field::NameZh, "演示市精神卫生中心"),
        (Field::NameEn, "Demonstration Mental Health Centre"),
        (Field::Services, "急诊、诊断评估、门诊、住院、危机干预"),
        (Field::Phone, "0532-0000-1001"),
        (Field::Address, "演示路 1 号"),
        (Field::Hours, "门诊周一至周六 8:00-17:00"),
        (Field::RoundTheClock, "是"),
        (Field::Emergency, "是"),
        (Field::EmergencyPhone, "0532-0000-1120"),
        (Field::Places, "6"),
    ],
    &[
        (Field::Id, "DEMO-H2"),
        (Field::Kind, "医院或诊所"),
        (Field::NameZh, "演示儿童医院心理门诊"),
        (Field::NameEn, "Demonstration Children's Hospital, psychology clinic"),
        (Field::Services, "诊断评估、门诊、心理治疗"),
        (Field::AgeFrom, "6"),
        (Field::AgeTo, "16"),
        (Field::Phone, "0532-0000-1002"),
        (Field::Address, "演示路 2 号"),
        (Field::Hours, "周一至周五 8:00-17:00"),
        (Field::Places, "0"),
    ],
    &[
        (Field::Id, "DEMO-C1"),
        (Field::Kind, "区县心理中心"),
        (Field::NameZh, "演示区未成年人心理健康辅导中心"),
        (Field::NameEn, "Demonstration District Counselling Centre"),
        (Field::Services, "心理咨询、家庭辅导、危机干预"),
        (Field::Areas, "370202"),
        (Field::Phone, "0532-0000-1003"),
        (Field::Hours, "周一至周六 9:00-18:00"),
        (Field::Places, "4"),
    ],
    &[
        (Field::Id, "DEMO-PO"),
        (Field::Kind, "公安机关"),
        (Field::NameZh, "演示区公安分局未成年人保护专班"),
        (Field::NameEn, "Demonstration Police, Desk for Minors"),
        (Field::Services, "受理强制报告、救助保护"),
        (Field::Phone, "110"),
        (Field::RoundTheClock, "是"),
    ],
    &[
        (Field::Id, "DEMO-CA"),
        (Field::Kind, "民政部门"),
        (Field::NameZh, "演示区民政局未成年人救助保护中心"),
        (Field::NameEn, "Demonstration Civil Affairs, Protection of Minors"),
        (Field::Services, "受理强制报告、救助保护"),
        (Field::Phone, "0532-0000-1005"),
        (Field::Hours, "周一至周五 8:30-17:30"),
    ],
    &[
        (Field::Id, "DEMO-ED"),
        (Field::Kind, "教育部门"),
        (Field::NameZh, "演示区教育局绿色通道值班"),
        (Field::NameEn, "Demonstration Education Bureau, Green Channel Desk"),
        (Field::Services, "受理强制报告、危机干预"),
        (Field::Phone, "0532-0000-1006"),
        (Field::RoundTheClock, "是"),
    ],
    &[
        (Field::Id, "DEMO-E1"),
        (Field::Kind, "专家"),
        (Field::NameZh, "演示专家甲"),
        (Field::NameEn, "Demonstration Expert A"),
        (Field::Services, "专业督导、绿色通道"),
        (Field::Areas, "370202"),
        (Field::Phone, "0532-0000-1007"),
        (Field::Speciality, "儿童青少年精神医学"),
        (Field::Registration, "演示注册 0001"),
        (Field::CaseLoad, "5"),
    ],
    &[
        (Field::Id, "DEMO-E2"),
        (Field::Kind, "专家"),
        (Field::NameZh, "演示专家乙"),
        (Field::NameEn, "Demonstration Expert B"),
        (Field::Services, "师资培训、课程建设、教研指导"),
        (Field::Phone, "0532-0000-1008"),
        (Field::Speciality, "学校心理学"),
        (Field::Registration, "演示注册 0002"),
        (Field::CaseLoad, "0"),
    ],
    &[
        (Field::Id, "DEMO-E3"),
        (Field::Kind, "专家"),
        (Field::NameZh, "演示专家丙"),
        (Field::NameEn, "Demonstration Expert C"),
        (Field::Services, "家庭教育指导、专题讲座"),
        (Field::Areas, "310117"),
        (Field::Phone, "0532-0000-1009"),
        (Field::Speciality, "家庭治疗"),
        (Field::Registration, "演示注册 0003"),
        (Field::CaseLoad, "2"),
    ],
    &[
        (Field::Id, "DEMO-A1"),
        (Field::Kind, "社会服务机构"),
        (Field::NameZh, "演示社会工作服务中心"),
        (Field::NameEn, "Demonstration Social Work Service"),
        (Field::Services, "心理咨询、家庭辅导"),
        (Field::Phone, "0532-0000-1010"),
        (Field::Licence, "演示许可 0001"),
        (Field::Contract, "演示合同 0001"),
    ],
];

/// Makes the table, has it made into a directory, signed and published at the city's hub.
pub(super) async fn publish(site: &Site, founded: Date) -> Result<(), BuildError> {
    let folder = site.made("directory")?;
    let [filled, made] = ["table.csv", "directory.toml"].map(|name| folder.join(name));
    std::fs::write(&filled, table(founded))?;
    let (filled, out) = (path_text(&filled), path_text(&made));
    let mut args = vec!["directory", "make", &filled, "--area", CITY.0, "--level", "city"];
    args.extend(["--out", &out]);
    site.hub(CITY.0, &args).await?;
    let unsigned = Unsigned {
        kind: PackKind::Directory.to_string(),
        name: CITY.0.to_owned(),
        version: "1".to_owned(),
        effective_from: founded.to_string(),
        bytes: std::fs::read(&made)?,
    };
    let files = commissions::sign_packs(site, vec![unsigned]).await?;
    let mut args = vec!["directive", "publish"];
    args.extend(files.iter().map(String::as_str));
    site.hub(CITY.0, &args).await?;
    Ok(())
}

/// The table as an office program saves it.
fn table(founded: Date) -> String {
    let columns = || Field::ALL.iter().filter(|field| **field != Field::Statement);
    let heads: Vec<&str> = columns().map(|field| field.label().0).collect();
    let mut table = format!("\u{feff}{}\r\n", heads.join(","));
    let day = |days: i64| founded.saturating_add(days.days()).to_string();
    for entry in ENTRIES {
        let has = |field: Field| entry.iter().any(|(known, _)| *known == field);
        let said = |field: &Field| {
            let known = entry.iter().find(|(known, _)| known == field);
            match (known, *field) {
                (Some((_, text)), _) => (*text).to_owned(),
                (None, Field::Verified | Field::ValidFrom) => day(-3),
                (None, Field::ValidTo) => day(730),
                (None, Field::PlacesOn) if has(Field::Places) => day(-3),
                (None, Field::RegisteredTo) if has(Field::Registration) => day(730),
                (None, Field::LicensedTo | Field::ContractTo) if has(Field::Licence) => day(400),
                (None, Field::Checked) if has(Field::Licence) => day(-30),
                (None, _) => String::new(),
            }
        };
        let cells = columns().map(|field| format!("\"{}\"", said(field)));
        // Writing into a text does not fail.
        let _ = write!(table, "{}\r\n", cells.collect::<Vec<_>>().join(","));
    }
    table
}
