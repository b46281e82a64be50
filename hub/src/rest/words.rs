//! Sentences of the interface: what happened and what to do next, in both languages.

use runtime::texts;

texts! {
    NO_ACCESS = "没有登录，也没有可用的接口密钥，什么也没有读取。",
        "Neither a session nor a usable API key was sent; nothing was read.";
    NO_ACCESS_NEXT = "请在 Authorization 头中带上 Bearer 密钥；密钥由枢纽运维人员用 xinqiao-hub api-key new 生成。",
        "Send the key as Authorization: Bearer KEY; the hub's operator makes one with \
         xinqiao-hub api-key new.";
    FORBIDDEN = "当前账号的岗位不能读取统计。", "The account's role may not read statistics.";
    FORBIDDEN_NEXT = "请改用统计、操作或审计岗位的账号，或使用接口密钥。",
        "Use an account of an analyst, operator or auditor, or an API key.";
    PARAMETER = "参数无法理解：{0}。", "A parameter cannot be understood: {0}.";
    PARAMETER_NEXT = "参数的写法见 /api/openapi.json。", "/api/openapi.json describes the parameters.";
    NO_INDICATOR = "指标目录中没有这个指标。", "The catalogue has no such indicator.";
    NO_INDICATOR_NEXT = "可用的指标见 /api/v1/indicators。", "/api/v1/indicators lists them.";
    DIMENSION = "这个指标不能这样分组。", "The indicator cannot be broken down like this.";
    DIMENSION_NEXT = "每个指标可用的维度见 /api/v1/indicators/指标编号。",
        "/api/v1/indicators/ID lists an indicator's dimensions.";
    RUN_LENGTHS = "from 和 to 不是同一种时段。", "from and to are periods of different lengths.";
    RUN_ORDER = "to 早于 from。", "to lies before from.";
    RUN_TOO_LONG = "from 到 to 超过 {0} 个时段。", "More than {0} periods lie from from to to.";
    RUN_NO_TERM = "校历中没有这些学期。", "The term calendar has none of these terms.";
    RUN_NEXT = "请写同一种时段，from 不晚于 to；较长的一段分几次查询。",
        "Write periods of one length, from not later than to, and ask for a long run in parts.";
    NO_UNIT = "本枢纽和它的下级中没有这个单位。", "Neither the hub nor one of its members is this unit.";
    NO_UNIT_NEXT = "单位编号见 /api/v1/units。", "/api/v1/units lists them.";
    NO_SNAPSHOT = "没有这个编号的快照。", "There is no snapshot of this number.";
    NO_SNAPSHOT_NEXT = "每次查询的结果都写明它所用的快照编号。",
        "Every answer of /api/v1/data names its snapshots.";
    NO_SPECIAL = "没有这个编号的特殊时期。", "There is no special period of this id.";
    NO_SPECIAL_NEXT = "编号见 /api/v1/special-periods。", "/api/v1/special-periods lists them.";
    NO_PUBLICATION = "没有发布过这个编号的内容。", "Nothing was published under this id.";
    NO_PUBLICATION_NEXT = "编号见 /api/v1/publications。", "/api/v1/publications lists them.";
    NO_ADDRESS = "没有这个地址。", "There is nothing at this address.";
    NO_ADDRESS_NEXT = "接口说明见 /api/openapi.json。", "/api/openapi.json describes the interface.";
    UNAVAILABLE = "数据暂时读不出来，没有丢失。", "The data cannot be read at the moment; nothing is lost.";
    UNAVAILABLE_NEXT = "请稍后再试；持续如此请联系枢纽运维人员。",
        "Try again later; if it stays like this, tell the hub's operator.";
}
