//! Who reaches which root field.

use std::collections::{BTreeSet, HashMap};

use api::graphql::{
    self,
    access::{RULES, RootType},
};
use async_graphql::{
    Request,
    parser::{
        parse_schema,
        types::{
            BaseType, FieldDefinition, InputValueDefinition, Type, TypeDefinition, TypeKind,
            TypeSystemDefinition,
        },
    },
};
use futures_util::StreamExt;
use serde_json::Value;
use service::{AccessLevel, Principal, Scope};

use crate::world::{World, code, in_both_worlds, key};

/// The schema's types by name.
struct Types(HashMap<String, TypeDefinition>);

impl Types {
    fn new() -> Self {
        let document = parse_schema(graphql::sdl()).expect("the SDL parses");
        let types = document
            .definitions
            .into_iter()
            .filter_map(|definition| match definition {
                TypeSystemDefinition::Type(definition) => Some(definition.node),
                _ => None,
            });
        Self(
            types
                .map(|definition| (definition.name.node.to_string(), definition))
                .collect(),
        )
    }

    fn root_fields(&self) -> Vec<(RootType, FieldDefinition)> {
        let roots = [
            (RootType::Query, "Query"),
            (RootType::Mutation, "Mutation"),
            (RootType::Subscription, "Subscription"),
        ];
        let fields = roots
            .into_iter()
            .flat_map(|(root, name)| match &self.0[name].kind {
                TypeKind::Object(object) => object.fields.iter().map(move |field| (root, field.node.clone())),
                _ => panic!("{name} is no object"),
            });
        fields.collect()
    }

    /// A document that asks for one root field, with a value for every argument that needs one.
    fn document(&self, root: RootType, field: &FieldDefinition) -> String {
        let arguments = self.required(field.arguments.iter().map(|argument| &argument.node));
        let arguments = if arguments.is_empty() {
            arguments
        } else {
            format!("({arguments})")
        };
        format!(
            "{} {{ {}{arguments} {{ __typename }} }}",
            format!("{root:?}").to_lowercase(),
            field.name.node
        )
    }

    fn required<'a>(&self, inputs: impl Iterator<Item = &'a InputValueDefinition>) -> String {
        let needed = inputs.filter(|input| !input.ty.node.nullable && input.default_value.is_none());
        let given = needed.map(|input| format!("{}: {}", input.name.node, self.value(&input.ty.node)));
        given.collect::<Vec<_>>().join(", ")
    }

    fn value(&self, ty: &Type) -> String {
        let name = match &ty.base {
            BaseType::List(item) => return format!("[{}]", self.value(item)),
            BaseType::Named(name) => name.as_str(),
        };
        match self
            .0
            .get(name)
            .map(|definition| (&definition.kind, &definition.directives))
        {
            Some((TypeKind::InputObject(input), directives)) => {
                let one_of = directives
                    .iter()
                    .any(|directive| directive.node.name.node == "oneOf");
                if one_of {
                    let first = &input.fields[0].node;
                    return format!("{{{}: {}}}", first.name.node, self.value(&first.ty.node));
                }
                format!(
                    "{{{}}}",
                    self.required(input.fields.iter().map(|field| &field.node))
                )
            }
            Some((TypeKind::Enum(values), _)) => values.values[0].node.value.node.to_string(),
            _ => match name {
                "Int" => "1".to_owned(),
                "Float" => "1.5".to_owned(),
                "DateTime" => "\"2026-01-01T00:00:00Z\"".to_owned(),
                "Boolean" => "false".to_owned(),
                "PhoneNumber" => "\"+19056371000\"".to_owned(),
                "CountryCode" => "\"CA\"".to_owned(),
                "String" | "ID" => "\"x\"".to_owned(),
                other => panic!("a value for {other} is wanted"),
            },
        }
    }
}

async fn answer(world: &World, who: Option<Principal>, document: &str) -> Value {
    let mut request = Request::new(document);
    if let Some(who) = who {
        request = graphql::authenticated(who)(request);
    }
    // A subscription that is let in waits for its first event.
    let mut stream = world.schema.execute_stream(request);
    let first = tokio::time::timeout(std::time::Duration::from_secs(5), stream.next());
    let response = first.await.expect("an answer").expect("a first answer");
    serde_json::to_value(&response).expect("a response is JSON")
}

#[test]
fn the_table_has_every_root_field_and_no_other() {
    let declared: BTreeSet<String> = Types::new()
        .root_fields()
        .into_iter()
        .map(|(root, field)| format!("{root:?}.{}", field.name.node))
        .collect();
    let ruled: BTreeSet<String> = RULES
        .iter()
        .map(|(root, field, _)| format!("{root:?}.{field}"))
        .collect();
    assert_eq!(declared, ruled);
}

#[tokio::test]
async fn every_root_field_asks_who_is_there() {
    in_both_worlds(async |world| {
        let types = Types::new();
        for (root, field) in types.root_fields() {
            let document = types.document(root, &field);
            assert_eq!(
                code(&answer(world, None, &document).await),
                "UNAUTHENTICATED",
                "{document}"
            );
        }
    })
    .await;
}

