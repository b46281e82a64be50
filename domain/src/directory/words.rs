//! Closed lists of a directory: kinds of entries, what they do, the columns of its table, what can
//! be wrong with one, and why an entry may not be chosen.

use crate::ledger::words::word_list;

word_list!(
    /// What sort of recipient an entry is.
    EntryKind {
        Clinic = "clinic", "医院或诊所", "Clinic or hospital";
        Centre = "centre", "区县心理中心", "District counselling centre";
        Police = "police", "公安机关", "Police";
        CivilAffairs = "civil_affairs", "民政部门", "Civil affairs";
        Education = "education", "教育部门", "Education's district desk";
        Expert = "expert", "专家", "Expert";
        Agency = "agency", "社会服务机构", "Third-party agency";
        Cyberspace = "cyberspace", "网信部门", "Cyberspace office";
        Health = "health", "卫生健康部门", "Health's district desk";
        Hotline = "hotline", "心理热线", "Hotline";
    }
);

word_list!(
    /// What a recipient does for a child. Experts come to schools for other services, which the
    /// ledgers count: [`crate::ledger::words::Service`].
    Care {
        Emergency = "emergency", "急诊", "Emergency";
        Assessment = "assessment", "诊断评估", "Assessment";
        Outpatient = "outpatient", "门诊", "Outpatient care";
        Inpatient = "inpatient", "住院", "Inpatient care";
        Psychotherapy = "psychotherapy", "心理治疗", "Psychotherapy";
        Counselling = "counselling", "心理咨询", "Counselling";
        CrisisWork = "crisis", "危机干预", "Crisis work";
        FamilyWork = "family", "家庭辅导", "Work with families";
        DutyReports = "duty_reports", "受理强制报告", "Takes reports under a duty";
        Protection = "protection", "救助保护", "Protection and shelter";
    }
);

word_list!(
    /// Which schools a directory is for, and who publishes it.
    Level {
        City = "city", "全市", "Whole city";
        District = "district", "本区县", "One district";
        Own = "own", "本区县自行发布", "One district, published by itself";
    }
);

word_list!(
    /// A column of the table in which offices keep a directory; also the key of its pack.
    Field {
        Id = "id", "编号", "Id";
        Kind = "kind", "类别", "Kind";
        NameZh = "zh", "名称", "Chinese name";
        NameEn = "en", "英文名称", "English name";
        Services = "services", "服务项目", "Services";
        AgeFrom = "age_from", "最小年龄", "Age from";
        AgeTo = "age_to", "最大年龄", "Age to";
        Areas = "areas", "服务片区", "Areas";
        Schools = "schools", "服务学校", "Schools";
        Phone = "phone", "电话", "Telephone";
        Address = "address", "地址", "Address";
        Hours = "hours", "服务时间", "Hours";
        RoundTheClock = "round_the_clock", "全天服务", "Round the clock";
        Emergency = "emergency", "急救名单", "On the emergency list";
        EmergencyPhone = "emergency_phone", "急救电话", "Emergency telephone";
        Places = "places", "名额", "Free places";
        PlacesOn = "places_on", "名额填报日期", "Places told on";
        ValidFrom = "valid_from", "有效期起", "Valid from";
        ValidTo = "valid_to", "有效期止", "Valid to";
        Verified = "verified", "核实日期", "Verified on";
        WithdrawnOn = "withdrawn", "停用日期", "Withdrawn on";
        WithdrawnWhy = "withdrawn_why", "停用原因", "Why withdrawn";
        Speciality = "speciality", "专业领域", "Field of work";
        Registration = "registration", "注册编号", "Registration";
        RegisteredTo = "registered_to", "注册有效期止", "Registered to";
        CaseLoad = "case_load", "在办人数", "Case load";
        Licence = "licence", "许可证号", "Licence";
        LicensedTo = "licensed_to", "许可证有效期止", "Licensed to";
        Checked = "checked", "检查日期", "Checked on";
        Contract = "contract", "合同编号", "Contract";
        ContractTo = "contract_to", "合同有效期止", "Contract to";
        Relay = "relay", "所属枢纽", "Hub that serves it";
        Statement = "statement", "公钥声明", "Key statement";
    }
);

word_list!(
    /// What is wrong with a field of an entry.
    Wrong {
        Missing = "missing", "必须填写", "This must be filled in";
        Unfit = "unfit", "这一类别不填这一项", "This kind of entry has no such field";
        Long = "long", "过长或含有不可见字符", "Too long, or with characters that nobody sees";
        UnitForm = "unit_form", "编号由 1 至 40 个字母、数字或连字符组成",
            "An id has 1 to 40 letters, digits or hyphens";
        KindWord = "kind_word", "不在类别清单内", "This is no kind of entry";
        ServiceWord = "service_word", "不在这一类别的服务清单内",
            "This is no service of such an entry";
        Twice = "twice", "重复", "This stands there twice";
        DayForm = "day_form", "日期请写成 2026-11-30", "A day is written as 2026-11-30";
        DayOrder = "day_order", "止于起之前", "It ends before it begins";
        NumberForm = "number_form", "应为整数", "A whole number belongs here";
        AgeRange = "age_range", "年龄应为 0 至 30，且最小不大于最大",
            "Ages lie between 0 and 30, the lower one first";
        YesNo = "yes_no", "请填“是”或“否”", "Write yes or no";
        PhoneForm = "phone_form", "不像电话号码", "This is no telephone number";
        NoDate = "no_date", "填了数目，须同时填日期", "A number that was told has the day of telling";
        ClinicOnly = "clinic_only", "急救名单只列医院，且须有急诊服务",
            "The emergency list has hospitals with an emergency service only";
        NotAlways = "not_always", "急救名单上的医院须全天服务",
            "A hospital on the emergency list serves round the clock";
        OtherUnit = "other_unit", "公钥声明不是这个单位的", "The key statement is another unit's";
        NotBelieved = "not_believed", "公钥声明无效、已到期，或没有两个部门的签名",
            "The key statement is not valid, has ended, or lacks a commission's signature";
        Shifted = "shifted", "这一行的格数比表头多", "The line has more cells than the table has columns";
        OwnKind = "own_kind", "区县自行发布的名录只列专家、机构、区县心理中心和教育部门",
            "A directory that a district publishes itself has experts, agencies, counselling \
             centres and education's desk only";
        OwnArea = "own_area", "区县自行发布的名录只能写本区县及其镇街",
            "A directory that a district publishes itself is for its own area and towns only";
        Over = "over", "已经到期", "This has ended";
        Stale = "stale", "超过 180 天没有核实", "Nobody verified it for 180 days";
        Future = "future", "日期在今天之后", "The day has not come yet";
    }
);

word_list!(
    /// Why an entry may not be chosen on a day.
    Bar {
        Withdrawn = "withdrawn", "已停用", "Withdrawn";
        Early = "early", "尚未生效", "Not valid yet";
        Over = "over", "已过有效期", "No longer valid";
        Papers = "papers", "资质或合同已到期", "A licence, registration or contract has ended";
        Stale = "stale", "超过 180 天未核实", "Not verified for 180 days";
    }
);
