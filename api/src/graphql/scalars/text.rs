//! One implementation of every scalar that is text on the wire.

use std::{borrow::Cow, sync::Arc};

use async_graphql::{
    ContextSelectionSet, InputType, InputValueError, InputValueResult, OutputType, Positioned, ServerResult,
    Value,
    parser::types::Field,
    registry::{MetaType, MetaTypeId, Registry},
};

use crate::graphql::{
    error::{ApiError, Result},
    input::Faults,
};

/// What makes a type a scalar.
pub(crate) trait TextScalar: Clone + Send + Sync + Sized + 'static {
    /// Its name in the schema.
    const NAME: &'static str;
    /// Its description in the schema.
    const DESCRIPTION: &'static str;
    /// The document that defines its form.
    const SPECIFIED_BY: Option<&'static str>;

    /// Reads the text of a client; the error says what to write instead.
    fn read(text: &str) -> std::result::Result<Self, String>;

    /// Writes the one form that answers have.
    fn write(&self) -> String;
}

/// A value of a text scalar, or what is wrong with the text that a client sent.
///
/// A malformed text is no error where it is parsed: only the resolver can name the field that it stands in.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Text<T>(std::result::Result<T, String>);

impl<T> From<T> for Text<T> {
    fn from(value: T) -> Self {
        Self(Ok(value))
    }
}

impl<T> Text<T> {
    /// The value of a query's argument.
    pub(crate) fn argument(self, name: &str) -> Result<T> {
        self.0.map_err(|fault| ApiError::bad_input(name, fault))
    }

    /// The value, or what is wrong with the text.
    pub(crate) fn parsed(self) -> std::result::Result<T, String> {
        self.0
    }

    /// The value of a mutation's input field; a fault is gathered.
    pub(crate) fn field(self, faults: &mut Faults, code: service::UserErrorCode, path: &str) -> Option<T> {
        self.0.map_err(|fault| faults.add(code, path, fault)).ok()
    }
}

impl<T: TextScalar> Text<T> {
    fn register(registry: &mut Registry) -> String {
        registry.create_input_type::<Self, _>(MetaTypeId::Scalar, |_| MetaType::Scalar {
            name: T::NAME.to_owned(),
            description: Some(T::DESCRIPTION.to_owned()),
            is_valid: Some(Arc::new(|value| matches!(value, Value::String(_)))),
            visible: None,
            inaccessible: false,
            tags: Vec::new(),
            specified_by_url: T::SPECIFIED_BY.map(str::to_owned),
            directive_invocations: Vec::new(),
            requires_scopes: Vec::new(),
        })
    }

    fn value(&self) -> Value {
        self.0
            .as_ref()
            .map_or(Value::Null, |value| Value::String(value.write()))
    }
}

impl<T: TextScalar> InputType for Text<T> {
    type RawValueType = T;

    fn type_name() -> Cow<'static, str> {
        T::NAME.into()
    }

    fn create_type_info(registry: &mut Registry) -> String {
        Self::register(registry)
    }

    fn parse(value: Option<Value>) -> InputValueResult<Self> {
        match value.unwrap_or_default() {
            Value::String(text) => Ok(Self(T::read(&text))),
            other => Err(InputValueError::expected_type(other).with_extension("code", "BAD_USER_INPUT")),
        }
    }

    fn to_value(&self) -> Value {
        self.value()
    }

    fn as_raw_value(&self) -> Option<&T> {
        self.0.as_ref().ok()
    }
}

impl<T: TextScalar> OutputType for Text<T> {
    fn type_name() -> Cow<'static, str> {
        T::NAME.into()
    }

    fn create_type_info(registry: &mut Registry) -> String {
        Self::register(registry)
    }

    async fn resolve(&self, _: &ContextSelectionSet<'_>, _: &Positioned<Field>) -> ServerResult<Value> {
        Ok(self.value())
    }
}
