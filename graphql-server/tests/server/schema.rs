//! A small library catalog: every construct the server treats in a way of its own.

use std::{io, time::Duration};

use async_graphql::{
    Context, Enum, Error, ErrorExtensions, ID, InputObject, InputValueError, InputValueResult, Interface,
    Object, OneofObject, Result, Scalar, ScalarType, Schema, SimpleObject, Subscription, ValidationMode,
    Value,
};
use futures_util::{Stream, StreamExt, future, stream};

pub(crate) type Catalog = Schema<Query, Mutation, Events>;

pub(crate) fn catalog() -> Catalog {
    Schema::build(Query, Mutation, Events)
        .validation_mode(ValidationMode::Fast)
        .finish()
}

/// Who asks, as the authenticator attached it.
#[derive(Debug, Clone)]
pub(crate) struct Reader(pub(crate) String);

/// ISBN-13 without hyphens.
#[derive(Debug, Clone)]
pub(crate) struct Isbn(String);

#[Scalar(specified_by_url = "https://www.isbn-international.org/")]
impl ScalarType for Isbn {
    fn parse(value: Value) -> InputValueResult<Self> {
        match value {
            Value::String(text) if text.len() == 13 && text.bytes().all(|byte| byte.is_ascii_digit()) => {
                Ok(Self(text))
            }
            Value::String(_) => Err(InputValueError::custom("an ISBN has 13 digits")),
            other => Err(InputValueError::expected_type(other)),
        }
    }

