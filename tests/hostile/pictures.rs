//! Pictures.

use image::{DynamicImage, ImageFormat};

use super::Case;
use super::Expected::{Beyond, Kept, Refused, Without};
use super::made::{self, SECRET, chunk, png_of, png_with, riff, segment, tiff, webp_head, webp_picture, zip, zlib};

const JPEG: &str = "image/jpeg";
const PNG: &str = "image/png";
const WEBP: &str = "image/webp";
const SVG: &str = "image/svg+xml";

pub fn all() -> Vec<Case> {
    [legal(), metadata(), sizes(), damaged(), polyglots(), vectors()].into_iter().flatten().collect()
}

fn legal() -> Vec<Case> {
    let photo = made::photo(20, 10);
    let of = |picture: DynamicImage| made::encoded(&picture, ImageFormat::Png);
    let line16: Vec<u8> = (0..4).flat_map(|_| [vec![0], vec![9; 4 * 8]].concat()).collect();
    vec![
        Case::new("baseline", "a.jpg", made::jpeg(), Kept(JPEG)),
        Case::new("grey", "a.jpg", made::small_jpeg(1, false), Kept(JPEG)),
        Case::new("three colours", "a.jpg", made::small_jpeg(3, false), Kept(JPEG)),
        Case::new("CMYK", "a.jpg", made::small_jpeg(4, false), Kept(JPEG)),
        Case::new("progressive", "a.jpg", made::small_jpeg(1, true), Kept(JPEG)),
        Case::new("named as another kind", "a.png", made::jpeg(), Kept(JPEG)),
        Case::new("named as a program", "a.exe", made::jpeg(), Kept(JPEG)),
        Case::new("without a name", "", made::jpeg(), Kept(JPEG)),
        Case::new("8 bits", "a.png", made::png(), Kept(PNG)),
        Case::new("16 bits", "a.png", of(photo.to_rgb16().into()), Kept(PNG)),
        Case::new("16 bits with transparency", "a.png", of(photo.to_rgba16().into()), Kept(PNG)),
        Case::new("16 bits by hand", "a.png", png_of(4, 4, 16, 6, 0, &line16), Kept(PNG)),
        Case::new("grey", "a.png", of(photo.to_luma8().into()), Kept(PNG)),
        Case::new("one bit", "a.png", png_of(3, 2, 1, 0, 0, &[0, 0xA0, 0, 0x40]), Kept(PNG)),
        Case::new("interlaced", "a.png", png_of(1, 1, 8, 0, 1, &[0, 7]), Kept(PNG)),
        Case::new("interlaced, 8 × 8", "a.png", png_of(8, 8, 8, 0, 1, &[0; 79]), Kept(PNG)),
        Case::new("one pixel", "a.png", png_of(1, 1, 8, 0, 0, &[0, 7]), Kept(PNG)),
        Case::new("still", "a.gif", made::gif(), Kept("image/gif")),
        Case::new("animated", "a.gif", animated_gif(), Kept("image/gif")),
        Case::new("lossless", "a.webp", made::webp(), Kept(WEBP)),
        Case::new("extended", "a.webp", riff(&[webp_head(0), webp_picture()]), Kept(WEBP)),
        Case::new("animated", "a.webp", made::animated_webp(3), Kept(WEBP)),
    ]
}

fn animated_gif() -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut encoder = image::codecs::gif::GifEncoder::new(&mut bytes);
    encoder.set_repeat(image::codecs::gif::Repeat::Infinite).unwrap();
    for _ in 0..3 {
        encoder.encode_frame(image::Frame::new(made::photo(12, 8).to_rgba8())).unwrap();
    }
    drop(encoder);
    bytes
}

