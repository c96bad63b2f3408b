// What came of requests from outside, in words.

package report

import (
	"slices"
	"strconv"
	"strings"

	"github.com/tojimari/tojimari/internal/result"
	"github.com/tojimari/tojimari/internal/text"
	"github.com/tojimari/tojimari/scanners"
)

// probeWhy words why a request was not sent or decides nothing.
func (w words) probeWhy(why string) string {
	key, known := map[string]text.Key{
		"never_sent": text.ProbeNeverSent, "needs_credentials": text.ProbeNeedsCredentials, "no_key_known": text.ProbeNoKey,
		"method_not_sent": text.ProbeMethod, "host_not_trusted": text.ProbeHost, "request_not_usable": text.ProbeUnusable,
		"not_found": text.ProbeNotFound, "no_answer": text.ProbeNoAnswer, "redirected": text.ProbeRedirected,
		"unexpected_answer": text.ProbeUnexpected, "not_the_service": text.ProbeNotService,
	}[why]
	if !known {
		return w.phrase(why)
	}
	return w.say(key)
}

// proving says what came of the proof of a finding; empty where none was asked for.
func (w words) proving(r result.Result) string {
	out := ""
	switch r.Proving {
	case "":
		return ""
	case result.Confirmed:
		out = w.say(text.ProvingConfirmed)
	case result.Refused:
		out = w.say(text.ProvingRefused)
	default:
		out = w.say(text.ProvingNotTried)
	}
	said := r.Response
	if p := r.Probe; p != nil {
		said = strings.TrimSpace(code(p) + " " + p.Detail)
		if p.Why != "" {
			said = w.probeWhy(p.Why)
			if answer := code(p); answer != "" {
				said += " (" + answer + ")"
			}
		}
	}
	if said != "" {
		out += " – " + text.Short(said, mentionColumns)
	}
	return out
}

// code is status and error code of an answer.
func code(p *result.Probe) string {
	if p.Status == 0 {
		return ""
	}
	return strings.TrimSpace(strconv.FormatInt(p.Status, 10) + " " + p.Code)
}

// vantage says from where it was seen.
func (w words) vantage(v result.Vantage) string {
	var parts []string
	for _, p := range []struct {
		key   text.Key
		value string
	}{{text.VantageSource, v.Source}, {text.VantageRemote, v.Remote}, {text.VantageProxy, v.Proxy}} {
		if p.value != "" {
			parts = append(parts, w.say(p.key, mention(p.value)))
		}
	}
	if v.PrivateAnswer {
		parts = append(parts, w.say(text.VantagePrivate))
	}
	return strings.Join(parts, " · ")
}

// factProbe is the name of evidence that sets the settings beside the answer from outside.
const factProbe = scanners.FactName("probe")

// bothSides are the two sides of a finding that sets the settings beside the answer from outside; ok is false for
// other findings.
func (w words) bothSides(r result.Result) (out []field, ok bool) {
	if !slices.ContainsFunc(r.Evidence, func(e result.Evidence) bool { return e.Fact == factProbe }) || r.Proof == nil || r.Probe == nil {
		return nil, false
	}
	_, said := verdictSentence(w, capital(w.audience(r.Audience, orDash(r.Key))), r.Verb, *r.Proof)
	out = append(out,
		field{label: text.LabelInside, value: w.verb(r.Verb) + ": " + said},
		field{label: text.LabelOutside, value: w.proving(r)})
	if request := text.Short(r.Probe.Request, grantColumns); request != "" {
		out = append(out, field{label: text.LabelOutside, value: request})
	}
	if from := w.vantage(r.Probe.Vantage); from != "" {
		out = append(out, field{label: text.LabelSeenFrom, value: from})
	}
	return append(out, assumedFields(w, r.Assumed)...), true
}

// provingFields tell of the proof of a finding, and from where it was seen where that may matter.
func (w words) provingFields(r result.Result) []field {
	said := w.proving(r)
	if said == "" {
		return nil
	}
	out := []field{{label: text.LabelProving, value: said}}
	if r.Probe != nil && r.Proving == result.Refused {
		if from := w.vantage(r.Probe.Vantage); from != "" {
			out = append(out, field{label: text.LabelSeenFrom, value: from})
		}
	}
	return out
}
