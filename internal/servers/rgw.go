//go:build servers && oracles && unix

// Ceph's S3 gateway: ACLs of buckets and objects, policies and block flags, by people who did not read our code.

package servers

import (
	"net"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

// RGW starts Ceph's gateway in place of S3 in us-east-1, over http and https, with two users who know nothing of each
// other. It takes about 15 seconds: three daemons.
func RGW(t testing.TB, owner, other [2]string) (plain, secure *Server) {
	t.Helper()
	authority := NewAuthority(t)
	hosts := []string{versitygwHost}
	secure = &Server{Name: "rgw", Hosts: hosts, authority: authority}
	cert, key := authority.Issue(t, secure.certificateNames()...)
	plain = start(t, recipe{
		name:  "rgw",
		hosts: hosts,
		ready: "/",
		command: func(port int, _, _, _ string) ([]string, []string, error) {
			tlsPort, err := freePort(t.Context())
			if err != nil {
				return nil, nil, err
			}
			secure.Address = net.JoinHostPort("127.0.0.1", strconv.Itoa(tlsPort))
			secure.URL = "https://" + secure.Address
			return []string{strconv.Itoa(port), strconv.Itoa(tlsPort), cert, key, versitygwHost, owner[0], owner[1], other[0], other[1]}, nil, nil
		},
	}, nil)
	// The system's packages choose the version; exclusions say with which they were measured.
	version, err := os.ReadFile(filepath.Join(plain.Folder, "version"))
	if err != nil {
		t.Fatal(err)
	}
	plain.Version = strings.TrimSpace(string(version))
	secure.Version = plain.Version
	return plain, secure
}
