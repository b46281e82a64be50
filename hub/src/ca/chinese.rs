//! The help of `xinqiao-ca` in Chinese.

use runtime::cli::Translation;

use super::command::AFTER;

pub(super) const CHINESE: Translation = &[
    (
        "The offline authority of a commission: root, issuing authorities, packs, key statements",
        "主管部门的离线签发工具：根证书、签发权、标准包与公钥声明",
    ),
    (
        AFTER,
        "根私钥、标准包私钥和声明私钥都以口令加密存为文件。请在不联网的电脑上运行，把文件夹存入两个加密 U 盘、\
         分放两处保险柜，口令另行保管，并清空电脑。",
    ),
    (
        "File with the key's passphrase, or - for standard input; asked for if it is left out",
        "私钥口令文件，- 表示标准输入；不给则在终端询问",
    ),
    (
        "File with the new key's passphrase, or - for standard input; asked for if it is left out",
        "新私钥的口令文件，- 表示标准输入；不给则在终端询问",
    ),
    (
        "File with the new passphrase, or - for standard input; asked for if it is left out",
        "新口令文件，- 表示标准输入；不给则在终端询问",
    ),
    (
        "DANGER: no passphrase; whoever copies the file signs for the commission",
        "危险：不设口令，谁复制了文件谁就能以主管部门名义签发",
    ),
    (
        "Give a root key, a pack key or a statement key another passphrase; the key itself stays",
        "为根私钥、标准包私钥或声明私钥更换口令，私钥本身不变",
    ),
    ("Folder of the root whose key it is", "要更换的是哪个文件夹中的根私钥"),
    ("Pack key, if it is that one's", "要更换的是哪个标准包密钥"),
    ("Statement key, if it is that one's", "要更换的是哪个声明签名密钥"),
    ("Make a key that signs key statements", "生成声明签名密钥"),
    (
        "Sign key statements for units' requests, or add the second commission's signature",
        "为各单位的申请签署公钥声明，或追加另一部门的签名",
    ),
    ("Statement key and certificate", "声明签名密钥及证书文件"),
    (
        "Root certificate under which the units have joined; once for each root, both with --add",
        "各单位加入时所在的根证书；有几个根证书就写几次，与 --add 同用时两个都写",
    ),
    (
        "First day on which the keys hold, YYYY-MM-DD; today if it is left out",
        "公钥有效的第一天，YYYY-MM-DD；不给则为今天",
    ),
    (
        "Last day on which the keys hold, YYYY-MM-DD; 400 days if it is left out",
        "公钥有效的最后一天，YYYY-MM-DD；不给则为 400 天",
    ),
    (
        "Add a signature to statements that the other commission signed",
        "为另一部门已签的声明追加签名",
    ),
    (
        "Six words as the unit read them out; for one key only",
        "该单位读出的六个字；只能用于一把密钥",
    ),
    ("The words of all keys were compared; do not ask", "所有公钥的六个字都已核对，不再询问"),
    ("Requests, or with --add signed statements", "申请文件；用 --add 时为已签的声明"),
    ("File for the signed statements", "签好的声明写入的文件"),
    ("Name within the kind; needed for a scale", "该类别下的名称；量表须写明"),
    ("New file for the text", "写入文本的新文件"),
    (
        "Write a pack that is built in as the text to edit, before it is signed",
        "把内置标准包写成可编辑的文本，供修改后签署",
    ),
    ("Make a root in a folder", "在文件夹中建立根证书"),
    ("Commission that holds the root", "持有根证书的主管部门"),
    (
        "DNS name of the city, such as qingdao.example; it can never be changed",
        "城市的域名，如 qingdao.example；以后不能更改",
    ),
    ("Name of the city, for the record", "城市名称，仅作记录"),
    ("Folder of the root", "根证书所在文件夹"),
    ("Show the root's fingerprint, to compare with the letter", "显示根证书指纹，与公函核对"),
    (
        "Sign the issuing authority of the city, of a district or of a helper",
        "为市枢纽、区枢纽或卫健方枢纽签发签发权",
    ),
    ("Request file of the hub", "枢纽的请求文件"),
    ("File for the signed certificate", "签好的证书写入的文件"),
    ("Six words as the hub's operator read them out", "枢纽运维人员读出的六个字"),
    ("The words were compared; do not ask", "已核对六个字，不再询问"),
    ("Make a key that signs packs", "生成标准包签名密钥"),
    (
        "Take keys back: sign the root's next list of revocations",
        "吊销密钥：由根证书签发新一号吊销清单",
    ),
    (
        "File with the certificate of a key to take back: an authority's, a key file, a unit's \
         chain, or a pack or key statement that it signed",
        "含有要吊销的密钥证书的文件：签发权证书、密钥文件、单位证书链，或该密钥签过的标准包、公钥声明",
    ),
    ("Why the keys are taken back", "吊销原因"),
    (
        "First day on which the keys are not believed, YYYY-MM-DD; from now on if it is left out",
        "从哪一天起不再相信这些密钥，YYYY-MM-DD；不给则从现在起",
    ),
    (
        "List that was published last, where the folder has an older one or none",
        "最近发布的吊销清单；文件夹中没有或较旧时给出",
    ),
    ("What is taken back was checked; do not ask", "已核对要吊销的密钥，不再询问"),
    ("File for the list", "吊销清单写入的文件"),
    ("File for the key and its certificate", "密钥及其证书写入的文件"),
    ("Sign a pack, or add the second commission's signature", "签署标准包，或追加另一部门的签名"),
    ("Pack key and certificate", "标准包密钥及证书文件"),
    (
        "Kind: catalogue, scale, calendar, divisions, special, roster, plan or directory",
        "类别：catalogue 指标目录、scale 量表、calendar 学期日历、divisions 区划、special 特殊时期、\
         roster 学校名单、plan 公开方案、directory 转介名录",
    ),
    (
        "Kind: catalogue, scale, calendar or divisions",
        "类别：catalogue 指标目录、scale 量表、calendar 学期日历、divisions 区划",
    ),
    ("Name within the kind", "该类别下的名称"),
    ("Number that grows with every version", "序号，每个版本递增"),
    ("Version for people", "供人阅读的版本号"),
    ("First day in force, YYYY-MM-DD", "生效日期，YYYY-MM-DD"),
    ("Add a signature to a signed pack", "为已签名的标准包追加签名"),
    ("Pack, or signed pack with --add", "标准包文件；用 --add 时为已签名的标准包"),
    ("File for the signed pack", "签好的标准包写入的文件"),
    (
        "Show what a file is: certificate, request, signed pack or key statement",
        "查看文件：证书、请求、标准包或公钥声明",
    ),
    ("File to look at", "要查看的文件"),
];
