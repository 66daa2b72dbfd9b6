//! What test runners say: how it went, and how long it took.

use std::{collections::BTreeMap, ops::AddAssign, time::Duration};

/// How many tests passed and failed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// Tests that passed.
    pub passed: u32,
    /// Tests that failed, and steps that failed without running a test.
    pub failed: u32,
}

impl Tally {
    /// Reads a closing line of Rust's test harness: `test result: ok. 3 passed; 0 failed; 1 ignored; …`.
    pub fn from_line(line: &str) -> Option<Self> {
        let (_, counts) = line
            .trim_start()
            .strip_prefix("test result: ")?
            .split_once(". ")?;
        let count = |word| {
            let part = counts
                .split(';')
                .find_map(|part| part.trim().strip_suffix(word))?;
            part.trim().parse().ok()
        };
        Some(Self {
            passed: count(" passed")?,
            failed: count(" failed")?,
        })
    }
}

impl AddAssign for Tally {
    fn add_assign(&mut self, other: Self) {
        self.passed += other.passed;
        self.failed += other.failed;
    }
}

/// The slowest stories, slowest first, of what the browser tests write to `VESTIBULE_TIMES`: a line for each visit, with the name
/// of its test and its milliseconds, with a tab in between. A test may have many visits, which count as one story.
pub fn slowest(times: &str, most: usize) -> Vec<(String, Duration)> {
    let mut stories: BTreeMap<&str, Duration> = BTreeMap::new();
    for line in times.lines() {
        let visit = line.split_once('\t');
        let visit = visit.and_then(|(name, millis)| Some((name, millis.parse().ok()?)));
        if let Some((name, millis)) = visit {
            *stories.entry(name).or_default() += Duration::from_millis(millis);
        }
    }
    let mut stories: Vec<_> = stories
        .into_iter()
        .map(|(name, time)| (name.to_owned(), time))
        .collect();
    stories.sort_by_key(|(_, time)| std::cmp::Reverse(*time));
    stories.truncate(most);
    stories
}

/// How long the processors of this machine have been at work and idle, all together, in ticks since it started: the first line
/// of Linux's `/proc/stat`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Ticks {
    busy: u64,
    idle: u64,
}

impl Ticks {
    /// Reads `/proc/stat`; `None` where that is something else.
    pub fn read(stat: &str) -> Option<Self> {
        let figures = stat.lines().next()?.strip_prefix("cpu ")?;
        let figures: Vec<u64> = figures
            .split_whitespace()
            .map_while(|figure| figure.parse().ok())
            .collect();
        // user, nice, system, idle, iowait, irq, softirq; what follows is other machines' or counted already.
        let idle = figures.get(3)?.saturating_add(*figures.get(4)?);
        let all = figures
            .iter()
            .take(7)
            .fold(0, |sum: u64, figure| sum.saturating_add(*figure));
        Some(Self {
            busy: all.saturating_sub(idle),
            idle,
        })
    }

    /// How much of the time since an earlier reading the processors were at work, in percent.
    pub fn busy_since(self, earlier: Self) -> u64 {
        let busy = self.busy.saturating_sub(earlier.busy);
        let all = busy.saturating_add(self.idle.saturating_sub(earlier.idle));
        (100 * busy).checked_div(all).unwrap_or_default()
    }
}

impl std::fmt::Display for Tally {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} passed, {} failed", self.passed, self.failed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_closing_line_is_counted() {
        let ok = "test result: ok. 12 passed; 0 failed; 1 ignored; 0 measured; 3 filtered out; finished in 0.02s";
        assert_eq!(
            Tally::from_line(ok),
            Some(Tally {
                passed: 12,
                failed: 0
            })
        );
        let failed = "test result: FAILED. 2 passed; 5 failed; 0 ignored; 0 measured; 0 filtered out; finished in 1.00s";
        assert_eq!(
            Tally::from_line(failed),
            Some(Tally {
                passed: 2,
                failed: 5
            })
        );
    }

    #[test]
    fn other_lines_are_not() {
        for line in [
            "",
            "running 3 tests",
            "test a::b ... ok",
            "test result: ok.",
            "3 passed; 0 failed",
        ] {
            assert_eq!(Tally::from_line(line), None, "{line}");
        }
    }

    #[test]
    fn a_story_takes_as_long_as_all_its_visits() {
        let times = "first::a\t1500\nlinks::b\t2000\nfirst::a\t700\nno line\nlimits::c\t100\n";
        assert_eq!(
            slowest(times, 2),
            [
                ("first::a".to_owned(), Duration::from_millis(2200)),
                ("links::b".to_owned(), Duration::from_millis(2000)),
            ]
        );
        assert_eq!(slowest("", 10), []);
    }

    #[test]
    fn processors_are_busy_or_idle() {
        let at = |stat| Ticks::read(stat).expect("it is one");
        let before = at("cpu  100 10 20 400 30 5 5 9 0 0\ncpu0 1 2 3 4 5 6 7\n");
        let after = at("cpu  160 10 50 410 30 5 5 50 0 0\n");
        assert_eq!(after.busy_since(before), 90);
        assert_eq!(after.busy_since(after), 0);
        assert_eq!(Ticks::read("intr 1 2 3"), None);
        assert_eq!(Ticks::read("cpu  1 2"), None);
    }

    #[test]
    fn tallies_add_up_and_print_plainly() {
        let mut total = Tally {
            passed: 1,
            failed: 0,
        };
        total += Tally {
            passed: 2,
            failed: 3,
        };
        assert_eq!(total.to_string(), "3 passed, 3 failed");
    }
}
