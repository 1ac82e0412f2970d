//! The program: all of it is in the library.

use std::process::ExitCode;

/// With the system's allocator, reading dense manifests and merging them takes a quarter longer and a
/// quarter more memory, and reading one changed file again a third longer (docs/benchmarks.md). The
/// library leaves the choice to its user.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    ExitCode::from(spof::cli::run(std::env::args_os()))
}
