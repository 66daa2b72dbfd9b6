//! Samples, their medians, and the table of them.

use std::collections::BTreeMap;
use std::fmt;

use serde_json::{Value, json};

/// What is told of each, in this order: its name and its unit.
const ROWS: [(&str, &str); 17] = [
    ("bytes: HTML", "B"),
    ("bytes: CSS", "B"),
    ("bytes: JavaScript", "B"),
    ("bytes: WebAssembly", "B"),
    ("bytes: pictures", "B"),
    ("bytes: JSON", "B"),
    ("bytes", "B"),
    ("requests", ""),
    ("first paint", "ms"),
    ("first content", "ms"),
    ("usable form", "ms"),
    ("working form", "ms"),
    ("start-up blocking", "ms"),
    ("longest task", "ms"),
    ("long tasks", ""),
    ("step", "ms"),
    ("layout shift", ""),
];

/// The samples of one page, by name.
#[derive(Debug, Default)]
pub(crate) struct Samples(BTreeMap<String, Vec<f64>>);

impl Samples {
    /// One more.
    pub(crate) fn add(&mut self, name: &str, value: f64) {
        self.0.entry(name.to_owned()).or_default().push(value);
    }

    /// The one in the middle; of two the mean. Nothing where a sample is none: a median of the rest would flatter.
    fn median(&self, name: &str) -> Option<f64> {
        let mut samples = self.0.get(name)?.clone();
        if samples.iter().any(|sample| sample.is_nan()) {
            return None;
        }
        samples.sort_by(f64::total_cmp);
        let middle = samples.len() / 2;
        let upper = *samples.get(middle)?;
        Some(if samples.len() % 2 == 1 {
            upper
        } else {
            f64::midpoint(samples[middle - 1], upper)
        })
    }
}

/// Both pages under one profile.
#[derive(Debug)]
pub(crate) struct Sheet {
    profile: &'static str,
    pub(crate) floor: Samples,
    pub(crate) app: Samples,
}

impl Sheet {
    pub(crate) fn new(profile: &'static str) -> Self {
        Self {
            profile,
            floor: Samples::default(),
            app: Samples::default(),
        }
    }

    /// How many times the floor the app is. Nothing can be said about a floor of zero.
    fn ratio(&self, name: &str) -> Option<f64> {
        let (floor, app) = (self.floor.median(name)?, self.app.median(name)?);
        (floor > 0.0).then(|| app / floor)
    }

    pub(crate) fn json(&self) -> Value {
        let figures: serde_json::Map<String, Value> = ROWS
            .iter()
            .map(|(name, unit)| {
                let of = |samples: &Samples| json!({ "median": samples.median(name), "samples": samples.0.get(*name) });
                let row = json!({
                    "unit": unit, "floor": of(&self.floor), "app": of(&self.app), "ratio": self.ratio(name),
                });
                ((*name).to_owned(), row)
            })
            .collect();
        json!({ "profile": self.profile, "figures": figures })
    }
}

impl fmt::Display for Sheet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(
            f,
            "{:<34} {:>12} {:>12} {:>8}",
            self.profile, "Floor", "App", "Ratio"
        )?;
        for (name, unit) in ROWS {
            let said = |value: Option<f64>| match value {
                None => "–".to_owned(),
                Some(value) if unit.is_empty() && value.fract() != 0.0 => format!("{value:.4}"),
                Some(value) => format!("{value:.0}"),
            };
            let label = if unit.is_empty() {
                name.to_owned()
            } else {
                format!("{name} ({unit})")
            };
            let ratio = self
                .ratio(name)
                .map_or_else(String::new, |ratio| format!("{ratio:.2}"));
            let (floor, app) = (self.floor.median(name), self.app.median(name));
            writeln!(
                f,
                "  {label:<32} {:>12} {:>12} {ratio:>8}",
                said(floor),
                said(app)
            )?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn samples(values: &[f64]) -> Samples {
        let mut samples = Samples::default();
        values.iter().for_each(|value| samples.add("step", *value));
        samples
    }

    #[test]
    fn the_median_is_the_one_in_the_middle() {
        assert_eq!(samples(&[9.0, 1.0, 4.0]).median("step"), Some(4.0));
        assert_eq!(samples(&[9.0, 1.0, 4.0, 2.0]).median("step"), Some(3.0));
        assert_eq!(samples(&[]).median("step"), None);
    }

    #[test]
    fn what_could_not_be_measured_is_not_left_out() {
        assert_eq!(samples(&[1.0, f64::NAN, 2.0]).median("step"), None);
    }

    #[test]
    fn nothing_is_a_multiple_of_nothing() {
        let mut sheet = Sheet::new("any");
        sheet.app = samples(&[3.0]);
        sheet.floor = samples(&[0.0]);
        assert_eq!(sheet.ratio("step"), None);
        sheet.floor = samples(&[2.0]);
        assert_eq!(sheet.ratio("step"), Some(1.5));
    }
}
