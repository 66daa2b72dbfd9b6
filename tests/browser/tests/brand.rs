//! A brand's colours, corners and links: whatever the host wishes for, what is written can be read, in light and in dark.

use browser_tests::{Config, Scene, Visit, Window, visit};
use serde_json::{Value, json};

/// The contrasts on the page as the browser draws it: of each pair the worst one. Colours are drawn to be read, whatever
/// they are written in.
const CONTRASTS: &str = r#"(() => {
  const brush = new OffscreenCanvas(1, 1).getContext("2d", { willReadFrequently: true });
  const luminance = (colour) => {
    brush.fillStyle = colour;
    brush.fillRect(0, 0, 1, 1);
    const [r, g, b] = [...brush.getImageData(0, 0, 1, 1).data].map((part) => part / 255)
      .map((part) => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const contrast = (one, other) => {
    const [dark, light] = [luminance(one), luminance(other)].sort((a, b) => a - b);
    return (light + 0.05) / (dark + 0.05);
  };
  const probe = document.body.appendChild(document.createElement("i"));
  const token = (name) => {
    probe.className = name;
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(`.${name} { color: var(--${name}) !important }`);
    const before = document.adoptedStyleSheets;
    document.adoptedStyleSheets = [...before, sheet];
    const { color } = getComputedStyle(probe);
    document.adoptedStyleSheets = before;
    return color;
  };
  const paper = token("paper");
  const found = {
    accent: token("accent"), paper, radius: getComputedStyle(document.querySelector("button[type=submit]")).borderRadius,
    dark: luminance(paper) < 0.18,
    text: contrast(token("on-accent"), token("accent")), strong: contrast(token("on-accent"), token("accent-strong")),
  };
  for (const name of ["ink", "quiet", "link", "edge", "mark", "focus"]) found[name] = contrast(token(name), paper);
  probe.remove();
  return found;
})()"#;

async fn is_legible(visit: &Visit, dark: bool) -> Value {
    let found = visit.evaluate(CONTRASTS).await;
    assert_eq!(found["dark"], dark, "{found}");
    for (name, least) in [
        ("text", 4.5),
        ("strong", 4.5),
        ("ink", 4.5),
        ("quiet", 4.5),
        ("link", 4.5),
        ("edge", 3.0),
        ("mark", 3.0),
        ("focus", 3.0),
    ] {
        let ratio = found[name].as_f64().unwrap_or_default();
        // A colour on the screen is one of 256 steps: what is 4.5 on paper may be a hundredth less there.
        assert!(ratio >= least - 0.02, "{name} in {found}");
    }
    found
}

#[test]
fn any_accent_on_any_page_is_legible_in_light_and_in_dark() {
    for (name, accent, background) in [
        ("yellow", "#ffee00", "#fffaf0"),
        ("orange", "#e8590c", "#808080"),
        ("navy", "#001a4d", "#001020"),
        ("white", "#ffffff", "#ffffff"),
        ("black", "#000000", "#000000"),
    ] {
        for dark in [false, true] {
            let brand = json!({
                "name": "Acme Shop", "accent": accent, "background": background, "radius": 10,
                "links": { "terms": "https://acme.example/terms", "privacy": "/privacy", "help": "/help" },
            });
            let config = Config::With(vec![("brand", brand)]);
            let scheme = if dark { "dark" } else { "light" };
            let window = if dark {
                Window::PHONE.dark()
            } else {
                Window::PHONE
            };
            let name = format!("brand-{name}-{scheme}");
            visit(
                &name,
                Scene::new().window(window).config(config),
                async |visit| {
                    visit.open("/login").await;
                    visit.at("identify", "Sign In").await;
                    let found = is_legible(visit, dark).await;
                    // A button is a little less round than what it stands below.
                    assert_eq!(found["radius"], "8px", "{found}");
                    let text = visit.text().await;
                    assert!(
                        text.contains("Acme Shop") && text.ends_with("Terms Privacy Help"),
                        "{text}"
                    );
                    visit.press("Next").await;
                    visit.refused("identify").await;
                    visit.screenshot(&name).await;
                },
            );
        }
    }
}

#[test]
fn a_brand_may_be_of_one_scheme_whatever_the_system_is() {
    let config = Config::with("brand", r#"{"scheme":"dark"}"#);
    visit("brand-scheme", Scene::new().config(config), async |visit| {
        visit.open("/login").await;
        visit.at("identify", "Sign In").await;
        is_legible(visit, true).await;
    });
}

#[test]
fn a_sheet_of_the_hosts_own_has_the_last_word() {
    let config = Config::with("brand", r##"{"accent":"#ffee00","css":"shop.css"}"##);
    let sheet = ":root { --accent: #005500; --accent-strong: #004400; --on-accent: #ffffff; } .card__heading { text-transform: uppercase; }";
    let scene = Scene::new().config(config).file("shop.css", sheet);
    visit("brand-css", scene, async |visit| {
        visit.open("/login").await;
        visit.at("identify", "SIGN IN").await;
        let found = is_legible(visit, false).await;
        assert_eq!(found["accent"], "rgb(0, 85, 0)", "{found}");
    });
}

#[test]
fn a_sheet_that_is_not_there_changes_nothing() {
    let config = Config::with("brand", r#"{"css":"shop.css"}"#);
    visit("brand-no-css", Scene::new().config(config), async |visit| {
        visit.open("/login").await;
        visit.reaches("identify").await;
        is_legible(visit, false).await;
    });
}

#[test]
fn what_is_wrong_with_a_brand_is_named() {
    for (name, brand, member) in [
        ("accent", r#"{"accent":"red"}"#, "brand.accent"),
        ("css", r#"{"css":"https://cdn.example/a.css"}"#, "brand.css"),
    ] {
        let config = Config::with("brand", brand);
        visit(
            &format!("brand-wrong-{name}"),
            Scene::new().config(config),
            async |visit| {
                visit.open("/login").await;
                visit.reaches("error").await;
                visit.check().await;
                let text = visit.text().await;
                assert!(
                    text.contains(&format!("the member {member} is not right")),
                    "{text}"
                );
            },
        );
    }
}
