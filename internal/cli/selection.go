// Flags that several commands share: which rules are in force, and which resources are looked at.

package cli

import (
	"io/fs"
	"os"

	"github.com/spf13/pflag"

	"github.com/tojimari/tojimari/internal/judge"
	"github.com/tojimari/tojimari/internal/result"
	"github.com/tojimari/tojimari/rules"
	"github.com/tojimari/tojimari/scanners"
)

// selection holds the flags.
type selection struct {
	rules            judge.Selection
	severity         string
	folders          []string
	include, exclude []string
}

func (s *selection) flags(f *pflag.FlagSet) {
	f.StringArrayVar(&s.rules.Rules, "rule", nil, "only this `RULE`, by id or name; several times")
	f.StringArrayVar(&s.rules.Skip, "skip-rule", nil, "all but this `RULE`, by id or name; several times")
	f.StringArrayVar(&s.rules.Tags, "tag", nil, "only rules with this `TAG` or of this family; several times")
	f.StringVar(&s.severity, "severity", "", "only rules that can be of this `SEVERITY` or worse: critical, high, medium, low or info")
	f.StringArrayVar(&s.folders, "rules", nil, "`FOLDER` with rule files of your own, beside those that come with the program; several times")
	f.StringArrayVar(&s.include, "include", nil, "only buckets with "+filterHelp)
	f.StringArrayVar(&s.exclude, "exclude", nil, "all but buckets with "+filterHelp)
}

const filterHelp = "`NAME`, region=REGION or tag:KEY=VALUE (* and ? are wildcards); several times"

// book loads the rules that come with the program and those of the folders.
func (s *selection) book() (*judge.Book, error) {
	sources := []judge.Source{{FS: rules.Files, Name: "rules"}}
	for _, folder := range s.folders {
		info, err := os.Stat(folder)
		if err != nil {
			return nil, wrongUse(err)
		}
		if !info.IsDir() {
			return nil, wrongUse(scanners.WithHint(&fs.PathError{Op: "--rules", Path: folder, Err: fs.ErrInvalid}, "--rules takes a folder of .yaml files"))
		}
		sources = append(sources, judge.Source{FS: os.DirFS(folder), Name: folder, User: true})
	}
	book, err := judge.Load(sources...)
	return book, wrongUse(err)
}

// chosen is the selection for a judge.
func (s *selection) chosen() judge.Selection {
	out := s.rules
	out.Severity = result.Severity(s.severity)
	return out
}
