//! Media types: what a body may be, and what the client wants to read.
//!
//! <https://graphql.github.io/graphql-over-http/draft/#sec-Media-Types>

use axum::http::{HeaderMap, HeaderValue, header};
use mediatype::{MediaType, MediaTypeList, Name, ReadParams};

/// How a response is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Media {
    /// `application/json`: 200 whatever became of a well-formed request.
    Json,
    /// `application/graphql-response+json`: the status says whether the request was executed.
    GraphqlResponse,
    /// `text/event-stream`: one event for each result.
    EventStream,
}

impl Media {
    /// In the order the server prefers where the client has no preference.
    const OFFERED: [Self; 3] = [Self::Json, Self::GraphqlResponse, Self::EventStream];

    pub(crate) fn content_type(self) -> HeaderValue {
        HeaderValue::from_static(match self {
            Self::Json => "application/json; charset=utf-8",
            Self::GraphqlResponse => "application/graphql-response+json; charset=utf-8",
            Self::EventStream => "text/event-stream",
        })
    }

    fn names(self) -> (&'static str, &'static str, Option<&'static str>) {
        match self {
            Self::Json => ("application", "json", None),
            Self::GraphqlResponse => ("application", "graphql-response", Some("json")),
            Self::EventStream => ("text", "event-stream", None),
        }
    }
}

/// The media type to answer in; `None` if the client accepts none that is offered.
pub(crate) fn negotiate(headers: &HeaderMap) -> Option<Media> {
    let accept: Vec<&str> = headers
        .get_all(header::ACCEPT)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .collect();
    let accept = accept.join(",");
    if accept.trim().is_empty() {
        return Some(Media::Json);
    }
    let ranges: Vec<Range> = MediaTypeList::new(&accept)
        .flatten()
        .filter_map(|range| Range::of(&range))
        .collect();
    let mut best: Option<(Preference, Media)> = None;
    for media in Media::OFFERED {
        let Some(preference) = preference(&ranges, media) else {
            continue;
        };
        if best.as_ref().is_none_or(|(best, _)| preference.beats(best)) {
            best = Some((preference, media));
        }
    }
    best.map(|(_, media)| media)
}

/// Whether a request body is declared to be JSON in UTF-8.
pub(crate) fn is_json(headers: &HeaderMap) -> bool {
    let declared = headers
        .get(header::CONTENT_TYPE)
        .and_then(|value| value.to_str().ok());
    declared
        .and_then(|value| MediaType::parse(value.trim()).ok())
        .is_some_and(|media| {
            media.ty == "application" && media.subty == "json" && media.suffix.is_none() && is_utf8(&media)
        })
}

fn is_utf8(media: &MediaType<'_>) -> bool {
    let charset = media.get_param(Name::new_unchecked("charset"));
    charset.is_none_or(|charset| charset.unquoted_str().eq_ignore_ascii_case("utf-8"))
}

/// One entry of an `Accept` header that may match something offered.
struct Range {
    /// `None` for `*/*`.
    top: Option<String>,
    /// `None` for `application/*`.
    sub: Option<(String, Option<String>)>,
    quality: f32,
}

impl Range {
    fn of(range: &MediaType<'_>) -> Option<Self> {
        let specific = |name: &Name<'_>| (*name != "*").then(|| name.as_str().to_ascii_lowercase());
        let quality = match range.get_param(Name::new_unchecked("q")) {
            Some(quality) => quality
                .as_str()
                .parse()
                .ok()
                .filter(|quality| (0.0..=1.0).contains(quality))?,
            None => 1.0,
        };
        is_utf8(range).then(|| Self {
            top: specific(&range.ty),
            sub: specific(&range.subty).map(|sub| (sub, range.suffix.as_ref().and_then(specific))),
            quality,
        })
    }

    /// How closely the range names the media type (RFC 9110, section 12.5.1); `None` if it does not match.
    fn specificity(&self, media: Media) -> Option<u8> {
        let (top, sub, suffix) = media.names();
        match (&self.top, &self.sub) {
            (None, None) => Some(0),
            (Some(range), None) => (range == top).then_some(1),
            (Some(range), Some((range_sub, range_suffix))) => {
                (range == top && range_sub == sub && range_suffix.as_deref() == suffix).then_some(2)
            }
            (None, Some(_)) => None,
        }
    }
}

