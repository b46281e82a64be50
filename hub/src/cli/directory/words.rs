//! Sentences of the commands about directories, in both languages.

use runtime::texts;

texts! {
    NAME = "名称", "Name";
    KIND = "类别", "Kind";
    SERVICES = "服务项目", "Services";
    ROOM = "名额", "Places";
    SEALED = "可加密发送", "Sealed";
    STATE = "状态", "State";
    AREA = "区域", "Area";
    VERSION = "版本", "Version";
    SERIAL = "序号", "Serial";
    EFFECTIVE = "生效日期", "In force from";
    ENTRIES = "条目", "Entries";
    OPEN = "可选", "may be chosen";
    YES = "是", "yes";
    NO = "否", "no";
    ROOM_TOLD = "{0}（{1} 填报）", "{0}, told on {1}";
    NONE = "没有发布过名录。", "No directory was published.";
    NONE_OF = "没有发布过 {0} 的名录。", "No directory of {0} was published.";
    TABLE_WRITTEN = "已写入 {0}：{1} 条。用表格软件填写，另存为“CSV UTF-8”，再用 directory make 生成名录。",
        "Wrote {0} with {1} entries. Fill it in with an office program, save it as CSV in UTF-8, \
         then make the directory with directory make.";
    FORM = "{0} 不是 UTF-8 编码的 CSV 表格；没有写入任何内容。",
        "{0} is no CSV table in UTF-8; nothing was written.";
    FORM_NEXT = "在表格软件中另存为“CSV UTF-8（逗号分隔）”。",
        "Save it in the office program as CSV UTF-8 (comma delimited).";
    COLUMN = "{0}：没有“{1}”这一列，或这一列写了两次；没有写入任何内容。",
        "{0}: there is no column {1}, or it stands there twice; nothing was written.";
    LACKS = "{0} 缺少这些列：{1}；没有写入任何内容。",
        "{0} lacks these columns: {1}; nothing was written.";
    COLUMNS_NEXT = "用 directory table 写出一张列齐全的表。",
        "directory table writes a table that has all columns.";
    CELLS = "{0} 有 {1} 处错误；没有写入任何内容：\n{2}",
        "{0} has {1} mistakes; nothing was written:\n{2}";
    CELL = "  第 {0} 行，“{1}”列，“{2}”：{3}", "  line {0}, column {1}, {2}: {3}";
    CHOICES = "，可选：{0}", "; choose from: {0}";
    SERVICES = "，可选：{0}；专家可选：{1}", "; choose from: {0}; experts from: {1}";
    EMPTY_CELL = "（空）", "(empty)";
    TEXT = "名录文本有误。", "The text of the directory is wrong.";
    PROBLEMS = "名录有 {0} 处不能发布：\n{1}", "The directory cannot be published for {0} reasons:\n{1}";
    PROBLEM = "  {0}，“{1}”：{2}", "  {0}, {1}: {2}";
    PROBLEMS_NEXT = "改正表格；不再使用的条目填上停用日期和原因。",
        "Correct the table; give an entry that is used no longer a day and a reason of withdrawal.";
    STATEMENT_FILE = "{0} 里没有可读的公钥声明。", "{0} holds no key statement that can be read.";
    UNWRITABLE = "表格无法写出。", "The table cannot be written.";
    COUNTED = "{0}（{1}）：{2} 条，急救名单 {3} 条，可加密发送 {4} 条，已停用 {5} 条。",
        "{0} ({1}): {2} entries, {3} on the emergency list, {4} to which one can send sealed, {5} \
         withdrawn.";
    UNPAIRED = "本枢纽直属、还没有对口专家的学校和区县、镇街：{0}",
        "Schools and areas straight under this hub with which no expert is paired: {0}";
    NO_EMERGENCY = "注意：急救名单是空的。", "Note: the emergency list is empty.";
    FIRST = "此前没有发布过这个区域的名录。", "No directory of this area was published before.";
    SAME = "与第 {0} 号相同。", "The same as serial {0}.";
    CHANGES = "与第 {0} 号相比：", "Compared with serial {0}:";
    NEW = "  新增 {0} {1}", "  new: {0} {1}";
    GONE = "  去掉 {0} {1}（已有转介不受影响；建议改为停用并写明原因）",
        "  gone: {0} {1}; referrals that are under way stay. Rather withdraw it with a reason";
    CHANGED = "  {0} “{1}”：{2} → {3}", "  {0}, {1}: {2} → {3}";
    STATEMENT_OLD = "原声明", "the old one";
    STATEMENT_NEW = "新声明", "a new one";
    WRITTEN = "已写入 {0}。请教育、卫健两个部门先后签名（卫健的签名即确认急救名单和医疗机构），再发布：\n  \
               xinqiao-ca sign-pack --kind directory --name {1} --serial {2} --version-name {2} \
               --effective-from {3} {0} --out {1}.pack\n  xinqiao-hub directive publish {1}.pack",
        "Wrote {0}. Have education and health sign it, one after the other; with its signature \
         health confirms the emergency list and the clinics. Then publish it:\n  xinqiao-ca \
         sign-pack --kind directory --name {1} --serial {2} --version-name {2} --effective-from \
         {3} {0} --out {1}.pack\n  xinqiao-hub directive publish {1}.pack";
    WRITTEN_OWN = "已写入 {0}。由本区县枢纽签名并发布：xinqiao-hub directory publish {0}",
        "Wrote {0}. The district's hub signs and publishes it: xinqiao-hub directory publish {0}";
    PUBLISHED_OWN = "已用本枢纽的密钥签名并发布：第 {0} 号，{1} 起生效。",
        "Signed with this hub's key and published: serial {0}, in force from {1}.";
    NOT_OWN = "这不是区县枢纽 {0} 自己的名录；没有发布任何内容。",
        "This is not a directory of hub {0}'s own district; nothing was published.";
    NOT_OWN_NEXT = "在区县枢纽上用 directory make --level own 生成；其他名录由两个部门签名后从市级发布。",
        "Make it at the district's hub with directory make --level own; all others are signed by \
         both commissions and published by the city.";
    NOT_SIGNED = "本枢纽的密钥或证书不能签名；没有发布任何内容。",
        "This hub's key or certificate cannot sign; nothing was published.";
    MAY_PUBLISH = "可以签名和发布。", "It may be signed and published.";
    OLD = "名录 {0} 已发布到第 {1} 号，不能再发布第 {2} 号；没有发布任何内容。",
        "Directory {0} was published up to serial {1}; serial {2} cannot follow. Nothing was \
         published.";
    OLD_NEXT = "用更大的序号重新签名：下一个是 {0}。", "Sign it again under a higher serial; the next one is {0}.";
}
