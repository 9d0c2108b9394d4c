//! The cases that every adapter must pass.
//!
//! [`conformance!`](crate::conformance!) makes a test of each of them. A case runs the adapter, as the program would
//! configure it, against a twin of its upstream behind a real server, and does to the wire what upstreams and networks
//! do. It asks for everything that the adapter's terms declare and for what they don't, and reads the ledger of the
//! twin: an answer that looks right is not enough if it was sent for twice.
//!
//! A port that the adapter lacks is no reason to leave a case out: then the case checks that it is nowhere claimed.

mod bench;
mod capture;
pub mod cases;
mod known;
mod probe;
mod samples;
mod stage;
mod subject;

use std::time::Duration;

pub use known::{Known, UnknownWord};
use provider_core::contract::ensure;
pub use provider_core::contract::{Broken, Verdict};
pub use subject::Subject;

/// Longer than a case may take.
const LONGEST: Duration = Duration::from_secs(60);

/// Runs a case on a subject, in a runtime of its own.
///
/// # Errors
/// [`Broken`], with what the adapter does not do.
pub fn judge(case: &cases::Case, subject: &Subject) -> Verdict {
    // Before anything can be written.
    capture::listen();
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .map_err(|error| Broken::new(format!("no runtime: {error}")))?;
    let verdict = runtime.block_on(async {
        let (run, subject) = (case.run, subject.clone());
        // As a task of its own: the watch must go on when the adapter blocks a thread.
        let case = tokio::spawn(async move { run(&subject).await });
        tokio::time::timeout(LONGEST, case).await
    });
    runtime.shutdown_background();
    match verdict {
        Ok(Ok(verdict)) => verdict,
        Ok(Err(panic)) => Err(Broken::new(format!("panicked: {panic}"))),
        Err(_) => Err(Broken::new(format!("does not end within {LONGEST:?}"))),
    }
}

/// Makes a test of each case, for a subject: an expression that is evaluated anew for each of them.
///
/// ```text
/// provider_testkit::conformance!(subject());
///
/// fn subject() -> provider_testkit::Subject {
///     Subject::of::<Callstats>(Arc::new(CallstatsTwin::new()), Known::default())
/// }
/// ```
#[macro_export]
macro_rules! conformance {
    ($subject:expr) => {
        $crate::cases!([$crate::conformance_tests] $subject);
    };
}

/// What [`conformance!`](crate::conformance!) does with the list of cases.
#[doc(hidden)]
#[macro_export]
macro_rules! conformance_tests {
    ($subject:expr; $($theme:ident: $($case:ident)+;)+) => {
        $($(
            #[test]
            fn $case() {
                let case = $crate::conformance::cases::named(stringify!($case));
                if let Err(broken) = case.and_then(|case| $crate::conformance::judge(case, &$subject)) {
                    panic!("{broken}");
                }
            }
        )+)+
    };
}
