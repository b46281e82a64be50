//! What `xinqiao-hub plan` says.

use runtime::texts;

texts! {
    GROUP = "组", "group";
    STAGE = "学段", "stage";
    TOWN = "街道", "town";
    SCHOOLS = "学校", "schools";
    COUNTING = "算作独立的学校数", "that count";
    STUDENTS = "学生", "students";
    OPENED = "合计出现在", "opened in";
    SEVERAL = "跨街道", "several";
    OPEN_TOWN = "本街道和全区", "town and district";
    OPEN_DISTRICT = "仅全区", "district only";
    CLOSED_FEW = "不开启：学校太少", "closed: too few schools";
    CLOSED_BELOW = "不开启：见下", "closed: see below";
    CLOSED_UNCOUNTED =
        "{6}不开启的组：没有进入开启组的 {0} 所学校只算作 {1} 所独立的，须 {2} 所\
         （未签名 {3} 所，列名不满一年 {4} 所，其余 {5} 所同一举办者的只算一所）。",
        "{6}, closed groups: the {0} {0:school|schools} that {0:stands|stand} in no open group \
         {0:counts|count} as {1}, fewer than {2} ({3} unsigned, {4} listed for less than a year; \
         of the other {5}, those of one operator count once).";
    CLOSED_PERSONS = "不开启：学生太少", "closed: too few students";
    CLOSED_DOMINANT = "不开启：一个举办者的学生超过六成",
        "closed: one operator has more than 60 % of the students";
    CLOSED_GRADE = "不开启：{0} 年级的学校太少", "closed: too few schools have grade {0}";
    CLOSED_MIXED = "不开启：{0} 年级分属两个学段", "closed: grade {0} stands in two stages";
    COVERED =
        "{0}：全区合计包含 {1} / {2} 所学校，{3} / {4} 个街道有本街道的合计。",
        "{0}: the district's sum holds {1} of {2} {2:school|schools}; {3} of {4} {4:town|towns} \
         {3:has its|have their} own.";
    WRITTEN =
        "已写入 {0}，核对了此前 {1} 个学年的方案。请两个部门各自用同一份名单重做一遍，结果应当逐字相同。",
        "Written to {0}, judged beside {1} earlier {1:year|years}. Let both departments make it \
         again from the same roster: every byte must be the same.";
    DRAFTED =
        "草案已写入 {0}，核对了此前 {1} 个学年的方案。草案供查看分组，不能签署；两份公钥声明备齐后，\
         加上 --census-day、--leader-statement 与 --helper-statement 重做。",
        "A draft is written to {0}, judged beside {1} earlier {1:year|years}. It shows the groups \
         and cannot be signed; make it again with --census-day, --leader-statement and \
         --helper-statement once there are both key statements.";
    PUBLISHED =
        "已发布 {0} {1} 学年的方案：{2} 所学校，自 {3} 起生效，密封给 {4} 和 {5}。这些学校该学年不再上报取整表。",
        "Published the plan of {0} for school year {1}: {2} {2:school|schools}, in force from \
         {3}, sealed to {4} and {5}. No rounded tables of these schools are taken for that year \
         any more.";
    OTHER_KIND = "文件 {0} 不是 {1} 类的标准包；没有发布。",
        "the file {0} is no pack of the kind {1}; nothing was published.";
    BEGAN = "方案自 {0} 起生效，距今天不足 {1} 天；没有发布。请两个部门改用 {2} 或以后的日期重新签署：\
             在此之前，各单位要收到方案，两个枢纽要商定密钥。",
        "the plan is in force from {0}, less than {1} days from today; nothing was published. Let \
         both commissions sign it with {2} or a later day: until then units take it up and both \
         hubs agree on keys.";
    ENDS = "方案自 {0} 起生效，公钥声明只到 {1}，而学年到 {2}；没有发布。",
        "the plan is in force from {0} and the key statements hold until {1}, the school year \
         lasts until {2}; nothing was published.";
    ENDS_NEXT = "请两个部门签署覆盖整个学年的公钥声明，再重做方案。",
        "Let both commissions sign key statements for the whole school year, and make the plan \
         again.";
    STANDS = "方案 {0} 已经生效，本学年不能换成另一份；没有发布。",
        "the plan {0} is in force and cannot be replaced within its year; nothing was published.";
    DAY_PASSED = "校历把学期 {0} 的 {1} 改为 {2}，而到 {3} 原来那一天已过，所在学年又在密封汇总；没有发布。",
        "the calendar moves {1} of term {0} to {2}; by {3} that day has passed, and the school \
         year is under seal. Nothing was published.";
    DAY_PASSED_NEXT = "已过的普查日和学期末日不能再改：请保留原来的日期，其余修改由两个部门重新签署后发布。",
        "A census day or last day that has passed stays: keep it as it was, and let both \
         commissions sign the other changes again.";
    OTHER_PUBLISHED =
        "{0} {1} 第 {2} 号已发布（自 {3} 起生效），与这份第 {4} 号不同；没有发布。",
        "{0} {1} number {2} is published (in force from {3}) and differs from this number {4}; \
         nothing was published.";
    OTHER_PUBLISHED_NEXT = "要换掉它，请两个部门用更大的序号重新签署；否则沿用已发布的。",
        "To replace it, let both commissions sign again under a higher serial; otherwise the \
         published one stands.";
    IN_TWO = "{0} 已在 {1} 同一学年的方案中；没有发布。",
        "{0} is in the plan of {1} for the same year; nothing was published.";
    ROUNDED = "已收下 {0} 在 {1} 的取整表，该学年不能再密封汇总；没有发布。",
        "a rounded table of {0} for {1} was taken: that school year cannot go under seal any \
         more; nothing was published.";
    ROUNDED_NEXT = "本学年继续用取整表；请为下一学年制定方案，在开学前发布。",
        "This year goes on with rounded tables; make a plan for the next one and publish it \
         before that year begins.";
    NO_STATEMENT = "文件 {0} 中没有一份公钥声明；没有写入任何内容。",
        "the file {0} holds no key statement; nothing was written.";
    OTHER_PURPOSE = "文件 {0} 中的公钥声明不是用于这一方密封汇总的；没有写入任何内容。",
        "the key statement in {0} is not for this hub's half of sealed sums; nothing was written.";
    ONE_SIGNATURE = "文件 {0} 中的公钥声明只有一个部门的签名；没有写入任何内容。",
        "the key statement in {0} is signed by one commission only; nothing was written.";
    ONE_SIGNATURE_NEXT = "请另一个部门用 xinqiao-ca sign-statement --add 追加签名，再制作方案。",
        "Let the other commission add its signature with xinqiao-ca sign-statement --add, then \
         make \
         the plan.";
    KEY_OF_YEAR = "{0} 的公钥声明用的是 {1} 方案那一学年的密钥；没有写入，也没有发布任何内容。",
        "the key statement of {0} names the key of another school year, that of the plan {1}; \
         nothing was written or published.";
    KEY_OF_YEAR_NEXT = "密钥随学年结清而销毁，每个学年要有自己的一把：在该枢纽运行 xinqiao-hub key request（会生成新密钥），由两个部门\
                        签署新的声明，再用新声明制作方案。",
        "A key is destroyed with its school year, so each year has its own: run xinqiao-hub key \
         request at that hub, which makes a new one, let both commissions sign a new statement, \
         and make the plan with it.";
    STATEMENT_NEXT = "用 xinqiao-ca show 查看文件的内容。", "Look at the file with xinqiao-ca show.";
    STATEMENT_SHORT = "文件 {0} 中的公钥声明自 {1} 至 {2}，不到学年结束的 {3}；没有写入任何内容。",
        "the key statement in {0} holds from {1} to {2}, and the school year lasts until {3}; \
         nothing was written.";
    OPENS_NOTHING = "这份方案不开启任何合计：密封汇总后全学年什么也看不到；没有写入任何内容。",
        "the plan opens no sum: under seal the whole year would show nothing; nothing was written.";
    OPENS_NOTHING_NEXT = "不给 --census-day 等三项做一份草案，其中逐组写明了原因；名单改好后再做。",
        "Make a draft, without --census-day and the statements: it says why for each group. Mend \
         the \
         roster first.";
    DRAFT_OPENS_NOTHING = "注意：这份草案不开启任何合计，按它密封汇总后全学年什么也看不到。原因见上表各行。",
        "Note: this draft opens no sum; under seal the whole year would show nothing. The rows \
         above \
         say why.";
    OTHER_NAME = "注意：{0} 的文件名须为 {1}.toml，plan check 和 plan show 才读得到区划和学年。",
        "Note: rename {0} to {1}.toml: plan check and plan show read area and year from its name.";
    WRITTEN_NEXT =
        "下一步：两个部门先后签署名单和方案（--name 都写 {0}；新的一份用更大的 --serial），再由市枢纽发布：\n  \
         xinqiao-ca sign-pack --key 标准包密钥 --kind roster --name {0} --serial 1 --version-name 1 \
         --effective-from 日期 {1} --out roster.one\n  \
         xinqiao-ca sign-pack --key 标准包密钥 --kind plan --name {0} --serial 1 --version-name 1 \
         --effective-from 至少三天后的日期 {2} --out plan.one\n  \
         另一个部门：xinqiao-ca sign-pack --add --key 标准包密钥 plan.one --out plan.pack（名单同样）\n  \
         市枢纽：xinqiao-hub plan publish plan.pack roster.pack",
        "Next: both commissions sign roster and plan (--name {0} for both, a newer one under a \
         higher \
         --serial), then the city's hub publishes them:\n  \
         xinqiao-ca sign-pack --key PACK-KEY --kind roster --name {0} --serial 1 --version-name 1 \
         --effective-from DAY {1} --out roster.one\n  \
         xinqiao-ca sign-pack --key PACK-KEY --kind plan --name {0} --serial 1 --version-name 1 \
         --effective-from A-DAY-THREE-DAYS-OFF {2} --out plan.one\n  \
         The other commission:  xinqiao-ca sign-pack --add --key PACK-KEY plan.one --out plan.pack \
         (and the roster)\n  \
         The city's hub:  xinqiao-hub plan publish plan.pack roster.pack";
    ROSTER_DIGEST = "名单 SHA-256 {0}", "Roster SHA-256 {0}";
    ROSTER_READ = "名单统计日 {0}", "Roster read on {0}";
    LEADER = "教育方枢纽：{0}（{1}），公钥声明至 {2}", "Education's hub: {0} ({1}), key statement until {2}";
    HELPER = "卫健方枢纽：{0}（{1}），公钥声明至 {2}", "Health's hub: {0} ({1}), key statement until {2}";
    IS_DRAFT = "草案：没有统计日和公钥声明，不能签署。",
        "A draft: without census day and key statements, and not to be signed.";
    IS_ROSTER = "{0} 是名单，不是方案；没有改动任何内容。",
        "{0} is a roster and no plan; nothing was changed.";
    IS_ROSTER_NEXT = "请给出 plan make 写出的 .toml 文件；名单会自动取旁边同名的 .csv。",
        "Give the .toml that plan make wrote; the roster beside it is read by itself.";
    FLOOR_NEXT = "--floor 不能少于 5；没有写入任何内容。",
        "--floor is 5 or more; nothing was written.";
    SOUND = "方案可用：{0} 个组，核对了此前 {1} 个学年的方案。",
        "The plan may be used: {0} {0:group|groups}, judged beside {1} earlier {1:year|years}.";
    SHUT_STAGE =
        "注意：{0}（{1}）的合计全学年都不会开启。只有 {2} 个举办者各有至少 5 名学生，须 {3} 个。",
        "Note: no sum of {0} ({1}) will be opened all year: {2} {2:operator has|operators have} \
         five students or more, and it takes {3}.";
    SHUT_ALONE =
        "注意：组 {0} 只能与其他组一起开启；晚到而单独开启时不会有合计。其中只有 {1} 个举办者各有至少 5 名学生，须 {2} 个。",
        "Note: group {0} is opened together with others only; late and by itself it has no sum: \
         {1} {1:operator has|operators have} five students or more in it, and it takes {2}.";
    SHUT_GRADE =
        "注意：{0} {1} 年级的数全学年都不会开启。共 {2} 名学生，{3} 个举办者各有至少 5 名；须 100 名、{4} 个。",
        "Note: no figure of {0}, grade {1}, will be opened all year: {2} {2:student|students}, and \
         {3} {3:operator that has|operators that have} five or more; it takes 100 and {4}.";
    FLAW_NEXT = "方案没有写入，也不能使用。请核对名单，或用 plan make 按规则重做。",
        "Nothing was written, and the plan may not be used. Check the roster, or make the plan \
         again by rule with plan make.";
    UNREADABLE = "文件 {0} 有误；没有改动任何内容。",
        "the file {0} is wrong; nothing was changed.";
    UNREADABLE_NEXT = "文件名为“区划-学年”，如 370203-2026；名单的列见 docs/disclosure.md。",
        "Files are named after area and school year, such as 370203-2026; docs/disclosure.md lists \
         the columns of a roster.";
    OTHER_ROSTER = "方案 {0} 不是按名单 {1} 制定的；没有改动任何内容。",
        "the plan {0} was not made from the roster {1}; nothing was changed.";
    OTHER_ROSTER_NEXT = "名单改动过一个字节就是另一份名单；请用 --roster 指定原来的那份。",
        "A roster with one byte changed is another one; give its own with --roster.";
    OTHER_VERSION = "{0} 不是方案 {1} 此前的版本；没有改动任何内容。",
        "{0} is no earlier version of the plan {1}; nothing was changed.";
    BESIDE_VERSIONS = "也核对了本学年此前的 {0} 个版本。",
        "It was judged beside {0} earlier {0:version|versions} of its own year, too.";
    MISMATCH = "方案、名单与此前的方案不属于同一个区、依次的学年。",
        "plan, roster and earlier plans are not of one area in the order of their years.";
    FLOOR = "方案的下限是每组 {0} 所学校，不得少于 {1} 所。",
        "the plan's floor is {0} {0:school|schools}; it cannot be below {1}.";
    FLOOR_LEAKS = "方案的下限是每组 {0} 所学校，不得少于 {1} 所；最小的组 {2} 只有 {3} 所学校计入，合计会暴露单所学校。",
        "the plan's floor is {0} {0:school|schools}; it cannot be below {1}. Of the smallest \
         group, {2}, {3} {3:school counts|schools count}: its sum would tell of single schools.";
    LEAKS = "注意：这份方案不能使用（plan check 会拒绝）：{0}",
        "Note: this plan may not be used, and plan check refuses it: {0}";
    CITY_PUBLISHES = "方案和名单由市枢纽发布，{0} 不能发布；没有发布任何内容。",
        "plans and rosters are published by the city's hub, and {0} is another one; nothing was \
         published.";
    CITY_PUBLISHES_NEXT = "请把两个部门签好的方案和名单交给市枢纽运维人员，发布后会自动下发到这里。",
        "Hand the plan and the roster, signed by both commissions, to the operator of the city's \
         hub; once published they come down here by themselves.";
    BAD_GROUP = "组 {0} 重名、没有学校，或成立于方案之后的学年。",
        "group {0} is named twice, has no schools or comes from a later year.";
    STRANGER = "组 {0} 中的 {1} 在名单上没有这个学段。",
        "group {0} holds {1}, which the roster does not have with that stage.";
    TWICE = "{0} 同时在组 {1} 和组 {2} 中。", "{0} stands in {1} and in {2}.";
    MISSING = "{0} 有一个学段不在任何组中。",
        "{0} stands in no group of one of its stages.";
    FEW = "组 {0} 只有 {1} 所学校计入下限，合计会暴露单所学校。",
        "only {1} {1:school|schools} of group {0} {1:counts|count}: its sum would tell of single \
         schools.";
    GRADE = "组 {0} 只有 {2} 所学校有年级 {1}，该年级的合计会暴露单所学校。",
        "only {2} {2:school|schools} of group {0} {2:has|have} grade {1}: the sum of that grade \
         would tell of single schools.";
    MIXED = "组 {0} 的年级 {1} 在部分学校属于另一个学段。",
        "grade {1} of group {0} is of another stage in some of its schools.";
    DOMINANT = "组 {0} 中一个举办者的学生超过六成，合计几乎就是它的数。",
        "one operator has more than 60 % of the students of group {0}: the sum is nearly its own.";
    PERSONS = "组 {0} 只有 {1} 名学生，不足 100 名。",
        "group {0} has {1} {1:student|students}, fewer than 100.";
    REST = "组 {0} 跨街道，或两年内（或与本学年此前的版本相比）有变动：只能计入全区合计。",
        "group {0} spans towns, or changed within two years or since an earlier version of this \
         year's plan: it counts in the district's sum only.";
    PARTED = "组 {0} 未满三年就被拆开。",
        "schools of group {0} were parted before three years were over.";
    PARTNER = "组 {0} 的备用组不是同一学段可开启的组。",
        "the partner of group {0} is no open group of its stage.";
    ISOLATES = "与此前方案的合计相减，组 {0} 中会有 {1} 所学校单独暴露。",
        "beside the sums of earlier plans, what is opened of group {0} singles out {1} \
         {1:school|schools}.";
}
