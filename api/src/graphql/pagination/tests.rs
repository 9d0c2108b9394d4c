use super::*;
use crate::graphql::error::ErrorCode;

fn position(id: i64) -> Position {
    Position {
        key: Key::Int(id),
        id,
    }
}

fn refused(arguments: &PageArguments, list: &List) -> bool {
    arguments
        .read(list)
        .is_err_and(|error| error.code() == ErrorCode::BadUserInput)
}

#[test]
fn a_page_without_a_size_has_twenty_rows() {
    let request = PageArguments::default().read(&List::new("numbers", &())).unwrap();
    assert_eq!(request, PageRequest::first(20));
}

#[test]
fn sizes_go_from_zero_to_a_hundred_and_one_way() {
    let list = List::new("numbers", &());
    for size in [0, 1, 100] {
        assert!(!refused(
            &PageArguments {
                first: Some(size),
                ..Default::default()
            },
            &list
        ));
        assert!(!refused(
            &PageArguments {
                last: Some(size),
                ..Default::default()
            },
            &list
        ));
    }
    for size in [-1, 101, i32::MAX, i32::MIN] {
        assert!(refused(
            &PageArguments {
                first: Some(size),
                ..Default::default()
            },
            &list
        ));
        assert!(refused(
            &PageArguments {
                last: Some(size),
                ..Default::default()
            },
            &list
        ));
    }
    assert!(refused(
        &PageArguments {
            first: Some(1),
            last: Some(1),
            ..Default::default()
        },
        &list
    ));
}

#[test]
fn a_cursor_is_read_back_as_the_position_it_was_made_of() {
    let list = List::new("numbers", &"filter");
    let text = Cursor::new(position(7), &list).encode_cursor();
    let arguments = PageArguments {
        after: Some(text),
        ..Default::default()
    };
    assert_eq!(arguments.read(&list).unwrap().after, Some(position(7)));
}

#[test]
fn a_cursor_is_good_for_its_own_list_filter_and_order_alone() {
    let list = List::new("numbers", &"filter");
    let text = Cursor::new(position(7), &list).encode_cursor();
    for other in [List::new("pools", &"filter"), List::new("numbers", &"another")] {
        assert!(refused(
            &PageArguments {
                before: Some(text.clone()),
                ..Default::default()
            },
            &other
        ));
    }
}

#[test]
fn a_list_that_is_all_there_goes_on_behind_the_row_of_the_cursor_or_where_it_stood() {
    let letters = |text: &str| text.chars().map(String::from).collect::<Vec<_>>();
    let page = |rows: &str, after| {
        let request = PageRequest {
            after,
            ..PageRequest::first(2)
        };
        cut(letters(rows), &request, String::clone)
    };
    let first = page("abcde", None);
    assert!(first.has_next && !first.has_previous);
    let shown = |page: &Page<String>| page.items.iter().map(|(_, row)| row.as_str()).collect::<String>();
    assert_eq!(shown(&first), "ab");
    let after = first.items.last().map(|(position, _)| position.clone());
    for (rows, next) in [
        ("abcde", "cd"),
        ("xabcde", "cd"),
        ("acde", "cd"),
        ("ab", ""),
        ("", ""),
    ] {
        assert_eq!(shown(&page(rows, after.clone())), next, "{rows}");
    }
}

#[test]
fn forged_cursors_are_refused() {
    let list = List::new("numbers", &());
    let forged = |json: &str| URL_SAFE_NO_PAD.encode(json.replace("FILTER", &list.binding));
    for text in [
        "!!not a cursor!!".to_owned(),
        String::new(),
        forged("{}"),
        forged(r#"{"v":1,"k":1,"id":1,"f":""}"#),
        forged(r#"{"v":2,"k":1,"id":1,"f":"FILTER"}"#),
        forged(r#"{"v":1,"k":"text","id":1,"f":"FILTER"}"#),
        forged(r#"{"v":1,"k":1.5,"id":1,"f":"FILTER"}"#),
        forged(r#"{"v":1,"k":1,"id":1,"f":"FILTER","more":1}"#),
    ] {
        assert!(
            refused(
                &PageArguments {
                    after: Some(text.clone()),
                    ..Default::default()
                },
                &list
            ),
            "{text}"
        );
    }
    let by_text = list.clone().by_text(true);
    for text in [
        forged(r#"{"v":1,"k":"a\u0000","id":1,"f":"FILTER"}"#),
        forged(r#"{"v":1,"k":1,"id":1,"f":"FILTER"}"#),
    ] {
        assert!(refused(
            &PageArguments {
                after: Some(text),
                ..Default::default()
            },
            &by_text
        ));
    }
}

#[test]
fn a_list_that_is_all_there_is_read_backward_as_well() {
    let shown = |page: Page<String>| page.items.into_iter().map(|(_, row)| row).collect::<String>();
    let page = |rows: &str, last, before: Option<Position>| {
        let rows = rows.chars().map(String::from).collect();
        let request = PageRequest {
            before,
            backward: true,
            ..PageRequest::first(last)
        };
        cut(rows, &request, String::clone)
    };
    let last = page("abcde", 2, None);
    assert!(last.has_previous && !last.has_next);
    let before = last.items.first().map(|(position, _)| position.clone());
    assert_eq!(shown(last), "de");
    for (rows, expected) in [
        ("abcde", "bc"),
        ("xabcde", "bc"),
        ("abce", "bc"),
        ("de", ""),
        ("", ""),
    ] {
        assert_eq!(shown(page(rows, 2, before.clone())), expected, "{rows}");
    }
    let whole = page("ab", 5, None);
    assert!(!whole.has_previous && !whole.has_next);
    assert_eq!(shown(whole), "ab");
}

#[test]
fn a_page_between_two_cursors_holds_what_stands_between_them() {
    let rows = || "abcde".chars().map(String::from).collect::<Vec<_>>();
    let at = |id: i64, key: &str| {
        Some(Position {
            key: Key::Text(key.to_owned()),
            id,
        })
    };
    for (backward, limit, expected) in [(false, 9, "bcd"), (false, 2, "bc"), (true, 2, "cd")] {
        let request = PageRequest {
            backward,
            after: at(0, "a"),
            before: at(4, "e"),
            ..PageRequest::first(limit)
        };
        let page = cut(rows(), &request, String::clone);
        assert!(page.has_previous && page.has_next);
        assert_eq!(
            page.items.into_iter().map(|(_, row)| row).collect::<String>(),
            expected
        );
    }
    let request = PageRequest {
        after: at(3, "d"),
        before: at(1, "b"),
        ..PageRequest::first(2)
    };
    assert!(
        cut(rows(), &request, String::clone).items.is_empty(),
        "cursors that stand the wrong way round"
    );
}
