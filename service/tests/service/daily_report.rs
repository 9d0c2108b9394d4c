//! The daily report, mailed to a real server.

use std::io::Cursor;

use calamine::{Data, Range, Reader, Xlsx};
use jiff::{Timestamp, civil::Date};
use mail::{
    Mailer,
    testing::{MailServer, Manner, Received},
};
use mail_parser::{MessageParser, MimeHeaders};
use provider_core::domain::{AddressChange, ReportingUpdate};
use service::{
    CallCenter, CreateCallCenter, ReportObstacle, ReportState, SentReport, Settings, Switchboard,
    UpdateCallCenterReporting,
};
use store::{Database, call_centers as centers, testing::on_both};

use crate::{
    own_centers::{create, day, import},
    world::{World, admin, reference, run, write},
};

/// The day of the events of [`day`], in UTC.
const DAY: &str = "2023-11-14";

struct Stage {
    world: World,
    server: MailServer,
    center: CallCenter,
    switchboard: Switchboard,
}

impl Stage {
    /// A center that reports by hours of a zone to two addresses.
    async fn set(db: &Database, time_zone: &str) -> Self {
        let world = World::on(db).await;
        let server = MailServer::start().await;
        let switchboard = with_mail(db, "first", &server);
        let request = CreateCallCenter {
            time_zone: time_zone.to_owned(),
            collection_period_minutes: Some(60),
            ..create(world.tenants.sales, "sales", &["sales"])
        };
        let center = switchboard.create_call_center(&admin(), request).await.unwrap();
        let address = |text: &str| Some(AddressChange::Set(text.to_owned()));
        let request = UpdateCallCenterReporting {
            client_reference: reference(),
            call_center: center.id(),
            update: ReportingUpdate {
                generate_daily_report: Some(true),
                reporting_email_address_1: address("one@example.com"),
                reporting_email_address_2: address("two@example.com"),
                ..ReportingUpdate::default()
            },
        };
        switchboard
            .update_call_center_reporting(&admin(), request)
            .await
            .unwrap();
        import(&world, world.tenants.sales, day()).await;
        Self {
            world,
            server,
            center,
            switchboard,
        }
    }

    /// Makes a day's report due for an address, as the end of the day does.
    async fn due(&self, day: &str, address: &str) {
        let report: (Date, String) = (day.parse().unwrap(), address.to_owned());
        write(self.world.db(), move |tx| {
            Box::pin(async move { centers::insert_reports(tx, 1, &[report]).await })
        })
        .await;
    }

    async fn sweep(&self) {
        self.switchboard.send_reports().await.unwrap();
    }

    /// Lets every pause and every lease end.
    async fn later(&self) {
        run(
            self.world.db(),
            "UPDATE call_center_reports SET next_attempt_at = 0",
        )
        .await;
        self.sweep().await;
    }

    async fn reports(&self) -> Vec<SentReport> {
        let id = self.center.id();
        let found = self
            .switchboard
            .sent_reports(&admin(), std::slice::from_ref(&id))
            .await;
        found.unwrap().remove(&id).unwrap()
    }

    async fn states(&self) -> Vec<(String, ReportState, u32)> {
        let reports = self.reports().await.into_iter();
        reports
            .map(|report| (report.address, report.state, report.attempts))
            .collect()
    }
}

fn with_mail(db: &Database, replica: &str, server: &MailServer) -> Switchboard {
    let settings = Settings {
        mailer: Some(Mailer::new(server.settings()).unwrap()),
        replica: replica.to_owned(),
        ..Settings::new("given")
    };
    Switchboard::over(db.clone(), settings).unwrap()
}

fn state(address: &str, state: ReportState, attempts: u32) -> (String, ReportState, u32) {
    (address.to_owned(), state, attempts)
}

