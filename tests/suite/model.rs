//! Random work by everybody on several entries: whatever happens, nothing is live that somebody else than its
//! authors has not approved, and no write that was accepted is missing afterwards.

use std::collections::BTreeSet;

use lamin::content::model::{EntryRow, Patch, Revision};
use lamin::content::{live, store as contents};
use lamin::db::Engine;
use lamin::editorial;
use lamin::editorial::model::{Changed, Move, NewEntry, Times};
use lamin::editorial::{service, store};
use lamin::identity::{Actor, Role};
use lamin::kernel::id::{EntryId, UserId};
use lamin::kernel::time::MINUTE;
use lamin::kernel::{Digest, Error};
use proptest::prelude::*;
use proptest::test_runner::{Config, TestCaseError, TestRunner};
use serde_json::json;

use crate::support::{TestApp, in_torture};

/// In `make test`; `make torture` runs twenty times as many, optimised.
const RUNS_SQLITE: u32 = 1_000;
const RUNS_POSTGRES: u32 = 80;
const TIMES_IN_TORTURE: u32 = 20;
const ENTRIES: usize = 2;

/// Many hats on few heads, so that own work is met often.
const PEOPLE: &[(&str, &[Role])] = &[
    ("ani", &[Role::Author, Role::Editor, Role::Approver, Role::Publisher]),
    ("budi", &[Role::Editor, Role::Approver]),
    ("citra", &[Role::Author]),
    ("dewi", &[Role::Approver, Role::Publisher]),
    ("eko", &[Role::Author, Role::Editor, Role::Publisher]),
    ("fitri", &[Role::Head, Role::Auditor, Role::Admin]),
];

const COMMANDS: &[&str] = &[
    "submit",
    "claim",
    "return",
    "forward",
    "approve",
    "reject",
    "decline",
    "publish",
    "unschedule",
    "revise",
    "withdraw",
    "edit",
    "fly",
];

#[derive(Debug, Clone)]
enum Act {
    /// What the straight way asks for in the present step.
    Next,
    Command(usize, Seen),
    Edit(u8),
    Schedule(i64, Option<i64>),
    Trash,
    Restore,
    RestoreRevision(usize),
    /// Minutes pass, and the worker looks.
    Pass(i64),
}

#[derive(Debug, Clone, Copy)]
enum Seen {
    Current,
    Old,
    Nothing,
}

#[derive(Debug, Clone)]
struct Op {
    entry: usize,
    who: usize,
    act: Act,
    /// Whether the caller has looked at the newest version.
    stale: bool,
}

fn op() -> impl Strategy<Value = Op> {
    let act = prop_oneof![
        12 => Just(Act::Next),
        3 => (0..COMMANDS.len(), prop_oneof![4 => Just(Seen::Current), 1 => Just(Seen::Old), 1 => Just(Seen::Nothing)])
            .prop_map(|(command, seen)| Act::Command(command, seen)),
        3 => any::<u8>().prop_map(Act::Edit),
        1 => (1i64..30, proptest::option::of(31i64..60)).prop_map(|(from, to)| Act::Schedule(from, to)),
        1 => Just(Act::Trash),
        1 => Just(Act::Restore),
        1 => (0usize..6).prop_map(Act::RestoreRevision),
        1 => (1i64..60).prop_map(Act::Pass),
    ];
    let stale = prop_oneof![15 => Just(false), 1 => Just(true)];
    (0..ENTRIES, 0..PEOPLE.len(), act, stale).prop_map(|(entry, who, act, stale)| Op { entry, who, act, stale })
}

/// What the model believes of an entry.
struct Belief {
    row: EntryRow,
    /// Who wrote since the last approval that led to something live.
    writers: BTreeSet<UserId>,
    /// The same, at the time of each revision; and its digest.
    revisions: Vec<(Digest, BTreeSet<UserId>)>,
    /// Who gave the approval that counts now.
    approver: Option<UserId>,
    approvals: usize,
    /// The closure that citizens should see.
    live: Option<Digest>,
}

