use proptest::prelude::*;

use super::links::Use;
use super::*;

fn html(source: &str) -> String {
    let known = Digest::of("known");
    to_html(source, &|digest: &Digest| (*digest == known).then(|| "/media/abc/foto.jpg".to_owned()))
}

#[test]
fn the_common_marks_become_elements() {
    assert_eq!(html("*a* **b** ~~c~~ `d<`"), "<p><em>a</em> <strong>b</strong> <del>c</del> <code>d&lt;</code></p>\n");
    assert_eq!(html("3. a\n4. b"), "<ol start=\"3\">\n<li>a</li>\n<li>b</li>\n</ol>\n");
    assert_eq!(html("a\\\nb\n\n---"), "<p>a<br>\nb</p>\n<hr>\n");
    assert_eq!(
        html("```rust x\na&b\n```"),
        "<pre tabindex=\"0\"><code class=\"language-rust\">a&amp;b\n</code></pre>\n"
    );
}

#[test]
fn headings_have_ids_of_their_own() {
    assert_eq!(
        html("## Jum'at & *Sabtu*\n\n## Jumat dan Sabtu\n\n# …"),
        "<h2 id=\"jumat-dan-sabtu\">Jum'at &amp; <em>Sabtu</em></h2>\n\
         <h2 id=\"jumat-dan-sabtu-2\">Jumat dan Sabtu</h2>\n<h1 id=\"bagian\">…</h1>\n"
    );
    let found = headings("## A `b`\n\ntext\n\n### A b");
    assert_eq!((found[0].level, found[0].id.as_str(), found[0].text.as_str()), (2, "a-b", "A b"));
    assert_eq!((found[1].level, found[1].id.as_str()), (3, "a-b-2"));
}

#[test]
fn a_table_scrolls_on_a_small_screen() {
    let table = html("| a | b |\n|---|--:|\n| 1 | 2 |");
    let begins = "<div class=\"table-scroll\" tabindex=\"0\" role=\"group\" aria-label=\"a, b\"><table>\n<thead><tr>";
    assert!(table.starts_with(begins), "{table}");
    assert!(table.contains("<th scope=\"col\" class=\"align-right\">b</th>"), "{table}");
    assert!(table.contains("<td>1</td><td class=\"align-right\">2</td></tr>\n</tbody></table></div>"), "{table}");
}

#[test]
fn code_scrolls_by_keyboard_also_beside_raw_html() {
    let text = html("<u>a</u>\n\n    b\n");
    assert!(text.contains("<pre tabindex=\"0\"><code>b\n</code></pre>"), "{text}");
}

#[test]
fn a_head_without_words_is_a_plain_cell() {
    let table = html("| | *Tahun* \"ini\" | |\n|---|--:|---|\n| Jalan | 2 | 3 |");
    assert!(table.contains("aria-label=\"Tahun &quot;ini&quot;\"><table>"), "{table}");
    let head =
        "<thead><tr><td></td><th scope=\"col\" class=\"align-right\"><em>Tahun</em> \"ini\"</th><td></td></tr></thead>";
    assert!(table.contains(head), "{table}");
    let cleaned = html("| | <u>b</u> |\n|---|---|\n| 1 | 2 |");
    assert!(cleaned.contains("<tr><td></td><th scope=\"col\"><u>b</u></th></tr>"), "{cleaned}");
    assert!(html("| | |\n|---|---|\n| 1 | 2 |").contains("role=\"group\"><table>"));
}

#[test]
fn a_task_has_a_named_box() {
    assert_eq!(
        html("- [x] selesai *sudah*\n- [ ] belum"),
        "<ul>\n<li><input type=\"checkbox\" disabled=\"\" checked=\"\" aria-label=\"selesai sudah\"> selesai <em>sudah</em></li>\n\
         <li><input type=\"checkbox\" disabled=\"\" aria-label=\"belum\"> belum</li>\n</ul>\n"
    );
}

