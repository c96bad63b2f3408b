// Starting and reaching the pretend cloud.

package lab

import (
	"context"
	"fmt"
	"maps"
	"net"
	"net/http"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
)

// Lab is a running pretend cloud.
type Lab struct {
	world     *World
	server    *http.Server
	listener  net.Listener
	transport *http.Transport
	stop      context.CancelFunc

	mu       sync.Mutex
	calls    map[string]int
	attempts map[string]int // per identity and fault
	byBucket map[string]place
}

type place struct {
	account *Account
	bucket  *Bucket
}

// Start serves a world on a free loopback port until Close.
func Start(world World) (*Lab, error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, fmt.Errorf("opening a loopback port for the pretend cloud: %w", err)
	}
	if len(world.Accounts) == 0 && world.Google == nil && world.Azure == nil {
		listener.Close()
		return nil, fmt.Errorf("a world needs an account, a Google part or an Azure part")
	}
	l := &Lab{world: &world, listener: listener, calls: map[string]int{}, attempts: map[string]int{}, byBucket: map[string]place{}}
	for i := range world.Accounts {
		for j := range world.Accounts[i].Buckets {
			l.byBucket[world.Accounts[i].Buckets[j].Name] = place{&world.Accounts[i], &world.Accounts[i].Buckets[j]}
		}
	}
	ctx, stop := context.WithCancel(context.Background())
	l.stop = stop
	l.server = &http.Server{Handler: l, ReadHeaderTimeout: 10 * time.Second, BaseContext: func(net.Listener) context.Context { return ctx }}
	address := listener.Addr().String()
	l.transport = &http.Transport{
		DialContext: func(ctx context.Context, network, _ string) (net.Conn, error) {
			return (&net.Dialer{Timeout: 5 * time.Second}).DialContext(ctx, network, address)
		},
		MaxIdleConnsPerHost: 512, MaxIdleConns: 512, IdleConnTimeout: time.Minute, DisableCompression: true,
	}
	go l.server.Serve(listener) //nolint:errcheck // it ends with Close
	return l, nil
}

// Close stops serving; requests under way are cut off.
func (l *Lab) Close() {
	l.stop()
	l.server.Close()
	l.transport.CloseIdleConnections()
}

// URL is the lab's own base URL, for use as the endpoint of an S3-compatible service.
func (l *Lab) URL() string { return "http://" + l.listener.Addr().String() }

// Calls counts the requests answered or spoiled, per operation ("s3:GetBucketAcl").
func (l *Lab) Calls() map[string]int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return maps.Clone(l.calls)
}

// Credentials sign as the first account. They open nothing outside the lab.
func Credentials(world World) aws.CredentialsProvider {
	account := ""
	if len(world.Accounts) > 0 {
		account = world.Accounts[0].ID
	}
	return credentials{aws.Credentials{AccessKeyID: "LAB" + account, SecretAccessKey: "not-a-secret", Source: "lab"}}
}

type credentials struct{ value aws.Credentials }

func (c credentials) Retrieve(context.Context) (aws.Credentials, error) { return c.value, nil }

// Transport carries requests for any host of the pretend cloud to it, over plain HTTP on loopback. Nothing
// leaves the machine: a host that the cloud does not have is an error.
func (l *Lab) Transport() http.RoundTripper { return roundTripper{l} }

type roundTripper struct{ lab *Lab }

// RoundTrip implements http.RoundTripper.
func (t roundTripper) RoundTrip(r *http.Request) (*http.Response, error) {
	host := r.Host
	if host == "" {
		host = r.URL.Host
	}
	if _, ok := serviceOf(host); !ok && !(isGoogle(host) && t.lab.world.Google != nil) && !t.lab.hasAzure(host) {
		if r.Body != nil {
			r.Body.Close()
		}
		return nil, &net.DNSError{Err: "no such host", Name: r.URL.Hostname(), IsNotFound: true}
	}
	sent := r.Clone(r.Context())
	sent.Host = host
	sent.URL.Scheme = "http"
	sent.URL.Host = t.lab.listener.Addr().String()
	return t.lab.transport.RoundTrip(sent)
}

var _ http.Handler = (*Lab)(nil)
