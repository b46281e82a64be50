//! Sentences of the shell, in both languages.

use crate::texts;

texts! {
    SKIP = "跳到正文", "Skip to content";
    MAIN_NAV = "主导航", "Main navigation";
    SWITCH_LANGUAGE = "切换语言", "Switch language";
    SIGN_OUT = "退出", "Sign out";
    DEMO = "演示城市", "Demonstration city";
    DEMO_NOTE = "单位与学生均为虚构，数字不代表任何真实地区或学校。",
        "Units and pupils are fictitious; no figure describes a real place or school.";
    EXPORT = "导出", "Export";
    HOME = "回到首页", "Back to the start page";

    SUPPRESSED = "隐去", "suppressed";
    NOT_REPORTED = "未报齐", "not reported";
    NOT_APPLICABLE = "—", "—";
    UNSUPPORTED = "未支持", "unsupported";
    BY_KIND = "分类查看", "by kind";
    BY_KIND_WHY = "一人可属几类，各类不能相加，没有合计；请看各类的数",
        "a person can be of several kinds, so there is no total; look at each kind";
    ROUNDED_SAMPLE = "≈N", "≈N";
    ROUNDED_SAMPLE_WHY = "近似数，不是实数：出校前取整过，或加少量随机误差后再取整",
        "approximate: rounded before it left a school, some after a little noise";
    BAND_SAMPLE = "M–N", "M–N";
    BAND_SAMPLE_WHY = "只知道在这个范围内", "only the range is known";
    CLOSED = "不开启", "closed";
    WAITING = "待开启", "waiting";
    STOPPED = "已停", "stopped";
    CLOSED_WHY = "按规则不开启这一格：学校或人数太少，方案不分这么细，时段在方案之前，或这一项不能密封汇总",
        "by rule never opened: too few schools or persons, finer than the plan, before it, or \
         nothing that can be summed under seal";
    WAITING_WHY = "密封汇总尚未开启：报告未齐、正在异议期，或各周未全",
        "sealed and not opened yet: reports, days of objection or weeks are missing";
    STOPPED_WHY = "校验不符，已停止开启，等待人工核查", "a check failed; it is not opened before a person looked";
    ROUNDED_ZERO = "≈0", "≈0";
    ROUNDED_ZERO_WHY = "取整后为 0，不一定确实为零", "rounded to 0, not necessarily zero";
    ZERO_WHY = "确实为零", "truly zero";
    SUPPRESSED_WHY = "有数，因人数或学校太少不显示",
        "there is a figure; too few persons or schools to show it";
    NOT_REPORTED_WHY = "应报单位尚未报齐，不等于零", "units that are due have not reported; not zero";
    NOT_APPLICABLE_WHY = "不适用，本来就没有这一项", "not applicable; no such figure can exist";
    UNSUPPORTED_WHY = "报送单位的台账尚不能算出这一项，不等于零",
        "the ledgers of those who reported cannot give it; not zero";

    DATA_TABLE = "数据表", "Data table";
    AREA = "地区", "Area";
    ITEM = "项目", "Item";
    PERIOD = "时段", "Period";
    VALUE = "数值", "Value";
    RANGE = "范围", "Range";
    REMARK = "说明", "Remark";

    ROLE_OPERATOR = "运维人员", "operator";
    ROLE_COUNSELLOR = "心理教师", "counsellor";
    ROLE_MORAL_HEAD = "德育主任", "moral-education head";
    ROLE_PRINCIPAL = "校长", "principal";
    ROLE_CLASS_TEACHER = "班主任", "class teacher";
    ROLE_MENTOR = "导师", "mentor";
    ROLE_ANALYST = "专班统计人员", "task-force analyst";
    ROLE_AUDITOR = "审计员", "auditor";
    ROLE_INTAKE = "接诊登记人员", "intake";
    ROLE_CLINICIAN = "医生或咨询师", "clinician or counsellor";
    ROLE_RECEIVER_HEAD = "机构负责人", "head of the receiver";

    LOGIN_TITLE = "登录", "Sign in";
    LOGIN_NAME = "账号", "Account";
    LOGIN_PASSWORD = "密码", "Password";
    LOGIN_SUBMIT = "登录", "Sign in";
    LOGIN_NOTE = "无操作 30 分钟后自动退出，最长 12 小时。请勿与他人共用账号。",
        "You are signed out after 30 minutes without activity, and after 12 hours at the latest. \
         Accounts are personal.";
    LOGIN_FAILED = "登录没有成功", "You were not signed in";
    LOGIN_FAILED_WHY =
        "账号或密码不对，或该账号因连续输错已暂停登录。没有任何数据被查看或改动。",
        "Account or password is wrong, or the account is paused after repeated mistakes. \
         Nothing was read or changed.";
    LOGIN_FAILED_NEXT =
        "请核对大小写后再试；暂停时间最长 15 分钟。忘记密码请找本单位管理员重设。",
        "Check upper and lower case and try again; a pause lasts 15 minutes at most. \
         If you forgot the password, ask your unit's administrator to set a new one.";
    LOGIN_BUSY = "登录请求太多", "Too many people are signing in";
    LOGIN_BUSY_WHY = "系统正忙，这次没有核对您的密码。",
        "The system is busy and did not check your password this time.";
    LOGIN_BUSY_NEXT = "请过几秒再试。", "Please try again in a few seconds.";

    NEXT_STEP = "下一步", "What to do next";
    NOT_FOUND = "没有这个页面", "There is no such page";
    NOT_FOUND_WHY = "地址可能写错了，或内容已改到别处。没有任何数据受到影响。",
        "The address may be mistyped, or the page has moved. No data is affected.";
    NOT_FOUND_NEXT = "请回首页重新进入。", "Start again from the home page.";
    FORBIDDEN = "您的岗位不能查看此页", "Your role may not see this page";
    FORBIDDEN_WHY = "该页面只对特定岗位开放。您没有看到任何内容，也没有改动任何数据。",
        "The page is open to certain roles only. Nothing was shown to you and nothing was changed.";
    FORBIDDEN_NEXT = "如工作需要，请联系账号管理人员调整岗位：学校为德育主任或校长，枢纽为运维人员。",
        "If your work needs it, ask whoever decides on accounts to change your role: at a school \
         the moral-education head or the principal, at a hub its operator.";
    STALE_FORM = "表单已失效，未执行", "The form has expired and was not carried out";
    STALE_FORM_WHY = "提交与当前登录不符，可能是登录已更换，或请求并非从本页面发出。没有改动任何数据。",
        "What was sent does not belong to the present session: you may have signed in again, or \
         the request did not come from this page. Nothing was changed.";
    STALE_FORM_NEXT = "请回到原页面刷新后再提交一次。",
        "Go back to the page, reload it and submit again.";
    BAD_REQUEST = "无法理解这个请求", "The request could not be understood";
    BAD_REQUEST_WHY = "筛选条件或表单内容不完整、过长，或格式不对。没有改动任何数据。",
        "A filter or form field is missing, too long or malformed. Nothing was changed.";
    BAD_REQUEST_NEXT = "请返回上一页，用页面上的选项重新选择。",
        "Go back and choose again from the options on the page.";
    TOO_LONG = "内容太多，没有提交", "Too much was sent at once";
    TOO_LONG_WHY = "一次最多约 30 万字。没有写入任何内容。",
        "A page takes about 1,000,000 bytes. Nothing was written.";
    TOO_LONG_NEXT = "请返回上一页，分几次提交。", "Go back and send it in parts.";
    TOO_SLOW = "上传中断：文件传得太慢", "The upload was cut off: it came too slowly";
    TOO_SLOW_WHY = "网络停顿或过慢时，上传会被中断，好让其他人也能上传。没有写入任何内容。",
        "An upload that stalls is cut off so that others can send theirs. Nothing was written.";
    TOO_SLOW_NEXT = "请返回上一页，检查网络后再上传一次。",
        "Go back, look at the network and upload it once more.";
    LOST = "登录已过期，内容没有保存", "You were signed out; nothing was saved";
    LOST_WHY = "您填写的文字还在下面。请先复制，登录后粘贴回去；勾选和选择的项，以及日期、电话这类只有数字或字母的短内容，需要重新填。",
        "What you wrote is below. Copy it, sign in and paste it again; what was ticked or chosen \
         from a list, and what is short and of digits or Latin letters alone, such as a day or a \
         telephone number, has to be entered anew.";
    LOST_NONE = "没有写入任何内容，请重新登录后再办理。",
        "Nothing was written. Sign in and do it again.";
    LOST_TEXT = "您填写的文字", "What you wrote";
    UNAVAILABLE = "暂时读不到数据", "The data cannot be read at the moment";
    UNAVAILABLE_WHY = "数据库正忙或暂时无法读取。已收到的报送都在，没有丢失。",
        "The database is busy or cannot be read. Everything that was received is still there.";
    UNAVAILABLE_NEXT = "请一分钟后刷新；仍然如此时，请运维人员查看运行日志。",
        "Reload in a minute; if it goes on, ask the operator to look at the log.";
    INTERNAL = "系统出错，未完成", "Something went wrong and was not completed";
    INTERNAL_WHY = "页面没有生成。出错原因已记入运行日志，其中不含任何个人信息。",
        "The page could not be made. The cause is in the log, which holds nothing about a person.";
    INTERNAL_NEXT = "请返回重试；如再次出现，请把时间告诉运维人员。",
        "Go back and try again; if it happens again, tell the operator the time.";
}
