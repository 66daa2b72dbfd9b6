//! The lines on which test runners say how it went.

use std::ops::AddAssign;

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
