//! A stack deep enough for recursion over diagrams.

/// Bytes of stack for each variable of a diagram: the largest frame here is below 300 bytes in an
/// unoptimised build.
const FRAME: usize = 1_000;

/// Variables a diagram may have; more would need more stack than is reserved.
pub const MOST_VARIABLES: usize = 1_000_000;

/// Runs `work` on a thread of its own whose stack holds a recursion `variables` deep.
pub fn deep<T: Send>(variables: usize, work: impl FnOnce() -> T + Send) -> T {
    let size = (4 << 20) + variables.min(MOST_VARIABLES) * FRAME;
    std::thread::scope(|scope| {
        let thread = std::thread::Builder::new().stack_size(size);
        match thread.spawn_scoped(scope, work) {
            Ok(handle) => handle
                .join()
                .unwrap_or_else(|panic| std::panic::resume_unwind(panic)),
            Err(error) => std::panic::panic_any(format!("no thread can be started: {error}")),
        }
    })
}
