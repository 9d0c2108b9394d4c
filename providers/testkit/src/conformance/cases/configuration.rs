//! Settings: what is refused, where, and what is not said.

use std::net::TcpListener;

use provider_core::config::ConfigFault;
use toml::{Table, Value};

use crate::conformance::bench::{Bench, Manner, replace_secret, secret_key, within};
use crate::conformance::{Broken, Subject, Verdict, ensure};

/// A variable that nobody sets.
const NO_SUCH_VARIABLE: &str = "${SWITCHBOARD_CONFORMANCE_NO_SUCH_VARIABLE}";

pub(super) async fn the_kind_has_a_name_and_a_title(subject: &Subject) -> Verdict {
    let Subject { kind, title, .. } = subject;
    let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    ensure(!kind.is_empty() && kind.chars().all(plain), || {
        format!("a kind has lower-case letters, digits and -: {kind:?}")
    })?;
    ensure(!title.trim().is_empty(), || "the title is empty".to_owned())?;
    ensure(subject.twin.kind() == *kind, || {
        format!("the adapter is {kind:?}, its twin is {:?}", subject.twin.kind())
    })?;
    let bench = Bench::open(subject).await?;
    let provider = bench.provider()?;
    let info = provider.info();
    ensure(
        info.id.as_str() == super::super::bench::ID && info.kind == *kind && info.title == *title,
        || format!("the provider says that it is {info:?}"),
    )
}

pub(super) async fn a_provider_is_built_while_its_upstream_is_down(subject: &Subject) -> Verdict {
    let bench = Bench::open(subject).await?;
    let listener = TcpListener::bind("127.0.0.1:0").and_then(|listener| {
        listener.set_nonblocking(true)?;
        Ok(listener)
    });
    let listener = listener.map_err(|error| Broken::new(error.to_string()))?;
    let address = listener
        .local_addr()
        .map_err(|error| Broken::new(error.to_string()))?;
    let mut table = bench.table(Manner::PATIENT);
    set_base_url(&mut table, &format!("http://{address}"));
    let built = bench.build(table);
    ensure(built.is_ok(), || format!("{:?}", built.err()))?;
    ensure(listener.accept().is_err(), || {
        "building the provider opened a connection to its upstream".to_owned()
    })
}

pub(super) async fn unknown_keys_are_refused_by_their_path(subject: &Subject) -> Verdict {
    let bench = Bench::open(subject).await?;
    let mut table = bench.table(Manner::PATIENT);
    within(&mut table, "config", |config| {
        config.insert("no_such_key".to_owned(), 1.into());
    });
    faulty(&bench, table, &["config.no_such_key"])?;
    let mut table = bench.table(Manner::PATIENT);
    within(&mut table, "config", |config| {
        within(config, "http", |http| {
            http.insert("no_such_key".to_owned(), 1.into())
        });
    });
    faulty(&bench, table, &["config.http.no_such_key"])
}

pub(super) async fn a_bad_base_url_is_refused_by_its_key(subject: &Subject) -> Verdict {
    let bench = Bench::open(subject).await?;
    for bad in [
        "",
        "not a url",
        "ftp://example.com",
        "http://example.com/plain",
        "https://user:hunter2hunter2@example.com",
        "https://example.com/?key=hunter2hunter2",
    ] {
        let mut table = bench.table(Manner::PATIENT);
        set_base_url(&mut table, bad);
        let told = faults(&bench, table)?;
        names(&told, "config.base_url")?;
        silent(&told, "hunter2hunter2")?;
    }
    let mut table = bench.table(Manner::PATIENT);
    within(&mut table, "config", |config| config.remove("base_url"));
    let told = faults(&bench, table)?;
    ensure(
        told.iter().any(|fault| fault.to_string().contains("base_url")),
        || format!("a missing base_url is not told: {told:?}"),
    )
}

pub(super) async fn a_secret_is_named_and_never_written_down(subject: &Subject) -> Verdict {
    let bench = Bench::open(subject).await?;
    let missing = "/nowhere/switchboard-conformance-secret";
    let file = Value::Table(Table::from_iter([("file".to_owned(), missing.into())]));
    for unfit in [NO_SUCH_VARIABLE.into(), file, bench.twin.secret().into()] {
        let (table, key) = with_secret(&bench, &unfit)?;
        let told = faults(&bench, table)?;
        names(&told, &key)?;
        silent(&told, bench.twin.secret())?;
    }
    let table = bench.table(Manner::PATIENT);
    let (entry, provider) = bench
        .build(table)
        .map_err(|faults| Broken::new(format!("{faults:?}")))?;
    let instance = bench.instance(Manner::PATIENT)?;
    let shown = format!("{entry:?} {provider:?} {:?} {instance:?}", instance.ports());
    ensure(!shown.contains(bench.twin.secret()), || {
        "the secret is in the Debug of the provider, its ports or its configuration".to_owned()
    })
}

pub(super) async fn all_faults_of_the_settings_are_told_together(subject: &Subject) -> Verdict {
    let bench = Bench::open(subject).await?;
    let (mut table, key) = with_secret(&bench, &NO_SUCH_VARIABLE.into())?;
    set_base_url(&mut table, "ftp://example.com");
    within(&mut table, "config", |config| {
        config.insert("no_such_key".to_owned(), 1.into());
    });
    faulty(&bench, table, &["config.base_url", "config.no_such_key", &key])
}

fn set_base_url(table: &mut Table, url: &str) {
    within(table, "config", |config| {
        config.insert("base_url".to_owned(), url.into());
    });
}

/// The table with something else for a secret, and the path of the key where it stands.
fn with_secret(bench: &Bench<'_>, other: &Value) -> Result<(Table, String), Broken> {
    let mut table = bench.table(Manner::PATIENT);
    let file = bench.twin.secret_file();
    let config = table
        .get_mut("config")
        .ok_or_else(|| Broken::new("the twin has no config"))?;
    let key = secret_key(config, "config", file);
    let key = key.ok_or_else(|| Broken::new("the twin's `config` does not name its secret file"))?;
    replace_secret(config, file, other);
    Ok((table, key))
}

fn faulty(bench: &Bench<'_>, table: Table, keys: &[&str]) -> Verdict {
    let told = faults(bench, table)?;
    keys.iter().try_for_each(|key| names(&told, key))
}

fn faults(bench: &Bench<'_>, table: Table) -> Result<Vec<ConfigFault>, Broken> {
    let shown = format!(
        "{:?}",
        table
            .get("config")
            .and_then(Value::as_table)
            .map(|config| config.keys().collect::<Vec<_>>())
    );
    match bench.build(table) {
        Err(faults) => Ok(faults),
        Ok(_) => Err(Broken::new(format!("unfit settings are accepted, of {shown}"))),
    }
}

fn names(told: &[ConfigFault], key: &str) -> Verdict {
    ensure(told.iter().any(|fault| fault.key() == key), || {
        format!("no fault is told at {key}: {told:?}")
    })
}

fn silent(told: &[ConfigFault], secret: &str) -> Verdict {
    let shown = format!(
        "{told:?} {}",
        told.iter().map(ToString::to_string).collect::<String>()
    );
    ensure(!shown.contains(secret), || {
        "what was written where a secret or a URL stands is repeated in a fault".to_owned()
    })
}
