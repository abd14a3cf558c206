//! What is asked, and what an answer accepts.

use serde_json::json;

use super::model::{Asked, Baseline};
use crate::kernel::{Code, Digest, Refusal};
use crate::monitoring::scan::baseline::{ENTRIES_MAX, New, Seen, What, new_since};

/// What the operator is asked of a website now; `hosts` are those that it may lead to.
pub fn asked(baseline: &Baseline, hosts: &[String]) -> Asked {
    let accepted = baseline.accepted.as_ref().map(|accepted| &accepted.seen);
    let questions = new_since(accepted, &baseline.seen, hosts);
    let digests: Vec<&Digest> = questions.iter().map(|question| &question.digest).collect();
    let digest = Digest::of_json(&json!(digests));
    Asked { questions, digest }
}

/// What a website may show once this digest was accepted: that of all questions, or, where something was accepted before, of one
/// of them. Gives the questions that were answered, too.
pub fn accept(baseline: &Baseline, hosts: &[String], digest: &Digest) -> Result<(Seen, Vec<New>), Refusal> {
    let Asked { questions, digest: of_all } = asked(baseline, hosts);
    let mismatch = || Refusal::new(Code::DigestMismatch).extra("current_digest", of_all.as_str());
    let Some(accepted) = &baseline.accepted else {
        return if *digest == of_all { Ok((baseline.seen.clone(), questions)) } else { Err(mismatch()) };
    };
    if *digest == of_all && questions.is_empty() {
        return Err(Refusal::new(Code::NothingChanged).detail("nothing is asked"));
    }
    let mut known = accepted.seen.clone();
    if *digest == of_all {
        join(&mut known, &baseline.seen);
        return Ok((known, questions));
    }
    let one = questions.into_iter().find(|question| question.digest == *digest).ok_or_else(mismatch)?;
    answer(&mut known, &baseline.seen, &one);
    Ok((known, vec![one]))
}

/// All that is seen may be there, beside what might be before: looks see other pages each week.
fn join(known: &mut Seen, seen: &Seen) {
    if known.titles.len() >= ENTRIES_MAX {
        known.titles.clear();
    }
    known.titles.extend(seen.titles.clone());
    known.outbound.extend(seen.outbound.iter().cloned());
    known.scripts.extend(seen.scripts.iter().cloned());
    known.tokens.extend(seen.tokens.iter().cloned());
    known.directories.extend(seen.directories.clone());
    known.sitemap_addresses = seen.sitemap_addresses;
}

fn answer(known: &mut Seen, seen: &Seen, question: &New) {
    let name = question.name.clone();
    match question.kind {
        What::Title => drop(known.titles.insert(name, question.now.clone())),
        What::Outbound => drop(known.outbound.insert(name)),
        What::Script => drop(known.scripts.insert(name)),
        What::Token => drop(known.tokens.insert(name)),
        What::Directory => {
            let count = seen.directories.get(&name).copied().unwrap_or(0);
            known.directories.insert(name, count);
        }
        What::Sitemap => known.sitemap_addresses = seen.sitemap_addresses,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernel::Timestamp;
    use crate::kernel::id::UserId;
    use crate::monitoring::baselines::model::Accepted;

    const AT: Timestamp = Timestamp::from_micros(0);

    fn seen(hosts: &[&str]) -> Seen {
        let outbound = hosts.iter().map(|host| (*host).to_owned()).collect();
        Seen { titles: [("/".to_owned(), "Dinas".to_owned())].into(), outbound, ..Seen::default() }
    }

    fn accepted(before: Option<Seen>, now: Seen) -> Baseline {
        let by = UserId::new(AT, [0; 10]);
        Baseline { accepted: before.map(|seen| Accepted { seen, at: AT, by }), seen: now, seen_at: AT }
    }

    #[test]
    fn the_first_look_is_accepted_as_a_whole_alone() {
        let first = accepted(None, seen(&["a.example", "b.example"]));
        let all = asked(&first, &[]);
        assert_eq!(all.questions.len(), 3);
        let one = accept(&first, &[], &all.questions[0].digest).unwrap_err();
        assert_eq!(one.code(), Code::DigestMismatch);
        assert_eq!(accept(&first, &[], &all.digest).unwrap().0, first.seen);
    }

    #[test]
    fn one_answer_leaves_the_other_question_open_and_what_is_gone_stays_accepted() {
        let later = accepted(Some(seen(&["a.example"])), seen(&["b.example", "c.example"]));
        let all = asked(&later, &[]);
        assert_eq!(all.questions.len(), 2);
        let (known, answered) = accept(&later, &[], &all.questions[0].digest).unwrap();
        assert_eq!((known.clone(), answered.len()), (seen(&["a.example", "b.example"]), 1));
        let rest = asked(&accepted(Some(known), later.seen.clone()), &[]);
        assert_eq!(rest.questions, [all.questions[1].clone()]);
        let (known, _) = accept(&later, &[], &all.digest).unwrap();
        assert_eq!(known, seen(&["a.example", "b.example", "c.example"]));
    }

    #[test]
    fn what_changed_after_it_was_shown_is_not_accepted() {
        let before = accepted(Some(seen(&[])), seen(&["b.example"]));
        let digest = asked(&before, &[]).digest;
        let after = accepted(Some(seen(&[])), seen(&["b.example", "slot.example"]));
        assert_eq!(accept(&after, &[], &digest).unwrap_err().code(), Code::DigestMismatch);
        let quiet = accepted(Some(seen(&[])), seen(&["b.example"]));
        let nothing = asked(&quiet, &["b.example".to_owned()]);
        assert_eq!(nothing.questions, []);
        let refused = accept(&quiet, &["b.example".to_owned()], &nothing.digest).unwrap_err();
        assert_eq!(refused.code(), Code::NothingChanged);
    }
}
