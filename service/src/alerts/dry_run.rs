//! What a rule would have fired: the stock of the past is made again of the numbers' histories.

use std::collections::{BTreeMap, HashMap};

use jiff::{SignedDuration, Timestamp};
use store::{AlertRuleSpec, AlertSubject, Scope, StockMove, StockPlace, kpis::StockKey};

use super::{
    AlertRuleInput,
    measure::{Level, clears, subject_of, violates, watched},
};
use crate::{Principal, ServiceError, ServiceResult, Switchboard, UserErrorCode};

/// The longest time that is looked at.
const LONGEST_DAYS: i64 = 366;
/// For how long an assignment counts for months of stock.
const WINDOW: SignedDuration = SignedDuration::from_hours(90 * 24);
/// Most changes of numbers that are looked at.
const MOST_MOVES: usize = 500_000;
/// Changes read at once.
const PAGE: u32 = 5_000;
/// Most firings that are told.
const MOST_FIRINGS: usize = 1_000;

/// What a rule would have fired.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DryRun {
    /// Each firing, in the order of time.
    pub fired: Vec<WouldFire>,
    /// There were more than 1000: the rest is left out.
    pub cut: bool,
}

/// A firing that did not happen. Values are in thousandths; an absent one is without bound.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WouldFire {
    /// Which numbers it is about.
    pub subject: AlertSubject,
    /// When it would have fired. What was past its threshold at the beginning fires there.
    pub fired_at: Timestamp,
    /// The value then.
    pub fired_value: Option<i64>,
    /// When it would have cleared; none if it lasted to the end.
    pub cleared_at: Option<Timestamp>,
    /// The value then.
    pub cleared_value: Option<i64>,
}

impl Switchboard {
    /// What a rule would have fired from one instant to another, by what the histories of the numbers say. Changes
    /// nothing and tells nobody.
    ///
    /// # Errors
    /// `Denied` for a reseller's key, since the stock's history is the platform's; `Refused` at `input.from`,
    /// `input.to` or below `input.rule`.
    pub async fn dry_run_alert_rule(
        &self,
        who: &Principal,
        input: AlertRuleInput,
        from: Timestamp,
        to: Timestamp,
    ) -> ServiceResult<DryRun> {
        if who.may_watch_stock()?.is_some() {
            return Err(ServiceError::Denied(
                "a dry run reads the history of all numbers: it needs a key of the platform",
            ));
        }
        let now = Timestamp::now();
        let wrong = |path: &str, message: &str| {
            Err(ServiceError::refused(UserErrorCode::InvalidInput, path, message))
        };
        if from >= now {
            return wrong("input.from", "from must be in the past");
        }
        if to <= from {
            return wrong("input.to", "to must be after from");
        }
        if to.duration_since(from) > SignedDuration::from_hours(LONGEST_DAYS * 24) {
            return wrong("input.to", "to must be at most 366 days after from");
        }
        let spec = self.checked(who, input).await?;
        let (levels, moves) = self
            .stock_since(from - WINDOW.min(from.duration_since(Timestamp::MIN)))
            .await?;
        Ok(replay(&spec, levels, &moves, from, to.min(now)))
    }

    /// The stock of now, and every change since an instant.
    async fn stock_since(
        &self,
        since: Timestamp,
    ) -> ServiceResult<(HashMap<StockKey, Level>, Vec<StockMove>)> {
        // A number that changes between the two readings would be counted wrong: the changes are read first, and the
        // rest of them after the stock; when there is a rest the stock is read again.
        let (mut moves, mut after) = (Vec::new(), 0);
        self.read_moves(since, &mut after, &mut moves).await?;
        loop {
            let levels = store::kpis::stock_levels(self.database(), Scope::Platform).await?;
            let known = after;
            self.read_moves(since, &mut after, &mut moves).await?;
            if after == known {
                let levels = levels.iter().map(|level| (level.key.clone(), Level::from(level)));
                return Ok((levels.collect(), moves));
            }
        }
    }

    async fn read_moves(
        &self,
        since: Timestamp,
        after: &mut i64,
        moves: &mut Vec<StockMove>,
    ) -> ServiceResult<()> {
        let reader = self.database().reader();
        loop {
            let page = store::stock_moves(reader, since.as_millisecond(), *after, PAGE).await?;
            *after = page.last.unwrap_or(*after);
            moves.extend(page.moves);
            if moves.len() > MOST_MOVES {
                let message = "too many numbers changed in that time: ask for a shorter one";
                return Err(ServiceError::refused(
                    UserErrorCode::InvalidInput,
                    "input.from",
                    message,
                ));
            }
            if !page.more {
                return Ok(());
            }
        }
    }
}

