//! What a hub's refusal of an item means, by its stable code: the hub's own words are English.

use runtime::texts;
use runtime::web::{Label, Lang, Text};

texts! {
    UNKNOWN_ITEM = "枢纽的版本不认识这类内容", "this hub does not know this kind of item";
    BAD_SIGNATURE = "签名没有通过核验", "the signature does not hold";
    UNREADABLE = "内容无法读取", "it cannot be read";
    FOREIGN_UNIT = "内容属于另一个单位", "it is another unit's";
    BREAKS_RULE = "违反出校规则", "it breaks a rule of what may leave";
    BROKEN_IDENTITY = "几项数字之间不合相关关系，例如有导师的学生多于在校学生",
        "the figures do not keep a rule between counts, such as no more students with a mentor \
         than \
         students";
    CELL_COUNT = "格数与指标目录不符", "the number of cells does not fit the catalogue";
    UNKNOWN_UNIT = "枢纽没有登记本单位", "the unit is not registered";
    UNKNOWN_CATALOGUE = "枢纽没有本校所用的指标目录", "the hub does not know the catalogue";
    UNKNOWN_TABLE = "指标目录里没有这张报表", "the catalogue has no such table";
    WRONG_PERIOD = "报表与时段不符", "the table is not about this period";
    CONFLICTING = "枢纽已收到同一版次、数字不同的一份", "this revision exists with other figures";
    ONCE_A_TERM = "取整报表每学期只收一次，先前的一份有效", "a rounded table is taken once a term";
    BAND_ONCE = "分档的数字每学期只给一次，先前的一份有效", "bands are given once a term";
    BAND_TELLS = "本学年启用了密封汇总，分档数字不再接收",
        "the school year is under seal; no band is taken";
    OUTSIDE_AREA = "本校不在该特殊时期的学校名单里", "the special period does not name this school";
    OUTSIDE_TIME = "报表的日期不在该特殊时期之内", "the day is not one of the special period";
    UNPROTECTED = "该特殊时期要求的内容无法得到保护，枢纽不收",
        "what the special period asks for could not be protected";
    SEALED_YEAR = "本学年启用了密封汇总，取整报表不再接收",
        "the school year is under seal; nothing about persons is taken rounded";
    SUPERSEDED = "枢纽已收到更新的一版", "a later revision has been accepted";
    UNKNOWN_KEY = "签名所用的密钥不是枢纽登记的本单位密钥", "signed by a key that is not the unit's";
    BAD_CERTIFICATE = "签名证书得不到上级枢纽认可", "the hubs above cannot rely on the certificate";
    REVOKED_KEY = "签名密钥已被吊销", "the key was taken back";
    NO_SUCH_HUB = "上级中没有内容所写的收件枢纽", "no hub above has the name that it is for";
    TOO_MUCH = "七天内送来的内容超过枢纽收取的上限，稍后会自动再送",
        "more than a hub takes within seven days; it is sent again later";
    KEYS_CROWDED = "以本校名义、用未经卫健方核定的密钥签署的报告过多，稍后会自动再送；请致电两个部门",
        "too many reports in the school's name wait under keys that health has not stated; it is \
         sent again later. Ring both departments";
    WAITING_FULL = "上级枢纽等待核验的合计过多，稍后会自动再送",
        "too many sums wait for documents at the hub above; it is sent again later";
    TOO_LARGE = "内容过大，枢纽不转送", "it is larger than hubs pass on";
    WRONG_LANE = "信件没有走转介通道", "letters travel in the referral lane";
    NOT_A_LETTER = "转介通道里的内容不是信件", "the referral lane is for letters alone";
    UNREACHABLE = "枢纽找不到通往收件单位的路径",
        "no way leads from the hub to the unit that opens the letter";
    RELAY_FULL = "转递枢纽等待转递的信件过多", "too many letters wait at the relay";
    NO_RELAY = "收件枢纽还没有转递信件的密钥", "the hub that it is for is no relay of letters";
    TOO_MANY_LETTERS = "本单位送出的信件过多，超出正常数量",
        "more letters came from this unit than it sends by itself";
}