#[tokio::test]
async fn a_kpi_key_reaches_nothing_but_itself_and_counts_of_numbers() {
    in_both_worlds(async |world| {
        let types = Types::new();
        for (root, field) in types.root_fields() {
            let document = types.document(root, &field);
            let kpi = key(AccessLevel::Kpi, Scope::Platform);
            let answer = answer(world, Some(kpi), &document).await;
            match field.name.node.as_str() {
                "viewer" => assert_eq!(answer["data"]["viewer"]["__typename"], "Viewer"),
                "numberKpis" => assert_eq!(answer["data"]["numberKpis"]["__typename"], "NumberKpis"),
                _ => assert_eq!(code(&answer), "FORBIDDEN", "{document}"),
            }
        }
    })
    .await;
}

#[tokio::test]
async fn a_viewer_changes_nothing_and_reads_everything() {
    in_both_worlds(async |world| {
        let types = Types::new();
        for (root, field) in types.root_fields() {
            let (document, viewer) = (
                types.document(root, &field),
                key(AccessLevel::Viewer, Scope::Platform),
            );
            match root {
                // A file of what may be read is no change.
                RootType::Mutation if field.name.node.starts_with("export") => {
                    let answer = answer(world, Some(viewer), &document).await;
                    let code = &answer["errors"][0]["extensions"]["code"];
                    assert_ne!(code, "FORBIDDEN", "{document}");
                }
                RootType::Mutation => {
                    assert_eq!(
                        code(&answer(world, Some(viewer), &document).await),
                        "FORBIDDEN",
                        "{document}"
                    );
                }
                RootType::Query => {
                    let answer = answer(world, Some(viewer), &document).await;
                    let forbidden = answer["errors"][0]["extensions"]["code"] == "FORBIDDEN";
                    // Alerts are about the stock, which is not the customers'.
                    let stock = ["alertRules", "alerts", "webhooks", "dryRunAlertRule"];
                    assert_eq!(forbidden, stock.contains(&field.name.node.as_str()), "{document}");
                }
                RootType::Subscription => {}
            }
        }
    })
    .await;
}

#[tokio::test]
async fn levels_from_manage_upwards_may_change_numbers() {
    in_both_worlds(async |world| {
        let document = "mutation { resumeNumber(input: {numberId: \"x\"}) { userErrors { code } } }";
        for level in [
            AccessLevel::Manage,
            AccessLevel::Owner,
            AccessLevel::Reseller,
            AccessLevel::Admin,
        ] {
            let answer = answer(world, Some(key(level, Scope::Platform)), document).await;
            assert_eq!(
                answer["data"]["resumeNumber"]["userErrors"][0]["code"], "NOT_FOUND",
                "{level}"
            );
        }
    })
    .await;
}

#[tokio::test]
async fn other_tenants_objects_look_as_if_they_were_not_there() {
    in_both_worlds(async |world| {
        let scope = world.customer_scope("C0").await;
        let who = || key(AccessLevel::Manage, scope);
        let all = world.data(
            "{ numbers(first: 100) { totalCount nodes { id e164 customer { code } } } }",
            Value::Null,
        );
        let all = all.await;
        let query = "{ numbers(first: 100) { totalCount nodes { customer { code } } } }";
        let own = world.ask_as(who(), query, Value::Null).await;
        let own = own["data"]["numbers"]["nodes"]
            .as_array()
            .expect("numbers")
            .clone();
        assert_eq!(own.len(), crate::world::OWNED / 3);
        assert!(own.iter().all(|number| number["customer"]["code"] == "C0"));
        let foreign = all["numbers"]["nodes"].as_array().expect("numbers").iter();
        let foreign = foreign
            .filter(|number| number["customer"]["code"] == "C1")
            .take(1);
        for number in foreign {
            let query = "query ($id: ID!, $e164: PhoneNumber!) {
                node(id: $id) { id } number(by: {e164: $e164}) { id } byId: number(by: {id: $id}) { id }
            }";
            let answer = world.ask_as(
                who(),
                query,
                serde_json::json!({ "id": number["id"], "e164": number["e164"] }),
            );
            let expected = serde_json::json!({ "node": null, "number": null, "byId": null });
            assert_eq!(answer.await["data"], expected);
            let change =
                "mutation ($id: ID!) { suspendNumber(input: {numberId: $id}) { userErrors { code path } } }";
            let answer = world
                .ask_as(who(), change, serde_json::json!({ "id": number["id"] }))
                .await;
            let errors = crate::world::user_errors(&answer);
            assert_eq!(errors, [("NOT_FOUND".to_owned(), "input.numberId".to_owned())]);
        }
    })
    .await;
}

#[tokio::test]
async fn a_key_says_whose_it_is() {
    in_both_worlds(async |world| {
        let scope = world.customer_scope("C0").await;
        let who = key(AccessLevel::Owner, scope);
        let query = "{ viewer { name level scope customerId groupId } customers { nodes { id } } }";
        let answer = world.ask_as(who, query, Value::Null).await;
        let viewer = &answer["data"]["viewer"];
        assert_eq!(viewer["level"], "OWNER");
        assert_eq!(viewer["scope"], "CUSTOMER");
        assert_eq!(
            viewer["customerId"],
            answer["data"]["customers"]["nodes"][0]["id"]
        );
        assert_eq!(viewer["groupId"], Value::Null);
    })
    .await;
}
