//! `xinqiao-hub`: a street's, district's or city's hub.

use std::process::ExitCode;

fn main() -> ExitCode {
    hub::cli::run(std::env::args_os().collect())
}