struct Preference {
    quality: f32,
    specificity: u8,
    position: usize,
}

impl Preference {
    fn beats(&self, other: &Self) -> bool {
        if self.quality != other.quality {
            return self.quality > other.quality;
        }
        if self.specificity != other.specificity {
            return self.specificity > other.specificity;
        }
        self.position < other.position
    }
}

/// The most specific range decides; `None` if there is none or it excludes the media type.
fn preference(ranges: &[Range], media: Media) -> Option<Preference> {
    let mut decisive: Option<Preference> = None;
    for (position, range) in ranges.iter().enumerate() {
        let Some(specificity) = range.specificity(media) else {
            continue;
        };
        if decisive
            .as_ref()
            .is_none_or(|decisive| specificity > decisive.specificity)
        {
            decisive = Some(Preference {
                quality: range.quality,
                specificity,
                position,
            });
        }
    }
    decisive.filter(|preference| preference.quality > 0.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn accept(value: &str) -> Option<Media> {
        let value = HeaderValue::from_str(value).expect("a header value");
        negotiate(&HeaderMap::from_iter([(header::ACCEPT, value)]))
    }

    #[test]
    fn without_a_preference_json_is_written() {
        assert_eq!(negotiate(&HeaderMap::new()), Some(Media::Json));
        for value in ["", "*/*", "application/*", "text/html, */*;q=0.1"] {
            assert_eq!(accept(value), Some(Media::Json), "{value}");
        }
    }

    #[test]
    fn the_higher_quality_wins_then_the_order_of_the_client() {
        let graphql = Some(Media::GraphqlResponse);
        assert_eq!(
            accept("application/json;q=0.9, application/graphql-response+json"),
            graphql
        );
        assert_eq!(
            accept("application/graphql-response+json, application/json"),
            graphql
        );
        assert_eq!(
            accept("application/json, application/graphql-response+json"),
            Some(Media::Json)
        );
        assert_eq!(
            accept("application/graphql-response+json; charset=utf-8, application/json; q=0.5"),
            graphql
        );
        assert_eq!(accept("APPLICATION/GraphQL-Response+JSON"), graphql);
        assert_eq!(accept("text/event-stream"), Some(Media::EventStream));
        assert_eq!(
            accept("text/event-stream;q=0.2, */*;q=0.1"),
            Some(Media::EventStream)
        );
    }

    #[test]
    fn quality_zero_excludes() {
        assert_eq!(accept("application/json;q=0, */*"), Some(Media::GraphqlResponse));
        assert_eq!(accept("application/json;q=0"), None);
    }

    #[test]
    fn what_is_not_offered_is_not_acceptable() {
        for value in [
            "text/html",
            "application/xml, text/*;q=0",
            "application/json; charset=utf-16",
            "nonsense",
        ] {
            assert_eq!(accept(value), None, "{value}");
        }
    }

    #[test]
    fn several_accept_headers_count_as_one() {
        let mut headers = HeaderMap::new();
        headers.append(header::ACCEPT, HeaderValue::from_static("text/html"));
        headers.append(
            header::ACCEPT,
            HeaderValue::from_static("application/graphql-response+json"),
        );
        assert_eq!(negotiate(&headers), Some(Media::GraphqlResponse));
    }

    #[test]
    fn only_json_in_utf8_is_a_request_body() {
        let is = |value| {
            is_json(&HeaderMap::from_iter([(
                header::CONTENT_TYPE,
                HeaderValue::from_static(value),
            )]))
        };
        assert!(is("application/json") && is("Application/JSON; charset=\"UTF-8\""));
        for value in [
            "text/plain",
            "application/json; charset=utf-16",
            "application/graphql",
            "application/ld+json",
            "",
        ] {
            assert!(!is(value), "{value}");
        }
        assert!(!is_json(&HeaderMap::new()));
    }
}
