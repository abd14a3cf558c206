//! The two databases, the ledger and the queue.

use diesel::prelude::*;
use lamin::db::Engine;
use lamin::db::schema::{jobs, ledger};
use lamin::identity::Role;
use lamin::jobs as queue;
use lamin::jobs::{Handlers, JobState, NewJob};
use lamin::kernel::id::JobId;
use lamin::kernel::time::{MINUTE, SECOND};
use lamin::kernel::{Error, Refusal};
use lamin::ledger::{Event, record, verify};
use serde_json::{Value, json};

use crate::on_both;
use crate::support::{Call, TestApp};

on_both!(
    a_refused_write_changes_nothing,
    many_who_write_at_once_lose_nothing,
    the_ledger_finds_an_edit_in_the_database,
    the_ledger_finds_a_truncation_by_yesterdays_head,
    a_job_runs_once_and_a_failing_one_again_later,
    a_job_from_before_the_clock_was_set_back_runs_at_once,
    jobs_with_one_key_wait_as_one,
    jobs_that_ended_are_forgotten_and_those_that_wait_are_not,
    long_answers_of_the_api_are_packed_for_whoever_takes_it,
    a_slow_job_of_a_kind_that_may_be_done_side_by_side_holds_up_no_other,
);

async fn a_refused_write_changes_nothing(app: TestApp) {
    let at = app.now();
    let outcome: Result<(), Error> = app
        .db
        .write(move |tx| {
            record(tx, &Event::new("system:test", "test.write", "test:1"), at)?;
            Err(Refusal::new(lamin::kernel::Code::Forbidden).into())
        })
        .await;
    assert!(outcome.is_err());
    let rows: i64 = app.db.read(|c| Ok(ledger::table.count().get_result(c)?)).await.unwrap();
    assert_eq!(rows, 0);
}

async fn write_events(app: &TestApp, count: usize) {
    let at = app.now();
    app.db
        .write(move |tx| {
            for number in 0..count {
                record(tx, &Event::new("system:test", "test.write", format!("test:{number}")), at)?;
            }
            Ok(())
        })
        .await
        .unwrap();
}

/// All of them meet in the chain of the ledger: on PostgreSQL each can only go on when no other came between.
async fn many_who_write_at_once_lose_nothing(app: TestApp) {
    let (writers, each) = (16, 10);
    let one = |number: usize| {
        let (db, at) = (app.db.clone(), app.now());
        std::thread::spawn(move || {
            for _ in 0..each {
                let event = Event::new("system:test", "test.write", format!("test:{number}"));
                db.write_blocking(|tx| record(tx, &event, at).map(|_| ())).unwrap();
            }
        })
    };
    let all: Vec<_> = (0..writers).map(one).collect();
    for thread in all {
        thread.join().unwrap();
    }
    let rows: i64 = app.db.read(|c| Ok(ledger::table.count().get_result(c)?)).await.unwrap();
    assert_eq!(rows, writers as i64 * each);
    assert!(app.db.read(|c| verify(c, None, |_| true)).await.unwrap().intact);
}

async fn the_ledger_finds_an_edit_in_the_database(app: TestApp) {
    write_events(&app, 5).await;
    assert!(app.db.read(|c| verify(c, None, |_| true)).await.unwrap().intact);
    app.db
        .write(|tx| {
            diesel::update(ledger::table.find(3)).set(ledger::subject.eq("test:9")).execute(&mut **tx)?;
            Ok(())
        })
        .await
        .unwrap();
    assert!(!app.db.read(|c| verify(c, None, |_| true)).await.unwrap().intact);
}

async fn the_ledger_finds_a_truncation_by_yesterdays_head(app: TestApp) {
    use lamin::db::schema::ledger_head;
    write_events(&app, 5).await;
    let yesterday = app.db.read(lamin::ledger::head).await.unwrap();
    app.db
        .write(|tx| {
            diesel::delete(ledger::table.find(5)).execute(&mut **tx)?;
            let hash: String = ledger::table.find(4).select(ledger::hash).first(&mut **tx)?;
            diesel::update(ledger_head::table)
                .set((ledger_head::sequence.eq(4), ledger_head::hash.eq(hash)))
                .execute(&mut **tx)?;
            Ok(())
        })
        .await
        .unwrap();
    assert!(app.db.read(|c| verify(c, None, |_| true)).await.unwrap().intact, "a clever truncation hides by itself");
    assert!(!app.db.read(move |c| verify(c, Some(yesterday), |_| true)).await.unwrap().intact);
}

