// Package objecttext looks for signed links in the text among a sample of objects, within bounds: the scanners of the
// clouds say how one object is opened, and this says which, how much of each, and what came of it.
package objecttext

import (
	"context"
	"io"
	"path"
	"strings"

	"github.com/tojimari/tojimari/scanners"
)

// Bounds of what is read of one bucket, in bytes.
const (
	MostOfOne = 4 << 20
	MostOfAll = 64 << 20
)

// Look hands an opened object's content to Links. It is called once per attempt; what an earlier attempt brought is
// forgotten.
type Look func(ctx context.Context, contentType string, content io.Reader) error

// Open reads the first most bytes of an object and hands them to look. It does not retry once look has returned nil.
type Open func(ctx context.Context, key string, most int64, look Look) error

// Links looks through the text objects of a sample, in its order. bucket is the id of the bucket. The error is that of
// the first object where not one could be read.
func Links(ctx context.Context, reader scanners.LinkReader, bucket string, sample scanners.ObjectSample, open Open) (scanners.FoundLinks, error) {
	all := scanners.FoundLinks{Links: []scanners.FoundLink{}}
	var first error
	for _, o := range sample.Objects {
		kind := kindOf(o.Key)
		switch {
		case o.Size == 0:
			continue
		case kind == other:
			all.NotText++
			continue
		case archived(o.StorageClass):
			all.Unread++
			continue
		}
		most := min(MostOfOne, MostOfAll-all.Bytes)
		if most <= 0 {
			all.Unread++
			continue
		}
		var found scanners.FoundLinks
		text := true
		err := open(ctx, o.Key, most, func(ctx context.Context, contentType string, content io.Reader) error {
			found = scanners.FoundLinks{}
			if text = kind == texts || textType(contentType); !text {
				return nil
			}
			return reader.Read(ctx, scanners.ObjectID(bucket, o.Key), io.LimitReader(content, most), &found)
		})
		switch {
		case ctx.Err() != nil:
			return all, ctx.Err()
		case err != nil:
			all.Unread++
			if first == nil {
				first = err
			}
		case !text:
			all.NotText++
		default:
			if o.Size > most {
				found.Cut++
			}
			all.Merge(found)
		}
	}
	if first != nil && all.Objects == 0 {
		return all, first
	}
	return all, nil
}

// archived names the classes of which an object has to be brought back before it can be read (S3 "Storage classes for
// archiving objects", Azure "Access tiers for blob data").
func archived(class string) bool {
	switch strings.ToUpper(class) {
	case "GLACIER", "DEEP_ARCHIVE":
		return true
	}
	return class == "Archive" // Azure's; Cloud Storage has one in capitals that is read like any other
}

type kind int

const (
	other kind = iota // nothing says that it is text
	texts
	unsaid // no ending: its content type decides
)

// kindOf judges an object by the ending of its key.
func kindOf(key string) kind {
	name := strings.ToLower(path.Base(key))
	ending := strings.TrimPrefix(path.Ext(name), ".")
	switch {
	case strings.HasPrefix(name, ".env"), strings.HasPrefix(name, ".git"), strings.HasSuffix(name, "rc") && strings.HasPrefix(name, "."):
		return texts
	case ending == "":
		return unsaid
	}
	switch ending {
	case "txt", "log", "md", "markdown", "rst", "csv", "tsv", "json", "jsonl", "ndjson", "geojson", "har", "xml", "html", "htm", "xhtml", "svg",
		"yaml", "yml", "toml", "ini", "cfg", "conf", "config", "properties", "env", "sql", "eml", "mbox", "ics", "rtf", "tex",
		"js", "mjs", "cjs", "ts", "jsx", "tsx", "map", "css", "vue", "py", "ipynb", "rb", "php", "pl", "go", "rs", "java", "kt", "scala", "cs", "c", "h", "cpp",
		"swift", "sh", "bash", "zsh", "ps1", "bat", "cmd", "tf", "tfvars", "tfstate", "bicep", "dockerfile", "gradle", "lock", "diff", "patch", "out", "err", "trace":
		return texts
	}
	return other
}

// textType reports whether a content type is one of text.
func textType(contentType string) bool {
	base, _, _ := strings.Cut(strings.ToLower(contentType), ";")
	switch base = strings.TrimSpace(base); base {
	case "application/json", "application/xml", "application/javascript", "application/x-ndjson", "application/yaml", "application/x-yaml", "application/x-sh", "application/sql":
		return true
	}
	return strings.HasPrefix(base, "text/") || strings.HasSuffix(base, "+json") || strings.HasSuffix(base, "+xml")
}
