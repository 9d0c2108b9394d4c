//! How much a document asks for, computed in time linear in its length.
//!
//! A fragment is measured once, however often it is spread: a fragment that doubles another twenty times over
//! stands for a million fields in less than a kilobyte. All sums saturate.

use std::collections::HashMap;

use apollo_compiler::{
    ExecutableDocument, Name, ast,
    executable::{Field, Selection, SelectionSet},
    response::JsonMap,
};

use crate::{
    error::{FrontError, FrontErrorCode},
    limits::Limits,
};

/// What an operation asks for, as reported in `extensions.cost` of its response.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cost {
    /// Nodes asked for: the sum over all paged fields of page size times the page sizes around it.
    pub requested_nodes: u64,
    /// The most an operation may ask for.
    pub max_nodes: u64,
}

/// Refuses a document whose shape is over a limit. Needs no schema, so that it can run before validation,
/// whose own cost grows with the expanded document.
pub(crate) fn check_shape(document: &ast::Document, limits: &Limits) -> Result<(), FrontError> {
    let mut measure = Measure::of(document);
    let mut fields = 0_u64;
    for definition in &document.definitions {
        let shape = match definition {
            ast::Definition::OperationDefinition(operation) => {
                let shape = measure.selections(&operation.selection_set)?;
                limit("root fields", shape.root_fields, limits.root_fields)?;
                fields = fields.saturating_add(shape.fields);
                shape
            }
            ast::Definition::FragmentDefinition(fragment) => measure.fragment(&fragment.name)?,
            _ => continue,
        };
        limit(
            "fields after spreading fragments",
            fields.max(shape.fields),
            limits.expanded_fields,
        )?;
        limit("levels of fields", shape.depth.into(), limits.depth.into())?;
        limit(
            "levels of selections and fragments",
            shape.levels,
            limits.document_nesting as u64,
        )?;
    }
    limit("aliases", measure.aliases, limits.aliases)
}

fn limit(what: &str, cost: u64, max: u64) -> Result<(), FrontError> {
    if cost <= max {
        return Ok(());
    }
    Err(FrontError::new(
        FrontErrorCode::QueryTooComplex,
        format!("The document has too many {what}: {cost}; the limit is {max}. Ask for less, or in several requests."),
    )
    .with("cost", cost)
    .with("maxCost", max))
}

#[derive(Debug, Clone, Copy, Default)]
struct Shape {
    fields: u64,
    root_fields: u64,
    /// Levels of fields. What is below `__schema` and `__type` is bounded by their own rule instead.
    depth: u32,
    /// Levels of any selection: this is what recursion over the document follows.
    levels: u64,
}

impl Shape {
    fn beside(self, other: Self) -> Self {
        Self {
            fields: self.fields.saturating_add(other.fields),
            root_fields: self.root_fields.saturating_add(other.root_fields),
            depth: self.depth.max(other.depth),
            levels: self.levels.max(other.levels),
        }
    }

    fn as_fragment(self) -> Self {
        Self {
            levels: self.levels.saturating_add(1),
            ..self
        }
    }
}

struct Measure<'a> {
    fragments: HashMap<&'a Name, &'a [ast::Selection]>,
    /// `None` while the fragment is being measured: meeting it again is a cycle.
    measured: HashMap<&'a Name, Option<Shape>>,
    aliases: u64,
}

impl<'a> Measure<'a> {
    fn of(document: &'a ast::Document) -> Self {
        let fragments = document
            .definitions
            .iter()
            .filter_map(ast::Definition::as_fragment_definition)
            .map(|fragment| (&fragment.name, fragment.selection_set.as_slice()))
            .collect();
        Self {
            fragments,
            measured: HashMap::new(),
            aliases: 0,
        }
    }

    fn selections(&mut self, selections: &'a [ast::Selection]) -> Result<Shape, FrontError> {
        selections.iter().try_fold(Shape::default(), |sum, selection| {
            Ok(sum.beside(self.selection(selection)?))
        })
    }

    fn selection(&mut self, selection: &'a ast::Selection) -> Result<Shape, FrontError> {
        match selection {
            ast::Selection::Field(field) => self.field(field),
            ast::Selection::InlineFragment(inline) => {
                Ok(self.selections(&inline.selection_set)?.as_fragment())
            }
            ast::Selection::FragmentSpread(spread) => Ok(self.fragment(&spread.fragment_name)?.as_fragment()),
        }
    }

