//! The playground at `/`, and the files that it loads.

use axum::{
    Router,
    body::Bytes,
    extract::Path,
    http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header},
    middleware::map_response,
    response::{Html, IntoResponse, Response},
    routing::get,
};
use tower_http::compression::CompressionLayer;
use web::{Asset, PageConfig};

/// A year, the longest that caches are told.
const FOR_GOOD: HeaderValue = HeaderValue::from_static("public, max-age=31536000, immutable");
const ASK_AGAIN: HeaderValue = HeaderValue::from_static("no-cache");

/// What browsers are told not to do with the page and its files.
const SECURITY: [(HeaderName, &str); 4] = [
    (header::CONTENT_SECURITY_POLICY, web::CONTENT_SECURITY_POLICY),
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (header::REFERRER_POLICY, "no-referrer"),
    (header::X_FRAME_OPTIONS, "DENY"),
];

pub(super) fn routes(demo_key: Option<&str>) -> Router {
    let page = Bytes::from(web::page(&PageConfig {
        title: "Switchboard",
        demo_key,
    }));
    let page_route =
        get(
            move || async move { ([(header::CACHE_CONTROL, ASK_AGAIN)], Html(page.clone())).into_response() },
        );
    let mut router = Router::new()
        .route("/", page_route.layer(CompressionLayer::new()))
        .route(
            "/assets/{*path}",
            get(|Path(path): Path<String>, headers| file(format!("assets/{path}"), headers)),
        );
    // Files that stand beside the page and not among its assets, such as a favicon.
    for asset in web::assets()
        .iter()
        .filter(|asset| !asset.path.starts_with("assets/"))
    {
        router = router.route(
            &format!("/{}", asset.path),
            get(|headers| file(asset.path.to_owned(), headers)),
        );
    }
    router.layer(map_response(secured))
}

async fn secured(mut response: Response) -> Response {
    for (name, value) in SECURITY {
        response
            .headers_mut()
            .insert(name, HeaderValue::from_static(value));
    }
    response
}

async fn file(path: String, headers: HeaderMap) -> Response {
    let Some(asset) = web::asset(&path) else {
        return super::no_such_path(&format!("/{path}"));
    };
    let known = headers
        .get(header::IF_NONE_MATCH)
        .and_then(|value| value.to_str().ok());
    if known.is_some_and(|tags| tags.split(',').any(|tag| tag.trim() == asset.etag)) {
        return (StatusCode::NOT_MODIFIED, facts(asset)).into_response();
    }
    if accepts_gzip(&headers) {
        let encoded = [(header::CONTENT_ENCODING, HeaderValue::from_static("gzip"))];
        return (facts(asset), encoded, asset.gzip).into_response();
    }
    match asset.decompressed() {
        Ok(content) => (facts(asset), content).into_response(),
        Err(error) => {
            tracing::error!(%error, path, "an embedded file is damaged");
            StatusCode::INTERNAL_SERVER_ERROR.into_response()
        }
    }
}

fn facts(asset: &Asset) -> [(HeaderName, HeaderValue); 4] {
    [
        (header::CONTENT_TYPE, HeaderValue::from_static(asset.content_type)),
        (header::ETAG, HeaderValue::from_static(asset.etag)),
        (
            header::CACHE_CONTROL,
            if asset.immutable { FOR_GOOD } else { ASK_AGAIN },
        ),
        (header::VARY, HeaderValue::from_static("accept-encoding")),
    ]
}

/// Whether `Accept-Encoding` allows gzip: named, or by `*`, and not with a quality of zero.
fn accepts_gzip(headers: &HeaderMap) -> bool {
    let quality = |wanted: &str| {
        headers
            .get_all(header::ACCEPT_ENCODING)
            .iter()
            .filter_map(|value| value.to_str().ok())
            .flat_map(|value| value.split(','))
            .find_map(|entry| {
                let mut parts = entry.split(';').map(str::trim);
                parts
                    .next()
                    .filter(|coding| coding.eq_ignore_ascii_case(wanted))?;
                let quality = parts.find_map(|part| part.strip_prefix("q="));
                Some(quality.map_or(1.0, |quality| quality.parse::<f32>().unwrap_or(0.0)))
            })
    };
    quality("gzip")
        .or_else(|| quality("*"))
        .is_some_and(|quality| quality > 0.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn accepting(value: &'static str) -> HeaderMap {
        HeaderMap::from_iter([(header::ACCEPT_ENCODING, HeaderValue::from_static(value))])
    }

    #[test]
    fn gzip_is_sent_to_those_who_accept_it() {
        for value in [
            "gzip",
            "br, GZIP",
            "gzip;q=0.5, identity",
            "*",
            "deflate, *;q=0.1",
        ] {
            assert!(accepts_gzip(&accepting(value)), "{value}");
        }
    }

    #[test]
    fn gzip_is_not_sent_to_those_who_refuse_it() {
        for value in ["", "identity", "br", "gzip;q=0", "*, gzip;q=0", "gzip;q=x"] {
            assert!(!accepts_gzip(&accepting(value)), "{value}");
        }
        assert!(!accepts_gzip(&HeaderMap::new()));
    }
}