/// A change of a level at an instant.
fn change(place: StockPlace, by: i64) -> Level {
    let mut level = Level::default();
    match place {
        StockPlace::Available => level.available = by,
        StockPlace::Assigned => level.assigned = by,
        StockPlace::Reserved | StockPlace::Aging => {}
        StockPlace::Outside => return level,
    }
    level.inventory = by;
    level
}

fn moved(step: &StockMove, direction: i64) -> Level {
    let mut level = change(step.from, -direction);
    level.add(change(step.to, direction));
    level
}

fn assigned(by: i64) -> Level {
    Level {
        assigned_last_90_days: by,
        ..Level::default()
    }
}

fn replay(
    spec: &AlertRuleSpec,
    mut levels: HashMap<StockKey, Level>,
    moves: &[StockMove],
    from: Timestamp,
    to: Timestamp,
) -> DryRun {
    let (begin, end) = (from.as_millisecond(), to.as_millisecond());
    let window = i64::try_from(WINDOW.as_millis()).unwrap_or(i64::MAX);
    for level in levels.values_mut() {
        level.assigned_last_90_days = 0;
    }
    // Back from now to the beginning, and on from there.
    let mut changes: Vec<(i64, AlertSubject, Level)> = Vec::new();
    for step in moves {
        let level = levels.entry(step.key.clone()).or_default();
        let subject = subject_of(spec, &step.key);
        if step.at_ms > begin {
            level.add(moved(step, -1));
            if let Some(subject) = subject.clone() {
                changes.push((step.at_ms, subject, moved(step, 1)));
            }
        }
        if let (true, Some(subject)) = (step.assigned, subject) {
            if step.at_ms > begin {
                changes.push((step.at_ms, subject.clone(), assigned(1)));
            } else if step.at_ms > begin - window {
                level.add(assigned(1));
            } else {
                continue;
            }
            changes.push((step.at_ms.saturating_add(window), subject, assigned(-1)));
        }
    }
    changes.retain(|(at, _, _)| *at <= end);
    changes.sort_by_key(|(at, _, _)| *at);
    let there = levels
        .iter()
        .filter(|(_, level)| level.inventory != 0 || level.assigned_last_90_days != 0);
    let start = watched(spec, there.map(|(key, level)| (key, *level)));
    let mut run = Run::new(spec, start.clone());
    run.look(begin, start.keys());
    for together in changes.chunk_by(|one, other| one.0 == other.0) {
        for (_, subject, level) in together {
            run.levels.entry(subject.clone()).or_default().add(*level);
        }
        let at = together.first().map_or(begin, |(at, _, _)| *at);
        run.look(at, together.iter().map(|(_, subject, _)| subject));
    }
    let cut = run.fired.len() > MOST_FIRINGS;
    run.fired.truncate(MOST_FIRINGS);
    DryRun {
        fired: run.fired,
        cut,
    }
}

struct Run<'s> {
    spec: &'s AlertRuleSpec,
    levels: BTreeMap<AlertSubject, Level>,
    open: HashMap<AlertSubject, usize>,
    fired: Vec<WouldFire>,
}

impl<'s> Run<'s> {
    fn new(spec: &'s AlertRuleSpec, levels: BTreeMap<AlertSubject, Level>) -> Self {
        Self {
            spec,
            levels,
            open: HashMap::new(),
            fired: Vec::new(),
        }
    }

    /// Evaluates subjects at an instant.
    fn look<'a>(&mut self, at_ms: i64, subjects: impl IntoIterator<Item = &'a AlertSubject>) {
        let at = Timestamp::from_millisecond(at_ms).unwrap_or(Timestamp::UNIX_EPOCH);
        for subject in subjects {
            let level = self.levels.get(subject).copied().unwrap_or_default();
            let value = level.value(self.spec.metric);
            match self.open.get(subject).copied() {
                None if violates(self.spec, value) => {
                    self.open.insert(subject.clone(), self.fired.len());
                    self.fired.push(WouldFire {
                        subject: subject.clone(),
                        fired_at: at,
                        fired_value: value,
                        cleared_at: None,
                        cleared_value: None,
                    });
                }
                Some(place) if clears(self.spec, value) => {
                    self.open.remove(subject);
                    if let Some(fired) = self.fired.get_mut(place) {
                        fired.cleared_at = Some(at);
                        fired.cleared_value = value;
                    }
                }
                _ => {}
            }
        }
    }
}
