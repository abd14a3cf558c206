//! Official reports as PDF, set by Typst with the fonts that are built in. A report is a template of ours and data; nothing is
//! read from a disk or a network, and no time of printing is in it.

use serde_json::Value;

use crate::kernel::Result;

/// A picture that a template may place, by name.
#[derive(Debug, Clone)]
pub struct Picture {
    /// With the ending by which its format is known: `seal.png`.
    pub name: String,
    pub bytes: Vec<u8>,
}

/// What is to be printed.
#[derive(Debug, Clone)]
pub struct Document {
    /// Typst, which reads its data with `json("data.json")` and may import `official.typ`.
    pub template: &'static str,
    pub data: Value,
    pub pictures: Vec<Picture>,
}

/// Prints it as tagged PDF. A data error or a binary without the feature is an error for the log.
#[cfg(feature = "pdf")]
pub fn pdf(document: &Document) -> Result<Vec<u8>> {
    set::pdf(document)
}

/// See above.
#[cfg(not(feature = "pdf"))]
pub fn pdf(_document: &Document) -> Result<Vec<u8>> {
    use crate::kernel::{Code, Refusal};
    Err(Refusal::new(Code::UnsupportedMedia).detail("this binary was built without the feature pdf").into())
}

#[cfg(feature = "pdf")]
mod set {
    use std::collections::HashMap;
    use std::sync::LazyLock;

    use typst::diag::{FileError, FileResult, SourceDiagnostic};
    use typst::foundations::{Bytes, Datetime, Duration, Smart};
    use typst::syntax::{FileId, RootedPath, Source, VirtualPath, VirtualRoot};
    use typst::text::{Font, FontBook};
    use typst::utils::LazyHash;
    use typst::{Library, LibraryExt as _, World};
    use typst_layout::PagedDocument;
    use typst_pdf::PdfOptions;

    use super::Document;
    use crate::kernel::{Error, Result};

    const MAIN: &str = "main.typ";
    /// Letterhead, tables and signatures that all reports share.
    const OFFICIAL: (&str, &str) = ("official.typ", include_str!("official.typ"));
    const DATA: &str = "data.json";

    /// Libertinus Serif; its licence stands beside the files.
    static FONTS: LazyLock<Vec<Font>> = LazyLock::new(|| {
        let files: [&'static [u8]; 3] = [
            include_bytes!("fonts/LibertinusSerif-Regular.otf"),
            include_bytes!("fonts/LibertinusSerif-Bold.otf"),
            include_bytes!("fonts/LibertinusSerif-Italic.otf"),
        ];
        files.into_iter().filter_map(|file| Font::new(Bytes::new(file), 0)).collect()
    });
    static LIBRARY: LazyLock<LazyHash<Library>> = LazyLock::new(|| LazyHash::new(Library::default()));

    /// The files of one report: all that Typst may read.
    struct Desk {
        book: LazyHash<FontBook>,
        main: FileId,
        sources: HashMap<FileId, Source>,
        files: HashMap<FileId, Bytes>,
    }

    pub(super) fn pdf(document: &Document) -> Result<Vec<u8>> {
        let desk = Desk::lay(document)?;
        let set = typst::compile::<PagedDocument>(&desk).output.map_err(|errors| failed(&errors))?;
        let options = PdfOptions { ident: Smart::Custom("lamin".to_owned()), ..PdfOptions::default() };
        let bytes = typst_pdf::pdf(&set, &options).map_err(|errors| failed(&errors))?;
        // Typst remembers what it has set; a server prints seldom.
        typst::comemo::evict(0);
        Ok(bytes)
    }

    fn failed(errors: &[SourceDiagnostic]) -> Error {
        let all: Vec<_> = errors.iter().map(|error| error.message.as_str()).collect();
        Error::broken("print a report", all.join("; "))
    }

    fn id(name: &str) -> Result<FileId> {
        let path =
            VirtualPath::new(name).map_err(|error| Error::broken("name a file of a report", format!("{error:?}")))?;
        Ok(RootedPath::new(VirtualRoot::Project, path).intern())
    }

    impl Desk {
        fn lay(document: &Document) -> Result<Self> {
            let main = id(MAIN)?;
            let mut sources = HashMap::from([(main, Source::new(main, document.template.to_owned()))]);
            let official = id(OFFICIAL.0)?;
            sources.insert(official, Source::new(official, OFFICIAL.1.to_owned()));
            let mut files = HashMap::from([(id(DATA)?, Bytes::from_string(document.data.to_string()))]);
            for picture in &document.pictures {
                files.insert(id(&picture.name)?, Bytes::new(picture.bytes.clone()));
            }
            Ok(Desk { book: LazyHash::new(FontBook::from_fonts(FONTS.iter())), main, sources, files })
        }
    }

    impl World for Desk {
        fn library(&self) -> &LazyHash<Library> {
            &LIBRARY
        }

        fn book(&self) -> &LazyHash<FontBook> {
            &self.book
        }

        fn main(&self) -> FileId {
            self.main
        }

        fn source(&self, id: FileId) -> FileResult<Source> {
            self.sources.get(&id).cloned().ok_or_else(missing)
        }

        fn file(&self, id: FileId) -> FileResult<Bytes> {
            self.files.get(&id).cloned().ok_or_else(missing)
        }

        fn font(&self, index: usize) -> Option<Font> {
            FONTS.get(index).cloned()
        }

        fn today(&self, _offset: Option<Duration>) -> Option<Datetime> {
            None
        }
    }

    fn missing() -> FileError {
        FileError::Other(Some("a report reads its own files alone".into()))
    }
}
