// The rules in the form that reports read.

package cli

import (
	"github.com/tojimari/tojimari/internal/judge"
	"github.com/tojimari/tojimari/internal/report"
	"github.com/tojimari/tojimari/scanners"
)

// catalogue implements report.Catalogue.
type catalogue struct {
	list []report.RuleInfo
	byID map[string]report.RuleInfo
}

func newCatalogue(rules []*judge.Rule) *catalogue {
	c := &catalogue{byID: map[string]report.RuleInfo{}}
	for _, r := range rules {
		info := report.RuleInfo{
			ID: r.ID, Name: r.Name, Severity: r.Severity.Worst(), Title: byLang(r.Heading()), Why: byLang(r.Why),
			Fix: map[string]report.Fix{}, Refs: r.Refs, Since: r.Since, Tags: r.Tags, Maps: map[string][]report.Mapping{},
		}
		for _, p := range []scanners.Provider{scanners.AWS, scanners.GCP, scanners.Azure} {
			steps := r.Fix.For(p)
			if steps == nil {
				continue
			}
			fix := report.Fix{CLI: steps.CLI, Terraform: steps.Terraform}
			if steps.Note != nil {
				fix.Note = byLang(*steps.Note)
			}
			info.Fix[string(p)] = fix
		}
		for framework, controls := range r.Maps {
			for _, m := range controls {
				info.Maps[framework] = append(info.Maps[framework], report.Mapping{ID: m.ID, Source: m.Source})
			}
		}
		c.list = append(c.list, info)
		c.byID[r.ID] = info
	}
	return c
}

func byLang(t judge.Text) map[string]string { return map[string]string{"en": t.EN, "ja": t.JA} }

// Rule finds a rule by id.
func (c *catalogue) Rule(id string) (report.RuleInfo, bool) { info, ok := c.byID[id]; return info, ok }

// Rules returns all of them, sorted by id.
func (c *catalogue) Rules() []report.RuleInfo { return c.list }
