package azureblob_test

import (
	"net/http"
	"testing"
	"time"

	"github.com/tojimari/tojimari/internal/lab"
	"github.com/tojimari/tojimari/scanners"
	"github.com/tojimari/tojimari/scanners/azureblob"
	"github.com/tojimari/tojimari/scanners/scannertest"
)

func TestConformance(t *testing.T) {
	world := smallWorld()
	l, err := lab.Start(world)
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	scannertest.Run(t, scannertest.Harness{
		New: func(wrap func(http.RoundTripper) http.RoundTripper) (scanners.Scanner, error) {
			rt := scanners.Runtime{Transport: wrap(l.Transport()), Now: func() time.Time { return at }, UserAgent: "tojimari/test", Objects: 2}
			return azureblob.New(rt, azureblob.WithCredential(lab.AzureCredential()), atOnce()), nil
		},
		Target:  scanners.Target{Scheme: "azure"},
		Answers: scannertest.AzureAnswers(),
	})
}
