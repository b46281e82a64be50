//! What a hub's refusal of an item means, by its stable code: the hub's own words are English.

use runtime::texts;
use runtime::web::{Label, Lang, Text};

texts! {
    UNKNOWN_ITEM = "枢纽的版本不认识这类内容", "this hub does not know this kind of item";
    BAD_SIGNATURE = "签名没有通过核验", "the signature does not hold";
    UNREADABLE = "内容无法读取", "it cannot be read";
    FOREIGN_UNIT = "内容属于另一个单位", "it is another unit's";
    BREAKS_RULE = "违反出校规则", "it breaks a rule of what may leave";
    UNKNOWN_UNIT = "枢纽没有登记本单位", "the unit is not registered";
    UNKNOWN_CATALOGUE = "枢纽没有本校所用的指标目录", "the hub does not know the catalogue";
    UNKNOWN_TABLE = "指标目录里没有这张报表", "the catalogue has no such table";
    WRONG_PERIOD = "报表与时段不符", "the table is not about this period";
    CONFLICTING = "枢纽已收到同一版次、数字不同的一份", "this revision exists with other figures";
    ONCE_A_TERM = "取整报表每学期只收一次，先前的一份有效", "a rounded table is taken once a term";
    BAND_ONCE = "分档的数字每学期只给一次，先前的一份有效", "bands are given once a term";
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
}

/// Codes that a hub refuses items with.
const CODES: [(&str, Text); 25] = [
    ("unknown_item", UNKNOWN_ITEM),
    ("bad_signature", BAD_SIGNATURE),
    ("unreadable", UNREADABLE),
    ("foreign_unit", FOREIGN_UNIT),
    ("breaks_rule", BREAKS_RULE),
    ("unknown_unit", UNKNOWN_UNIT),
    ("unknown_catalogue", UNKNOWN_CATALOGUE),
    ("unknown_table", UNKNOWN_TABLE),
    ("wrong_period", WRONG_PERIOD),
    ("revision_conflict", CONFLICTING),
    ("once_a_term", ONCE_A_TERM),
    ("band_once_a_term", BAND_ONCE),
    ("outside_area", OUTSIDE_AREA),
    ("outside_time", OUTSIDE_TIME),
    ("unprotected", UNPROTECTED),
    ("superseded", SUPERSEDED),
    ("sealed_year", SEALED_YEAR),
    ("unknown_key", UNKNOWN_KEY),
    ("bad_certificate", BAD_CERTIFICATE),
    ("revoked_key", REVOKED_KEY),
    ("no_such_hub", NO_SUCH_HUB),
    ("too_large", TOO_LARGE),
    ("too_much", TOO_MUCH),
    ("keys_crowded", KEYS_CROWDED),
    ("waiting_full", WAITING_FULL),
];

/// The refusal in both languages; in English in the hub's own words, which may say more.
#[must_use]
pub fn label(code: &str, said: &str) -> Label {
    let known = CODES.iter().find(|(known, _)| *known == code);
    let zh = known.map_or(said, |(_, text)| text.in_lang(Lang::Zh));
    Label::new(format!("{zh}（{code}）"), format!("{said} ({code})"))
}
