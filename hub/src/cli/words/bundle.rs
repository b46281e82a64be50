//! What `xinqiao-hub bundle` says.

use runtime::texts;

texts! {
    TAKEN = "已收下 {0} 的离线包：答复 {1} 条，下发 {2} 件。请把 {3} 带回该单位，运行 bundle take。",
        "Taken from {0}: {1} answers, {2} items to go down. Carry {3} back to that unit and run \
         bundle take there.";
    LATE = "服务十分钟内没有处理这个文件；没有收下，也没有丢失",
        "the service did not take the file within ten minutes; nothing is lost";
    LATE_NEXT = "请看服务是否正常（status、日志），再用同一个文件来一次。",
        "See how the service is (status, its log), then take the same file again.";
}