fn workbook(received: &Received) -> Xlsx<Cursor<Vec<u8>>> {
    let message = MessageParser::default().parse(&received.bytes).unwrap();
    let file = message
        .attachments()
        .find(|part| part.attachment_name().is_some_and(|name| name.ends_with(".xlsx")));
    Xlsx::new(Cursor::new(file.unwrap().contents().to_vec())).unwrap()
}

fn sheet(received: &Received, name: &str) -> Range<Data> {
    workbook(received).worksheet_range(name).unwrap()
}

/// The whole numbers of a column, without its heading and its total.
fn column(sheet: &Range<Data>, at: usize) -> Vec<i64> {
    let rows: Vec<&[Data]> = sheet.rows().collect();
    let table = &rows[1..rows.len() - 1];
    table
        .iter()
        .map(|row| row[at].to_string().parse().unwrap())
        .collect()
}

#[tokio::test]
async fn what_keeps_a_report_from_being_mailed_is_told() {
    on_both(async |db| {
        let stage = Stage::set(db, "UTC").await;
        let mut settings = stage
            .world
            .switchboard
            .call_center_reporting(&admin(), &stage.center)
            .await
            .unwrap();
        let (with, without) = (&stage.switchboard, &stage.world.switchboard);
        assert_eq!(with.report_obstacles(&settings), []);
        assert_eq!(
            without.report_obstacles(&settings),
            [ReportObstacle::MailNotConfigured]
        );
        settings.reporting_email_address_1 = None;
        assert_eq!(with.report_obstacles(&settings), []);
        settings.reporting_email_address_2 = None;
        assert_eq!(with.report_obstacles(&settings), [ReportObstacle::NoAddress]);
        settings.generate_daily_report = false;
        assert_eq!(without.report_obstacles(&settings), []);
    })
    .await;
}

#[tokio::test]
async fn a_day_is_mailed_once_to_each_address_as_page_chart_and_workbook() {
    on_both(async |db| {
        let stage = Stage::set(db, "UTC").await;
        stage.due(DAY, "one@example.com").await;
        stage.due(DAY, "two@example.com").await;
        stage.sweep().await;
        stage.sweep().await;
        let received = stage.server.received();
        let mut to: Vec<&str> = received.iter().map(|mail| mail.to[0].as_str()).collect();
        to.sort_unstable();
        assert_eq!(to, ["one@example.com", "two@example.com"]);
        let sent = [
            state("one@example.com", ReportState::Sent, 1),
            state("two@example.com", ReportState::Sent, 1),
        ];
        assert_eq!(stage.states().await, sent);
        let message = MessageParser::default().parse(&received[0].bytes).unwrap();
        assert_eq!(message.subject(), Some("Call center sales: 2023-11-14"));
        let page = message.body_html(0).unwrap();
        assert!(page.contains("cid:chart") && page.contains("SIP/1"), "{page}");
        assert!(message.body_text(0).unwrap().contains("Calls offered: 40"));
        let image = message
            .attachments()
            .find(|part| part.content_id() == Some("chart"))
            .unwrap();
        assert_eq!(&image.contents()[..8], b"\x89PNG\r\n\x1a\n");
        // What the page and the workbook say is what the API says.
        let range = provider_core::domain::Period::new(
            "2023-11-14T00:00:00Z".parse().unwrap(),
            "2023-11-15T00:00:00Z".parse().unwrap(),
        )
        .unwrap();
        let figures = stage
            .switchboard
            .queue_figures(&admin(), &stage.center, &range)
            .await;
        let figures = &figures.unwrap().figures;
        let calls = sheet(&received[0], "Calls");
        assert_eq!(calls.height(), 1 + 24 + 1);
        let sum = |at: usize| column(&calls, at).iter().sum::<i64>();
        assert_eq!(
            [sum(1), sum(2), sum(3), sum(4), sum(5), sum(6)],
            [
                figures.offered,
                figures.answered(),
                figures.abandoned(),
                figures.transferred,
                figures.timed_out,
                1
            ]
            .map(|count| i64::try_from(count).unwrap())
        );
        assert_eq!(figures.offered, 40);
        let agents = sheet(&received[0], "Agents");
        let handled: i64 = column(&agents, 2).iter().sum();
        assert_eq!(handled, i64::try_from(figures.answered()).unwrap());
        let charts = zip_names(&received[0]);
        assert!(
            charts.iter().any(|name| name.starts_with("xl/charts/chart")),
            "{charts:?}"
        );
    })
    .await;
}

