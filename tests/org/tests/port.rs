//! The org on a port: what a router alone cannot show.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};

use org::{Fault, FaultKind, Org, Settings};
use tokio::net::TcpListener;

/// Everything that comes back on a connection of its own.
async fn ask(address: SocketAddr, path: &str) -> String {
    let request = format!("GET {path} HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n");
    let asked = tokio::task::spawn_blocking(move || {
        let mut stream = TcpStream::connect(address).expect("somebody listens");
        stream
            .write_all(request.as_bytes())
            .expect("it takes the request");
        let mut answer = String::new();
        // A connection that is cut may end in an error: what came before it counts.
        let _ = stream.read_to_string(&mut answer);
        answer
    });
    asked.await.expect("an answer or none")
}

#[tokio::test]
async fn a_dropped_answer_is_a_closed_connection_and_the_next_one_is_answered() {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().expect("an address");
    let org = Org::new(Settings::new(
        format!("http://{address}"),
        "http://localhost:8080",
    ));
    tokio::spawn(org.clone().serve(listener));
    for kind in [FaultKind::DropBefore, FaultKind::DropAfter] {
        org.arm(Fault::once("*", kind));
        assert_eq!(ask(address, "/oauth2/v1/keys").await, "");
        assert!(
            ask(address, "/oauth2/v1/keys")
                .await
                .starts_with("HTTP/1.1 200 OK")
        );
    }
}
