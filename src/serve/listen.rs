//! Connections: how many, how long, and how they end. A client that sends or reads slowly loses
//! its connection, and never keeps others waiting.

use std::future::Future;
use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use axum::Router;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Semaphore, watch};
use tokio::task::JoinSet;
use tokio::time::{Instant, Sleep, sleep, timeout};

/// Connections at one time; more are told so and closed.
const MOST_CONNECTIONS: usize = 512;
/// From the first byte a connection may send, or the end of its last answer, to the end of the next
/// request's head.
const HEAD_TIME: Duration = Duration::from_secs(15);
/// How long a client may take no byte of what is sent to it.
const WRITE_TIME: Duration = Duration::from_secs(20);
/// Largest head of a request.
const HEAD_BYTES: usize = 32 << 10;
/// How long answers in the making may take once the server ends.
const GRACE: Duration = Duration::from_millis(500);

/// Accepts connections until `ending` is true, then lets what is under way finish for a moment.
pub(super) async fn accept(listener: TcpListener, router: Router, ending: watch::Receiver<bool>) {
    let mut over = std::pin::pin!(over(ending.clone()));
    let free = Arc::new(Semaphore::new(MOST_CONNECTIONS));
    let mut connections = JoinSet::new();
    loop {
        tokio::select! {
            () = over.as_mut() => break,
            Some(_) = connections.join_next() => {}
            accepted = listener.accept() => {
                let Ok((stream, _)) = accepted else {
                    // Out of file descriptors, say: others will close theirs.
                    sleep(Duration::from_millis(50)).await;
                    continue;
                };
                match Arc::clone(&free).try_acquire_owned() {
                    Ok(permit) => {
                        let serving = serve(stream, router.clone(), ending.clone());
                        connections.spawn(async move {
                            serving.await;
                            drop(permit);
                        });
                    }
                    Err(_) => {
                        connections.spawn(refuse(stream));
                    }
                }
            }
        }
    }
    drop(listener);
    let all = async { while connections.join_next().await.is_some() {} };
    // What is not done by then is cut off.
    let _ = timeout(GRACE, all).await;
}

/// Done when the server ends.
async fn over(mut ending: watch::Receiver<bool>) {
    // Without a sender it has ended.
    let _ = ending.wait_for(|ends| *ends).await;
}

async fn serve(stream: TcpStream, router: Router, ending: watch::Receiver<bool>) {
    // Answers are written whole; waiting for more to send with them only delays them.
    let _ = stream.set_nodelay(true);
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HEAD_TIME)
        .max_buf_size(HEAD_BYTES)
        .serve_connection(
            TokioIo::new(Patient::new(stream)),
            TowerToHyperService::new(router),
        );
    let mut connection = std::pin::pin!(connection);
    tokio::select! {
        // A client that broke off is nobody's fault.
        _ = connection.as_mut() => return,
        () = over(ending) => {}
    }
    connection.as_mut().graceful_shutdown();
    let _ = connection.await;
}

async fn refuse(stream: TcpStream) {
    const FULL: &[u8] = b"HTTP/1.1 503 Service Unavailable\r\ncontent-type: application/json\r\n\
        connection: close\r\nretry-after: 1\r\ncontent-length: 60\r\n\r\n\
        {\"version\":1,\"error\":{\"message\":\"too many connections\"}}    ";
    // Who does not take it gets nothing.
    if let Ok(Ok(())) = timeout(Duration::from_secs(1), stream.writable()).await {
        let _ = stream.try_write(FULL);
    }
}

/// A stream whose writes fail if the other side takes nothing for [`WRITE_TIME`].
struct Patient {
    stream: TcpStream,
    /// Set while a write waits.
    patience: Option<Pin<Box<Sleep>>>,
}

impl Patient {
    fn new(stream: TcpStream) -> Self {
        Self {
            stream,
            patience: None,
        }
    }

    fn judge<T>(
        &mut self,
        cx: &mut Context<'_>,
        written: Poll<io::Result<T>>,
    ) -> Poll<io::Result<T>> {
        if written.is_ready() {
            self.patience = None;
            return written;
        }
        let until = Instant::now() + WRITE_TIME;
        let patience = self
            .patience
            .get_or_insert_with(|| Box::pin(tokio::time::sleep_until(until)));
        ready!(patience.as_mut().poll(cx));
        Poll::Ready(Err(io::ErrorKind::TimedOut.into()))
    }
}

impl AsyncRead for Patient {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(cx, buffer)
    }
}

impl AsyncWrite for Patient {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write(cx, bytes);
        self.judge(cx, written)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write_vectored(cx, bytes);
        self.judge(cx, written)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}
