//! Why a year of which there is a plan is not under seal, for the log, the parent and people.

use certs::aggregate::{HubsError, Role};
use domain::disclosure::plan::Flaw;
use domain::unit::UnitId;
use proto::pack::PackKind;

use crate::texts;
use crate::web::Text;

/// Why nothing is sealed under a plan. Counts about persons go rounded then.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Unsealed {
    /// Only one commission's root is pinned here.
    #[error("only one root is pinned here: nothing is sealed")]
    OneRoot,
    /// The plan or its roster has another form.
    #[error("the plan or its roster cannot be read: {0}")]
    Form(String),
    /// The plan or the roster is not signed under both roots.
    #[error("the {0} is not signed by both commissions: {1}")]
    Signature(PackKind, String),
    /// The roster that the plan names is not here.
    #[error("the roster that the plan names is not here")]
    Roster,
    /// The plan of an earlier year cannot be judged, so neither can this one.
    #[error("the plan of school year {0} or its roster cannot be read")]
    Past(i16),
    /// The plan could tell of single schools.
    #[error("the plan is not sound: {0}")]
    Leaks(Flaw),
    /// A key statement does not hold on the day from which the plan does.
    #[error("the key statement of the {role} does not hold: {1}", role = .0.as_str())]
    Statement(Role, String),
    /// A hub's key is that of an earlier school year's plan, with which it is destroyed.
    #[error("the key of {0} is that of the plan of school year {1}")]
    KeyOfYear(UnitId, i16),
    /// The key statements are not those of two hubs for sealed sums.
    #[error("{0}")]
    Hubs(HubsError),
    /// The list of schools' keys cannot be read. The keys stated before it stand.
    #[error("the schools' keys cannot be read: {0}")]
    Keys(String),
    /// The list of keys names a school that the roster does not have. The keys stated before stand.
    #[error("the roster has no school {0}, for which a key is stated")]
    OtherSchool(UnitId),
}

texts! {
    ONE_ROOT = "此处只核对过一个部门的根证书，不进行密封汇总。",
        "Only one commission's root is pinned here: nothing is sealed.";
    FORM = "方案或名单无法读取。", "The plan or its roster cannot be read.";
    SIGNATURE = "方案或名单没有两个部门的有效签名。",
        "The plan or its roster is not signed by both commissions.";
    ROSTER = "方案所依据的学校名单尚未收到。", "The roster that the plan names has not come.";
    PAST = "往年的方案或名单无法读取，无法核对。",
        "The plan of an earlier year or its roster cannot be read, so this one cannot be judged.";
    LEAKS = "按此方案公布合计会暴露个别学校。", "The plan could tell of single schools.";
    STATEMENT = "一份公钥声明在方案生效之日无效。",
        "A key statement does not hold on the day from which the plan does.";
    HUBS = "两份公钥声明不是两个不同枢纽用于密封汇总的声明。",
        "The key statements are not those of two hubs for sealed sums.";
    KEY_OF_YEAR = "一份公钥声明用的是往年方案的密钥，而密钥随那一学年销毁。",
        "A key statement names the key of an earlier plan, with whose school year it is destroyed.";
    KEYS = "学校密钥表无法读取，仍以之前核定的密钥为准。",
        "The schools' keys cannot be read; those stated before stand.";
    OTHER_SCHOOL = "学校密钥表里有学校不在名单上，仍以之前核定的密钥为准。",
        "A key is stated for a school that the roster does not have; those stated before stand.";
}

impl Unsealed {
    /// Stable code for programs.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::OneRoot => "one_root",
            Self::Form(_) => "form",
            Self::Signature(..) => "signature",
            Self::Roster => "roster_missing",
            Self::Past(_) => "past",
            Self::Leaks(_) => "leaks",
            Self::Statement(..) => "statement",
            Self::KeyOfYear(..) => "key_of_year",
            Self::Hubs(_) => "hubs",
            Self::Keys(_) => "keys",
            Self::OtherSchool(_) => "keys_other_school",
        }
    }

    /// The reason in one sentence, for people.
    #[must_use]
    pub const fn text(&self) -> Text {
        match self {
            Self::OneRoot => ONE_ROOT,
            Self::Form(_) => FORM,
            Self::Signature(..) => SIGNATURE,
            Self::Roster => ROSTER,
            Self::Past(_) => PAST,
            Self::Leaks(_) => LEAKS,
            Self::Statement(..) => STATEMENT,
            Self::KeyOfYear(..) => KEY_OF_YEAR,
            Self::Hubs(_) => HUBS,
            Self::Keys(_) => KEYS,
            Self::OtherSchool(_) => OTHER_SCHOOL,
        }
    }
}
