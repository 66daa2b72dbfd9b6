//! The tags of a page, as far as the build needs them: what the page loads, and what in it is inline.
//!
//! It reads the pages that Trunk writes, minified or not. It is no browser's parser, and where the two could differ it reports
//! a piece too many rather than one too few.

/// A start tag and its attributes, in the order of the page.
#[derive(Debug, PartialEq, Eq)]
pub struct Tag {
    /// The name, in lower case.
    pub name: String,
    /// Names in lower case, and values.
    pub attributes: Vec<(String, String)>,
    /// The line on which it begins, from 1.
    pub line: usize,
    /// Where it stands in the page, in bytes, from `<` to `>`.
    pub range: std::ops::Range<usize>,
}

impl Tag {
    /// The value of an attribute, if the tag has it.
    pub fn attribute(&self, name: &str) -> Option<&str> {
        self.attributes
            .iter()
            .find(|(key, _)| key == name)
            .map(|(_, value)| value.as_str())
    }
}

/// The start tags of a page.
pub fn tags(html: &str) -> Vec<Tag> {
    let mut tags = Vec::new();
    let mut rest = html;
    while let Some(start) = rest.find('<') {
        let here = html.len() - rest.len() + start;
        rest = &rest[start + 1..];
        if let Some(comment) = rest.strip_prefix("!--") {
            rest = comment.split_once("-->").map_or("", |(_, after)| after);
        } else if rest.starts_with(|c: char| c.is_ascii_alphabetic()) {
            let (name, after) =
                split_at(rest, |c| c.is_ascii_whitespace() || matches!(c, '/' | '>'));
            let (attributes, after) = attributes(after);
            let name = name.to_ascii_lowercase();
            rest = after;
            let end = html.len() - rest.len();
            if matches!(name.as_str(), "script" | "style") {
                // Their text is no markup.
                let end = rest
                    .to_ascii_lowercase()
                    .find(&format!("</{name}"))
                    .unwrap_or(rest.len());
                rest = &rest[end..];
            }
            let line = html[..here].matches('\n').count() + 1;
            tags.push(Tag {
                name,
                attributes,
                line,
                range: here..end,
            });
        }
    }
    tags
}

/// The attributes of a tag, and what follows its `>`.
fn attributes(mut rest: &str) -> (Vec<(String, String)>, &str) {
    let mut attributes = Vec::new();
    loop {
        rest = rest.trim_start_matches(|c: char| c.is_ascii_whitespace() || c == '/');
        if let Some(after) = rest.strip_prefix('>') {
            return (attributes, after);
        }
        if rest.is_empty() {
            return (attributes, rest);
        }
        // A stray `=` begins a name, as in a browser; taking it keeps the loop moving.
        let first = rest.chars().next().map_or(0, char::len_utf8);
        let (name, after) = split_after(rest, first, |c| {
            c.is_ascii_whitespace() || matches!(c, '=' | '/' | '>')
        });
        let name = name.to_ascii_lowercase();
        let Some(value) = after.trim_ascii_start().strip_prefix('=') else {
            attributes.push((name, String::new()));
            rest = after;
            continue;
        };
        let value = value.trim_ascii_start();
        let (value, after) = match value.chars().next() {
            Some(quote @ ('"' | '\'')) => value[1..].split_once(quote).unwrap_or((&value[1..], "")),
            _ => split_at(value, |c| c.is_ascii_whitespace() || c == '>'),
        };
        attributes.push((name, value.to_owned()));
        rest = after;
    }
}

fn split_at(text: &str, end: impl Fn(char) -> bool) -> (&str, &str) {
    split_after(text, 0, end)
}

fn split_after(text: &str, skip: usize, end: impl Fn(char) -> bool) -> (&str, &str) {
    text.split_at(
        text[skip..]
            .find(end)
            .map_or(text.len(), |found| found + skip),
    )
}

/// What in a page is inline, and so refused by the content security policy: scripts and styles without a file, style
/// attributes, event handlers, `javascript:` addresses.
pub fn inline(html: &str) -> Vec<String> {
    let mut found = Vec::new();
    for tag in tags(html) {
        let mut report = |what: String| found.push(format!("line {}: {what}", tag.line));
        match tag.name.as_str() {
            "script" if tag.attribute("src").is_none() => report("<script> without src".to_owned()),
            "style" => report("<style>".to_owned()),
            _ => {}
        }
        for (name, value) in &tag.attributes {
            let address: String = value
                .chars()
                .filter(|c| !c.is_whitespace() && !c.is_control())
                .collect();
            if name == "style" || name.starts_with("on") {
                report(format!("<{} {name}=…>", tag.name));
            } else if address.to_ascii_lowercase().starts_with("javascript:") {
                report(format!("<{} {name}=\"javascript:…\">", tag.name));
            }
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    /// As Trunk writes it when it is not told otherwise.
    const WITH_START_UP_SCRIPT: &str = r#"<!doctype html>
<html lang="en"><head><title>A</title>
<link rel="modulepreload" href="/a-1.js" crossorigin="anonymous"></head>
<body><script type="module">
import init, * as bindings from '/a-1.js';
const wasm = await init({ module_or_path: '/a-1_bg.wasm' });
</script></body></html>"#;

    #[test]
    fn trunks_own_start_up_script_is_found() {
        assert_eq!(
            inline(WITH_START_UP_SCRIPT),
            ["line 4: <script> without src"]
        );
    }

    #[test]
    fn a_page_with_files_only_passes() {
        let page = "<!doctype html><html lang=en><!-- <style> --><link rel=stylesheet href=/a.css>\
                    <script type=module src=/boot-1.js integrity=sha384-a/b+c==></script><p>one < two</p>";
        assert_eq!(inline(page), [""; 0]);
    }

    #[test]
    fn each_kind_of_inline_content_is_found() {
        for (page, expected) in [
            ("<style>p{}</style>", "line 1: <style>"),
            ("<p style='color:red'>", "line 1: <p style=…>"),
            ("<body\nonload = go()>", "line 1: <body onload=…>"),
            (
                "\n<a href=\" JavaScript:go()\">",
                "line 2: <a href=\"javascript:…\">",
            ),
            ("<SCRIPT>go()</SCRIPT>", "line 1: <script> without src"),
            ("<svg/onload=go()>", "line 1: <svg onload=…>"),
        ] {
            assert_eq!(inline(page), [expected], "{page}");
        }
    }

    #[test]
    fn attributes_are_read_quoted_or_not() {
        let page = r#"<link rel=icon href='/a b.svg' data-x="1>2" crossorigin/><script src=/a.js></script>"#;
        let tags = tags(page);
        assert_eq!(tags.len(), 2);
        assert_eq!(tags[0].attribute("href"), Some("/a b.svg"));
        assert_eq!(tags[0].attribute("data-x"), Some("1>2"));
        assert_eq!(tags[0].attribute("crossorigin"), Some(""));
        assert_eq!(tags[1].attribute("src"), Some("/a.js"));
        assert_eq!(&page[tags[1].range.clone()], "<script src=/a.js>");
    }

    #[test]
    fn a_broken_page_ends() {
        for page in [
            "<", "<a", "<a =", "<a b='", "<!--", "<script", "<a b=", "<a = = >", "<p é=1>",
        ] {
            let _ = tags(page);
        }
    }
}
