//! Rules of replacement configurations.

use provider_core::domain::{
    Referrer, ReplacementConfiguration, ReplacementFaultCode as Code, ReplacementInput, ReplacementRule,
    SearchEngine, TrackingSourceInput, TriggerValue,
};

fn source(referrer: &str, triggers: &[&str]) -> TrackingSourceInput {
    TrackingSourceInput {
        referrer_domain: referrer.to_owned(),
        url_triggers: triggers.iter().map(ToString::to_string).collect(),
        track_organic: false,
    }
}

/// The input of the document's examples.
fn document() -> ReplacementInput {
    ReplacementInput {
        replace_all_numbers: false,
        numbers_to_replace: ["01011231234", "4402078395555", "4409011231234"]
            .map(str::to_owned)
            .into(),
        tracking_sources: vec![source("Any", &["gclid=*"])],
    }
}

fn faults(input: &ReplacementInput) -> Vec<(String, Code)> {
    let faults = ReplacementConfiguration::new(input).unwrap_err().0;
    faults
        .into_iter()
        .map(|fault| (fault.path.join("."), fault.code))
        .collect()
}

fn fault(path: &str, code: Code) -> Vec<(String, Code)> {
    vec![(path.to_owned(), code)]
}

#[test]
fn the_examples_of_the_document_are_accepted_and_keep_their_text() {
    let configuration = ReplacementConfiguration::new(&document()).unwrap();
    let ReplacementRule::Numbers(numbers) = configuration.rule() else {
        panic!("numbers are listed")
    };
    assert_eq!(numbers.len(), 3);
    let source = &configuration.sources()[0];
    assert_eq!(source.referrer, Referrer::Any);
    assert_eq!(source.url_triggers[0].parameter, "gclid");
    assert_eq!(source.url_triggers[0].value, TriggerValue::Any);
    assert_eq!(ReplacementInput::from(configuration), document());
}

#[test]
fn vanity_numbers_and_exact_triggers_are_accepted() {
    let mut input = document();
    input.numbers_to_replace = vec!["905219CARS".to_owned(), "4045553434".to_owned()];
    input.tracking_sources = vec![source("Bing", &["utm_campaign=wintertires"])];
    let configuration = ReplacementConfiguration::new(&input).unwrap();
    let source = &configuration.sources()[0];
    assert_eq!(source.referrer, Referrer::SearchEngine(SearchEngine::Bing));
    assert_eq!(
        source.url_triggers[0].value,
        TriggerValue::Exact("wintertires".to_owned())
    );
}

#[test]
fn triggers_may_be_left_out() {
    let mut input = document();
    input.tracking_sources = vec![source("google", &[])];
    let configuration = ReplacementConfiguration::new(&input).unwrap();
    assert_eq!(
        configuration.sources()[0].referrer,
        Referrer::SearchEngine(SearchEngine::Google)
    );
}

#[test]
fn replacing_all_numbers_excludes_a_list() {
    let mut input = document();
    input.replace_all_numbers = true;
    assert_eq!(
        faults(&input),
        fault("numbersToReplace", Code::ReplaceAllExcludesNumbers)
    );
    input.numbers_to_replace.clear();
    let configuration = ReplacementConfiguration::new(&input).unwrap();
    assert_eq!(configuration.rule(), &ReplacementRule::All);
}

#[test]
fn something_must_be_replaced() {
    let mut input = document();
    input.numbers_to_replace.clear();
    assert_eq!(faults(&input), fault("numbersToReplace", Code::NothingToReplace));
}

#[test]
fn an_entry_has_7_to_20_letters_and_digits() {
    for bad in [
        "123456",
        "123456789012345678901",
        "905-219-2277",
        "",
        "+19052192277",
        "90521９2277",
    ] {
        let mut input = document();
        input.numbers_to_replace.push(bad.to_owned());
        assert_eq!(
            faults(&input),
            fault("numbersToReplace.3", Code::InvalidNumberToReplace),
            "{bad}"
        );
    }
    for good in ["1234567", "12345678901234567890", "ABCDEFG"] {
        let mut input = document();
        input.numbers_to_replace.push(good.to_owned());
        assert!(ReplacementConfiguration::new(&input).is_ok(), "{good}");
    }
}

