//! The program: all of it is in the library.

use std::process::ExitCode;

/// Of the system's allocator, reading 50 MB of manifests and merging them takes a quarter longer,
/// and reading one changed file again a third; `benches/ingest.rs` compares them. The library
/// leaves the choice to its user.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    ExitCode::from(spof::cli::run(std::env::args_os()))
}