/// The files that the workbook is made of.
fn zip_names(received: &Received) -> Vec<String> {
    let message = MessageParser::default().parse(&received.bytes).unwrap();
    let file = message
        .attachments()
        .find(|part| part.attachment_name().is_some_and(|name| name.ends_with(".xlsx")));
    let archive = zip::ZipArchive::new(Cursor::new(file.unwrap().contents().to_vec())).unwrap();
    let names = archive.file_names().map(|name| name.unwrap().into_owned());
    names.collect()
}

#[tokio::test]
async fn days_of_23_and_25_hours_have_as_many_rows() {
    on_both(async |db| {
        let stage = Stage::set(db, "Europe/Brussels").await;
        for (day, hours) in [("2024-03-31", 23), ("2024-10-27", 25), ("2024-10-28", 24)] {
            stage.due(day, "one@example.com").await;
            stage.sweep().await;
            let received = stage.server.received();
            let calls = sheet(received.last().unwrap(), "Calls");
            assert_eq!(calls.height(), 1 + hours + 1, "{day}");
        }
    })
    .await;
}

#[tokio::test]
async fn several_processes_send_each_report_once() {
    on_both(async |db| {
        let stage = Stage::set(db, "UTC").await;
        let others: Vec<Switchboard> = (0..3)
            .map(|index| with_mail(db, &format!("replica-{index}"), &stage.server))
            .collect();
        run(
            db,
            "UPDATE call_centers SET report_due_at = report_due_at - 86400000",
        )
        .await;
        let sweeps = others.iter().map(|other| {
            let other = other.clone();
            tokio::spawn(async move { while other.send_reports().await.is_err() {} })
        });
        for sweep in sweeps.collect::<Vec<_>>() {
            sweep.await.unwrap();
        }
        stage.sweep().await;
        assert_eq!(stage.server.received().len(), 2);
        let sent = [
            state("one@example.com", ReportState::Sent, 1),
            state("two@example.com", ReportState::Sent, 1),
        ];
        assert_eq!(stage.states().await, sent);
    })
    .await;
}

#[tokio::test]
async fn the_end_of_a_day_makes_its_report_and_missed_days_are_caught_up() {
    on_both(async |db| {
        let stage = Stage::set(db, "UTC").await;
        stage.sweep().await;
        assert_eq!(stage.reports().await, [], "the day is not over");
        let today = Timestamp::now().to_zoned(jiff::tz::TimeZone::UTC).date();
        let days = |reports: Vec<SentReport>| {
            let mut days: Vec<i32> = reports
                .iter()
                .filter(|report| report.address == "one@example.com")
                .map(|report| (today - report.day).get_days())
                .collect();
            days.sort_unstable();
            days
        };
        for (back, expected) in [(3, vec![1, 2, 3]), (40, vec![1, 2, 3, 4, 5, 6, 7])] {
            let back = format!(
                "UPDATE call_centers SET report_due_at = report_due_at - {}",
                back * 86_400_000_i64
            );
            run(db, &back).await;
            stage.sweep().await;
            assert_eq!(days(stage.reports().await), expected);
        }
        // Twice seven days, each once.
        assert_eq!(stage.server.received().len(), 14);
        let record = centers::call_center_by_id(db.reader(), service::Scope::Platform, 1)
            .await
            .unwrap()
            .unwrap();
        assert!(record.report_due_at.unwrap() > Timestamp::now());
    })
    .await;
}

