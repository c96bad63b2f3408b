// The -o snapshot outputs.

package cli

import (
	"io"

	"github.com/tojimari/tojimari/internal/report"
	"github.com/tojimari/tojimari/internal/result"
	"github.com/tojimari/tojimari/scanners"
	"github.com/tojimari/tojimari/scanners/snapshot"
)

// lineSink takes the lines of one snapshot.
type lineSink interface {
	Write(scanners.Line) error
	Close() error
}

// stdoutSink writes a snapshot to standard output.
type stdoutSink struct{ *scanners.LineWriter }

// Close leaves standard output open.
func (stdoutSink) Close() error { return nil }

type snapshots []lineSink

func openSnapshots(out io.Writer, to []report.Destination, run result.Run, selection []string) (snapshots, error) {
	header := scanners.Header{Schema: scanners.SchemaVersion, Tool: run.Tool, Version: run.Version, At: run.At, Targets: run.Targets, Selection: selection}
	var list snapshots
	for _, d := range to {
		if d.File != "" {
			w, err := snapshot.Create(d.File, header)
			if err != nil {
				return nil, err
			}
			list = append(list, w)
			continue
		}
		sink := stdoutSink{scanners.NewLineWriter(out)}
		if err := sink.Write(scanners.Line{Header: &header}); err != nil {
			return nil, err
		}
		list = append(list, sink)
	}
	return list, nil
}

func (s snapshots) write(line scanners.Line) error {
	for _, sink := range s {
		if err := sink.Write(line); err != nil {
			return err
		}
	}
	return nil
}

func (s snapshots) close() error {
	for _, sink := range s {
		if err := sink.Close(); err != nil {
			return err
		}
	}
	return nil
}
