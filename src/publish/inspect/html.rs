//! A page as the HTML standard's own parser reads it.

use std::borrow::Cow;
use std::cell::{Cell, RefCell};
use std::collections::HashSet;
use std::rc::Rc;

use html5ever::interface::{ElementFlags, ExpandedName, NodeOrText, QuirksMode, TreeSink};
use html5ever::tendril::{StrTendril, TendrilSink};
use html5ever::tree_builder::TreeBuilderOpts;
use html5ever::{Attribute, LocalName, Namespace, ParseOpts, QualName, parse_document};

use super::place::{Found, Made};
use super::{Fault, Finding};

/// Faults of one page; what follows a first mistake is mostly its consequence.
const PAGE_FAULTS_MAX: usize = 10;

/// What is wrong with the HTML of a page.
pub fn faults(page: &Made, address: &str) -> Vec<Finding> {
    let tree_builder = TreeBuilderOpts { exact_errors: true, scripting_enabled: false, ..TreeBuilderOpts::default() };
    let parser = parse_document(Reader::new(), ParseOpts { tree_builder, ..ParseOpts::default() });
    let found = parser.one(page.html.as_str());
    let finding = |(line, text): (usize, String)| {
        let Found { file, line } = page.line(line);
        Finding { file, line, fault: Fault::Html, error: true, text, page: address.to_owned() }
    };
    found.into_iter().take(PAGE_FAULTS_MAX).map(finding).collect()
}

/// Keeps no tree, since nobody asks for it: the parser needs the names of open elements alone.
struct Reader {
    /// What is no element: the document, comments.
    nothing: Rc<QualName>,
    line: Cell<usize>,
    faults: RefCell<Vec<(usize, String)>>,
    ids: RefCell<HashSet<String>>,
}

impl Reader {
    fn new() -> Self {
        let nothing = Rc::new(QualName::new(None, Namespace::from(""), LocalName::from("")));
        Reader { nothing, line: Cell::new(1), faults: RefCell::default(), ids: RefCell::default() }
    }

    fn tell(&self, text: String) {
        self.faults.borrow_mut().push((self.line.get().max(1), text));
    }

    fn look(&self, name: &QualName, attributes: &[Attribute]) {
        let value =
            |wanted: &str| attributes.iter().find(|one| &*one.name.local == wanted).map(|one| one.value.to_string());
        if let Some(id) = value("id") {
            if id.is_empty() || id.contains(char::is_whitespace) {
                self.tell(format!("the id {id:?} is empty or has white space"));
            }
            if !self.ids.borrow_mut().insert(id.clone()) {
                self.tell(format!("the id {id:?} stands on the page already"));
            }
        }
        match &*name.local {
            "img" if value("alt").is_none() => self.tell("img without alt".into()),
            "html" if value("lang").is_none_or(|lang| lang.is_empty()) => self.tell("html without lang".into()),
            "a" | "link" if value("href").is_some_and(|href| href.trim().is_empty()) => {
                self.tell(format!("{} with an empty href", &*name.local));
            }
            _ => {}
        }
    }
}

impl TreeSink for Reader {
    type Handle = Rc<QualName>;
    type Output = Vec<(usize, String)>;
    type ElemName<'a> = ExpandedName<'a>;

    fn finish(self) -> Self::Output {
        self.faults.into_inner()
    }

    fn parse_error(&self, message: Cow<'static, str>) {
        self.tell(readable(&message));
    }

    fn set_current_line(&self, line: u64) {
        self.line.set(usize::try_from(line).unwrap_or(1));
    }

    fn get_document(&self) -> Self::Handle {
        self.nothing.clone()
    }

    fn elem_name<'a>(&'a self, target: &'a Self::Handle) -> ExpandedName<'a> {
        target.expanded()
    }

    fn create_element(&self, name: QualName, attributes: Vec<Attribute>, _flags: ElementFlags) -> Self::Handle {
        self.look(&name, &attributes);
        Rc::new(name)
    }

    fn create_comment(&self, _text: StrTendril) -> Self::Handle {
        self.nothing.clone()
    }

    fn create_pi(&self, _target: StrTendril, _data: StrTendril) -> Self::Handle {
        self.nothing.clone()
    }

    fn append(&self, _parent: &Self::Handle, _child: NodeOrText<Self::Handle>) {}

    fn append_based_on_parent_node(
        &self,
        _element: &Self::Handle,
        _before: &Self::Handle,
        _child: NodeOrText<Self::Handle>,
    ) {
    }

    fn append_doctype_to_document(&self, _name: StrTendril, _public: StrTendril, _system: StrTendril) {}

    fn get_template_contents(&self, target: &Self::Handle) -> Self::Handle {
        target.clone()
    }

    fn same_node(&self, one: &Self::Handle, other: &Self::Handle) -> bool {
        Rc::ptr_eq(one, other)
    }

    fn set_quirks_mode(&self, mode: QuirksMode) {
        if mode != QuirksMode::NoQuirks {
            self.tell("no <!DOCTYPE html> at the beginning".into());
        }
    }

    fn append_before_sibling(&self, _sibling: &Self::Handle, _node: NodeOrText<Self::Handle>) {}

    fn add_attrs_if_missing(&self, _target: &Self::Handle, _attributes: Vec<Attribute>) {}

    fn remove_from_parent(&self, _target: &Self::Handle) {}

    fn reparent_children(&self, _node: &Self::Handle, _parent: &Self::Handle) {}
}

/// The parser writes out its own values; the name of the tag says it better.
fn readable(message: &str) -> String {
    let between = |from: &str, to: char| {
        let rest = message.split_once(from)?.1;
        Some(rest.split(to).next().unwrap_or_default().to_owned())
    };
    match (between("kind: ", ','), between("Atom('", '\'')) {
        (Some(kind), Some(name)) if kind == "EndTag" => format!("</{name}> has nothing to end here"),
        (Some(_), Some(name)) => format!("<{name}> is not allowed here"),
        (_, Some(name)) => format!("{}: <{name}>", message.split(['(', ':']).next().unwrap_or_default().trim()),
        _ => super::place::short(message),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::themes::theme::Theme;

    fn told(body: &str) -> Vec<(usize, String)> {
        let html =
            format!("<!DOCTYPE html>\n<html lang=\"id\"><head><title>a</title></head><body>\n{body}\n</body></html>");
        let page = super::super::place::read(&Theme::built_in().unwrap(), html.as_bytes());
        faults(&page, "/").into_iter().map(|finding| (finding.line, finding.text)).collect()
    }

    fn says(body: &str, text: &str) {
        let told = told(body);
        assert!(told.iter().any(|(_, said)| said.contains(text)), "{body}: {told:?}");
    }

    #[test]
    fn good_pages_pass_and_bad_ones_are_told() {
        assert_eq!(told("<ul><li>a<li>b</ul><p>c<p>d<table><tr><td>e</table><img src=\"a\" alt=\"\">"), []);
        says("<div><p>a</div></div>", "div");
        says("<p><div>a</div></p>", "<p>");
        says("<div>", "div");
        says("<p id=\"a\"></p><p id=\"a\"></p>", "stands on the page already");
        says("<img src=\"a\">", "without alt");
        says("<a href=\"\">a</a>", "empty href");
        says("<a href=\"/\"><a href=\"/\">b</a></a>", "a");
    }
}
