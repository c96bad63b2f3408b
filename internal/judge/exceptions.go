// Exceptions that no longer do what their owner thinks: expired, or without anything to exempt.

package judge

import (
	"time"

	"github.com/tojimari/tojimari/internal/result"
	"github.com/tojimari/tojimari/scanners"
)

// exceptionView is an exception as rules on the configuration see it.
type exceptionView struct {
	Rule     string    `json:"rule"`
	Resource string    `json:"resource"`
	Reason   string    `json:"reason"`
	Owner    string    `json:"owner"`
	Expires  time.Time `json:"expires"`
	Expired  bool      `json:"expired"`
	Used     bool      `json:"used"` // it matched a finding; true as well where that cannot be told
	What     string    `json:"what"`
}

// Lapses judges the exceptions once all records are judged: results of the rules that apply to `config`, and
// the list for the run record. Where not everything was looked at (whole is false) none is called unused.
func (j *Judge) Lapses(at time.Time, whole bool) (Judged, []result.Lapse) {
	var out Judged
	var lapses []result.Lapse
	a := newActivation(j)
	for i := range j.settings.Exceptions {
		e := &j.settings.Exceptions[i]
		_, inForce := j.index[e.Rule]
		view := &exceptionView{
			Rule: e.Rule, Resource: e.Resource.String(), Reason: e.Reason, Owner: e.Owner, Expires: e.Expires,
			Expired: e.expired(at), Used: j.used[i].Load() || !whole || !inForce, What: e.What(),
		}
		lapse := result.Lapse{What: view.What, File: e.File, Line: e.Line}
		switch {
		case view.Expired:
			lapse.Kind = "expired"
		case !view.Used:
			lapse.Kind = "unused"
		default:
			continue
		}
		lapses = append(lapses, lapse)
		rec := &scanners.Record{Head: scanners.Head{
			ID: "config:exception/" + view.What, Kind: KindConfig, Name: view.What,
			Place: scanners.Origin{File: e.File, Line: e.Line, Column: 1},
		}}
		a.reset(rec, at)
		a.exception = view
		j.judge(a, KindConfig, "", &out)
	}
	return out, lapses
}