    fn field(&mut self, field: &'a ast::Field) -> Result<Shape, FrontError> {
        self.aliases += u64::from(field.alias.is_some());
        let below = self.selections(&field.selection_set)?;
        Ok(Shape {
            fields: below.fields.saturating_add(1),
            root_fields: 1,
            depth: if field.name.starts_with("__") {
                0
            } else {
                below.depth.saturating_add(1)
            },
            levels: below.levels.saturating_add(1),
        })
    }

    fn fragment(&mut self, name: &'a Name) -> Result<Shape, FrontError> {
        match self.measured.get(name) {
            Some(Some(shape)) => return Ok(*shape),
            Some(None) => {
                return Err(FrontError::new(
                    FrontErrorCode::GraphqlValidationFailed,
                    format!("Fragment \"{name}\" is spread within itself."),
                ));
            }
            None => {}
        }
        // A fragment that does not exist is left to validation.
        let Some(selections) = self.fragments.get(name).copied() else {
            return Ok(Shape::default());
        };
        self.measured.insert(name, None);
        let shape = self.selections(selections)?;
        self.measured.insert(name, Some(shape));
        Ok(shape)
    }
}

/// Refuses an operation that asks for too many nodes, else says how many it asks for.
pub(crate) fn check_nodes(
    document: &ExecutableDocument,
    operation: &SelectionSet,
    variables: &JsonMap,
    limits: &Limits,
) -> Result<Cost, FrontError> {
    let mut pages = Pages {
        document,
        variables,
        default_size: limits.default_page_size,
        measured: HashMap::new(),
    };
    let cost = Cost {
        requested_nodes: pages.nodes(operation),
        max_nodes: limits.requested_nodes,
    };
    limit(
        "nodes on the pages it asks for",
        cost.requested_nodes,
        cost.max_nodes,
    )?;
    Ok(cost)
}

struct Pages<'a> {
    document: &'a ExecutableDocument,
    variables: &'a JsonMap,
    default_size: u64,
    measured: HashMap<&'a Name, u64>,
}

impl<'a> Pages<'a> {
    fn nodes(&mut self, set: &'a SelectionSet) -> u64 {
        set.selections.iter().fold(0, |sum: u64, selection| {
            sum.saturating_add(self.selection(selection))
        })
    }

    fn selection(&mut self, selection: &'a Selection) -> u64 {
        match selection {
            Selection::Field(field) => {
                let below = self.nodes(&field.selection_set);
                match self.page_size(field) {
                    Some(size) => size.saturating_mul(below.saturating_add(1)),
                    None => below,
                }
            }
            Selection::InlineFragment(inline) => self.nodes(&inline.selection_set),
            Selection::FragmentSpread(spread) => self.fragment(&spread.fragment_name),
        }
    }

    fn fragment(&mut self, name: &'a Name) -> u64 {
        if let Some(nodes) = self.measured.get(name) {
            return *nodes;
        }
        let nodes = match self.document.fragments.get(name) {
            Some(fragment) => self.nodes(&fragment.selection_set),
            None => 0,
        };
        self.measured.insert(name, nodes);
        nodes
    }

    /// `None` for a field without pages.
    fn page_size(&self, field: &Field) -> Option<u64> {
        let declared = field
            .definition
            .arguments
            .iter()
            .find(|argument| is_page_size(&argument.name))?;
        let given = field
            .arguments
            .iter()
            .filter(|argument| is_page_size(&argument.name));
        let size = given.filter_map(|argument| self.integer(&argument.value)).max();
        let default = || self.integer(declared.default_value.as_deref()?);
        Some(size.or_else(default).unwrap_or(self.default_size))
    }

    /// A negative size is refused where it is used; it asks for nothing.
    fn integer(&self, value: &ast::Value) -> Option<u64> {
        let number = match value {
            ast::Value::Int(number) => i64::from(number.try_to_i32().ok()?),
            ast::Value::Variable(name) => self.variables.get(name.as_str())?.as_i64()?,
            _ => return None,
        };
        Some(number.try_into().unwrap_or(0))
    }
}

/// Names of the page size arguments of the Relay cursor connection specification.
fn is_page_size(argument: &Name) -> bool {
    argument == "first" || argument == "last"
}
