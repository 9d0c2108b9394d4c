//! The program as a process.

use std::{
    io::{BufRead, BufReader, Read},
    path::{Path, PathBuf},
    process::{Child, Command, ExitStatus, Output, Stdio},
    sync::{Arc, Mutex},
    thread::{self, JoinHandle},
    time::{Duration, Instant},
};

use tokio::{sync::mpsc, task, time};

use crate::database::Database;

/// How long anything may take that should not take long. Generous: tests share a machine with other tests.
pub(crate) const DEADLINE: Duration = Duration::from_secs(120);
/// Pause between two looks at a condition.
const LOOK: Duration = Duration::from_millis(20);

/// Patience with a condition that somebody else makes true.
#[derive(Debug)]
pub(crate) struct Patience<'a> {
    what: &'a str,
    until: Instant,
}

impl<'a> Patience<'a> {
    /// For as long as [`DEADLINE`].
    pub(crate) fn with(what: &'a str) -> Self {
        Self {
            what,
            until: Instant::now() + DEADLINE,
        }
    }

    /// Waits for a moment before the next look; fails the test when there were enough.
    pub(crate) async fn pause(&self) {
        assert!(
            Instant::now() < self.until,
            "after {DEADLINE:?} still not: {}",
            self.what
        );
        time::sleep(LOOK).await;
    }
}

/// Waits until `look` gives something, and says what was missing when it doesn't in time.
pub(crate) async fn eventually<T>(what: &str, mut look: impl AsyncFnMut() -> Option<T>) -> T {
    let patience = Patience::with(what);
    loop {
        if let Some(found) = look().await {
            return found;
        }
        patience.pause().await;
    }
}

/// The built program, which stands beside the directory of the test executables.
fn program() -> PathBuf {
    let test = std::env::current_exe().expect("the path of the test executable");
    let directory = test.ancestors().nth(2).expect("it is in target/PROFILE/deps");
    let program = directory.join(format!("switchboard{}", std::env::consts::EXE_SUFFIX));
    assert!(
        program.is_file(),
        "{} is not there: run scripts/test, which builds it",
        program.display()
    );
    program
}

/// The program with nothing of this process's environment or configuration.
fn command(database: &Database, arguments: &[&str]) -> Command {
    let mut command = Command::new(program());
    command
        .args(arguments)
        .args(["--database", database.url()])
        .env_clear()
        .current_dir(Path::new(env!("CARGO_TARGET_TMPDIR")))
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    command
}

/// Runs a command of the program to its end.
pub(crate) async fn run(database: &Database, arguments: &[&str]) -> Output {
    let mut command = command(database, arguments);
    let ended = task::spawn_blocking(move || command.output());
    ended.await.expect("no panic").expect("the program starts")
}

/// Runs a command that must do all of its work, and gives what it says.
pub(crate) async fn run_well(database: &Database, arguments: &[&str]) -> String {
    let Output {
        status,
        stdout,
        stderr,
    } = run(database, arguments).await;
    let (stdout, stderr) = (String::from_utf8_lossy(&stdout), String::from_utf8_lossy(&stderr));
    assert!(status.success(), "{arguments:?}: {status}\n{stdout}\n{stderr}");
    stdout.into_owned()
}

/// A running `switchboard serve`. Dropping it kills the process.
#[derive(Debug)]
pub(crate) struct Server {
    child: Child,
    url: String,
    first_key: Option<String>,
    lines: mpsc::UnboundedReceiver<String>,
    said: Arc<Mutex<String>>,
    log: Arc<Mutex<String>>,
    readers: Vec<JoinHandle<()>>,
}

impl Server {
    /// Starts one on a free port, and waits until it says that it is ready.
    pub(crate) async fn start(database: &Database) -> Self {
        Self::start_with(database, &[]).await
    }

    /// The same, with a configuration file.
    pub(crate) async fn start_configured(database: &Database, file: &Path) -> Self {
        let file = file.to_str().expect("UTF-8");
        Self::start_with(database, &[("SWITCHBOARD_CONFIG", file)]).await
    }

