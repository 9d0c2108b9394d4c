//! The page itself and what the server writes into it.

use serde::Serialize;

/// Value for `Content-Security-Policy`, for the page and its assets: everything comes from the page's own origin.
///
/// Inline styles are allowed because the editor sets them; inline scripts, `eval` and other origins are not.
pub const CONTENT_SECURITY_POLICY: &str = "default-src 'none'; script-src 'self'; worker-src 'self'; \
     style-src 'self' 'unsafe-inline'; font-src 'self' data:; img-src 'self' data:; connect-src 'self'; \
     base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/// What a server decides about its page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PageConfig<'a> {
    /// Shown as the heading and as the name of the browser tab.
    pub title: &'a str,
    /// A well-known key to fill in, which a demonstration offers and a real installation never does.
    pub demo_key: Option<&'a str>,
}

/// An operation that the page opens with, from this folder's `examples`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Example {
    /// What it does, in two or three words.
    pub name: &'static str,
    /// A sentence on it.
    pub about: &'static str,
    /// The GraphQL document: one operation.
    pub query: &'static str,
    /// The variables as JSON text; empty where the operation takes none.
    pub variables: &'static str,
}

/// The operations that the page offers, in the order of its tabs.
#[must_use]
pub fn examples() -> &'static [Example] {
    crate::EXAMPLES
}

/// The page as HTML.
#[must_use]
pub fn page(config: &PageConfig<'_>) -> String {
    let [before_title, before_config, rest] = crate::PAGE;
    let title = escape_html(config.title);
    let injected = serde_json::json!({
        "title": config.title,
        "demoKey": config.demo_key,
        "examples": examples(),
    });
    let json = escape_json(&injected.to_string());
    [before_title, &title, before_config, &json, rest].concat()
}

fn escape_html(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
}

/// Inside a script element, HTML looks for `</script` and `<!--` in the raw text; in JSON, `<` and its like only
/// stand in strings, where they may be written as escapes.
fn escape_json(json: &str) -> String {
    json.replace('<', "\\u003c")
        .replace('>', "\\u003e")
        .replace('&', "\\u0026")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::asset::{asset, assets};

    const HOSTILE: &str = "</script><script>alert(1)</script><!-- {{config}} & \"quoted\" \u{2028}";

    fn between<'a>(text: &'a str, start: &str, end: &str) -> &'a str {
        let after = text.split_once(start).expect(start).1;
        after.split_once(end).expect(end).0
    }

    fn text_of(extension: &str) -> Vec<(&'static str, String)> {
        let wanted = assets().iter().filter(|asset| asset.path.ends_with(extension));
        wanted
            .map(|a| {
                (
                    a.path,
                    String::from_utf8(a.decompressed().expect(a.path)).expect(a.path),
                )
            })
            .collect()
    }

    fn attributes<'a>(html: &'a str, name: &str) -> Vec<&'a str> {
        let start = format!(" {name}=\"");
        html.split(&start)
            .skip(1)
            .filter_map(|rest| rest.split('"').next())
            .collect()
    }

    #[test]
    fn a_hostile_title_and_key_stay_text() {
        let html = page(&PageConfig {
            title: HOSTILE,
            demo_key: Some(HOSTILE),
        });
        let json = between(&html, "id=\"switchboard-config\">", "</script>");
        let config: serde_json::Value = serde_json::from_str(json).expect("the config is JSON");
        assert_eq!(config["title"], HOSTILE);
        assert_eq!(config["demoKey"], HOSTILE);
        assert!(!html.contains("<script>alert"), "the title became markup");
        assert_eq!(between(&html, "<title>", "</title>"), escape_html(HOSTILE));
    }

    #[test]
    fn without_a_demonstration_the_page_holds_no_key() {
        let html = page(&PageConfig {
            title: "Switchboard",
            demo_key: None,
        });
        let json = between(&html, "id=\"switchboard-config\">", "</script>");
        let config: serde_json::Value = serde_json::from_str(json).expect("the config is JSON");
        assert!(config["demoKey"].is_null());
    }

    #[test]
    fn everything_the_page_names_is_embedded() {
        let html = page(&PageConfig {
            title: "Switchboard",
            demo_key: None,
        });
        let named: Vec<_> = [attributes(&html, "src"), attributes(&html, "href")].concat();
        assert!(
            named.iter().any(|path| path.ends_with(".js")),
            "the page loads no script"
        );
        for path in named.into_iter().filter(|path| !path.starts_with("data:")) {
            let relative = path.strip_prefix("./").expect("a path that is not relative");
            assert!(asset(relative).is_some(), "{path} is not embedded");
        }
    }

    #[test]
    fn everything_the_styles_name_is_embedded() {
        for (sheet, css) in text_of(".css") {
            assert!(!css.contains("@import"), "{sheet} imports another sheet");
            for target in css
                .split("url(")
                .skip(1)
                .map(|rest| rest.trim_start_matches(['"', '\'']))
            {
                let end = target.find(['"', '\'', ')']).expect("an open url()");
                let target = &target[..end];
                if !target.starts_with("data:") && !target.starts_with('#') {
                    let name = target.strip_prefix("./").unwrap_or(target);
                    assert!(
                        asset(&format!("assets/{name}")).is_some(),
                        "{sheet} names {target}"
                    );
                }
            }
        }
    }

    #[test]
    fn the_page_loads_nothing_from_another_origin() {
        let html = page(&PageConfig {
            title: "Switchboard",
            demo_key: None,
        });
        for path in [attributes(&html, "src"), attributes(&html, "href")].concat() {
            assert!(!path.contains("//"), "the page names {path}");
        }
        let sources = CONTENT_SECURITY_POLICY
            .split([' ', ';'])
            .filter(|word| word.contains(['.', '/', '*']));
        assert_eq!(sources.count(), 0, "the policy names another origin");
        for forbidden in ["'unsafe-eval'", "script-src 'self' 'unsafe-inline'", "blob:"] {
            assert!(!CONTENT_SECURITY_POLICY.contains(forbidden), "{forbidden}");
        }
    }

    #[test]
    fn every_example_is_one_named_operation_with_json_variables() {
        assert!(examples().len() >= 5);
        for example in examples() {
            assert!(
                !example.about.is_empty(),
                "{} says nothing about itself",
                example.name
            );
            let operations = ["query ", "mutation ", "subscription "];
            let count = example
                .query
                .lines()
                .filter(|l| operations.iter().any(|o| l.starts_with(o)))
                .count();
            assert_eq!(count, 1, "{}", example.name);
            if !example.variables.is_empty() {
                let parsed: Result<serde_json::Value, _> = serde_json::from_str(example.variables);
                assert!(parsed.is_ok_and(|v| v.is_object()), "{}", example.name);
            }
        }
    }
}
