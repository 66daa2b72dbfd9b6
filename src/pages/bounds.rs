//! The end of a page: of more than anybody reads the rest is counted, and what is too much to list is typed.

use super::card::{Card, Input, Part};
use super::words::fill;
use crate::idx::MOST;
use crate::text::Text;

/// Leaves out what is too much for a page, and says how much that is.
#[inline(never)]
pub(super) fn shorten(card: &mut Card) {
    parts(&mut card.parts);
    let beside = [
        cut(&mut card.marks),
        cut(&mut card.others),
        cut(&mut card.links),
    ];
    card.intro.extend(more(beside.into_iter().sum()));
}

fn parts(parts: &mut Vec<Part>) {
    let left_out = cut(parts);
    for mut part in std::mem::take(parts) {
        let left_out = match &mut part {
            Part::Radios { options, .. } => cut(options),
            Part::Claims(rows) => cut(rows),
            Part::Variants { variants, .. } => {
                let left_out = cut(variants);
                for variant in variants {
                    self::parts(&mut variant.parts);
                }
                left_out
            }
            Part::Select { options, .. } if options.len() > MOST => {
                part = typed(part);
                0
            }
            _ => 0,
        };
        parts.push(part);
        parts.extend(more(left_out).map(Part::Note));
    }
    parts.extend(more(left_out).map(Part::Note));
}

/// How many there were too many of.
fn cut<T>(list: &mut Vec<T>) -> usize {
    let left_out = list.len().saturating_sub(MOST);
    list.truncate(MOST);
    left_out
}

/// Says how much is left out, if anything is.
pub(super) fn more(left_out: usize) -> Option<String> {
    (left_out > 0).then(|| fill(Text::AndMore, &[&left_out.to_string()]))
}

/// A text box in place of a list.
fn typed(part: Part) -> Part {
    match part {
        Part::Select {
            name,
            label,
            required,
            options,
            chosen,
            autocomplete,
        } => Part::Input(Input {
            missing: fill(Text::EnterField, &[&label]),
            hint: Some(fill(Text::TypeOne, &[&options.len().to_string()])),
            name,
            label,
            kind: "text",
            autocomplete,
            mode: None,
            required,
            value: chosen,
            least: None,
            most: None,
            fleeting: false,
            code: None,
            whole: None,
        }),
        other => other,
    }
}
