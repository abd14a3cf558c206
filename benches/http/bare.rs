//! A bare actix-web handler for `benches/http/run`: answers `/<name>` with the bytes of the file
//! `<folder>/<name>`, read once, and nothing else.
//!
//! `bare <folder> <port> <threads>`

use std::collections::HashMap;
use std::sync::Arc;

use actix_web::{App, HttpRequest, HttpResponse, HttpServer, web};

type Files = HashMap<String, web::Bytes>;

async fn answer(request: HttpRequest, files: web::Data<Arc<Files>>) -> HttpResponse {
    match files.get(request.path()) {
        Some(bytes) => HttpResponse::Ok().content_type("application/json").body(bytes.clone()),
        None => HttpResponse::NotFound().finish(),
    }
}

#[actix_web::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let usage = "bare <folder> <port> <threads>";
    let mut arguments = std::env::args().skip(1);
    let folder = arguments.next().ok_or(usage)?;
    let port: u16 = arguments.next().ok_or(usage)?.parse()?;
    let threads: usize = arguments.next().ok_or(usage)?.parse()?;
    let mut files = Files::new();
    for entry in std::fs::read_dir(folder)? {
        let entry = entry?;
        #[expect(clippy::disallowed_methods, reason = "no part of the product")]
        let bytes = std::fs::read(entry.path())?;
        files.insert(format!("/{}", entry.file_name().to_string_lossy()), bytes.into());
    }
    let files = Arc::new(files);
    let server = move || App::new().app_data(web::Data::new(files.clone())).default_service(web::to(answer));
    Ok(HttpServer::new(server).workers(threads).bind(("127.0.0.1", port))?.run().await?)
}