    /// The same, with environment variables.
    pub(crate) async fn start_with(database: &Database, environment: &[(&str, &str)]) -> Self {
        let mut command = command(database, &["serve", "--listen", "127.0.0.1:0"]);
        command.envs(environment.iter().copied());
        let mut child = command.spawn().expect("the program starts");
        let (said, log) = (Arc::default(), Arc::default());
        let (sender, lines) = mpsc::unbounded_channel();
        let stdout = child.stdout.take().expect("a pipe");
        let stderr = child.stderr.take().expect("a pipe");
        let readers = vec![
            follow(stdout, Arc::clone(&said), Some(sender)),
            follow(stderr, Arc::clone(&log), None),
        ];
        let url = String::new();
        let mut server = Self {
            child,
            url,
            first_key: None,
            lines,
            said,
            log,
            readers,
        };
        let ready = time::timeout(DEADLINE, server.become_ready()).await;
        assert!(
            ready.is_ok(),
            "not ready after {DEADLINE:?}\n{}\n{}",
            server.said(),
            server.log()
        );
        server
    }

    async fn become_ready(&mut self) {
        while let Some(line) = self.lines.recv().await {
            if let Some(url) = line.strip_prefix("Switchboard is ready at ") {
                self.url = url.trim_end_matches('/').to_owned();
                return;
            }
            if line.trim().starts_with("sb_live_") {
                self.first_key = Some(line.trim().to_owned());
            }
        }
        panic!(
            "the program ended before it was ready\n{}\n{}",
            self.said(),
            self.log()
        );
    }

    /// `http://127.0.0.1:PORT`.
    pub(crate) fn url(&self) -> &str {
        &self.url
    }

    /// Host and port.
    pub(crate) fn address(&self) -> &str {
        self.url.trim_start_matches("http://")
    }

    /// The API key that it showed before it was ready.
    pub(crate) fn first_key(&self) -> Option<&str> {
        self.first_key.as_deref()
    }

    /// Its standard output so far.
    pub(crate) fn said(&self) -> String {
        self.said.lock().expect("no panic").clone()
    }

    /// Its standard error so far.
    pub(crate) fn log(&self) -> String {
        self.log.lock().expect("no panic").clone()
    }

    /// `kill -9`, wherever it is.
    pub(crate) fn kill(mut self) {
        self.end();
    }

    /// `kill -TERM`; it goes on until its work is done.
    pub(crate) fn ask_to_end(&self) {
        let asked = Command::new("kill")
            .args(["-TERM", &self.child.id().to_string()])
            .status();
        assert!(asked.expect("kill is there").success(), "no process to ask");
    }

    /// Waits for its end; gives how it ended and all that it wrote to standard output and standard error.
    pub(crate) async fn ended(mut self) -> (ExitStatus, String, String) {
        let closed = async { while self.lines.recv().await.is_some() {} };
        let closed = time::timeout(DEADLINE, closed).await;
        assert!(closed.is_ok(), "it runs after {DEADLINE:?}\n{}", self.log());
        let status = self.child.wait().expect("its status");
        for reader in self.readers.drain(..) {
            reader.join().expect("no panic");
        }
        (status, self.said(), self.log())
    }

    /// Asks it to end and expects that it does, well.
    pub(crate) async fn stop(self) -> (String, String) {
        self.ask_to_end();
        let (status, said, log) = self.ended().await;
        assert!(status.success(), "{status}\n{log}");
        (said, log)
    }

    fn end(&mut self) {
        // An error: it has ended by itself.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.end();
        if thread::panicking() {
            eprintln!("the program's log:\n{}", self.log());
        }
    }
}

/// Keeps the lines of a pipe, and passes them on, until it is closed.
fn follow(
    pipe: impl Read + Send + 'static,
    kept: Arc<Mutex<String>>,
    sender: Option<mpsc::UnboundedSender<String>>,
) -> JoinHandle<()> {
    thread::spawn(move || {
        for line in BufReader::new(pipe).lines().map_while(Result::ok) {
            {
                let mut kept = kept.lock().expect("no panic");
                kept.push_str(&line);
                kept.push('\n');
            }
            if let Some(sender) = &sender {
                // Nobody listens after the end of a test.
                let _ = sender.send(line);
            }
        }
    })
}
