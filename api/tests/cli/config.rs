//! Help, configuration and the schema: what needs no database.

use provider_core::config::PolicySettings;

use super::program::{Finished, Folder};

#[test]
fn help_names_every_command_and_every_way_to_set_an_option() {
    let help = Folder::new().run(&["--help"]);
    assert_eq!(help.code, 0);
    for word in [
        "serve",
        "demo",
        "migrate",
        "import",
        "export",
        "keys",
        "schema",
        "check-config",
        "--config",
        "--listen",
        "--database",
        "SWITCHBOARD_CONFIG",
        "SWITCHBOARD_LISTEN",
        "DATABASE_URL",
        "switchboard.toml",
        "127.0.0.1:8000",
        "sqlite://switchboard.db",
    ] {
        assert!(help.out.contains(word), "{word} is missing in {}", help.out);
    }
}

#[test]
fn every_command_has_help_with_an_example() {
    let folder = Folder::new();
    for command in [
        &["serve"][..],
        &["demo"],
        &["migrate"],
        &["import", "numbers"],
        &["export", "numbers"],
        &["keys", "create"],
        &["keys", "list"],
        &["keys", "revoke"],
        &["schema"],
        &["check-config"],
    ] {
        let help = folder.run(&[command, &["--help"]].concat());
        assert_eq!(help.code, 0, "{command:?}");
        assert!(
            help.out.contains(&format!("switchboard {}", command.join(" "))),
            "{command:?}: {}",
            help.out
        );
        assert!(help.out.contains("xample"), "{command:?}: {}", help.out);
    }
}

#[test]
fn help_of_import_describes_every_column() {
    let help = Folder::new().run(&["import", "numbers", "--help"]);
    for column in service::ImportRow::COLUMNS {
        assert!(help.out.contains(column), "{column}");
    }
}

#[test]
fn wrong_usage_has_an_exit_code_of_its_own() {
    let folder = Folder::new();
    for arguments in [
        &["no-such-command"][..],
        &["serve", "--no-such-flag"],
        &["serve", "--listen", "nowhere"],
        &[],
    ] {
        assert_eq!(folder.run(arguments).code, 64, "{arguments:?}");
    }
}

#[test]
fn the_schema_is_printed_without_a_database() {
    let folder = Folder::new();
    let schema = folder.run(&["schema"]);
    assert_eq!(schema.code, 0);
    assert!(schema.out.contains("type Query"));
    assert!(!folder.path("switchboard.db").exists());
}

#[test]
fn defaults_need_no_file() {
    let folder = Folder::new();
    let shown = folder.run(&["check-config"]);
    assert_eq!(shown.code, 0, "{shown:?}");
    assert!(shown.out.contains("127.0.0.1:8000"));
    assert!(shown.out.contains("sqlite://switchboard.db"));
    assert!(
        !folder.path("switchboard.db").exists(),
        "a check connects to nothing"
    );
}

#[test]
fn flags_come_before_the_environment_which_comes_before_the_file() {
    let folder = Folder::new();
    folder.write("switchboard.toml", "listen = \"127.0.0.1:1111\"");
    let shown = |arguments: &[&str], environment: Option<&str>| {
        let mut command = folder.program(&[&["check-config"], arguments].concat());
        if let Some(address) = environment {
            command.env("SWITCHBOARD_LISTEN", address);
        }
        Finished::of(command.output().unwrap()).out
    };
    assert!(shown(&[], None).contains("127.0.0.1:1111"));
    assert!(shown(&[], Some("127.0.0.1:2222")).contains("127.0.0.1:2222"));
    assert!(shown(&["--listen", "127.0.0.1:3333"], Some("127.0.0.1:2222")).contains("127.0.0.1:3333"));
}

#[test]
fn every_fault_of_a_file_is_told_at_once() {
    let folder = Folder::new();
    let file = r#"
        listen = "nowhere"
        quarantine_days = -1
        colour = "red"
        [database]
        url = "mysql://user:hunter2@db/numbers"
        readers = 0
        pool = 3
        [log]
        format = "xml"
        level = "loud=="
        [limits]
        depth = "deep"
        [[provider]]
        id = "Not An Id"
        kind = "no-such-kind"
    "#;
    folder.write("switchboard.toml", file);
    let checked = folder.run(&["check-config"]);
    assert_eq!(checked.code, 1);
    for key in [
        "listen",
        "quarantine_days",
        "colour",
        "database.url",
        "database.readers",
        "database.pool",
        "log.format",
        "log.level",
        "limits.depth",
        "provider #1: id",
    ] {
        assert!(checked.err.contains(key), "{key} is missing in {}", checked.err);
    }
    assert!(!checked.err.contains("hunter2"));
    assert_eq!(folder.run(&["serve"]).code, 1, "no command runs with it");
}

