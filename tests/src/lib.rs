//! Nothing but tests lives here: see `tests/`, `browser/` and `conformance/`.
