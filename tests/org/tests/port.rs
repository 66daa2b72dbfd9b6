//! The org on a port: what a router alone cannot show.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};

use org::{Fault, FaultKind, Org, Settings};
use tokio::net::TcpListener;

/// Everything that comes back on a connection of its own.
async fn ask(address: SocketAddr, path: &str) -> String {
    ask_as(address, path, &format!("host: {address}\r\n")).await
}

/// The same with these header lines, each with its end of line.
async fn ask_as(address: SocketAddr, path: &str, headers: &str) -> String {
    let request = format!("GET {path} HTTP/1.1\r\n{headers}connection: close\r\n\r\n");
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

/// A page of another site whose name is made to resolve to this machine (DNS rebinding) is of one origin with whatever answers
/// under that name. Its browser says the name in `Host`.
#[tokio::test]
async fn the_org_answers_under_the_names_of_this_machine_and_under_its_own_alone() {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().expect("an address");
    let port = address.port();
    let org = Org::new(Settings::new(
        "https://id.acme.test",
        "http://localhost:8080",
    ));
    tokio::spawn(org.clone().serve(listener));
    let status = async |headers: &str| {
        let answer = ask_as(address, "/oauth2/v1/keys", headers).await;
        answer.split(' ').nth(1).unwrap_or_default().to_owned()
    };
    for host in [
        &format!("localhost:{port}"),
        &format!("LocalHost:{port}"),
        &format!("127.0.0.1:{port}"),
        &format!("[::1]:{port}"),
        &format!("harbor.localhost:{port}"),
        "id.acme.test",
        "ID.acme.test:443",
    ] {
        assert_eq!(status(&format!("host: {host}\r\n")).await, "200", "{host}");
    }
    for host in [
        &format!("evil.test:{port}"),
        &format!("localhost.evil.test:{port}"),
        &format!("evillocalhost:{port}"),
        &format!(".localhost:{port}"),
        &format!("127.0.0.1.evil.test:{port}"),
        &format!("localhost:{port}@evil.test"),
        &format!("10.0.0.1:{port}"),
        "localhost",
        "localhost:1",
        "[::1]",
        "id.acme.test:8443",
        "",
    ] {
        assert_eq!(status(&format!("host: {host}\r\n")).await, "421", "{host}");
    }
    assert_eq!(status("").await, "400", "no host at all");
    let twice = format!("host: localhost:{port}\r\nhost: evil.test\r\n");
    assert_eq!(status(&twice).await, "400", "two hosts");
    let asked = org.count("GET", "/oauth2/v1/keys");
    assert_eq!(asked, 7, "what is refused has not reached the org");
}
