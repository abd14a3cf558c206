//! What scripts of a page do: send readers elsewhere, hide what they do, write links. Nothing is run: strings are read as
//! they stand, and what common tricks pack is unpacked once or twice.

/// Bytes of one script that are looked at.
const SCRIPT_BYTES_MAX: usize = 512 * 1024;
/// How often what was unpacked is unpacked again.
const LAYERS_MAX: usize = 3;
/// Numbers in a row that are read as letters.
const CODES_MIN: usize = 8;

/// What a script does.
#[derive(Debug, Default, Clone, PartialEq)]
pub struct Doings {
    /// Addresses to which it sends readers.
    pub redirects: Vec<String>,
    /// Whether it looks at where readers come from, or who they are, before.
    pub is_choosy: bool,
    /// What it packed, unpacked.
    pub unpacked: Vec<String>,
    /// Whether it runs or writes what it packed.
    pub is_obfuscated: bool,
    /// Markup that it writes.
    pub markup: Vec<String>,
}

/// Ids and classes that a script hides by setting their style.
pub fn hidden_names(code: &str) -> impl Iterator<Item = String> + '_ {
    let calls = [("getElementById(", "#"), ("getElementsByClassName(", "."), ("querySelector(", "")];
    calls.into_iter().flat_map(move |(call, mark)| {
        code.match_indices(call).filter_map(move |(at, _)| {
            let rest = code[at + call.len()..].trim_start();
            let quote = rest.chars().next().filter(|letter| matches!(letter, '"' | '\''))?;
            let (name, rest) = rest[1..].split_once(quote)?;
            let behind: String = rest.chars().take(80).filter(|letter| !letter.is_whitespace()).collect();
            let sets = behind.split(';').next().unwrap_or_default();
            let hides = sets.contains(".style.display=\"none\"")
                || sets.contains(".style.display='none'")
                || sets.contains(".style.visibility=\"hidden\"")
                || sets.contains(".style.left=\"-")
                || sets.contains(".style.left='-");
            (hides && !name.is_empty()).then(|| format!("{mark}{name}"))
        })
    })
}

/// Reads a script.
pub fn doings(code: &str) -> Doings {
    let code = &code[..code.floor_char_boundary(code.len().min(SCRIPT_BYTES_MAX))];
    let mut doings = Doings::default();
    let mut layer = vec![escaped(code)];
    for depth in 0..LAYERS_MAX {
        let mut next = Vec::new();
        for text in &layer {
            look(text, &mut doings);
            let unpacked = unpack(text);
            // `location.href = atob("…")`
            if text.contains("location") {
                let is_address = |inner: &&String| inner.starts_with("http") || inner.starts_with("//");
                doings.redirects.extend(unpacked.iter().filter(is_address).cloned());
            }
            next.extend(unpacked);
        }
        if depth == 0 {
            doings.is_obfuscated = !next.is_empty() && runs(code) || is_renamed(code);
        }
        doings.unpacked.extend(next.iter().cloned());
        layer = next;
    }
    doings
}

fn look(text: &str, doings: &mut Doings) {
    let small = text.to_ascii_lowercase();
    doings.is_choosy |= ["document.referrer", "googlebot", "bingbot", "navigator.useragent", "http_referer"]
        .iter()
        .any(|word| small.contains(word));
    for word in [
        "location.href",
        "location.replace",
        "location.assign",
        "window.location",
        "document.location",
        "top.location",
        "self.location",
        "location=",
    ] {
        for (at, _) in text.match_indices(word) {
            doings.redirects.extend(target(&text[at + word.len()..], word.ends_with('=')));
        }
    }
    // Names that were packed into a list: where readers are sent stands beside `location`.
    if text.contains("_0x") && small.contains("location") {
        let addresses = strings(text).filter(|string| string.starts_with("http"));
        doings.redirects.extend(addresses.map(str::to_owned));
    }
    if small.contains("<a ") || small.contains("<iframe") || small.contains("<script") || small.contains("<div") {
        let markup = text.replace("\\\"", "\"").replace("\\'", "'").replace("\\/", "/");
        if small.contains("document.write")
            || small.contains("innerhtml")
            || small.contains("insertadjacenthtml")
            || !text.contains("function")
        {
            doings.markup.push(markup);
        }
    }
    doings.redirects.dedup();
}

/// The address that is given to a location: `= "…"`, `("…")`, `.href = '…'`.
fn target(behind: &str, is_set: bool) -> Option<String> {
    let mut rest = behind.trim_start();
    rest = rest.strip_prefix(".href").unwrap_or(rest).trim_start();
    if !is_set {
        // A comparison sends nobody anywhere.
        rest = match rest.strip_prefix('=') {
            Some(rest) if !rest.starts_with('=') => rest,
            Some(_) => return None,
            None => rest.strip_prefix('(')?,
        };
    }
    let rest = rest.trim_start();
    let quote = rest.chars().next().filter(|letter| matches!(letter, '"' | '\'' | '`'))?;
    let (address, _) = rest[1..].split_once(quote)?;
    let address = address.replace("\\/", "/");
    (address.starts_with("http") || address.starts_with("//")).then_some(address)
}

fn runs(code: &str) -> bool {
    let joined: String = code.chars().filter(|letter| !letter.is_whitespace()).collect();
    [
        "eval(",
        "document.write(",
        "Function(",
        ".innerHTML",
        "location",
        "setTimeout(",
        "createElement(",
        "appendChild(",
        "insertAdjacentHTML(",
    ]
    .iter()
    .any(|call| joined.contains(call))
}

