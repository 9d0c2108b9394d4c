use proptest::prelude::*;

use super::*;
use FrontErrorCode::{GraphqlParseFailed, QueryTooComplex};

fn verdict(text: &str) -> Result<(), FrontErrorCode> {
    check(text, &Limits::default()).map_err(|error| error.code)
}

fn tokens(text: &str) -> usize {
    let fits = |limit| {
        check(
            text,
            &Limits {
                document_tokens: limit,
                ..Limits::default()
            },
        )
        .is_ok()
    };
    (0..100)
        .find(|&limit| fits(limit))
        .expect("the text is well-formed and short")
}

#[test]
fn an_ordinary_document_passes() {
    assert_eq!(
        verdict("query Q($a: [Int!]! = [1]) @d { a(b: {c: $a}) { ...F ... on T { x } } }"),
        Ok(())
    );
    assert_eq!(verdict(""), Ok(()));
}

#[test]
fn a_list_three_thousand_levels_deep_is_refused() {
    let text = format!("{{ a(b: {}{}) }}", "[".repeat(3_000), "]".repeat(3_000));
    assert_eq!(verdict(&text), Err(QueryTooComplex));
}

#[test]
fn nesting_is_allowed_up_to_the_limit_and_no_further() {
    let nested = |levels: usize| format!("{}a{}", "{a".repeat(levels - 1) + "{", "}".repeat(levels));
    assert_eq!(verdict(&nested(32)), Ok(()));
    assert_eq!(verdict(&nested(33)), Err(QueryTooComplex));
}

#[test]
fn every_kind_of_bracket_counts_towards_nesting() {
    for (open, close) in [("{", "}"), ("[", "]"), ("(", ")")] {
        assert_eq!(
            verdict(&format!("{}{}", open.repeat(33), close.repeat(33))),
            Err(QueryTooComplex)
        );
    }
}

#[test]
fn brackets_in_strings_and_comments_do_not_nest() {
    let brackets = "[{(".repeat(40);
    assert_eq!(verdict(&format!("{{ a(b: \"{brackets}\") }}")), Ok(()));
    assert_eq!(
        verdict(&format!("{{ a(b: \"\"\"{brackets}\n\"{brackets}\"\"\") }}")),
        Ok(())
    );
    assert_eq!(verdict(&format!("# {brackets}\n{{ a }}")), Ok(()));
    assert_eq!(verdict(&format!("# {brackets}\r{{ a }}")), Ok(()));
}

#[test]
fn brackets_hidden_from_the_scan_are_still_bounded() {
    let brackets = "[".repeat(513);
    assert_eq!(
        verdict(&format!("{{ a(b: \"{brackets}\") }}")),
        Err(QueryTooComplex)
    );
    assert_eq!(verdict(&format!("#{brackets}")), Err(QueryTooComplex));
}

#[test]
fn an_escaped_quote_does_not_end_a_string() {
    let nested = "[".repeat(33) + &"]".repeat(33);
    assert_eq!(verdict(&format!(r#"{{ a(b: "\"{nested}") }}"#)), Ok(()));
    assert_eq!(
        verdict(&format!(r#"{{ a(b: "\\"{nested}) }}"#)),
        Err(QueryTooComplex)
    );
    assert_eq!(verdict(&format!(r#"{{ a(b: """\"""{nested}""") }}"#)), Ok(()));
    let text = r#"{ a(b: """\\""") }"#;
    assert_eq!(
        verdict(text),
        Err(GraphqlParseFailed),
        "in a block string a backslash does not escape itself"
    );
}

#[test]
fn a_string_that_never_ends_is_refused() {
    for text in [
        "{ a(b: \"x) }",
        "{ a(b: \"x\n\") }",
        "{ a(b: \"x\\",
        "{ a(b: \"x\\\n\") }",
        "{ a(b: \"\"\"x\"\") }",
        "{ a(b: \"\"\"x\\\"\"\") }",
        "\"",
        "\"\"\"",
        "\"\"\"\"",
        "\"\"\"\"\"",
    ] {
        assert_eq!(verdict(text), Err(GraphqlParseFailed), "{text:?}");
    }
}

#[test]
fn brackets_that_do_not_match_are_refused() {
    for text in ["{", "}", "{ a(b: [1) }]", "{ a } }", "([)]"] {
        assert_eq!(verdict(text), Err(GraphqlParseFailed), "{text:?}");
    }
}

#[test]
fn characters_outside_the_grammar_are_refused() {
    for text in ["{ a; }", "{ ä }", "{ a ..b }", "{ a % }", "\u{0}", "{ a\u{a0}b }"] {
        assert_eq!(verdict(text), Err(GraphqlParseFailed), "{text:?}");
    }
}

#[test]
fn tokens_are_counted_as_the_specification_counts_them() {
    assert_eq!(tokens("\u{FEFF}{ a }"), 3);
    assert_eq!(tokens("a,b , c # d e f\n g"), 4);
    assert_eq!(tokens("...F"), 2);
    assert_eq!(tokens("1...F"), 3);
    assert_eq!(tokens("-1.5e+10 2E3 0.1 7"), 4);
    assert_eq!(tokens("$a:[B!]!=\"x y\"\"\"\"z \" z\"\"\""), 11);
}

#[test]
fn too_many_tokens_are_refused() {
    let fields = |count: usize| format!("{{{}}}", "a ".repeat(count));
    assert_eq!(verdict(&fields(1_998)), Ok(()));
    assert_eq!(verdict(&fields(1_999)), Err(QueryTooComplex));
}

#[test]
fn a_document_over_the_length_limit_is_refused() {
    assert_eq!(verdict(&format!("#{}", "x".repeat(16 * 1024 - 1))), Ok(()));
    assert_eq!(
        verdict(&format!("#{}", "x".repeat(16 * 1024))),
        Err(QueryTooComplex)
    );
}

#[test]
fn a_refusal_says_where() {
    let error = check("{ a\n  ö }", &Limits::default()).expect_err("not a name");
    let error = error.into_server_error(&crate::RequestId::from_headers(&Default::default()));
    assert_eq!(error.locations, [async_graphql::Pos { line: 2, column: 3 }]);
}

proptest! {
    #[test]
    fn whatever_passes_keeps_a_parser_within_the_nesting_limit(text in r#"[\[\](){}"\\#a\n ]{0,200}"#) {
        if verdict(&text).is_ok() {
            let mut parser = apollo_compiler::parser::Parser::new().recursion_limit(3 * 32);
            let result = parser.parse_ast(text.clone(), "query");
            let limited = result.err().is_some_and(|error| {
                error.errors.iter().any(|each| each.to_string().contains("recursion limit"))
            });
            prop_assert!(!limited, "{text:?}");
        }
    }

    #[test]
    fn no_text_breaks_the_scan(text in any::<String>()) {
        let _ = check(&text, &Limits::default());
    }
}
