package awspolicy

// This file prepares policies for questions: it interns condition keys, fits resource patterns to the bucket and
// collects the identifiers that policies mention, which a stranger cannot have.

import (
	"maps"
	"net/netip"
	"slices"
	"strings"
	"sync"
)

// Solver answers questions about one setting. It is immutable after New and safe for concurrent use.
type Solver struct {
	env       Env
	partition string
	bucket    string
	via       *AccessPoint
	now       float64
	grants    []layer
	denies    []stmt // all statements of all layers that may refuse
	keys      []string
	index     map[string]int
	mentioned map[string][]string
	sampled   []string // keys of objects known to exist
	fresh     string   // a piece of a key that no object has
	reachable addrSet
	strangers []string // account ids of nobody in the policies
	couplings []coupling
	dates     []float64
	actions   []action
}

type layer struct {
	Layer
	stmts []stmt
}

// stmt is a statement fitted to the setting.
type stmt struct {
	*Statement
	layer    *Layer
	conds    []*clit
	res      *clit // nil when the Resource element is unreadable
	denyOnly bool
}

// clit is a literal with its key's number, and for resources what is left of the patterns behind the bucket's name.
type clit struct {
	*literal
	k        int
	patterns []*pattern
	whole    []lang // the same, as languages
	// object holds the languages of object keys, bucket whether the bucket's own ARN matches.
	object    []lang
	bucket    bool
	onAP      bool
	synthetic bool
}

// keyResource is the number of the object key among the condition keys.
const keyResource = 0

// New prepares a setting.
func New(set Setting) *Solver {
	s := &Solver{
		env: set.Env, via: set.Via, sampled: set.Sampled, fresh: set.Fresh, keys: []string{""}, index: map[string]int{"": 0},
		mentioned: map[string][]string{}, reachable: publicAddrs(set.Env.PrivateSources), actions: actions(),
	}
	s.partition, s.bucket = place(set)
	if !set.Env.At.IsZero() {
		s.now = seconds(set.Env.At)
	}
	s.mention(set)
	s.strangers = s.pickStrangers(set)
	for _, l := range set.Grants {
		s.grants = append(s.grants, layer{Layer: l})
	}
	for i := range s.grants {
		l := &s.grants[i]
		l.stmts = s.fit(&l.Layer)
		for _, st := range l.stmts {
			if st.Effect != EffectAllow {
				s.denies = append(s.denies, st)
			}
		}
	}
	for i := range set.Denies {
		for _, st := range s.fit(&set.Denies[i]) {
			if st.Effect != EffectAllow {
				st.denyOnly = true
				s.denies = append(s.denies, st)
			}
		}
	}
	s.couplings = s.couple()
	slices.Sort(s.dates)
	s.dates = slices.Compact(s.dates)
	return s
}

// granting gives a solver with one more granting layer, whose policy mentions nobody's identifiers.
func (s *Solver) granting(l Layer) *Solver {
	t := *s
	t.keys, t.index, t.dates = slices.Clone(s.keys), maps.Clone(s.index), slices.Clone(s.dates)
	t.grants = append(slices.Clone(s.grants), layer{Layer: l})
	added := &t.grants[len(t.grants)-1]
	added.stmts = t.fit(&added.Layer)
	t.couplings = t.couple()
	return &t
}

// Bucket gives the bucket's name as used, empty when it is not known.
func (s *Solver) Bucket() string { return s.bucket }

func (s *Solver) key(name string) int {
	if k, ok := s.index[name]; ok {
		return k
	}
	k := len(s.keys)
	s.keys = append(s.keys, name)
	s.index[name] = k
	return k
}

// place settles partition and bucket name from what is known, else from the resource ARNs.
func place(set Setting) (partition, bucket string) {
	partition, bucket = set.Env.Partition, set.Env.Bucket
	names, parts := map[string]bool{}, map[string]bool{}
	for _, l := range set.Grants {
		if l.OnAccessPoint || l.Policy == nil {
			continue
		}
		for i := range l.Policy.Statements {
			r := l.Policy.Statements[i].resources
			if r == nil {
				continue
			}
			for _, v := range r.values {
				f := strings.SplitN(v, ":", 6)
				if len(f) != 6 || f[0] != "arn" || f[2] != "s3" || f[4] != "" {
					continue
				}
				name, _, _ := strings.Cut(f[5], "/")
				if !strings.ContainsAny(name, "*?$") {
					names[name] = true
				}
				if !strings.ContainsAny(f[1], "*?$") {
					parts[f[1]] = true
				}
			}
		}
	}
	if bucket == "" && len(names) == 1 {
		for n := range names {
			bucket = n
		}
	}
	if bucket == "" && len(names) == 0 {
		bucket = "bucket" // no ARN names one, so any name gives the same answer
	}
	switch {
	case partition != "":
	case strings.HasPrefix(set.Env.Region, "cn-"):
		partition = "aws-cn"
	case strings.HasPrefix(set.Env.Region, "us-gov-"):
		partition = "aws-us-gov"
	case set.Env.Region != "":
		partition = "aws"
	default:
		partition = "aws"
		if len(parts) == 1 {
			for p := range parts {
				partition = p
			}
		}
	}
	return partition, bucket
}

func (s *Solver) fit(l *Layer) []stmt {
	if l.Policy == nil {
		return nil
	}
	out := make([]stmt, len(l.Policy.Statements))
	for i := range l.Policy.Statements {
		st := &l.Policy.Statements[i]
		out[i] = stmt{Statement: st, layer: l}
		for _, c := range st.conds {
			out[i].conds = append(out[i].conds, s.fitLiteral(c))
		}
		if st.resources != nil {
			out[i].res = s.fitResource(st.resources, l.OnAccessPoint)
		}
	}
	return out
}

