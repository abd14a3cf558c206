//! PDF and office documents.

use super::Case;
use super::Expected::{Beyond, Kept, Refused};
use super::made::{
    self, EXCEL, POWERPOINT, WORD, Within, office, open_document, packed, pdf_with, relations, stream, zip, zlib,
};

const PDF: &str = "application/pdf";
const DOCX: &str = "application/vnd.openxmlformats-officedocument.wordprocessingml.document";
const XLSX: &str = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";
const PPTX: &str = "application/vnd.openxmlformats-officedocument.presentationml.presentation";
const ODT: &str = "application/vnd.oasis.opendocument.text";
const ODS: &str = "application/vnd.oasis.opendocument.spreadsheet";

pub fn all() -> Vec<Case> {
    [portable(), actions(), hidden(), office_documents(), within_office(), archives()].into_iter().flatten().collect()
}

fn portable() -> Vec<Case> {
    let pdf = made::pdf();
    // Browsers and servers look at the first kilobyte, and so does the judge.
    let before = vec![b' '; 1_024];
    let words = stream("", b"BT (Cara membuat <script> dan <html>) Tj ET");
    let many: Vec<Vec<u8>> = (0..10_001).map(|_| b"<</Type/Page>>".to_vec()).collect();
    let link = "<< /Type /Annot /Subtype /Link /A << /S /URI /URI (https://example.go.id) >> >>";
    let mut cases = vec![
        Case::new("plain", "a.pdf", pdf.clone(), Kept(PDF)),
        Case::new("named as a picture", "a.jpg", pdf.clone(), Kept(PDF)),
        Case::new("lines behind", "a.pdf", [pdf.as_slice(), b"\r\n\n"].concat(), Kept(PDF)),
        Case::new("packed objects", "a.pdf", pdf_with("", &[packed("<< /Title (Laporan) >>")]), Kept(PDF)),
        Case::new("about web pages", "a.pdf", pdf_with("", &[before, words]), Kept(PDF)),
        Case::new("a link", "a.pdf", pdf_with("", &[link.into()]), Kept(PDF)),
        Case::new("opens at a page", "a.pdf", pdf_with("/OpenAction [3 0 R /Fit]", &[]), Kept(PDF)),
        Case::new("10,002 pages", "a.pdf", pdf_with("", &many), Beyond("limit_pages")),
        Case::new("something before", "a.pdf", [b"junk\0", pdf.as_slice()].concat(), Refused("unknown_kind")),
        Case::new("only a head", "a.pdf", "%PDF-1.7\n", Refused("truncated")),
        Case::new("a table beyond the end", "a.pdf", "%PDF-1.7\nstartxref\n99999\n%%EOF", Refused("truncated")),
    ];
    for cut in [pdf.len() / 4, pdf.len() / 2, pdf.len() * 3 / 4, pdf.len() - 20, pdf.len() - 1] {
        cases.push(Case::new(format!("{cut} of {} bytes", pdf.len()), "a.pdf", &pdf[..cut], Refused("truncated")));
    }
    cases
}

fn actions() -> Vec<Case> {
    let refused = [
        ("/S /JavaScript /JS (app.alert(1))", "script"),
        ("/Names << /JavaScript [(a) 4 0 R] >>", "script"),
        ("/S /Launch /F (cmd.exe)", "action"),
        ("/S /ImportData /F (a)", "action"),
        ("/S /GoToE /T << >>", "action"),
        ("/Type /EmbeddedFile", "embedded"),
        ("/Names << /EmbeddedFiles [] >>", "embedded"),
        ("/Subtype /FileAttachment", "embedded"),
        ("/Subtype /RichMedia", "embedded"),
        ("/Type /Filespec /EF << /F 4 0 R >>", "embedded"),
        ("/AcroForm << /XFA [] >>", "script"),
    ];
    let mut cases = Vec::new();
    for (action, reason) in refused {
        let object = format!("<< {action} >>");
        let case = |about: &str, bytes| Case::new(format!("{about}: {action}"), "a.pdf", bytes, Refused(reason));
        cases.push(case("an action", pdf_with("", &[object.clone().into()])));
        cases.push(case("in the catalogue", pdf_with(&format!("/OpenAction {object}"), &[])));
        cases.push(case("by numbers", pdf_with("", &[by_numbers(&object).into()])));
        cases.push(case("packed", pdf_with("", &[packed(&object)])));
        cases.push(case("in a text", pdf_with("", &[format!("({object})").into()])));
    }
    let encrypted = String::from_utf8_lossy(&made::pdf()).replace("/Root", "/Encrypt 4 0 R /Root");
    cases.push(Case::new("encrypted", "a.pdf", latin(&encrypted), Refused("encrypted")));
    cases
}

