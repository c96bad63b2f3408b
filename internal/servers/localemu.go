//go:build servers && oracles && unix

// LocalEmu: every service of AWS in one process; with enforcement on, it evaluates bucket policies.

package servers

import (
	"bytes"
	"os"
	"path/filepath"
	"strconv"
	"testing"
)

// LocalEmu starts LocalEmu in place of S3 in us-east-1, over http and https on one port, with enforcement on. owner is the
// access key to which everything is allowed; signatures are not checked.
func LocalEmu(t testing.TB, owner string) (plain, secure *Server) {
	t.Helper()
	authority := NewAuthority(t)
	hosts := []string{versitygwHost}
	secure = &Server{Name: "localemu", Hosts: hosts, authority: authority}
	cert, key := authority.Issue(t, secure.certificateNames()...)
	plain = start(t, recipe{
		name:    "localemu",
		version: pinned(t, ".ci/servers/localemu.txt", `(?m)^localemu==(\S+)`),
		hosts:   hosts,
		ready:   "/_localemu/health",
		command: func(port int, dir, _, _ string) ([]string, []string, error) {
			pem := filepath.Join(dir, "server.pem")
			if err := joinFiles(pem, key, cert); err != nil {
				return nil, nil, err
			}
			return nil, []string{
				"IAM_ENFORCEMENT=1", "ROOT_ACCESS_KEYS=" + owner, "GATEWAY_LISTEN=127.0.0.1:" + strconv.Itoa(port),
				"SERVICES=s3,iam,sts", "LOCALEMU_VOLUME_DIR=" + filepath.Join(dir, "volume"), "CUSTOM_SSL_CERT_PATH=" + pem,
				"SKIP_SSL_CERT_DOWNLOAD=1", "DISABLE_EVENTS=1", "PERSISTENCE=0",
			}, nil
		},
	}, nil)
	secure.Version, secure.Address, secure.URL = plain.Version, plain.Address, "https://"+plain.Address
	return plain, secure
}

// joinFiles writes the contents of files one after the other.
func joinFiles(to string, from ...string) error {
	var all bytes.Buffer
	for _, name := range from {
		text, err := os.ReadFile(name)
		if err != nil {
			return err
		}
		all.Write(text)
	}
	return os.WriteFile(to, all.Bytes(), 0o600)
}