fn metadata() -> Vec<Case> {
    let exif = |turned| [b"Exif\0\0".as_slice(), &tiff(turned)].concat();
    let xmp = [b"http://ns.adobe.com/xap/1.0/\0".as_slice(), SECRET.as_bytes()].concat();
    let iptc = [b"Photoshop 3.0\0".as_slice(), SECRET.as_bytes()].concat();
    let gone: &[&str] = &[SECRET];
    let text = [b"Comment\0".as_slice(), SECRET.as_bytes()].concat();
    let mut profile = b"p\0\0".to_vec();
    profile.extend(zlib(&[1; 200]));
    let gif = made::gif();
    let comment = [&gif[..gif.len() - 1], b"!\xfe\x0e", SECRET.as_bytes(), b"\0;"].concat();
    vec![
        Case::new("Exif", "a.jpg", made::jpeg_with(0xE1, &exif(1)), Without(JPEG, gone)),
        Case::new("Exif, turned", "a.jpg", made::jpeg_with(0xE1, &exif(6)), Without(JPEG, gone)),
        Case::new("XMP", "a.jpg", made::jpeg_with(0xE1, &xmp), Without(JPEG, &[SECRET, "ns.adobe.com"])),
        Case::new("IPTC", "a.jpg", made::jpeg_with(0xED, &iptc), Without(JPEG, &[SECRET, "Photoshop"])),
        Case::new("a remark", "a.jpg", made::jpeg_with(0xFE, SECRET.as_bytes()), Without(JPEG, gone)),
        Case::new("a maker's segment", "a.jpg", made::jpeg_with(0xE7, SECRET.as_bytes()), Without(JPEG, gone)),
        Case::new("a profile", "a.jpg", made::jpeg_with(0xE2, b"ICC_PROFILE\0\x01\x01abc"), Kept(JPEG)),
        Case::new("something harmless behind", "a.jpg", [made::jpeg(), SECRET.into()].concat(), Without(JPEG, gone)),
        Case::new("a text", "a.png", png_with(b"tEXt", &text), Without(PNG, gone)),
        Case::new("an international text", "a.png", png_with(b"iTXt", &text), Without(PNG, gone)),
        Case::new("Exif", "a.png", png_with(b"eXIf", &tiff(1)), Without(PNG, gone)),
        Case::new("Exif, turned", "a.png", png_with(b"eXIf", &tiff(8)), Without(PNG, gone)),
        Case::new("the time", "a.png", png_with(b"tIME", &[7, 234, 1, 1, 1, 1, 1]), Without(PNG, &["tIME"])),
        Case::new("an unknown chunk", "a.png", png_with(b"seCr", SECRET.as_bytes()), Without(PNG, &[SECRET, "seCr"])),
        Case::new("a profile", "a.png", png_with(b"iCCP", &profile), Kept(PNG)),
        Case::new("something harmless behind", "a.png", [made::png(), SECRET.into()].concat(), Without(PNG, gone)),
        Case::new("a remark", "a.gif", comment, Without("image/gif", gone)),
        Case::new(
            "Exif and XMP",
            "a.webp",
            riff(&[webp_head(0x0C), webp_picture(), (b"EXIF", tiff(3)), (b"XMP ", SECRET.into())]),
            Without(WEBP, &[SECRET, "XMP "]),
        ),
    ]
}

fn sizes() -> Vec<Case> {
    let mut cases = Vec::new();
    for (width, height) in [(65_535, 65_535), (2_000_000_000, 1), (10_001, 5_000), (u32::MAX, u32::MAX)] {
        let lines = png_of(width, height, 8, 2, 0, &[0; 64]);
        cases.push(Case::new(format!("{width} × {height} promised"), "a.png", lines, Beyond("limit_pixels")));
    }
    let mut wide = made::small_jpeg(3, false);
    let frame = wide.windows(2).position(|pair| pair == [0xFF, 0xC0]).unwrap();
    wide[frame + 5..frame + 9].copy_from_slice(&[0xFF; 4]);
    cases.push(Case::new("65,535 × 65,535 promised", "a.jpg", wide, Beyond("limit_pixels")));
    let mut gif = made::gif();
    gif[6..10].copy_from_slice(&[0xFF; 4]);
    cases.push(Case::new("65,535 × 65,535 promised", "a.gif", gif, Beyond("limit_pixels")));
    let mut huge = webp_head(0);
    huge.1[4..10].copy_from_slice(&[0xFF; 6]);
    cases.push(Case::new("16,777,216² promised", "a.webp", riff(&[huge, webp_picture()]), Beyond("limit_pixels")));
    cases.push(Case::new("2,001 frames", "a.webp", made::animated_webp(2_001), Beyond("limit_frames")));
    let scan: Vec<u8> = [segment(0xDA, &[1, 1, 0, 0, 0, 0]), vec![0x7F]].concat();
    let progressive = made::small_jpeg(1, true);
    let many = [&progressive[..progressive.len() - 2], &scan.repeat(101), &[0xFF, 0xD9]].concat();
    cases.push(Case::new("103 scans", "a.jpg", many, Beyond("limit_scans")));
    let none = png_of(0, 5, 8, 0, 0, &[]);
    cases.push(Case::new("no pixels", "a.png", none, Refused("broken")));
    let bomb = png_of(10, 10, 8, 0, 0, &vec![0; 8 << 20]);
    cases.push(Case::new("8 MiB for 100 pixels", "a.png", bomb, Refused("expands")));
    let mut profile = b"p\0\0".to_vec();
    profile.extend(zlib(&vec![0; 5 << 20]));
    cases.push(Case::new("a profile of 5 MiB", "a.png", png_with(b"iCCP", &profile), Refused("expands")));
    cases
}

