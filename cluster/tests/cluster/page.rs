//! The page's commands, letter for letter.

use crate::answers::rows;
use crate::support::{BINARY, alone, draw, folder, text};
use std::fs;
use std::net::TcpListener;
use std::path::Path;
use std::process::{Command, Stdio};

/// The first block of shell commands of the page.
fn commands() -> String {
    let page = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("README.md")).expect("the page");
    let (_, rest) = page.split_once("```sh\n").expect("a block of commands");
    rest.split_once("```").expect("its end").0.to_owned()
}

#[test]
fn the_ten_lines_of_the_page_start_three_servers_fit_and_classify() {
    let _alone = alone();
    let mut commands = commands();
    assert!(commands.lines().count() <= 10, "{commands}");
    // on a machine where somebody has that port, the page says to take another
    if TcpListener::bind(("127.0.0.1", 50050)).is_err() {
        let free = TcpListener::bind(("127.0.0.1", 0)).and_then(|listener| listener.local_addr()).expect("a port");
        commands = commands.replace("50050", &free.port().to_string());
    }
    let place = folder();
    draw(&place.path().join("people"), 20_000, &["--files", "4"]);
    let binaries = Path::new(BINARY).parent().expect("a folder");
    let path = format!("{}:{}", binaries.display(), std::env::var("PATH").unwrap_or_default());
    let done = Command::new("timeout")
        .args(["--kill-after=10", "170", "bash", "-euo", "pipefail", "-c", &commands])
        .current_dir(place.path())
        .env("PATH", path)
        .env("TMPDIR", place.path().join("people").parent().expect("a folder"))
        .stdin(Stdio::null())
        .output()
        .expect("bash runs");
    assert!(done.status.success(), "{}\n{}", text(&done.stdout), text(&done.stderr));
    let said = text(&done.stdout);
    assert!(said.contains("4 groups, poisson: log-likelihood") && said.contains("20000 persons"), "{said}");
    assert_eq!(rows(&place.path().join("profiles.parquet")), 20_000);
    assert!(fs::read_to_string(place.path().join("model.json")).expect("a model").contains("\"poisson\""));
    let left: Vec<String> = fs::read_dir(place.path())
        .expect("a folder")
        .map(|entry| entry.expect("an entry").file_name().to_string_lossy().into_owned())
        .filter(|name| name.starts_with("pleegprofiel-executor-"))
        .collect();
    assert!(left.is_empty(), "{left:?}");
}