/// `String::from_utf8_lossy` has replaced the four bytes that say "not only text"; they are no letters anyway.
fn latin(text: &str) -> Vec<u8> {
    text.chars().filter(char::is_ascii).map(|letter| letter as u8).collect()
}

/// The second letter of each name by its number.
fn by_numbers(object: &str) -> String {
    let mut written = String::new();
    let mut since_slash = usize::MAX;
    for letter in object.chars() {
        since_slash = if letter == '/' { 0 } else { since_slash.saturating_add(1) };
        match since_slash {
            2 if letter.is_ascii_alphabetic() => written.push_str(&format!("#{:02x}", letter as u32)),
            _ => written.push(letter),
        }
    }
    written
}

fn hidden() -> Vec<Case> {
    let pdf = made::pdf();
    let script = b"<< /S /JavaScript /JS (x) >>".as_slice();
    let objects = |dictionary: &str, body: &[u8]| pdf_with("", &[stream(&format!("/Type /ObjStm {dictionary}"), body)]);
    let twice = zlib(&zlib(script));
    let bomb = zlib(&vec![b' '; 66 << 20]);
    let behind = |tail: &[u8]| [pdf.as_slice(), b"\n", tail].concat();
    let with_end = zip(&[Within::stored("a.txt", "x\n%%EOF")]);
    let remark = String::from_utf8_lossy(&pdf).replacen("1 0 obj", "%<?php system($_GET[1]) ?>\n1 0 obj", 1);
    let page = String::from_utf8_lossy(&pdf).replacen("1 0 obj", "<html><script>x()</script>\n1 0 obj", 1);
    vec![
        Case::new("in another object's data", "a.pdf", pdf_with("", &[stream("", script)]), Refused("script")),
        Case::new("objects in data", "a.pdf", pdf_with("", &[stream("", b"<< /Type /ObjStm >>")]), Refused("polyglot")),
        Case::new("packed twice", "a.pdf", objects("/Filter [/FlateDecode /FlateDecode]", &twice), Refused("polyglot")),
        Case::new("packed otherwise", "a.pdf", objects("/Filter /LZWDecode", b"x"), Refused("polyglot")),
        Case::new("packed by reference", "a.pdf", objects("/Filter 9 0 R", b"x"), Refused("polyglot")),
        Case::new(
            "packed with a forecast",
            "a.pdf",
            objects("/Filter /FlateDecode /DecodeParms 9 0 R", b"x"),
            Refused("polyglot"),
        ),
        Case::new("broken packing", "a.pdf", objects("/Filter /FlateDecode", b"no zlib"), Refused("broken")),
        Case::new("not packed", "a.pdf", objects("", script), Refused("script")),
        Case::new("66 MiB packed", "a.pdf", objects("/Filter /FlateDecode", &bomb), Refused("expands")),
        Case::new("an archive behind", "a.pdf", behind(&zip(&[Within::new("a.txt", "x")])), Refused("polyglot")),
        Case::new("an archive with an end behind", "a.pdf", behind(&with_end), Refused("polyglot")),
        Case::new("a page behind", "a.pdf", behind(b"<html>"), Refused("polyglot")),
        Case::new("a program behind", "a.pdf", behind(b"\x7fELF\x02\x01\x01\0"), Refused("polyglot")),
        Case::new("RAR behind", "a.pdf", behind(b"Rar!\x1a\x07\0"), Refused("polyglot")),
        Case::new("PHP in a remark", "a.pdf", latin(&remark), Refused("polyglot")),
        Case::new("a page at the head", "a.pdf", latin(&page), Refused("polyglot")),
    ]
}

fn office_documents() -> Vec<Case> {
    let table = office(EXCEL, vec![]);
    let mut cases = vec![
        Case::new("Word", "a.docx", made::docx(), Kept(DOCX)),
        Case::new("Word with a wrong name", "a.xlsx", made::docx(), Kept(DOCX)),
        Case::new("Excel", "a.xlsx", table.clone(), Kept(XLSX)),
        Case::new("PowerPoint", "a.pptx", office(POWERPOINT, vec![]), Kept(PPTX)),
        Case::new("OpenDocument text", "a.odt", open_document("text", vec![]), Kept(ODT)),
        Case::new("OpenDocument table", "a.ods", open_document("spreadsheet", vec![]), Kept(ODS)),
        Case::new("a picture within", "a.docx", with(Within::stored("word/media/a.png", made::png())), Kept(DOCX)),
        Case::new("a chart's table", "a.docx", with(Within::new("word/embeddings/a.xlsx", table)), Kept(DOCX)),
        Case::new("a link", "a.docx", with(relations("hyperlink", "https://example.go.id", true)), Kept(DOCX)),
        Case::new(
            "its own template",
            "a.docx",
            with(relations("attachedTemplate", "file:///C:/Users/a/Normal.dotm", true)),
            Kept(DOCX),
        ),
        Case::new(
            "a presentation of OpenDocument",
            "a.odp",
            open_document("presentation", vec![]),
            Refused("unknown_kind"),
        ),
        Case::new(
            "a book",
            "a.epub",
            zip(&[Within::stored("mimetype", "application/epub+zip")]),
            Refused("unknown_kind"),
        ),
    ];
    for (name, bytes) in [("a.docx", made::docx()), ("a.ods", open_document("spreadsheet", vec![]))] {
        for cut in [bytes.len() / 4, bytes.len() / 2, bytes.len() * 3 / 4, bytes.len() - 1] {
            cases.push(Case::new(format!("{cut} of {} bytes", bytes.len()), name, &bytes[..cut], Refused("truncated")));
        }
    }
    cases
}

