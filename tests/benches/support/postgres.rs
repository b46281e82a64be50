//! PostgreSQL as a peer: a server of its own in a folder, loaded by its own `pgbench`.
//!
//! Unix socket, no TLS, durable commits: less work than ours does for a push. The rows and the
//! blob are made by the server, which spares it to read them; both favour the peer.

use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

/// How long each load runs.
const SECONDS: &str = "3";

/// One row a counter, 500 of them a push, in one transaction.
const ROWS: &str = "\\set school random(1, 1000)
insert into cell select :school, n, (random() * 1000)::int from generate_series(1, 500) n
on conflict (school, number) do update set value = excluded.value;
";

/// The same counters as one value of 4,000 bytes.
const BLOB: &str = "\\set school random(1, 1000)
insert into push values (:school, decode(repeat(md5(:school::text), 250), 'hex'))
on conflict (school) do update set counters = excluded.counters;
";

const SCHEMA: &str = "create table cell (school int, number int, value int,
    primary key (school, number));
create table push (school int primary key, counters bytea);";

/// A running server.
pub struct Postgres {
    server: Child,
    programs: PathBuf,
    folder: PathBuf,
    user: Option<(u32, u32)>,
}

impl Postgres {
    /// Starts a server in a folder; nothing where PostgreSQL is not installed.
    pub fn start(folder: &Path) -> Option<Self> {
        let programs = programs()?;
        let user = unprivileged()?;
        if let Some((uid, gid)) = user {
            std::os::unix::fs::chown(folder, Some(uid), Some(gid)).expect("folder");
        }
        let data = folder.join("data");
        let make = |name: &str| as_user(&programs.join(name), user);
        let made = make("initdb").args(["-A", "trust", "-U", "bench", "-D"]).arg(&data).output();
        assert!(made.expect("initdb").status.success(), "initdb failed");
        let server = make("postgres")
            .args(["-c", "listen_addresses=", "-c", "shared_buffers=256MB"])
            .args(["-D".as_ref(), data.as_os_str(), "-k".as_ref(), folder.as_os_str()])
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("postgres starts");
        let server = Self { server, programs, folder: folder.to_owned(), user };
        server.wait_until_ready();
        server.sql(SCHEMA);
        Some(server)
    }

    /// Pushes a second as one row a counter.
    pub fn rows(&self, connections: usize) -> f64 {
        self.load(ROWS, connections)
    }

    /// Pushes a second as one value of 4,000 bytes.
    pub fn blobs(&self, connections: usize) -> f64 {
        self.load(BLOB, connections)
    }

    fn load(&self, script: &str, connections: usize) -> f64 {
        let path = self.folder.join("load.sql");
        std::fs::write(&path, script).expect("script");
        let ran = self
            .client("pgbench")
            .args(["-n", "-T", SECONDS, "-c", &connections.to_string(), "-f"])
            .arg(&path)
            .arg("postgres")
            .output()
            .expect("pgbench");
        let text = String::from_utf8_lossy(&ran.stdout).into_owned();
        let rate = text.lines().find_map(|line| line.strip_prefix("tps = "));
        let rate = rate.and_then(|rest| rest.split(' ').next()).and_then(|rate| rate.parse().ok());
        rate.expect("a rate")
    }

    fn wait_until_ready(&self) {
        let ready = (0..100).any(|_| {
            let ready = self.client("pg_isready").output().is_ok_and(|ran| ran.status.success());
            if !ready {
                std::thread::sleep(Duration::from_millis(100));
            }
            ready
        });
        assert!(ready, "PostgreSQL did not become ready");
    }

    fn sql(&self, text: &str) {
        let psql = Path::new("psql");
        let mut command = as_user(psql, self.user);
        let ran = self.at(&mut command).args(["-d", "postgres", "-c", text]).output();
        assert!(ran.expect("psql").status.success(), "psql failed");
    }

    fn client(&self, name: &str) -> Command {
        let mut command = as_user(&self.programs.join(name), self.user);
        self.at(&mut command);
        command
    }

    fn at<'c>(&self, command: &'c mut Command) -> &'c mut Command {
        command.arg("-h").arg(&self.folder).args(["-U", "bench"])
    }
}

impl Drop for Postgres {
    fn drop(&mut self) {
        let data = self.folder.join("data");
        let stopped = as_user(&self.programs.join("pg_ctl"), self.user)
            .args(["stop", "-m", "immediate", "-D"])
            .arg(data)
            .output();
        if !stopped.is_ok_and(|ran| ran.status.success()) {
            let _ = self.server.kill();
        }
        let _ = self.server.wait();
    }
}

/// The newest installed server's programs.
fn programs() -> Option<PathBuf> {
    let found = std::fs::read_dir("/usr/lib/postgresql").ok()?;
    let folders = found.filter_map(|entry| Some(entry.ok()?.path().join("bin")));
    folders.filter(|folder| folder.join("initdb").exists()).max()
}

/// Whose the server is: PostgreSQL does not run as root. Outer nothing: there is no such user.
fn unprivileged() -> Option<Option<(u32, u32)>> {
    let own = std::fs::read_to_string("/proc/self/status").ok()?;
    let uid = own.lines().find_map(|line| line.strip_prefix("Uid:"))?;
    if uid.split_whitespace().nth(1)? != "0" {
        return Some(None);
    }
    let users = std::fs::read_to_string("/etc/passwd").ok()?;
    let mut fields = users.lines().find(|line| line.starts_with("postgres:"))?.split(':').skip(2);
    Some(Some((fields.next()?.parse().ok()?, fields.next()?.parse().ok()?)))
}

fn as_user(program: &Path, user: Option<(u32, u32)>) -> Command {
    let mut command = Command::new(program);
    command.current_dir("/");
    if let Some((uid, gid)) = user {
        command.uid(uid).gid(gid);
    }
    command
}
