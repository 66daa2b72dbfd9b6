//! Whose front door this is, and what it looks like: parsed, and told to the browser in a few properties.
//!
//! A colour that is too weak somewhere is mended there, and the browser does that sum: `public/brand/` has a style sheet for
//! the accent and one for the page, which are fetched only where there is one. With relative colours (CSS Color Module Level
//! 5, section 4) in XYZ, whose y is the relative luminance that contrast is reckoned by (WCAG 2.2, "relative luminance"),
//! whatever is wished for is right. A browser that knows none keeps the usual colours.

use crate::config::{Member, Problem};
use crate::http;
use crate::json::Value;
use crate::text::Text;

/// Whose front door this is.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Brand {
    /// The name in the title and at the top of each page.
    pub name: Option<String>,
    /// The address of a picture on this app's own origin.
    pub logo: Option<String>,
    /// Properties of the page, by their names in CSS.
    pub look: Vec<(&'static str, String)>,
    /// Style sheets on the app's own origin, the host's own the last.
    pub sheets: Vec<String>,
    /// Where the links at the foot lead.
    pub links: Vec<(Text, String)>,
}

/// The property that has the accent, as `#3b73d6`.
pub const ACCENT: &str = "--brand-accent";

impl Brand {
    /// Reads the member `brand`. `root` is the app's own address, with a slash at its end.
    ///
    /// # Errors
    /// [`Problem`] names what cannot be right.
    pub fn parse(value: Option<&Value>, root: &str) -> Result<Self, Problem> {
        let mut brand = Self::default();
        let Some(value) = value.filter(|value| **value != Value::Null) else {
            return Ok(brand);
        };
        if !matches!(value, Value::Object(_)) {
            return Err(Problem::Member(Member::Brand));
        }
        let wrong = |name| Err(Problem::Member(Member::Other(name)));
        let text = |name| match value.get(name) {
            None | Some(Value::Null) => Ok(None),
            Some(Value::String(text)) => {
                Ok(Some(text.trim().to_owned()).filter(|text| !text.is_empty()))
            }
            Some(_) => Err(Problem::Member(Member::Brand)),
        };
        // The page's policy shows pictures of its own origin only; a path is taken from the app's root.
        let within = |path: &str| {
            if http::navigable(path) || path.starts_with('/') {
                path.to_owned()
            } else {
                [root, path].concat()
            }
        };
        brand.name = text("name")?;
        if let Some(logo) = text("logo")? {
            if !is_path(&logo) && !http::on_origin(&logo, http::origin(root)) {
                return wrong("brand.logo");
            }
            brand.logo = Some(within(&logo));
        }
        for (name, property, sheet, fits) in LOOK {
            let own = name.strip_prefix("brand.").unwrap_or(name);
            let Some(value) = value.get(own).filter(|value| **value != Value::Null) else {
                continue;
            };
            let value = value.scalar();
            let Some(value) = fits(&value) else {
                return wrong(name);
            };
            brand.look.push((property, value));
            brand.sheets.extend(sheet.map(within));
        }
        if let Some(css) = text("css")? {
            if !is_path(&css) {
                return wrong("brand.css");
            }
            brand.sheets.push(within(&css));
        }
        let links = value.get("links").unwrap_or(&Value::Null);
        if !matches!(links, Value::Object(_) | Value::Null) {
            return wrong("brand.links");
        }
        for (name, label) in LINKS {
            let to = match links.get(name) {
                None | Some(Value::Null) => continue,
                Some(to) => to.as_str().map(str::trim),
            };
            match to {
                Some("") => {}
                Some(to) if http::navigable(to) || is_path(to) => {
                    brand.links.push((label, within(to)));
                }
                _ => return wrong("brand.links"),
            }
        }
        Ok(brand)
    }
}

/// What a member comes to in CSS; nothing where it cannot be right.
type Fits = fn(&str) -> Option<String>;

/// A member, the property that has it, and the style sheet that makes something of it.
const LOOK: [(&str, &str, Option<&str>, Fits); 4] = [
    ("brand.accent", ACCENT, Some("brand/accent.css"), colour),
    (
        "brand.background",
        "--brand-paper",
        Some("brand/paper.css"),
        colour,
    ),
    ("brand.radius", "--radius", None, radius),
    ("brand.scheme", "color-scheme", None, scheme),
];

const LINKS: [(&str, Text); 3] = [
    ("terms", Text::Terms),
    ("privacy", Text::Privacy),
    ("help", Text::Help),
];

fn colour(text: &str) -> Option<String> {
    let digits = text.strip_prefix('#')?;
    let hexadecimal = digits.bytes().all(|one| one.is_ascii_hexdigit());
    (hexadecimal && digits.len() == 6).then(|| text.to_owned())
}