#[test]
fn an_unknown_provider_kind_is_a_fault_with_the_instance_named() {
    let folder = Folder::new();
    folder.write(
        "switchboard.toml",
        "[[provider]]\nid = \"carrier-one\"\nkind = \"no-such-kind\"",
    );
    let checked = folder.run(&["check-config"]);
    assert_eq!(checked.code, 1);
    assert!(
        checked.err.contains("carrier-one") && checked.err.contains("no-such-kind"),
        "{}",
        checked.err
    );
}

#[test]
fn providers_are_shown_with_their_ports_and_without_their_settings() {
    let folder = Folder::new();
    folder.write("key", "hunter2");
    let file = r#"
        [[provider]]
        id = "centers"
        kind = "apio"
        config = { base_url = "https://apio.example.com", auth = { bearer = { file = "key" } }, tenant = "foo" }
        [[provider]]
        id = "nothing-left"
        kind = "callstats"
        deny = ["kpis"]
        config = { base_url = "https://kpis.example.com", auth = { bearer = { file = "key" } } }
    "#;
    folder.write("switchboard.toml", file);
    let shown = folder.run(&["check-config"]);
    assert_eq!(shown.code, 0, "{shown:?}");
    for lines in [
        "id = \"centers\"\nkind = \"apio\"  # APIO\n# ports: call_centers\n",
        "id = \"nothing-left\"\nkind = \"callstats\"  # Callstats\n# ports: none\n",
    ] {
        assert!(shown.out.contains(lines), "{}", shown.out);
    }
    assert!(!format!("{shown:?}").contains("hunter2"));
}

#[test]
fn the_own_inventorys_id_is_no_carriers() {
    let folder = Folder::new();
    folder.write(
        "switchboard.toml",
        "[[provider]]\nid = \"inventory\"\nkind = \"apio\"",
    );
    let checked = folder.run(&["check-config"]);
    assert_eq!(checked.code, 1);
    assert!(checked.err.contains("provider inventory: id"), "{}", checked.err);
}

#[test]
fn passwords_are_never_printed() {
    let folder = Folder::new();
    let url = "postgres://switchboard:hunter2@127.0.0.1:1/numbers?password=hunter2";
    folder.write("switchboard.toml", &format!("[database]\nurl = \"{url}\""));
    let checked = folder.run(&["check-config"]);
    assert_eq!(checked.code, 0, "{checked:?}");
    assert!(
        checked
            .out
            .contains("postgres://switchboard:***@127.0.0.1:1/numbers"),
        "{}",
        checked.out
    );
    // A server that isn't there: the attempt to connect fails, and says where.
    let failed = folder.run(&["migrate"]);
    assert_eq!(failed.code, 1);
    let help = Finished::of(
        folder
            .program(&["serve", "--help"])
            .env("DATABASE_URL", url)
            .output()
            .unwrap(),
    );
    for text in [
        checked.out,
        checked.err,
        failed.out,
        failed.err,
        help.out,
        help.err,
    ] {
        assert!(!text.contains("hunter2"), "{text}");
    }
}

#[test]
fn a_database_url_may_stand_in_the_environment_or_a_file() {
    let folder = Folder::new();
    folder.write("url", "sqlite://elsewhere.db\n");
    folder.write("switchboard.toml", "[database]\nurl = { file = \"url\" }");
    assert!(
        folder
            .run(&["check-config"])
            .out
            .contains("sqlite://elsewhere.db")
    );
    folder.write("switchboard.toml", "[database]\nurl = \"${NUMBERS_URL}\"");
    let missing = folder.run(&["check-config"]);
    assert_eq!(missing.code, 1);
    assert!(missing.err.contains("NUMBERS_URL"));
    let mut given = folder.program(&["check-config"]);
    assert!(
        Finished::of(given.env("NUMBERS_URL", "sqlite://third.db").output().unwrap())
            .out
            .contains("third.db")
    );
}