texts! {
    NOT_COUNTED = "这一份没有计入；签好的原文和台账都没有改动，后面的内容照常发送。",
        "This one is not counted; the signed bytes and the ledgers are unchanged, and what follows \
         is still sent.";
    FIRST_STANDS = "先前收到的一份仍然有效，这一份没有计入；签好的原文和台账都没有改动。",
        "The one that was taken before stands and this one is not counted; the signed bytes and \
         the ledgers are unchanged.";
    SENT_AGAIN = "内容没有丢失，仍保存在本机；台账没有改动。",
        "Nothing is lost: it is kept here, and the ledgers are unchanged.";
    NOT_PASSED = "这封信没有送出；台账没有改动。",
        "This letter was not passed on; the ledgers are unchanged.";

    HUB_UPDATES = "请致电枢纽运维人员升级枢纽程序。",
        "Call the hub's operator, who updates the hub's program.";
    LOOK_HERE = "请运行 xinqiao-node doctor，并致电枢纽运维人员：本机的文件或密钥可能被改动过。",
        "Run xinqiao-node doctor and call the hub's operator: a file or the key here may have been \
         changed.";
    BOTH_UPDATE = "请把本校和枢纽的程序升级到同一版本。",
        "Update the programs of the school and the hub to the same version.";
    WHOSE_FOLDER = "请核对 xinqiao-node status 所示的单位是不是本校；不是时请停止使用这个数据文件夹。",
        "Compare the unit in xinqiao-node status with the school; if it is another one, stop using \
         this data folder.";
    UPDATE_HERE = "请升级本校程序，并把 release show 的内容告诉枢纽运维人员。",
        "Update the school's program, and tell the hub's operator what release show says.";
    REGISTER = "请致电枢纽运维人员，请其核对本单位的登记。",
        "Call the hub's operator, who looks at this unit in the register.";
    PACKS = "请用 xinqiao-node status 查看所用的指标目录，并请枢纽运维人员核对枢纽是否已收到同一份。",
        "Look at the catalogue in xinqiao-node status, and ask the hub's operator whether the hub \
         has the same one.";
    LEDGERS = "请核对台账；更正后再次签发即为更高的版次（学期报表由人发送）。",
        "Look at the ledgers; once they are right a higher revision is signed (a term is sent by a \
         person).";
    WITHOUT_BANDS = "无需操作：本机会自动去掉分档再送，其余数字不变。",
        "Nothing needs to be done: it is sent again by itself without its bands, with all other \
         figures.";
    PERIOD = "请核对本机时钟和学期校历，再致电枢纽运维人员。",
        "Compare the clock here and the term calendar, then call the hub's operator.";
    BY_ITSELF = "无需操作：本机会自动签发更高的版次再送。",
        "Nothing needs to be done: a higher revision is signed and sent by itself.";
    NEXT_TERM = "无需操作；更正后的数字从下学期起报送。",
        "Nothing needs to be done; corrected figures go from the next term on.";
    BAND_ITSELF = "无需操作：本机会自动沿用先前的分档再送。",
        "Nothing needs to be done: it is sent again by itself with the bands from before.";
    WHO_ASKED = "请向发起特殊时期报送的市级部门核对。",
        "Ask the department of the city that asked for the special period.";
    UNDER_SEAL = "无需操作：这些数字已随密封报告报送，见 xinqiao-node sealed list。",
        "Nothing needs to be done: these counts go in sealed reports; see xinqiao-node sealed \
         list.";
    KEY = "请致电枢纽运维人员核对本单位的密钥；需要时凭新的邀请码运行 join --again。",
        "Call the hub's operator to compare this unit's key; where needed, run join --again with a \
         new invite.";
    RESENT = "无需操作：过几天会自动再送；仍不行请致电枢纽运维人员。",
        "Nothing needs to be done: it is sent again in some days. If that does not help, call the \
         hub's operator.";
    RING_BOTH = "请致电教育、卫健两个部门核对本校的密钥；核对后会自动再送。",
        "Ring both departments, education and health, about the school's key; it is sent again by \
         itself.";
    LATER = "请稍后再送，并致电枢纽运维人员。",
        "Send it again later, and call the hub's operator.";
    UNKNOWN_CODE = "请升级本校程序以看到说明，并致电枢纽运维人员。",
        "Update the school's program, which then explains it, and call the hub's operator.";
}

