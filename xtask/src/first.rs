//! The first page in the document itself: Sign In, for people and password managers to fill in before the app is there, and
//! what is said where the app cannot run, or does not. The words are the app's own, and so is the page: [`vestibule::pages::first`].
//!
//! The app puts its own page together out of these elements (`src/ui/adopt.rs`), so they are as `src/ui` draws them; a story
//! in Chromium compares the two.

use vestibule::{
    pages::{Button, Card, Input, Part, first},
    text::Text,
};

use crate::{Error, Result};

/// What stands in the body of the page, for an app below `root`, a folder of its origin. `org` is the org's origin, where
/// the build knows it.
///
/// # Errors
/// [`Error::FirstPage`] if the app's first page has a part that is not drawn here.
pub fn body(root: &str, org: Option<&str>) -> Result<String> {
    let card = first().ok_or(Error::FirstPage {
        part: "any".to_owned(),
    })?;
    Ok([page(&card, root)?, without(), framed(), unscripted(org)].concat())
}

fn page(card: &Card, root: &str) -> Result<String> {
    let fields = card.parts.iter().map(part).collect::<Result<String>>()?;
    let submit = card.submit.as_deref().unwrap_or_default();
    // It is shown by boot.js where it is the page, and nowhere else.
    Ok(format!(
        "<main class=\"page\" id=\"main\" data-step=\"loading\" hidden><section class=\"card\">\
         <h1 class=\"card__heading\" id=\"heading\" tabindex=\"-1\">{heading}</h1>\
         <div class=\"notices\" role=\"status\"></div>\
         <form class=\"form\" id=\"form\" novalidate>{fields}\
         <div class=\"buttons\"><button class=\"button\" data-kind=\"primary\" type=\"submit\">{submit}</button></div></form>\
         {links}</section></main>",
        heading = escaped(&card.heading),
        submit = escaped(submit),
        links = links(&card.links, root),
    ))
}

fn part(part: &Part) -> Result<String> {
    match part {
        Part::Input(input) if input.hint.is_none() && input.code.is_none() => Ok(field(input)),
        other => Err(Error::FirstPage {
            part: format!("{other:?}"),
        }),
    }
}

fn field(input: &Input) -> String {
    let name = escaped(&input.name);
    let label = escaped(&input.label);
    let mode = input
        .mode
        .map(|mode| format!(" inputmode=\"{mode}\""))
        .unwrap_or_default();
    let required = if input.required { " required" } else { "" };
    let reveal = if input.kind == "password" {
        format!(
            "<button class=\"field__reveal\" type=\"button\" aria-controls=\"{name}\" aria-label=\"{show}: {label}\">{shown}</button>",
            show = escaped(Text::ShowPassword.words()),
            shown = escaped(Text::Show.words()),
        )
    } else {
        String::new()
    };
    format!(
        "<div class=\"field\"><label class=\"field__label\" for=\"{name}\">{label}</label>\
         <input class=\"field__input\" id=\"{name}\" name=\"{name}\" type=\"{kind}\" autocomplete=\"{autocomplete}\"{mode} \
         autocapitalize=\"none\" spellcheck=\"false\" placeholder=\" \"{required}>{reveal}</div>",
        kind = input.kind,
        autocomplete = input.autocomplete,
    )
}

fn links(links: &[Button], root: &str) -> String {
    let link = |link: &Button| {
        let address = link.address.as_deref().unwrap_or_default();
        format!(
            "<li><a class=\"link\" href=\"{}\">{}</a></li>",
            escaped(&format!("{root}{address}")),
            escaped(&link.label)
        )
    };
    format!(
        "<nav class=\"links\" aria-label=\"{}\"><ul>{}</ul></nav>",
        escaped(Text::OtherWays.words()),
        links.iter().map(link).collect::<String>()
    )
}