fn damaged() -> Vec<Case> {
    let whole: [(&str, Vec<u8>); 4] =
        [("a.jpg", made::jpeg()), ("a.png", made::png()), ("a.gif", made::gif()), ("a.webp", made::webp())];
    let mut cases = Vec::new();
    for (name, bytes) in &whole {
        let length = bytes.len();
        for cut in [length / 8, length / 4, length / 2, length * 3 / 4, length - 1] {
            let about = format!("{cut} of {length} bytes");
            cases.push(Case::new(about, name, &bytes[..cut.max(13)], Refused("truncated")));
        }
    }
    let few = png_of(10, 10, 8, 0, 0, &[0; 50]);
    cases.push(Case::new("half of the pixels", "a.png", few, Refused("truncated")));
    let mut wrong = made::png();
    wrong[40] ^= 1;
    cases.push(Case::new("a wrong checksum", "a.png", wrong, Refused("broken")));
    let twice = png_with(b"IHDR", &[0, 0, 0, 1, 0, 0, 0, 1, 8, 0, 0, 0, 0]);
    cases.push(Case::new("two headers", "a.png", twice, Refused("broken")));
    let no_header = [b"\x89PNG\r\n\x1a\n".as_slice(), &chunk(b"IDAT", &zlib(&[0]))].concat();
    cases.push(Case::new("no header", "a.png", no_header, Refused("broken")));
    cases.push(Case::new("17 bits", "a.png", png_of(1, 1, 17, 0, 0, &[0, 0]), Refused("broken")));
    cases.push(Case::new("no picture", "a.jpg", [0xFF, 0xD8, 0xFF, 0xD9], Refused("broken")));
    cases.push(Case::new("two frames", "a.jpg", two_frames(), Refused("broken")));
    cases.push(Case::new("no picture", "a.webp", riff(&[(b"ICCP", vec![1; 4])]), Refused("broken")));
    cases.push(Case::new("no frame", "a.gif", b"GIF89a\x01\0\x01\0\0\0\0;".as_slice(), Refused("broken")));
    cases
}

fn two_frames() -> Vec<u8> {
    let jpeg = made::small_jpeg(1, false);
    let at = jpeg.windows(2).position(|pair| pair == [0xFF, 0xC0]).unwrap();
    [&jpeg[..at], &jpeg[at..at + 13], &jpeg[at..]].concat()
}

fn polyglots() -> Vec<Case> {
    let hosts: [(&str, Vec<u8>); 5] = [
        ("a.jpg", made::jpeg()),
        ("a.png", made::png()),
        ("a.gif", made::gif()),
        ("a.webp", made::webp()),
        ("a.mp4", made::mp4()),
    ];
    let jar = zip(&[made::Within::new("META-INF/MANIFEST.MF", "Main-Class: A"), made::Within::new("A.class", "x")]);
    let hidden: [(&str, &[u8]); 8] = [
        ("a Java archive", &jar),
        ("PHP", b"<?php system($_GET['c']); ?>"),
        ("PHP in capitals", b"<?PHP phpinfo();"),
        ("a page", b"<html><body onload=alert(1)>"),
        ("a script", b"\n<ScRiPt>alert(1)</sCrIpT>"),
        ("RAR", b"Rar!\x1a\x07\x01\0rest"),
        ("7-Zip", b"7z\xbc\xaf\x27\x1c\0\x04rest"),
        ("a program", b"MZ\x90\0This program cannot be run in DOS mode."),
    ];
    let mut cases = Vec::new();
    for (name, host) in &hosts {
        for (about, tail) in &hidden {
            cases.push(Case::new(format!("{about} behind"), name, [host, *tail].concat(), Refused("polyglot")));
        }
    }
    for (about, body) in &hidden[1..] {
        cases.push(Case::new(
            format!("{about} in a remark"),
            "a.jpg",
            made::jpeg_with(0xFE, body),
            Refused("polyglot"),
        ));
        cases.push(Case::new(format!("{about} in a text"), "a.png", png_with(b"tEXt", body), Refused("polyglot")));
    }
    let gifar = b"GIF89a/*<svg/onload=alert(1)>*/=1;".as_slice();
    cases.push(Case::new("a script with the head of a picture", "a.gif", gifar, Refused("polyglot")));
    cases
}

