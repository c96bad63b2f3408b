package awspolicy

// This file lists the condition operators and reads their values (IAM User Guide, "Condition operators").

import (
	"strconv"
	"strings"
	"time"
)

type opKind uint8

const (
	opString opKind = iota // all operators whose values are patterns: String*, Arn*, Bool
	opNumber
	opDate
	opIP
	opNull
	opBinary
	opResource // not an operator: the Resource and NotResource elements as a constraint on the key
	opUnclear  // text without a decided meaning
)

type relation uint8

const (
	relEq relation = iota
	relLt
	relLe
	relGt
	relGe
)

type quantifier uint8

const (
	quantNone quantifier = iota
	quantAll
	quantAny
)

type operator struct {
	kind opKind
	form textForm
	rel  relation
	neg  bool
	bool bool
}

// baseOperator finds an operator by its lower-case name without prefix and suffix.
func baseOperator(name string) (operator, bool) {
	switch name {
	case "stringequals":
		return operator{kind: opString, form: formLiteral}, true
	case "stringnotequals":
		return operator{kind: opString, form: formLiteral, neg: true}, true
	case "stringequalsignorecase":
		return operator{kind: opString, form: formFold}, true
	case "stringnotequalsignorecase":
		return operator{kind: opString, form: formFold, neg: true}, true
	case "stringlike":
		return operator{kind: opString, form: formGlob}, true
	case "stringnotlike":
		return operator{kind: opString, form: formGlob, neg: true}, true
	case "arnequals", "arnlike":
		return operator{kind: opString, form: formARN}, true
	case "arnnotequals", "arnnotlike":
		return operator{kind: opString, form: formARN, neg: true}, true
	case "bool":
		return operator{kind: opString, form: formLiteral, bool: true}, true
	case "binaryequals":
		return operator{kind: opBinary}, true
	case "ipaddress":
		return operator{kind: opIP}, true
	case "notipaddress":
		return operator{kind: opIP, neg: true}, true
	case "null":
		return operator{kind: opNull}, true
	}
	kind := opNumber
	rest, ok := strings.CutPrefix(name, "numeric")
	if !ok {
		if rest, ok = strings.CutPrefix(name, "date"); !ok {
			return operator{}, false
		}
		kind = opDate
	}
	switch rest {
	case "equals":
		return operator{kind: kind, rel: relEq}, true
	case "notequals":
		return operator{kind: kind, rel: relEq, neg: true}, true
	case "lessthan":
		return operator{kind: kind, rel: relLt}, true
	case "lessthanequals":
		return operator{kind: kind, rel: relLe}, true
	case "greaterthan":
		return operator{kind: kind, rel: relGt}, true
	case "greaterthanequals":
		return operator{kind: kind, rel: relGe}, true
	}
	return operator{}, false
}

// literal is one condition key under one operator: true or false of a request. The values are joined by OR (NOR when
// negated). It also stands for the Resource element (opResource) and for text without a decided meaning (opUnclear).
type literal struct {
	key      string // lower-case condition key
	name     string // the key as written
	opName   string
	op       operator
	quant    quantifier
	ifExists bool
	values   []string
	// Compiled values, by kind.
	texts   []template
	addrs   addrSet
	numbers []float64
	nullYes bool
	nullNo  bool
	// unclear says why the literal, or its unreadable values, have no decided meaning.
	unclear string
	// unclearAll is true when nothing of the literal is decided.
	unclearAll bool
	// linked is true when a value has a policy variable.
	linked bool
	// slot is the literal's number within its policy, for caches.
	slot int
}

// parseOperator reads an operator name as written in a Condition block.
func parseOperator(name string) (operator, quantifier, bool, bool) {
	low := strings.ToLower(name)
	quant := quantNone
	if rest, ok := strings.CutPrefix(low, "forallvalues:"); ok {
		low, quant = rest, quantAll
	} else if rest, ok := strings.CutPrefix(low, "foranyvalue:"); ok {
		low, quant = rest, quantAny
	}
	ifExists := false
	if rest, ok := strings.CutSuffix(low, "ifexists"); ok {
		low, ifExists = rest, true
	}
	op, ok := baseOperator(low)
	if op.kind == opNull && ok && (ifExists || quant != quantNone) {
		return op, quant, ifExists, false
	}
	return op, quant, ifExists, ok
}

// read compiles the values of a literal.
func (l *literal) read(variables bool) {
	flag := func(why string) {
		if l.unclear == "" {
			l.unclear = why
		}
	}
	if len(l.values) == 0 {
		l.unclearAll = true
		flag("condition key " + quote(l.name) + " has an empty list of values")
	}
	for _, v := range l.values {
		if l.op.kind != opString && variables && strings.Contains(v, "${") {
			flag("a policy variable in a value of " + l.opName + " is not documented")
			continue
		}
		switch l.op.kind {
		case opString:
			if l.op.bool {
				if low := strings.ToLower(v); v != low && (low == "true" || low == "false") {
					flag("letter case of the Bool value " + quote(v) + " is not documented")
					continue
				}
			}
			t := parseTemplate(v, l.op.form, variables)
			if t.broken != "" {
				flag(t.broken)
				continue
			}
			l.linked = l.linked || t.ready == nil
			l.texts = append(l.texts, t)
		case opIP:
			s, ok := parseAddrs(v)
			if !ok {
				flag("value " + quote(v) + " is not an IP address or CIDR block")
				continue
			}
			l.addrs = l.addrs.union(s)
		case opNumber:
			n, err := strconv.ParseFloat(strings.TrimSpace(v), 64)
			if err != nil || n != n || n > 1e300 || n < -1e300 {
				flag("value " + quote(v) + " is not a number")
				continue
			}
			l.numbers = append(l.numbers, n)
		case opDate:
			n, ok := parseDate(v)
			if !ok {
				flag("value " + quote(v) + " is not a date")
				continue
			}
			l.numbers = append(l.numbers, n)
		case opNull:
			switch v {
			case "true":
				l.nullYes = true
			case "false":
				l.nullNo = true
			default:
				flag("value " + quote(v) + " of Null is neither true nor false")
			}
		}
	}
}

// parseDate reads the ISO 8601 profiles that the guide allows, or seconds since 1970. The result is in seconds.
func parseDate(s string) (float64, bool) {
	s = strings.TrimSpace(s)
	for _, layout := range [...]string{
		"2006-01-02T15:04:05.999999999Z07:00", "2006-01-02T15:04:05Z0700", "2006-01-02T15:04Z07:00",
		"2006-01-02", "2006-01", "2006",
	} {
		if t, err := time.Parse(layout, s); err == nil {
			return seconds(t), true
		}
	}
	if n, err := strconv.ParseInt(s, 10, 64); err == nil && n > 9999 {
		return float64(n), true
	}
	return 0, false
}

func seconds(t time.Time) float64 { return float64(t.Unix()) + float64(t.Nanosecond())/1e9 }

// quote shortens and quotes foreign text for a message.
func quote(s string) string {
	if r := []rune(s); len(r) > 64 {
		s = string(r[:64]) + "..."
	}
	return strconv.Quote(s)
}
