use proptest::prelude::*;
use queues::erlang::{Demand, probability_of_waiting, staffing};

fn demand() -> Demand {
    Demand {
        calls_per_hour: 200.0,
        average_handle_seconds: 180.0,
        service_level: 0.8,
        within_seconds: 20.0,
        largest_occupancy: 0.85,
        shrinkage: 0.3,
    }
}

fn close(value: f64, published: f64, last_digit: f64) {
    assert!(
        (value - published).abs() <= last_digit,
        "{value}, published {published}"
    );
}

/// The worked example of Call Centre Helper's "Erlang C Formula - Made Simple With an Easy Worked Example".
#[test]
fn the_worked_example_of_call_centre_helper_is_met() {
    let answer = staffing(&demand()).unwrap();
    assert_eq!((answer.agents, answer.scheduled_agents), (14, 20));
    close(answer.traffic_erlangs, 10.0, 1e-9);
    close(answer.probability_of_waiting, 0.174, 0.000_5);
    close(answer.service_level, 0.888, 0.000_5);
    close(answer.occupancy, 0.714, 0.000_5);
    close(answer.average_wait_seconds, 7.8, 0.05);
}

/// The example of I. Angus, "An Introduction to Erlang B and Erlang C", and of www.mitan.co.uk/erlang/elgcmath.htm:
/// 360 calls in half an hour of 4 minutes each, 55 agents, 15 seconds.
#[test]
fn the_published_example_of_55_agents_is_met() {
    close(probability_of_waiting(48.0, 55), 0.239, 0.000_5);
    let answer = staffing(&Demand {
        calls_per_hour: 720.0,
        average_handle_seconds: 240.0,
        service_level: 0.845,
        within_seconds: 15.0,
        largest_occupancy: 1.0,
        shrinkage: 0.0,
    })
    .unwrap();
    assert_eq!((answer.agents, answer.scheduled_agents), (55, 55));
    close(answer.service_level, 0.846, 0.000_5);
    close(answer.average_wait_seconds, 8.2, 0.05);
    close(answer.occupancy, 0.873, 0.000_5);
}

#[test]
fn no_calls_need_one_agent_who_is_never_busy() {
    let answer = staffing(&Demand {
        calls_per_hour: 0.0,
        ..demand()
    })
    .unwrap();
    assert_eq!(
        (answer.agents, answer.service_level, answer.occupancy),
        (1, 1.0, 0.0)
    );
}

#[test]
fn agents_who_cannot_keep_up_let_everybody_wait() {
    assert_eq!(probability_of_waiting(10.0, 10), 1.0);
    assert_eq!(probability_of_waiting(10.0, 0), 1.0);
}

#[test]
fn a_demand_that_makes_no_sense_is_refused_at_its_field() {
    for (field, wrong) in [
        (
            "calls_per_hour",
            Demand {
                calls_per_hour: -1.0,
                ..demand()
            },
        ),
        (
            "calls_per_hour",
            Demand {
                calls_per_hour: f64::NAN,
                ..demand()
            },
        ),
        (
            "calls_per_hour",
            Demand {
                calls_per_hour: 9_000_000.0,
                ..demand()
            },
        ),
        (
            "average_handle_seconds",
            Demand {
                average_handle_seconds: 0.0,
                ..demand()
            },
        ),
        (
            "service_level",
            Demand {
                service_level: 1.0,
                ..demand()
            },
        ),
        (
            "within_seconds",
            Demand {
                within_seconds: f64::INFINITY,
                ..demand()
            },
        ),
        (
            "largest_occupancy",
            Demand {
                largest_occupancy: 0.0,
                ..demand()
            },
        ),
        (
            "shrinkage",
            Demand {
                shrinkage: 1.0,
                ..demand()
            },
        ),
    ] {
        assert_eq!(staffing(&wrong).unwrap_err().field, field);
    }
}

/// The textbook's sums, which lose their precision for large loads.
fn textbook(traffic: f64, agents: u32) -> f64 {
    let power = |n: u32| (1..=n).fold(1.0, |product, k| product * traffic / f64::from(k));
    let waits = power(agents) * f64::from(agents) / (f64::from(agents) - traffic);
    let served: f64 = (0..agents).map(power).sum();
    waits / (served + waits)
}

proptest! {
    #[test]
    fn the_recursion_gives_what_the_textbook_does(traffic in 0.01_f64..60.0, more in 1_u32..20) {
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "below 60")]
        let agents = traffic as u32 + more;
        let (ours, theirs) = (probability_of_waiting(traffic, agents), textbook(traffic, agents));
        prop_assert!((ours - theirs).abs() < 1e-9, "{ours} {theirs}");
    }

    #[test]
    fn one_agent_fewer_would_not_do(
        calls_per_hour in 1.0_f64..20_000.0,
        average_handle_seconds in 10.0_f64..900.0,
        service_level in 0.5_f64..0.99,
        within_seconds in 0.0_f64..120.0,
    ) {
        let demand = Demand {
            calls_per_hour, average_handle_seconds, service_level, within_seconds,
            largest_occupancy: 1.0, shrinkage: 0.0,
        };
        let answer = staffing(&demand).unwrap();
        prop_assert!(answer.service_level >= service_level && answer.occupancy < 1.0);
        let (fewer, traffic) = (answer.agents - 1, answer.traffic_erlangs);
        let waiting = probability_of_waiting(traffic, fewer);
        let level = 1.0 - waiting * (-(f64::from(fewer) - traffic) * within_seconds / average_handle_seconds).exp();
        prop_assert!(f64::from(fewer) <= traffic || level < service_level);
    }
}