/// Names as `_0x3fa1`, in numbers, are made by programs that hide what a script does.
fn is_renamed(code: &str) -> bool {
    code.contains("_0x") && code.matches("_0x").count() >= 4
}

/// `\x68`, `\u0068` and `\/` in strings as the letters they are.
fn escaped(code: &str) -> String {
    if !code.contains('\\') {
        return named_plainly(code.to_owned());
    }
    let mut out = String::with_capacity(code.len());
    let mut rest = code;
    while let Some(at) = rest.find('\\') {
        out.push_str(&rest[..at]);
        let behind = &rest[at + 1..];
        let digits = match behind.as_bytes().first() {
            Some(b'x') => 2,
            Some(b'u') => 4,
            _ => 0,
        };
        let letter = behind
            .get(1..1 + digits)
            .filter(|_| digits > 0)
            .and_then(|hex| u32::from_str_radix(hex, 16).ok())
            .and_then(char::from_u32);
        match letter {
            Some(letter) => {
                out.push(letter);
                rest = &behind[1 + digits..];
            }
            None => {
                out.push('\\');
                rest = behind;
            }
        }
    }
    out.push_str(rest);
    named_plainly(out)
}

/// `window["location"]["href"]` as `window.location.href`.
fn named_plainly(code: String) -> String {
    if !code.contains("[\"") && !code.contains("['") {
        return code;
    }
    ["location", "href", "replace", "assign", "write", "document"].iter().fold(code, |code, name| {
        code.replace(&format!("[\"{name}\"]"), &format!(".{name}")).replace(&format!("['{name}']"), &format!(".{name}"))
    })
}

fn strings(text: &str) -> impl Iterator<Item = &str> {
    // Odd pieces between quotes are strings as often as not; the rest does no harm to those who look for packed words.
    text.split(['"', '\'', '`'])
}

fn unpack(text: &str) -> Vec<String> {
    let mut found = Vec::new();
    if text.contains("atob(") || text.contains("base64") || text.contains("Base64") {
        found.extend(strings(text).filter(|string| string.len() >= 12).filter_map(base64));
    }
    if text.contains("fromCharCode") {
        found.extend(codes(text));
    }
    if text.contains("unescape(") || text.contains("decodeURIComponent(") {
        found.extend(strings(text).filter(|string| string.matches('%').count() >= 2).map(percent));
    }
    if text.contains(".reverse()") {
        found.extend(
            strings(text)
                .filter(|string| string.contains("ptth") || string.contains(">/"))
                .map(|string| string.chars().rev().collect()),
        );
    }
    found
}

fn base64(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len() / 4 * 3);
    let (mut bits, mut held) = (0u32, 0u32);
    for byte in text.trim().trim_end_matches('=').bytes() {
        let value = match byte {
            b'A'..=b'Z' => byte - b'A',
            b'a'..=b'z' => byte - b'a' + 26,
            b'0'..=b'9' => byte - b'0' + 52,
            b'+' | b'-' => 62,
            b'/' | b'_' => 63,
            _ => return None,
        };
        bits = (bits << 6 | u32::from(value)) & 0xff_ffff;
        held += 6;
        if held >= 8 {
            held -= 8;
            bytes.push((bits >> held & 0xff) as u8);
        }
    }
    let text = String::from_utf8(bytes).ok()?;
    text.chars().all(|letter| !letter.is_control() || letter.is_whitespace()).then_some(text)
}

/// Rows of numbers as letters.
fn codes(text: &str) -> Vec<String> {
    let mut found = Vec::new();
    for piece in text.split(['(', ')', '[', ']']) {
        let letters: Option<String> = piece
            .split(',')
            .map(|code| {
                let code = code.trim();
                let value = match code.strip_prefix("0x") {
                    Some(hex) => u32::from_str_radix(hex, 16).ok(),
                    None => code.parse().ok(),
                };
                value.and_then(char::from_u32)
            })
            .collect();
        found.extend(letters.filter(|letters| letters.chars().count() >= CODES_MIN));
    }
    found
}

fn percent(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((first, behind)) = rest.split_first() {
        let hex = behind.get(..2).filter(|_| *first == b'%').and_then(|hex| std::str::from_utf8(hex).ok());
        match hex.and_then(|hex| u8::from_str_radix(hex, 16).ok()) {
            Some(byte) => {
                bytes.push(byte);
                rest = &behind[2..];
            }
            None => {
                bytes.push(*first);
                rest = behind;
            }
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn redirects_are_seen_in_their_spellings() {
        for code in [
            "window.location.href = 'https://a.example/x'",
            "location.replace(\"https://a.example/x\")",
            "top.location='https://a.example/x'",
            "document.location = \"https:\\/\\/a.example\\/x\"",
            "eval(atob('bG9jYXRpb24ucmVwbGFjZSgiaHR0cHM6Ly9hLmV4YW1wbGUveCIp'))",
        ] {
            assert_eq!(doings(code).redirects.first().map(String::as_str), Some("https://a.example/x"), "{code}");
        }
        for code in [
            "if (window.location == 'https://a.example/x') {}",
            "var x = location.href;",
            "window.location.hash = '#a'",
        ] {
            assert_eq!(doings(code).redirects, Vec::<String>::new(), "{code}");
        }
    }

    #[test]
    fn what_a_script_packs_is_unpacked() {
        assert!(doings("eval(String.fromCharCode(97,108,101,114,116,40,49,41))").is_obfuscated);
        assert!(!doings("var s = String.fromCharCode(a + 1); eval").is_obfuscated);
        assert_eq!(hidden_names("document.getElementById('x').style.display = 'none';").collect::<Vec<_>>(), ["#x"]);
    }
}
