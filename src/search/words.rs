//! The words of documents, one after another, with what each weighs. Pure.

use std::collections::HashMap;
use std::sync::Arc;

use foldhash::fast::RandomState;

use super::terms::{chunks, of_chunk};

/// The heaviest of the weight classes: 0 once, 1 more than once, 2 often or in its summary, 3 in its title.
pub const WEIGHT_CLASS_MAX: u8 = 3;
/// From so many times on, a stem is what the document is about.
const OFTEN_MIN: u16 = 4;
/// Letters that no stem has begin what filters look for.
const FACET_MARK: char = ':';
/// A facet's value is cut there.
const FACET_BYTES_MAX: usize = 100;
/// Spellings of documents before that are remembered, about: a site says the same few thousand again and again.
const SPELLINGS_MAX: usize = 16 * 1024;
/// What is longer is no word, but an address or a key, and is not remembered.
const SPELLING_BYTES_MAX: usize = 64;

/// The place of a stem in [`Words::stems`].
type Place = u32;

/// The words of one document, as they come; after [`Words::clear`] those of the next. The stems of a spelling are looked
/// for once for many documents.
#[derive(Debug, Default)]
pub struct Words {
    /// The stems of a spelling. Whoever writes chooses them, so the hash has a seed of its own.
    spellings: HashMap<Box<str>, Box<[Place]>, RandomState>,
    places: HashMap<Arc<str>, Place, RandomState>,
    stems: Vec<Arc<str>>,
    /// By place: how often the document says a stem, and the class that it has at least.
    said: Vec<(u16, u8)>,
    /// The stems that the document says.
    here: Vec<Place>,
    facets: Vec<Box<str>>,
}

impl Words {
    /// Forgets the document.
    pub fn clear(&mut self) {
        if self.spellings.len() > SPELLINGS_MAX || self.stems.len() > SPELLINGS_MAX {
            *self = Words::default();
            return;
        }
        for place in self.here.drain(..) {
            self.said[place as usize] = (0, 0);
        }
        self.facets.clear();
    }

    pub fn title(&mut self, text: &str) {
        self.take(text, WEIGHT_CLASS_MAX);
    }

    /// Its summary, its category and tags.
    pub fn lead(&mut self, text: &str) {
        self.take(text, 2);
    }

    pub fn text(&mut self, text: &str) {
        self.take(text, 0);
    }

    /// What is said in a file beside it: however often, it weighs no more than what is said once.
    pub fn attached(&mut self, text: &str) {
        self.each(text, |(count, _)| *count = (*count).max(1));
    }

    /// Something that filters ask for.
    pub fn facet(&mut self, name: char, value: &str) {
        self.facets.push(facet(name, value).into());
    }

    /// Each stem of the document once with its weight class, in the order in which they came.
    pub fn weighed(&self) -> impl Iterator<Item = (&str, u8)> {
        let by_count = |count: u16| match count {
            0 | 1 => 0,
            2..OFTEN_MIN => 1,
            _ => 2,
        };
        let found = self.here.iter().map(move |place| {
            let (count, class) = self.said[*place as usize];
            (&*self.stems[*place as usize], class.max(by_count(count)))
        });
        found.chain(self.facets.iter().map(|facet| (&**facet, 0)))
    }

    fn take(&mut self, text: &str, least: u8) {
        self.each(text, |(count, class)| {
            *count = count.saturating_add(1);
            *class = least.max(*class);
        });
    }

    /// Has each stem of a text noted by `note`, which makes its count one at least.
    fn each(&mut self, text: &str, note: impl Fn(&mut (u16, u8))) {
        for chunk in chunks(text) {
            let unknown;
            let places = match self.spellings.get(chunk) {
                Some(known) => known,
                None => {
                    let places: Box<[Place]> =
                        of_chunk(chunk).map(|stem| placed(&mut self.places, &mut self.stems, &stem)).collect();
                    self.said.resize(self.stems.len(), (0, 0));
                    if chunk.len() <= SPELLING_BYTES_MAX {
                        self.spellings.entry(chunk.into()).or_insert(places)
                    } else {
                        unknown = places;
                        &unknown
                    }
                }
            };
            for place in places {
                let said = &mut self.said[*place as usize];
                if said.0 == 0 {
                    self.here.push(*place);
                }
                note(said);
            }
        }
    }
}

/// The place of a stem, a new one behind all others.
fn placed(places: &mut HashMap<Arc<str>, Place, RandomState>, stems: &mut Vec<Arc<str>>, stem: &str) -> Place {
    if let Some(place) = places.get(stem) {
        return *place;
    }
    // A text is read that fits into memory, so there are fewer.
    let (place, stem) = (stems.len() as Place, Arc::<str>::from(stem));
    stems.push(stem.clone());
    places.insert(stem, place);
    place
}

/// How a facet stands among the stems.
fn facet(name: char, value: &str) -> String {
    let mut end = value.len().min(FACET_BYTES_MAX);
    while !value.is_char_boundary(end) {
        end -= 1;
    }
    format!("{FACET_MARK}{name}{}", &value[..end])
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    fn found(words: &Words) -> BTreeMap<String, u8> {
        words.weighed().map(|(stem, class)| (stem.to_owned(), class)).collect()
    }

    #[test]
    fn a_word_of_the_title_weighs_more_than_one_said_often() {
        let mut words = Words::default();
        words.title("Izin usaha");
        words.lead("Perizinan daring");
        words.text("syarat syarat syarat syarat, biaya biaya, loket");
        words.facet('t', "layanan");
        let found = found(&words);
        let of = |stem: &str| found[stem];
        assert_eq!((of("izin"), of("daring"), of("syarat"), of("biaya"), of("loket")), (3, 2, 2, 1, 0));
        assert_eq!(of(":tlayanan"), 0);
    }

    #[test]
    fn nothing_of_a_document_is_left_for_the_next() {
        let key = "x".repeat(SPELLING_BYTES_MAX + 1);
        let texts = ["Anak-anak membaca e-KTP", "Anak membaca, membaca", &format!("KTP dan {key}-anak"), "", "Bacaan"];
        let mut words = Words::default();
        for text in texts.iter().chain(texts.iter().rev()) {
            words.clear();
            words.text(text);
            words.attached("anak lain");
            words.facet('y', text);
            let mut alone = Words::default();
            alone.text(text);
            alone.attached("anak lain");
            alone.facet('y', text);
            assert_eq!(found(&words), found(&alone), "{text}");
            assert_eq!(words.weighed().count(), found(&words).len(), "each once: {text}");
        }
    }

    #[test]
    fn what_is_remembered_has_an_end() {
        let mut words = Words::default();
        for document in 0..4 {
            words.clear();
            words.text(&(0..SPELLINGS_MAX).map(|word| format!("kata{document}x{word} ")).collect::<String>());
            assert_eq!(words.weighed().count(), SPELLINGS_MAX);
            assert!(words.spellings.len() <= 2 * SPELLINGS_MAX);
        }
    }
}
