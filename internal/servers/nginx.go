//go:build servers && unix

// nginx: a web server that most of the internet's sites resemble.

package servers

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"testing"
)

// Nginx starts nginx with one server block. config goes into that block after listen: locations, root, error pages.
// Files for it belong into a folder of the test's own, named in config. Logs go to the test's output on failure.
func Nginx(t testing.TB, config string, options ...Option) *Server {
	t.Helper()
	return start(t, recipe{
		name:    "nginx",
		version: nginxVersion(t),
		ready:   "/",
		command: func(port int, dir, cert, key string) ([]string, []string, error) {
			path := filepath.Join(dir, "nginx.conf")
			if err := os.WriteFile(path, []byte(nginxConfig(port, dir, cert, key, config)), 0o600); err != nil {
				return nil, nil, err
			}
			return []string{"-c", path, "-p", dir, "-e", "stderr"}, nil, nil
		},
	}, options)
}

// nginxConfig is one process, in the foreground, that writes nowhere but below dir.
func nginxConfig(port int, dir, cert, key, config string) string {
	listen := fmt.Sprintf("listen 127.0.0.1:%d;", port)
	if cert != "" {
		listen = fmt.Sprintf("listen 127.0.0.1:%d ssl; ssl_certificate %s; ssl_certificate_key %s;", port, cert, key)
	}
	return fmt.Sprintf(`daemon off; master_process off; pid %[1]s/nginx.pid; error_log stderr warn;
events {}
http {
	access_log off;
	client_body_temp_path %[1]s/body; proxy_temp_path %[1]s/proxy; fastcgi_temp_path %[1]s/fastcgi;
	uwsgi_temp_path %[1]s/uwsgi; scgi_temp_path %[1]s/scgi;
	types { text/html html; text/plain txt; application/xml xml; application/pdf pdf; image/png png; }
	default_type application/octet-stream;
	server {
		%[2]s
		%[3]s
	}
}
`, dir, listen, config)
}

func nginxVersion(t testing.TB) string {
	t.Helper()
	bin, err := binary("nginx")
	if err != nil {
		t.Fatalf("nginx is missing; `make test-servers` installs it: %v", err)
	}
	output, err := exec.CommandContext(t.Context(), bin, "-v").CombinedOutput() //nolint:gosec // our own starter
	if err != nil {
		t.Fatalf("nginx -v: %v\n%s", err, output)
	}
	match := regexp.MustCompile(`nginx/(\S+)`).FindSubmatch(output)
	if match == nil {
		t.Fatalf("nginx -v says no version: %q", output)
	}
	return string(match[1])
}
