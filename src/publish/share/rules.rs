//! What a picture shows and where on it. Pure.

use crate::kernel::{Colour, Digest};

/// Changes whenever the same recipe gives other bytes.
const VERSION: u32 = 1;

/// In pixels: what the programs that show such pictures ask for.
pub const WIDTH: u32 = 1200;
pub const HEIGHT: u32 = 630;

/// Below the site's folder.
const FOLDER: &str = "media/bagikan/";
const ADDRESS_LETTERS: usize = 24;

/// All that a picture shows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recipe {
    pub ground: Colour,
    pub ink: Colour,
    pub seal: Option<Digest>,
    /// Of the site; empty where the title is that name.
    pub name: String,
    pub title: String,
    /// The kind of the page and its day, or what the site says of itself.
    pub note: String,
}

impl Recipe {
    /// Names the picture.
    pub fn digest(&self) -> Digest {
        let Recipe { ground, ink, seal, name, title, note } = self;
        let seal = seal.as_ref().map_or("", Digest::as_str);
        // Lengths, so that no two recipes look alike.
        let lengths = [seal.len(), name.len(), title.len()];
        Digest::of(format!("{VERSION} {ground} {ink} {lengths:?} {seal}{name}{title}{note}"))
    }
}

/// The size of a seal that fits into its place.
pub fn seal_size((width, height): (u32, u32)) -> (u32, u32) {
    let (.., wide, high) = SEAL;
    let longer = width.max(height).max(1);
    let side = |side: u32, most: u32| (u64::from(side) * u64::from(most) / u64::from(longer)).max(1) as u32;
    (side(width, wide), side(height, high))
}

/// Where a picture stands, below the site's folder.
pub fn path(name: &Digest) -> String {
    format!("{FOLDER}{}.png", &name.as_str()[..ADDRESS_LETTERS])
}

/// Whether a file of a release is such a picture.
pub fn is_share(path: &str) -> bool {
    path.starts_with(FOLDER)
}

/// A rectangle: left, top, width, height.
pub type Area = (u32, u32, u32, u32);

pub const MARGIN: u32 = 76;
/// The seal is as large as fits into this.
pub const SEAL: Area = (MARGIN, 64, 92, 92);
/// Between the seal and the name.
const SEAL_GAP: u32 = 28;
/// A line between title and note.
pub const RULE: Area = (MARGIN, 522, WIDTH - 2 * MARGIN, 2);

const NAME_SIZE: f32 = 30.0;
const NOTE_SIZE: f32 = 27.0;
const NOTE_BASELINE: f32 = 573.0;
/// Sizes of a title, with the lines that it may have in each; in the last one it is cut.
const TITLE_SIZES: [(f32, usize); 3] = [(68.0, 3), (58.0, 4), (50.0, TITLE_LINES_MAX)];
const TITLE_LINES_MAX: usize = 4;
/// Between these the title stands in the middle.
const TITLE_FROM: f32 = 176.0;
const TITLE_UNTIL: f32 = 506.0;
/// Of the size: from one line to the next, and of a capital letter.
const LEADING: f32 = 1.2;
const CAPITAL: f32 = 0.745;

/// How wide a text is in a size.
pub type Measure<'m> = &'m dyn Fn(&str, f32) -> f32;

/// A line of text where it stands.
#[derive(Debug, Clone, PartialEq)]
pub struct Line {
    pub text: String,
    /// The side of a font's square, in pixels.
    pub size: f32,
    pub left: f32,
    pub baseline: f32,
}

/// Every line of a picture.
pub fn lines(recipe: &Recipe, has_seal: bool, measure: Measure) -> Vec<Line> {
    let mut lines = Vec::new();
    let left = if has_seal { SEAL.0 + SEAL.2 + SEAL_GAP } else { MARGIN };
    let name = wrapped(&recipe.name, (WIDTH - MARGIN - left) as f32, NAME_SIZE, 2, measure);
    stack(&mut lines, name, (NAME_SIZE, left as f32), (SEAL.1 + SEAL.3 / 2) as f32);
    let width = (WIDTH - 2 * MARGIN) as f32;
    let (size, most) = fitting(&recipe.title, width, measure);
    let title = balanced(&recipe.title, width, (size, most), measure);
    stack(&mut lines, title, (size, MARGIN as f32), f32::midpoint(TITLE_FROM, TITLE_UNTIL));
    for text in wrapped(&recipe.note, width, NOTE_SIZE, 1, measure) {
        lines.push(Line { text, size: NOTE_SIZE, left: MARGIN as f32, baseline: NOTE_BASELINE });
    }
    lines
}

/// The largest size in which a title is whole, or else the smallest.
fn fitting(title: &str, width: f32, measure: Measure) -> (f32, usize) {
    let fits = |(size, most): &(f32, usize)| {
        let lines = wrapped(title, width, *size, most + 1, measure);
        // A word that is broken is smaller whole.
        lines.len() <= *most && title.split_whitespace().all(|word| measure(word, *size) <= width)
    };
    let [.., smallest] = TITLE_SIZES;
    TITLE_SIZES.into_iter().find(fits).unwrap_or(smallest)
}

