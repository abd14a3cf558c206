//! A real Apache and a real nginx serve a target by the settings that are written for them.

use std::path::Path;
use std::process::{Command, Stdio};

use lamin::content::model::WithdrawalReason;
use lamin::deploy::service;
use lamin::deploy::web::WebServer;

use super::servers::{Running, free_port, program, wait_for};
use super::{On, Place, Stage};
use crate::live_rows::Live;

#[expect(clippy::disallowed_methods, reason = "the test server's own files")]
fn write(path: &Path, text: &str) {
    std::fs::write(path, text).unwrap();
}

fn apache(folder: &Path, port: u16, settings: &str) -> Running {
    let modules = ["/usr/lib/apache2/modules", "/usr/lib64/httpd/modules", "/usr/lib/httpd/modules"];
    let modules = modules.into_iter().find(|path| Path::new(path).is_dir()).expect("Apache has modules");
    let names = ["mpm_event", "unixd", "authz_core", "dir", "mime", "alias", "headers", "rewrite", "env"];
    let load = |name: &&str| {
        let file = format!("{modules}/mod_{name}.so");
        if Path::new(&file).is_file() { format!("LoadModule {name}_module {file}\n") } else { String::new() }
    };
    let loads: String = names.iter().map(load).collect();
    let at = folder.display();
    let text = format!(
        "ServerRoot {at}\nServerName localhost\nListen 127.0.0.1:{port}\nPidFile {at}/pid\nErrorLog {at}/log\n{loads}\
         Mutex posixsem\nUser nobody\nGroup nogroup\nTypesConfig /etc/mime.types\n<VirtualHost *:{port}>\n{settings}</VirtualHost>\n"
    );
    write(&folder.join("httpd.conf"), &text);
    let mut command = Command::new(program("LAMIN_TEST_APACHE"));
    command.args(["-D", "FOREGROUND", "-f"]).arg(folder.join("httpd.conf"));
    let server = Running(quiet(&mut command).spawn().unwrap());
    wait_for(port);
    server
}

fn nginx(folder: &Path, port: u16, settings: &str) -> Running {
    let at = folder.display();
    let text = format!(
        "daemon off;\nmaster_process off;\npid {at}/pid;\nerror_log {at}/log;\nevents {{}}\nhttp {{\naccess_log off;\n\
         include /etc/nginx/mime.types;\nclient_body_temp_path {at}/1;\nproxy_temp_path {at}/2;\nfastcgi_temp_path {at}/3;\n\
         uwsgi_temp_path {at}/4;\nscgi_temp_path {at}/5;\nserver {{\nlisten 127.0.0.1:{port};\n{settings}}}\n}}\n"
    );
    write(&folder.join("nginx.conf"), &text);
    let mut command = Command::new(program("LAMIN_TEST_NGINX"));
    command.arg("-p").arg(folder).arg("-c").arg(folder.join("nginx.conf"));
    let server = Running(quiet(&mut command).spawn().unwrap());
    wait_for(port);
    server
}

fn quiet(command: &mut Command) -> &mut Command {
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null())
}

struct Got {
    status: u16,
    headers: ureq::http::HeaderMap,
    body: Vec<u8>,
}

impl Got {
    fn header(&self, name: &str) -> &str {
        self.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
    }
}

fn get(port: u16, path: &str, coding: &str) -> Got {
    let agent: ureq::Agent = ureq::Agent::config_builder().http_status_as_error(false).max_redirects(0).build().into();
    let mut answer =
        agent.get(format!("http://127.0.0.1:{port}{path}")).header("Accept-Encoding", coding).call().unwrap();
    let body = answer.body_mut().read_to_vec().unwrap();
    Got { status: answer.status().as_u16(), headers: answer.headers().clone(), body }
}

