//! What `xinqiao-hub user` says of accounts that are there.

use runtime::texts;

texts! {
    LOGIN = "登录名", "login";
    ROLE = "岗位", "role";
    FACTOR = "第二步验证", "second step";
    LAST_USE = "最近使用", "last use";
    HAS = "有", "yes";
    HAS_NOT = "无", "no";
    IN_USE = "使用中", "in use";
    LOCKED_STATE = "已停用", "locked";
    NONE = "还没有账号：xinqiao-hub user add --login 登录名 --name 姓名 --role 岗位",
        "There is no account yet:  xinqiao-hub user add --login LOGIN --name NAME --role ROLE";
    EXISTS = "账号 {0} 已存在（{1}，岗位 {2}）；没有改动。",
        "there is an account {0} already ({1}, role {2}); nothing was changed.";
    EXISTS_NEXT =
        "是另一个人的，请另取登录名。确要改它的姓名、岗位并重设密码，请加 --replace；只停用请用 user lock。",
        "If it is somebody else's, choose another login. To give this one another name, role and \
         password add --replace; to stop it use user lock.";
    REPLACE = "账号 {0} 已存在（{1}，岗位 {2}）：将改为岗位 {3}，重设密码，并结束它的登录。继续？",
        "There is an account {0} already ({1}, role {2}): it gets the role {3}, a new password, \
         and \
         its sessions end. Go on?";
    REPLACED = "已更改账号 {0}：岗位 {1} → {2}，密码已重设，原有登录已结束。",
        "Changed the account {0}: role {1} -> {2}, new password; its sessions have ended.";
    NO_ACCOUNT = "没有账号 {0}；没有改动。", "there is no account {0}; nothing was changed.";
    NO_ACCOUNT_NEXT = "查看：xinqiao-hub user list", "See:  xinqiao-hub user list";
    LOCKED = "已停用账号 {0}，已登录的全部退出。恢复：user lock --login {0} --unlock",
        "Locked the account {0} and ended its sessions. To undo:  user lock --login {0} --unlock";
    UNLOCKED = "已恢复账号 {0}。", "The account {0} may sign in again.";
}
