//! Lists of plain objects, answered as one value.
//!
//! The executor makes a future of every field of every object. A year by the hour has more than a hundred thousand
//! of them, and none has anything to wait for: here the selection is read once and each object is a loop over it.

use std::borrow::Cow;

use async_graphql::{
    ContextSelectionSet, Name, OutputType, Positioned, ServerResult, Value,
    indexmap::IndexMap,
    parser::types::{Field, Selection, SelectionSet},
    registry::Registry,
};

/// An object whose fields are all there.
pub(crate) trait Plain: OutputType {
    /// The value of a field that has no fields of its own.
    fn leaf(&self, field: &str) -> Option<Value>;

    /// The object of a field that has some.
    fn object(&self, field: &str) -> Option<&dyn PlainObject>;
}

/// What [`Plain`] is without its type.
pub(crate) trait PlainObject {
    /// As [`Plain::leaf`].
    fn leaf_of(&self, field: &str) -> Option<Value>;

    /// As [`Plain::object`].
    fn object_of(&self, field: &str) -> Option<&dyn PlainObject>;

    /// Name of its type.
    fn type_of(&self) -> Cow<'static, str>;
}

impl<T: Plain> PlainObject for T {
    fn leaf_of(&self, field: &str) -> Option<Value> {
        self.leaf(field)
    }

    fn object_of(&self, field: &str) -> Option<&dyn PlainObject> {
        self.object(field)
    }

    fn type_of(&self) -> Cow<'static, str> {
        T::type_name()
    }
}

/// A list of plain objects.
pub(crate) struct Prepared<T>(Vec<T>);

impl<T> From<Vec<T>> for Prepared<T> {
    fn from(list: Vec<T>) -> Self {
        Self(list)
    }
}

/// A field that was selected, under the name that the answer has it by.
struct Selected<'s> {
    key: Name,
    field: &'s str,
    fields: Vec<Selected<'s>>,
}

impl<T: Plain> OutputType for Prepared<T> {
    fn type_name() -> Cow<'static, str> {
        <Vec<T> as OutputType>::type_name()
    }

    fn qualified_type_name() -> String {
        <Vec<T> as OutputType>::qualified_type_name()
    }

    fn create_type_info(registry: &mut Registry) -> String {
        <Vec<T> as OutputType>::create_type_info(registry)
    }

    async fn resolve(&self, ctx: &ContextSelectionSet<'_>, _: &Positioned<Field>) -> ServerResult<Value> {
        let fields = select(ctx, &[&ctx.item.node]);
        Ok(Value::List(
            self.0.iter().map(|row| answer(row, &fields)).collect(),
        ))
    }
}

/// The fields of some selections of one object, in their order; those of one name are one field. Validation has seen
/// to it that they agree, that conditions on types hold, and what is skipped is gone already.
fn select<'s>(ctx: &'s ContextSelectionSet<'_>, sets: &[&'s SelectionSet]) -> Vec<Selected<'s>> {
    let mut found: IndexMap<&'s Name, Vec<&'s Field>> = IndexMap::new();
    for set in sets {
        gather(ctx, set, &mut found);
    }
    found
        .into_iter()
        .filter_map(|(key, fields)| {
            let sets: Vec<&SelectionSet> = fields.iter().map(|field| &field.selection_set.node).collect();
            Some(Selected {
                key: key.clone(),
                field: fields.first()?.name.node.as_str(),
                fields: select(ctx, &sets),
            })
        })
        .collect()
}

fn gather<'s>(
    ctx: &'s ContextSelectionSet<'_>,
    set: &'s SelectionSet,
    found: &mut IndexMap<&'s Name, Vec<&'s Field>>,
) {
    for selection in &set.items {
        match &selection.node {
            Selection::Field(field) => {
                found
                    .entry(&field.node.response_key().node)
                    .or_default()
                    .push(&field.node);
            }
            Selection::InlineFragment(fragment) => gather(ctx, &fragment.node.selection_set.node, found),
            Selection::FragmentSpread(spread) => {
                let fragment = ctx.query_env.fragments.get(&spread.node.fragment_name.node);
                if let Some(fragment) = fragment {
                    gather(ctx, &fragment.node.selection_set.node, found);
                }
            }
        }
    }
}

fn answer(object: &dyn PlainObject, fields: &[Selected<'_>]) -> Value {
    let value = |selected: &Selected<'_>| {
        if selected.field == "__typename" {
            return Value::String(object.type_of().into_owned());
        }
        match object.object_of(selected.field) {
            Some(object) => answer(object, &selected.fields),
            None => object.leaf_of(selected.field).unwrap_or_default(),
        }
    };
    Value::Object(
        fields
            .iter()
            .map(|field| (field.key.clone(), value(field)))
            .collect(),
    )
}

/// The names of the fields that the schema has for a type.
#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test asks for types that are there")]
pub(crate) fn fields(of: &str) -> Vec<String> {
    let sdl = crate::graphql::sdl();
    let body = sdl.split(&format!("\ntype {of} {{\n")).nth(1).unwrap();
    let body = body.split("\n}").next().unwrap();
    let names = body.lines().filter_map(|line| line.trim().split_once(':'));
    names
        .map(|(name, _)| name.to_owned())
        .filter(|name| name.chars().all(char::is_alphanumeric))
        .collect()
}
