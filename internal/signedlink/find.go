package signedlink

// Finding: all readings of one region, through every layer, and which of them stand.

import (
	"bytes"
	"cmp"
	"slices"
	"unicode/utf8"
)

// region reads all links of one region, in the order in which they stand.
func (d *Detector) region(b []byte, lo, hi int) []reading {
	var all []reading
	raw := textOf(b, lo, hi)
	all = d.descend(raw, all)
	if t, ok := joined(b, lo, hi); ok {
		all = d.descend(t, all)
	}
	if looksQuoted(raw.b) {
		if t := unwrapped(raw); len(t.b) < len(raw.b) && !bytes.Contains(raw.b, []byte("=3D")) {
			all = d.descend(t, all)
		}
		t := unquoted(raw)
		all = d.descend(t, all)
		if j, ok := joined(t.b, 0, len(t.b)); ok {
			for i, p := range j.pos {
				j.pos[i] = t.pos[p]
			}
			for i, w := range j.wraps {
				j.wraps[i].pos = t.pos[w.pos]
			}
			all = d.descend(j, all)
		}
	}
	for i := range all {
		all[i].method = methodBefore(b, all[i].from)
	}
	return d.best(all)
}

// descend reads a text and the texts inside its percent-encoded links.
func (d *Detector) descend(t text, all []reading) []reading {
	for range 4 {
		d.worked(len(t.b))
		t = unampersand(unescape(t))
		if !company(t.b) {
			return all
		}
		all = d.plain(t, all)
		if !hasEncodedEquals(t) {
			return all
		}
		t = unpercent(t)
	}
	return all
}

// company reports whether a signature parameter in b has another parameter of a grammar beside it.
func company(b []byte) bool {
	for _, word := range []string{"x-amz-", "x-goog-", "accesskeyid", "googleaccessid", "key-pair-id", "sv"} {
		if indexFold(b, 0, word) >= 0 {
			return true
		}
	}
	return false
}

// plain reads the links of a text whose signature parameters are written plainly. Each token is read a bounded
// number of times per link start in it, so that the work is linear.
func (d *Detector) plain(t text, all []reading) []reading {
	const tries, outward = 2, 3
	for from := 0; ; {
		hit := plainHit(t.b, from)
		if hit < 0 {
			return all
		}
		lo, hi := token(t.b, hit)
		from = hi
		var schemes []int
		for i := lo; i < hi; i++ {
			if t.b[i]|0x20 == 'h' && schemeAt(t.b, i) {
				schemes = append(schemes, i)
			}
		}
		at, tried, done := 0, 0, lo
		for ; hit >= 0 && hit < hi; hit = plainHit(t.b, hit+1) {
			for at < len(schemes) && schemes[at] <= hit {
				at++
				tried = 0
			}
			if hit < done || tried >= tries || !d.all && !longEnough(t.b[hit+1:hi]) {
				continue
			}
			tried++
			stop := hi
			if at+outward < len(schemes) {
				stop = schemes[at+outward] // a link has few others in its own parameters
			}
			for _, s := range schemes[at:min(len(schemes), at+outward)] {
				if t.b[s-1] != '=' {
					stop = s
					break
				}
			}
			begins := make([]int, 0, outward+1)
			for i := at - 1; i >= 0 && len(begins) < outward; i-- {
				begins = append(begins, schemes[i])
			}
			if len(begins) < outward {
				begins = append(begins, lo)
			}
			if r, ok := d.innermost(t, begins, hit, stop); ok {
				all = append(all, r)
				if r.LookAlike == "" {
					done = stop
				}
			}
		}
	}
}

// longEnough reports whether a value that begins b could be a signature: the shortest has 27 characters.
func longEnough(b []byte) bool {
	const shortest = 27
	return len(b) >= shortest && bytes.IndexByte(b[:shortest], '&') < 0
}

// innermost reads the link around a hit from the first beginning that makes it whole; failing that, the first
// look-alike. In a text whose wraps were taken out, the link may end at any wrap: where a paragraph seems to end is
// tried first, then the whole, then other wraps: see stops.
func (d *Detector) innermost(t text, begins []int, hit, stop int) (reading, bool) {
	var spare reading
	have := false
	for _, s := range stops(t, hit, stop) {
		for _, begin := range begins {
			r, ok := d.segment(t, begin, hit, s)
			switch {
			case !ok:
				continue
			case r.LookAlike == "" && (r.ValidSyntax || len(t.wraps) == 0):
				return r, true
			case !have, r.LookAlike == "" && spare.LookAlike != "":
				spare, have = r, true
			}
			if r.LookAlike == "" {
				break // whole from here: at most its end is wrong
			}
		}
	}
	return spare, have
}