async fn a_web_server_does_what_ours_does(
    server: WebServer,
    start: fn(&Path, u16, &str) -> Running,
    codings: &[(&str, &str)],
) {
    use std::os::unix::fs::PermissionsExt;
    let stage = Stage::new().await;
    let place = Place::new(On::Folder);
    let key = stage.target(&place).await;
    let gone = Live::new("berita", "berita-2").withdrawn(WithdrawalReason::Outdated, "Sudah diganti.");
    stage.portal.hide(&stage.app, &gone).await;
    stage
        .portal
        .show(&stage.app, &[Live::new("pengaturan", "situs").field("api_url", "https://api.contoh.go.id")])
        .await;
    let release = stage.release();
    stage.deploy(&key);
    // The web server is somebody else.
    std::fs::set_permissions(place.root(), std::fs::Permissions::from_mode(0o755)).unwrap();
    let settings = service::web_settings_of(&stage.app, "portal", &key, server).unwrap();
    let (folder, port) = (tempfile::tempdir().unwrap(), free_port());
    std::fs::set_permissions(folder.path(), std::fs::Permissions::from_mode(0o755)).unwrap();
    let _server = start(folder.path(), port, &settings);

    let page = get(port, "/berita/berita-1/", "identity");
    assert_eq!((page.status, &page.body), (200, &release["berita/berita-1/index.html"]));
    assert_eq!(page.header("content-type").to_lowercase(), "text/html; charset=utf-8");
    assert_eq!(page.header("cache-control"), "public, max-age=0, must-revalidate");
    let policy = page.header("content-security-policy");
    assert!(
        policy.starts_with("default-src 'none'") && policy.contains("form-action 'self' https://api.contoh.go.id;")
    );
    for (name, value) in [("x-content-type-options", "nosniff"), ("x-frame-options", "DENY")] {
        assert_eq!(page.header(name), value);
    }
    assert!(
        page.header("referrer-policy").starts_with("strict") && page.header("permissions-policy").contains("camera")
    );
    assert_eq!(page.header("strict-transport-security"), "", "only by https");

    for (coding, ending) in codings {
        for (address, path) in [("/berita/", "berita/index.html"), ("/sitemap.xml", "sitemap.xml")] {
            let packed = get(port, address, coding);
            assert_eq!(packed.header("content-encoding"), *coding, "{address}");
            assert!(packed.body == release[&format!("{path}.{ending}")], "{address} is sent as it was packed");
            assert!(packed.header("vary").contains("Accept-Encoding"), "{address}");
            let kind = if address == "/berita/" { "text/html" } else { "xml" };
            assert!(packed.header("content-type").contains(kind), "{}", packed.header("content-type"));
        }
    }
    let style = release.keys().find(|path| path.ends_with(".css")).unwrap();
    let style = get(port, &format!("/{style}"), "gzip");
    assert_eq!(style.header("cache-control"), "public, max-age=31536000, immutable");
    assert!(style.header("content-type").starts_with("text/css") && style.header("x-frame-options") == "DENY");

    let absent = get(port, "/tidak-ada/", "identity");
    assert_eq!((absent.status, &absent.body), (404, &release["404.html"]));
    assert_eq!(absent.header("x-content-type-options"), "nosniff");
    assert!([403, 404].contains(&get(port, "/.lamin/x", "identity").status));
    for address in ["/berita/berita-2/", "/berita/berita-2"] {
        let gone = get(port, address, "identity");
        assert_eq!((gone.status, &gone.body), (410, &release["berita/berita-2/index.html"]), "{address}");
        assert_eq!(gone.header("x-content-type-options"), "nosniff");
    }
    let moved = get(port, "/b/", "identity");
    assert_eq!(moved.status, 302);
    assert!(moved.header("location").ends_with("/berita/"), "{}", moved.header("location"));
}

#[actix_web::test]
async fn a_real_apache_serves_a_target() {
    a_web_server_does_what_ours_does(WebServer::Apache, apache, &[("br", "br"), ("gzip", "gz")]).await;
}

#[actix_web::test]
async fn a_real_nginx_serves_a_target() {
    a_web_server_does_what_ours_does(WebServer::Nginx, nginx, &[("gzip", "gz")]).await;
}
