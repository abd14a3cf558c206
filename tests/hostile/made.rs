//! Whole, harmless files of each kind, and the parts to build others from.

use std::io::{Cursor, Write};

use image::{DynamicImage, ImageFormat, Rgb, RgbImage};

/// Stands in metadata that must go.
pub const SECRET: &str = "RAHASIA-LOKASI";

pub fn photo(width: u32, height: u32) -> DynamicImage {
    RgbImage::from_fn(width, height, |x, y| Rgb([(x * 7) as u8, (y * 5) as u8, (x + y) as u8])).into()
}

pub fn encoded(picture: &DynamicImage, format: ImageFormat) -> Vec<u8> {
    let mut bytes = Cursor::new(Vec::new());
    picture.write_to(&mut bytes, format).unwrap();
    bytes.into_inner()
}

pub fn jpeg() -> Vec<u8> {
    encoded(&photo(48, 32), ImageFormat::Jpeg)
}

pub fn png() -> Vec<u8> {
    encoded(&photo(48, 32), ImageFormat::Png)
}

pub fn gif() -> Vec<u8> {
    encoded(&photo(16, 12), ImageFormat::Gif)
}

pub fn webp() -> Vec<u8> {
    encoded(&photo(16, 12), ImageFormat::WebP)
}

pub fn mp4() -> Vec<u8> {
    let mut file = atom(b"ftyp", b"isom\0\0\x02\0isommp41");
    file.extend(atom(b"moov", &atom(b"mvhd", &[0; 100])));
    file.extend(atom(b"mdat", &[7; 64]));
    file
}

pub fn atom(name: &[u8; 4], body: &[u8]) -> Vec<u8> {
    [&(body.len() as u32 + 8).to_be_bytes(), name.as_slice(), body].concat()
}

/// A TIFF block as cameras write it: orientation, and a place in its description.
pub fn tiff(orientation: u8) -> Vec<u8> {
    let mut tiff = b"II*\0\x08\0\0\0\x02\0".to_vec();
    tiff.extend(b"\x0e\x01\x02\0");
    tiff.extend((SECRET.len() as u32).to_le_bytes());
    tiff.extend(38u32.to_le_bytes());
    tiff.extend(b"\x12\x01\x03\0\x01\0\0\0");
    tiff.extend([orientation, 0, 0, 0]);
    tiff.extend([0; 4]);
    tiff.extend(SECRET.as_bytes());
    tiff
}

/// One segment of a JPEG.
pub fn segment(marker: u8, body: &[u8]) -> Vec<u8> {
    [&[0xFF, marker], (body.len() as u16 + 2).to_be_bytes().as_slice(), body].concat()
}

/// The JPEG with a segment right after its beginning.
pub fn jpeg_with(marker: u8, body: &[u8]) -> Vec<u8> {
    let jpeg = jpeg();
    [&jpeg[..2], &segment(marker, body), &jpeg[2..]].concat()
}

/// A grey 8 × 8 picture of so many colours, written by hand.
pub fn small_jpeg(colours: u8, progressive: bool) -> Vec<u8> {
    let numbers = 1..=colours;
    let mut jpeg = vec![0xFF, 0xD8];
    if colours == 4 {
        jpeg.extend(segment(0xEE, b"Adobe\0\x64\0\0\0\0\0"));
    }
    jpeg.extend(segment(0xDB, &[&[0][..], &[1; 64]].concat()));
    let parts: Vec<u8> = numbers.clone().flat_map(|number| [number, 0x11, 0]).collect();
    let frame = [&[8, 0, 8, 0, 8, colours][..], &parts].concat();
    jpeg.extend(segment(if progressive { 0xC2 } else { 0xC0 }, &frame));
    let one_code = |class: u8| [&[class, 1][..], &[0; 15], &[0]].concat();
    jpeg.extend(segment(0xC4, &one_code(0x00)));
    jpeg.extend(segment(0xC4, &one_code(0x10)));
    let scan = |numbers: &[u8], band: [u8; 2]| {
        let parts: Vec<u8> = numbers.iter().flat_map(|number| [*number, 0]).collect();
        segment(0xDA, &[&[numbers.len() as u8][..], &parts, &[band[0], band[1], 0]].concat())
    };
    if progressive {
        jpeg.extend(scan(&[1], [0, 0]));
        jpeg.push(0x7F);
        jpeg.extend(scan(&[1], [1, 63]));
        jpeg.push(0x7F);
    } else {
        jpeg.extend(scan(&numbers.collect::<Vec<_>>(), [0, 63]));
        let bits = u32::from(colours) * 2;
        jpeg.push(if bits < 8 { 0xFF >> bits } else { 0 });
    }
    jpeg.extend([0xFF, 0xD9]);
    jpeg
}

