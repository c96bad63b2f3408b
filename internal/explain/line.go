// The answer as one line of JSON.

package explain

import (
	"encoding/json"
	"io"

	"github.com/tojimari/tojimari/internal/access/verdict"
	"github.com/tojimari/tojimari/internal/text"
)

// LineWriter writes answers as JSON lines.
type LineWriter struct{ enc *json.Encoder }

// NewLineWriter writes to w.
func NewLineWriter(w io.Writer) *LineWriter {
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	return &LineWriter{enc: enc}
}

type accessLine struct {
	ID json.RawMessage `json:"id"`
	verdict.Access
}

type errorLine struct {
	ID    json.RawMessage `json:"id"`
	Line  int             `json:"line"`
	Error string          `json:"error"`
}

// Write writes one answer: the verdicts, or an error object with the line number.
func (w *LineWriter) Write(a Answer) error {
	if a.Err != nil {
		return w.enc.Encode(errorLine{ID: a.ID, Line: a.Line, Error: text.WithoutSecrets(a.Err.Error())})
	}
	out := accessLine{ID: a.ID, Access: *a.Access}
	if out.Named == nil {
		out.Named = []verdict.NamedGrant{}
	}
	if out.Latent == nil {
		out.Latent = []verdict.Latent{}
	}
	if out.Assumed == nil {
		out.Assumed = []string{}
	}
	return w.enc.Encode(out)
}