struct House {
    app: TestApp,
    people: Vec<Actor>,
}

impl House {
    fn open(engine: Engine) -> Self {
        let app = TestApp::new(engine);
        lamin::procedure::service::load(&app).unwrap();
        let site = app.site("portal").id;
        let user = |(name, roles): &(&str, &[Role])| {
            let grants: Vec<_> = roles.iter().map(|role| (*role, Some(site))).collect();
            app.user(name, &grants)
        };
        let people = PEOPLE.iter().map(user).collect();
        House { app, people }
    }

    async fn written(&self) -> Belief {
        let author = &self.people[2];
        let new = NewEntry {
            type_key: "berita".into(),
            locale: None,
            slug: None,
            category: None,
            tags: vec![],
            fields: json!({"title": format!("Berita {}", self.app.id(EntryId::new))}).as_object().unwrap().clone(),
            translation_of: None,
        };
        let row = service::create(&self.app, author, "portal".into(), new).await.unwrap().row;
        let writers = BTreeSet::from([author.user().unwrap()]);
        let revisions = vec![(row.digest, writers.clone())];
        Belief { row, writers, revisions, approver: None, approvals: 0, live: None }
    }

    /// One of those who hold the role, chosen by the random number.
    fn holder(&self, role: Role, who: usize) -> &Actor {
        let holders: Vec<usize> = (0..PEOPLE.len()).filter(|at| PEOPLE[*at].1.contains(&role)).collect();
        &self.people[holders[who % holders.len()]]
    }

    async fn run(&self, ops: &[Op]) -> Result<(), TestCaseError> {
        let mut beliefs = Vec::new();
        for op in ops {
            while beliefs.len() <= op.entry {
                beliefs.push(self.written().await);
            }
            self.act(op, &mut beliefs).await?;
            for belief in &mut beliefs {
                belief.writers_cannot_have_approved()?;
            }
        }
        for belief in &beliefs {
            self.compare(belief)?;
        }
        Ok(())
    }

    async fn act(&self, op: &Op, beliefs: &mut [Belief]) -> Result<(), TestCaseError> {
        if let Act::Pass(minutes) = op.act {
            return self.pass(minutes, beliefs);
        }
        let belief = &mut beliefs[op.entry];
        let (id, who) = (belief.row.id, &self.people[op.who]);
        let seen = if op.stale { belief.row.version - 1 } else { belief.row.version };
        let before = belief.row.clone();
        let (actor, outcome) = match &op.act {
            Act::Next => match next(&before.step) {
                Some((command, role)) => {
                    let actor = self.holder(role, op.who);
                    (actor, self.command(actor, belief, command, (Some(belief.row.closure), seen)).await)
                }
                None => return Ok(()),
            },
            Act::Command(at, digest) => {
                let digest = match digest {
                    Seen::Current => Some(belief.row.closure),
                    Seen::Old => Some(Digest::of("another")),
                    Seen::Nothing => None,
                };
                (who, self.command(who, belief, COMMANDS[*at], (digest, seen)).await)
            }
            Act::Schedule(from, to) => {
                let actor = self.holder(Role::Publisher, op.who);
                let at = |minutes: i64| self.app.now().plus(minutes * MINUTE);
                let times = Times { publish_at: Some(at(*from)), unpublish_at: to.map(at) };
                let digest = Some(belief.row.closure);
                let asked = Move { command: "publish".into(), comment: String::new(), digest, times, withdrawal: None };
                (actor, service::transition(&self.app, actor, id, seen, asked).await)
            }
            Act::Edit(words) => {
                let fields = json!({ "summary": format!("Ringkasan {words}") }).as_object().unwrap().clone();
                let patch = Patch { fields, ..Patch::default() };
                (who, service::edit(&self.app, who, id, seen, patch).await)
            }
            Act::Trash => (who, service::trash(&self.app, who, id, seen).await),
            Act::Restore => (who, service::restore(&self.app, who, id, seen).await),
            Act::RestoreRevision(at) => {
                let digest = belief.revisions[at % belief.revisions.len()].0;
                (who, service::restore_revision(&self.app, who, id, seen, digest).await)
            }
            Act::Pass(_) => unreachable!("handled above"),
        };
        match outcome {
            Ok(changed) => {
                prop_assert!(!op.stale, "a stale write was accepted: {:?}", op.act);
                belief.believe(actor, &before, changed)
            }
            Err(Error::Refused(_)) => Ok(()),
            Err(broken) => Err(TestCaseError::fail(format!("{:?} broke: {broken}", op.act))),
        }
    }

