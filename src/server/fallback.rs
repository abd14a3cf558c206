//! What answers when no route does: a problem for the APIs, the published site for all else.

use actix_web::{HttpRequest, HttpResponse, web};

use super::docs::Documents;
use crate::http::Answer;
use crate::kernel::{Code, Refusal};

/// Paths that belong to programs; everything else is the published site's.
const RESERVED: &[&str] = &["/api/", "/delivery/", "/admin/", "/preview/"];

pub fn is_reserved(path: &str) -> bool {
    RESERVED.iter().any(|prefix| path.starts_with(prefix) || path == prefix.trim_end_matches('/'))
}

/// 405 where the address exists with another method, else 404.
pub fn refuse(request: &HttpRequest, documents: &web::Data<Documents>) -> Answer {
    let matching = documents.routes.iter().filter(|(_, pattern)| matches(pattern, request.path()));
    let allowed: Vec<&str> = matching.map(|(method, _)| method.as_str()).collect();
    if allowed.is_empty() || allowed.contains(&request.method().as_str()) {
        return Err(Refusal::new(Code::NotFound).into());
    }
    let refusal = Refusal::new(Code::MethodNotAllowed).detail(format!("this address takes {}", allowed.join(", ")));
    let mut answer = actix_web::ResponseError::error_response(&crate::http::Problem::from(refusal));
    if let Ok(value) = allowed.join(", ").parse() {
        answer.headers_mut().insert(actix_web::http::header::ALLOW, value);
    }
    Ok::<HttpResponse, _>(answer)
}

fn matches(pattern: &str, path: &str) -> bool {
    let (mut pattern, mut path) = (pattern.split('/'), path.split('/'));
    loop {
        match (pattern.next(), path.next()) {
            (None, None) => return true,
            (Some(wanted), Some(part)) if wanted == part || (wanted.starts_with('{') && !part.is_empty()) => {}
            _ => return false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pattern_matches_the_addresses_it_stands_for() {
        assert!(matches("/api/v1/entries/{id}", "/api/v1/entries/7"));
        assert!(!matches("/api/v1/entries/{id}", "/api/v1/entries/"));
        assert!(!matches("/api/v1/entries/{id}", "/api/v1/entries/7/history"));
        assert!(is_reserved("/api/v1/x") && is_reserved("/api") && !is_reserved("/apikasi/"));
    }
}
