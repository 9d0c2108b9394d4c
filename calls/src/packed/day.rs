use unsigned_varint::{decode, encode};

use super::{Word, WordError};

/// The form of the bytes; another one gets another number.
const VERSION: u8 = 1;
/// The fewest bytes that a word takes.
const LEAST_BYTES: usize = 2;

/// The calls of one party and one UTC day, sorted. Equal calls are there as often as they happened.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Day {
    words: Vec<Word>,
}

/// What is wrong with a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum DayError {
    /// The bytes are of another form than this program writes.
    #[error("the day is packed in form {0:?}; this program reads {VERSION}")]
    Version(Option<u8>),
    /// They end too early, or a number in them has no end.
    #[error("the day's bytes are cut or garbled at word {word}")]
    Garbled {
        /// Which word it is, from 0.
        word: usize,
    },
    /// A word is none.
    #[error("word {word} of the day: {error}")]
    Word {
        /// Which word it is, from 0.
        word: usize,
        /// What is wrong with it.
        error: WordError,
    },
    /// The words are not in their order.
    #[error("word {word} of the day is out of order")]
    Unsorted {
        /// Which word it is, from 0.
        word: usize,
    },
    /// There is more behind the last word.
    #[error("{0} bytes follow the day's last word")]
    Trailing(usize),
    /// A call to take away is not there.
    #[error("the day does not have {0:?}, which is to be taken from it")]
    Missing(Word),
}

impl Day {
    /// The calls, in order.
    #[must_use]
    pub fn words(&self) -> &[Word] {
        &self.words
    }

    /// Packs the day: a byte for the form, the number of words, then for each word the seconds since the word before
    /// began, and all of it but its start. Numbers are unsigned LEB128 (<https://github.com/multiformats/unsigned-varint>).
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(4 + 5 * self.words.len());
        let mut buffer = encode::u64_buffer();
        let mut push = |number: u64, bytes: &mut Vec<u8>| {
            bytes.extend_from_slice(encode::u64(number, &mut buffer));
        };
        bytes.push(VERSION);
        push(self.words.len() as u64, &mut bytes);
        let mut before = 0;
        for word in &self.words {
            let start = u64::from(word.offset());
            push(start - before, &mut bytes);
            push(word.tail(), &mut bytes);
            before = start;
        }
        bytes
    }

    /// Unpacks a day. Every byte is checked: what comes out is a day that [`encode`](Self::encode) packs into the
    /// same bytes.
    ///
    /// # Errors
    /// [`DayError`] saying what is wrong, and at which word.
    pub fn decode(bytes: &[u8]) -> Result<Self, DayError> {
        let (version, rest) = match bytes.split_first() {
            Some((&VERSION, rest)) => (VERSION, rest),
            other => return Err(DayError::Version(other.map(|(version, _)| *version))),
        };
        debug_assert_eq!(version, VERSION);
        let (count, mut rest) = number(rest, 0)?;
        let most = rest.len() / LEAST_BYTES;
        let count = usize::try_from(count)
            .ok()
            .filter(|count| *count <= most)
            .ok_or(DayError::Garbled { word: most })?;
        let mut words: Vec<Word> = Vec::with_capacity(count);
        let mut start = 0_u64;
        for word in 0..count {
            let (since, behind) = number(rest, word)?;
            let (tail, behind) = number(behind, word)?;
            rest = behind;
            start = start.saturating_add(since);
            let read = Word::in_day(start, tail).map_err(|error| DayError::Word { word, error })?;
            if words.last().is_some_and(|before| *before > read) {
                return Err(DayError::Unsorted { word });
            }
            words.push(read);
        }
        if rest.is_empty() {
            Ok(Self { words })
        } else {
            Err(DayError::Trailing(rest.len()))
        }
    }

    /// Adds calls and takes others away. One that is in both lists is as it was.
    ///
    /// # Errors
    /// [`DayError::Missing`] when one to be taken away is not there; the day is then left as it was.
    pub fn change(&mut self, added: &[Word], removed: &[Word]) -> Result<(), DayError> {
        let mut words = [&self.words, added].concat();
        words.sort_unstable();
        let mut removed = removed.to_vec();
        removed.sort_unstable();
        let mut removing = removed.iter().peekable();
        words.retain(|word| removing.next_if_eq(&word).is_none());
        match removing.next() {
            Some(missing) => Err(DayError::Missing(*missing)),
            None => {
                self.words = words;
                Ok(())
            }
        }
    }
}

fn number(bytes: &[u8], word: usize) -> Result<(u64, &[u8]), DayError> {
    decode::u64(bytes).map_err(|_| DayError::Garbled { word })
}