    async fn command(
        &self,
        who: &Actor,
        belief: &Belief,
        command: &str,
        (digest, seen): (Option<Digest>, i32),
    ) -> Result<Changed, Error> {
        let asked = Move {
            command: command.into(),
            comment: "karena".into(),
            digest,
            times: Times::default(),
            withdrawal: None,
        };
        service::transition(&self.app, who, belief.row.id, seen, asked).await
    }

    /// The worker does what was ordered, and nothing else.
    fn pass(&self, minutes: i64, beliefs: &mut [Belief]) -> Result<(), TestCaseError> {
        self.app.clock.advance(minutes * MINUTE);
        let now = self.app.now();
        editorial::run_due(&self.app).unwrap();
        for belief in beliefs {
            let row = self.app.db.read_blocking(|c| contents::require(c, belief.row.id)).unwrap();
            if row.version == belief.row.version {
                continue;
            }
            let was_due = |at: Option<lamin::kernel::Timestamp>| at.is_some_and(|at| at <= now);
            prop_assert!(was_due(belief.row.publish_at) || was_due(belief.row.unpublish_at));
            if was_due(belief.row.publish_at) {
                prop_assert!(belief.approver.is_some(), "it appeared without an approval");
                belief.live = Some(belief.row.closure);
            }
            if row.step == "withdrawn" || was_due(belief.row.unpublish_at) {
                belief.live = self.live(belief.row.id);
                prop_assert!(belief.live.is_none() || row.unpublish_at.is_none_or(|at| at > now));
            }
            belief.row = row;
        }
        Ok(())
    }

    fn live(&self, id: EntryId) -> Option<Digest> {
        self.app.db.read_blocking(|c| live::find(c, id)).unwrap().map(|live| live.closure)
    }

    /// Whether the database holds what was accepted.
    fn compare(&self, belief: &Belief) -> Result<(), TestCaseError> {
        let id = belief.row.id;
        let (row, revisions, approvals, shown) = self
            .app
            .db
            .read_blocking(|c| {
                Ok((contents::require(c, id)?, store::revisions(c, id)?, store::approvals(c, id)?, live::find(c, id)?))
            })
            .unwrap();
        prop_assert_eq!(&row, &belief.row);
        let stored: Vec<Digest> = revisions.iter().map(|revision| revision.digest).collect();
        let believed: Vec<Digest> = belief.revisions.iter().map(|revision| revision.0).collect();
        prop_assert_eq!(stored, believed);
        prop_assert_eq!(approvals.len(), belief.approvals);
        prop_assert_eq!(shown.as_ref().map(|shown| shown.closure), belief.live);
        if let Some(shown) = shown {
            let shown_then =
                |revision: &&Revision| revision.digest == shown.digest && revision.number <= shown.revision;
            let same = revisions.iter().filter(shown_then);
            let authors: Vec<UserId> = same.filter_map(|revision| revision.author).collect();
            let by_somebody_else = approvals.iter().any(|approval| {
                approval.closure == shown.closure
                    && approval.voided_at.is_none()
                    && !authors.contains(&approval.approver)
                    && shown.approver_id == Some(approval.approver)
            });
            prop_assert!(by_somebody_else, "live without an approval by somebody else: {:?} {:?}", shown, approvals);
        }
        Ok(())
    }
}

