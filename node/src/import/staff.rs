//! Staff: the school's small list of who does what.

use super::ImportError;
use super::header::{Columns, Field, SavedMapping};
use super::preview::{Change, Comparable};
use super::said::Fault;
use super::source::Source;
use super::table::{self, Cells, Keyed, Kind, Notes, ParsedFile};
use super::value;

/// A role of the catalogue's dimension `staff_role`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum StaffRole {
    /// 校长.
    Principal,
    /// 德育主任.
    MoralDirector,
    /// 班主任.
    ClassTeacher,
    /// 全员育人导师.
    Mentor,
    /// 科任教师.
    SubjectTeacher,
    /// 心理教师.
    Counsellor,
}

/// One member of the staff.
#[derive(Clone, PartialEq, Eq)]
pub struct StaffRow {
    /// Number that the school gives (工号).
    pub staff_number: Box<str>,
    /// Name.
    pub name: Box<str>,
    /// Roles in ascending order, each once; none for other staff, whom no figure counts.
    pub roles: Box<[StaffRole]>,
}

const NUMBER: usize = 0;
const NAME: usize = 1;
const ROLE: usize = 2;

/// What stands on a page for whoever has none of the roles.
pub const OTHER_STAFF: &str = "其他教职工";

const ROLE_NOTE: Fault = Fault::fixed(
    "staff_role",
    ("这个岗位不在统计的六类之中", "the post is none of the six that are counted"),
    (
        "按“其他教职工”登记；如果是校长、德育主任、班主任、导师、科任教师或心理教师，请改写后重新导入",
        "taken as other staff; write 校长, 德育主任, 班主任, 导师, 科任教师 or 心理教师 if it is one",
    ),
);

impl StaffRole {
    const ALL: [Self; 6] = [
        Self::Principal,
        Self::MoralDirector,
        Self::ClassTeacher,
        Self::Mentor,
        Self::SubjectTeacher,
        Self::Counsellor,
    ];

    /// The catalogue's value.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Principal => "principal",
            Self::MoralDirector => "moral_director",
            Self::ClassTeacher => "class_teacher",
            Self::Mentor => "mentor",
            Self::SubjectTeacher => "subject_teacher",
            Self::Counsellor => "counsellor",
        }
    }

    /// The role that a value of the catalogue means.
    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|role| role.code() == code)
    }

    /// The word on a Chinese page.
    #[must_use]
    pub const fn zh(self) -> &'static str {
        match self {
            Self::Principal => "校长",
            Self::MoralDirector => "德育主任",
            Self::ClassTeacher => "班主任",
            Self::Mentor => "导师",
            Self::SubjectTeacher => "科任教师",
            Self::Counsellor => "心理教师",
        }
    }

    fn parse(word: &str) -> Option<Self> {
        Some(match word {
            "校长" | "副校长" | "书记" | "园长" | "principal" => Self::Principal,
            "德育主任" | "德育副主任" | "政教主任" | "德育干部" | "moraldirector" => {
                Self::MoralDirector
            }
            "班主任" | "副班主任" | "classteacher" | "headteacher" => Self::ClassTeacher,
            "导师" | "全员育人导师" | "成长导师" | "mentor" => Self::Mentor,
            "科任教师" | "任课教师" | "学科教师" | "教师" | "专任教师" | "subjectteacher" => {
                Self::SubjectTeacher
            }
            "心理教师" | "专职心理教师" | "兼职心理教师" | "心理健康教师" | "心理老师"
            | "心理辅导教师" | "counsellor" | "counselor" => Self::Counsellor,
            // 语文教师, 数学老师, and whatever else is taught.
            _ if word.ends_with("教师") || word.ends_with("老师") => Self::SubjectTeacher,
            _ => return Self::from_code(word),
        })
    }
}

/// The fields of a staff roll.
#[must_use]
pub fn fields() -> Vec<Field> {
    vec![
        Field::new("staff_number", "工号|教工号|职工号|教职工号|staff number|staff id").required(),
        Field::new("name", "姓名|教师姓名|名字|name|full name").required(),
        Field::new("role", "岗位|角色|职务|岗位角色|担任职务|role|position").required(),
    ]
}

/// Reads a staff roll.
///
/// # Errors
/// When the file is no table or not a staff roll; errors in rows are part of the result.
pub fn read(
    source: &mut Source,
    mapping: Option<&SavedMapping>,
) -> Result<ParsedFile<StaffRow>, ImportError> {
    table::read(source, mapping, &mut Staff)
}

/// How a staff roll is read.
struct Staff;

impl Kind for Staff {
    type Row = StaffRow;

    fn fields(&self) -> Vec<Field> {
        fields()
    }

    fn key_field(&self) -> usize {
        NUMBER
    }

    fn read(&mut self, cells: &Cells<'_>, notes: &mut Notes) -> Option<StaffRow> {
        let number =
            cells.parse(NUMBER, notes, |cell| value::parse_local_number(cell)?.ok_or(value::BLANK));
        let name = cells.parse(NAME, notes, value::parse_name);
        let roles = cells.parse(ROLE, notes, parse_roles);
        let roles = roles.map(|(roles, is_whole)| {
            if !is_whole {
                notes.warning(cells, ROLE, ROLE_NOTE);
            }
            roles
        });
        Some(StaffRow { staff_number: number?, name: name?, roles: roles? })
    }
}

/// The roles of a cell, and whether every post in it is one.
fn parse_roles(cell: &str) -> Result<(Box<[StaffRole]>, bool), Fault> {
    let text = value::compact(cell).to_lowercase();
    let words = text.split(['、', ',', ';', '/', '|', '+']).filter(|word| !word.is_empty());
    let words: Vec<Option<StaffRole>> = words.map(StaffRole::parse).collect();
    if words.is_empty() {
        return Err(value::BLANK);
    }
    let is_whole = words.iter().all(Option::is_some);
    let mut roles: Vec<StaffRole> = words.into_iter().flatten().collect();
    roles.sort_unstable();
    roles.dedup();
    Ok((roles.into_boxed_slice(), is_whole))
}

/// Roles as a page shows them.
#[must_use]
pub fn roles_line(roles: &[StaffRole]) -> String {
    if roles.is_empty() {
        return OTHER_STAFF.to_owned();
    }
    roles.iter().map(|role| role.zh()).collect::<Vec<_>>().join("、")
}

impl Keyed for StaffRow {
    type Key = Box<str>;

    fn key(&self) -> Box<str> {
        self.staff_number.clone()
    }
}

impl Comparable for StaffRow {
    fn fill(&mut self, _old: &Self, _columns: &Columns) {}

    fn changes(&self, old: &Self) -> Vec<Change> {
        [
            Change::between("name", "姓名", &old.name, &self.name, |name| name.to_string()),
            Change::between("roles", "岗位", &old.roles, &self.roles, |roles| roles_line(roles)),
        ]
        .into_iter()
        .flatten()
        .collect()
    }
}
