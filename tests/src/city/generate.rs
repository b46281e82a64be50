//! Fictitious pupils and generated answers, the same for the same seed.
//!
//! Distribution (documented, not measured on anybody): every pupil has a hidden burden drawn as
//! the sum of four uniform numbers, so that most are low and few are high; girls and older grades
//! lie slightly higher. Each item of a questionnaire is the burden plus a uniform error, cut into
//! its answers so that about one pupil in five reaches the first cut-off and about one in fifty
//! answers the self-harm item above zero. 3 in 1,000 items are blank, 4 % of pupils absent, 2 %
//! refuse, 6 in 1,000 leave most of a sheet blank, and 14 % have no consent of a guardian. The
//! staff has a teacher for every eight pupils or so, a counsellor for every 800, and one
//! moral-education head. Names are random combinations of common
//! characters; student numbers begin with G999999, a region that does not exist.

use std::fmt::Write as _;

use super::plan::School;

/// School year of the generated rolls.
pub const SCHOOL_YEAR: i16 = 2025;

const SURNAMES: &str = "王李张刘陈杨黄赵吴周徐孙马朱胡郭何高林罗郑梁谢宋唐许韩冯邓曹";
const GIVEN: &str = "伟芳强敏磊静洋艳勇军杰娟涛霞超婷明雪刚琳平玲辉倩鹏怡华佳飞欣鑫悦宇梓浩涵";
const NUMERALS: [&str; 9] = ["一", "二", "三", "四", "五", "六", "七", "八", "九"];

/// A small generator (SplitMix64, Steele et al. 2014) whose whole state is the seed.
pub struct Seeded(u64);

impl Seeded {
    /// Starts from a seed and a name, so that schools do not depend on each other.
    #[must_use]
    pub fn new(seed: u64, name: &str) -> Self {
        let start = name.bytes().fold(seed ^ 0x9e37_79b9_7f4a_7c15, |state, byte| {
            (state ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3)
        });
        Self(start)
    }

    /// The next 64 bits.
    pub fn draw(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// A number below a limit; zero where the limit is zero.
    pub fn below(&mut self, limit: u64) -> u64 {
        self.draw() % limit.max(1)
    }

    fn chance(&mut self, per_mille: u64) -> bool {
        self.below(1_000) < per_mille
    }

    fn pick<'t>(&mut self, text: &'t str) -> &'t str {
        let number = text.chars().count() as u64;
        let place = usize::try_from(self.below(number)).unwrap_or(0);
        let mut marks = text.char_indices().skip(place);
        let start = marks.next().map_or(0, |(at, _)| at);
        let end = marks.next().map_or(text.len(), |(at, _)| at);
        text.get(start..end).unwrap_or_default()
    }
}

