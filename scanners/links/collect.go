package links

// Collecting: one record per link, with the places where it was seen.

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"io/fs"

	"github.com/tojimari/tojimari/internal/linksource"
	"github.com/tojimari/tojimari/internal/signedlink"
	"github.com/tojimari/tojimari/scanners"
)

const (
	// held bounds the links that wait for more places; beyond it they are yielded and not added to.
	held = 5_000
	// passedMost bounds the links that are remembered after that, so as not to come twice.
	passedMost = 1 << 19
	// mostSights bounds the places kept of one link.
	mostSights = 32
	// mostUnread bounds the parts that are told one by one.
	mostUnread = 1_000
)

type collector struct {
	scanner *Scanner
	target  scanners.Target
	yield   func(scanners.Ref, error) bool
	stopped bool

	waiting []*scanners.Record
	index   map[string]int // id to waiting
	passed  map[[16]byte]struct{}
	unreads int
}

// add notes that a link was seen.
func (c *collector) add(link signedlink.Link, unit linksource.Unit) {
	id := scanners.LinkID(link.Fingerprint)
	sight := sightOf(link, unit)
	if _, gone := c.passed[short(id)]; gone {
		return
	}
	if i, ok := c.index[id]; ok {
		signed := &c.waiting[i].Link.Signed.Value
		// Two views of one source are one place.
		for _, s := range signed.Seen {
			if s.Source == sight.Source {
				return
			}
		}
		if len(signed.Seen) < mostSights {
			signed.Seen = append(signed.Seen, sight)
		}
		return
	}
	record := recordOf(signedFact(link, sight), c.scanner.runtime.Now().UTC())
	// Who else can read a file is not for its bytes to say: it is told by where it was published.
	record.Link.Place = scanners.KnownFact(scanners.LinkPlace{}, record.Place)
	c.hold(record)
	if c.scanner.options.Live != nil {
		c.scanner.mu.Lock()
		c.scanner.asked[id] = link
		c.scanner.mu.Unlock()
	}
}

// unread notes a part that could not be looked through.
func (c *collector) unread(source string, err error) {
	if errors.Is(err, linksource.ErrIrregular) {
		return // sockets and pipes hold nothing that lies about
	}
	c.unreads++
	switch {
	case c.unreads > mostUnread+1:
		return
	case c.unreads == mostUnread+1:
		source, err = c.target.Name, fmt.Errorf("more than %d parts could not be looked through; only the first are told", mostUnread)
	}
	id := scanners.LinkID("unread:" + source)
	if _, twice := c.index[id]; twice {
		return
	}
	reason := scanners.Reason{Code: scanners.Partial, Detail: err.Error()}
	if errors.Is(err, fs.ErrPermission) {
		reason = scanners.Reason{Code: scanners.Denied, Detail: "the operating system refused to open it"}
	}
	record := scanners.NewRecord(scanners.Head{ID: id, Kind: scanners.KindLink, Name: source, Place: scanners.Origin{File: source}})
	record.At = c.scanner.runtime.Now().UTC()
	record.Link.Signed = scanners.UnknownFact[scanners.SignedLink](reason, scanners.Origin{File: source})
	record.Link.Place = scanners.KnownFact(scanners.LinkPlace{}, scanners.Origin{File: source})
	if c.scanner.options.Live != nil {
		record.Link.Live = scanners.UnknownFact[scanners.Liveness](reason, scanners.Origin{File: source})
	}
	c.hold(record)
}

func (c *collector) hold(record *scanners.Record) {
	c.index[record.ID] = len(c.waiting)
	c.waiting = append(c.waiting, record)
	if len(c.waiting) < held {
		return
	}
	c.flush()
}

// flush yields what waits.
func (c *collector) flush() {
	for _, record := range c.waiting {
		if c.stopped {
			return
		}
		if len(c.passed) < passedMost {
			c.passed[short(record.ID)] = struct{}{}
		}
		if !c.yield(scanners.Ref{Head: record.Head, Seed: record, Target: c.target}, nil) {
			c.stopped = true
		}
	}
	c.waiting = nil
	c.index = map[string]int{}
}

// short is an id for remembering in great numbers.
func short(id string) [16]byte {
	sum := sha256.Sum256([]byte(id))
	return [16]byte(sum[:16])
}
