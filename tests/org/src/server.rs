//! The org on a port.

use std::convert::Infallible;
use std::io;
use std::time::Duration;

use axum::body::Body;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::net::{TcpListener, TcpStream};
use tower::ServiceExt;

use crate::{Dropped, Org, guard};

impl Org {
    /// Answers on a port until the task is dropped. Not `axum::serve`: that one cannot close a connection without an
    /// answer, which is what a dropped connection is.
    pub async fn serve(self, listener: TcpListener) -> io::Result<()> {
        loop {
            match listener.accept().await {
                Ok((stream, _)) => drop(tokio::spawn(connection(self.clone(), stream))),
                // Too many open files, a client that was gone at once: the next one may have more luck.
                Err(_) => tokio::time::sleep(Duration::from_millis(50)).await,
            }
        }
    }
}

async fn connection(org: Org, stream: TcpStream) {
    let Ok(address) = stream.local_addr() else {
        // The client is gone.
        return;
    };
    let router = org.router();
    let service = service_fn(move |request: hyper::Request<hyper::body::Incoming>| {
        let router = router.clone();
        let refused = guard::misdirected(&request, address.port(), &org.settings().origin);
        async move {
            if let Some(refused) = refused {
                return Ok(refused);
            }
            let answered: Result<_, Infallible> = router.oneshot(request.map(Body::new)).await;
            match answered {
                Ok(response) if response.extensions().get::<Dropped>().is_some() => Err(NoAnswer),
                Ok(response) => Ok(response),
                Err(never) => match never {},
            }
        }
    });
    // An error here is a client that left, or a connection dropped on purpose.
    let _ = http1::Builder::new()
        .serve_connection(TokioIo::new(stream), service)
        .await;
}

/// Makes the server close the connection.
#[derive(Debug)]
struct NoAnswer;

impl std::fmt::Display for NoAnswer {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("the answer is dropped on purpose")
    }
}

impl std::error::Error for NoAnswer {}
