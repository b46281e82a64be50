//! Sentences of the page of directories, in both languages.

use runtime::texts;

texts! {
    DIRECTORY = "转介名录", "Directory";
    NOTE = "市、区两级核定的医院、中心、部门、专家和机构；办理转介时从这里选接收方",
        "hospitals, centres, desks, experts and agencies as city and district list them; a \
         referral's recipient is chosen from here";
    NONE = "没有。", "None.";
    NO_DIRECTORY = "还没有收到名录：转介的接收方由学校填写，急救电话见 120、110、12356。",
        "No directory has come yet: the school writes a referral's recipient itself; in an \
         emergency call 120, 110 or 12356.";
    IN_FORCE = "名录 {0}（{1}）第 {2} 号，{3} 起生效，{4} 条。",
        "Directory {0} ({1}), serial {2}, in force from {3}, {4} entries.";
    BY_BOTH = "两个部门都已签名：急救名单和医疗机构由卫生健康部门核定。",
        "Both commissions signed: health stands for the emergency list and the clinics.";
    NOT_BY_HEALTH = "只有教育部门签名：急救名单和医疗机构没有经卫生健康部门核定，使用前请先电话确认。",
        "Education alone signed: health stands for neither the emergency list nor the clinics, so \
         telephone before you rely on them.";
    BY_DISTRICT = "本区县自行发布的部分只由区县枢纽签名，不含医疗机构和急救名单。",
        "What the district published itself its hub alone signed; no clinic and no emergency list \
         is in it.";
    NO_DISTANCE = "名录没有距离；名额以填报日期为准，不代表现在。",
        "Distances are not known; places are as they were told on that day, not as they are now.";
    EMERGENCY = "急救名单", "Emergency list";
    NAME = "名称", "Name";
    SERVICES = "服务项目", "Services";
    FOR = "服务对象", "For whom";
    REACHED = "联系方式", "How it is reached";
    ROOM = "名额", "Places";
    VERIFIED = "核实日期", "Verified";
    SENT = "发送方式", "Sending";
    PAPERS = "资质", "Papers";
    OPEN = "可选", "may be chosen";
    BARRED = "不可选：{0}", "not to be chosen: {0}";
    WHY = "{0}（{1}）", "{0} ({1})";
    AGES = "{0}–{1} 岁", "ages {0} to {1}";
    ALL_AGES = "不限年龄", "any age";
    PAIRED_SCHOOL = "对口本校", "paired with this school";
    PAIRED_AREA = "对口本片区", "paired with this area";
    WHOLE = "全域", "the whole area";
    ELSEWHERE = "其他片区", "another area";
    ROUND_THE_CLOCK = "全天", "round the clock";
    URGENT_PHONE = "急救 {0}", "emergency {0}";
    ROOM_TODAY = "名额 {0}，今天填报", "{0} free, told today";
    ROOM_DAYS = "名额 {0}，{1} 天前填报", "{0} free, told {1} days ago";
    ROOM_UNTOLD = "未填报", "not told";
    SEALED = "可加密发送", "can be sent sealed";
    BY_HAND = "只能当面、电话或纸质交接", "on paper or by telephone only";
    EXPERT = "{0}；注册 {1}，有效期至 {2}；在办 {3} 人",
        "{0}; registration {1} until {2}; {3} cases at present";
    AGENCY = "许可证 {0} 至 {1}；合同 {2} 至 {3}；检查 {4}",
        "licence {0} until {1}; contract {2} until {3}; checked {4}";
}