fn with(file: Within) -> Vec<u8> {
    office(WORD, vec![file])
}

fn within_office() -> Vec<Case> {
    let ole = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1rest".as_slice();
    let program = b"MZ\x90\0\x03\0\0\0".as_slice();
    let deep = with(Within::new("word/embeddings/a.docx", with(Within::new("word/embeddings/b.docx", made::docx()))));
    let entity = "<!DOCTYPE a [<!ENTITY b \"c\">]><a/>";
    let utf16: Vec<u8> = "<a/>".encode_utf16().flat_map(u16::to_le_bytes).collect();
    let files: Vec<(&str, Within, &str)> = vec![
        ("macros", Within::new("word/vbaProject.bin", ole), "macros"),
        ("macros with capitals", Within::new("word/VBAPROJECT.BIN", "x"), "macros"),
        ("macros of old Excel", Within::new("xl/macrosheets/sheet1.xml", "<a/>"), "macros"),
        ("an object", Within::new("word/embeddings/oleObject1.bin", ole), "embedded"),
        ("an object as a picture", Within::new("word/media/a.png", ole), "embedded"),
        ("a control", Within::new("word/activeX/activeX1.bin", "x"), "embedded"),
        ("a PDF", Within::new("word/embeddings/a.bin", made::pdf()), "embedded"),
        ("a program", Within::new("word/media/a.png", program), "executable"),
        ("a program by name", Within::new("word/a.exe", "x"), "executable"),
        ("a script", Within::new("word/a.vbs", "x"), "executable"),
        ("an archive", Within::new("word/media/a.zip", zip(&[Within::new("a", "b")])), "archive"),
        ("an archive as an object", Within::new("word/embeddings/a.docx", zip(&[Within::new("a", "b")])), "archive"),
        ("RAR", Within::new("word/media/a.png", "Rar!\x1a\x07\0"), "archive"),
        ("gzip", Within::new("word/media/a.bin", [0x1F, 0x8B, 8]), "archive"),
        ("a page", Within::new("word/media/a.bin", "<html><script>"), "markup"),
        ("a template elsewhere", relations("attachedTemplate", "https://x.example/a.dotm", true), "remote"),
        ("a template in the network", relations("attachedTemplate", "\\\\10.0.0.1\\a.dotm", true), "remote"),
        ("a template as a file there", relations("attachedTemplate", "file://10.0.0.1/a.dotm", true), "remote"),
        ("a picture elsewhere", relations("image", "http://x.example/a.png", true), "remote"),
        ("an object elsewhere", relations("oleObject", "mhtml:http://x.example", true), "embedded"),
        ("a page as a part", relations("aFChunk", "a.mht", false), "embedded"),
        ("macros by relation", relations("vbaProject", "a.bin", false), "macros"),
        ("an entity", Within::new("word/a.xml", entity), "expands"),
        ("XML in UTF-16", Within::new("word/a.xml", utf16), "broken"),
        ("a field that starts a program", Within::new("word/document.xml", "<t>DDE</t><t>AUTO c:\\cmd</t>"), "action"),
        ("a link to a program", Within::new("xl/externalLinks/a.xml", "<ddeLink ddeService=\"cmd\"/>"), "action"),
        ("a name that leads out", Within::new("../a.xml", "<a/>"), "polyglot"),
        ("a name from the root", Within::new("/a.xml", "<a/>"), "polyglot"),
        ("a name twice", Within::new("MAIN.XML", "<a/>"), "polyglot"),
        (
            "another name in the list",
            Within { listed_as: Some("b.xml".into()), ..Within::new("a.xml", "<a/>") },
            "polyglot",
        ),
        ("a password", Within { flags: 1, ..Within::new("a.xml", "<a/>") }, "encrypted"),
        ("4 GiB promised", Within { size: Some(u32::MAX), ..Within::new("a.xml", "<a/>") }, "expands"),
        (
            "10 MiB, 100 bytes promised",
            Within { size: Some(100), ..Within::new("a.bin", vec![0; 10 << 20]) },
            "expands",
        ),
        ("fewer than promised", Within { size: Some(100), ..Within::new("a.xml", "<a/>") }, "broken"),
    ];
    let mut cases: Vec<Case> = files
        .into_iter()
        .map(|(about, file, reason)| Case::new(about, "a.docx", with(file), Refused(reason)))
        .collect();
    let odt = |file| open_document("text", vec![file]);
    let event = "<a xlink:href=\"vnd.sun.star.script:Standard.M.Main?language=Basic\"/>";
    cases.extend([
        Case::new("documents in documents in documents", "a.docx", deep, Refused("archive")),
        Case::new("Basic", "a.odt", odt(Within::new("Basic/Standard/M.xml", "<a/>")), Refused("macros")),
        Case::new("Python", "a.odt", odt(Within::new("Scripts/python/m.py", "x")), Refused("macros")),
        Case::new("a macro at an event", "a.odt", odt(Within::new("styles.xml", event)), Refused("macros")),
        Case::new("an object", "a.odt", odt(Within::new("Object 1", ole)), Refused("embedded")),
        Case::new("DDE", "a.ods", odt(Within::new("b.xml", "<table:dde-source/>")), Refused("action")),
        Case::new(
            "a password",
            "a.odt",
            odt(Within::new("META-INF/manifest.xml", "<manifest:encryption-data/>")),
            Refused("encrypted"),
        ),
    ]);
    for kind in ["ms-word.document", "ms-excel.sheet", "ms-powerpoint.presentation"] {
        let types = format!("<Types><Override ContentType=\"application/vnd.{kind}.macroEnabled.main+xml\"/></Types>");
        let bytes = zip(&[Within::new("[Content_Types].xml", types)]);
        cases.push(Case::new(format!("a kind with macros: {kind}"), "a.docx", bytes, Refused("macros")));
    }
    cases
}

