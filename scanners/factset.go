// Fact names, sets of them, and finding a fact in a record by its name.

package scanners

import (
	"iter"
	"maps"
	"reflect"
	"slices"
	"strings"
	"sync"
)

// FactName is the dotted path of a fact in a record: "bucket.aws.acl". Its first word is the kind whose
// part holds it.
type FactName string

// Kind returns the kind of resource that has the fact.
func (n FactName) Kind() Kind {
	first, _, _ := strings.Cut(string(n), ".")
	return Kind(first)
}

// FactSet is a set of fact names. The nil set is empty and may be read.
type FactSet map[FactName]struct{}

// NewFactSet returns a set of the names.
func NewFactSet(names ...FactName) FactSet {
	s := make(FactSet, len(names))
	for _, n := range names {
		s[n] = struct{}{}
	}
	return s
}

// Has reports whether the name is in the set.
func (s FactSet) Has(name FactName) bool { _, ok := s[name]; return ok }

// Add puts names into the set.
func (s FactSet) Add(names ...FactName) {
	for _, n := range names {
		s[n] = struct{}{}
	}
}

// AddAll puts all of other into the set.
func (s FactSet) AddAll(other FactSet) { maps.Copy(s, other) }

// Names returns the names, sorted.
func (s FactSet) Names() []FactName { return slices.Sorted(maps.Keys(s)) }

// OfKind returns those whose part belongs to the kind.
func (s FactSet) OfKind(kind Kind) FactSet {
	out := FactSet{}
	for n := range s {
		if n.Kind() == kind {
			out[n] = struct{}{}
		}
	}
	return out
}

// FactField describes one fact of the schema.
type FactField struct {
	Name FactName
	// Value is the type of the fact's value: a struct of this package.
	Value reflect.Type
	index []int
}

// factTable lists every fact of the schema, in schema order.
var factTable = sync.OnceValue(func() []FactField {
	var out []FactField
	factType := reflect.TypeFor[anyFact]()
	var walk func(t reflect.Type, path string, index []int)
	walk = func(t reflect.Type, path string, index []int) {
		for i := range t.NumField() {
			f := t.Field(i)
			name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
			p, at := path+"."+name, append(slices.Clone(index), i)
			if reflect.PointerTo(f.Type).Implements(factType) {
				value, _ := f.Type.FieldByName("Value")
				out = append(out, FactField{Name: FactName(p), Value: value.Type, index: at})
				continue
			}
			walk(f.Type, p, at)
		}
	}
	record := reflect.TypeFor[Record]()
	for i := range record.NumField() {
		f := record.Field(i)
		if f.Type.Kind() == reflect.Pointer && !f.Anonymous {
			name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
			walk(f.Type.Elem(), name, []int{i})
		}
	}
	return out
})

var factIndex = sync.OnceValue(func() map[FactName]FactField {
	out := map[FactName]FactField{}
	for _, f := range factTable() {
		out[f.Name] = f
	}
	return out
})

// FactFields returns every fact of the schema, in schema order.
func FactFields() []FactField { return slices.Clone(factTable()) }

// LookupFactField finds a fact of the schema by name.
func LookupFactField(name FactName) (FactField, bool) {
	f, ok := factIndex()[name]
	return f, ok
}

// Of returns the fact's status in r and, when it is known, a pointer to a copy-free view of its value
// (a pointer to the field inside r, which must not be changed). Where r has no such part the fact is
// unknown, not inspected.
func (f FactField) Of(r *Record) (Status, any) {
	v := reflect.ValueOf(r).Elem().Field(f.index[0])
	if v.IsNil() {
		return Status{}, nil
	}
	// Through the address, since boxing the fact itself would copy it to the heap.
	fact := v.Elem().FieldByIndex(f.index[1:]).Addr().Interface().(anyFact)
	status := fact.Status()
	if status.State != Known {
		return status, nil
	}
	return status, fact.valuePointer()
}

// Copy sets the fact in to as it is in from. The part of to that holds it is allocated where it is missing and
// changed in place otherwise: see Record.Detach for a part that is shared.
func (f FactField) Copy(to, from *Record) {
	source := reflect.ValueOf(from).Elem().Field(f.index[0])
	part := reflect.ValueOf(to).Elem().Field(f.index[0])
	if part.IsNil() {
		part.Set(reflect.New(part.Type().Elem()))
	}
	field := part.Elem().FieldByIndex(f.index[1:])
	if source.IsNil() {
		field.SetZero()
		return
	}
	field.Set(source.Elem().FieldByIndex(f.index[1:]))
}

// Clear makes the fact not inspected, in place; see Record.Detach for a part that is shared.
func (f FactField) Clear(r *Record) {
	if part := reflect.ValueOf(r).Elem().Field(f.index[0]); !part.IsNil() {
		part.Elem().FieldByIndex(f.index[1:]).SetZero()
	}
}

// SetUnknown makes the fact unknown for the reason, in place and without an origin; see Record.Detach for a part
// that is shared. It does nothing where r has no such part.
func (f FactField) SetUnknown(r *Record, why Reason) {
	part := reflect.ValueOf(r).Elem().Field(f.index[0])
	if part.IsNil() {
		return
	}
	part.Elem().FieldByIndex(f.index[1:]).Addr().Interface().(anyFact).setUnknown(why)
}

// Detach gives r its own copy of the part of a kind, so that facts in it can be set without changing other
// records that share it. The values of the facts stay shared. It does nothing where r has no such part.
func (r *Record) Detach(kind Kind) {
	switch kind {
	case KindScope:
		r.Scope = cloned(r.Scope)
	case KindStore:
		r.Store = cloned(r.Store)
	case KindBucket:
		r.Bucket = cloned(r.Bucket)
	case KindPrefix:
		r.Prefix = cloned(r.Prefix)
	case KindEndpoint:
		r.Endpoint = cloned(r.Endpoint)
	case KindObject:
		r.Object = cloned(r.Object)
	case KindLink:
		r.Link = cloned(r.Link)
	case KindPage:
		r.Page = cloned(r.Page)
	}
}

func cloned[T any](part *T) *T {
	if part == nil {
		return nil
	}
	out := *part
	return &out
}

// Status returns the status of the named fact; a name outside the schema is unknown, not inspected.
func (r *Record) Status(name FactName) Status {
	f, ok := factIndex()[name]
	if !ok {
		return Status{}
	}
	status, _ := f.Of(r)
	return status
}

// Facts yields the status of every fact in the parts that r has, in schema order.
func (r *Record) Facts() iter.Seq2[FactName, Status] {
	return func(yield func(FactName, Status) bool) {
		v := reflect.ValueOf(r).Elem()
		for _, f := range factTable() {
			if v.Field(f.index[0]).IsNil() {
				continue
			}
			status, _ := f.Of(r)
			if !yield(f.Name, status) {
				return
			}
		}
	}
}

// Unsettled returns the names in need that r has a part for and that were not inspected yet.
func (r *Record) Unsettled(need FactSet) FactSet {
	out := FactSet{}
	for name := range need {
		f, ok := factIndex()[name]
		if !ok {
			continue
		}
		if status, _ := f.Of(r); !status.Settled() {
			out[name] = struct{}{}
		}
	}
	return out
}

// Drop takes the part of a kind away from r.
func (r *Record) Drop(kind Kind) {
	v := reflect.ValueOf(r).Elem()
	for _, f := range factTable() {
		if f.Name.Kind() == kind {
			v.Field(f.index[0]).SetZero()
			return
		}
	}
}
