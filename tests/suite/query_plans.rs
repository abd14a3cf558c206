//! How the engines answer queries: by an index, without reading rows that they do not return.

use std::sync::{Arc, Mutex};

use diesel::connection::{Instrumentation, InstrumentationEvent, SimpleConnection};
use diesel::prelude::*;
use diesel::sql_types::Text;
use lamin::db::Conn;
use lamin::delivery::store;
use lamin::kernel::id::EntryId;
use lamin::kernel::page::{Cursor, Limit};
use lamin::kernel::{Digest, Result};

use crate::live_rows::{Live, Portal};
use crate::on_both;
use crate::support::TestApp;

on_both!(
    delivery_reads_no_row_that_it_does_not_return,
    what_waits_for_confirmation_is_read_from_an_index_of_its_own,
    stems_that_wait_are_looked_for_without_reading_the_others,
    a_query_without_an_index_is_noticed,
);

/// The statements that some work sends, in their order, parameters left open.
fn statements(connection: &mut Conn, work: impl FnOnce(&mut Conn) -> Result<()>) -> Result<Vec<String>> {
    let seen = Arc::new(Mutex::new(Vec::new()));
    let notes = seen.clone();
    let note = move |event: InstrumentationEvent<'_>| {
        if let InstrumentationEvent::StartQuery { query, .. } = event {
            let text = query.to_string();
            notes.lock().unwrap().push(text.split(" -- binds:").next().unwrap_or_default().to_owned());
        }
    };
    set_instrumentation(connection, note);
    let outcome = work(connection);
    set_instrumentation(connection, |_: InstrumentationEvent<'_>| {});
    outcome?;
    Ok(std::mem::take(&mut *seen.lock().unwrap()))
}

fn set_instrumentation(connection: &mut Conn, instrumentation: impl Instrumentation) {
    match connection {
        Conn::Sqlite(sqlite) => sqlite.set_instrumentation(instrumentation),
        Conn::Postgres(postgres) => postgres.set_instrumentation(instrumentation),
    }
}

#[derive(QueryableByName)]
struct SqliteStep {
    #[diesel(sql_type = Text)]
    detail: String,
}

#[derive(QueryableByName)]
struct PostgresLine {
    #[diesel(sql_type = Text, column_name = "QUERY PLAN")]
    line: String,
}

/// How the engine would answer a statement, one step a line.
fn plan(connection: &mut Conn, statement: &str) -> Vec<String> {
    match connection {
        Conn::Sqlite(sqlite) => {
            let steps = diesel::sql_query(format!("EXPLAIN QUERY PLAN {statement}")).load::<SqliteStep>(sqlite);
            steps.unwrap().into_iter().map(|step| step.detail).collect()
        }
        Conn::Postgres(postgres) => {
            let parameters = (1..).take_while(|number| statement.contains(&format!("${number}"))).map(|_| "NULL");
            let parameters: Vec<_> = parameters.collect();
            let arguments = if parameters.is_empty() { String::new() } else { format!("({})", parameters.join(",")) };
            // The tables of a test are so small that reading all of one would seem cheapest.
            let forced = "SET LOCAL enable_seqscan = off; SET LOCAL plan_cache_mode = force_generic_plan;";
            postgres.batch_execute(&format!("{forced} PREPARE planned AS {statement}")).unwrap();
            let lines = diesel::sql_query(format!("EXPLAIN EXECUTE planned{arguments}")).load::<PostgresLine>(postgres);
            let lines = lines.unwrap().into_iter().map(|line| line.line).collect();
            postgres.batch_execute("DEALLOCATE planned").unwrap();
            lines
        }
    }
}

/// What in a plan reads more than it returns: a whole table, rows that a filter then drops, or all
/// rows for the sake of an order.
fn wasteful(steps: &[String]) -> Option<&String> {
    steps.iter().find(|step| {
        let sqlite = step.starts_with("SCAN") || step.contains("TEMP B-TREE");
        let postgres = step.contains("Seq Scan") || step.contains("Filter:") || step.contains("Sort");
        sqlite || postgres
    })
}