/// In CSS pixels.
fn radius(text: &str) -> Option<String> {
    let digits = text.bytes().all(|one| one.is_ascii_digit());
    (digits && matches!(text.len(), 1..=2)).then(|| [text, "px"].concat())
}

fn scheme(text: &str) -> Option<String> {
    match text {
        "system" => Some("light dark".to_owned()),
        "light" | "dark" => Some(text.to_owned()),
        _ => None,
    }
}

/// A path on the app's own origin, from its root or from the app's.
fn is_path(text: &str) -> bool {
    !text.starts_with("//") && !text.bytes().any(|one| matches!(one, b':' | b'\\'))
}

/// What the style sheets of `public/brand/` make of an accent, reckoned here for whoever wants to know: the doctor.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Mended {
    /// Whether text on the accent is white.
    pub white: bool,
    /// The contrast of that text.
    pub text: f64,
    /// The contrast of the accent itself on the light page, where that is too weak.
    pub light: Option<f64>,
    /// The same on the dark page.
    pub dark: Option<f64>,
}

/// Below this luminance text is white, from it on black: 4.5:1 in both cases.
const WHITE: f64 = 0.18;
/// On the light page links and lines are no lighter than this, so that there are 4.5:1 on any paper.
const LIGHT_LINK: f64 = 0.13;
/// On the dark page they are no darker.
const DARK_LINK: f64 = 0.32;
/// The paper of the dark page, as it is without a brand.
const DARK: &str = "#16181d";

impl Mended {
    /// Looks at an accent that [`Brand::parse`] took.
    pub fn of(accent: &str) -> Self {
        let y = luminance(accent);
        let white = y < WHITE;
        Self {
            white,
            text: contrast(y, if white { 1.0 } else { 0.0 }),
            light: (y > LIGHT_LINK).then(|| contrast(y, 1.0)),
            dark: (y < DARK_LINK).then(|| contrast(y, luminance(DARK))),
        }
    }
}

/// The relative luminance of a colour (WCAG 2.2): 0 for black, 1 for white.
fn luminance(colour: &str) -> f64 {
    let part = |at: usize| {
        let digits = colour.get(at..at + 2).unwrap_or_default();
        let value = f64::from(u8::from_str_radix(digits, 16).unwrap_or_default()) / 255.0;
        if value <= 0.04045 {
            value / 12.92
        } else {
            ((value + 0.055) / 1.055).powf(2.4)
        }
    };
    0.2126 * part(1) + 0.7152 * part(3) + 0.0722 * part(5)
}