/// The command of the straight way, and whose it is.
fn next(step: &str) -> Option<(&'static str, Role)> {
    Some(match step {
        "draft" => ("submit", Role::Author),
        "handed_over" => ("claim", Role::Editor),
        "editing" => ("forward", Role::Editor),
        "filtering" => ("approve", Role::Approver),
        "approved" => ("publish", Role::Publisher),
        "published" | "withdrawn" => ("revise", Role::Editor),
        _ => return None,
    })
}

impl Belief {
    fn believe(&mut self, actor: &Actor, before: &EntryRow, changed: Changed) -> Result<(), TestCaseError> {
        let row = changed.row;
        prop_assert!(row.version > before.version, "every accepted write has a version of its own");
        let user = actor.user().unwrap();
        if row.revision > before.revision {
            let same = self.revisions.iter().filter(|(digest, _)| *digest == row.digest);
            let theirs: Vec<UserId> = same.flat_map(|(_, writers)| writers.iter().copied()).collect();
            self.writers.extend(theirs);
            self.writers.insert(user);
            self.revisions.push((row.digest, self.writers.clone()));
        }
        let newly_approved = row.approved_closure.is_some() && before.approved_closure.is_none();
        if newly_approved {
            prop_assert_eq!(before.step.as_str(), "filtering");
            prop_assert!(!self.writers.contains(&user), "approved by somebody who wrote a part of it");
            self.approver = Some(user);
            self.approvals += 1;
        }
        if row.approved_closure.is_none() {
            self.approver = None;
        }
        if changed.job.is_some() {
            if row.step == "published" && before.step == "approved" {
                prop_assert_eq!(before.approved_closure, Some(row.closure), "what goes live is what was approved");
                self.live = Some(row.closure);
                self.approver = self.approver.filter(|_| row.approved_closure.is_some());
            } else {
                self.live = None;
            }
        }
        let begins_anew = ["published", "withdrawn"].contains(&before.step.as_str()) && row.step == "draft";
        if begins_anew && row.revision == before.revision {
            self.writers.clear();
        }
        self.row = row;
        Ok(())
    }

    fn writers_cannot_have_approved(&self) -> Result<(), TestCaseError> {
        if let Some(approver) = self.approver
            && self.row.step == "approved"
        {
            prop_assert!(!self.writers.contains(&approver));
        }
        Ok(())
    }
}

fn runs(engine: Engine, count: u32) {
    let count = if in_torture() { count * TIMES_IN_TORTURE } else { count };
    let house = House::open(engine);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let config = Config { cases: count, failure_persistence: None, max_shrink_iters: 400, ..Config::default() };
    let outcome =
        TestRunner::new(config).run(&proptest::collection::vec(op(), 7..12), |ops| runtime.block_on(house.run(&ops)));
    if let Err(failed) = outcome {
        panic!("{failed}");
    }
    let verdict = house.app.db.read_blocking(|c| lamin::ledger::verify(c, None, |_| true)).unwrap();
    assert!(verdict.intact, "{:?}", verdict.findings);
    let live: i64 = house
        .app
        .db
        .read_blocking(|c| {
            use diesel::prelude::*;
            Ok(lamin::db::schema::live_entries::table.count().get_result(c)?)
        })
        .unwrap();
    assert!(live > i64::from(count) / 50, "the runs reach what they are about: {live} live");
}

// Two halves, so that two cores share the work.
#[test]
fn nothing_is_live_that_somebody_else_has_not_approved_and_nothing_accepted_is_lost_on_sqlite() {
    runs(Engine::Sqlite, RUNS_SQLITE / 2);
}

#[test]
fn nothing_is_live_that_somebody_else_has_not_approved_and_nothing_accepted_is_lost_on_sqlite_either() {
    runs(Engine::Sqlite, RUNS_SQLITE / 2);
}

#[test]
fn nothing_is_live_that_somebody_else_has_not_approved_and_nothing_accepted_is_lost_on_postgres() {
    runs(Engine::Postgres, RUNS_POSTGRES);
}