    fn to_value(&self) -> Value {
        Value::String(self.0.clone())
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
pub(crate) enum Genre {
    Novel,
    Reference,
}

#[derive(Debug, InputObject)]
pub(crate) struct BookFilter {
    genre: Option<Genre>,
    isbns: Option<Vec<Isbn>>,
    #[graphql(default = 1900)]
    since: i32,
}

#[derive(Debug, OneofObject)]
pub(crate) enum ShelfBy {
    Id(ID),
    Label(String),
}

#[derive(Debug, InputObject)]
pub(crate) struct AddBookInput {
    title: String,
    isbn: Isbn,
}

#[derive(Debug, Interface)]
#[graphql(field(name = "id", ty = "&ID"))]
pub(crate) enum Node {
    Book(Book),
    Shelf(Shelf),
}

#[derive(Debug, Clone, SimpleObject)]
#[graphql(complex)]
pub(crate) struct Book {
    id: ID,
    title: String,
    isbn: Isbn,
    genre: Genre,
}

#[async_graphql::ComplexObject]
impl Book {
    async fn shelf(&self) -> Option<Shelf> {
        Some(shelf("A"))
    }
}

fn book(number: usize) -> Book {
    Book {
        id: ID(format!("book:{number}")),
        title: format!("Volume {number}"),
        isbn: Isbn(format!("978{number:010}")),
        genre: if number.is_multiple_of(2) {
            Genre::Novel
        } else {
            Genre::Reference
        },
    }
}

#[derive(Debug, Clone, SimpleObject)]
#[graphql(complex)]
pub(crate) struct Shelf {
    id: ID,
    label: String,
}

#[async_graphql::ComplexObject]
impl Shelf {
    async fn books(&self, first: Option<i32>, after: Option<String>) -> Option<Result<BookConnection>> {
        Some(books(first, after))
    }

    async fn above(&self) -> Option<Shelf> {
        Some(self.clone())
    }
}

fn shelf(label: &str) -> Shelf {
    Shelf {
        id: ID(format!("shelf:{label}")),
        label: label.into(),
    }
}

#[derive(Debug, SimpleObject)]
pub(crate) struct BookConnection {
    edges: Vec<BookEdge>,
    nodes: Vec<Book>,
    shelves: Vec<Shelf>,
    /// Null: the catalog has no end.
    total_count: Option<i32>,
}

#[derive(Debug, SimpleObject)]
pub(crate) struct BookEdge {
    cursor: String,
    node: Book,
}

fn books(first: Option<i32>, after: Option<String>) -> Result<BookConnection> {
    let bad =
        |what: &str| Error::new(what).extend_with(|_, extensions| extensions.set("code", "BAD_USER_INPUT"));
    let first = usize::try_from(first.unwrap_or(2))
        .ok()
        .filter(|first| *first <= 100);
    let first = first.ok_or_else(|| bad("first must be 0 to 100"))?;
    let after = after
        .map_or(Ok(0), |cursor| cursor.parse())
        .map_err(|_| bad("not a cursor"))?;
    let nodes: Vec<Book> = (after + 1..).take(first).map(book).collect();
    let edges = nodes
        .iter()
        .map(|node| BookEdge {
            cursor: node.id.to_string(),
            node: node.clone(),
        })
        .collect();
    Ok(BookConnection {
        total_count: None,
        edges,
        shelves: vec![shelf("A")],
        nodes,
    })
}

pub(crate) struct Query;

#[Object]
impl Query {
    async fn greeting(&self, #[graphql(default_with = "\"reader\".to_string()")] name: String) -> String {
        format!("Hello {name}")
    }

    async fn reader(&self, context: &Context<'_>) -> Option<String> {
        context.data::<Reader>().ok().map(|reader| reader.0.clone())
    }

    async fn request_id(&self, context: &Context<'_>) -> Option<String> {
        context
            .data::<graphql_server::RequestId>()
            .ok()
            .map(ToString::to_string)
    }

    async fn books(
        &self,
        filter: Option<BookFilter>,
        first: Option<i32>,
        after: Option<String>,
    ) -> Result<BookConnection> {
        let since = filter.as_ref().map_or(0, |filter| filter.since);
        let wanted = filter.as_ref().and_then(|filter| filter.genre);
        let isbns = filter.and_then(|filter| filter.isbns);
        books(first, after).map(|mut connection| {
            connection.nodes.retain(|book| {
                wanted.is_none_or(|genre| book.genre == genre)
                    && isbns
                        .as_ref()
                        .is_none_or(|isbns| isbns.iter().any(|isbn| isbn.0 == book.isbn.0))
                    && since < 2000
            });
            connection
        })
    }

    /// Pages of five unless asked otherwise.
    async fn newest(&self, #[graphql(default = 5)] first: i32) -> Option<Result<BookConnection>> {
        Some(books(Some(first), None))
    }

    async fn shelf(&self, by: ShelfBy) -> Option<Shelf> {
        match by {
            ShelfBy::Id(id) => id.strip_prefix("shelf:").map(shelf),
            ShelfBy::Label(label) => Some(shelf(&label)),
        }
    }

    async fn top_shelf(&self) -> Shelf {
        shelf("top")
    }

    async fn node(&self, id: ID) -> Option<Node> {
        match id.split_once(':')? {
            ("book", number) => number.parse().ok().map(book).map(Node::Book),
            ("shelf", label) => Some(Node::Shelf(shelf(label))),
            _ => None,
        }
    }

    async fn title(&self, isbn: Isbn) -> Option<String> {
        Some(format!("Book {}", isbn.0))
    }

    async fn copies(&self, #[graphql(validator(maximum = 10))] at_least: i32) -> Option<i32> {
        Some(at_least)
    }

    /// Bytes asked for, as text.
    async fn text(&self, length: i32) -> String {
        "x".repeat(usize::try_from(length).unwrap_or_default())
    }

    /// A refusal meant for the client.
    async fn reserved(&self) -> Option<Result<String>> {
        let error = Error::new("This book is reserved.");
        Some(Err(
            error.extend_with(|_, extensions| extensions.set("code", "FORBIDDEN"))
        ))
    }

    /// A fault described by hand, worded like an error of the library.
    async fn misplaced(&self) -> Option<Result<String>> {
        Some(Err(Error::new(
            "Failed to parse \"Isbn\": SELECT password FROM readers",
        )))
    }

    /// A fault from elsewhere.
    async fn damaged(&self, isbn: Option<Isbn>) -> Option<Result<String>> {
        let _ = isbn;
        Some(Err(
            io::Error::other("cannot open /var/catalog/src/secret.rs").into()
        ))
    }

    /// A fault in a field that cannot be null.
    async fn lost(&self) -> Result<String> {
        Err(io::Error::other("cannot open /var/catalog").into())
    }

    async fn crash(&self, #[graphql(default = 0)] shelf: usize) -> Option<&str> {
        let shelves: [&str; 0] = [];
        Some(shelves[shelf])
    }

    /// Never answers.
    async fn sought(&self) -> String {
        future::pending().await
    }
}

pub(crate) struct Mutation;

#[Object]
impl Mutation {
    async fn add_book(&self, input: AddBookInput) -> Option<Book> {
        Some(Book {
            title: input.title,
            isbn: input.isbn,
            ..book(0)
        })
    }
}

pub(crate) struct Events;

#[Subscription(name = "Subscription")]
impl Events {
    /// Counts up from one, ten times a second.
    async fn ticks(&self) -> impl Stream<Item = i32> {
        let period = tokio::time::interval(Duration::from_millis(100));
        stream::unfold((period, 0), |(mut period, tick)| async move {
            period.tick().await;
            Some((tick + 1, (period, tick + 1)))
        })
    }

    /// Counts up to a number as fast as it is read.
    async fn count(&self, to: i32) -> impl Stream<Item = i32> {
        stream::iter(1..=to)
    }

    /// Nothing ever happens.
    async fn silence(&self) -> impl Stream<Item = i32> {
        stream::pending()
    }

    async fn arrivals(&self, isbn: Isbn) -> impl Stream<Item = Book> {
        stream::iter([Book { isbn, ..book(1) }])
    }

    /// One event, then a fault.
    async fn mishaps(&self) -> impl Stream<Item = Result<i32>> {
        stream::iter([Ok(1), Err(io::Error::other("cannot open /var/catalog").into())])
    }

    /// One event, then a panic.
    async fn crashes(&self) -> impl Stream<Item = i32> {
        let counts = [1];
        stream::iter(0..).map(move |index: usize| counts[index])
    }

    async fn texts(&self, length: i32) -> impl Stream<Item = String> {
        let text = "x".repeat(usize::try_from(length).unwrap_or_default());
        stream::iter(["short".to_owned(), text, "never seen".to_owned()])
    }
}