#[test]
fn two_entries_for_one_number_of_the_page_are_a_duplicate() {
    let mut input = document();
    input.numbers_to_replace = vec!["905219CARS".to_owned(), "9052192277".to_owned()];
    assert_eq!(faults(&input), fault("numbersToReplace.1", Code::Duplicate));
}

#[test]
fn a_tracking_source_is_needed() {
    let mut input = document();
    input.tracking_sources.clear();
    assert_eq!(faults(&input), fault("trackingSources", Code::NoTrackingSource));
}

#[test]
fn a_referrer_is_any_or_a_search_engine_or_a_domain() {
    for (text, read) in [
        ("any", Referrer::Any),
        ("DuckDuckGo", Referrer::SearchEngine(SearchEngine::DuckDuckGo)),
        (
            "Partner.Example.com",
            Referrer::Domain("partner.example.com".to_owned()),
        ),
        (
            "bücher.example",
            Referrer::Domain("xn--bcher-kva.example".to_owned()),
        ),
    ] {
        assert_eq!(text.parse(), Ok(read), "{text}");
    }
    for bad in [
        "",
        "localhost",
        "https://example.com",
        "example.com/page",
        "a b.com",
        "127.0.0.1",
        "-a.com",
        "a..com",
        "*.com",
    ] {
        let mut input = document();
        input.tracking_sources = vec![source(bad, &[])];
        let expected = fault("trackingSources.0.referrerDomain", Code::InvalidReferrerDomain);
        assert_eq!(faults(&input), expected, "{bad}");
    }
}

#[test]
fn a_trigger_is_a_parameter_with_a_value_or_a_star() {
    for bad in [
        "", "gclid", "=x", "gclid=", "gclid=*x", "a=b&c=d", "a b=c", "a=b#c", "?a=b", "a*=b", "a=\n",
    ] {
        let mut input = document();
        input.tracking_sources = vec![source("Any", &["utm_source=*", bad])];
        let expected = fault("trackingSources.0.urlTriggers.1", Code::InvalidUrlTrigger);
        assert_eq!(faults(&input), expected, "{bad:?}");
    }
}

#[test]
fn a_value_keeps_what_follows_its_first_equals_sign() {
    let mut input = document();
    input.tracking_sources = vec![source("Any", &["q=a=b"])];
    let configuration = ReplacementConfiguration::new(&input).unwrap();
    let trigger = &configuration.sources()[0].url_triggers[0];
    assert_eq!(
        (trigger.parameter.as_str(), &trigger.value),
        ("q", &TriggerValue::Exact("a=b".to_owned()))
    );
}

#[test]
fn the_same_source_or_trigger_twice_is_a_duplicate() {
    let mut input = document();
    input.tracking_sources = vec![source("Any", &["a=1", "a=1"])];
    assert_eq!(
        faults(&input),
        fault("trackingSources.0.urlTriggers.1", Code::Duplicate)
    );
    input.tracking_sources = vec![source("Google", &["a=1"]), source("google", &["a=1"])];
    assert_eq!(faults(&input), fault("trackingSources.1", Code::Duplicate));
}

#[test]
fn all_faults_are_told_at_once() {
    let input = ReplacementInput {
        replace_all_numbers: true,
        numbers_to_replace: vec!["1".to_owned(), "2".to_owned()],
        tracking_sources: vec![source("nowhere", &["x"]), source("Any", &["y"])],
    };
    assert_eq!(faults(&input).len(), 6);
}

#[test]
fn a_stored_configuration_is_checked_when_it_is_read_back() {
    let configuration = ReplacementConfiguration::new(&document()).unwrap();
    let mut stored = serde_json::to_value(&configuration).unwrap();
    assert_eq!(
        serde_json::from_value::<ReplacementConfiguration>(stored.clone()).unwrap(),
        configuration
    );
    stored["replaceAllNumbers"] = true.into();
    assert!(serde_json::from_value::<ReplacementConfiguration>(stored).is_err());
}