/// Fails when one of the statements that `work` sends reads rows that it does not return.
pub async fn assert_thrifty(app: &TestApp, work: impl FnOnce(&mut Conn) -> Result<()> + Send + 'static) {
    let outcome = app
        .db
        .read(move |connection| {
            let statements = statements(connection, work)?;
            assert!(!statements.is_empty(), "nothing was asked");
            let plans = statements.into_iter().map(|statement| {
                let steps = plan(connection, &statement);
                (statement, steps)
            });
            Ok(plans.collect::<Vec<_>>())
        })
        .await;
    for (statement, steps) in outcome.unwrap() {
        assert!(wasteful(&steps).is_none(), "{statement}\n{}", steps.join("\n"));
    }
}

async fn delivery_reads_no_row_that_it_does_not_return(app: TestApp) {
    let portal = Portal::open(&app, "portal").await;
    portal.show(&app, &[Live::new("berita", "satu"), Live::new("berita", "dua")]).await;
    for number in 0..200 {
        portal.store_asset(&app, &Live::asset(&app, &format!("{number}.jpg"), "image/jpeg", None)).await;
    }
    app.db.write(|tx| Ok(tx.batch_execute("ANALYZE assets")?)).await.unwrap();
    let site = portal.site;
    let (some, digests) = ([app.id(EntryId::new), app.id(EntryId::new)], [Digest::of("a"), Digest::of("b")]);
    assert_thrifty(&app, move |c| store::live_behind(c, site, 0).map(|_| ())).await;
    assert_thrifty(&app, move |c| store::changes_behind(c, site, 0, 10).map(|_| ())).await;
    assert_thrifty(&app, move |c| store::live(c, &some).map(|_| ())).await;
    assert_thrifty(&app, move |c| store::settings(c, site).map(|_| ())).await;
    assert_thrifty(&app, move |c| lamin::media::store::find_all(c, site, &digests).map(|_| ())).await;
    assert_thrifty(&app, move |c| store::bodies(c, &[(some[0], 1), (some[1], 2)]).map(|_| ())).await;
    assert_thrifty(&app, move |c| store::moved(c, site, ("berita", "id", "lama")).map(|_| ())).await;
}

async fn what_waits_for_confirmation_is_read_from_an_index_of_its_own(app: TestApp) {
    use lamin::import::store::unconfirmed;
    let site = app.site("portal").id;
    let cursor = Cursor { key: "berita/id/satu".into(), id: "x".into() };
    assert_thrifty(&app, move |c| unconfirmed(c, site, Limit::new(None)?, None).map(|_| ())).await;
    assert_thrifty(&app, move |c| unconfirmed(c, site, Limit::new(None)?, Some(&cursor)).map(|_| ())).await;
}

async fn stems_that_wait_are_looked_for_without_reading_the_others(app: TestApp) {
    use lamin::content::findable::store::is_any_stale;
    let portal = Portal::open(&app, "portal").await;
    portal.show(&app, &[Live::new("berita", "satu")]).await;
    assert_thrifty(&app, move |c| is_any_stale(c).map(|waits| assert!(!waits))).await;
}

/// So that a plan whose words have changed does not pass for a good one.
async fn a_query_without_an_index_is_noticed(app: TestApp) {
    use lamin::db::schema::live_entries;
    let plans = app.db.read(|connection| {
        let unindexed = statements(connection, |c| {
            live_entries::table.filter(live_entries::card.eq("x")).select(live_entries::slug).load::<String>(c)?;
            live_entries::table.order(live_entries::updated_at).select(live_entries::slug).load::<String>(c)?;
            Ok(())
        })?;
        Ok(unindexed.iter().map(|statement| plan(connection, statement)).collect::<Vec<_>>())
    });
    let plans = plans.await.unwrap();
    assert_eq!(plans.len(), 2);
    assert!(plans.iter().all(|steps| wasteful(steps).is_some()), "{plans:?}");
}