/// Where scripts run and the app cannot: words, and a link that public/without.js makes one.
fn without() -> String {
    let heading = escaped(Text::ErrorHeading.words());
    let intro = |id: &str, text: Text| {
        format!(
            "<p class=\"card__intro\" {id}>{}</p>",
            escaped(text.words())
        )
    };
    format!(
        "<div class=\"page\" id=\"without\" hidden><section class=\"card\">\
         <h1 class=\"card__heading\" tabindex=\"-1\">{heading}</h1>{}{}\
         <nav class=\"links\" aria-label=\"{}\"><ul><li><a class=\"link\" hidden>{}</a></li></ul></nav></section></div>",
        intro("data-for=\"start\"", Text::NoStart),
        intro("data-for=\"callback\" hidden", Text::NoStartBack),
        escaped(Text::OtherWays.words()),
        escaped(Text::OrgPage.words()),
    )
}

/// In a frame of another page: words, and a link that boot.js gives the page's own address.
fn framed() -> String {
    format!(
        "<main class=\"page\" id=\"framed\" data-step=\"framed\" hidden><section class=\"card\">\
         <h1 class=\"card__heading\">{}</h1><p class=\"card__intro\">{}</p>\
         <p class=\"card__intro\"><a target=\"_blank\" rel=\"noopener\">{}</a></p></section></main>",
        escaped(Text::FramedHeading.words()),
        escaped(Text::Framed.words()),
        escaped(Text::OpenAlone.words()),
    )
}

/// Where no scripts run.
fn unscripted(org: Option<&str>) -> String {
    let link = org.map(|org| {
        format!(
            "<p class=\"card__intro\"><a href=\"{}/\">{}</a></p>",
            escaped(org),
            escaped(Text::OrgPage.words())
        )
    });
    format!(
        "<noscript><div class=\"page\"><section class=\"card\"><h1 class=\"card__heading\">{}</h1>\
         <p class=\"card__intro\">{}</p>{}</section></div></noscript>",
        escaped(Text::ErrorHeading.words()),
        escaped(Text::NoScript.words()),
        link.unwrap_or_default(),
    )
}

/// A text as HTML, also within the quotes of an attribute.
fn escaped(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::html;

    #[test]
    fn the_first_page_is_a_form_that_password_managers_know() {
        let body = body("/auth/", None).expect("it can be drawn");
        let tags = html::tags(&body);
        let inputs: Vec<_> = tags.iter().filter(|tag| tag.name == "input").collect();
        let of = |name| {
            inputs
                .iter()
                .map(|tag| tag.attribute(name).unwrap_or("-"))
                .collect::<Vec<_>>()
        };
        assert_eq!(of("name"), ["identifier", "credentials.passcode"]);
        assert_eq!(of("type"), ["text", "password"]);
        assert_eq!(of("autocomplete"), ["username", "current-password"]);
        assert!(
            tags.iter()
                .any(|tag| tag.attribute("href") == Some("/auth/recover"))
        );
        assert!(html::inline(&body).is_empty());
    }

    #[test]
    fn the_words_are_the_catalogues() {
        let body = body("/", Some("https://id.example")).expect("it can be drawn");
        for text in [
            Text::SignIn,
            Text::Next,
            Text::ForgotPassword,
            Text::SignUp,
            Text::NoScript,
            Text::NoStart,
            Text::FramedHeading,
            Text::Framed,
            Text::OpenAlone,
        ] {
            assert!(body.contains(&escaped(text.words())), "{text:?}");
        }
        assert!(body.contains("<a href=\"https://id.example/\">"));
    }

    #[test]
    fn in_a_frame_there_is_a_link_and_nothing_to_fill_in() {
        let framed = framed();
        let tags = html::tags(&framed);
        let links: Vec<_> = tags.iter().filter(|tag| tag.name == "a").collect();
        let [link] = links[..] else {
            panic!("{framed}")
        };
        // In the frame it would show the same again.
        assert_eq!(link.attribute("target"), Some("_blank"));
        assert_eq!(link.attribute("rel"), Some("noopener"));
        for name in ["form", "input", "button"] {
            assert!(!tags.iter().any(|tag| tag.name == name), "{framed}");
        }
    }

    #[test]
    fn what_would_end_an_attribute_does_not() {
        assert_eq!(escaped("a\"b<c&d"), "a&quot;b&lt;c&amp;d");
    }
}
