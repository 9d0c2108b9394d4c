//! Rules for input objects that the schema compiler leaves out: field names are unique
//! (<https://spec.graphql.org/September2025/#sec-Input-Object-Field-Uniqueness>), and a OneOf input object has
//! exactly one field, which is not null (<https://spec.graphql.org/September2025/#sec-OneOf-Input-Objects>).

use std::collections::HashSet;

use apollo_compiler::{
    ExecutableDocument, Name, Node, Schema, ast,
    ast::{Type, Value},
    executable::{Field, Operation, Selection, SelectionSet},
    response::{JsonMap, JsonValue},
    schema::{ExtendedType, InputObjectType},
};

use crate::error::{FrontError, FrontErrorCode};

/// Checks the literals of a whole document and the (coerced) variables of the operation to be executed.
pub(crate) fn check(
    schema: &Schema,
    document: &ExecutableDocument,
    executed: &Operation,
    variables: &JsonMap,
) -> Result<(), FrontError> {
    for operation in document.operations.iter() {
        Check { schema, operation }.operation()?;
    }
    let check = Check {
        schema,
        operation: executed,
    };
    for fragment in document.fragments.values() {
        check.selections(&fragment.selection_set)?;
    }
    executed.variables.iter().try_for_each(|variable| {
        let value = variables.get(variable.name.as_str());
        value.map_or(Ok(()), |value| check.json(&variable.ty, value))
    })
}

struct Check<'a> {
    schema: &'a Schema,
    operation: &'a Operation,
}

impl Check<'_> {
    fn operation(&self) -> Result<(), FrontError> {
        for variable in &self.operation.variables {
            if let Some(default) = &variable.default_value {
                self.literal(&variable.ty, default)?;
            }
        }
        self.selections(&self.operation.selection_set)
    }

    fn selections(&self, set: &SelectionSet) -> Result<(), FrontError> {
        set.selections.iter().try_for_each(|selection| match selection {
            Selection::Field(field) => {
                self.arguments(field)?;
                self.selections(&field.selection_set)
            }
            Selection::InlineFragment(inline) => self.selections(&inline.selection_set),
            Selection::FragmentSpread(_) => Ok(()),
        })
    }

    fn arguments(&self, field: &Field) -> Result<(), FrontError> {
        field.arguments.iter().try_for_each(|argument| {
            let declared = field
                .definition
                .arguments
                .iter()
                .find(|declared| declared.name == argument.name);
            declared.map_or(Ok(()), |declared| self.literal(&declared.ty, &argument.value))
        })
    }

    fn literal(&self, ty: &Type, value: &Node<Value>) -> Result<(), FrontError> {
        match value.as_ref() {
            Value::List(items) => items
                .iter()
                .try_for_each(|item| self.literal(ty.item_type(), item)),
            Value::Object(entries) => {
                unique_names(entries)?;
                let Some(object) = self.input_object(ty) else {
                    return Ok(());
                };
                if is_one_of(object) {
                    self.one_literal(object, entries)?;
                }
                entries.iter().try_for_each(|(name, value)| {
                    object
                        .fields
                        .get(name)
                        .map_or(Ok(()), |field| self.literal(&field.ty, value))
                })
            }
            _ => Ok(()),
        }
    }

    fn one_literal(
        &self,
        object: &InputObjectType,
        entries: &[(Name, Node<Value>)],
    ) -> Result<(), FrontError> {
        let valid = match entries {
            [(_, value)] => match value.as_ref() {
                Value::Null => false,
                Value::Variable(name) => self.is_never_null(name),
                _ => true,
            },
            _ => false,
        };
        if valid {
            Ok(())
        } else {
            Err(refuse(object, FrontErrorCode::GraphqlValidationFailed))
        }
    }

    /// In a fragment there can be variables of other operations, which are not executed.
    fn is_never_null(&self, name: &str) -> bool {
        let declared = self
            .operation
            .variables
            .iter()
            .find(|variable| variable.name == name);
        declared.is_none_or(|variable| variable.ty.is_non_null())
    }

    fn json(&self, ty: &Type, value: &JsonValue) -> Result<(), FrontError> {
        match value {
            JsonValue::Array(items) => items.iter().try_for_each(|item| self.json(ty.item_type(), item)),
            JsonValue::Object(entries) => {
                let Some(object) = self.input_object(ty) else {
                    return Ok(());
                };
                if is_one_of(object)
                    && !(entries.len() == 1 && entries.values().all(|value| !value.is_null()))
                {
                    return Err(refuse(object, FrontErrorCode::BadUserInput));
                }
                entries.iter().try_for_each(|(name, value)| {
                    object
                        .fields
                        .get(name.as_str())
                        .map_or(Ok(()), |field| self.json(&field.ty, value))
                })
            }
            _ => Ok(()),
        }
    }

    fn input_object(&self, ty: &ast::Type) -> Option<&InputObjectType> {
        match self.schema.types.get(ty.inner_named_type())? {
            ExtendedType::InputObject(object) => Some(object),
            _ => None,
        }
    }
}

fn unique_names(entries: &[(Name, Node<Value>)]) -> Result<(), FrontError> {
    let mut seen = HashSet::new();
    match entries.iter().find(|(name, _)| !seen.insert(name)) {
        None => Ok(()),
        Some((name, _)) => Err(FrontError::new(
            FrontErrorCode::GraphqlValidationFailed,
            format!("There can be only one input field named \"{name}\"."),
        )),
    }
}

fn is_one_of(object: &InputObjectType) -> bool {
    object.directives.has("oneOf")
}

fn refuse(object: &InputObjectType, code: FrontErrorCode) -> FrontError {
    let fields: Vec<&str> = object.fields.keys().map(|name| name.as_str()).collect();
    FrontError::new(
        code,
        format!(
            "\"{}\" takes exactly one of these fields, not null: {}.",
            object.name,
            fields.join(", ")
        ),
    )
}