pub fn chunk(name: &[u8; 4], body: &[u8]) -> Vec<u8> {
    let mut crc = flate2::Crc::new();
    crc.update(name);
    crc.update(body);
    [&(body.len() as u32).to_be_bytes(), name.as_slice(), body, &crc.sum().to_be_bytes()].concat()
}

/// The PNG with a chunk right after its header.
pub fn png_with(name: &[u8; 4], body: &[u8]) -> Vec<u8> {
    let png = png();
    [&png[..33], &chunk(name, body), &png[33..]].concat()
}

/// A PNG of this header and these unpacked lines.
pub fn png_of(width: u32, height: u32, depth: u8, colours: u8, interlaced: u8, lines: &[u8]) -> Vec<u8> {
    let header = [&width.to_be_bytes()[..], &height.to_be_bytes(), &[depth, colours, 0, 0, interlaced]].concat();
    let mut png = b"\x89PNG\r\n\x1a\n".to_vec();
    png.extend(chunk(b"IHDR", &header));
    png.extend(chunk(b"IDAT", &zlib(lines)));
    png.extend(chunk(b"IEND", b""));
    png
}

pub fn zlib(bytes: &[u8]) -> Vec<u8> {
    let mut packed = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::fast());
    packed.write_all(bytes).unwrap();
    packed.finish().unwrap()
}

pub fn riff(chunks: &[(&[u8; 4], Vec<u8>)]) -> Vec<u8> {
    let mut body = b"WEBP".to_vec();
    for (name, chunk) in chunks {
        body.extend_from_slice(*name);
        body.extend((chunk.len() as u32).to_le_bytes());
        body.extend(chunk);
        body.extend(vec![0; chunk.len() % 2]);
    }
    [b"RIFF", (body.len() as u32).to_le_bytes().as_slice(), &body].concat()
}

/// The picture itself, without the file around it.
pub fn webp_picture() -> (&'static [u8; 4], Vec<u8>) {
    (b"VP8L", webp()[20..].to_vec())
}

pub fn webp_head(flags: u8) -> (&'static [u8; 4], Vec<u8>) {
    (b"VP8X", vec![flags, 0, 0, 0, 15, 0, 0, 11, 0, 0])
}

pub fn animated_webp(frames: usize) -> Vec<u8> {
    let (name, picture) = webp_picture();
    let mut frame = vec![0, 0, 0, 0, 0, 0, 15, 0, 0, 11, 0, 0, 100, 0, 0, 0];
    frame.extend_from_slice(name);
    frame.extend((picture.len() as u32).to_le_bytes());
    frame.extend(&picture);
    frame.extend(vec![0; picture.len() % 2]);
    let mut chunks = vec![webp_head(0x02), (b"ANIM", vec![0; 6])];
    chunks.extend((0..frames).map(|_| (b"ANMF", frame.clone())));
    riff(&chunks)
}

/// A PDF of these objects; the first is the catalogue.
pub fn pdf_of(objects: &[Vec<u8>]) -> Vec<u8> {
    let mut pdf = b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n".to_vec();
    let mut places = Vec::new();
    for (at, object) in objects.iter().enumerate() {
        places.push(pdf.len());
        pdf.extend(format!("{} 0 obj\n", at + 1).as_bytes());
        pdf.extend(object);
        pdf.extend(b"\nendobj\n");
    }
    let table = pdf.len();
    pdf.extend(format!("xref\n0 {}\n0000000000 65535 f \n", objects.len() + 1).as_bytes());
    for place in places {
        pdf.extend(format!("{place:010} 00000 n \n").as_bytes());
    }
    let size = objects.len() + 1;
    pdf.extend(format!("trailer\n<< /Size {size} /Root 1 0 R >>\nstartxref\n{table}\n%%EOF").as_bytes());
    pdf
}

/// One empty page, and what else there is.
pub fn pdf_with(catalogue: &str, others: &[Vec<u8>]) -> Vec<u8> {
    let mut objects = vec![
        format!("<< /Type /Catalog /Pages 2 0 R {catalogue} >>").into_bytes(),
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>".to_vec(),
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 200 200] >>".to_vec(),
    ];
    objects.extend_from_slice(others);
    pdf_of(&objects)
}

pub fn pdf() -> Vec<u8> {
    pdf_with("", &[])
}

pub fn stream(dictionary: &str, body: &[u8]) -> Vec<u8> {
    let head = format!("<< /Length {} {dictionary} >>\nstream\n", body.len());
    [head.as_bytes(), body, b"\nendstream"].concat()
}

