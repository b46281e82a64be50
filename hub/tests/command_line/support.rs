//! Runs the two programs with nobody at the terminal and nothing of our environment.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde_json::Value;

/// What a command did.
pub struct Ran {
    /// Its exit code.
    pub code: i32,
    /// Standard output.
    pub out: String,
    /// Standard error.
    pub err: String,
}

impl Ran {
    /// Standard output as the one JSON value that it must be.
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.out).unwrap_or_else(|_| panic!("no json: {}", self.out))
    }

    /// Exit code and the stable code of the error.
    pub fn failed(&self) -> (i32, String) {
        let code = self.json()["error"]["code"].as_str().unwrap_or_default().to_owned();
        (self.code, code)
    }
}

fn run(program: &str, args: &[&str]) -> Ran {
    let mut command = Command::new(program);
    command.args(args).args(["--lang", "en", "--json"]).env_clear().stdin(Stdio::null());
    let output = command.output().expect("program");
    Ran {
        code: output.status.code().unwrap_or(-1),
        out: String::from_utf8_lossy(&output.stdout).into_owned(),
        err: String::from_utf8_lossy(&output.stderr).into_owned(),
    }
}

/// `xinqiao-ca`.
pub fn ca(args: &[&str]) -> Ran {
    run(env!("CARGO_BIN_EXE_xinqiao-ca"), args)
}

/// `xinqiao-hub`.
pub fn hub(args: &[&str]) -> Ran {
    run(env!("CARGO_BIN_EXE_xinqiao-hub"), args)
}

/// `xinqiao-hub`, for a person.
pub fn said(lang: &str, args: &[&str]) -> Ran {
    let mut command = Command::new(env!("CARGO_BIN_EXE_xinqiao-hub"));
    command.args(args).args(["--lang", lang]).env_clear().stdin(Stdio::null());
    let output = command.output().expect("program");
    Ran {
        code: output.status.code().unwrap_or(-1),
        out: String::from_utf8_lossy(&output.stdout).into_owned(),
        err: String::from_utf8_lossy(&output.stderr).into_owned(),
    }
}

/// A path as an argument.
pub fn text(path: &Path) -> &str {
    path.to_str().expect("utf-8")
}

/// Writes a file that holds one line.
pub fn line(folder: &Path, name: &str, content: &str) -> PathBuf {
    let path = folder.join(name);
    std::fs::write(&path, format!("{content}\n")).expect("file");
    path
}

/// The folder of a city's hub that waits for its ceremony.
pub fn city(folder: &Path) -> PathBuf {
    let data = folder.join("hub");
    let args = ["init", "--data", text(&data), "--kind", "city", "--unit", "370200"];
    let names = ["--zone", "qd.example", "--name", "示范市枢纽"];
    let ran = hub(&[args.as_slice(), &names].concat());
    assert_eq!(ran.code, 0, "{}", ran.err);
    data
}

/// Permissions of a file, where the system has them.
pub fn assert_private(path: &Path) {
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let mode = std::fs::metadata(path).expect("file").permissions().mode();
        assert_eq!(mode & 0o777, 0o600, "{}", path.display());
    }
}

/// The folder of a district's hub whose ceremony was held, and which has not joined.
pub fn district(folder: &Path) -> PathBuf {
    let at = |name: &str| folder.join(name);
    let (data, root, signed) = (at("district"), at("root"), at("issuer.pem"));
    let run = |ran: Ran| assert_eq!(ran.code, 0, "{}", ran.err);
    let args = ["init", "--data", text(&data), "--kind", "district", "--unit", "370202"];
    let names = ["--zone", "qd.example", "--name", "市南区"];
    run(hub(&[args.as_slice(), &names, &["--advertise", "127.0.0.1:9"]].concat()));
    let args = ["init", "--commission", "education", "--zone", "qd.example", "--dir", text(&root)];
    run(ca(&[args.as_slice(), &["--danger-no-passphrase"]].concat()));
    let request = data.join("issuer-request.toml");
    let args = ["sign-issuer", "--dir", text(&root), "--request", text(&request), "--yes"];
    run(ca(&[args.as_slice(), &["--out", text(&signed)]].concat()));
    let pem = root.join("root.pem");
    let args = ["init", "--data", text(&data), "--issuer", text(&signed), "--root", text(&pem)];
    run(hub(&[args.as_slice(), &["--yes"]].concat()));
    data
}