/// A title in lines that are about equally long, as few as there can be.
fn balanced(title: &str, width: f32, (size, most): (f32, usize), measure: Measure) -> Vec<String> {
    const STEP: f32 = 24.0;
    let mut lines = wrapped(title, width, size, most, measure);
    let longest_word = title.split_whitespace().map(|word| measure(word, size)).fold(0.0, f32::max);
    let mut narrower = width - STEP;
    // One that is cut fills its lines.
    while lines.len() > 1
        && narrower > longest_word
        && wrapped(title, narrower, size, most + 1, measure).len() <= lines.len()
    {
        lines = wrapped(title, narrower, size, most, measure);
        narrower -= STEP;
    }
    lines
}

/// Lines below one another around a height.
fn stack(lines: &mut Vec<Line>, texts: Vec<String>, (size, left): (f32, f32), middle: f32) {
    let below = texts.len().saturating_sub(1) as f32 * size * LEADING;
    let first = middle - below / 2.0 + size * CAPITAL / 2.0;
    for (at, text) in texts.into_iter().enumerate() {
        lines.push(Line { text, size, left, baseline: first + at as f32 * size * LEADING });
    }
}

/// A text in lines; what does not fit into the last one is left out and marked. A word that is wider than a line is broken.
fn wrapped(text: &str, width: f32, size: f32, lines_max: usize, measure: Measure) -> Vec<String> {
    let fits = |line: &str| measure(line, size) <= width;
    let mut lines: Vec<String> = Vec::new();
    let mut line = String::new();
    for word in text.split_whitespace() {
        let longer = if line.is_empty() { word.to_owned() } else { format!("{line} {word}") };
        if fits(&longer) {
            line = longer;
            continue;
        }
        if !line.is_empty() {
            lines.push(std::mem::take(&mut line));
        }
        for letter in word.chars() {
            line.push(letter);
            if !fits(&line) && line.chars().count() > 1 {
                line.pop();
                lines.push(std::mem::replace(&mut line, letter.into()));
            }
        }
    }
    lines.extend(Some(line).filter(|line| !line.is_empty()));
    if lines.len() > lines_max {
        lines.truncate(lines_max);
        if let Some(last) = lines.last_mut() {
            cut(last, &fits);
        }
    }
    lines
}

/// Leaves words out at the end of a line until the mark of it fits, or letters of its only word.
fn cut(line: &mut String, fits: &dyn Fn(&str) -> bool) {
    while !line.is_empty() && !fits(&format!("{line}…")) {
        match line.rfind(' ') {
            Some(space) => line.truncate(space),
            None => drop(line.pop()),
        }
    }
    line.truncate(line.trim_end_matches([',', '.', ';', ':', '-', '–', ' ']).len());
    line.push('…');
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every letter is half as wide as it is high.
    fn measure(text: &str, size: f32) -> f32 {
        text.chars().count() as f32 * size / 2.0
    }

    fn title(text: &str) -> Vec<Line> {
        let recipe = Recipe {
            ground: Colour::BLACK,
            ink: Colour::WHITE,
            seal: None,
            name: String::new(),
            title: text.into(),
            note: String::new(),
        };
        lines(&recipe, false, &measure)
    }

    #[test]
    fn a_longer_title_is_smaller_and_at_last_cut() {
        let short = title("Musrenbang Kabupaten");
        assert_eq!((short.len(), short[0].size), (1, 68.0));
        let longer = title(&"kata ".repeat(25));
        assert_eq!((longer.len(), longer[0].size), (4, 58.0));
        let two: Vec<usize> = title(&"kata ".repeat(7)).iter().map(|line| line.text.len()).collect();
        assert_eq!(two, [19, 14], "no line is left almost empty");
        let longest = title(&"kata ".repeat(60));
        assert_eq!((longest.len(), longest[0].size), (4, 50.0));
        assert!(longest[3].text.ends_with("kata…"), "{longest:?}");
        assert!(longest.iter().all(|line| measure(&line.text, line.size) <= (WIDTH - 2 * MARGIN) as f32));
        assert!(longest.iter().all(|line| line.baseline < TITLE_UNTIL && line.baseline - 50.0 > TITLE_FROM - 20.0));
    }

    #[test]
    fn a_word_without_end_is_broken() {
        let lines = title(&"x".repeat(90));
        assert_eq!(lines.iter().map(|line| line.text.len()).sum::<usize>(), 90);
        assert!(lines.len() > 1 && title("").is_empty());
    }

    #[test]
    fn each_part_of_a_recipe_makes_another_picture() {
        let recipe = Recipe {
            ground: Colour::BLACK,
            ink: Colour::WHITE,
            seal: None,
            name: "a".into(),
            title: "b".into(),
            note: "c".into(),
        };
        let others = [
            Recipe { ground: Colour::WHITE, ..recipe.clone() },
            Recipe { seal: Some(Digest::of("x")), ..recipe.clone() },
            Recipe { name: "ab".into(), title: String::new(), ..recipe.clone() },
            Recipe { note: "d".into(), ..recipe.clone() },
        ];
        let names: std::collections::BTreeSet<Digest> = others.iter().map(Recipe::digest).collect();
        assert!(names.len() == 4 && !names.contains(&recipe.digest()));
        assert!(is_share(&path(&recipe.digest())) && !is_share("media/0123456789abcdef/bagikan.png"));
    }
}