fn job(app: &TestApp, key: Option<&str>) -> (JobId, NewJob) {
    let new =
        NewJob { kind: "test.run", payload: json!({"n": 1}), unique_key: key.map(str::to_owned), run_at: app.now() };
    (app.id(JobId::new), new)
}

async fn a_job_runs_once_and_a_failing_one_again_later(app: TestApp) {
    let (id, new) = job(&app, None);
    let now = app.now();
    app.db.write(move |tx| queue::enqueue(tx, id, &new, now)).await.unwrap();
    let handlers = failing_first();
    assert_eq!(queue::run_due(&app, &handlers).unwrap(), 1);
    assert_eq!(queue::run_due(&app, &handlers).unwrap(), 0, "it waits before it is tried again");
    app.clock.advance(2 * SECOND);
    assert_eq!(queue::run_due(&app, &handlers).unwrap(), 1);
    let found = app.db.read(move |c| queue::find(c, id)).await.unwrap().unwrap();
    assert_eq!((found.state, found.attempts), (JobState::Done, 2));
    app.clock.advance(60 * MINUTE);
    assert_eq!(queue::run_due(&app, &handlers).unwrap(), 0);
}

fn failing_first() -> Handlers {
    Handlers::default().on("test.run", |_, job| {
        if job.attempts == 1 { Err(Error::broken("try", "not yet")) } else { Ok(json!({"done": true})) }
    })
}

async fn a_job_from_before_the_clock_was_set_back_runs_at_once(app: TestApp) {
    let (id, new) = job(&app, None);
    let now = app.now();
    app.db.write(move |tx| queue::enqueue(tx, id, &new, now)).await.unwrap();
    app.clock.advance(-120 * MINUTE);
    let handlers = failing_first();
    assert_eq!(queue::run_due(&app, &handlers).unwrap(), 1);
    assert_eq!(queue::run_due(&app, &handlers).unwrap(), 0, "it waits before it is tried again");
    app.clock.advance(2 * SECOND);
    assert_eq!(queue::run_due(&app, &handlers).unwrap(), 1);
    let found = app.db.read(move |c| queue::find(c, id)).await.unwrap().unwrap();
    assert_eq!((found.state, found.attempts), (JobState::Done, 2));
}

