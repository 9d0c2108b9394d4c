//! Running the program in a folder of its own, with an environment of its own.

use std::{
    io::{BufRead, BufReader, Read},
    path::PathBuf,
    process::{Child, ChildStdout, Command, Output, Stdio},
    sync::{Arc, Mutex},
    thread::JoinHandle,
    time::{Duration, Instant},
};

use tempfile::TempDir;

/// A folder to run in; gone afterwards.
pub(crate) struct Folder(TempDir);

impl Folder {
    pub(crate) fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    pub(crate) fn write(&self, name: &str, content: &str) -> PathBuf {
        let path = self.path(name);
        std::fs::write(&path, content).unwrap();
        path
    }

    pub(crate) fn read(&self, name: &str) -> String {
        std::fs::read_to_string(self.path(name)).unwrap()
    }

    /// The program with nothing configured, about to run here.
    pub(crate) fn program(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_switchboard"));
        command
            .args(arguments)
            .current_dir(self.0.path())
            .stdin(Stdio::null());
        for variable in ["CONFIG", "LISTEN", "LOG_LEVEL", "LOG_FORMAT"] {
            command.env_remove(format!("SWITCHBOARD_{variable}"));
        }
        command.env_remove("DATABASE_URL");
        command
    }

    pub(crate) fn run(&self, arguments: &[&str]) -> Finished {
        Finished::of(self.program(arguments).output().unwrap())
    }
}

/// What a run ended with.
#[derive(Debug)]
pub(crate) struct Finished {
    pub(crate) code: i32,
    pub(crate) out: String,
    pub(crate) err: String,
}

impl Finished {
    pub(crate) fn of(output: Output) -> Self {
        Self {
            code: output
                .status
                .code()
                .expect("the program was not ended by a signal"),
            out: String::from_utf8(output.stdout).unwrap(),
            err: String::from_utf8(output.stderr).unwrap(),
        }
    }
}

/// A server that runs until it is dropped.
pub(crate) struct Server {
    running: Running,
    out: BufReader<ChildStdout>,
    /// Reads the log all the time, so that the server never waits for a full pipe.
    reading: JoinHandle<()>,
    /// What was read of the log so far.
    err: Arc<Mutex<String>>,
    /// What it printed before it was ready.
    pub(crate) before: String,
    /// `http://127.0.0.1:PORT`
    pub(crate) url: String,
}

impl Server {
    /// Starts the program and waits until it says that it is ready.
    pub(crate) fn start(folder: &Folder, arguments: &[&str]) -> Self {
        Self::start_with(folder, arguments, &[])
    }

    /// The same, with more in the environment.
    pub(crate) fn start_with(folder: &Folder, arguments: &[&str], environment: &[(&str, &str)]) -> Self {
        let mut command = folder.program(arguments);
        command.envs(environment.iter().copied());
        command
            .args(["--listen", "127.0.0.1:0"])
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        let mut running = Running(command.spawn().unwrap());
        let mut out = BufReader::new(running.0.stdout.take().unwrap());
        let log = BufReader::new(running.0.stderr.take().unwrap());
        let err = Arc::new(Mutex::new(String::new()));
        let read = Arc::clone(&err);
        let reading = std::thread::spawn(move || {
            for line in log.lines() {
                let line = line.unwrap();
                let mut read = read.lock().unwrap();
                read.push_str(&line);
                read.push('\n');
            }
        });
        let mut before = String::new();
        loop {
            let mut line = String::new();
            if out.read_line(&mut line).unwrap() == 0 {
                reading.join().unwrap();
                panic!("the server ended before it was ready: {}", err.lock().unwrap());
            }
            if let Some(url) = line.trim().strip_prefix("Switchboard is ready at ") {
                let url = url.trim_end_matches('/').to_owned();
                return Self {
                    running,
                    out,
                    reading,
                    err,
                    before,
                    url,
                };
            }
            before.push_str(&line);
        }
    }

    /// Waits until its log has a text.
    pub(crate) fn wait_until_logged(&self, text: &str) {
        let given_up = Instant::now() + Duration::from_secs(60);
        while !self.err.lock().unwrap().contains(text) {
            assert!(Instant::now() < given_up, "not logged: {text}");
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    /// Asks it to end, as a service manager does, and gives what it printed since it was ready.
    pub(crate) fn stop(mut self) -> Finished {
        let pid = self.running.0.id().to_string();
        assert!(
            Command::new("kill")
                .args(["-TERM", &pid])
                .status()
                .unwrap()
                .success()
        );
        let mut out = String::new();
        self.out.read_to_string(&mut out).unwrap();
        self.reading.join().unwrap();
        let err = self.err.lock().unwrap().clone();
        let status = self.running.0.wait().unwrap();
        Finished {
            code: status.code().expect("SIGTERM ends it gracefully"),
            out,
            err,
        }
    }
}

/// A process that does not outlive its test.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        // Ended already where the test stopped it.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}
