//! Settings for the web server of a target: redirects, 404, caching, compressed copies, headers. Pure.

use super::model::Way;
use super::rules::OURS;
use crate::kernel::Origin;
use crate::publish::forms::headers as page_headers;
use crate::publish::outgoing::{NEVER_CHANGES, PAGES_CHANGE};

crate::words! {
    /// Web servers that settings are written for.
    pub enum WebServer {
        Apache = "apache",
        Nginx = "nginx",
    }
}

/// Browsers that once came by https do so for a year.
const HSTS: &str = "max-age=31536000";
/// Endings that have compressed copies, with the type of what is in them.
const TEXTS: [(&str, &str); 7] = [
    ("html", "text/html"),
    ("xml", "application/xml"),
    ("css", "text/css"),
    ("js", "text/javascript"),
    ("json", "application/json"),
    ("svg", "image/svg+xml"),
    ("txt", "text/plain"),
];

/// The folder that the web server's root must be; `None` where there is no web server of one's own, or when its
/// name cannot be written into such a file.
pub fn document_root(way: &Way) -> Option<String> {
    let root = match way {
        Way::Directory(folder) if folder.in_place => folder.path.clone(),
        Way::Directory(folder) => format!("{}/current", folder.path),
        Way::Ssh(remote) => format!("{}/current", remote.path),
        Way::Sftp(remote) => remote.path.clone(),
        Way::S3(_) => return None,
    };
    let plain = !root.chars().any(|letter| matches!(letter, '"' | '$' | '%' | '{' | '}' | '\''));
    plain.then_some(root)
}

/// The text of the settings. `forms`: where forms of the site's pages lead beside itself.
pub fn settings(server: WebServer, root: &str, forms: Option<&Origin>) -> String {
    match server {
        WebServer::Apache => apache(root, forms),
        WebServer::Nginx => nginx(root, forms),
    }
}

fn apache(root: &str, forms: Option<&Origin>) -> String {
    let mut text = format!(
        "# Into the <VirtualHost> of the site. Needs: a2enmod headers rewrite\n\
         # After a release that changes redirects: apachectl graceful\n\
         DocumentRoot \"{root}\"\n\
         ErrorDocument 404 /404.html\n\
         # A release may replace files of the same time: their size tells them apart too, their inode nothing.\n\
         FileETag MTime Size\n\
         IncludeOptional \"{root}/.well-known/lamin/redirects.apache\"\n\n"
    );
    for (name, value) in page_headers(forms) {
        text.push_str(&format!("Header always set {name} \"{value}\"\n"));
    }
    text.push_str(&format!(
        "Header always set Strict-Transport-Security \"{HSTS}\" \"expr=%{{HTTPS}} == 'on'\"\n\
         Header set Cache-Control \"{PAGES_CHANGE}\"\n\
         <LocationMatch \"^/(theme|media)/\">\n    Header set Cache-Control \"{NEVER_CHANGES}\"\n</LocationMatch>\n\
         <Location \"/{OURS}\">\n    Require all denied\n</Location>\n\n\
         <Directory \"{root}\">\n    Options FollowSymLinks\n    AllowOverride None\n    Require all granted\n\
         \x20   DirectoryIndex index.html\n    AddDefaultCharset utf-8\n\n\
         \x20   # Compressed copies stand beside the files.\n    RewriteEngine On\n"
    ));
    let endings = TEXTS.map(|(extension, _)| extension).join("|");
    for (coding, ending) in [("br", "br"), ("gzip", "gz")] {
        text.push_str(&format!(
            "    RewriteCond \"%{{HTTP:Accept-Encoding}}\" \"\\b{coding}\\b\"\n\
             \x20   RewriteCond \"%{{REQUEST_FILENAME}}.{ending}\" -f\n\
             \x20   RewriteRule \"\\.({endings})$\" \"%{{REQUEST_URI}}.{ending}\" [L]\n"
        ));
    }
    for (extension, kind) in TEXTS {
        text.push_str(&format!(
            "    <FilesMatch \"\\.{extension}\\.(br|gz)$\">\n        ForceType \"{kind}; charset=utf-8\"\n    </FilesMatch>\n"
        ));
    }
    for (coding, ending) in [("br", "br"), ("gzip", "gz")] {
        text.push_str(&format!(
            "    <FilesMatch \"\\.({endings})\\.{ending}$\">\n        Header set Content-Encoding {coding}\n\
             \x20       SetEnv no-gzip 1\n    </FilesMatch>\n"
        ));
    }
    text.push_str("    Header append Vary Accept-Encoding\n</Directory>\n");
    text
}

fn nginx(root: &str, forms: Option<&Origin>) -> String {
    let headers = |indent: &str, cache: &str| {
        let mut text = String::new();
        for (name, value) in page_headers(forms) {
            text.push_str(&format!("{indent}add_header {name} \"{value}\" always;\n"));
        }
        text.push_str(&format!("{indent}add_header Strict-Transport-Security $lamin_hsts always;\n"));
        text.push_str(&format!("{indent}add_header Cache-Control \"{cache}\";\n"));
        text
    };
    let pages = headers("", PAGES_CHANGE);
    let assets = headers("    ", NEVER_CHANGES);
    format!(
        "# Into the server block of the site.\n\
         # After a release that changes redirects: nginx -s reload\n\
         root \"{root}\";\n\
         index index.html;\n\
         charset utf-8;\n\
         charset_types text/html text/css text/plain text/xml application/xml application/json application/javascript;\n\
         error_page 404 /404.html;\n\
         # Compressed copies stand beside the files. With libnginx-mod-http-brotli-static also: brotli_static on;\n\
         gzip_static on;\n\
         gzip_vary on;\n\
         set $lamin_hsts \"\";\n\
         if ($scheme = https) {{\n    set $lamin_hsts \"{HSTS}\";\n}}\n\
         {pages}\
         include \"{root}/.well-known/lamin/redirects.ngin[x]\";\n\
         location ^~ /{OURS}/ {{\n    return 404;\n}}\n\
         location ~ ^/(theme|media)/ {{\n{assets}}}\n\
         location / {{\n    try_files $uri $uri/ =404;\n}}\n"
    )
}
