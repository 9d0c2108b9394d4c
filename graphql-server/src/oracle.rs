//! The schema as a specification-conformant compiler sees it: what it refuses never reaches the executor.

use apollo_compiler::{
    ExecutableDocument, Schema, ast,
    executable::Operation,
    introspection,
    parser::Parser,
    request::coerce_variable_values,
    response::{GraphQLError, JsonMap},
    validation::{DiagnosticList, Valid},
};
use async_graphql::Pos;

use crate::{
    error::{FrontError, FrontErrorCode, Refusal},
    input_objects,
    limits::Limits,
};

/// Introspection of the September 2025 specification that the compiler does not know yet.
const NEWER_INTROSPECTION: &str = "extend type __Type { isOneOf: Boolean }";

/// The schema definition text is not a valid GraphQL schema.
#[derive(Debug, thiserror::Error)]
#[error("the schema definition is not valid GraphQL: {0}")]
pub struct InvalidSchema(String);

pub(crate) struct Oracle {
    schema: Valid<Schema>,
}

impl Oracle {
    pub(crate) fn new(sdl: &str) -> Result<Self, InvalidSchema> {
        let invalid = |errors: DiagnosticList| InvalidSchema(errors.to_string());
        let builder = Schema::builder().parse(sdl, "schema.graphql");
        let schema = builder
            .parse(NEWER_INTROSPECTION, "introspection.graphql")
            .build()
            .map_err(|error| invalid(error.errors))?;
        Ok(Self {
            schema: schema.validate().map_err(|error| invalid(error.errors))?,
        })
    }

    /// Syntax only. The text must have passed the lexical guard.
    pub(crate) fn parse(&self, text: &str, limits: &Limits) -> Result<ast::Document, Refusal> {
        Parser::new()
            .parse_ast(text, "query")
            .map_err(|error| refusal(&error.errors, FrontErrorCode::GraphqlParseFailed, limits))
    }

    pub(crate) fn validate(
        &self,
        document: &ast::Document,
        limits: &Limits,
    ) -> Result<Valid<ExecutableDocument>, Refusal> {
        document
            .to_executable_validate(&self.schema)
            .map_err(|error| refusal(&error.errors, FrontErrorCode::GraphqlValidationFailed, limits))
    }

    /// The variables as the operation's types make them, defaults filled in.
    pub(crate) fn coerce(
        &self,
        document: &Valid<ExecutableDocument>,
        operation: &Operation,
        variables: &JsonMap,
    ) -> Result<Valid<JsonMap>, FrontError> {
        // The check goes by the names of fields, and other types may have fields of the same names.
        if operation
            .root_fields(document)
            .any(|field| matches!(field.name.as_str(), "__schema" | "__type"))
        {
            introspection::check_max_depth(document, operation).map_err(|error| {
                FrontError::new(FrontErrorCode::QueryTooComplex, error.message().to_string())
            })?;
        }
        let coerced = coerce_variable_values(&self.schema, operation, variables).map_err(|error| {
            from_compiler(
                &error.to_graphql_error(&document.sources),
                FrontErrorCode::BadUserInput,
            )
        })?;
        input_objects::check(&self.schema, document, operation, &coerced)?;
        Ok(coerced)
    }
}

fn refusal(errors: &DiagnosticList, code: FrontErrorCode, limits: &Limits) -> Refusal {
    let errors = errors
        .iter()
        .take(limits.reported_errors)
        .map(|diagnostic| from_compiler(&diagnostic.unstable_to_json_compat(), code));
    Refusal::from_errors(errors).unwrap_or_else(|| FrontError::new(code, "The document is not valid.").into())
}

fn from_compiler(error: &GraphQLError, code: FrontErrorCode) -> FrontError {
    let locations = error
        .locations
        .iter()
        .map(|at| Pos {
            line: at.line,
            column: at.column,
        })
        .collect();
    let one_line = error.message.split_whitespace().collect::<Vec<_>>().join(" ");
    FrontError::new(code, one_line).at(locations)
}