#[test]
fn a_file_that_is_named_must_be_there_and_be_toml() {
    let folder = Folder::new();
    assert_eq!(folder.run(&["check-config", "--config", "missing.toml"]).code, 1);
    folder.write("broken.toml", "listen = \"127.0.0.1:8000\"\npassword = hunter2 x");
    let broken = folder.run(&["check-config", "--config", "broken.toml"]);
    assert_eq!(broken.code, 1);
    assert!(
        broken.err.contains("line 2") && !broken.err.contains("hunter2"),
        "{}",
        broken.err
    );
}

#[test]
fn help_shows_every_key_of_a_policy_with_its_default() {
    let help = Folder::new().run(&["check-config", "--help"]);
    let (_, policy) = help.out.split_once("[provider.policy]").expect("an example");
    let (_, keys) = policy.split_once('\n').expect("keys");
    let keys: toml::Table = keys.parse().expect("the example is TOML");
    let shown: PolicySettings = keys.clone().try_into().expect("the example is a policy");
    assert_eq!(shown, PolicySettings::default());
    let fields = format!("{shown:?}").matches(": ").count();
    assert_eq!(keys.len(), fields, "{keys}");
}

#[test]
fn the_mail_server_is_shown_without_its_password() {
    let folder = Folder::new();
    folder.write("password", "hunter2");
    let file = r#"
        [mail]
        host = "mail.example.com"
        encryption = "tls"
        user = "numbers"
        password = { file = "password" }
        from = "Switchboard <switchboard@example.com>"
        timeout_seconds = 12
        [webhooks]
        allow_private_addresses = true
    "#;
    folder.write("switchboard.toml", file);
    let shown = folder.run(&["check-config"]);
    assert_eq!(shown.code, 0, "{shown:?}");
    for line in [
        "[mail]",
        "host = \"mail.example.com\"",
        "port = 465",
        "encryption = \"tls\"",
        "user = \"numbers\"\npassword = \"***\"",
        "from = \"Switchboard <switchboard@example.com>\"",
        "timeout_seconds = 12",
        "[webhooks]\nallow_private_addresses = true",
    ] {
        assert!(shown.out.contains(line), "{line} is missing in {}", shown.out);
    }
    assert!(!format!("{shown:?}").contains("hunter2"));
}

#[test]
fn faults_of_the_mail_section_are_told_with_their_keys() {
    let folder = Folder::new();
    folder.write("password", "hunter2");
    for (section, key) in [
        ("from = \"a@example.com\"", "mail"),
        ("host = \"m\"\nfrom = \"nobody\"", "mail.from"),
        ("host = \"a b\"\nfrom = \"a@example.com\"", "mail.host"),
        (
            "host = \"m\"\nfrom = \"a@example.com\"\nuser = \"u\"",
            "mail.password",
        ),
        (
            "host = \"m\"\nfrom = \"a@example.com\"\npassword = { file = \"password\" }",
            "mail.user",
        ),
        (
            "host = \"m\"\nfrom = \"a@example.com\"\npassword = \"hunter2\"",
            "mail.password",
        ),
        (
            "host = \"m\"\nfrom = \"a@example.com\"\nencryption = \"ssl\"",
            "mail.encryption",
        ),
        (
            "host = \"m\"\nfrom = \"a@example.com\"\ncolour = \"red\"",
            "mail.colour",
        ),
        ("host = \"m\"\nfrom = \"a@example.com\"\nport = 0", "mail.port"),
        (
            "host = \"m\"\nfrom = \"a@example.com\"\nencryption = \"none\"\nuser = \"u\"\npassword = { file = \"password\" }",
            "mail.encryption",
        ),
        (
            "host = \"m\"\nfrom = \"a@example.com\"\ntrusted_certificates = \"nowhere.pem\"",
            "mail.trusted_certificates",
        ),
    ] {
        folder.write("switchboard.toml", &format!("[mail]\n{section}"));
        let checked = folder.run(&["check-config"]);
        assert_eq!(checked.code, 1, "{section}");
        assert!(checked.err.contains(key), "{key} is missing in {}", checked.err);
        assert!(!checked.err.contains("hunter2"), "{}", checked.err);
    }
}
