//! Shuffle files hold histories. They lie where the page says, nobody else can read them, and they go.

use crate::support::{LONG, alone, answer_of, cluster, draw, folder, run, shuffle_files, until};
use std::fs;
use std::os::unix::fs::PermissionsExt;

#[test]
fn nothing_is_left_after_a_normal_end_and_nothing_anywhere_else() {
    let _alone = alone();
    let people = folder();
    draw(people.path(), 30_000, &["--files", "4"]);
    let cluster = cluster();
    for work in &cluster.work {
        let own: Vec<_> = fs::read_dir(work.path()).expect("a folder").map(|e| e.expect("an entry").path()).collect();
        let directory = own.iter().find(|path| path.is_dir()).expect("a work directory");
        assert_eq!(fs::metadata(directory).expect("it").permissions().mode() & 0o777, 0o700);
        let said = cluster
            .executors
            .iter()
            .any(|executor| executor.said.trim().ends_with(directory.to_str().expect("a path")));
        assert!(said, "an executor says where its files lie");
    }
    let files = people.path().to_str().expect("a path");
    answer_of(&run(&["fit", files, "--at", &cluster.at, "--groups", "2", "--starts", "2", "--json"]));
    until(LONG, "nothing is left of a job that ended well", || {
        cluster.work.iter().all(|work| shuffle_files(work.path()).is_empty())
    });
    for executor in cluster.executors {
        executor.end();
    }
    for work in &cluster.work {
        assert_eq!(fs::read_dir(work.path()).expect("a folder").count(), 0);
    }
}

#[test]
fn standalone_leaves_nothing_where_temporary_files_lie() {
    let _alone = alone();
    let (people, temporary) = (folder(), folder());
    draw(people.path(), 30_000, &["--files", "4"]);
    let done = std::process::Command::new(crate::support::BINARY)
        .args(["fit", people.path().to_str().expect("a path"), "--standalone", "--groups", "2", "--starts", "2"])
        .env("TMPDIR", temporary.path())
        .output()
        .expect("it runs");
    assert!(done.status.success(), "{}", crate::support::text(&done.stderr));
    assert_eq!(fs::read_dir(temporary.path()).expect("a folder").count(), 0);
}

#[test]
fn what_a_killed_executor_left_goes_when_the_next_one_starts_there() {
    let _alone = alone();
    let (people, work) = (folder(), folder());
    draw(people.path(), 400_000, &["--files", "8"]);
    let (_scheduler, at) = crate::support::scheduler(0);
    let executor = crate::support::executor(&at, work.path(), &[]);
    let files = people.path().to_str().expect("a path");
    let mut running = crate::support::client(&["fit", files, "--at", &at, "--partitions", "16"]);
    until(LONG, "it has counted something", || {
        assert!(running.runs(), "the fit ended before its executor could be killed");
        !shuffle_files(work.path()).is_empty()
    });
    executor.kill();
    running.kill();
    let left = shuffle_files(work.path());
    assert!(!left.is_empty());
    std::thread::sleep(std::time::Duration::from_secs(1));
    let _next = crate::support::executor(&at, work.path(), &[]);
    assert!(left.iter().all(|(path, _)| !path.exists()), "{left:?}");
}
