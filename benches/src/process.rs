//! What processes use, as Linux's `/proc` tells it.

use std::{ops::Sub, time::Duration};

use procfs::process::{Process, all_processes};

use crate::Result;

/// Resident memory of a process in bytes: now, and the most that it ever was.
#[derive(Debug, Clone, Copy)]
pub struct Memory {
    /// Now.
    pub resident: u64,
    /// The most since its start.
    pub peak: u64,
}

/// The memory of a process.
///
/// # Errors
/// When there is no such process.
pub fn memory(pid: i32) -> Result<Memory> {
    let status = Process::new(pid)?.status()?;
    let bytes = |kibibytes: Option<u64>| kibibytes.unwrap_or_default() * 1024;
    Ok(Memory {
        resident: bytes(status.vmrss),
        peak: bytes(status.vmhwm),
    })
}

/// CPU time that a process, or a family of them, has used since its start.
#[derive(Debug, Clone, Copy, Default)]
pub struct CpuTime(Duration);

impl CpuTime {
    /// Of one process.
    ///
    /// # Errors
    /// When there is no such process.
    pub fn of(pid: i32) -> Result<Self> {
        let stat = Process::new(pid)?.stat()?;
        Ok(Self(ticks(stat.utime + stat.stime)))
    }

    /// Of a process and its children, those that have ended included: a PostgreSQL server with its connections.
    ///
    /// # Errors
    /// When there is no such process.
    pub fn of_family(pid: i32) -> Result<Self> {
        let parent = Process::new(pid)?.stat()?;
        let ended = u64::try_from(parent.cutime + parent.cstime)?;
        let children = all_processes()?.filter_map(|process| process.ok()?.stat().ok());
        let living: u64 = children
            .filter(|stat| stat.ppid == pid)
            .map(|stat| stat.utime + stat.stime)
            .sum();
        Ok(Self(ticks(parent.utime + parent.stime + ended + living)))
    }

    /// In milliseconds.
    #[must_use]
    pub fn milliseconds(self) -> f64 {
        self.0.as_secs_f64() * 1e3
    }
}

impl Sub for CpuTime {
    type Output = Self;

    fn sub(self, earlier: Self) -> Self {
        Self(self.0.saturating_sub(earlier.0))
    }
}

fn ticks(count: u64) -> Duration {
    Duration::from_secs_f64(count as f64 / procfs::ticks_per_second() as f64)
}