// stops are the places where the link could end, in the order in which they are tried.
func stops(t text, hit, stop int) []int {
	const nearest, last, shorts = 8, 4, 4
	var likely, short, others []int
	for _, w := range t.wraps {
		i, _ := slices.BinarySearch(t.pos, w.pos)
		switch {
		case i <= hit+1 || i >= stop:
		case w.ends && likely == nil:
			likely = []int{i}
		case w.short && len(short) < shorts:
			short = append(short, i)
		case len(others) < nearest+last:
			others = append(others, i)
		default: // the nearest stay, and the last
			others = append(others[:nearest], append(others[nearest+1:], i)...)
		}
	}
	return slices.Concat(likely, []int{stop}, short, others)
}

func (d *Detector) segment(t text, begin, hit, stop int) (reading, bool) {
	whole := t.b[begin:stop]
	if i := bytes.IndexFunc(whole[hit-begin:], endsQuery); i > 0 {
		whole = whole[:hit-begin+i]
	}
	seg := trimmed(whole)
	if len(seg) <= hit-begin {
		seg = whole
	}
	d.worked(len(seg))
	c, ok := parse(seg, hit-begin)
	if !ok {
		return reading{}, false
	}
	r, ok := read(&c, d.known)
	if !ok {
		return reading{}, false
	}
	if r.LookAlike == CutSignature && masks(whole[len(seg):]) {
		r.LookAlike = MaskedSignature
	}
	r.candidate = &c
	r.from, r.to = int(t.pos[begin]), int(t.pos[stop-1])+1
	return r, true
}

// worked counts for tests how many bytes were gone over.
func (d *Detector) worked(n int) {
	if d.steps != nil {
		*d.steps += int64(n)
	}
}

// endsQuery knows what a query can't hold: a fragment begins, or the text around it, which in Japanese has no blank
// in between.
func endsQuery(r rune) bool { return r == '#' || r >= utf8.RuneSelf }

// masks reports whether what was taken off the end of a link stands for the rest of its signature.
func masks(b []byte) bool {
	return bytes.Contains(b, []byte("...")) || bytes.Contains(b, []byte("***"))
}

// best settles several readings of the same bytes: of two with one signature the fuller stays, and a look-alike
// goes where a link stands.
func (d *Detector) best(all []reading) []reading {
	var out []reading
	var taken spans
	type signature struct {
		kind Kind
		of   string
	}
	same := map[signature][]int{} // indices of out
	for _, r := range all {
		if r.LookAlike != "" {
			continue
		}
		taken.add(r.from, r.to)
		key := signature{r.Kind, string(r.signature)}
		i := slices.IndexFunc(same[key], func(i int) bool {
			o := out[i]
			return o.Fingerprint == r.Fingerprint || o.from < r.to && r.from < o.to
		})
		switch {
		case i < 0:
			same[key] = append(same[key], len(out))
			out = append(out, r)
		case fuller(r, out[same[key][i]]):
			out[same[key][i]] = r
		}
	}
	for _, r := range all {
		// Not only of those that stay: the same link may stand here a second time.
		if r.LookAlike != "" && !taken.meet(r.from, r.to) {
			taken.add(r.from, r.to)
			out = append(out, r)
		}
	}
	for i := range out {
		// The method in front can only be known now, and may tell the permission.
		c := out[i].candidate
		if c.method = out[i].method; c.method != "" && out[i].Permissions == nil {
			if again, ok := read(c, d.known); ok {
				out[i].Link.Permissions, out[i].Link.Scope = again.Permissions, again.Scope
			}
		}
		out[i].finish(c, true)
	}
	slices.SortStableFunc(out, func(a, b reading) int { return cmp.Compare(a.from, b.from) })
	return out
}

// spans are stretches of a text, apart from one another and in order.
type spans [][2]int

// at is the index of the first that ends behind a place.
func (s spans) at(place int) int {
	i, _ := slices.BinarySearchFunc(s, place, func(one [2]int, place int) int { return cmp.Compare(one[1], place+1) })
	return i
}

func (s spans) meet(from, to int) bool {
	i := s.at(from)
	return i < len(s) && s[i][0] < to
}

func (s *spans) add(from, to int) {
	first := s.at(from)
	last := first
	for last < len(*s) && (*s)[last][0] < to {
		from, to = min(from, (*s)[last][0]), max(to, (*s)[last][1])
		last++
	}
	*s = slices.Replace(*s, first, last, [2]int{from, to})
}

func fuller(a, b reading) bool {
	switch {
	case a.known != b.known:
		return a.known > b.known
	case a.hostless != b.hostless:
		return b.hostless
	default:
		return a.ValidSyntax && !b.ValidSyntax
	}
}