#[tokio::test]
async fn a_failure_that_passes_is_tried_again_and_one_that_stays_is_not() {
    on_both(async |db| {
        let stage = Stage::set(db, "UTC").await;
        stage.due(DAY, "one@example.com").await;
        stage.server.next([Manner::RefuseMessage(451), Manner::HangUp]);
        stage.sweep().await;
        let [report] = stage.reports().await.try_into().unwrap();
        assert_eq!((report.state, report.attempts), (ReportState::Due, 1));
        assert!(report.problem.is_some() && report.next_attempt_at > Timestamp::now());
        stage.sweep().await;
        assert_eq!(stage.reports().await, [report], "not before its time");
        stage.later().await;
        assert_eq!(
            stage.states().await,
            [state("one@example.com", ReportState::Due, 2)]
        );
        stage.later().await;
        assert_eq!(
            stage.states().await,
            [state("one@example.com", ReportState::Sent, 3)]
        );
        assert_eq!(stage.server.received().len(), 1);
        stage.due(DAY, "gone@example.com").await;
        stage.server.next([Manner::RefuseRecipient(550)]);
        stage.sweep().await;
        stage.later().await;
        assert_eq!(
            stage.states().await[0],
            state("gone@example.com", ReportState::Refused, 1)
        );
        assert_eq!(stage.server.received().len(), 1);
    })
    .await;
}

#[tokio::test]
async fn a_server_that_stays_down_is_given_up_in_the_end() {
    on_both(async |db| {
        let stage = Stage::set(db, "UTC").await;
        stage.due(DAY, "one@example.com").await;
        stage.server.next([Manner::HangUp; 12]);
        for _ in 0..14 {
            stage.later().await;
        }
        assert_eq!(
            stage.states().await,
            [state("one@example.com", ReportState::GivenUp, 12)]
        );
        assert_eq!(stage.server.received().len(), 0);
    })
    .await;
}

#[tokio::test]
async fn a_message_whose_fate_is_unclear_is_not_sent_again_and_says_so() {
    on_both(async |db| {
        let stage = Stage::set(db, "UTC").await;
        stage.due(DAY, "one@example.com").await;
        stage.server.next([Manner::KeepAndHangUp]);
        stage.sweep().await;
        stage.later().await;
        let [report] = stage.reports().await.try_into().unwrap();
        assert_eq!((report.state, report.attempts), (ReportState::Unclear, 1));
        assert!(report.problem.is_some() && report.finished_at.is_some());
        assert_eq!(stage.server.received().len(), 1);
    })
    .await;
}

#[tokio::test]
async fn a_process_that_ends_while_it_makes_a_report_loses_none_and_while_it_sends_sends_none_twice() {
    on_both(async |db| {
        let stage = Stage::set(db, "UTC").await;
        stage.due(DAY, "one@example.com").await;
        stage.due(DAY, "two@example.com").await;
        // One was taken and not begun, the other was being sent.
        run(db, "UPDATE call_center_reports SET lease_owner = 'dead', next_attempt_at = 0").await;
        run(
            db,
            "UPDATE call_center_reports SET state = 'SENDING', attempts = 1 WHERE address = 'two@example.com'",
        )
        .await;
        stage.sweep().await;
        stage.later().await;
        let expected = [state("one@example.com", ReportState::Sent, 1), state("two@example.com", ReportState::Unclear, 1)];
        assert_eq!(stage.states().await, expected);
        let to: Vec<String> = stage.server.received().into_iter().map(|mail| mail.to[0].clone()).collect();
        assert_eq!(to, ["one@example.com"]);
    })
    .await;
}

#[tokio::test]
async fn without_a_mail_server_reports_stay_due() {
    on_both(async |db| {
        let stage = Stage::set(db, "UTC").await;
        run(
            db,
            "UPDATE call_centers SET report_due_at = report_due_at - 86400000",
        )
        .await;
        stage.world.switchboard.send_reports().await.unwrap();
        assert_eq!(stage.reports().await, []);
        stage.sweep().await;
        assert_eq!(stage.server.received().len(), 2);
    })
    .await;
}