func (s *Solver) fitLiteral(l *literal) *clit {
	c := &clit{literal: l, k: s.key(l.key)}
	for i := range l.texts {
		if p := l.texts[i].ready; p != nil {
			c.patterns = append(c.patterns, p)
			c.whole = append(c.whole, lang{p: p})
			continue
		}
		for _, part := range l.texts[i].parts {
			if part.key != "" {
				s.key(part.key)
			}
		}
	}
	if l.op.kind == opDate || l.op.kind == opNumber && l.key == "aws:epochtime" {
		s.dates = append(s.dates, l.numbers...)
	}
	return c
}

// objectPrefix is what stands before the object key in the ARN that a layer's policy names.
func (s *Solver) objectPrefix(onAP bool) string {
	if onAP {
		return s.via.arn(s.partition) + "/object/"
	}
	return "arn:" + s.partition + ":s3:::" + s.bucket + "/"
}

func (s *Solver) bucketARN(onAP bool) string {
	if onAP {
		return s.via.arn(s.partition)
	}
	return "arn:" + s.partition + ":s3:::" + s.bucket
}

func (s *Solver) fitResource(l *literal, onAP bool) *clit {
	c := &clit{literal: l, k: keyResource, onAP: onAP && s.via != nil}
	prefix, arn := s.objectPrefix(c.onAP), s.bucketARN(c.onAP)
	for i := range l.texts {
		p := l.texts[i].ready
		if p == nil {
			for _, part := range l.texts[i].parts {
				if part.key != "" {
					s.key(part.key)
				}
			}
			continue
		}
		c.patterns = append(c.patterns, p)
		c.whole = append(c.whole, lang{p: p})
		if r, ok := p.from(prefix); ok {
			c.object = append(c.object, r)
		}
		c.bucket = c.bucket || p.match(arn)
	}
	return c
}

// publicAddrs are the addresses that requests over the public internet come from, or every address where the service
// is reached from private ones too.
func publicAddrs(private bool) addrSet {
	if private {
		return allAddrs()
	}
	return internetAddrs()
}

// internetAddrs is worked out once and never changed.
var internetAddrs = sync.OnceValue(func() addrSet {
	var not addrSet
	for _, p := range [...]string{
		"0.0.0.0/8", "10.0.0.0/8", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.168.0.0/16", "224.0.0.0/3",
		"::/16", "fc00::/7", "fe80::/10", "ff00::/8",
	} {
		not = not.union(prefixSet(netip.MustParsePrefix(p)))
	}
	return not.complement()
})

// mention collects identifiers that belong to somebody.
func (s *Solver) mention(set Setting) {
	add := func(kind, v string) {
		if !slices.Contains(s.mentioned[kind], v) {
			s.mentioned[kind] = append(s.mentioned[kind], v)
		}
	}
	if set.Env.OrgID != "" {
		add("org", set.Env.OrgID)
	}
	for _, l := range slices.Concat(set.Grants, set.Denies) {
		if l.Policy == nil {
			continue
		}
		for i := range l.Policy.Statements {
			for _, c := range l.Policy.Statements[i].conds {
				for _, v := range c.values {
					mentionValue(v, add)
				}
			}
		}
	}
}

func mentionValue(v string, add func(kind, v string)) {
	fixed := !strings.ContainsAny(v, "*?$")
	switch {
	case strings.HasPrefix(v, "vpc-") && fixed:
		add("vpc", v)
	case strings.HasPrefix(v, "vpce-") && fixed:
		add("vpce", v)
	case strings.HasPrefix(v, "o-"):
		id, _, whole := strings.Cut(v, "/")
		if !strings.ContainsAny(id, "*?$") && (whole || fixed) {
			add("org", id)
		}
	case strings.HasPrefix(v, "arn:") && fixed:
		add("arn", v)
		if strings.Contains(v, ":vpc/") {
			add("vpcarn", v)
		}
	}
}

// pickStrangers chooses account ids that occur nowhere. In each position the ten ids have ten different digits, so a
// pattern over parts of an id shows in how many of them it admits.
func (s *Solver) pickStrangers(set Setting) []string {
	var all strings.Builder
	all.WriteString(set.Env.Account)
	partial := false
	for _, l := range slices.Concat(set.Grants, set.Denies) {
		if l.Policy == nil {
			continue
		}
		for i := range l.Policy.Statements {
			for _, c := range l.Policy.Statements[i].conds {
				switch c.key {
				case "aws:principalaccount", "aws:principalarn", "aws:sourceaccount", "aws:sourcearn", "aws:sourceowner",
					"aws:userid", "aws:vpceaccount", "s3:x-amz-server-side-encryption-aws-kms-key-id":
				default:
					continue
				}
				for _, v := range c.values {
					all.WriteString(" " + v)
					partial = partial || partialAccount(v)
				}
			}
		}
	}
	text := all.String()
	var out []string
	for seed := 0; len(out) < 10 && seed < 1000; seed++ {
		b := make([]byte, 12)
		for i := range b {
			b[i] = byte('0' + (seed+i*7+i*i*3+seed/10*i)%10)
		}
		if id := string(b); !strings.Contains(text, id) {
			out = append(out, id)
		}
	}
	if !partial && len(out) > 0 {
		out = out[:1]
	}
	return out
}

// partialAccount reports whether a pattern has a wildcard where an account id stands, together with digits or `?`.
func partialAccount(v string) bool {
	if f := strings.SplitN(v, ":", 6); f[0] == "arn" && len(f) == 6 {
		v = f[4]
	}
	return strings.ContainsAny(v, "*?") && strings.ContainsAny(v, "0123456789?")
}