#[test]
fn footnotes_stand_at_the_end_in_the_order_of_use() {
    let source = "a[^two] b[^one] c[^two]\n\n[^one]: satu\n[^two]: dua";
    let text = html(source).replace(&format!("{}-", note_scope(source)), "");
    assert!(text.contains("<sup><a href=\"#fn:1\" id=\"fnref:1\" role=\"doc-noteref\">1</a></sup>"), "{text}");
    assert!(text.contains("c<sup><a href=\"#fn:1\" role=\"doc-noteref\">1</a></sup>"), "{text}");
    let (one, two) = (text.find("satu").unwrap(), text.find("dua").unwrap());
    assert!(two < one && text.contains("<li id=\"fn:2\" value=\"2\"><p>satu <a href=\"#fnref:2\""), "{text}");
}

#[test]
fn the_footnotes_of_two_texts_on_a_page_have_ids_of_their_own() {
    let ids = |text: &str| -> Vec<String> {
        let starts = text.match_indices(" id=\"fn").map(|(at, _)| &text[at + 5..]);
        starts.map(|rest| rest.split('"').next().unwrap().to_owned()).collect()
    };
    let (one, other) = (html("a[^1]\n\n[^1]: satu"), html("a[^1]\n\n[^1]: dua"));
    assert_eq!((ids(&one).len(), ids(&other).len()), (2, 2), "{one}{other}");
    assert!(ids(&one).iter().all(|id| !ids(&other).contains(id)), "{one}{other}");
    assert_eq!(html("a[^1]\n\n[^1]: satu"), one);
}

#[test]
fn pictures_and_links_name_assets_by_digest() {
    let known = Digest::of("known");
    let unknown = Digest::of("unknown");
    assert_eq!(
        html(&format!("![Foto *bus*](asset:{known})")),
        "<p><img src=\"/media/abc/foto.jpg\" alt=\"Foto bus\" loading=\"lazy\" decoding=\"async\"></p>\n"
    );
    assert_eq!(
        html(&format!("[a](asset:{known}) ![b](asset:{unknown})")),
        "<p><a href=\"/media/abc/foto.jpg\">a</a> b</p>\n"
    );
    let source = format!("![a](asset:{known}) [b](asset:{unknown})\n\n<img src='asset:{}'>", Digest::of("raw"));
    let mut expected = vec![known, unknown, Digest::of("raw")];
    expected.sort_unstable();
    assert_eq!(assets(&source), expected);
}

#[test]
fn only_links_that_lead_outside_say_noopener() {
    assert_eq!(
        html("[a](https://a.test \"t\") [b](/b) <x@y.test>"),
        "<p><a href=\"https://a.test\" title=\"t\" rel=\"noopener\">a</a> <a href=\"/b\">b</a> \
         <a href=\"mailto:x@y.test\">x@y.test</a></p>\n"
    );
}

#[test]
fn dangerous_addresses_lose_their_link_and_keep_their_text() {
    for address in ["javascript:alert(1)", "JAVASCRIPT:x", "data:text/html,x", "&#106;avascript:x", "vbscript:x"] {
        assert_eq!(html(&format!("[a]({address})")), "<p>a</p>\n", "{address}");
        assert_eq!(html(&format!("![a]({address})")), "<p>a</p>\n", "{address}");
    }
}

#[test]
fn raw_html_is_cleaned() {
    let cleaned =
        html("<div class=\"x\" onclick=\"y\" style=\"z\"><b>a</b> & <script>evil()</script><svg><a>s</a></svg>");
    assert_eq!(cleaned, "<div><b>a</b> &amp; </div>");
    assert_eq!(html("a <b id=x onmouseover=y>c"), "<p>a <b>c</b></p>\n");
    assert_eq!(html("<a href=\"java&#115;cript:x\">a</a>"), "<p><a>a</a></p>\n");
    assert_eq!(html("<img src=x onerror=y>").matches("onerror").count(), 0);
    assert_eq!(
        html("<a href=https://a.test target=_blank>a</a>"),
        "<p><a rel=\"noopener\" href=\"https://a.test\">a</a></p>\n"
    );
}

#[test]
fn plain_text_has_the_words_and_no_marks() {
    assert_eq!(
        plain_text("# Judul\n\nSatu *dua*\ntiga.\n\n- a\n- b\n\n| x | y |\n|---|---|\n| 1 | 2 |"),
        "Judul\nSatu dua tiga.\na\nb\nx y\n1 2"
    );
    assert_eq!(plain_text("![alt](x.png) <b>c</b>"), "alt c");
}