fn vectors() -> Vec<Case> {
    let svg = |inner: &str| format!("<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 9 9\">{inner}</svg>");
    let kept = |about: &str, inner: &str| Case::new(about, "a.svg", svg(inner), Kept(SVG));
    let gone = |about: &str, inner: &str, gone| Case::new(about, "a.svg", svg(inner), Without(SVG, gone));
    let doctype = "<?xml version=\"1.0\"?><!DOCTYPE svg [<!ENTITY a SYSTEM \"file:///etc/passwd\">]>";
    let bomb = "<!DOCTYPE svg [<!ENTITY a \"aaaaaaaaaa\"><!ENTITY b \"&a;&a;&a;&a;&a;&a;&a;&a;\">]>";
    let mut uses = String::from("<g id=\"a0\"><rect/></g>");
    for level in 1..10 {
        let one = format!("<use href=\"#a{}\"/>", level - 1);
        uses.push_str(&format!("<g id=\"a{level}\">{}</g>", one.repeat(10)));
    }
    vec![
        kept("plain", "<path d=\"M0 0h9v9z\" fill=\"#00f\"/>"),
        kept("a gradient", "<linearGradient id=\"g\"><stop offset=\"0\"/></linearGradient><rect fill=\"url(#g)\"/>"),
        kept("letters", "<title>Logo</title><text x=\"1\">Kota &amp; Desa</text>"),
        gone("a script", "<script>alert(1)</script>", &["script", "alert"]),
        gone("a script in CDATA", "<script><![CDATA[alert(1)]]></script>", &["script", "alert"]),
        gone("a script with a prefix", "<svg:script>alert(1)</svg:script>", &["script", "alert"]),
        gone("a script elsewhere", "<script href=\"//x.example/a.js\"/>", &["script", "x.example"]),
        gone("an event", "<rect onload=\"alert(1)\" ONCLICK=\"x\"/>", &["onload", "ONCLICK", "alert"]),
        gone("a link", "<a href=\"javascript:alert(1)\"><rect/></a>", &["javascript", "<a"]),
        gone("an old link", "<a xlink:href=\"data:text/html,x\"><rect/></a>", &["data:"]),
        gone("a page within", "<foreignObject><iframe src=\"x\"/></foreignObject>", &["foreign", "iframe"]),
        gone("a picture elsewhere", "<image href=\"https://x.example/p.gif\"/>", &["image", "x.example"]),
        gone("a file elsewhere", "<use href=\"//x.example/a.svg#b\"/>", &["x.example"]),
        gone("a fill elsewhere", "<rect fill=\"url(https://x.example/a#b)\"/>", &["x.example"]),
        gone("a style elsewhere", "<style>@import url(//x.example);</style>", &["style", "x.example"]),
        gone("a style in escapes", "<style>a{fill:u\\72l(//x.example)}</style>", &["style", "x.example"]),
        gone("an attribute in a style", "<g style=\"background:url(//x.example)\"/>", &["x.example"]),
        gone("an animation", "<set attributeName=\"href\" to=\"javascript:x\"/>", &["<set", "javascript"]),
        gone(
            "an animated link",
            "<animate attributeName=\"href\" values=\"javascript:x\"/>",
            &["animate", "javascript"],
        ),
        gone("a handler", "<handler type=\"text/ecmascript\">alert(1)</handler>", &["handler", "alert"]),
        gone("a remark", "<!-- <script>alert(1)</script> -->", &["script", "<!--"]),
        gone("an instruction", "<?xml-stylesheet href=\"//x.example\"?>", &["x.example", "<?"]),
        Case::new("an entity", "a.svg", [doctype, &svg("<text>&a;</text>")].concat(), Without(SVG, &["passwd", "&a;"])),
        Case::new("entities of entities", "a.svg", [bomb, &svg("<text>&b;</text>")].concat(), Without(SVG, &["aaaa"])),
        Case::new("uses of uses", "a.svg", svg(&uses), Refused("expands")),
        Case::new("a use of itself", "a.svg", svg("<g id=\"a\"><use href=\"#a\"/></g>"), Refused("expands")),
        Case::new("too deep", "a.svg", svg(&"<g>".repeat(100)), Beyond("limit_elements")),
        Case::new("too many", "a.svg", svg(&"<g/>".repeat(60_000)), Beyond("limit_elements")),
        Case::new("cut", "a.svg", "<svg xmlns=\"http://www.w3.org/2000/svg\"><g>", Refused("truncated")),
        Case::new("tags across", "a.svg", svg("<g><a></g></a>"), Refused("broken")),
        Case::new("a page", "a.svg", "<html><svg/></html>", Refused("markup")),
        Case::new("a page behind", "a.svg", [svg(""), "<html/>".into()].concat(), Refused("polyglot")),
        Case::new("UTF-16", "a.svg", utf16("<svg/>"), Refused("markup")),
        Case::new("3 MiB", "a.svg", svg(&" ".repeat(3 << 20)), Beyond("limit_bytes")),
    ]
}

fn utf16(text: &str) -> Vec<u8> {
    text.encode_utf16().flat_map(u16::to_le_bytes).collect()
}
