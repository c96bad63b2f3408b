package cli

import (
	"bytes"
	"context"
	"errors"
	"io"
	"testing"
	"time"

	"github.com/tojimari/tojimari/internal/engine"
	"github.com/tojimari/tojimari/internal/judge"
	"github.com/tojimari/tojimari/internal/lab"
	"github.com/tojimari/tojimari/internal/result"
	"github.com/tojimari/tojimari/rules"
	"github.com/tojimari/tojimari/scanners"
	"github.com/tojimari/tojimari/scanners/all"
	"github.com/tojimari/tojimari/scanners/awss3"
)

// bigSnapshot scans a pretend account of n buckets, most of them closed, and returns its records as lines.
func bigSnapshot(b *testing.B, j *judge.Judge, n int) []byte {
	b.Helper()
	world := lab.BigWorld(n, 0)
	clouds, err := lab.Start(world)
	if err != nil {
		b.Fatal(err)
	}
	defer clouds.Close()
	rt := scanners.Runtime{Transport: clouds.Transport(), Now: time.Now, Options: map[string]string{"region": "us-east-1"}}
	registry, err := all.New(rt, all.Config{AWS: []awss3.Option{awss3.WithCredentials(lab.Credentials(world))}})
	if err != nil {
		b.Fatal(err)
	}
	var out bytes.Buffer
	w := scanners.NewLineWriter(&out)
	_, err = engine.Run(context.Background(), engine.Config{
		Registry: registry, Targets: []scanners.Target{{Scheme: "aws"}}, Needs: needs{j, nil},
		Emit: func(e engine.Event) error { return w.Write(e.Line()) },
	})
	if err != nil {
		b.Fatal(err)
	}
	return out.Bytes()
}

func allRules(b *testing.B) *judge.Judge {
	b.Helper()
	book, err := judge.Load(judge.Source{FS: rules.Files, Name: "rules"})
	if err != nil {
		b.Fatal(err)
	}
	j, err := judge.New(book, judge.Options{})
	if err != nil {
		b.Fatal(err)
	}
	return j
}

// BenchmarkJudgeSnapshot reads saved records and judges them with every rule; records/s is the figure.
// Run with -cpu 1 for one core.
func BenchmarkJudgeSnapshot(b *testing.B) {
	j := allRules(b)
	text := bigSnapshot(b, j, 500)
	at := time.Now()
	var room []result.Result
	var records []*scanners.Record
	read := func(each func(*scanners.Record)) {
		lines := scanners.NewLineReader(bytes.NewReader(text))
		for {
			line, err := lines.Next()
			if errors.Is(err, io.EOF) {
				return
			}
			if err != nil {
				b.Fatal(err)
			}
			if line.Record != nil {
				each(line.Record)
			}
		}
	}
	read(func(r *scanners.Record) { records = append(records, r) })
	rate := func(b *testing.B) {
		b.ReportMetric(float64(b.N*len(records))/b.Elapsed().Seconds(), "records/s")
	}
	b.Run("from lines", func(b *testing.B) {
		for range b.N {
			read(func(r *scanners.Record) { room = j.Append(room, r, at).Results })
		}
		rate(b)
	})
	b.Run("decoded", func(b *testing.B) {
		for range b.N {
			for _, r := range records {
				room = j.Append(room, r, at).Results
			}
		}
		rate(b)
	})
}