/// Codes that a hub refuses items with: what happened, what was left untouched, what to do next.
const CODES: [(&str, Text, Text, Text); 34] = [
    ("unknown_item", UNKNOWN_ITEM, NOT_COUNTED, HUB_UPDATES),
    ("bad_signature", BAD_SIGNATURE, NOT_COUNTED, LOOK_HERE),
    ("unreadable", UNREADABLE, NOT_COUNTED, BOTH_UPDATE),
    ("foreign_unit", FOREIGN_UNIT, NOT_COUNTED, WHOSE_FOLDER),
    ("breaks_rule", BREAKS_RULE, NOT_COUNTED, UPDATE_HERE),
    ("broken_identity", BROKEN_IDENTITY, NOT_COUNTED, LEDGERS),
    ("cell_count", CELL_COUNT, NOT_COUNTED, BOTH_UPDATE),
    ("unknown_unit", UNKNOWN_UNIT, NOT_COUNTED, REGISTER),
    ("unknown_catalogue", UNKNOWN_CATALOGUE, NOT_COUNTED, PACKS),
    ("unknown_table", UNKNOWN_TABLE, NOT_COUNTED, PACKS),
    ("wrong_period", WRONG_PERIOD, NOT_COUNTED, PERIOD),
    ("revision_conflict", CONFLICTING, FIRST_STANDS, BY_ITSELF),
    ("once_a_term", ONCE_A_TERM, FIRST_STANDS, NEXT_TERM),
    ("band_once_a_term", BAND_ONCE, FIRST_STANDS, BAND_ITSELF),
    ("band_tells", BAND_TELLS, NOT_COUNTED, WITHOUT_BANDS),
    ("outside_area", OUTSIDE_AREA, NOT_COUNTED, WHO_ASKED),
    ("outside_time", OUTSIDE_TIME, NOT_COUNTED, WHO_ASKED),
    ("unprotected", UNPROTECTED, NOT_COUNTED, WHO_ASKED),
    ("superseded", SUPERSEDED, FIRST_STANDS, BY_ITSELF),
    ("sealed_year", SEALED_YEAR, NOT_COUNTED, UNDER_SEAL),
    ("unknown_key", UNKNOWN_KEY, NOT_COUNTED, KEY),
    ("bad_certificate", BAD_CERTIFICATE, NOT_COUNTED, KEY),
    ("revoked_key", REVOKED_KEY, NOT_COUNTED, KEY),
    ("no_such_hub", NO_SUCH_HUB, NOT_COUNTED, REGISTER),
    ("too_large", TOO_LARGE, NOT_COUNTED, UPDATE_HERE),
    ("too_much", TOO_MUCH, SENT_AGAIN, RESENT),
    ("keys_crowded", KEYS_CROWDED, SENT_AGAIN, RING_BOTH),
    ("waiting_full", WAITING_FULL, SENT_AGAIN, RESENT),
    ("wrong_lane", WRONG_LANE, NOT_PASSED, UPDATE_HERE),
    ("not_a_letter", NOT_A_LETTER, NOT_PASSED, UPDATE_HERE),
    ("unreachable", UNREACHABLE, NOT_PASSED, REGISTER),
    ("no_relay", NO_RELAY, NOT_PASSED, REGISTER),
    ("relay_full", RELAY_FULL, NOT_PASSED, LATER),
    ("too_many_letters", TOO_MANY_LETTERS, NOT_PASSED, LATER),
];

/// The refusal in both languages; in English in the hub's own words, which may say more.
#[must_use]
pub fn label(code: &str, said: &str) -> Label {
    let known = CODES.iter().find(|(known, ..)| *known == code);
    let zh = known.map_or(said, |(_, text, ..)| text.in_lang(Lang::Zh));
    Label::new(format!("{zh}（{code}）"), format!("{said} ({code})"))
}

/// What a refusal left untouched, and what to do next.
#[must_use]
pub fn next(code: &str) -> Label {
    let known = CODES.iter().find(|(known, ..)| *known == code);
    let (kept, then) =
        known.map_or((NOT_COUNTED, UNKNOWN_CODE), |(_, _, kept, then)| (*kept, *then));
    let both = |lang: Lang, gap: &str| format!("{}{gap}{}", kept.in_lang(lang), then.in_lang(lang));
    Label::new(both(Lang::Zh, ""), both(Lang::En, " "))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every refusal says what happened, what was left untouched and what to do next, in Chinese
    /// without the English of the hub; a code of a newer hub does so, too.
    #[test]
    fn every_refusal_says_what_to_do() {
        let codes = CODES.iter().map(|(code, ..)| *code).chain(["of_a_newer_hub"]);
        for code in codes {
            let (reason, next) = (label(code, "said"), next(code));
            assert!(reason.in_lang(Lang::En).starts_with("said"), "{code}");
            assert_eq!(reason.in_lang(Lang::Zh).contains("said"), code == "of_a_newer_hub");
            let (zh, en) = (next.in_lang(Lang::Zh), next.in_lang(Lang::En));
            assert!(["没有改动", "没有丢失"].iter().any(|kept| zh.contains(kept)), "{code}: {zh}");
            assert!(["请", "无需操作"].iter().any(|then| zh.contains(then)), "{code}: {zh}");
            assert!(en.contains("unchanged") && en.matches(". ").count() >= 1, "{code}: {en}");
        }
        let mut known: Vec<&str> = CODES.iter().map(|(code, ..)| *code).collect();
        known.sort_unstable();
        known.dedup();
        assert_eq!(known.len(), CODES.len(), "each code once");
    }
}
