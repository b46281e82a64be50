//! The school's process: parses, configures and runs.

use std::process::ExitCode;

fn main() -> ExitCode {
    node::cli::run(std::env::args_os())
}
