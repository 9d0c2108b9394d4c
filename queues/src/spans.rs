//! Stretches of time as pairs of milliseconds, the end excluded.

/// From the first up to and without the second.
pub(crate) type Span = (i64, i64);

/// The part of a stretch that lies in another; nothing if that is empty.
pub(crate) fn overlap(one: Span, other: Span) -> Option<Span> {
    let both = (one.0.max(other.0), one.1.min(other.1));
    (both.0 < both.1).then_some(both)
}

/// The same time without overlaps, in order.
pub(crate) fn union(mut spans: Vec<Span>) -> Vec<Span> {
    spans.retain(|span| span.0 < span.1);
    spans.sort_unstable();
    let mut merged: Vec<Span> = Vec::with_capacity(spans.len());
    for span in spans {
        match merged.last_mut() {
            Some(last) if span.0 <= last.1 => last.1 = last.1.max(span.1),
            _ => merged.push(span),
        }
    }
    merged
}

/// The time of the first that is not in the second; both as [`union`] gives them.
pub(crate) fn difference(from: &[Span], without: &[Span]) -> Vec<Span> {
    let mut rest = Vec::new();
    let mut holes = without.iter().copied().peekable();
    for span in from.iter().copied() {
        let (mut start, end) = span;
        while let Some(hole) = holes.peek().copied() {
            if hole.1 <= start {
                holes.next();
                continue;
            }
            if hole.0 >= end {
                break;
            }
            if hole.0 > start {
                rest.push((start, hole.0));
            }
            start = hole.1;
            if start >= end {
                break;
            }
            holes.next();
        }
        if start < end {
            rest.push((start, end));
        }
    }
    rest
}

/// How long all of them are together.
pub(crate) fn length(spans: &[Span]) -> i64 {
    spans.iter().map(|span| span.1 - span.0).sum()
}