/// One megabyte of each: the parser, the writer and the cleaner must come to an end without a stack
/// that grows with the text. Nothing is timed; what is quadratic would not end.
#[test]
fn texts_that_are_written_to_break_parsers_do_not() {
    const BYTES: usize = 1 << 20;
    for piece in [
        "[",
        "]",
        "![",
        "[a](",
        "[](<",
        "[a]: b\n",
        ">",
        "> ",
        "*",
        "*a",
        "**a *b ",
        "_",
        "~~",
        "`",
        "`a",
        "- ",
        "* a ",
        "1. ",
        "-\n\n",
        "- a\n",
        "[^a]: ",
        "[^a]",
        "|",
        "|a",
        "<",
        "<a ",
        "</",
        "<!--",
        "<?",
        "<![CDATA[",
        "<b>",
        "<div>",
        "<div>\n\n",
        "<table><tr><td>",
        "<p>",
        "<i b=\"</i>\">",
        "&",
        "\\",
        "#",
        "# a\n",
        "\t",
        " ",
        "\0",
    ] {
        let source = piece.repeat(BYTES / piece.len());
        let _ = html(&source);
        let _ = plain_text(&source);
    }
    let nested: String = (0..1_400).map(|depth| format!("{}- a\n", "  ".repeat(depth))).collect();
    let depth = html(&nested).matches("<ul>").count();
    assert!(depth <= nesting::DEPTH_MAX, "{depth}");
    let emphasis = format!("{}{}", "*a ".repeat(100_000), " b*".repeat(100_000));
    assert!(html(&emphasis).matches("<em>").count() <= nesting::DEPTH_MAX);
}

/// Every tag of the output with its attributes, as the lexer of raw HTML sees them.
fn tags(html: &str) -> Vec<(String, Vec<(String, String)>)> {
    raw::tags(html)
}

proptest! {
    #[test]
    fn nothing_dangerous_comes_out(source in "(?s)([ -~\\n]|<[a-z]{1,6}( [a-z]{2,7}=[\"']?[a-z:&#;0-9(]{0,14}[\"']?)?/?>|</[a-z]{1,4}>|\\[a\\]\\(|javascript:|onclick=|<script|>|\\PC){0,60}") {
        let out = html(&source);
        prop_assert!(!out.to_ascii_lowercase().contains("<script"), "{out}");
        for (name, attributes) in tags(&out) {
            for (attribute, value) in attributes {
                prop_assert!(!attribute.starts_with("on") && attribute != "style", "{name} {attribute} in {out}");
                if attribute == "href" || attribute == "src" {
                    prop_assert!(links::is_safe(&value, Use::Link), "{value} in {out}");
                }
            }
        }
        // The cleaner finds nothing to take away.
        let mut cleaned = tags(&raw::clean(&out));
        let mut before = tags(&out);
        for list in [&mut cleaned, &mut before] {
            list.iter_mut().for_each(|tag| tag.1.sort());
        }
        prop_assert_eq!(before, cleaned, "{}", out);
    }

    #[test]
    fn a_text_without_marks_comes_out_as_it_is(words in "[a-z]{1,8}( [a-z]{1,8}){0,20}") {
        prop_assert_eq!(html(&words), format!("<p>{words}</p>\n"));
        prop_assert_eq!(plain_text(&words), words);
    }
}

#[test]
fn headings_of_several_texts_of_a_page_have_ids_of_their_own() {
    let mut ids = HeadingIds::default();
    let nothing = |_: &Digest| None;
    let mut text = |source: &str| to_html_beside(source, &nothing, &mut ids);
    assert_eq!(text("## Biaya"), "<h2 id=\"biaya\">Biaya</h2>\n");
    assert_eq!(text("## Biaya\n\n## Biaya"), "<h2 id=\"biaya-2\">Biaya</h2>\n<h2 id=\"biaya-3\">Biaya</h2>\n");
}

#[test]
fn headings_of_a_text_that_stands_on_every_page_share_no_id_with_others() {
    let files = |_: &Digest| None;
    let mut footer = HeadingIds::beginning("_footer-");
    assert_eq!(
        to_html_beside("## Kontak\n\n## Kontak", &files, &mut footer),
        "<h2 id=\"_footer-kontak\">Kontak</h2>\n<h2 id=\"_footer-kontak-2\">Kontak</h2>\n"
    );
    assert!(to_html("## _footer kontak", &files).contains("id=\"footer-kontak\""));
}
