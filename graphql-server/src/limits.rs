//! Every bound the server puts on what a client may ask for, with safe defaults.

use std::time::Duration;

/// Bounds on one request, one response and one connection.
///
/// The defaults suit a public API; each is checked before the work it bounds is done.
#[derive(Debug, Clone)]
pub struct Limits {
    /// Length of a GraphQL document in bytes, checked before any parser sees it.
    pub document_bytes: usize,
    /// Lexical tokens in a document, checked before any parser sees it.
    pub document_tokens: usize,
    /// Nesting of `{`, `(` and `[` in a document, and of fragments spread into each other.
    pub document_nesting: usize,
    /// Opening brackets anywhere in a document, strings and comments included: a bound on what a parser can
    /// recurse into that holds even if the lexical scan and the parser disagree about the text.
    pub opening_brackets: usize,
    /// Fields of all operations of a document once every fragment is spread.
    pub expanded_fields: u64,
    /// Levels of fields, introspection left out.
    pub depth: u32,
    /// Aliases written in a document.
    pub aliases: u64,
    /// Fields on the root of one operation once every fragment is spread.
    pub root_fields: u64,
    /// Nodes an operation may ask for: the sum over its paged fields of page size times the page sizes around it.
    pub requested_nodes: u64,
    /// Page size assumed for a paged field that names no size and has no default in the schema.
    pub default_page_size: u64,
    /// Errors reported for one refused document.
    pub reported_errors: usize,
    /// Nesting of lists and objects in `variables` and `extensions`.
    pub variable_nesting: usize,
    /// Length of a request body in bytes.
    pub body_bytes: usize,
    /// Time for the whole body of a request to arrive.
    pub body_read: Duration,
    /// Time for a query or mutation to be executed.
    pub execution: Duration,
    /// Length of a response, or of one event of a subscription, in bytes.
    pub response_bytes: usize,
    /// Automatically persisted queries kept (the least recently used one is dropped); 0 switches them off.
    pub persisted_queries: usize,
    /// Interval of keep-alive signals on WebSocket and event-stream connections. The credentials of the
    /// connection are checked again at each.
    pub keep_alive: Duration,
    /// Bounds on a WebSocket connection.
    pub websocket: WebSocketLimits,
}

/// Bounds on one WebSocket connection.
#[derive(Debug, Clone)]
pub struct WebSocketLimits {
    /// Time between the upgrade and an accepted `connection_init`.
    pub init: Duration,
    /// Operations running at once.
    pub operations: usize,
    /// Length of one message from the client in bytes.
    pub message_bytes: usize,
    /// Messages waiting to be written; an operation pauses while the queue is full.
    pub queued_messages: usize,
    /// Time for one message to be written to a slow client.
    pub write: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            document_bytes: 16 * 1024,
            document_tokens: 2_000,
            document_nesting: 32,
            opening_brackets: 512,
            expanded_fields: 2_000,
            depth: 15,
            aliases: 30,
            root_fields: 20,
            requested_nodes: 10_000,
            default_page_size: 20,
            reported_errors: 20,
            variable_nesting: 32,
            body_bytes: 64 * 1024,
            body_read: Duration::from_secs(10),
            execution: Duration::from_secs(10),
            response_bytes: 8 * 1024 * 1024,
            persisted_queries: 1_000,
            keep_alive: Duration::from_secs(15),
            websocket: WebSocketLimits::default(),
        }
    }
}

impl Default for WebSocketLimits {
    fn default() -> Self {
        Self {
            init: Duration::from_secs(3),
            operations: 20,
            message_bytes: 64 * 1024,
            queued_messages: 64,
            write: Duration::from_secs(10),
        }
    }
}
