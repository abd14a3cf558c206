//! The OpenAPI document, and a reference to read that needs no internet.

use std::sync::{Arc, OnceLock};

use actix_web::{HttpResponse, web};
use serde_json::Value;
use utoipa::OpenApi as _;
use utoipa_actix_web::AppExt;

/// The document of all routes, made once per process.
pub fn openapi() -> utoipa::openapi::OpenApi {
    #[derive(utoipa::OpenApi)]
    #[openapi(
        info(
            title = "Lamin",
            description = "The management API (/api/v1) and the public delivery API (/delivery/v1). \
                Errors are problems (RFC 9457) with a stable `code`.",
            license(name = "Apache-2.0", identifier = "Apache-2.0")
        ),
        modifiers(&Bearer),
        // Those that only a shape which holds itself, or a parameter, names.
        components(schemas(crate::content::FieldKind, crate::deploy::web::WebServer))
    )]
    struct Base;
    let (_, mut document) =
        actix_web::App::new().into_utoipa_app().openapi(Base::openapi()).configure(super::routes).split_for_parts();
    for (path, item) in &mut document.paths.paths {
        let operations = [
            ("get", &mut item.get),
            ("post", &mut item.post),
            ("put", &mut item.put),
            ("patch", &mut item.patch),
            ("delete", &mut item.delete),
            ("head", &mut item.head),
        ];
        for (method, operation) in operations {
            if let Some(operation) = operation {
                operation.operation_id = Some(operation_id(method, path));
            }
        }
    }
    document
}

/// `get_sites_site_entries`: many handlers have one name, and a document names each operation by its own.
fn operation_id(method: &str, path: &str) -> String {
    let parts = path.split('/').filter(|part| !matches!(*part, "" | "api" | "v1"));
    let words = parts.map(|part| part.trim_matches(['{', '}']).replace('-', "_"));
    std::iter::once(method.to_owned()).chain(words).collect::<Vec<_>>().join("_")
}

struct Bearer;

impl utoipa::Modify for Bearer {
    fn modify(&self, document: &mut utoipa::openapi::OpenApi) {
        use utoipa::openapi::security::{HttpAuthScheme, HttpBuilder, SecurityRequirement, SecurityScheme};
        let scheme = HttpBuilder::new().scheme(HttpAuthScheme::Bearer).bearer_format("JWT").build();
        let components = document.components.get_or_insert_default();
        components.add_security_scheme("bearer", SecurityScheme::Http(scheme));
        document.security = Some(vec![SecurityRequirement::new("bearer", Vec::<String>::new())]);
    }
}

/// Both forms, ready to be sent.
pub struct Documents {
    json: String,
    html: String,
    /// Method and path pattern of every route: `("GET", "/api/v1/entries/{id}")`.
    pub routes: Vec<(String, String)>,
}

impl Documents {
    /// Made at the first call; every server of the process shares them.
    pub fn shared() -> Arc<Documents> {
        static SHARED: OnceLock<Arc<Documents>> = OnceLock::new();
        SHARED.get_or_init(|| Arc::new(Documents::new())).clone()
    }

    fn new() -> Self {
        let document = serde_json::to_value(openapi()).unwrap_or_default();
        let routes = operations(&document).map(|(path, method, _)| (method.to_uppercase(), path.to_owned())).collect();
        Documents { json: document.to_string(), html: html(&document), routes }
    }
}

pub async fn json(documents: web::Data<Documents>) -> HttpResponse {
    HttpResponse::Ok().content_type("application/json").body(documents.json.clone())
}

pub async fn reference(documents: web::Data<Documents>) -> HttpResponse {
    HttpResponse::Ok().content_type("text/html; charset=utf-8").body(documents.html.clone())
}

fn operations(document: &Value) -> impl Iterator<Item = (&str, &str, &Value)> {
    let paths = document["paths"].as_object();
    paths.into_iter().flatten().flat_map(|(path, item)| {
        let methods = ["get", "post", "put", "patch", "delete"];
        methods
            .into_iter()
            .filter_map(move |method| item.get(method).map(|operation| (path.as_str(), method, operation)))
    })
}

const STYLE: &str = "body{font:16px/1.5 system-ui,sans-serif;max-width:60rem;margin:0 auto;padding:1rem}\
    code,pre{font-family:ui-monospace,monospace;font-size:.9em}pre{overflow:auto;background:#8881;padding:.5rem}\
    summary{cursor:pointer;padding:.25rem 0}summary b{display:inline-block;min-width:4.5rem}\
    :root{color-scheme:light dark}";

/// One page without script: every operation with its parameters, body and answers.
fn html(document: &Value) -> String {
    let mut page = format!(
        "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" \
         content=\"width=device-width\"><title>Lamin API</title><style>{STYLE}</style></head><body><main>\
         <h1>Lamin API</h1><p>The machine-readable document is <a href=\"/openapi.json\">openapi.json</a>.</p>"
    );
    let mut tag = "";
    let mut sorted: Vec<_> = operations(document).collect();
    sorted.sort_by_key(|(path, method, operation)| (operation["tags"][0].as_str().unwrap_or_default(), *path, *method));
    for (path, method, operation) in sorted {
        let own = operation["tags"][0].as_str().unwrap_or_default();
        if own != tag {
            tag = own;
            page.push_str(&format!("<h2>{}</h2>", escape(tag)));
        }
        page.push_str(&operation_html(path, method, operation));
    }
    page.push_str("<h2>Shapes</h2>");
    for (name, schema) in document["components"]["schemas"].as_object().into_iter().flatten() {
        let text = serde_json::to_string_pretty(schema).unwrap_or_default();
        let name = escape(name);
        page.push_str(&format!(
            "<details id=\"{name}\"><summary><code>{name}</code></summary><pre>{}</pre></details>",
            escape(&text)
        ));
    }
    page.push_str("</main></body></html>");
    page
}

fn operation_html(path: &str, method: &str, operation: &Value) -> String {
    let about = operation["summary"].as_str().or(operation["description"].as_str()).unwrap_or_default();
    let mut inner = format!("<p>{}</p>", escape(about));
    for part in ["parameters", "requestBody", "responses"] {
        if !operation[part].is_null() {
            let text = serde_json::to_string_pretty(&operation[part]).unwrap_or_default();
            inner.push_str(&format!("<h4>{part}</h4><pre>{}</pre>", escape(&text)));
        }
    }
    format!(
        "<details><summary><b>{}</b> <code>{}</code> {}</summary>{inner}</details>",
        method.to_uppercase(),
        escape(path),
        escape(about)
    )
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}