fn archives() -> Vec<Case> {
    let plain = || zip(&[Within::new("a.txt", "isi")]);
    let docx = made::docx();
    let many: Vec<Within> = (0..10_001).map(|at| Within::stored(&format!("{at}.xml"), "")).collect();
    let layers = (0..5).fold(plain(), |inner, at| zip(&[Within::new(&format!("{at}.zip"), inner)]));
    let promised: Vec<Within> =
        (0..30).map(|at| Within { size: Some(9 << 20), ..Within::new(&format!("{at}.bin"), "x") }).collect();
    let mut remark = docx.clone();
    let length = remark.len();
    remark[length - 2] = 3;
    remark.extend(b"abc");
    vec![
        Case::new("an archive", "a.zip", plain(), Refused("archive")),
        Case::new("an archive as a document", "a.docx", plain(), Refused("archive")),
        Case::new("archives in archives", "a.zip", layers, Refused("archive")),
        Case::new("Java", "a.jar", zip(&[Within::new("A.class", "x")]), Refused("executable")),
        Case::new("Android", "a.apk", zip(&[Within::new("AndroidManifest.xml", "x")]), Refused("executable")),
        Case::new("an empty archive", "a.zip", [b"PK\x05\x06".as_slice(), &[0; 18]].concat(), Refused("archive")),
        Case::new("10,003 files", "a.docx", office(WORD, many), Beyond("limit_entries")),
        Case::new("270 MiB promised", "a.docx", office(WORD, promised), Refused("expands")),
        Case::new("one file many times", "a.docx", overlapping(), Refused("polyglot")),
        Case::new("something behind", "a.docx", [docx.as_slice(), b"<?php"].concat(), Refused("polyglot")),
        Case::new("a remark", "a.docx", remark, Refused("polyglot")),
        Case::new("something before", "a.docx", [b"PK\x03\x04junk", docx.as_slice()].concat(), Refused("polyglot")),
        Case::new("a picture before", "a.jpg", [made::jpeg(), docx.clone()].concat(), Refused("polyglot")),
    ]
}

/// The bomb of many lists for one file: each name of the list leads to the same bytes.
fn overlapping() -> Vec<u8> {
    let one = zip(&[Within::new("[Content_Types].xml", "<a/>")]);
    let at = one.windows(4).position(|bytes| bytes == b"PK\x01\x02").unwrap();
    let entry = &one[at..one.len() - 22];
    let mut bomb = one[..at].to_vec();
    made::end(&mut bomb, &entry.repeat(500), 500);
    bomb
}
