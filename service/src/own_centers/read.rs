//! The figures of call centers from the database: those of all centers that are asked about together, with as many
//! statements as for one of them.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use jiff::Timestamp;
use provider_core::domain::Period;
use queues::{QueueFigures, QueueSeries};
use store::{
    StoreError, Transaction,
    call_centers::{self as centers, CallCenterRecord, Membership},
};

use super::Agents;
use crate::{ServiceError, UserErrorCode};

/// What is asked about a center.
pub(crate) struct Question<'c> {
    pub(crate) center: &'c CallCenterRecord,
    /// Ranges that follow each other, the earliest first.
    pub(crate) ranges: Vec<Period>,
    /// Whether each agent's figures are wanted, and not those of the queues alone.
    pub(crate) by_agent: bool,
}

/// The answer to a [`Question`].
pub(crate) struct Answer {
    /// The figures of each range.
    pub(crate) figures: Vec<QueueFigures>,
    pub(crate) agents: Agents,
}

/// Why there is no answer.
#[derive(Debug)]
pub(crate) enum ReadError {
    Store(StoreError),
    /// More calls and sessions than one question may be about.
    TooMany(u64),
}

impl From<StoreError> for ReadError {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

impl From<ReadError> for ServiceError {
    fn from(error: ReadError) -> Self {
        match error {
            ReadError::Store(error) => error.into(),
            ReadError::TooMany(_) => Self::refused(UserErrorCode::InvalidInput, "input.range", error.text()),
        }
    }
}

impl ReadError {
    pub(crate) fn text(&self) -> String {
        match self {
            Self::Store(error) => error.to_string(),
            Self::TooMany(most) => format!(
                "the range has more than {most} calls and sessions of agents: ask for a shorter one, or about fewer call centers at once"
            ),
        }
    }
}

/// Answers questions, those of each group together: what one answer says and what another says hold at the same time.
/// At most `most` calls and sessions are read; of each no more is kept than its times.
pub(crate) async fn answers(
    tx: &Transaction,
    questions: &[Question<'_>],
    most: u64,
) -> Result<Vec<Answer>, ReadError> {
    let mut groups: BTreeMap<i64, Vec<usize>> = BTreeMap::new();
    for (index, question) in questions.iter().enumerate() {
        groups
            .entry(question.center.owner.group_id)
            .or_default()
            .push(index);
    }
    let mut room = Room { most, left: most };
    let mut answered: BTreeMap<usize, Answer> = BTreeMap::new();
    for (group, indexes) in groups {
        let of_group: Vec<&Question<'_>> = indexes.iter().filter_map(|index| questions.get(*index)).collect();
        let answers = Reading::begin(tx, group, &of_group)
            .await?
            .finish(&of_group, &mut room)
            .await?;
        answered.extend(indexes.into_iter().zip(answers));
    }
    Ok(answered.into_values().collect())
}

/// How much may still be read.
struct Room {
    most: u64,
    left: u64,
}

impl Room {
    fn take(&mut self, rows: usize) -> Result<(), ReadError> {
        let rows = u64::try_from(rows).unwrap_or(u64::MAX);
        let left = self.left.checked_sub(rows);
        self.left = left.ok_or(ReadError::TooMany(self.most))?;
        Ok(())
    }
}

/// Questions about the centers of a group on their way to the answers.
struct Reading<'t> {
    tx: &'t Transaction,
    group: i64,
    queues: Vec<String>,
    /// From the first start to the last end; nothing where no range is asked about.
    whole: Option<Period>,
    members: Vec<Membership>,
    series: Vec<QueueSeries>,
    /// Which questions a queue, or an agent who works in all queues, is of.
    of_queue: HashMap<String, Vec<usize>>,
    of_agent: HashMap<String, BTreeSet<usize>>,
}

impl<'t> Reading<'t> {
    async fn begin(tx: &'t Transaction, group: i64, questions: &[&Question<'_>]) -> Result<Self, ReadError> {
        let mut of_queue: HashMap<String, Vec<usize>> = HashMap::new();
        for (index, question) in questions.iter().enumerate() {
            for queue in &question.center.queues {
                of_queue.entry(queue.clone()).or_default().push(index);
            }
        }
        let mut queues: Vec<String> = of_queue.keys().cloned().collect();
        queues.sort_unstable();
        let connection = tx.connection();
        let whole = whole(questions);
        let known_until = centers::known_until(connection, group).await?;
        let known_until = known_until.or(whole.map(|whole| whole.start()));
        let members = centers::memberships(connection, group, &queues).await?;
        let mut of_agent: HashMap<String, BTreeSet<usize>> = HashMap::new();
        for member in &members {
            let questions = of_queue.get(&member.queue).into_iter().flatten();
            let of_agent = of_agent.entry(member.name.agent.clone()).or_default();
            of_agent.extend(questions);
        }
        let mut reading = Self {
            tx,
            group,
            queues,
            whole,
            members,
            series: Vec::new(),
            of_queue,
            of_agent,
        };
        for (index, question) in questions.iter().enumerate() {
            let since = reading.of(index).filter_map(|member| member.staffed_since).min();
            let queues = &question.center.queues;
            let known_until = known_until.unwrap_or(Timestamp::UNIX_EPOCH);
            let mut series = QueueSeries::new(&question.ranges, known_until, queues, since);
            for member in reading.of(index).filter(|_| question.by_agent) {
                series.member(&member.name.agent);
            }
            reading.series.push(series);
        }
        Ok(reading)
    }