/// Objects packed as most programs do.
pub fn packed(objects: &str) -> Vec<u8> {
    let body = format!("9 0 {objects}");
    stream("/Type /ObjStm /N 1 /First 4 /Filter /FlateDecode", &zlib(body.as_bytes()))
}

/// A file within an archive, with what its records say of it.
pub struct Within {
    pub name: String,
    pub bytes: Vec<u8>,
    pub deflated: bool,
    pub flags: u16,
    /// Instead of the true one.
    pub size: Option<u32>,
    pub listed_as: Option<String>,
}

impl Within {
    pub fn new(name: &str, bytes: impl Into<Vec<u8>>) -> Self {
        let (name, bytes) = (name.into(), bytes.into());
        Within { name, bytes, deflated: true, flags: 0, size: None, listed_as: None }
    }

    pub fn stored(name: &str, bytes: impl Into<Vec<u8>>) -> Self {
        Within { deflated: false, ..Within::new(name, bytes) }
    }
}

pub fn zip(files: &[Within]) -> Vec<u8> {
    let (mut zip, mut list) = (Vec::new(), Vec::new());
    for file in files {
        let mut crc = flate2::Crc::new();
        crc.update(&file.bytes);
        let data = if file.deflated { deflated(&file.bytes) } else { file.bytes.clone() };
        let size = file.size.unwrap_or(file.bytes.len() as u32);
        let method: u16 = if file.deflated { 8 } else { 0 };
        let start = zip.len() as u32;
        let record = |name: &str| {
            let mut record = Vec::new();
            for number in [20, file.flags, method, 0, 0x21] {
                record.extend(number.to_le_bytes());
            }
            for number in [crc.sum(), data.len() as u32, size] {
                record.extend(number.to_le_bytes());
            }
            record.extend((name.len() as u16).to_le_bytes());
            record.extend([0, 0]);
            record
        };
        zip.extend(b"PK\x03\x04");
        zip.extend(record(&file.name));
        zip.extend(file.name.as_bytes());
        zip.extend(&data);
        let name = file.listed_as.as_ref().unwrap_or(&file.name);
        list.extend(b"PK\x01\x02\x14\0");
        list.extend(record(name));
        list.extend([0; 10]);
        list.extend(start.to_le_bytes());
        list.extend(name.as_bytes());
    }
    end(&mut zip, &list, files.len() as u16);
    zip
}

/// Appends the list and its end.
pub fn end(zip: &mut Vec<u8>, list: &[u8], count: u16) {
    let start = zip.len() as u32;
    zip.extend(list);
    zip.extend(b"PK\x05\x06\0\0\0\0");
    zip.extend([count.to_le_bytes(), count.to_le_bytes()].concat());
    zip.extend((list.len() as u32).to_le_bytes());
    zip.extend(start.to_le_bytes());
    zip.extend([0, 0]);
}

fn deflated(bytes: &[u8]) -> Vec<u8> {
    let mut packed = flate2::write::DeflateEncoder::new(Vec::new(), flate2::Compression::fast());
    packed.write_all(bytes).unwrap();
    packed.finish().unwrap()
}

pub const WORD: &str = "wordprocessingml.document";
pub const EXCEL: &str = "spreadsheetml.sheet";
pub const POWERPOINT: &str = "presentationml.presentation";

/// An office document of a kind with further files.
pub fn office(kind: &str, others: Vec<Within>) -> Vec<u8> {
    let types = format!(
        "<?xml version=\"1.0\"?><Types xmlns=\"http://schemas.openxmlformats.org/package/2006/content-types\">\
         <Override PartName=\"/main.xml\" ContentType=\"application/vnd.openxmlformats-officedocument.{kind}.main+xml\"/></Types>"
    );
    let mut files =
        vec![Within::new("[Content_Types].xml", types), Within::new("main.xml", "<document>isi</document>")];
    files.extend(others);
    zip(&files)
}

pub fn docx() -> Vec<u8> {
    office(WORD, vec![])
}

pub fn open_document(kind: &str, others: Vec<Within>) -> Vec<u8> {
    let mut files = vec![
        Within::stored("mimetype", format!("application/vnd.oasis.opendocument.{kind}")),
        Within::new("content.xml", "<office:document-content/>"),
    ];
    files.extend(others);
    zip(&files)
}

pub fn relations(kind: &str, target: &str, external: bool) -> Within {
    let mode = if external { " TargetMode=\"External\"" } else { "" };
    let text = format!(
        "<Relationships><Relationship Id=\"a\" Type=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships/{kind}\" \
         Target=\"{target}\"{mode}/></Relationships>"
    );
    Within::new("word/_rels/document.xml.rels", text)
}