/// The files of one school.
pub struct Generated {
    /// Roll, as the office would export it.
    pub roster: String,
    /// Staff roll; the first four are principal, moral-education head, counsellor, class teacher.
    pub staff: String,
    /// Answers by scale id; a primary school has none.
    pub answers: Vec<(&'static str, String)>,
}

/// One questionnaire: id, item codes, highest answer, and the item that asks about self-harm.
struct Questionnaire {
    scale: &'static str,
    codes: Vec<String>,
    self_harm: Option<usize>,
}

fn questionnaires() -> [Questionnaire; 2] {
    let codes = |items: usize| (1..=items).map(|item| format!("q{item}")).collect();
    [
        Questionnaire { scale: "phq-9", codes: codes(9), self_harm: Some(8) },
        Questionnaire { scale: "gad-7", codes: codes(7), self_harm: None },
    ]
}

/// Generates a school's roll and answers.
#[must_use]
pub fn generate(school: &School, seed: u64) -> Generated {
    let mut random = Seeded::new(seed, &school.school_code);
    let mut roster = String::from("学籍号,学号,姓名,性别,出生日期,年级,班级,监护人同意,同意日期\n");
    let questionnaires = questionnaires();
    let mut answers: Vec<(&str, String)> = Vec::new();
    // The instruments are for pupils from about twelve years on.
    if school.grade_to >= 7 {
        for sheet in &questionnaires {
            let header = format!("学籍号,量表,测评日期,参测情况,{}\n", sheet.codes.join(","));
            answers.push((sheet.scale, header));
        }
    }
    for index in 0..school.students {
        let pupil = pupil(school, index, &mut random);
        roster.push_str(&pupil.line);
        if pupil.grade >= 7 {
            for (sheet, (_, text)) in questionnaires.iter().zip(&mut answers) {
                answer(sheet, &pupil, &mut random, text);
            }
        }
    }
    Generated { roster, staff: staff(school, &mut random), answers }
}

/// Numbers of the staff run from T0001; who comes first leads the school.
fn staff(school: &School, random: &mut Seeded) -> String {
    let mut text = String::from("工号,姓名,岗位\n");
    let counsellors = school.students.div_ceil(800).max(1);
    let mentors = (school.students / 20).max(2);
    let teachers = school.students / 25;
    let roles = ["校长", "德育主任"].into_iter().chain(
        [("心理教师", counsellors), ("班主任", school.classes.max(1)), ("导师", mentors)]
            .into_iter()
            .chain([("科任教师", teachers)])
            .flat_map(|(role, number)| (0..number).map(move |_| role)),
    );
    for (place, role) in roles.enumerate() {
        let name = format!("{}{}", random.pick(SURNAMES), random.pick(GIVEN));
        // Writing to a string cannot fail.
        let _ = writeln!(text, "T{:04},{name},{role}", place + 1);
    }
    text
}

/// The number of a grade as the rolls name it.
#[must_use]
pub fn grade_number(name: &str) -> Option<u8> {
    let place = |numeral: &str| NUMERALS.iter().position(|known| *known == numeral);
    let (numeral, above) = match name.strip_suffix("年级") {
        Some(numeral) => (numeral, 1),
        None => (name.strip_prefix('高')?, 10),
    };
    u8::try_from(place(numeral)? + above).ok()
}

struct Pupil {
    number: String,
    grade: u8,
    /// Hidden burden from 0 to 4,000.
    burden: u64,
    /// Per mille: below 40 absent, below 60 refused, below 66 mostly blank.
    taking_part: u64,
    line: String,
}

fn pupil(school: &School, index: u32, random: &mut Seeded) -> Pupil {
    let grades = u32::from(school.grade_to - school.grade_from) + 1;
    let step = index * grades / school.students.max(1);
    let grade = school.grade_from + u8::try_from(step).unwrap_or(0);
    let within = index - step * school.students / grades;
    let classes = (school.classes / grades).max(1);
    let class = within % classes + 1;
    let girl = random.below(1_000) >= 525;
    let born = SCHOOL_YEAR - 6 - i16::from(grade) + i16::from(random.below(3) == 2);
    let (month, day) = (random.below(12) + 1, random.below(28) + 1);
    let mark = char::from(b'A' + u8::try_from(index / 1_000 % 10).unwrap_or(0));
    let number = format!("G999999{born}{month:02}{day:02}{:03}{mark}", index % 1_000);
    let mut name = format!("{}{}", random.pick(SURNAMES), random.pick(GIVEN));
    if random.below(3) > 0 {
        name.push_str(random.pick(GIVEN));
    }
    let consent = if random.chance(860) {
        format!("是,{SCHOOL_YEAR}-09-{:02}", random.below(28) + 1)
    } else {
        "否,".to_owned()
    };
    let sex = if girl { "女" } else { "男" };
    let grade_name = match NUMERALS.get(usize::from(grade) - 1) {
        Some(numeral) => format!("{numeral}年级"),
        None => format!("高{}", NUMERALS.get(usize::from(grade) - 10).unwrap_or(&"一")),
    };
    let local = format!(
        "{:04}{class:02}{:02}",
        i32::from(SCHOOL_YEAR) - step_year(step),
        within / classes + 1
    );
    let line = format!(
        "{number},{local},{name},{sex},{born}-{month:02}-{day:02},{grade_name},{class}班,{consent}\n"
    );
    let burden: u64 = (0..4).map(|_| random.below(1_000)).sum();
    let burden = burden + if girl { 120 } else { 0 } + u64::from(grade) * 15;
    Pupil { number, grade, burden, taking_part: random.below(1_000), line }
}

fn step_year(step: u32) -> i32 {
    i32::try_from(step).unwrap_or(0)
}

fn answer(sheet: &Questionnaire, pupil: &Pupil, random: &mut Seeded, text: &mut String) {
    let day = 8 + random.below(23);
    let state = match pupil.taking_part {
        0..40 => "缺考",
        40..60 => "拒测",
        _ => "已测",
    };
    // Writing to a string cannot fail.
    let _ = write!(text, "{},{},{SCHOOL_YEAR}-10-{day:02},{state}", pupil.number, sheet.scale);
    for item in 0..sheet.codes.len() {
        text.push(',');
        let pressed = pupil.burden + random.below(1_500);
        let shift = if sheet.self_harm == Some(item) { 900 } else { 0 };
        let value = match pressed.saturating_sub(shift) {
            0..3_500 => 0,
            3_500..4_250 => 1,
            4_250..4_750 => 2,
            _ => 3,
        };
        let blank = if (60..66).contains(&pupil.taking_part) { 800 } else { 3 };
        if state == "已测" && !random.chance(blank) {
            let _ = write!(text, "{value}");
        }
    }
    text.push('\n');
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::city::plan::plan;

    fn school() -> School {
        let city = plan(12).expect("plan");
        city.schools.into_iter().next().expect("school").school
    }

    /// The same seed gives the same files, another seed others.
    #[test]
    fn generated_files_depend_on_the_seed_alone() {
        let school = school();
        let (a, b) = (generate(&school, 7), generate(&school, 7));
        assert_eq!(a.roster, b.roster);
        assert_eq!(a.answers, b.answers);
        assert_ne!(a.roster, generate(&school, 8).roster);
    }

    /// Nobody can be meant: the region of the student numbers does not exist, and none is double.
    #[test]
    fn generated_pupils_cannot_be_anybody() {
        let school = school();
        let files = generate(&school, 7);
        let numbers: Vec<&str> =
            files.roster.lines().skip(1).filter_map(|line| line.split(',').next()).collect();
        assert_eq!(numbers.len(), school.students as usize);
        assert!(numbers.iter().all(|number| number.starts_with("G999999")));
        let different: std::collections::BTreeSet<_> = numbers.iter().collect();
        assert_eq!(different.len(), numbers.len());
    }
}
