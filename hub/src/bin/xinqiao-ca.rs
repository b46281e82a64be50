//! `xinqiao-ca`: the offline authority of a commission.

use std::process::ExitCode;

fn main() -> ExitCode {
    hub::ca::run(std::env::args_os().collect())
}
