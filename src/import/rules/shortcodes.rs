//! Calls that Hugo and Zola know and Markdown does not: `{{< name … >}}`, `{{ name(…) }}`.
//!
//! `figure`, `ref` and `relref` are turned into Markdown; the others are left in the text and told.

use std::borrow::Cow;
use std::ops::Range;

use super::body::rewrite;

/// Begins the destination that a `ref` becomes, until the file it names is found.
pub const REFERENCE: &str = "ref:";

/// One call in the text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Call {
    pub span: Range<usize>,
    pub name: String,
    pub arguments: String,
    /// Ends a call that has a body: `{{< /name >}}`, `{% end %}`.
    pub closing: bool,
}

/// How a call begins and ends; Zola's have their arguments in round brackets.
const FORMS: [(&str, &str, bool); 4] =
    [("{{<", ">}}", false), ("{{%", "%}}", false), ("{{", "}}", true), ("{%", "%}", true)];

/// Every call in the text, in order. Escaped ones (`{{</* name */>}}`) are not calls.
pub fn calls(body: &str) -> Vec<Call> {
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(start) = body.get(at..).and_then(|rest| rest.find('{')).map(|offset| at + offset) {
        match call_at(body, start) {
            Some(call) => {
                at = call.span.end;
                found.push(call);
            }
            None => at = start + 1,
        }
    }
    found
}

fn call_at(body: &str, start: usize) -> Option<Call> {
    let rest = &body[start..];
    let (opens, closes, brackets) = FORMS.into_iter().find(|(opens, _, _)| rest.starts_with(opens))?;
    let inside = &rest[opens.len()..];
    let end = inside.find(closes)?;
    let said = inside[..end].trim();
    let closing = said.starts_with('/') || (opens == "{%" && said == "end");
    let said = said.trim_start_matches('/').trim_start();
    let name_end =
        said.find(|c: char| !(c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '/'))).unwrap_or(said.len());
    let (name, rest_of_call) = said.split_at(name_end);
    let arguments = rest_of_call.trim().trim_end_matches('/').trim_end();
    if name.is_empty()
        || !name.starts_with(|c: char| c.is_ascii_alphabetic())
        || (brackets && !closing && !arguments.starts_with('('))
    {
        return None;
    }
    let span = start..start + opens.len() + end + closes.len();
    Some(Call { span, name: name.to_owned(), arguments: arguments.to_owned(), closing })
}

/// The text with the known calls turned into Markdown. Line numbers stay.
pub fn expand(body: &str) -> Cow<'_, str> {
    if !body.contains("{{") {
        return Cow::Borrowed(body);
    }
    let replacements = calls(body).into_iter().filter(|call| !call.closing).filter_map(|call| {
        let mut markdown = match call.name.as_str() {
            "figure" => figure(&call.arguments)?,
            "ref" | "relref" => reference(&call.arguments)?,
            _ => return None,
        };
        markdown.extend(body[call.span.clone()].chars().filter(|c| *c == '\n'));
        Some((call.span, markdown))
    });
    rewrite(body, replacements.collect())
}

fn figure(arguments: &str) -> Option<String> {
    let source = argument(arguments, "src")?;
    let title = argument(arguments, "caption").or_else(|| argument(arguments, "title"));
    let alt = argument(arguments, "alt").or_else(|| title.clone()).unwrap_or_default();
    let alt = alt.replace(['[', ']', '\n'], " ");
    let title = title.map(|title| format!(" \"{}\"", title.replace(['"', '\n'], " "))).unwrap_or_default();
    let source = if source.contains([' ', '(', ')']) { format!("<{source}>") } else { source };
    Some(format!("![{alt}]({source}{title})"))
}

fn reference(arguments: &str) -> Option<String> {
    let path = argument(arguments, "path").or_else(|| first_quoted(arguments))?;
    Some(format!("{REFERENCE}{}", path.trim().replace(' ', "%20").replace('(', "%28").replace(')', "%29")))
}

fn argument(arguments: &str, name: &str) -> Option<String> {
    let mut rest = arguments;
    while let Some(at) = rest.find(name) {
        let before = rest[..at].chars().next_back();
        let after = &rest[at + name.len()..];
        if before.is_none_or(|c| c.is_whitespace() || c == '(' || c == ',')
            && let Some(value) = after.trim_start().strip_prefix('=')
        {
            return first_quoted(value.trim_start()).or_else(|| value.split_whitespace().next().map(str::to_owned));
        }
        rest = after;
    }
    None
}

/// The text between the first quotes, when the value begins with them; else the first word.
fn first_quoted(value: &str) -> Option<String> {
    let value = value.trim_start();
    match value.chars().next()? {
        quote @ ('"' | '\'' | '`') => value[1..].split(quote).next().map(str::to_owned),
        _ => value.split_whitespace().next().map(str::to_owned),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn calls_of_both_generators_are_found() {
        let names: Vec<_> = calls("{{< youtube a >}} {{% note %}}x{{% /note %}} {{ vimeo(id=\"1\") }} {% quote() %}y{% end %} {{ .Title }} {{</* raw */>}} { a }")
            .into_iter()
            .map(|call| (call.name, call.closing))
            .collect();
        let wanted =
            [("youtube", false), ("note", false), ("note", true), ("vimeo", false), ("quote", false), ("end", true)];
        assert_eq!(names, wanted.map(|(name, closing)| (name.to_owned(), closing)));
    }

    #[test]
    fn figures_and_references_become_markdown() {
        assert_eq!(
            expand("a {{< figure src=\"foto.jpg\" alt=\"Balai\" caption=\"Pagi\" >}}"),
            "a ![Balai](foto.jpg \"Pagi\")"
        );
        assert_eq!(expand("[a]({{< ref \"berita/x.md\" >}})"), "[a](ref:berita/x.md)");
        assert_eq!(expand("[a]({{% relref path=\"x\" lang=\"en\" %}})"), "[a](ref:x)");
        assert_eq!(expand("{{< figure\n src=\"a b.jpg\"\n>}}"), "![](<a b.jpg>)\n\n");
        assert_eq!(expand("{{< youtube a >}}"), "{{< youtube a >}}");
    }
}