    /// Who works in the queues of a question's center.
    fn of(&self, question: usize) -> impl Iterator<Item = &Membership> + Clone {
        self.members.iter().filter(move |member| {
            let questions = self.of_queue.get(&member.queue);
            questions.is_some_and(|questions| questions.contains(&question))
        })
    }

    async fn finish(
        mut self,
        questions: &[&Question<'_>],
        room: &mut Room,
    ) -> Result<Vec<Answer>, ReadError> {
        if let Some(whole) = self.whole {
            self.calls(&whole, room).await?;
            self.sessions(&whole, room).await?;
            self.earlier_answers(whole.start()).await?;
            self.rings(questions).await?;
        }
        let working = centers::working_agents(self.tx.connection(), self.group, &self.queues).await?;
        let agents: Vec<Agents> = questions
            .iter()
            .enumerate()
            .map(|(index, question)| Agents::new(&question.center.queues, self.of(index), &working))
            .collect();
        let figures = self.series.into_iter().map(QueueSeries::finish);
        Ok(figures
            .zip(agents)
            .map(|(figures, agents)| Answer { figures, agents })
            .collect())
    }

    fn series_of<'s>(
        series: &'s mut [QueueSeries],
        questions: impl IntoIterator<Item = &'s usize>,
        mut told: impl FnMut(&mut QueueSeries),
    ) {
        for question in questions {
            if let Some(series) = series.get_mut(*question) {
                told(series);
            }
        }
    }

    async fn calls(&mut self, whole: &Period, room: &mut Room) -> Result<(), ReadError> {
        let mut after = 0;
        loop {
            let connection = self.tx.connection();
            let (calls, next) =
                centers::touching_calls(connection, self.group, &self.queues, whole, after).await?;
            room.take(calls.len())?;
            for call in &calls {
                let questions = self.of_queue.get(&call.queue).into_iter().flatten();
                Self::series_of(&mut self.series, questions, |series| series.call(call));
            }
            match next {
                Some(next) => after = next,
                None => return Ok(()),
            }
        }
    }

    async fn sessions(&mut self, whole: &Period, room: &mut Room) -> Result<(), ReadError> {
        let mut after = 0;
        loop {
            let connection = self.tx.connection();
            let (sessions, next) =
                centers::touching_sessions(connection, self.group, &self.queues, whole, after).await?;
            room.take(sessions.len())?;
            for session in &sessions {
                let told = |series: &mut QueueSeries| series.presence(session);
                match &session.queue {
                    Some(queue) => {
                        let questions = self.of_queue.get(queue).into_iter().flatten();
                        Self::series_of(&mut self.series, questions, told);
                    }
                    None => {
                        let questions = self.of_agent.get(&session.agent).into_iter().flatten();
                        Self::series_of(&mut self.series, questions, told);
                    }
                }
            }
            match next {
                Some(next) => after = next,
                None => return Ok(()),
            }
        }
    }

    /// A talk without an end that began long ago had ended by its agent's next answer, which may lie before the range.
    async fn earlier_answers(&mut self, start: Timestamp) -> Result<(), ReadError> {
        let open: BTreeSet<&str> = self
            .series
            .iter()
            .flat_map(QueueSeries::agents_in_open_talks)
            .collect();
        if open.is_empty() {
            return Ok(());
        }
        let open: Vec<&str> = open.into_iter().collect();
        let connection = self.tx.connection();
        let answers = centers::last_answers(connection, self.group, &self.queues, &open, start).await?;
        for (queue, agent, at) in answers {
            let questions = self.of_queue.get(&queue).into_iter().flatten();
            Self::series_of(&mut self.series, questions, |series| series.answered(&agent, at));
        }
        Ok(())
    }

    async fn rings(&mut self, questions: &[&Question<'_>]) -> Result<(), ReadError> {
        let asked = questions.iter().filter(|question| question.by_agent);
        let mut ranges: Vec<Period> = asked
            .flat_map(|question| question.ranges.iter().copied())
            .collect();
        ranges.sort_unstable_by_key(|range| (range.start(), range.end()));
        ranges.dedup();
        let agents: HashSet<&str> = self
            .members
            .iter()
            .map(|member| member.name.agent.as_str())
            .collect();
        let agents: Vec<&str> = agents.into_iter().collect();
        for range in ranges {
            let connection = self.tx.connection();
            let rings =
                centers::unanswered_rings(connection, self.group, &self.queues, &agents, &range).await?;
            for (queue, agent, calls) in rings {
                let questions = self.of_queue.get(&queue).into_iter().flatten();
                Self::series_of(&mut self.series, questions, |series| {
                    series.unanswered(&range, &agent, calls);
                });
            }
        }
        Ok(())
    }
}

fn whole(questions: &[&Question<'_>]) -> Option<Period> {
    let ranges = || questions.iter().flat_map(|question| &question.ranges);
    let start = ranges().map(Period::start).min()?;
    let end = ranges().map(Period::end).max()?;
    Period::new(start, end).ok()
}