/// The first job ends only after the second has begun.
async fn a_slow_job_of_a_kind_that_may_be_done_side_by_side_holds_up_no_other(app: TestApp) {
    let now = app.now();
    let (first, slow) = job(&app, None);
    app.clock.advance(1);
    let (second, quick) = job(&app, None);
    for (id, new) in [(first, slow), (second, quick)] {
        app.db.write(move |tx| queue::enqueue(tx, id, &new, now)).await.unwrap();
    }
    let (begun, waits) = std::sync::mpsc::channel();
    let (begun, waits) = (std::sync::Mutex::new(begun), std::sync::Mutex::new(waits));
    let handlers = Handlers::default().beside("test.run", 2, move |_, job| {
        if job.id == second {
            begun.lock().unwrap().send(()).unwrap();
        } else {
            // As long as a machine may be busy; alone in its lane it would wait in vain.
            waits.lock().unwrap().recv_timeout(std::time::Duration::from_secs(60)).unwrap();
        }
        Ok(json!({}))
    });
    let stop = std::sync::Arc::new(std::sync::atomic::AtomicBool::new(false));
    let working = tokio::task::spawn_local(queue::work(app.app.clone(), handlers, |_| Ok(()), stop.clone()));
    loop {
        let states = app.db.read(move |c| Ok([queue::find(c, first)?, queue::find(c, second)?])).await.unwrap();
        if states.iter().flatten().all(|job| job.state == JobState::Done) {
            break;
        }
        assert!(states.iter().flatten().all(|job| job.error.is_none()), "{states:?}");
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
    stop.store(true, std::sync::atomic::Ordering::Relaxed);
    working.await.unwrap();
}

async fn jobs_that_ended_are_forgotten_and_those_that_wait_are_not(app: TestApp) {
    let (id, new) = job(&app, None);
    let (waiting, later) = job(&app, None);
    let now = app.now();
    app.db.write(move |tx| queue::enqueue(tx, id, &new, now)).await.unwrap();
    assert_eq!(queue::run_due(&app, &Handlers::default().on("test.run", |_, _| Ok(json!({})))).unwrap(), 1);
    app.db.write(move |tx| queue::enqueue(tx, waiting, &later, now)).await.unwrap();
    let forget = async |before| app.db.write(move |tx| queue::forget(tx, before)).await.unwrap();
    assert_eq!((forget(now).await, forget(now.plus(SECOND)).await), (0, 1));
    let left =
        app.db.read(move |c| Ok((queue::find(c, id)?.is_some(), queue::find(c, waiting)?.is_some()))).await.unwrap();
    assert_eq!(left, (false, true));
}

async fn long_answers_of_the_api_are_packed_for_whoever_takes_it(app: TestApp) {
    app.site("portal");
    let token = app.token(&app.user("pengelola", &[(Role::Admin, None)]));
    let types = async |takes: &str| {
        let call = Call::get("/api/v1/sites/portal/types").token(&token).header("Accept-Encoding", takes);
        call.send(&app).await.assert_ok()
    };
    let (plain, packed) = (types("gzip").await, types("gzip, br").await);
    assert_eq!((plain.header("content-encoding"), packed.header("content-encoding")), ("", "br"));
    assert_eq!(packed.header("vary"), "Accept-Encoding");
    // What is no text counts as one letter for each byte or two.
    let letters = packed.text.chars().count();
    assert!(letters * 4 < plain.text.len(), "{letters} of {}", plain.text.len());
    let short = Call::get("/api/v1/me").token(&token).header("Accept-Encoding", "br").send(&app).await.assert_ok();
    assert_eq!(short.header("content-encoding"), "");
}

async fn jobs_with_one_key_wait_as_one(app: TestApp) {
    let now = app.now();
    let (first, new) = job(&app, Some("site:1"));
    let (second, again) = job(&app, Some("site:1"));
    let first = app.db.write(move |tx| queue::enqueue(tx, first, &new, now)).await.unwrap();
    let second = app.db.write(move |tx| queue::enqueue(tx, second, &again, now)).await.unwrap();
    assert_eq!(first, second);
    let waiting: i64 = app.db.read(|c| Ok(jobs::table.count().get_result(c)?)).await.unwrap();
    assert_eq!(waiting, 1);
}

#[actix_web::test]
async fn a_jobs_progress_comes_as_events_until_it_ends() {
    let app = TestApp::new(Engine::Sqlite);
    let site = app.site("portal");
    let publisher = app.token(&app.user("penerbit", &[(Role::Publisher, Some(site.id))]));
    let stranger = app.token(&app.user("orang", &[]));
    let asked = Call::post("/api/v1/sites/portal/releases").token(&publisher).json(&json!({})).send(&app).await;
    let path = format!("/api/v1/jobs/{}/events", asked.assert_ok().json()["job"].as_str().unwrap());
    Call::get(&path).token(&stranger).send(&app).await.assert_refused(404, "not_found");
    let working = app.app.clone();
    let work = std::thread::spawn(move || lamin::jobs::run_due(&working, &lamin::boot::handlers()).unwrap());
    let answer = Call::get(&path).token(&publisher).send(&app).await.assert_ok();
    assert_eq!(work.join().unwrap(), 1);
    assert_eq!(answer.header("content-type"), "text/event-stream");
    let events: Vec<Value> = answer
        .text
        .split("\n\n")
        .filter_map(|event| event.strip_prefix("event: progress\ndata: "))
        .map(|data| serde_json::from_str(data).unwrap())
        .collect();
    assert_eq!(events.last().unwrap()["state"], json!("done"), "{events:?}");
}
