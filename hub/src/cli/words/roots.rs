//! What `xinqiao-hub root` and whoever compares roots says.

use runtime::texts;

texts! {
    ROOT_OTHER_ZONE = "根证书 {0} 属于另一个城市，没有采用。",
        "the root {0} is another city's; it was not taken.";
    COMPARE_ROOTS = "请两人核对：以上指纹与主管部门的公函完全一致吗？",
        "Two persons compare: are these the fingerprints of the commissions' letters?";
    ROOTS_DIFFER = "根证书没有通过核对，没有采用。",
        "the roots were not confirmed and not taken.";
    ROOTS_DIFFER_NEXT = "不要继续。请用原来就有的号码联系主管部门。",
        "Do not go on. Call the commission by a number that you already had.";
    ROOT_ADDED_NEXT = "已加入，重新启动 xinqiao-hub serve 后生效；此后只有两个部门都签名的标准包才会被接受。",
        "Added; it takes effect when xinqiao-hub serve is started again. From then on a pack needs \
     both commissions' signatures.";
    ROOT_KNOWN = "这个根证书早已加入，没有改动。",
        "This root is trusted already; nothing was changed.";
    NO_COMMISSION = "证书没有写明是哪个主管部门的根证书，没有采用。",
        "the certificate does not say which commission's root it is; it was not taken.";
    ONE_COMMISSION = "两个根证书属于同一个主管部门，没有采用，也没有改动。",
        "both roots are of one commission; nothing was taken or changed.";
    ONE_COMMISSION_NEXT = "第二个根证书须由另一个主管部门自己举行仪式建立。",
        "The second root comes from the other commission's own ceremony.";
    TWO_ROOTS = "已经信任两个根证书，没有改动。",
        "two roots are trusted already; nothing was changed.";
}