/// The contrast of two luminances (WCAG 2.2): from 1 to 21.
fn contrast(one: f64, other: f64) -> f64 {
    (one.max(other) + 0.05) / (one.min(other) + 0.05)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json;

    const ROOT: &str = "https://app.acme.test/auth/";

    fn parse(text: &str) -> Result<Brand, Problem> {
        Brand::parse(json::parse(text).as_ref(), ROOT)
    }

    fn brand(text: &str) -> Brand {
        parse(text).unwrap_or_else(|problem| panic!("{text}: {problem:?}"))
    }

    #[test]
    fn what_is_not_wished_for_changes_nothing() {
        for text in ["null", "{}", r#"{"accent":null,"css":"","links":{}}"#] {
            assert_eq!(brand(text), Brand::default());
        }
    }

    #[test]
    fn what_is_wished_for_is_told_to_the_browser() {
        let all = brand(
            r##"{"accent":"#C0FFEE","background":"#fffaf0","radius":8,"scheme":"dark","css":"shop.css",
                "links":{"terms":"https://acme.test/terms","help":"help.html","privacy":"/privacy"},
                "logo":"https://app.acme.test/logo.svg"}"##,
        );
        assert_eq!(all.logo.as_deref(), Some("https://app.acme.test/logo.svg"));
        let look: Vec<_> = all
            .look
            .iter()
            .map(|(name, value)| (*name, value.as_str()))
            .collect();
        assert_eq!(
            look,
            [
                (ACCENT, "#C0FFEE"),
                ("--brand-paper", "#fffaf0"),
                ("--radius", "8px"),
                ("color-scheme", "dark")
            ]
        );
        assert_eq!(
            all.sheets,
            ["brand/accent.css", "brand/paper.css", "shop.css"].map(|name| [ROOT, name].concat())
        );
        let links: Vec<&str> = all.links.iter().map(|(_, to)| to.as_str()).collect();
        assert_eq!(
            links,
            [
                "https://acme.test/terms",
                "/privacy",
                "https://app.acme.test/auth/help.html"
            ]
        );
    }

    #[test]
    fn what_is_wrong_is_named() {
        for (text, member) in [
            (r#"{"accent":"red"}"#, "brand.accent"),
            (r##"{"accent":"#12345g"}"##, "brand.accent"),
            (r##"{"background":"#fff"}"##, "brand.background"),
            (r##"{"background":"#ffffff;x"}"##, "brand.background"),
            (r#"{"radius":"4px"}"#, "brand.radius"),
            (r#"{"radius":"+4"}"#, "brand.radius"),
            (r#"{"radius":100}"#, "brand.radius"),
            (r#"{"scheme":"blue"}"#, "brand.scheme"),
            (r#"{"css":"https://cdn.test/a.css"}"#, "brand.css"),
            (r#"{"css":"//cdn.test/a.css"}"#, "brand.css"),
            (r#"{"css":"/\\cdn.test/a.css"}"#, "brand.css"),
            (r#"{"logo":"https://cdn.test/logo.svg"}"#, "brand.logo"),
            (r#"{"logo":"//cdn.test/logo.svg"}"#, "brand.logo"),
            (r#"{"logo":"data:image/png,x"}"#, "brand.logo"),
            (r#"{"links":["/terms"]}"#, "brand.links"),
            (r#"{"links":{"terms":7}}"#, "brand.links"),
            (r#"{"links":{"help":"//cdn.test/"}}"#, "brand.links"),
            (r#"{"links":{"help":"javascript:alert(1)"}}"#, "brand.links"),
        ] {
            let wrong = Err(Problem::Member(Member::Other(member)));
            assert_eq!(parse(text), wrong, "{text}");
        }
    }

    /// The style sheets have the very bounds that are reckoned with here.
    #[test]
    fn the_bounds_are_those_of_the_style_sheets() {
        let accent = include_str!("../public/brand/accent.css");
        let paper = include_str!("../public/brand/paper.css");
        for (sheet, bound) in [
            (
                accent,
                [
                    "--white: ",
                    "clamp(0, (",
                    &WHITE.to_string(),
                    " - y) * 1e6, 1)",
                ]
                .concat(),
            ),
            (
                accent,
                ["min(1, ", &LIGHT_LINK.to_string(), " / y)"].concat(),
            ),
            (
                accent,
                ["max(0, (", &DARK_LINK.to_string(), " - y) / (1 - y))"].concat(),
            ),
            (
                accent,
                ["--more: (1 - var(--white)) * ", &AWAY.to_string(), ";"].concat(),
            ),
            (
                accent,
                ["calc(y * ", &(1.0 - AWAY).to_string(), " + var(--more))"].concat(),
            ),
            (
                paper,
                ["max(0, (", &LIGHT_PAPER.to_string(), " - y) / (1 - y))"].concat(),
            ),
            (
                paper,
                ["min(1, ", &DARK_PAPER.to_string(), " / y)"].concat(),
            ),
        ] {
            assert!(sheet.contains(&bound), "{bound} in {sheet}");
        }
    }

    /// So far a button goes away from its text under the pointer.
    const AWAY: f64 = 0.2;
    const LIGHT_PAPER: f64 = 0.78;
    const DARK_PAPER: f64 = 0.012;

    #[test]
    fn whatever_the_colour_the_bounds_leave_contrast_enough() {
        let worst = |one: f64, papers: [f64; 2]| {
            papers
                .map(|paper| contrast(one, paper))
                .into_iter()
                .fold(21.0, f64::min)
        };
        for step in 0..=1_000 {
            let y = f64::from(step) / 1_000.0;
            let on = if y < WHITE { 1.0 } else { 0.0 };
            assert!(contrast(y, on) >= 4.5, "text on {y}");
            let strong = (1.0 - AWAY) * y + (1.0 - on) * AWAY;
            assert!(contrast(strong, on) >= 4.5, "text on {y} under the pointer");
            let light = worst(y.min(LIGHT_LINK), [1.0, LIGHT_PAPER]);
            assert!(light >= 4.5, "light {y}");
            let dark = worst(y.max(DARK_LINK), [0.0, DARK_PAPER]);
            assert!(dark >= 4.5, "dark {y}");
        }
        // The weakest of what is written on the paper, and of the lines on it.
        for (quiet, edge, paper) in [
            ("#666666", "#767676", LIGHT_PAPER),
            ("#adb3be", "#8a919e", DARK_PAPER),
        ] {
            assert!(contrast(luminance(quiet), paper) >= 4.5);
            assert!(contrast(luminance(edge), paper) >= 3.0);
        }
    }

    #[test]
    fn luminance_and_contrast_are_those_of_wcag() {
        assert!((luminance("#ffffff") - 1.0).abs() < 1e-9 && luminance("#000000") == 0.0);
        let ratio = contrast(luminance("#767676"), 1.0);
        assert!((4.54..4.55).contains(&ratio), "{ratio}");
        let yellow = Mended::of("#ffee00");
        assert!(!yellow.white && yellow.text > 15.0);
        assert!(yellow.light.is_some_and(|ratio| ratio < 1.3) && yellow.dark.is_none());
        let navy = Mended::of("#001a4d");
        assert!(navy.white && navy.light.is_none() && navy.dark.is_some());
    }
}
