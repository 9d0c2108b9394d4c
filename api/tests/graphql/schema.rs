//! What the schema itself must be.

use std::{fs, path::PathBuf};

use api::graphql;
use async_graphql::parser::{
    parse_schema,
    types::{ServiceDocument, TypeKind, TypeSystemDefinition},
};

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("..")
}

fn parsed() -> ServiceDocument {
    parse_schema(graphql::sdl()).expect("the SDL parses")
}

#[test]
fn schema_graphql_is_what_the_code_says() {
    let (path, sdl) = (root().join("schema.graphql"), graphql::sdl());
    if std::env::var_os("UPDATE").is_some() {
        fs::write(&path, &sdl).expect("schema.graphql can be written");
    }
    let written = fs::read_to_string(&path).unwrap_or_default();
    assert!(
        written == sdl,
        "schema.graphql is out of date: run this test with UPDATE=1"
    );
}

#[test]
fn everything_in_the_schema_is_described() {
    let mut bare = Vec::new();
    let mut check = |described: bool, what: String| {
        if !described {
            bare.push(what);
        }
    };
    for definition in parsed().definitions {
        let TypeSystemDefinition::Type(definition) = definition else {
            continue;
        };
        let (definition, kind) = (&definition.node, &definition.node.kind);
        let name = &definition.name.node;
        check(definition.description.is_some(), name.to_string());
        let fields = match kind {
            TypeKind::Object(object) => &object.fields,
            TypeKind::Interface(interface) => &interface.fields,
            _ => &Vec::new(),
        };
        for field in fields {
            let path = format!("{name}.{}", field.node.name.node);
            check(field.node.description.is_some(), path.clone());
            for argument in &field.node.arguments {
                check(
                    argument.node.description.is_some(),
                    format!("{path}({})", argument.node.name.node),
                );
            }
        }
        if let TypeKind::InputObject(input) = kind {
            for field in &input.fields {
                check(
                    field.node.description.is_some(),
                    format!("{name}.{}", field.node.name.node),
                );
            }
        }
        if let TypeKind::Enum(values) = kind {
            for value in &values.values {
                check(
                    value.node.description.is_some(),
                    format!("{name}.{}", value.node.value.node),
                );
            }
        }
    }
    assert_eq!(bare, Vec::<String>::new());
}

#[test]
fn no_resolver_returns_a_result_of_an_option() {
    let sources = sources(&PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("src/graphql"));
    assert!(sources.len() > 20);
    let mut resolvers = 0;
    for (path, text) in sources {
        let mut inside = false;
        for (line, text) in text.lines().enumerate() {
            match text {
                "#[Object]" | "#[ComplexObject]" | "#[Subscription]" => inside = true,
                "}" => inside = false,
                _ => {}
            }
            resolvers += usize::from(inside && text.trim_start().starts_with("async fn"));
            assert!(
                !(inside && text.replace(' ', "").contains("Result<Option<")),
                "{}:{}: a failing Result<Option<T>> nulls what is around it; return Option<Result<T>>",
                path.display(),
                line + 1
            );
        }
    }
    assert!(resolvers > 60, "only {resolvers} resolvers were looked at");
}

fn sources(folder: &PathBuf) -> Vec<(PathBuf, String)> {
    let entries = fs::read_dir(folder).expect("a folder of sources");
    entries
        .flat_map(|entry| {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                return sources(&path);
            }
            let text = fs::read_to_string(&path).expect("a source");
            vec![(path, text)]
        })
        .collect()
}
