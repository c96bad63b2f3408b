//go:build servers && unix

// Azurite: Microsoft's own stand-in for the data plane of Azure Blob storage; anonymous levels and SAS are enforced.

package servers

import (
	"strconv"
	"testing"
)

// The account that Azurite has from the start; its key is published in Azurite's own documentation and opens nothing else.
const (
	AzuriteAccount = "devstoreaccount1"
	AzuriteKey     = "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw=="
)

// Azurite starts the blob service, empty and in memory. Requests with the account in the host name and in the path both
// work. With TLS it takes bearer tokens too, without checking their signature.
func Azurite(t testing.TB, options ...Option) *Server {
	t.Helper()
	return start(t, recipe{
		name:    "azurite",
		version: pinned(t, ".ci/servers/package.json", `"azurite": "([^"]+)"`),
		hosts:   []string{"blob.core.windows.net"},
		ready:   "/" + AzuriteAccount + "?comp=list",
		command: func(port int, _, cert, key string) ([]string, []string, error) {
			// SDKs speak newer API versions than Azurite knows; it refuses those unless told otherwise.
			args := []string{"--blobHost", "127.0.0.1", "--blobPort", strconv.Itoa(port), "--inMemoryPersistence",
				"--silent", "--skipApiVersionCheck", "--disableTelemetry"}
			if cert != "" {
				args = append(args, "--oauth", "basic", "--cert", cert, "--key", key)
			}
			return args, nil, nil
		},
	}, options)
}
