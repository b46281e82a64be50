//! Sentences about the node as a service of the system.

use runtime::texts;

texts! {
    SERVICE_LOCKED = "没有说明服务启动时用什么打开台账；没有改动任何内容。",
        "what opens the ledger when the service starts was not said; nothing was changed.";
    SERVICE_LOCKED_NEXT = "请先加密口令（systemd-creds encrypt --name=xinqiao-ledger \
        口令文件 凭据文件），再加 --credential 凭据文件；不能用的，加 --passphrase-file 文件。",
        "Encrypt the passphrase (systemd-creds encrypt --name=xinqiao-ledger FILE CREDENTIAL) and \
         add --credential CREDENTIAL; where that cannot be, add --passphrase-file FILE.";
}
